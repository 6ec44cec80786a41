"""Follow-ups: dated tasks on a case, beside the clock of its stage. They outlive the stage, and the case's end.

A rule that wants something done later appends ``opened(...)`` to its events. When the date comes the sweep
reminds whoever it is for, once; the task stays open until somebody writes what was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from workflows.core.definition import Role, Side
from workflows.core.happening import Event

LONDON = ZoneInfo("Europe/London")
REMIND_AT = time(9)
"""The civil hour at which a follow-up falls due on its day."""
RUNG = "follow-up-"
"""Due work of a follow-up is called this and its number; it belongs to no clock."""
MISSED = "-missed"
NO_CLOCK = 0


class FollowUpKind(StrEnum):
    """What is to be done."""

    TELL_PERSON = "tell_person"
    RECHECK_PACK = "recheck_pack"
    REVIEW_SILENCE = "review_silence"
    REVIEW_USE = "review_use"
    LEARNING = "learning"
    REPLACE_BASIS = "replace_basis"


TITLES: Mapping[FollowUpKind, str] = {
    FollowUpKind.TELL_PERSON: "Tell the person about the sharing",
    FollowUpKind.RECHECK_PACK: "Check again against the new guidance",
    FollowUpKind.REVIEW_SILENCE: "Find out why nothing was decided in time",
    FollowUpKind.REVIEW_USE: "Review a use that continues",
    FollowUpKind.LEARNING: "Write down what was learned",
    FollowUpKind.REPLACE_BASIS: "Find another basis, or stop the sharing",
}
"""What each kind is called on pages and in mail: never anything about a person."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One dated task. ``due`` None means now; ``roles`` are held at ``side``.

    ``about`` is a code of what it is about, such as a version of a pack: never words, never a person.
    """

    number: int
    kind: FollowUpKind
    side: Side
    roles: tuple[Role, ...]
    opened_at: datetime
    due: date | None = None
    note: str = ""
    reminded_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str = ""
    done_note: str = ""
    about: str = ""

    @property
    def is_open(self) -> bool:
        """True until somebody has written what was done."""
        return self.done_at is None

    @property
    def due_at(self) -> datetime | None:
        """When it falls due (UTC): nine in the morning of its day, in London."""
        return datetime.combine(self.due, REMIND_AT, LONDON).astimezone(UTC) if self.due else None

    @property
    def missed_at(self) -> datetime | None:
        """When its day is over (UTC)."""
        return datetime.combine(self.due + timedelta(days=1), time.min, LONDON).astimezone(UTC) if self.due else None

    @property
    def missed_rung(self) -> str:
        """The name of the due work that comes when nobody has done it by then."""
        return f"{self.rung}{MISSED}"

    @property
    def rung(self) -> str:
        """The name of its due work."""
        return f"{RUNG}{self.number}"


class HasFollowUps(Protocol):
    """A case, as far as this module cares."""

    @property
    def followups(self) -> tuple[FollowUp, ...]:
        """Every follow-up, open and done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpOpened(Event):
    """Something is to be done by a day. ``note`` says what, in a sentence without names."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})
    number: int
    kind: FollowUpKind
    side: Side
    roles: tuple[Role, ...]
    due: date | None
    note: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpDone(Event):
    """It was done; ``note`` says how."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note"})
    number: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpReminded(Event):
    """Its day had come, and whoever it is for was reminded."""

    rung: str
    number: int


def opened(
    case: HasFollowUps,
    *,
    kind: FollowUpKind,
    side: Side,
    roles: tuple[Role, ...],
    due: date | None,
    note: str,
    at: datetime,
    by: str,
    before: int = 0,
    about: str = "",
) -> FollowUpOpened:
    """The event that opens a follow-up. ``before``: how many others the same command opens ahead of it."""
    number = len(case.followups) + 1 + before
    return FollowUpOpened(
        at=at, by=by, number=number, kind=kind, side=side, roles=roles, due=due, note=note, about=about
    )


def done(number: int, *, note: str, at: datetime, by: str) -> FollowUpDone:
    """The event that ends a follow-up, for a rule whose command does what it asked for."""
    return FollowUpDone(at=at, by=by, number=number, note=note)


def waiting(case: HasFollowUps, kind: FollowUpKind | None = None) -> tuple[FollowUp, ...]:
    """The open follow-ups, all or those of one kind."""
    return tuple(each for each in case.followups if each.is_open and kind in (None, each.kind))


def find(case: HasFollowUps, number: int) -> FollowUp | None:
    """The follow-up with this number."""
    return next((each for each in case.followups if each.number == number), None)


def folded(
    followups: tuple[FollowUp, ...], event: FollowUpOpened | FollowUpDone | FollowUpReminded
) -> tuple[FollowUp, ...]:
    """The follow-ups after an event of theirs."""
    match event:
        case FollowUpOpened():
            new = FollowUp(
                event.number, event.kind, event.side, event.roles, event.at, event.due, event.note, about=event.about
            )  # fmt: skip
            return (*followups, new)
        case FollowUpDone():
            fields: dict[str, Any] = {"done_at": event.at, "done_by": event.by, "done_note": event.note}
        case _:
            fields = {"reminded_at": event.at}
    return tuple(replace(each, **fields) if each.number == event.number else each for each in followups)
