"""Beyond the last day that bank holidays are known for: what cannot be worked out is said to be unknown, never guessed.

Reading never fails for it. An act that needs such a date is refused, with who can do something about it.
"""

from __future__ import annotations

from datetime import date, datetime

from workflows.core.calendars import CalendarHorizon, WorkingCalendar
from workflows.core.clocks import HOUR, Clock, TimeLeft, TimeState, due_at, paused, time_left
from workflows.core.explaining import CountedDay, why_this_date
from workflows.core.refusals import Refusal, Refused
from workflows.core.spans import local_day

CALENDAR_HORIZON = "calendar_horizon"


def too_far(found: CalendarHorizon) -> Refused:
    """The refusal of an act whose dates lie beyond what is known."""
    say = (
        f"Bank holidays are known only up to {in_words(found.horizon)}, so a date after that cannot be worked out. "
        "An administrator can load more of them on the page “Bank holidays and closure days”."
    )
    return Refused(Refusal(CALENDAR_HORIZON, say))


def unknown_words(calendar: WorkingCalendar) -> str:
    """What stands where a date would."""
    return f"Not known beyond {in_words(calendar.horizon)}"


def known_due(clock: Clock, calendar: WorkingCalendar) -> datetime | None:
    """The due instant (aware UTC); None while the clock is paused, and where it cannot be worked out."""
    try:
        return due_at(clock, calendar)
    except CalendarHorizon:
        return None


def known_left(clock: Clock, calendar: WorkingCalendar, *, now: datetime) -> TimeLeft:
    """The time left, as far as it is known."""
    try:
        return time_left(clock, calendar, now=now)
    except CalendarHorizon:
        due = known_due(clock, calendar)
    words = unknown_words(calendar)
    if due is None:
        reason = next((each.reason for each in clock.pauses if each.end is None), "") if paused(clock) else ""
        state = TimeState.PAUSED if reason else TimeState.UNKNOWN
        return TimeLeft(
            state, None, days=0, hours=0.0, fraction_used=0.0, words=f"Paused: {reason}" if reason else words
        )
    late = now >= due
    return TimeLeft(
        TimeState.OVERDUE if late else TimeState.ON_TIME,
        due,
        days=0,
        hours=(due - now) / HOUR,
        fraction_used=1.0 if late else 0.0,
        words=f"{'Overdue, by how much is n' if late else 'N'}{words[1:]}",
    )


def known_why(clock: Clock, calendar: WorkingCalendar, *, now: datetime) -> tuple[CountedDay, ...]:
    """Every day of a clock; none where the last of them cannot be worked out."""
    try:
        return why_this_date(clock, calendar, now=now)
    except CalendarHorizon:
        return ()


def working_days_known(calendar: WorkingCalendar, since: datetime, until: datetime) -> tuple[int, bool]:
    """Working days between two instants, as far as they are known; whether that is all of them."""
    first, last = local_day(since), local_day(until)
    known = min(last, calendar.horizon)
    return calendar.working_days_between(min(first, known), known), known == last


def reach_ahead(calendar: WorkingCalendar, day: date, working_days: int) -> date:
    """The n-th working day after a day, or the last one that is known; never before the day itself."""
    try:
        return calendar.add_working_days(day, working_days)
    except CalendarHorizon:
        return max(day, calendar.horizon)


def in_words(day: date) -> str:
    """A day as people say it: 31 December 2026."""
    return f"{day.day} {day:%B %Y}"
