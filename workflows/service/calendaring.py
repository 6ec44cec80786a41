"""Bank holidays, closure days and service hours in versions: loaded by one person, looked at, put in force by another.

Loading changes nothing. Before a set is put in force people see which days it adds and takes away and which open
requests would fall due on another day. Putting it in force is one entry on the house's record; the sweep then counts
open requests again, each with an entry of its own. What has ended never moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from workflows.core.day_sets import (
    MOST_NOTE,
    Taking,
    differing,
    is_near,
    looks_after,
    may_see,
    set_faults,
    taken,
    words_faults,
)
from workflows.core.hours import Hours, ServiceHours
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.definitions.calendars import NATIONS, seed_calendars
from workflows.service.calendar_preview import Preview, days_before, preview
from workflows.service.calendar_versions import build, full_name
from workflows.service.library import Library
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import calendars, events, people, streams
from workflows.store.calendars import CalendarSet, Days
from workflows.store.mapping import instant_text

LONDON = ZoneInfo("Europe/London")
ANSWERED = "set_answered"
SECOND_PERSON = "second_person"


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

    def one(self, person: Principal, number: int, *, at: datetime) -> SetLine:
        """One set, for who may see it. Raises Refused (NOT_FOUND)."""
        line = next((each for each in self.shelf(at=at) if each.found.number == number), None)
        if line is None or not may_see(person, line.found.organisation_id):
            raise Refused(Refusal(NOT_FOUND, "There is no such set of days."))
        return line

    def difference(self, number: int, *, at: datetime) -> Difference:
        """What the set changes against the one in force for the same nation or organisation."""
        with reading(self.engine) as connection:
            sets = {each.number: each for each in calendars.every(connection)}
            found = _there(sets, number)
            before = days_before(found.scope, sets, calendars.in_force(connection, at=at))
        return Difference(*differing(before, found.days))

    def preview(self, number: int, *, page: int, at: datetime) -> Preview:
        """Open requests that the set would move, by due date, each with both dates; a fixed number of statements."""
        with reading(self.engine) as connection:
            sets = {each.number: each for each in calendars.every(connection)}
            return preview(connection, self.library, _there(sets, number), sets, page=page, at=at)

    def closures(self, organisation: str, *, at: datetime) -> CalendarSet | None:
        """The closure days and service hours that are in force for an organisation; None where none ever were."""
        current = (each for each in self.shelf(at=at) if each.since is not None)
        return next((each.found for each in current if each.found.scope == ("", organisation)), None)

    def horizons(self, *, at: datetime) -> tuple[tuple[str, date, bool], ...]:
        """For each nation the last date covered, and whether people should be warned: fewer than 90 days are left."""
        with reading(self.engine) as connection:
            current = calendars.in_force(connection, at=at)
            sets = {each.number: each for each in calendars.some(connection, [each.number for each in current])}
        today = at.astimezone(LONDON).date()
        last = {name: build(full_name(current, name, organisation=""), sets).horizon for name in NATIONS}
        return tuple((name, day, is_near(day, today=today)) for name, day in last.items())

    # --- Acts

    def load(
        self,
        by: str,
        *,
        calendar: str,
        source: str,
        days: Days,
        horizon: date | None,
        note: str,
        command_id: str,
        at: datetime,
        how: Taking = Taking.WHOLE,
    ) -> int:
        """Load a nation's bank holidays as a new set that nobody has answered yet; its number. Raises Refused.

        Without a ``horizon`` the last day covered stays, unless the file is the ``WHOLE`` of the days.
        """
        with self._act(command_id) as (connection, earlier):
            if earlier:
                return _loaded_before(connection, command_id)
            person = _person(connection, by)
            _refuse_unless(looks_after(person, ""), "Only an administrator can load bank holidays.")
            faults = list(words_faults(note, source=source))
            if calendar not in NATIONS:
                faults.append(Refusal("nation_missing", "Choose the nation.", "calendar"))
            else:
                known, last = current_days(connection, calendar, at=at)
                days = taken(days, known, how)
                if horizon is None and how is not Taking.WHOLE:
                    horizon = max([last, *(day for day, _ in days[-1:])])
                faults += set_faults(days, horizon, known, last, today=at.astimezone(LONDON).date())
            return add_set(
                connection, faults, calendar=calendar, organisation="", source=source, horizon=horizon, days=days,
                hours=None, note=note, command_id=command_id, by=by, at=at,
            )  # fmt: skip

    def close(
        self, by: str, organisation: str, *, days: Days, hours: tuple[Hours, ...] | None, note: str, command_id: str,
        at: datetime,
    ) -> int:  # fmt: skip
        """Load an organisation's closure days and service hours; the number of the set. Raises Refused."""
        with self._act(command_id) as (connection, earlier):
            if earlier:
                return _loaded_before(connection, command_id)
            person = _person(connection, by)
            _refuse_unless(
                looks_after(person, organisation), "Only a manager or administrator there can change closure days."
            )
            faults = list(words_faults(note, source="closures"))
            if hours is not None:
                try:
                    ServiceHours(hours)
                except ValueError as wrong:
                    faults.append(Refusal("hours_wrong", str(wrong), "hours"))
            return add_set(
                connection, faults, calendar="", organisation=organisation, source="The organisation itself",
                horizon=None, days=days, hours=hours, note=note, command_id=command_id, by=by, at=at,
            )  # fmt: skip

    def put_in_force(self, by: str, number: int, *, command_id: str, at: datetime) -> None:
        """Let new requests count by the set from now on, and have the sweep count open ones again. Raises Refused.

        Whoever loaded it cannot: a second person looks at it first.
        """
        with self._act(command_id) as (connection, earlier):
            if earlier:
                return
            found = _answerable(connection, number, by)
            if found.proposed_by == by:
                say = "You loaded these days, so another person must put them in force."
                raise Refused(Refusal(SECOND_PERSON, say))
            calendars.answer(connection, found.id, in_force_from=at, why="", at=at, by=by)
            record_set(connection, HouseEvent.CALENDAR_IN_FORCE, found, command_id=command_id, by=by, at=at)

    def turn_down(self, by: str, number: int, *, why: str, command_id: str, at: datetime) -> None:
        """Leave things as they are; whoever loaded the set may take it back so. Raises Refused."""
        with self._act(command_id) as (connection, earlier):
            if earlier:
                return
            found = _answerable(connection, number, by)
            if not why.strip() or len(why) > MOST_NOTE:
                raise Refused(Refusal("words_missing", f"Say why, in at most {MOST_NOTE} characters.", "why"))
            calendars.answer(connection, found.id, in_force_from=None, why=why, at=at, by=by)
            record_set(connection, HouseEvent.CALENDAR_TURNED_DOWN, found, command_id=command_id, by=by, at=at, why=why)

    # --- Their parts

    @contextmanager
    def _act(self, command_id: str) -> Iterator[tuple[Connection, bool]]:
        """A transaction that holds the house's record, so that acts follow one another; and whether it is done already.

        Raises Refused for an id that was used for something else.
        """
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            known = events.result_of(connection, command_id)
            if known is not None and known[0] != streams.stream_id(HOUSE):
                raise Refused(Refusal("command_used", "This page was sent for something else before. Open it again."))
            yield connection, known is not None


def current_days(connection: Connection, calendar: str, *, at: datetime) -> tuple[Days, date]:
    """A nation's days that are in force, and the last date that they cover."""
    current = calendars.in_force(connection, at=at)
    sets = {each.number: each for each in calendars.some(connection, [each.number for each in current])}
    made = build(full_name(current, calendar, organisation=""), sets)
    return made.holidays, made.horizon


def add_set(
    connection: Connection, faults: list[Refusal], *, calendar: str, organisation: str, source: str,
    horizon: date | None, days: Days, hours: tuple[Hours, ...] | None, note: str, command_id: str, by: str,
    at: datetime,
) -> int:  # fmt: skip
    """Store a set that nobody has answered, and record it; its number. Raises Refused with all that is against it.

    The set has the id of the command: sent twice it is one set.
    """
    scope = (calendar, organisation)
    waiting = next((each for each in calendars.every(connection) if each.open and each.scope == scope), None)
    if waiting is not None:
        say = f"Version {waiting.number} waits for an answer. Put it in force or turn it down first."
        faults.append(Refusal("set_waits", say))
    if faults:
        raise Refused(faults)
    number = calendars.load(
        connection, set_id=command_id, calendar=calendar, organisation=organisation, source=source, horizon=horizon,
        days=days, hours=hours, note=note, at=at, by=by,
    )  # fmt: skip
    (found,) = calendars.some(connection, [number])
    record_set(connection, HouseEvent.CALENDAR_LOADED, found, command_id=command_id, by=by, at=at, note=note)
    return number


def record_set(
    connection: Connection, kind: HouseEvent, found: CalendarSet, *, command_id: str, by: str, at: datetime,
    **texts: str,
) -> None:  # fmt: skip
    """Seal on the house's record what became of a set."""
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


def _loaded_before(connection: Connection, command_id: str) -> int:
    return next(each.number for each in calendars.every(connection) if each.id == command_id)


def _there(sets: dict[int, CalendarSet], number: int) -> CalendarSet:
    if number not in sets:
        raise Refused(Refusal(NOT_FOUND, "There is no such set of days."))
    return sets[number]


def _answerable(connection: Connection, number: int, by: str) -> CalendarSet:
    found = next(iter(calendars.some(connection, [number])), None)
    if found is None:
        raise Refused(Refusal(NOT_FOUND, "There is no such set of days."))
    person = _person(connection, by)
    _refuse_unless(
        looks_after(person, found.organisation_id), "Only those who look after these days can put them in force."
    )
    if not found.open:
        raise Refused(Refusal(ANSWERED, "Somebody has decided about this version already. Look at it again."))
    return found


def _person(connection: Connection, by: str) -> Principal:
    person = people.principal(connection, by)
    if person is None:
        raise Refused(Refusal(NOT_YOURS, "You are no longer known here."))
    return person


def _refuse_unless(allowed: bool, say: str) -> None:
    if not allowed:
        raise Refused(Refusal(NOT_YOURS, say))
