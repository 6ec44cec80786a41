"""Bank holidays, closure days and service hours in versions: loaded by one person, looked at, put in force by another.

Loading changes nothing. Before a set is put in force people see which days it adds and takes away and which open
requests would fall due on another day. Putting it in force is one entry on the house's record; the sweep then counts
open requests again, each with an entry of its own. What has ended never moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from workflows.core.calendars import CalendarHorizon
from workflows.core.clocks import Clock, due_at
from workflows.core.definition import Role
from workflows.core.hours import Hours, ServiceHours
from workflows.core.permissions import Principal
from workflows.core.recounting import base_of
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.definitions.calendars import NATIONS, seed_calendars
from workflows.service.calendar_versions import build, full_name
from workflows.service.library import Library
from workflows.service.recounting import bases_of
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import calendars, events, people, streams
from workflows.store.calendars import CalendarSet, Current, Days
from workflows.store.mapping import instant_text

LONDON = ZoneInfo("Europe/London")
MOST_NOTE = 600
A_PAGE = 50
WARN_DAYS = 90
"""From so many days before the last date that a set covers, people are warned."""
_CLOCK: TypeAdapter[Clock | None] = TypeAdapter(Clock | None)


@dataclass(frozen=True, slots=True)
class SetLine:
    """One set in the list. ``since``: from when it has been in force, if it is the one that is (UTC)."""

    found: CalendarSet
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one set has that another has not: days added, and days taken away."""

    added: Days
    removed: Days


@dataclass(frozen=True, slots=True)
class Affected:
    """One open request, and when it falls due by the days in force and by those looked at (aware UTC)."""

    case_id: str
    reference: str
    stage_title: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What putting a set in force would do. ``total`` open clocks count by these days; ``rows`` is one page of them."""

    total: int
    rows: tuple[Affected, ...]
    page: int
    more: bool


class Calendars:
    """Sets of days for the people who look after them. Safe to share between threads."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self.engine = engine
        self.library = library.bind(engine)

    # --- Reading

    def shelf(self, *, at: datetime) -> tuple[SetLine, ...]:
        """Every set, the newest first."""
        with reading(self.engine) as connection:
            sets = calendars.every(connection)
            current = {each.number: each.since for each in calendars.in_force(connection, at=at)}
        return tuple(SetLine(each, current.get(each.number)) for each in reversed(sets))

    def difference(self, number: int, *, at: datetime) -> Difference:
        """What the set changes against the one in force for the same nation or organisation."""
        with reading(self.engine) as connection:
            sets = {each.number: each for each in calendars.every(connection)}
            found = _there(sets, number)
            before = dict(_days_before(found, sets, calendars.in_force(connection, at=at)))
        after = dict(found.days)
        return Difference(
            added=tuple(each for each in found.days if each[0] not in before),
            removed=tuple(sorted((day, title) for day, title in before.items() if day not in after)),
        )

    def preview(self, number: int, *, page: int, at: datetime) -> Preview:
        """Open requests that the set would count, by due date, each with both dates; a fixed number of statements."""
        with reading(self.engine) as connection:
            sets = {each.number: each for each in calendars.every(connection)}
            found = _there(sets, number)
            current = calendars.in_force(connection, at=at)
            rows = calendars.clocks(
                connection, bases=bases_of(found.calendar), organisation=found.organisation_id, most=A_PAGE,
                skip=(page - 1) * A_PAGE,
            )  # fmt: skip
            wanted = _with(current, found, at=at)
            affected = tuple(self._affected(connection, row, wanted, sets) for row in rows)
        total = rows[0].total if rows else 0
        return Preview(total, affected, page, more=page * A_PAGE < total)

    def _affected(
        self, connection: Connection, row: Any, wanted: list[Current], sets: Mapping[int, CalendarSet]
    ) -> Affected:
        clock = _CLOCK.validate_python(row.clock)
        assert clock is not None
        name = full_name(wanted, base_of(clock.calendar), organisation=row.holder_org)
        definition = self.library.version(connection, row.workflow, row.definition_version)
        try:
            after = due_at(replace(clock, calendar=name), build(name, dict(sets)))
        except CalendarHorizon:
            after = None
        before = due_at(clock, self.library.calendar(clock.calendar))
        title = definition.stage(row.stage).title
        return Affected(row.id, row.reference, title, before, after)

    def horizons(self, *, at: datetime) -> tuple[tuple[str, date, bool], ...]:
        """For each nation the last date covered, and whether people should be warned: fewer than 90 days are left."""
        with reading(self.engine) as connection:
            current = calendars.in_force(connection, at=at)
            sets = {each.number: each for each in calendars.some(connection, [each.number for each in current])}
        today = at.astimezone(LONDON).date()
        last = {name: build(full_name(current, name, organisation=""), sets).horizon for name in NATIONS}
        return tuple((name, day, day - today < timedelta(days=WARN_DAYS)) for name, day in last.items())

    # --- Acts

    def load(
        self,
        by: str,
        *,
        calendar: str,
        source: str,
        days: Days,
        horizon: date,
        note: str,
        command_id: str,
        at: datetime,
    ) -> int:
        """Load a nation's bank holidays as a new set that nobody has answered yet; its number. Raises Refused."""
        with self._act(command_id) as connection:
            person = _person(connection, by)
            _refuse_unless(_administers(person), "Only an administrator can load bank holidays.")
            faults = list(_words_faults(note, source=source))
            if calendar not in NATIONS:
                faults.append(Refusal("nation_missing", "Choose the nation.", "calendar"))
            else:
                current = self._current(connection, calendar, at=at)
                faults += _set_faults(days, horizon, current, today=at.astimezone(LONDON).date())
            return self._loaded(
                connection, faults, calendar=calendar, organisation="", source=source, horizon=horizon, days=days,
                hours=None, note=note, command_id=command_id, by=by, at=at,
            )  # fmt: skip

    def close(
        self, by: str, organisation: str, *, days: Days, hours: tuple[Hours, ...] | None, note: str, command_id: str,
        at: datetime,
    ) -> int:  # fmt: skip
        """Load an organisation's closure days and service hours; the number of the set. Raises Refused."""
        with self._act(command_id) as connection:
            person = _person(connection, by)
            _refuse_unless(
                _looks_after(person, organisation), "Only a manager or administrator there can change closure days."
            )
            faults = list(_words_faults(note, source="closures"))
            if hours is not None:
                try:
                    ServiceHours(hours)
                except ValueError as wrong:
                    faults.append(Refusal("hours_wrong", str(wrong), "hours"))
            return self._loaded(
                connection, faults, calendar="", organisation=organisation, source="The organisation itself",
                horizon=None, days=days, hours=hours, note=note, command_id=command_id, by=by, at=at,
            )  # fmt: skip

    def put_in_force(self, by: str, number: int, *, command_id: str, at: datetime) -> None:
        """Let new requests count by the set from now on, and have the sweep count open ones again. Raises Refused.

        Whoever loaded it cannot: a second person looks at it first.
        """
        with self._act(command_id) as connection:
            found = _answerable(connection, number, by)
            if found.proposed_by == by:
                say = "You loaded these days, so another person must put them in force."
                raise Refused(Refusal("second_person", say))
            calendars.answer(connection, found.id, in_force_from=at, why="", at=at, by=by)
            self._record(connection, HouseEvent.CALENDAR_IN_FORCE, found, command_id=command_id, by=by, at=at)

    def turn_down(self, by: str, number: int, *, why: str, command_id: str, at: datetime) -> None:
        """Leave things as they are; whoever loaded the set may take it back so. Raises Refused."""
        with self._act(command_id) as connection:
            found = _answerable(connection, number, by)
            if not why.strip() or len(why) > MOST_NOTE:
                raise Refused(Refusal("words_missing", f"Say why, in at most {MOST_NOTE} characters.", "why"))
            calendars.answer(connection, found.id, in_force_from=None, why=why, at=at, by=by)
            self._record(
                connection, HouseEvent.CALENDAR_TURNED_DOWN, found, command_id=command_id, by=by, at=at, why=why
            )

    # --- Their parts

    @contextmanager
    def _act(self, command_id: str) -> Iterator[Connection]:
        """A transaction that holds the house's record: acts follow one another. Refuses what is done already."""
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            if events.result_of(connection, command_id) is not None:
                raise Refused(Refusal("command_used", "This page was sent before. Open it again to see what it did."))
            yield connection

    def _current(self, connection: Connection, calendar: str, *, at: datetime) -> tuple[Days, date]:
        current = calendars.in_force(connection, at=at)
        sets = {each.number: each for each in calendars.some(connection, [each.number for each in current])}
        made = build(full_name(current, calendar, organisation=""), sets)
        return made.holidays, made.horizon

    def _loaded(
        self, connection: Connection, faults: list[Refusal], *, calendar: str, organisation: str, source: str,
        horizon: date | None, days: Days, hours: tuple[Hours, ...] | None, note: str, command_id: str, by: str,
        at: datetime,
    ) -> int:  # fmt: skip
        scope = (calendar, organisation)
        waiting = next((each for each in calendars.every(connection) if each.open and each.scope == scope), None)
        if waiting is not None:
            say = f"Set {waiting.number} waits for an answer. Put it in force or turn it down first."
            faults.append(Refusal("set_waits", say))
        if faults:
            raise Refused(faults)
        set_id = str(uuid4())
        number = calendars.load(
            connection, set_id=set_id, calendar=calendar, organisation=organisation, source=source, horizon=horizon,
            days=days, hours=hours, note=note, at=at, by=by,
        )  # fmt: skip
        (found,) = calendars.some(connection, [number])
        self._record(connection, HouseEvent.CALENDAR_LOADED, found, command_id=command_id, by=by, at=at, note=note)
        return number

    def _record(
        self, connection: Connection, kind: HouseEvent, found: CalendarSet, *, command_id: str, by: str, at: datetime,
        **texts: str,
    ) -> None:  # fmt: skip
        facts = {
            "number": found.number, "calendar": found.calendar, "organisation": found.organisation_id,
            "source": found.source, "horizon": found.horizon.isoformat() if found.horizon else "",
            "days": [[day.isoformat(), title] for day, title in found.days], "at": instant_text(at),
        }  # fmt: skip
        record_house(connection, kind=kind, facts=facts, texts=texts, command_id=command_id, by=by, at=at)


def found_sets(engine: Engine, *, at: datetime) -> tuple[str, ...]:
    """Put the days that came with the product in force where nothing ever was, so that they are kept; which nations.

    Later releases may know other days: these stay what open and ended requests have been counted by.
    """
    began = []
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        known = {each.calendar for each in calendars.every(connection)}
        for name in NATIONS:
            if name in known:
                continue
            made = seed_calendars()[name]
            set_id = str(uuid4())
            source = f"Worked out by the {made.version.partition('+')[0]} library; days not yet proclaimed may change"
            calendars.load(
                connection, set_id=set_id, calendar=name, organisation="", source=source, horizon=made.horizon,
                days=made.holidays, hours=None, note="The first set, as it came with the product.", at=at, by="",
            )  # fmt: skip
            first = datetime.combine(made.holidays[0][0], time(), LONDON)
            calendars.answer(connection, set_id, in_force_from=first, why="", at=at, by="")
            facts = {"calendar": name, "source": source, "horizon": made.horizon.isoformat()}
            record_house(
                connection, kind=HouseEvent.CALENDAR_IN_FORCE, facts=facts, texts={}, command_id=str(uuid4()), by="",
                at=at,
            )  # fmt: skip
            began.append(name)
    return tuple(began)


def _with(current: list[Current], found: CalendarSet, *, at: datetime) -> list[Current]:
    """What would be in force with this set besides the others."""
    others = [each for each in current if (each.calendar, each.organisation_id) != found.scope]
    return [*others, Current(found.calendar, found.organisation_id, found.number, at)]


def _days_before(found: CalendarSet, sets: Mapping[int, CalendarSet], current: list[Current]) -> Days:
    scope = found.scope
    number = next((each.number for each in current if (each.calendar, each.organisation_id) == scope), 0)
    if number:
        return sets[number].days
    return seed_calendars()[found.calendar].holidays if found.calendar else ()


def _there(sets: Mapping[int, CalendarSet], number: int) -> CalendarSet:
    if number not in sets:
        raise Refused(Refusal(NOT_FOUND, "There is no such set of days."))
    return sets[number]


def _answerable(connection: Connection, number: int, by: str) -> CalendarSet:
    found = next(iter(calendars.some(connection, [number])), None)
    if found is None:
        raise Refused(Refusal(NOT_FOUND, "There is no such set of days."))
    person = _person(connection, by)
    allowed = _looks_after(person, found.organisation_id) if found.organisation_id else _administers(person)
    _refuse_unless(allowed, "Only those who look after these days can put them in force.")
    if not found.open:
        raise Refused(Refusal("set_answered", "Somebody has answered this set already. Look at it again."))
    return found


def _person(connection: Connection, by: str) -> Principal:
    person = people.principal(connection, by)
    if person is None:
        raise Refused(Refusal(NOT_YOURS, "You are no longer known here."))
    return person


def _administers(person: Principal) -> bool:
    return bool(person.organisations_as(Role.ADMINISTRATOR))


def _looks_after(person: Principal, organisation: str) -> bool:
    return bool({Role.MANAGER, Role.ADMINISTRATOR} & person.roles_in(organisation))


def _refuse_unless(allowed: bool, say: str) -> None:
    if not allowed:
        raise Refused(Refusal(NOT_YOURS, say))


def _words_faults(note: str, *, source: str) -> Iterator[Refusal]:
    if not note.strip() or len(note) > MOST_NOTE:
        yield Refusal("words_missing", f"Say why, in at most {MOST_NOTE} characters.", "note")
    if not source.strip() or len(source) > MOST_NOTE:
        yield Refusal("source_missing", "Say where the days come from.", "source")


def _set_faults(days: Days, horizon: date, current: tuple[Days, date], *, today: date) -> Iterator[Refusal]:
    """What stands against a nation's days: none, none to come, fewer years than before, or a past that is missing."""
    known, last = current
    if not days:
        yield Refusal("no_days", "There is no day in the file.", "file")
        return
    if horizon < days[-1][0]:
        yield Refusal("horizon_early", "The last date covered is before the last day in the file.", "horizon")
    if horizon <= today:
        yield Refusal("horizon_past", "The last date covered has passed already. Load newer days.", "horizon")
    elif horizon < last:
        say = f"The days in force reach to {last.isoformat()}. Load a file that reaches as far."
        yield Refusal("horizon_nearer", say, "horizon")
    listed = {day for day, _ in days}
    gone = [day for day, _ in known if days[0][0] <= day < today and day not in listed]
    early = [day for day, _ in known if day < days[0][0] and day >= today - timedelta(days=731)]
    if gone or early:
        day = min([*gone, *early])
        say = f"{day.isoformat()} is a bank holiday that has been and is not in the file. The past does not change."
        yield Refusal("past_missing", say, "file")
