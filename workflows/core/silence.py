"""Silence: a holder's time that ran out counts as a decision not to share, with somebody to answer for it.

The time may yet be made up for: who has the case can still decide. But that nothing was shared meanwhile is on
record as a decision is, and the holder's managers are asked why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from workflows.core.absences import Absence
from workflows.core.definition import Role, Side, Stage, StageKind
from workflows.core.followups import FollowUpKind, FollowUpOpened, opened
from workflows.core.happening import Event
from workflows.core.silent_parts import AwayThen as AwayThen

if TYPE_CHECKING:
    from workflows.core.case import Case

BEFORE_SHARING = frozenset({StageKind.CHECK, StageKind.ADVICE, StageKind.ADJUDICATION, StageKind.RELEASE})
"""The kinds of stage in which the holder stands between the request and the sharing."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time that ran out. ``holder`` is the person who had the case, if one had; ``who`` says so in words."""

    at: datetime
    stage: str
    holder: str
    who: str
    away: tuple[AwayThen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSharedByDefault(Event):
    """The holder's time ran out and nothing was shared: it counts as a decision of whoever had the case."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"who", "away"})
    stage: str
    clock: int
    holder: str
    roles: tuple[Role, ...]
    who: str
    away: tuple[AwayThen, ...] = ()


def away_then(case: Case, stage: Stage, absences: Iterable[Absence], *, at: datetime) -> tuple[AwayThen, ...]:
    """Which of those whose work it is are away at an instant: the one person who has it, or any holder of a role."""
    found = [
        each
        for each in absences
        if each.runs(at)
        and each.organisation_id == case.holder_org
        and (each.person.id == case.assignee if case.assignee else not each.roles.isdisjoint(stage.roles))
    ]
    return tuple(
        AwayThen(each.person.name, each.start, each.over_at, tuple(deputy.name for deputy in each.deputies))
        for each in sorted(found, key=lambda each: (each.person.name, each.start))
    )


def fallen_silent(
    case: Case, stage: Stage, *, clock: int, who: str, at: datetime, away: tuple[AwayThen, ...] = ()
) -> list[Event]:
    """What follows when the time of a holder's stage runs out: the record of it, and a task for the managers."""
    if stage.side is not Side.HOLDER or stage.kind not in BEFORE_SHARING:
        return []
    record = NotSharedByDefault(
        at=at, by="", stage=stage.name, clock=clock, holder=case.assignee, roles=stage.roles, who=who, away=away
    )
    task: FollowUpOpened = opened(
        case, kind=FollowUpKind.REVIEW_SILENCE, side=Side.HOLDER, roles=(Role.MANAGER,), due=None,
        note=f"The time for “{stage.title}” ran out, so nothing was shared. Find out why, and what it did to whom.",
        at=at, by="",
    )  # fmt: skip
    return [record, task]


def silent(case: Case, event: NotSharedByDefault) -> Case:
    """The fold: one more time that ran out."""
    more = Silence(event.at, event.stage, event.holder, event.who, event.away)
    return replace(case, silences=(*case.silences, more))
