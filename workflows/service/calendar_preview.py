"""What putting a set of days in force would do: which open requests would fall due on another day, and on which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from workflows.core.calendars import CalendarHorizon, WorkingCalendar
from workflows.core.clocks import Clock, due_at
from workflows.core.day_sets import differing
from workflows.core.recounting import base_of
from workflows.definitions.calendars import seed_calendars
from workflows.service.calendar_versions import build, full_name
from workflows.service.library import Library
from workflows.service.recounting import bases_of
from workflows.service.unit_of_work import Connection
from workflows.store import calendars
from workflows.store.calendars import CalendarSet, Current, Days

LONDON = ZoneInfo("Europe/London")
A_PAGE = 50
MOST_COUNTED = 2_000
"""So many open requests are looked at one by one, those that fall due first; a page says when there are more."""
_CLOCK: TypeAdapter[Clock | None] = TypeAdapter(Clock | None)


@dataclass(frozen=True, slots=True)
class Affected:
    """One open request, and when it falls due by the days in force and by those looked at (aware UTC).

    None where these days do not reach so far.
    """

    case_id: str
    reference: str
    stage_title: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What putting a set in force would do. ``moved``: how many would fall due on another day; ``rows``: one page.

    ``total`` open clocks count by these days and run. ``whole`` is False when there were more to look at.
    """

    total: int
    moved: int
    whole: bool
    rows: tuple[Affected, ...]
    page: int
    more: bool


def preview(
    connection: Connection, library: Library, found: CalendarSet, sets: Mapping[int, CalendarSet], *, page: int,
    at: datetime,
) -> Preview:  # fmt: skip
    """Open requests that the set would move, those that fall due first."""
    current = calendars.in_force(connection, at=at)
    wanted = [each for each in current if (each.calendar, each.organisation_id) != found.scope]
    wanted.append(Current(found.calendar, found.organisation_id, found.number, at))
    rows = calendars.clocks(
        connection, bases=bases_of(found.calendar), organisation=found.organisation_id,
        since=_first_change(found, sets, current), most=MOST_COUNTED + 1,
    )  # fmt: skip
    made: dict[str, WorkingCalendar] = {}
    affected = []
    for row in rows[:MOST_COUNTED]:
        each = _affected(connection, library, row, wanted, sets, made)
        if each.before != each.after:
            affected.append(each)
    total = calendars.count_clocks(connection, bases=bases_of(found.calendar), organisation=found.organisation_id)
    begin = (page - 1) * A_PAGE
    return Preview(
        total, len(affected), len(rows) <= MOST_COUNTED, tuple(affected[begin : begin + A_PAGE]), page,
        more=len(affected) > begin + A_PAGE,
    )  # fmt: skip


def days_before(scope: tuple[str, str], sets: Mapping[int, CalendarSet], current: list[Current]) -> Days:
    """The days in force for a nation or an organisation."""
    number = next((each.number for each in current if (each.calendar, each.organisation_id) == scope), 0)
    if number:
        return sets[number].days
    return seed_calendars()[scope[0]].holidays if scope[0] else ()


def _first_change(found: CalendarSet, sets: Mapping[int, CalendarSet], current: list[Current]) -> datetime | None:
    """The instant before which no due date can move; None when each may."""
    before = next((sets[each.number] for each in current if (each.calendar, each.organisation_id) == found.scope), None)
    if (before.hours if before else None) != found.hours:
        return None
    changed: list[date] = [
        day for days in differing(days_before(found.scope, sets, current), found.days) for day, _ in days
    ]
    if not changed:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(min(changed), time(), LONDON)


def _affected(
    connection: Connection, library: Library, row: Any, wanted: list[Current], sets: Mapping[int, CalendarSet],
    made: dict[str, WorkingCalendar],
) -> Affected:  # fmt: skip
    clock = _CLOCK.validate_python(row.clock)
    assert clock is not None
    name = full_name(wanted, base_of(clock.calendar), organisation=row.holder_org)
    if name not in made:
        made[name] = build(name, dict(sets))
    definition = library.version(connection, row.workflow, row.definition_version)
    before = _due(clock, library.calendar(clock.calendar))
    after = _due(replace(clock, calendar=name), made[name])
    return Affected(row.id, row.reference, definition.stage(row.stage).title, before, after)


def _due(clock: Clock, calendar: WorkingCalendar) -> datetime | None:
    try:
        return due_at(clock, calendar)
    except CalendarHorizon:
        return None
