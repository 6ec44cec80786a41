"""Clocks: due instants, pauses, explanations and words, against a slow second way of counting."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core.calendars import CalendarHorizon, Length, Unit, WorkingCalendar, due_date
from workflows.core.clocks import (
    Clock,
    Pause,
    TimeState,
    due_at,
    fraction_instant,
    offset_instant,
    paused,
    stopped,
    time_left,
)
from workflows.core.explaining import CountedDay, why_this_date
from workflows.definitions.calendars import seed_calendars

CALENDARS = seed_calendars()
ENGLAND = CALENDARS["england-and-wales"]
HOLIDAYS = {day for day, _ in ENGLAND.holidays}
LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
WAITING = "waiting for the requester"
FAR = datetime(2032, 1, 1, tzinfo=UTC)
modest = settings(max_examples=20, deadline=None, database=None)


def london(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def pause(start: datetime, end: datetime | None, reason: str = WAITING) -> Pause:
    return Pause(start, end, reason)


def make(start: datetime, amount: int, unit: Unit = Unit.WORKING_DAYS, *pauses: Pause) -> Clock:
    return Clock(1, "advice", start, Length(amount, unit), ENGLAND.id, pauses=pauses)


# The second way of counting: one day, or one quarter of an hour, at a time.


def naive_paused(clock: Clock, at: datetime) -> bool:
    return any(p.end is not None and p.start <= at < p.end for p in clock.pauses)


def naive_due(clock: Clock) -> datetime:
    if clock.length.unit is Unit.HOURS:
        at, left = clock.started_at, timedelta(hours=clock.length.amount)
        while left or naive_paused(clock, at):
            left -= timedelta() if naive_paused(clock, at) else QUARTER
            at += QUARTER
        return at
    day = clock.started_at.astimezone(LONDON).date()
    left_days = clock.length.amount
    if clock.length.unit is Unit.CALENDAR_MONTHS:
        left_days = (due_date(day, clock.length, ENGLAND) - day).days
    while True:
        day += ONE_DAY
        at = datetime.combine(day, clock.due_time, LONDON).astimezone(UTC)
        working = day.weekday() < 5 and day not in HOLIDAYS
        if naive_paused(clock, at):
            continue
        if clock.length.unit is not Unit.WORKING_DAYS or working:
            left_days -= 1
        if left_days <= 0 and (clock.length.unit is not Unit.CALENDAR_MONTHS or working):
            return at


starts = st.integers(0, 4 * 24 * 900).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * QUARTER)
lengths = st.one_of(
    st.builds(Length, st.integers(1, 72), st.just(Unit.HOURS)),
    st.builds(Length, st.integers(1, 30), st.just(Unit.WORKING_DAYS)),
    st.builds(Length, st.integers(1, 30), st.just(Unit.CALENDAR_DAYS)),
    st.builds(Length, st.integers(1, 3), st.just(Unit.CALENDAR_MONTHS)),
)
due_times = st.sampled_from([time(17), time(9), time(0), time(23, 45), time(2)])
offsets = st.tuples(st.integers(-2 * 96, 40 * 96), st.integers(-4, 6 * 96))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    start = draw(starts)
    ledger = []
    for after, lasting in draw(st.lists(offsets, max_size=4)):
        began = start + after * QUARTER
        ledger.append(pause(began, began + lasting * QUARTER))
    clock = Clock(1, "advice", start, draw(lengths), ENGLAND.id, draw(due_times))
    return replace(clock, pauses=tuple(ledger))


def due(clock: Clock, calendar: WorkingCalendar = ENGLAND) -> datetime:
    at = due_at(clock, calendar)
    assert at is not None
    return at


@pytest.mark.feature("C8")
@given(clock=clocks())
@modest
def test_every_due_instant_agrees_with_counting_one_step_at_a_time(clock: Clock) -> None:
    assert due(clock) == naive_due(clock)
    assert due(clock).tzinfo is UTC
    assert due_at(clock, ENGLAND, now=FAR) == due(clock)


@pytest.mark.feature("C8")
@given(clock=clocks(), extra=offsets)
@modest
def test_one_more_pause_never_shortens_and_taking_it_away_restores(clock: Clock, extra: tuple[int, int]) -> None:
    before = due(clock)
    began = clock.started_at + extra[0] * QUARTER
    longer = replace(clock, pauses=(*clock.pauses, pause(began, began + extra[1] * QUARTER)))
    assert due(longer) >= before
    if began > before:
        assert due(longer) == before, "a clock that is late stays late"
    assert due(replace(longer, pauses=longer.pauses[:-1])) == before
    assert due(replace(longer, pauses=longer.pauses * 2)) == due(longer), "the same pause counts once"
    assert due(replace(longer, pauses=longer.pauses[::-1])) == due(longer), "in whatever order"


@pytest.mark.feature("C8")
@given(clock=clocks())
@modest
def test_the_explanation_sums_to_the_length_and_ends_on_the_due_day(clock: Clock) -> None:
    lines = why_this_date(clock, ENGLAND, now=FAR)
    counted = [line for line in lines if line.counted]
    first = clock.started_at.astimezone(LONDON).date()
    assert [line.day for line in lines] == [first + n * ONE_DAY for n in range(len(lines))]
    if clock.length.unit is Unit.HOURS:
        found = [re.match(r"(?:(\d+) hours?)? ?(?:(\d+) minutes?)? counted", line.why) for line in counted]
        told = sum(60 * int(m[1] or 0) + int(m[2] or 0) for m in found if m)
        assert told == 60 * clock.length.amount
        return
    assert lines[-1].day == due(clock).astimezone(LONDON).date()
    assert lines[0] == CountedDay(first, False, "day of receipt")
    if clock.length.unit is Unit.CALENDAR_MONTHS:
        assert len(counted) == (due_date(first, clock.length, ENGLAND) - first).days
    else:
        assert len(counted) == clock.length.amount


@given(clock=clocks(), after=st.integers(0, 60 * 96))
@modest
def test_time_left_agrees_with_the_due_instant(clock: Clock, after: int) -> None:
    now = clock.started_at + after * QUARTER
    left = time_left(clock, ENGLAND, now=now)
    assert left.due_at == due_at(clock, ENGLAND, now=now)
    if left.due_at is None:
        assert left.state is TimeState.PAUSED
        assert left.words == f"Paused: {WAITING}"
        return
    assert (left.state is TimeState.OVERDUE) == (now >= left.due_at) == (left.hours <= 0)
    soon = fraction_instant(clock, ENGLAND, fraction=0.75, now=now)
    assert (left.state is TimeState.ON_TIME) == (now < soon)
    assert left.words.startswith("Overdue by ") == (left.state is TimeState.OVERDUE)


@pytest.mark.feature("C8")
def test_a_day_clock_at_christmas_explains_itself() -> None:
    away = pause(london(2026, 12, 23, 9), london(2026, 12, 23, 18))
    clock = make(london(2026, 12, 22), 2, Unit.WORKING_DAYS, away)
    assert due(clock) == london(2026, 12, 29, 17)
    assert why_this_date(clock, ENGLAND, now=FAR) == (
        CountedDay(date(2026, 12, 22), False, "day of receipt"),
        CountedDay(date(2026, 12, 23), False, f"paused: {WAITING}"),
        CountedDay(date(2026, 12, 24), True, "working day"),
        CountedDay(date(2026, 12, 25), False, "Christmas Day (bank holiday)"),
        CountedDay(date(2026, 12, 26), False, "Saturday"),
        CountedDay(date(2026, 12, 27), False, "Sunday"),
        CountedDay(date(2026, 12, 28), False, "Boxing Day, substitute day (bank holiday)"),
        CountedDay(date(2026, 12, 29), True, "working day"),
    )


def test_a_name_that_says_bank_holiday_says_it_once() -> None:
    lines = why_this_date(make(london(2027, 5, 28), 1), ENGLAND, now=FAR)
    assert lines[3] == CountedDay(date(2027, 5, 31), False, "Spring bank holiday")


@pytest.mark.feature("C8")
def test_two_pauses_on_one_day_count_once() -> None:
    plain = make(london(2026, 11, 2), 5)
    both = (
        pause(london(2026, 11, 4, 16), london(2026, 11, 4, 18)),
        pause(london(2026, 11, 4, 16, 30), london(2026, 11, 4, 17, 30)),
    )
    assert due(plain) == london(2026, 11, 9, 17)
    assert due(replace(plain, pauses=both)) == london(2026, 11, 10, 17)
    apart = pause(london(2026, 11, 4, 9), london(2026, 11, 4, 10)), both[0]
    assert due(replace(plain, pauses=apart)) == london(2026, 11, 10, 17)
    within_the_day = pause(london(2026, 11, 4, 9), london(2026, 11, 4, 10))
    assert due(replace(plain, pauses=(within_the_day,))) == due(plain)


@pytest.mark.feature("C8")
@pytest.mark.parametrize("unit", list(Unit))
def test_a_pause_after_the_due_instant_does_not_excuse_it(unit: Unit) -> None:
    plain = make(london(2026, 11, 2), 2, unit)
    after = pause(due(plain) + QUARTER, due(plain) + 9 * ONE_DAY)
    assert due(replace(plain, pauses=(after,))) == due(plain)
    just_before = pause(due(plain), due(plain) + QUARTER)
    assert due(replace(plain, pauses=(just_before,))) > due(plain), "paused at the due instant itself"


@pytest.mark.feature("C8")
@pytest.mark.parametrize("unit", [Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.CALENDAR_MONTHS])
def test_a_pause_takes_a_day_only_at_its_due_time_and_never_the_start_day(unit: Unit) -> None:
    plain = make(london(2026, 11, 2), 1, unit)
    on_the_start_day = pause(london(2026, 11, 2, 16), london(2026, 11, 2, 18))
    assert due(replace(plain, pauses=(on_the_start_day,))) == due(plain)
    until_the_due_time = pause(london(2026, 11, 2, 18), london(2026, 11, 3, 17))
    assert due(replace(plain, pauses=(until_the_due_time,))) == due(plain)
    past_it = replace(until_the_due_time, end=london(2026, 11, 3, 17) + QUARTER)
    assert due(replace(plain, pauses=(past_it,))) == due(plain) + ONE_DAY


@pytest.mark.feature("C8")
def test_a_pause_over_a_bank_holiday_takes_no_day_and_gives_none() -> None:
    plain = make(london(2026, 12, 22), 4)
    over = pause(london(2026, 12, 24, 18), london(2026, 12, 29, 9))
    assert due(replace(plain, pauses=(over,))) == due(plain) == london(2026, 12, 30, 17)
    longer = replace(over, end=london(2026, 12, 29, 18))
    assert due(replace(plain, pauses=(longer,))) == london(2026, 12, 31, 17)


@pytest.mark.feature("C8")
def test_a_change_of_the_hour_moves_no_day_clock() -> None:
    spring = make(datetime(2027, 3, 25, 10, tzinfo=UTC), 3)
    assert due(spring) == datetime(2027, 4, 1, 16, tzinfo=UTC), "17:00 in summer time, after Easter"
    autumn = make(datetime(2026, 10, 23, 9, tzinfo=UTC), 1)
    assert due(autumn) == datetime(2026, 10, 26, 17, tzinfo=UTC), "17:00 in winter time"
    hours = make(datetime(2026, 10, 24, 22, tzinfo=UTC), 4, Unit.HOURS)
    assert due(hours) == datetime(2026, 10, 25, 2, tzinfo=UTC), "hours are plain hours"


def test_the_start_day_is_the_local_one() -> None:
    late_in_summer = make(datetime(2026, 7, 6, 23, 30, tzinfo=UTC), 1)
    assert due(late_in_summer) == london(2026, 7, 8, 17), "it is past midnight in London: the 7th"


def test_months_pause_by_days_and_end_on_a_working_day() -> None:
    clock = make(london(2026, 6, 30), 1, Unit.CALENDAR_MONTHS)
    assert due(clock) == london(2026, 7, 30, 17)
    held = replace(clock, pauses=(pause(london(2026, 7, 6, 12), london(2026, 7, 8, 12)),))
    lines = why_this_date(held, ENGLAND, now=FAR)
    assert due(held) == london(2026, 8, 3, 17), "Thursday and two days more is a Saturday, so Monday"
    assert [(line.counted, line.why) for line in lines[-3:]] == [
        (True, "calendar day"),
        (False, "Sunday"),
        (False, "next working day"),
    ]
    again = replace(held, pauses=(*held.pauses, pause(london(2026, 8, 3, 9), london(2026, 8, 5, 9))))
    assert due(again) == london(2026, 8, 5, 17)


@pytest.mark.feature("C8")
def test_hours_are_explained_day_by_day_with_their_pauses() -> None:
    start = london(2026, 11, 2, 22, 30)
    clock = make(start, 4, Unit.HOURS, pause(london(2026, 11, 3, 0), london(2026, 11, 4, 1)))
    assert due(clock) == london(2026, 11, 4, 3, 30)
    assert why_this_date(clock, ENGLAND, now=FAR) == (
        CountedDay(date(2026, 11, 2), True, "1 hour 30 minutes counted"),
        CountedDay(date(2026, 11, 3), False, f"paused: {WAITING}"),
        CountedDay(date(2026, 11, 4), True, f"2 hours 30 minutes counted, paused: {WAITING}"),
    )
    seconds = make(london(2026, 11, 2, 23, 59) + timedelta(seconds=40), 1, Unit.HOURS)
    assert [line.why for line in why_this_date(seconds, ENGLAND, now=FAR)] == [
        "less than a minute",
        "1 hour counted",
    ]


def test_an_open_pause_has_no_due_instant_and_is_measured_where_it_began() -> None:
    clock = make(london(2026, 11, 2), 5, Unit.WORKING_DAYS, pause(london(2026, 11, 4, 12), None))
    assert paused(clock)
    assert not stopped(clock)
    assert due_at(clock, ENGLAND) is None
    assert due_at(clock, ENGLAND, now=london(2026, 11, 6)) is None
    assert due_at(clock, ENGLAND, now=london(2026, 11, 3)) == london(2026, 11, 9, 17), "not known then"
    first, later = (time_left(clock, ENGLAND, now=london(2026, 11, day)) for day in (4 + 1, 30))
    assert first == later
    assert (first.state, first.due_at, first.days) == (TimeState.PAUSED, None, 3)
    assert first.words == "Paused: waiting for the requester"
    as_if_resumed = why_this_date(clock, ENGLAND, now=london(2026, 11, 6))
    assert as_if_resumed[-1].day == date(2026, 11, 11)
    assert sum(line.counted for line in as_if_resumed) == 5
    assert fraction_instant(clock, ENGLAND, fraction=1, now=london(2026, 11, 6)) == london(2026, 11, 11, 17)


def test_a_stopped_clock_is_done_in_time_or_late_for_good() -> None:
    clock = make(london(2026, 11, 2), 2)
    in_time = replace(clock, stopped_at=london(2026, 11, 4, 17))
    late = replace(clock, stopped_at=london(2026, 11, 5, 9))
    assert stopped(in_time)
    assert time_left(in_time, ENGLAND, now=FAR).words == "Done in time"
    left = time_left(late, ENGLAND, now=FAR)
    assert (left.state, left.words, left.days) == (TimeState.STOPPED, "Done late", -1)
    assert time_left(late, ENGLAND, now=london(2026, 11, 3)).state is TimeState.ON_TIME, "not stopped yet"


def test_stopping_ends_an_open_pause() -> None:
    held = make(london(2026, 11, 2), 2, Unit.WORKING_DAYS, pause(london(2026, 11, 3), None))
    done = replace(held, stopped_at=london(2026, 11, 4))
    assert not paused(done)
    assert due_at(done, ENGLAND) == due_at(done, ENGLAND, now=FAR) == london(2026, 11, 5, 17)
    assert time_left(done, ENGLAND, now=FAR).state is TimeState.STOPPED


@pytest.mark.parametrize(
    ("amount", "unit", "now", "state", "words"),
    [
        (5, Unit.WORKING_DAYS, london(2026, 11, 5), TimeState.ON_TIME, "2 working days left"),
        (5, Unit.WORKING_DAYS, london(2026, 11, 8), TimeState.DUE_SOON, "1 working day left"),
        (5, Unit.WORKING_DAYS, london(2026, 11, 9, 13), TimeState.DUE_SOON, "4 hours left"),
        (5, Unit.WORKING_DAYS, london(2026, 11, 9, 17), TimeState.OVERDUE, "Overdue by less than a minute"),
        (5, Unit.WORKING_DAYS, london(2026, 11, 9, 18, 30), TimeState.OVERDUE, "Overdue by 1 hour"),
        (5, Unit.WORKING_DAYS, london(2026, 11, 10, 9), TimeState.OVERDUE, "Overdue by 1 working day"),
        (5, Unit.WORKING_DAYS, london(2026, 11, 12, 9), TimeState.OVERDUE, "Overdue by 3 working days"),
        (4, Unit.WORKING_DAYS, london(2026, 11, 8, 20), TimeState.OVERDUE, "Overdue by 2 days"),
        (28, Unit.CALENDAR_DAYS, london(2026, 11, 6), TimeState.ON_TIME, "24 days left"),
        (28, Unit.CALENDAR_DAYS, london(2026, 12, 1), TimeState.OVERDUE, "Overdue by 1 day"),
        (4, Unit.HOURS, london(2026, 11, 2, 10), TimeState.ON_TIME, "4 hours left"),
        (4, Unit.HOURS, london(2026, 11, 2, 13), TimeState.DUE_SOON, "1 hour left"),
        (4, Unit.HOURS, london(2026, 11, 2, 13, 59), TimeState.DUE_SOON, "1 minute left"),
        (
            4,
            Unit.HOURS,
            london(2026, 11, 2, 14) - ONE_DAY / 86400,
            TimeState.DUE_SOON,
            "Less than a minute left",
        ),
        (72, Unit.HOURS, london(2026, 11, 2, 10), TimeState.ON_TIME, "72 hours left"),
    ],
)
def test_time_left_in_words(amount: int, unit: Unit, now: datetime, state: TimeState, words: str) -> None:
    left = time_left(make(london(2026, 11, 2), amount, unit), ENGLAND, now=now)
    assert (left.state, left.words) == (state, words)


def test_time_left_before_the_start_has_used_nothing() -> None:
    left = time_left(make(london(2026, 11, 2), 2), ENGLAND, now=london(2026, 11, 1))
    assert left.fraction_used == 0
    assert left.days == 3


def test_the_ladder_hangs_from_the_due_instant() -> None:
    clock = make(london(2026, 12, 21), 2)
    now = london(2026, 12, 21)
    at = london(2026, 12, 23, 17)
    half = fraction_instant(clock, ENGLAND, fraction=0.5, now=now)
    assert half == now + (at - now) / 2

    def rung(amount: int, unit: Unit, *, after: bool) -> datetime:
        return offset_instant(clock, ENGLAND, length=Length(amount, unit), after_due=after, now=now)

    assert rung(0, Unit.WORKING_DAYS, after=True) == at
    assert rung(3, Unit.HOURS, after=True) == london(2026, 12, 23, 20)
    assert rung(3, Unit.HOURS, after=False) == london(2026, 12, 23, 14)
    assert rung(2, Unit.WORKING_DAYS, after=True) == london(2026, 12, 29, 17)
    assert rung(1, Unit.WORKING_DAYS, after=False) == london(2026, 12, 22, 17)
    assert rung(2, Unit.CALENDAR_DAYS, after=True) == london(2026, 12, 25, 17)
    assert rung(2, Unit.CALENDAR_DAYS, after=False) == london(2026, 12, 21, 17)
    assert rung(1, Unit.CALENDAR_MONTHS, after=True) == london(2027, 1, 25, 17), "the 23rd is a Saturday"
    assert rung(1, Unit.CALENDAR_MONTHS, after=False) == london(2026, 11, 23, 17)


def test_an_hour_clocks_working_day_rung_falls_at_the_due_time() -> None:
    clock = make(london(2026, 11, 6, 22), 1, Unit.HOURS)
    one = Length(1, Unit.WORKING_DAYS)
    at = offset_instant(clock, ENGLAND, length=one, after_due=True, now=london(2026, 11, 6, 22))
    assert at == london(2026, 11, 9, 17)


@pytest.mark.parametrize("at", [time(1), time(1, 30), time(1, 59)])
def test_a_due_time_that_is_missing_once_a_year_is_refused(at: time) -> None:
    with pytest.raises(ValueError, match="missing on one day a year"):
        replace(make(london(2026, 11, 2), 1), due_time=at)


def test_clocks_that_name_no_instant_are_refused() -> None:
    clock = make(london(2026, 11, 2), 1)
    naive = datetime(2026, 11, 2, 10)  # noqa: DTZ001 - the mistake that is refused
    with pytest.raises(ValueError, match="names no instant"):
        replace(clock, started_at=naive)
    with pytest.raises(ValueError, match="names no instant"):
        replace(clock, stopped_at=naive)
    with pytest.raises(ValueError, match="names no instant"):
        pause(london(2026, 11, 2), naive)
    with pytest.raises(ValueError, match="names no instant"):
        pause(naive, None)
    with pytest.raises(ValueError, match="carries no zone"):
        replace(clock, due_time=time(17, tzinfo=UTC))
    with pytest.raises(ValueError, match="length of at least one"):
        replace(clock, length=Length(0, Unit.HOURS))


def test_another_nations_calendar_and_a_passed_horizon_are_refused() -> None:
    clock = make(london(2026, 11, 2), 1)
    with pytest.raises(ValueError, match="counts by calendar england-and-wales, not by scotland"):
        due_at(clock, CALENDARS["scotland"])
    with pytest.raises(CalendarHorizon):
        due_at(make(london(2032, 12, 20), 20), ENGLAND)


def test_the_half_way_reminder_waits_while_the_clock_is_paused() -> None:
    start, length = london(2026, 11, 2, 9), Length(5, Unit.WORKING_DAYS)
    plain = Clock(1, "advice", start, length, ENGLAND.id)
    pause = Pause(london(2026, 11, 3, 9), london(2026, 11, 17, 9), "waiting for the requester")
    asked = replace(plain, pauses=(pause,))
    now = pause.end
    half = fraction_instant(asked, ENGLAND, fraction=0.5, now=now)
    assert half > now
    hours = replace(plain, length=Length(10, Unit.HOURS))
    later = replace(hours, pauses=(Pause(london(2026, 11, 2, 16), london(2026, 11, 2, 18), "x"),))
    assert fraction_instant(later, ENGLAND, fraction=0.5, now=now) == london(2026, 11, 2, 14)
    assert time_left(asked, ENGLAND, now=now).fraction_used < 0.25
