"""What every event is made of. Events of a topic may live in a module of their own, built on this one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol

from workflows.core.calendars import Length
from workflows.core.definition import StageKind, Urgency


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A clock to start with a stage. ``due_time`` is HH:MM, Europe/London.

    ``counted_from`` is the instant from which its length is counted; None: from the start.
    """

    length: Length
    due_time: str
    counted_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockEnd:
    """A clock that has stopped: when it was due, as calendars were then, and the working days that it took.

    ``clock`` is its number; 0 stands for the whole request, which has no due instant of its own. The urgency is
    told here as well, because what the requester wrote may be erased.
    """

    clock: int
    due: datetime | None
    working_days: int
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Move:
    """A change of stage. ``resume`` puts the clock that was paused back to work; ``ended`` are those that stop.

    What ended is written down for good: a holiday that is announced later moves no figure that was published.
    """

    stage: str
    kind: StageKind
    clock: ClockStart | None = None
    pause: bool = False
    resume: bool = False
    outcome: str = ""
    ended: tuple[ClockEnd, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries: when (aware UTC), who (person id, empty for the clock), and any move.

    ``stood_in_for``: the id of the person who was away and in whose name it was done.
    """

    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    at: datetime
    by: str
    move: Move | None = None
    stood_in_for: str = ""


class Done(Protocol):
    """Something that somebody did, perhaps in the name of another."""

    @property
    def by(self) -> str:
        """Who did it."""
        ...

    @property
    def stood_in_for(self) -> str:
        """In whose name, where that was another's."""
        ...


def both(done: Iterable[Done]) -> frozenset[str]:
    """Everyone who did any of it, or in whose name it was done: it counts for both of them."""
    return frozenset(person for each in done for person in (each.by, each.stood_in_for) if person)


def signed(events: list[Event], *, by: str, stands_in_for: str) -> list[Event]:
    """The events with the name of whoever is away, where the actor acted for her."""
    return [replace(each, stood_in_for=stands_in_for) if each.by == by else each for each in events]
