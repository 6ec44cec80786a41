"""Why these dates: every clock of a case as its ledger has it, each day counted or skipped with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from workflows.core import events as e
from workflows.core.beyond import known_left, known_why
from workflows.core.calendars import CalendarHorizon, Unit, WorkingCalendar
from workflows.core.case import Case
from workflows.core.clocks import Clock, TimeLeft, length_words
from workflows.core.definition import CommandType, Definition, Side
from workflows.core.due import due
from workflows.core.explaining import CountedDay
from workflows.core.extending import rule_of
from workflows.core.permissions import Principal, role_words
from workflows.core.refusals import not_found
from workflows.core.spans import local_day
from workflows.core.veil import veil_of
from workflows.core.visibility import look
from workflows.service.calendar_versions import CalendarSet, sets_of
from workflows.service.library import Library
from workflows.service.timeline import knows_why
from workflows.service.unit_of_work import Engine, transaction
from workflows.store import pages
from workflows.store.pages import Line


@dataclass(frozen=True, slots=True)
class PauseView:
    """One pause: from when until when (None while it lasts), why, who asked, and how it ended, in words."""

    start: datetime
    end: datetime | None
    reason: str
    by: str
    ended: str


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """One extension. ``reason`` is empty for who may not read it."""

    at: datetime
    by: str
    more: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock: what it counts and by which calendar, how far it is, and the reason for every day."""

    number: int
    title: str
    whose: str
    started_at: datetime
    length: str
    whole: str
    unit: Unit
    stopped_at: datetime | None
    left: TimeLeft
    calendar: str
    sets: tuple[CalendarSet, ...]
    """The versions of days that the calendar is made of; none where it came with the product."""
    horizon: date
    pauses: tuple[PauseView, ...]
    extensions: tuple[ExtensionView, ...]
    days: tuple[CountedDay, ...]
    may_extend: str
    """What the workflow says about extending it, for one that runs."""
    counted_from: datetime | None = None
    """From when it counts, where that is not its start."""
    given_back_at: datetime | None = None
    """When a question that still waits goes back to who asked it."""


class Dates:
    """The clocks of a case for people who may know it."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self.engine = engine
        self.library = library

    def clocks(self, person: Principal, case_id: str, *, now: datetime) -> tuple[ClockView, ...]:
        """Every clock of the case, those that run first. Records the reading. Raises Refused (NOT_FOUND)."""
        with transaction(self.engine) as connection:
            named = pages.named(connection, case_id)
            if named is None:
                raise not_found()
            definition = self.library.definition(connection, named.case.definition)
            seen = look(named.case, person, definition)
            if seen.nothing:
                raise not_found()
            lines = pages.history(connection, case_id)
            pages.record_read(connection, case_id=case_id, person_id=person.id, what="dates", at=now)
            sets = sets_of(connection, {clock.calendar for clock in _all(named.case)})
        case = veil_of(named.case, seen.identity, on=local_day(now)).case(named.case)
        why = knows_why(seen)
        return tuple(
            replace(
                _view(case, clock, definition, self.library.calendar(clock.calendar), lines, why=why, now=now),
                sets=tuple(sets[clock.calendar]),
            )
            for clock in sorted(_all(case), key=lambda clock: (clock.stopped_at is not None, -clock.number))
        )


def _all(case: Case) -> Iterator[Clock]:
    yield from case.past_clocks
    yield from (clock for clock in (case.held, case.clock) if clock is not None)


def _view(
    case: Case,
    clock: Clock,
    definition: Definition,
    calendar: WorkingCalendar,
    lines: Iterable[Line],
    *,
    why: bool,
    now: datetime,
) -> ClockView:
    stage = definition.stage(clock.stage)
    return ClockView(
        number=clock.number,
        title=stage.title,
        whose="the requester" if stage.side is Side.REQUESTER else role_words(stage.roles),
        started_at=clock.started_at,
        counted_from=clock.counted_from,
        length=length_words(clock.length),
        whole=length_words(clock.whole),
        unit=clock.length.unit,
        stopped_at=clock.stopped_at,
        left=known_left(clock, calendar, now=now),
        calendar=calendar.id,
        sets=(),
        horizon=calendar.horizon,
        pauses=tuple(_pauses(clock, lines)),
        extensions=tuple(_extensions(clock, why=why)),
        days=known_why(clock, calendar, now=now),
        may_extend=_may_extend(case, definition) if case.clock is clock else "",
        given_back_at=_given_back_at(case, definition, calendar) if case.clock is clock else None,
    )


def _pauses(clock: Clock, lines: Iterable[Line]) -> Iterator[PauseView]:
    """Each pause with who asked and what ended it: both are events of the same instants."""
    asked = {line.event.at: line.by for line in lines if isinstance(line.event, e.Asked)}
    ends = {line.event.at: _ended(line.event) for line in lines if line.event.move is not None}
    for pause in clock.pauses:
        end = pause.end or clock.stopped_at
        yield PauseView(pause.start, end, pause.reason, asked.get(pause.start, ""), ends.get(end, "") if end else "")


def _extensions(clock: Clock, *, why: bool) -> Iterator[ExtensionView]:
    for each in clock.extensions:
        more = length_words(replace(clock.length, amount=each.amount))
        yield ExtensionView(each.at, each.by_name, more, each.reason if why else "")


def _ended(event: e.Event) -> str:
    match event:
        case e.Answered():
            return "answered"
        case e.QuestionGivenBack():
            return "not answered, so it went back"
        case e.Withdrawn():
            return "the request was withdrawn"
        case _:
            return ""


def _given_back_at(case: Case, definition: Definition, calendar: WorkingCalendar) -> datetime | None:
    try:
        items = due(case, definition, calendar)
    except CalendarHorizon:
        return None
    return next((item.at for item in items if item.command is CommandType.GIVE_BACK), None)


def _may_extend(case: Case, definition: Definition) -> str:
    rule = rule_of(case, definition)
    if rule is None:
        return f"The workflow lets nobody extend this time where a request is {case.urgency}."
    return f"{role_words(rule.roles)} can extend this time by {length_words(rule.most)} in all."
