"""Who may begin a request, and in which capacity: what the door settles before the rulebook is asked."""

from __future__ import annotations

from dataclasses import replace

from workflows.core.case import Case
from workflows.core.commands import PUBLIC, Actor, Start
from workflows.core.definition import Definition, Role, StageKind
from workflows.core.permissions import ROLE_TITLES, Principal, may_give, working_roles
from workflows.core.refusals import NotAllowed, Refusal, Refused, not_found
from workflows.core.request import Request
from workflows.core.requesting import sending


def begun_by(command: Start, person: Principal | None, definition: Definition) -> Start:
    """The command as whoever gives it may give it. Raises Refused."""
    if command.public or command.actor == PUBLIC:
        return _applying(command, person, definition)
    if command.share is not None:
        return _recording(command, person, definition)
    if person is None or Role.REQUESTER not in person.roles_in(command.requester_org):
        raise Refused(Refusal("not_requester", "Only a requester of that organisation can start a request."))
    return command


def check_sending(draft: Case, command: Start, person: Principal | None, definition: Definition) -> None:
    """Sending at once is no way round the question who may send. Raises NotAllowed."""
    if command.public or command.share is not None:
        return
    refusal = may_give(draft, person, definition, sending(command)) if person else None
    if refusal is not None:
        raise NotAllowed(refusal)


def _applying(command: Start, person: Principal | None, definition: Definition) -> Start:
    """An application from the public: by the public entrance, or taken down by somebody who works on such cases."""
    if command.actor != PUBLIC:
        held = person.roles_in(command.holder_org) if person else frozenset()
        acting = next((role for role in sorted(working_roles(definition)) if role in held), None)
        if person is None or acting is None:
            # Who has no part in such cases is not told that there are any.
            raise not_found()
        actor = Actor(person.id, person.name, ROLE_TITLES[acting], command.holder_org)
        command = replace(command, actor=actor)
    return replace(
        command, public=True, requester_org=command.holder_org, send=True, share=None, answers=Request(),
        origin=None, others=(),
    )  # fmt: skip


def _recording(command: Start, person: Principal | None, definition: Definition) -> Start:
    """A share that the holder records itself: for a practitioner there, or who shares in an emergency."""
    stage = definition.of_kind(StageKind.EMERGENCY)
    held = person.roles_in(command.holder_org) if person else frozenset()
    may = (*(stage.roles if stage else ()), Role.REQUESTER)
    acting = next((role for role in may if role in held), None)
    if person is None or stage is None or acting is None:
        say = "Only somebody who works at the organisation that holds the information can record a share."
        raise Refused(Refusal("not_holder", say))
    actor = Actor(person.id, person.name, ROLE_TITLES[acting], command.holder_org)
    return replace(command, actor=actor, send=True, by_manager=Role.MANAGER in held)
