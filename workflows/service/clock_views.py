"""The clocks of one case as another system reads them: the one that runs, the one that is held, and those before.

No word of what anybody wrote is in them, and so looking at them is no reading of the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from workflows.core.beyond import known_due, known_why, unknown_words
from workflows.core.calendars import WorkingCalendar
from workflows.core.clocks import Clock, length_words, paused, stopped
from workflows.core.definition import Stage
from workflows.core.explaining import CountedDay
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.core.visibility import look
from workflows.service.library import Library
from workflows.service.unit_of_work import Engine, reading
from workflows.store import cases


class ClockState(StrEnum):
    """How it stands with a clock."""

    RUNNING = "running"
    LATE = "late"
    """It runs, and its time is out."""
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"
    """When it falls due cannot be worked out yet."""


@dataclass(frozen=True, slots=True)
class PauseView:
    """Time that was not counted. ``until`` is None while it lasts."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """Time that was added, in the clock's own unit."""

    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock, all instants aware UTC. ``due_at`` is None while it is paused, and where ``unknown`` says why."""

    number: int
    stage: str
    stage_title: str
    kind: str
    state: ClockState
    started_at: datetime
    counted_from: datetime
    stopped_at: datetime | None
    amount: int
    unit: str
    length: str
    """The whole length in words, with what was added."""
    due_at: datetime | None
    unknown: str
    """Up to which day bank holidays are known, where the due date lies beyond that; else empty."""
    calendar: str
    pauses: tuple[PauseView, ...]
    extensions: tuple[ExtensionView, ...]
    why: tuple[CountedDay, ...]


def clocks_of(
    engine: Engine, library: Library, person: Principal, case_id: str, *, now: datetime
) -> tuple[ClockView, ...]:
    """The clocks of a case, the first first; a recipient is told only of the one that runs.

    Raises Refused (NOT_FOUND) where she may not know of it.
    """
    with reading(engine) as connection:
        case = cases.read(connection, case_id)
        if case is None:
            raise not_found()
        definition = library.ruling(connection, case)
    seen = look(case, person, definition)
    if seen.nothing:
        raise not_found()
    hers = [case.held, case.clock] if seen.only is not None else [*case.past_clocks, case.held, case.clock]
    known = sorted((each for each in hers if each is not None), key=lambda clock: clock.number)
    return tuple(
        clock_view(each, definition.stage(each.stage), library.calendar(each.calendar), now=now) for each in known
    )


def clock_view(clock: Clock, stage: Stage, calendar: WorkingCalendar, *, now: datetime) -> ClockView:
    """One clock of a stage, as it stands at an instant."""
    due = known_due(clock, calendar)
    return ClockView(
        number=clock.number, stage=stage.name, stage_title=stage.title, kind=stage.kind.value,
        state=_state(clock, due, now=now), started_at=clock.started_at.astimezone(UTC),
        counted_from=clock.begins.astimezone(UTC),
        stopped_at=clock.stopped_at.astimezone(UTC) if clock.stopped_at else None,
        amount=clock.whole.amount, unit=clock.length.unit.value, length=length_words(clock.whole), due_at=due,
        unknown=unknown_words(calendar) if due is None and not paused(clock) else "", calendar=clock.calendar,
        pauses=tuple(PauseView(each.start, each.end, each.reason) for each in clock.pauses),
        extensions=tuple(ExtensionView(each.at, each.amount) for each in clock.extensions),
        why=known_why(clock, calendar, now=now),
    )  # fmt: skip


def _state(clock: Clock, due: datetime | None, *, now: datetime) -> ClockState:
    if paused(clock):
        return ClockState.PAUSED
    if due is None:
        return ClockState.UNKNOWN
    if stopped(clock):
        return ClockState.MISSED if clock.stopped_at and clock.stopped_at >= due else ClockState.MET
    return ClockState.LATE if now >= due else ClockState.RUNNING
