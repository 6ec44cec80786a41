"""The published bank holidays, looked at from time to time: what differs is loaded, and waits for a person.

Nothing that is fetched comes into force by itself. An answer that is missing, empty, shrunken or cannot be understood
changes nothing; when there has been no good one for ``ALERT_AFTER``, those who look after the days are told, once,
until a good one comes again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from workflows.core.calendars import CalendarHorizon
from workflows.core.day_sets import Days, Taking, differing, shrunken, taken
from workflows.core.definition import Role
from workflows.core.hours import next_open
from workflows.core.notices import Audience, Notice, NoticeKind
from workflows.definitions.calendars import NATIONS, seed_calendars
from workflows.definitions.day_files import BadDays, read_days
from workflows.service.calendaring import add_set, current_days, record_set
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import calendars, clock, holiday_feed, notices, streams
from workflows.store.calendars import CalendarSet
from workflows.store.holiday_feed import FeedState as FeedState

LONDON = ZoneInfo("Europe/London")
ALERT_AFTER = timedelta(days=3)
"""A day off is proclaimed weeks before it comes, so a weekend without the list harms nobody and wakes nobody."""
SOURCE = "The published list, fetched from"
NOTE = "Fetched by the service: the published list differs from the days in force."
NEWER = "A newer list has been published since."
TITLE = "The published list could not be fetched or used"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one look: the numbers of versions that were loaded, or why the answer was of no use."""

    loaded: tuple[int, ...] = ()
    why: str = ""


class HolidayFeed:
    """What is done with answers of the published list. Safe to run twice, late, or side by side."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def state(self) -> FeedState | None:
        """How it stands; None before the first look."""
        with reading(self.engine) as connection:
            return holiday_feed.read(connection)

    def failed(self, why: str, *, at: datetime | None = None) -> Looked:
        """There was no answer, or none of use; ``why`` is a few words of our own."""
        with transaction(self.engine) as connection:
            return self._failed(connection, why, at=at)

    def answered(self, text: str, *, host: str, at: datetime | None = None) -> Looked:
        """Take an answer as a whole: load for each nation what differs, or leave everything as it is."""
        try:
            files = {nation: read_days(text, division=nation) for nation in NATIONS}
        except BadDays:
            return self.failed("it is empty, or not the list that is known", at=at)
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            now = at or clock.now(connection)
            before = holiday_feed.read(connection) or FeedState(now)
            if why := _why_not(connection, files, before, at=now):
                return self._failed(connection, why, at=now)
            numbers = (_load(connection, nation, days, host=host, at=now) for nation, days in files.items())
            loaded = tuple(number for number in numbers if number)
            if before.told_at is not None:
                self._recovered(connection, at=now)
            good = {nation: tuple(day for day, _ in days) for nation, days in files.items()}
            holiday_feed.write(connection, FeedState(now, good_at=now, good_days=good))
        return Looked(loaded)

    def _failed(self, connection: Connection, why: str, *, at: datetime | None) -> Looked:
        streams.lock(connection, HOUSE)
        now = at or clock.now(connection)
        before = holiday_feed.read(connection) or FeedState(now)
        state = replace(before, looked_at=now, failing_since=before.failing_since or now, why=why)
        assert state.failing_since is not None
        if state.told_at is None and now - state.failing_since >= ALERT_AFTER:
            _tell(connection, at=now)
            facts = {"since": state.failing_since.isoformat(), "why": why}
            record_house(
                connection, kind=HouseEvent.HOLIDAYS_STALE, facts=facts, texts={}, command_id=str(uuid4()), by="",
                at=now,
            )  # fmt: skip
            state = replace(state, told_at=now)
        holiday_feed.write(connection, state)
        return Looked(why=why)

    def _recovered(self, connection: Connection, *, at: datetime) -> None:
        holiday_feed.read_by_all(connection, NoticeKind.HOLIDAYS_STALE.value, at=at)
        record_house(
            connection, kind=HouseEvent.HOLIDAYS_FRESH, facts={}, texts={}, command_id=str(uuid4()), by="", at=at
        )


def _why_not(connection: Connection, files: Mapping[str, Days], before: FeedState, *, at: datetime) -> str:
    """Why the answer cannot be whole, or nothing."""
    today = at.astimezone(LONDON).date()
    for nation, days in files.items():
        known, _ = current_days(connection, nation, at=at)
        if why := shrunken(days, known, before.good_days.get(nation, ()), today=today):
            return why
    return ""


def _load(connection: Connection, nation: str, file: Days, *, host: str, at: datetime) -> int:
    """Load what differs as a version that waits for a person; its number, or 0 when there is nothing to load.

    Days that wait or were turned down already are not loaded again, and what a person has loaded is left to people.
    """
    known, last = current_days(connection, nation, at=at)
    days = taken(file, known, Taking.YEARS)
    if not any(differing(known, days)):
        return 0
    sets = [each for each in calendars.every(connection) if each.calendar == nation]
    if any(_is_no_news(each, days) for each in sets):
        return 0
    for each in (each for each in sets if each.open):
        if each.proposed_by:
            return 0
        calendars.answer(connection, each.id, in_force_from=None, why=NEWER, at=at, by="")
        record_set(connection, HouseEvent.CALENDAR_TURNED_DOWN, each, command_id=str(uuid4()), by="", at=at, why=NEWER)
    return add_set(
        connection, [], calendar=nation, organisation="", source=f"{SOURCE} {host}",
        horizon=max(last, date(file[-1][0].year, 12, 31)), days=days, hours=None, note=NOTE,
        command_id=str(uuid4()), by="", at=at,
    )  # fmt: skip


def _is_no_news(found: CalendarSet, days: Days) -> bool:
    """Whether these days wait already, or a person has turned them down."""
    refused = found.answered_at is not None and found.in_force_from is None and bool(found.answered_by)
    return (found.open or refused) and not any(differing(found.days, days))


def _tell(connection: Connection, *, at: datetime) -> None:
    """Tell everybody who looks after bank holidays; by mail once the offices are open."""
    people = holiday_feed.people_with(connection, Role.ADMINISTRATOR.value)
    notice = Notice(NoticeKind.HOLIDAYS_STALE, Audience(people=tuple(people)), TITLE)
    try:
        opens = next_open(at, seed_calendars()["england-and-wales"])
    except CalendarHorizon:
        opens = at
    if notices.insert(connection, [notice], case_id=None, due_at=None, at=at, hold_until=opens if opens > at else None):
        log.error("nobody could be told that the bank holidays cannot be fetched")
