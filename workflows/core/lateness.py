"""Why a request has not been answered yet: whom it waits for, why its clock stands still, who was pushed, and when.

It is worked out from the record (the stage, the clocks, chases and rungs of the ladder), never stored, and never
says what a question or a reason says: only that there was one, asked where and about how much.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from workflows.core.beyond import known_due, working_days_known
from workflows.core.calendars import Length, WorkingCalendar
from workflows.core.clocks import Clock, Pause
from workflows.core.unheard import Unheard


@dataclass(frozen=True, slots=True)
class Push:
    """Something that was done about the waiting: a chase by ``by``, or a rung of clock ``clock`` that told ``told``."""

    at: datetime
    by: str = ""
    told: str = ""
    clock: int = 0

    @property
    def chase(self) -> bool:
        """Whether a person chased; else the ladder told somebody."""
        return not self.clock


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What may be told of a question that waits for its answer: where it was asked, and about how many items."""

    stage_title: str
    items: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """The reason for lateness in parts. ``working_days`` have begun and ended since ``since``, in London's days."""

    waits_for: str
    since: datetime
    working_days: int
    paused_since: datetime | None = None
    paused_for: int = 0
    paused_why: str = ""
    question: OpenQuestion | None = None
    escalated: tuple[Push, ...] = ()
    chased: tuple[Push, ...] = ()
    extended: tuple[Length, ...] = ()
    extended_at: datetime | None = None
    extended_until: datetime | None = None
    """By how much each time, when last, and the due instant that came of it (None while the clock is paused)."""
    at_least: bool = False
    """Whether more days may have passed than bank holidays are known for."""
    unheard: tuple[Unheard, ...] = ()
    """What reached nobody, until somebody acts."""
    held_until: datetime | None = None
    """When mail about it goes that waits for working hours."""
    inside: bool = True
    """Whether whoever reads it may know who of the holder's people is away."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Where a request stands: whom it waits for and since when, and the clocks that run or are held for it."""

    waits_for: str
    since: datetime
    clock: Clock | None
    held: Clock | None
    question: OpenQuestion | None = None
    unheard: tuple[Unheard, ...] = ()
    held_until: datetime | None = None
    inside: bool = True


def lateness(wait: Wait, pushes: Iterable[Push], calendar: WorkingCalendar, *, now: datetime) -> Lateness:
    """The reason for lateness at ``now``. What was done about an earlier stage is that stage's affair and left out."""
    clocks = [clock for clock in (wait.clock, wait.held) if clock is not None]
    numbers = {clock.number for clock in clocks}
    began = min((clock.started_at for clock in clocks), default=wait.since)
    known = sorted((push for push in pushes if push.at <= now), key=lambda push: push.at)
    pause = _open_pause(clocks)
    more = [each for clock in clocks for each in clock.extensions]
    return Lateness(
        waits_for=wait.waits_for,
        since=wait.since,
        working_days=working_days_known(calendar, wait.since, now)[0],
        at_least=not working_days_known(calendar, wait.since, now)[1],
        paused_since=pause.start if pause else None,
        paused_for=working_days_known(calendar, pause.start, now)[0] if pause else 0,
        paused_why=pause.reason if pause else "",
        question=wait.question,
        escalated=tuple(push for push in known if not push.chase and push.clock in numbers),
        chased=tuple(push for push in known if push.chase and push.at >= began),
        extended=tuple(replace(clock.length, amount=each.amount) for clock in clocks for each in clock.extensions),
        extended_at=more[-1].at if more else None,
        extended_until=known_due(wait.clock, calendar) if more and wait.clock else None,
        unheard=wait.unheard,
        held_until=wait.held_until,
        inside=wait.inside,
    )


def _open_pause(clocks: Iterable[Clock]) -> Pause | None:
    return next((pause for clock in clocks for pause in clock.pauses if pause.end is None), None)
