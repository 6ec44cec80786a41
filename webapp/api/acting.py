"""Commands as data: the body of each, and the command that it becomes. All of them go through the one door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from webapp.api.models import ActedModel, GoneModel, Sent, StandingModel
from webapp.api.operations import Answer, Call, Operation, declare_operation
from webapp.api.problems import of_refused
from webapp.house import house
from workflows.core.commands import Command
from workflows.core.definition import CommandType
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.core.scopes import scopes_for
from workflows.service.standing import standing

COMMANDS_TAG = "Acts on a request"


class Act(Sent):
    """The body of a command. ``build`` makes the command of it."""

    command: ClassVar[CommandType]

    def build(self, **stamp: Any) -> Command:
        """The command; ``stamp`` is what every command carries."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Known:
    """A command as the reference describes it."""

    body: type[Act]
    summary: str
    example: dict[str, Any]


def declare_acts(acts: Iterable[Known]) -> None:
    """An operation for each of these commands: POST to the case, with the version that the caller saw."""
    for act in acts:
        command = act.body.command
        declare_operation(
            Operation(
                method="POST",
                path=f"/cases/<uuid:case_id>/{command.value.replace('_', '-')}",
                name=_name(command),
                tag=COMMANDS_TAG,
                summary=act.summary,
                about=" ".join((act.body.__doc__ or "").split()),
                scopes=scopes_for(command),
                says=ActedModel,
                handler=carry_out,
                takes=act.body,
                changes=True,
                on_case=True,
                tagged=True,
                command=command,
                takes_example=act.example,
                links={"readCase": "/id"},
            )
        )


def _name(command: CommandType) -> str:
    first, *others = command.value.split("_")
    return first + "".join(each.capitalize() for each in others) + "Case"


def carry_out(call: Call) -> Answer:
    """One command, through the door, as the person of the token in its organisation."""
    body: Act = call.body
    command = body.build(
        id=call.command_id, actor=call.actor, at=call.now, case_id=call.path["case_id"], seen_version=call.seen_version
    )
    try:
        done = house().casework.execute(command, within=call.person.only)
    except Refused as refused:
        raise of_refused(refused, body=body) from None
    return stands(call, done.case_id)


def stands(call: Call, case_id: str, *, status: int = 200, location: str = "") -> Answer:
    """Where the case stands after an act. Who may no longer know of it is told that it was done, and no more."""
    try:
        found = standing(house().engine, house().casework.library, call.person, case_id)
    except Refused as refused:
        if refused.code != NOT_FOUND:
            raise
        return Answer(body=ActedModel(GoneModel(id=case_id)), status=status)
    return Answer(
        body=ActedModel(StandingModel.of(found, call.caller.scopes)), status=status, version=found.version,
        location=location,
    )  # fmt: skip
