"""The permission matrix: stage x person x command, asked of the one permission function."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from workflows.core.case import Advice, Case
from workflows.core.commands import AdviceType
from workflows.core.completing import ON_A_FORM, Completion
from workflows.core.definition import (
    CLOCK_COMMANDS,
    HOUSE_COMMANDS,
    CommandType,
    Definition,
    Role,
    Side,
    Stage,
    StageKind,
)
from workflows.core.following import deciding_roles
from workflows.core.followups import FollowUp, FollowUpKind
from workflows.core.permissions import ROLE_TITLES, Membership, Principal, permitted
from workflows.core.refusals import NOT_FOUND, WRONG_STAGE
from workflows.core.request import Consent, ConsentState, Person, PersonRole, Recipient, Request
from workflows.core.reveal import Reveal

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ASKER, _HOLDER = "asking-organisation", "holding-organisation"
DECIDING = frozenset({StageKind.ADJUDICATION, StageKind.RULING})
_OWNER, _ADVISER, _RECIPIENT = "owner", "adviser", "recipient@gatehouse.example"


@dataclass(frozen=True, slots=True)
class Cell:
    """Who, where, which command: and the code of the refusal, empty when it is allowed."""

    stage: str
    who: str
    command: CommandType
    refused: str


COMMANDS = tuple(
    command for command in CommandType if command not in CLOCK_COMMANDS | HOUSE_COMMANDS | {CommandType.START}
)
"""The commands of the matrix: what people can ask for on a case that they may know of."""


def matrix(definition: Definition) -> tuple[Cell, ...]:
    """Every stage, every kind of person, every command."""
    return tuple(
        Cell(stage.name, who, command, refusal.code if (refusal := answers[command]) else "")
        for stage in definition.stages.values()
        for who, person in people(definition)
        for answers in (permitted(case_at(stage, definition), person, definition),)
        for command in COMMANDS
    )


@dataclass(frozen=True, slots=True)
class Ruling:
    """One command at one stage: who may give it, and by code of the refusal who may not."""

    command: CommandType
    may: tuple[str, ...]
    may_not: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class StageRulings:
    """Everything that can be done at one stage; ``outside`` are those who may not know that the case exists."""

    stage: Stage
    rulings: tuple[Ruling, ...]
    outside: tuple[str, ...]


NOT_HERE = frozenset({WRONG_STAGE, NOT_FOUND})
"""Refusals that say nothing of the person: a command that gives only these at a stage is no part of it."""


def by_stage(definition: Definition) -> tuple[StageRulings, ...]:
    """The matrix as people read it: stage by stage, command by command."""
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in matrix(definition):
        cells[cell.stage].append(cell)
    return tuple(_rulings(stage, cells[stage.name]) for stage in definition.stages.values())


def _rulings(stage: Stage, cells: list[Cell]) -> StageRulings:
    outside = tuple(dict.fromkeys(cell.who for cell in cells if cell.refused == NOT_FOUND))
    here = (_ruling(command, cells) for command in COMMANDS)
    return StageRulings(stage, tuple(each for each in here if each is not None), outside)


def _ruling(command: CommandType, cells: list[Cell]) -> Ruling | None:
    answers = [cell for cell in cells if cell.command is command and cell.refused != NOT_FOUND]
    if not any(cell.refused not in NOT_HERE for cell in answers):
        return None
    refused: dict[str, list[str]] = defaultdict(list)
    for cell in answers:
        if cell.refused:
            refused[cell.refused].append(cell.who)
    may = tuple(cell.who for cell in answers if not cell.refused)
    return Ruling(command, may, tuple((code, tuple(who)) for code, who in refused.items()))


def people(definition: Definition) -> tuple[tuple[str, Principal], ...]:
    """Every kind of person that the matrix asks about."""
    roles = [role for role in Role if any(role in stage.roles for stage in definition.stages.values())]
    at_holder = [
        (ROLE_TITLES[role], _person(role.value, (_HOLDER, role))) for role in roles if role is not Role.REQUESTER
    ]
    deciding = [role for stage in definition.stages.values() if stage.kind in DECIDING for role in stage.roles]
    advising = [role for stage in definition.stages.values() if stage.kind in ON_A_FORM for role in stage.roles]
    both = deciding[:1] or [Role.ADJUDICATOR]
    return (
        ("The person who made the request", _person(_OWNER, (_ASKER, Role.REQUESTER))),
        ("Another requester there", _person("colleague", (_ASKER, Role.REQUESTER))),
        *at_holder,
        ("Manager at the holder", _person("manager", (_HOLDER, Role.MANAGER))),
        ("Manager at the requester's", _person("their-manager", (_ASKER, Role.MANAGER))),
        ("Requester who can also decide", _person(_OWNER, (_ASKER, Role.REQUESTER), (_HOLDER, both[0]))),
        (
            "Adviser who can also decide",
            _person(_ADVISER, (_HOLDER, (advising or [Role.IG_LEAD])[0]), (_HOLDER, both[0])),
        ),
        ("Recipient who can also decide", _person("recipient", (_HOLDER, both[0]), email=_RECIPIENT)),
        ("Administrator at the holder", _person("administrator", (_HOLDER, Role.ADMINISTRATOR))),
        ("Somebody else", _person("outsider")),
    )


def _person(name: str, *memberships: tuple[str, Role], email: str = "") -> Principal:
    held = frozenset(Membership(organisation, role) for organisation, role in memberships)
    return Principal(name, name, email or f"{name}@gatehouse.example", held)


def _to_follow_up(definition: Definition) -> tuple[FollowUp, ...]:
    """Something to look at again and something to learn from, for those who decide: at every stage."""
    kinds = (FollowUpKind.REVIEW_USE, FollowUpKind.LEARNING)
    roles = deciding_roles(definition)
    return tuple(FollowUp(number, kind, Side.HOLDER, roles, _AT) for number, kind in enumerate(kinds, 1))


_ASK = Reveal(number=1, label="Child A", asked_by="asker", asked_at=_AT, reason="")
"""Somebody else waits to see a name: whether the person of the row may answer is asked too."""


_GIVEN = Consent(ConsentState.GIVEN)
"""Consent that was given can be taken back: whether the person of the row may record that is asked too."""


def case_at(stage: Stage, definition: Definition) -> Case:
    """A case that stands at ``stage``, with advice given by the adviser of the matrix."""
    advised = stage.kind in (StageKind.ADJUDICATION, StageKind.RELEASE, StageKind.REVIEW)
    advice = Advice(AdviceType.SUPPORTS, "", (), False, "", _ADVISER, "", "", _AT, 1)
    recipient = Recipient("Recipient", _RECIPIENT, items=("item",))
    subject = Person("Adult A", roles=(PersonRole.DATA_SUBJECT,))
    holding = next(each for each in definition.stages.values() if each.side is Side.HOLDER)
    enquired = Completion(holding.name, StageKind.ENQUIRY, (), _ADVISER, "", "", _AT, 1)
    owner, asker = ("", _HOLDER) if definition.public else (_OWNER, _ASKER)
    return Case(
        id="case", reference="GH", definition=definition.ref, packs=(), version=1, stage=stage.name, kind=stage.kind,
        requester=owner, requester_org=asker, holder_org=_HOLDER, calendar="england-and-wales",
        created_at=_AT, stage_since=_AT, request=Request(people=(subject,), recipients=(recipient,), consent=_GIVEN),
        submitted_at=None if stage.kind is StageKind.DRAFT else _AT, advice=(advice,) if advised else (),
        reveals=(_ASK,), completions=(enquired,) if stage.kind is StageKind.RULING else (),
        back_to=holding.name if stage.kind is StageKind.INFORMATION_NEEDED else "",
        closed_at=_AT if stage.kind is StageKind.CLOSED else None, followups=_to_follow_up(definition),
    )  # fmt: skip
