"""Sessions of signed-in people. All times here are the database's real clock, never the product's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import INTERVAL, JSONB

from workflows.core.absences import stands_in
from workflows.core.permissions import Principal
from workflows.store.absences import absences_from, running_sql
from workflows.store.clock import NOW_SQL
from workflows.store.engine import Connection
from workflows.store.notices import KNOWN
from workflows.store.people import known_roles

MOST_SESSIONS = 3
"""How many places a person can be signed in at; the oldest gives way."""

MOST_UNREAD = 100
"""Counting further than this would tell nobody more."""

TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything a request needs to know about who sends it. ``now`` is the product's time (UTC)."""

    person: Principal
    organisations: tuple[tuple[str, str], ...]
    """(id, name) of each organisation the person has a role in, by name."""
    unread: int
    now: datetime
    data: Mapping[str, Any]
    signed_in_at: datetime
    touch: bool
    """True when the row should be marked as seen again."""


HERS = "SELECT w1.organisation_id FROM memberships w1 WHERE w1.person_id = p.id"
HELD = """(SELECT coalesce(jsonb_agg(jsonb_build_array(m.organisation_id, m.role, o.name)
                                          ORDER BY o.name, o.id), '[]')
                FROM memberships m JOIN organisations o ON o.id = m.organisation_id
                WHERE m.person_id = p.id)"""
"""The roles of the person ``p``, each with its organisation and that organisation's name."""
# Only constants of this code base are put into the text.
_LOAD = (
    text(
        f"""
        SELECT s.data, s.created_at, p.id, p.name, p.email,
               s.seen_at < clock_timestamp() - :touch AS touch,
               {HELD} AS held,
               (SELECT count(*) FROM (SELECT FROM notices n LEFT JOIN cases c ON c.id = n.case_id
                                      WHERE n.person_id = p.id AND n.read_at IS NULL AND {KNOWN}
                                      LIMIT {MOST_UNREAD}) AS counted) AS unread,
               {running_sql(HERS, NOW_SQL)} AS away,
               {NOW_SQL} AS now
        FROM sessions s JOIN people p ON p.id = s.person_id AND p.disabled_at IS NULL
        WHERE s.id_hash = :id_hash
          AND s.seen_at > clock_timestamp() - :idle
          AND s.created_at > clock_timestamp() - :longest
        """
    )
    .bindparams(
        bindparam("touch", TOUCH_AFTER, type_=INTERVAL()),
        bindparam("idle", type_=INTERVAL()),
        bindparam("longest", type_=INTERVAL()),
    )
    .columns(data=JSONB, held=JSONB, now=DateTime(timezone=True))
)


def load(connection: Connection, id_hash: str, *, idle: timedelta, longest: timedelta) -> Visit | None:
    """The visit that belongs to a session, in one statement; None when it is unknown, over, or the person disabled."""
    row = connection.execute(_LOAD, {"id_hash": id_hash, "idle": idle, "longest": longest}).one_or_none()
    if row is None:
        return None
    held: list[tuple[str, str, str]] = row.held
    away = absences_from(row.away)
    roles = known_roles((place, role) for place, role, _ in held)
    person = Principal(str(row.id), row.name, row.email, roles, stands_in(str(row.id), away), away)
    return Visit(
        person=person,
        organisations=tuple({place: name for place, _, name in held}.items()),
        unread=row.unread,
        now=row.now,
        data=row.data,
        signed_in_at=row.created_at,
        touch=row.touch,
    )


_BEGIN = text(
    "INSERT INTO sessions (id_hash, person_id, data, created_at, seen_at) "
    "VALUES (:id_hash, :person_id, :data, clock_timestamp(), clock_timestamp())"
).bindparams(bindparam("data", type_=JSONB))

_TRIM = text(
    "DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions WHERE person_id = :person_id "
    "ORDER BY created_at DESC, id_hash OFFSET :most)"
)


def begin(connection: Connection, id_hash: str, *, person_id: str, data: Mapping[str, Any]) -> None:
    """Start a session; the person's oldest ones end when there are too many."""
    connection.execute(_BEGIN, {"id_hash": id_hash, "person_id": person_id, "data": dict(data)})
    connection.execute(_TRIM, {"person_id": person_id, "most": MOST_SESSIONS})


_SAVE = text("UPDATE sessions SET data = :data WHERE id_hash = :id_hash").bindparams(bindparam("data", type_=JSONB))


def save(connection: Connection, id_hash: str, *, data: Mapping[str, Any]) -> bool:
    """Keep what a request left in the session. A session that was ended meanwhile stays ended: False."""
    return connection.execute(_SAVE, {"id_hash": id_hash, "data": dict(data)}).rowcount == 1


def touch(connection: Connection, id_hash: str) -> None:
    """The session was used now."""
    connection.execute(
        text("UPDATE sessions SET seen_at = clock_timestamp() WHERE id_hash = :id_hash"), {"id_hash": id_hash}
    )


def end(connection: Connection, id_hash: str) -> None:
    """End one session."""
    connection.execute(text("DELETE FROM sessions WHERE id_hash = :id_hash"), {"id_hash": id_hash})


def end_all(connection: Connection, person_id: str) -> int:
    """End every session of a person; how many."""
    return connection.execute(
        text("DELETE FROM sessions WHERE person_id = :person_id"), {"person_id": person_id}
    ).rowcount


def tidy(connection: Connection, *, idle: timedelta, longest: timedelta) -> int:
    """Delete sessions that are over; how many."""
    return connection.execute(
        text(
            "DELETE FROM sessions WHERE seen_at < clock_timestamp() - :idle "
            "OR created_at < clock_timestamp() - :longest"
        ).bindparams(bindparam("idle", idle, type_=INTERVAL()), bindparam("longest", longest, type_=INTERVAL()))
    ).rowcount
