"""Clocks: how long a stage may take, as a ledger of a start, a length and pauses.

No due date is ever stored as the truth or edited: it is worked out from the ledger, with the reason for every
day. All instants are aware and answers are in UTC; days are those of Europe/London, so a change of the hour
moves no day clock. A pause begins at its first instant and has ended at its last: a day whose due time is the
moment of resuming counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from workflows.core.calendars import Length, Unit, WorkingCalendar, add_months, due_date
from workflows.core.hours import open_time, reach, reach_back
from workflows.core.spans import (
    ONE_DAY,
    Span,
    days_with,
    instant,
    local_day,
    merged,
    require_aware,
)

DUE_SOON = 0.75
"""From this share of the way to the due instant on, a clock is due soon."""
DEFAULT_DUE_TIME = time(17)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that is not counted, and why. ``end`` is None while it lasts.

    Raises ValueError for a naive datetime, and for no reason.
    """

    start: datetime
    end: datetime | None
    reason: str

    def __post_init__(self) -> None:
        require_aware(self.start)
        require_aware(self.end)
        if not self.reason.strip():
            raise ValueError("a pause needs a reason")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, in the clock's own unit: who gave it, when and why.

    ``again`` names rungs that spoke of a lateness which this put off: they fall once more when that is over.
    Raises ValueError for a naive datetime.
    """

    at: datetime
    by: str
    amount: int
    reason: str
    by_name: str = ""
    again: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_aware(self.at)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one case. With each extension it is in a further version, in which each rung falls once at most.

    ``due_time`` is the local time in Europe/London at which a day clock falls due; ``calendar`` the id of the
    working calendar; ``fired`` the keys of the ladder's rungs that have been climbed. Raises ValueError for a
    naive datetime, a length of nothing, or a due time that does not stand exactly once in every day.
    """

    number: int
    stage: str
    started_at: datetime
    length: Length
    calendar: str
    due_time: time = DEFAULT_DUE_TIME
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    fired: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    counted_from: datetime | None = None
    """From when the length is counted, where that is not the start: an application counts from when it came."""

    @property
    def begins(self) -> datetime:
        """The instant from which the length is counted."""
        return self.counted_from or self.started_at

    @property
    def version(self) -> int:
        """How many times the clock has been extended: with ``number``, which ladder its rungs stand on."""
        return len(self.extensions)

    @property
    def whole(self) -> Length:
        """The length with every extension."""
        return replace(self.length, amount=self.length.amount + sum(each.amount for each in self.extensions))

    @property
    def ever_fired(self) -> frozenset[str]:
        """The keys of the rungs that have been climbed in any version."""
        return frozenset(self.fired).union(*(each.again for each in self.extensions))

    def __post_init__(self) -> None:
        require_aware(self.started_at)
        require_aware(self.stopped_at)
        require_aware(self.counted_from)
        check_due_time(self.due_time)
        if self.length.amount < 1:
            raise ValueError(f"a clock needs a length of at least one, not of no {self.length.unit}")


class TimeState(StrEnum):
    """Where a clock stands."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    STOPPED = "stopped"
    UNKNOWN = "unknown"
    """It falls due on a day that bank holidays are not known for yet (``beyond``)."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What is left of a clock.

    ``due_at`` is None while paused. ``days`` are working days after today up to and with the due day,
    ``hours`` plain hours to the due instant; both are negative once late. ``fraction_used`` is the share of
    the way from start to due, above 1 once time counts that is late. A paused clock is measured where its pause
    began, a stopped one where it stopped.
    """

    state: TimeState
    due_at: datetime | None
    days: int
    hours: float
    fraction_used: float
    words: str


def check_due_time(at: time) -> None:
    """Raises ValueError for a due time with a zone of its own, or between 1 and 2 in the morning.

    That hour is missing on one day of each spring and comes twice on one day of each autumn.
    """
    if at.tzinfo is not None:
        raise ValueError("a due time is a local time in Europe/London and carries no zone")
    if at.hour == 1:
        raise ValueError(f"a due time between 01:00 and 02:00 is missing on one day a year: {at:%H:%M}")


def paused(clock: Clock) -> bool:
    """Whether a pause is open. A stopped clock is not paused."""
    return not stopped(clock) and any(pause.end is None for pause in clock.pauses)


def stopped(clock: Clock) -> bool:
    """Whether the clock has been stopped for good."""
    return clock.stopped_at is not None


def due_at(clock: Clock, calendar: WorkingCalendar, *, now: datetime | None = None) -> datetime | None:
    """The instant, in UTC, at which the clock falls due; None while it is paused.

    With ``now`` the ledger is read as it stood then: what began or ended later is not known yet. Raises
    CalendarHorizon, and ValueError when ``calendar`` is not the clock's own.
    """
    if now is None:
        return None if paused(clock) else due_instant(_cut(clock, at=clock.stopped_at), calendar)
    return None if _open_pause(clock, now=now) else due_instant(settled(clock, now=now), calendar)


def time_left(clock: Clock, calendar: WorkingCalendar, *, now: datetime) -> TimeLeft:
    """Where the clock stands at ``now``, in figures and in words. Raises as ``due_at`` does."""
    pause = _open_pause(clock, now=now)
    at = pause.start if pause else _end(clock, now=now)
    ledger = _cut(clock, at=at)
    due = due_instant(ledger, calendar)
    fraction = max(0.0, _ran(ledger, calendar, until=at) / _ran(ledger, calendar, until=due))
    if pause:
        state = TimeState.PAUSED
        words = f"Paused: {pause.reason}"
    elif clock.stopped_at is not None and clock.stopped_at <= now:
        state = TimeState.STOPPED
        words = "Done in time" if at <= due else "Done late"
    else:
        state = _running_state(at >= due, fraction)
        words = _words(clock, calendar, due=due, at=at)
    return TimeLeft(
        state=state,
        due_at=None if pause else due,
        days=calendar.working_days_between(local_day(at), local_day(due)),
        hours=(due - at) / HOUR,
        fraction_used=fraction,
        words=words,
    )


def fraction_instant(clock: Clock, calendar: WorkingCalendar, *, fraction: float, now: datetime) -> datetime:
    """The instant, in UTC, at which this share of the clock's running time has passed; pauses do not count.

    An open pause is read as if it ended ``now``. Raises as ``due_at`` does.
    """
    ledger = settled(clock, now=now)
    due = due_instant(ledger, calendar)
    share = _ran(ledger, calendar, until=due) * fraction
    if clock.length.unit is Unit.WORKING_HOURS:
        return reach(clock.begins, share, calendar, pauses=pause_spans(ledger))
    moment = clock.begins.astimezone(UTC) + share
    for span in pause_spans(ledger):
        if span.start <= moment:
            moment += span.end - span.start
    return moment


def _ran(ledger: Clock, calendar: WorkingCalendar, *, until: datetime) -> timedelta:
    """How long the clock has run from its start to ``until``, without its pauses and what it never counts."""
    if ledger.length.unit is Unit.WORKING_HOURS:
        return open_time(ledger.begins, until, calendar, pauses=pause_spans(ledger))
    paused_for = sum(
        (min(span.end, until) - span.start for span in pause_spans(ledger) if span.start < until), timedelta()
    )
    return until - ledger.begins - paused_for


def offset_instant(
    clock: Clock, calendar: WorkingCalendar, *, length: Length, after_due: bool, now: datetime
) -> datetime:
    """The instant, in UTC, that lies ``length`` after the due instant, or before it.

    Hours are plain hours, working hours pass while the service is open. Days and months are counted from the
    local day of the due instant and end at the clock's due time. A length of nothing is the due instant. An open
    pause is read as if it ended ``now``. Raises as ``due_at`` does.
    """
    due = due_instant(settled(clock, now=now), calendar)
    sign = 1 if after_due else -1
    if length.unit is Unit.HOURS or length.amount == 0:
        return due + sign * length.amount * HOUR
    if length.unit is Unit.WORKING_HOURS:
        return (reach if after_due else reach_back)(due, length.amount * HOUR, calendar)
    return instant(_offset_day(local_day(due), length, sign=sign, calendar=calendar), clock.due_time)


def _offset_day(day: date, length: Length, *, sign: int, calendar: WorkingCalendar) -> date:
    if sign > 0:
        return due_date(day, length, calendar)
    if length.unit is Unit.WORKING_DAYS:
        return calendar.add_working_days(day, -length.amount)
    if length.unit is Unit.CALENDAR_DAYS:
        return day - length.amount * ONE_DAY
    return add_months(day, -length.amount)


def _open_pause(clock: Clock, *, now: datetime) -> Pause | None:
    """The (first) pause that was open at ``now``; None when the clock ran, or had stopped."""
    if clock.stopped_at is not None and clock.stopped_at <= now:
        return None
    still_open = (p for p in clock.pauses if p.start <= now and (p.end is None or p.end > now))
    return min(still_open, key=lambda pause: pause.start, default=None)


def _end(clock: Clock, *, now: datetime) -> datetime:
    return now if clock.stopped_at is None else min(now, clock.stopped_at)


def settled(clock: Clock, *, now: datetime) -> Clock:
    """The ledger as it stood at ``now`` (or when the clock stopped), with no pause left open."""
    return _cut(clock, at=_end(clock, now=now))


def _cut(clock: Clock, *, at: datetime | None) -> Clock:
    """The ledger up to ``at``: what came later left out, open pauses ended there. Unchanged when None."""
    if at is None or not (clock.pauses or clock.extensions):
        return clock
    kept = (p for p in clock.pauses if p.start < at)
    return replace(
        clock,
        pauses=tuple(Pause(p.start, min(p.end or at, at), p.reason) for p in kept),
        extensions=tuple(each for each in clock.extensions if each.at <= at),
    )


def pause_spans(clock: Clock) -> tuple[Span, ...]:
    """The pauses that have ended, in order, those that touch made one."""
    return merged(((p.start, p.end) for p in clock.pauses if p.end is not None), since=clock.begins)


def due_instant(clock: Clock, calendar: WorkingCalendar) -> datetime:
    """The due instant of a ledger without open pauses. A pause that begins after it can no longer move it."""
    if calendar.id != clock.calendar:
        raise ValueError(f"clock {clock.number} counts by calendar {clock.calendar}, not by {calendar.id}")
    if clock.length.unit is Unit.HOURS:
        due = clock.begins.astimezone(UTC) + clock.whole.amount * HOUR
        for span in pause_spans(clock):
            if span.start <= due:
                due += span.end - span.start
        return due
    if clock.length.unit is Unit.WORKING_HOURS:
        return reach(clock.begins, clock.whole.amount * HOUR, calendar, pauses=pause_spans(clock))
    return instant(_due_day(clock, calendar), clock.due_time)


def _due_day(clock: Clock, calendar: WorkingCalendar) -> date:
    start = local_day(clock.begins)
    due = due_date(start, clock.whole, calendar)
    ranges = days_with(pause_spans(clock), at=clock.due_time, after=start)
    match clock.length.unit:
        case Unit.WORKING_DAYS:
            for away in ranges:
                if away.first <= due:
                    lost = calendar.working_days_between(away.first - ONE_DAY, away.last)
                    due = calendar.add_working_days(due, lost)
        case Unit.CALENDAR_DAYS:
            for away in ranges:
                if away.first <= due:
                    due += away.days * ONE_DAY
        case _:
            for away in ranges:
                if away.first <= calendar.on_or_after(due):
                    due = max(due, away.first) + away.days * ONE_DAY
            due = calendar.on_or_after(due)
    return due


def _running_state(late: bool, fraction: float) -> TimeState:
    if late:
        return TimeState.OVERDUE
    return TimeState.DUE_SOON if fraction >= DUE_SOON else TimeState.ON_TIME


def _words(clock: Clock, calendar: WorkingCalendar, *, due: datetime, at: datetime) -> str:
    """Time left or overrun, in the unit people count this clock by; in hours when it is less than one day."""
    left = _amount(clock, calendar, due=due, at=at)
    return f"Overdue by {left}" if at >= due else f"{left} left".capitalize()


def _amount(clock: Clock, calendar: WorkingCalendar, *, due: datetime, at: datetime) -> str:
    today, due_day = local_day(at), local_day(due)
    if clock.length.unit is Unit.WORKING_HOURS:
        counted = open_time(min(at, due), max(at, due), calendar)
        if counted >= MINUTE:
            return time_words(counted, largest_only=True, kind="working ")
    match clock.length.unit:
        case Unit.HOURS | Unit.WORKING_HOURS:
            days, name = 0, ""
        case Unit.WORKING_DAYS:
            days, name = abs(calendar.working_days_between(today, due_day)), "working day"
        case _:
            days, name = abs((due_day - today).days), "day"
    if name and not days and abs(due - at) >= DAY:
        # Over a weekend no working day has passed, but "51 hours" is nobody's unit.
        days, name = abs((due_day - today).days), "day"
    return plural(days, name) if days else time_words(abs(due - at), largest_only=True)


def time_words(length: timedelta, *, largest_only: bool = False, kind: str = "") -> str:
    """A length in hours and minutes, or in the larger of them only; ``kind`` says which hours."""
    hours, minutes = divmod(length // MINUTE, 60)
    if hours and (largest_only or not minutes):
        return plural(hours, f"{kind}hour")
    if hours:
        return f"{plural(hours, f'{kind}hour')} {plural(minutes, 'minute')}"
    return plural(minutes, f"{kind}minute") if minutes else "less than a minute"


def unit_words(unit: Unit) -> str:
    """Several of a unit, as people say it. A calendar day is a day."""
    return unit.value.replace("_", " ").removeprefix("calendar ")


def length_words(length: Length) -> str:
    """A length as people say it: 1 working day, 3 hours."""
    return plural(length.amount, unit_words(length.unit).removesuffix("s"))


def plural(amount: int, name: str) -> str:
    """The amount and its unit, in the number that the amount asks for."""
    return f"{amount} {name}" if amount == 1 else f"{amount} {name}s"
