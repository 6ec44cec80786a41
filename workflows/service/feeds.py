"""One's own due work as a calendar that other programs can subscribe to, without a word about anybody.

Each event says which request is due and at which stage, and leads to it: whoever follows the link must sign in.
The address holds a secret of its own, of which only the hash is stored; it is shown once and can be taken back.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from icalendar import Calendar, Event

from workflows.core.permissions import Principal
from workflows.service.followups import FollowUpRow, to_follow_up
from workflows.service.library import Library
from workflows.service.listing import my_work
from workflows.service.office import network
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import attempts, clock, feeds, people

MOST = 200
"""Due requests in one feed: those that fall due first."""
WINDOW = timedelta(minutes=5)
PER_FEED = 30
PER_ADDRESS = 300
"""Calendar services fetch the feeds of many people from one address, so this is wider than what one feed may take."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Wait:
    """The feed was asked for too often; how many seconds to wait."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Feeds:
    """Makes, takes back and fills calendar feeds. ``secret`` keys the hashes under which fetching is counted."""

    engine: Engine
    library: Library
    secret: str
    base_url: str

    def made_at(self, person: Principal) -> datetime | None:
        """When the person's feed was made; None when she has none."""
        with reading(self.engine) as connection:
            return feeds.made_at(connection, person.id)

    def make(self, person: Principal, *, now: datetime) -> str:
        """Make a feed, or give it another address; the secret part, which nobody can read again."""
        token = secrets.token_urlsafe(32)
        with transaction(self.engine) as connection:
            feeds.make(connection, person.id, token_hash=_digest(token), at=now)
            _record(connection, HouseEvent.FEED_MADE, person, at=now)
        return token

    def revoke(self, person: Principal, *, now: datetime) -> None:
        """End the person's feed: its address is nobody's. Ending what is not there is no event."""
        with transaction(self.engine) as connection:
            if feeds.revoke(connection, person.id):
                _record(connection, HouseEvent.FEED_ENDED, person, at=now)

    def fetch(self, token: str, *, address: str) -> bytes | Wait | None:
        """The calendar at this address now; None for an address that is nobody's, whatever the reason."""
        limits = {self._bucket("feed", token): PER_FEED, self._bucket("feeds of", network(address)): PER_ADDRESS}
        with transaction(self.engine) as connection:
            place = attempts.take_place(connection, limits, window=WINDOW)
        if place.wait:
            return Wait(place.wait)
        if not TOKEN.fullmatch(token):
            return None
        with reading(self.engine) as connection:
            person_id = feeds.whose(connection, token_hash=_digest(token))
            person = people.principal(connection, person_id) if person_id else None
            if person is None:
                return None
            return self._calendar(connection, person, now=clock.now(connection))

    def _calendar(self, connection: Connection, person: Principal, *, now: datetime) -> bytes:
        work = my_work(connection, person, number=1, size=MOST).rows
        titles = {(row.workflow, row.definition_version, row.stage): self._title(connection, row) for row in work}
        calendar = Calendar()
        for name, value in _HEAD.items():
            calendar.add(name, value)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        for row in work:
            if row.due_at is not None:
                title = titles[row.workflow, row.definition_version, row.stage]
                calendar.add_component(self._due(row, title, now=now))
        for task in (each for each in to_follow_up(connection, person, now=now) if each.due is not None):
            calendar.add_component(self._follow_up(task, now=now))
        return bytes(calendar.to_ical())

    def _title(self, connection: Connection, row: Any) -> str:
        return self.library.version(connection, row.workflow, row.definition_version).stage(row.stage).title

    def _due(self, row: Any, title: str, *, now: datetime) -> Event:
        at = row.due_at.astimezone(UTC)
        return self._event(f"{row.id}-due", f"request {row.reference} due: {title}", row.id, at, at, now=now)

    def _follow_up(self, task: FollowUpRow, *, now: datetime) -> Event:
        assert task.due is not None
        words = f"request {task.reference}: {task.title}"
        day = task.due
        uid = f"{task.case_id}-follow-up-{task.number}"
        return self._event(uid, words, task.case_id, day, day + timedelta(days=1), now=now)

    def _event(
        self, uid: str, words: str, case_id: str, start: date | datetime, end: date | datetime, *, now: datetime
    ) -> Event:
        event = Event()
        parts: dict[str, Any] = {
            "uid": f"{uid}@gatehouse",
            "dtstamp": now.astimezone(UTC),
            "summary": f"Gatehouse: {words}",
            "dtstart": start,
            "dtend": end,
            "url": f"{self.base_url}/cases/{case_id}",
            "class": "PRIVATE",
            "transp": "TRANSPARENT",
        }
        for name, value in parts.items():
            event.add(name, value)
        return event

    def _bucket(self, kind: str, value: str) -> str:
        message = f"{kind}:{value}".encode(errors="surrogatepass")
        return hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()


_HEAD = {
    "prodid": "-//Gatehouse//Due work//EN",
    "version": "2.0",
    "calscale": "GREGORIAN",
    "method": "PUBLISH",
    "x-wr-calname": "Gatehouse: due work",
}


def _record(connection: Connection, kind: HouseEvent, person: Principal, *, at: datetime) -> None:
    """On the house's record: that a way out for case work was opened or shut, and whose; never its address."""
    record_house(
        connection, kind=kind, facts={"person": person.id}, texts={}, command_id=str(uuid4()), by=person.id, at=at
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
