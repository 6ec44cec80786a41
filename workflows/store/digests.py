"""Digests: who has chosen what, one row per person and period, and the notices that each is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from workflows.core.digests import Choice, Grouping, Rhythm
from workflows.store.outbox import ENDED, FIRST_ASK, Leased

_CHOICE = text("SELECT groups, rhythm, hour FROM mail_choices WHERE person_id = cast(:person AS uuid)")
_CHOOSE = text(
    """INSERT INTO mail_choices (person_id, groups, kinds, rhythm, hour)
    VALUES (cast(:person AS uuid), :groups, :kinds, :rhythm, :hour) ON CONFLICT (person_id)
    DO UPDATE SET groups = excluded.groups, kinds = excluded.kinds, rhythm = excluded.rhythm, hour = excluded.hour"""
)
# What she no longer wants to wait for goes by itself, at once.
_LET_GO = text(
    """UPDATE outbox o SET channel = 'mail' FROM notices n WHERE n.id = o.notice_id AND o.state = 'waiting'
    AND o.channel = 'digest' AND o.digest_id IS NULL AND n.person_id = cast(:person AS uuid)
    AND NOT (n.kind = ANY (:kinds))"""
)
_WAITING = text(
    """SELECT n.person_id::text, c.groups, c.rhythm, c.hour, min(n.created_at) FROM outbox o
    JOIN notices n ON n.id = o.notice_id JOIN mail_choices c ON c.person_id = n.person_id
    WHERE o.state = 'waiting' AND o.channel = 'digest' AND o.digest_id IS NULL GROUP BY 1, 2, 3, 4"""
)
_MAKE = text(
    """WITH made AS (
        INSERT INTO digests (id, person_id, period, next_at, give_up_at) VALUES (gen_random_uuid(),
            cast(:person AS uuid), :period, clock_timestamp(), clock_timestamp() + :patience)
        ON CONFLICT (person_id, period) DO NOTHING RETURNING id)
    UPDATE outbox o SET digest_id = made.id FROM made, notices n WHERE n.id = o.notice_id AND o.state = 'waiting'
    AND o.channel = 'digest' AND o.digest_id IS NULL AND n.person_id = cast(:person AS uuid)
    AND n.created_at < :period"""
)
_CLAIM = text(
    """WITH claimed AS (
        SELECT id FROM digests WHERE state = 'waiting' AND next_at <= clock_timestamp()
        AND (lease_until IS NULL OR lease_until < clock_timestamp()) ORDER BY next_at, id LIMIT 1
        FOR UPDATE SKIP LOCKED)
    UPDATE digests d SET lease_until = clock_timestamp() + :lease, attempts = d.attempts + 1
    FROM claimed c WHERE d.id = c.id RETURNING d.id::text, d.person_id::text, d.attempts"""
)
_LINES = text(
    """SELECT o.id::text, o.message_id, o.attempts, n.kind, n.stage_title, n.due_at, n.person_id::text,
           p.email, p.disabled_at IS NOT NULL AS disabled, n.case_id::text, c.reference
    FROM outbox o JOIN notices n ON n.id = o.notice_id JOIN people p ON p.id = n.person_id
    JOIN cases c ON c.id = n.case_id WHERE o.digest_id = cast(:id AS uuid) AND o.state = 'waiting'
    ORDER BY n.due_at NULLS LAST, n.created_at, o.id"""
)
_END = text(
    f"""WITH ended AS (
        UPDATE digests SET state = :state, last_error = :error, lease_until = NULL
        WHERE id = cast(:id AS uuid) AND state = 'waiting' RETURNING id)
    UPDATE outbox o SET state = :state, last_error = :error, {ENDED}
    FROM ended e WHERE o.digest_id = e.id AND o.state = 'waiting'"""
)
_RETRY = text(
    """UPDATE digests SET lease_until = NULL, last_error = :error, next_at = clock_timestamp() + :wait
    WHERE id = cast(:id AS uuid) AND state = 'waiting'
    RETURNING attempts >= :tries AND clock_timestamp() >= give_up_at"""
)


@dataclass(frozen=True, slots=True)
class Open:
    """A digest that this process may send until its lease ends."""

    id: str
    person_id: str
    attempts: int


def choice(connection: Connection, person_id: str) -> Choice:
    """What a person has chosen; everything at once when she has chosen nothing."""
    row = connection.execute(_CHOICE, {"person": person_id}).one_or_none()
    return _choice(*row) if row else Choice()


def choose(connection: Connection, person_id: str, chosen: Choice) -> None:
    """Keep a choice; what need not wait any more is sent by itself."""
    kinds = sorted(kind.value for kind in chosen.kinds)
    groups = sorted(each.value for each in chosen.groups)
    values = {"person": person_id, "groups": groups, "kinds": kinds}
    connection.execute(_CHOOSE, {**values, "rhythm": chosen.rhythm.value, "hour": chosen.hour})
    connection.execute(_LET_GO, {"person": person_id, "kinds": kinds})


def waiting(connection: Connection) -> Sequence[tuple[str, Choice, datetime]]:
    """Who has notices that wait for a digest: her id, her choice, and when the first of them was written."""
    return [(row[0], _choice(row[1], row[2], row[3]), row[4]) for row in connection.execute(_WAITING)]


def make(connection: Connection, person_id: str, *, period: datetime, patience: timedelta) -> None:
    """Make the digest of a person and a period of what was written before; there is never a second one."""
    connection.execute(_MAKE, {"person": person_id, "period": period, "patience": patience})


def claim(connection: Connection, *, lease: timedelta) -> Open | None:
    """Lease one digest whose time has come."""
    row = connection.execute(_CLAIM, {"lease": lease}).one_or_none()
    return Open(*row) if row else None


def lines(connection: Connection, digest_id: str) -> list[Leased]:
    """What a digest is made of, soonest due first."""
    return [Leased(*row) for row in connection.execute(_LINES, {"id": digest_id})]


def end(connection: Connection, digest_id: str, state: str, why: str = "", *, receipt: str = "") -> None:
    """It is sent, superseded or dead, and so is what it is made of."""
    values = {"id": digest_id, "state": state, "error": why, "receipt": receipt, "first": FIRST_ASK}
    connection.execute(_END, values)


def retry(connection: Connection, digest_id: str, why: str, *, wait: timedelta, tries: int) -> bool:
    """Try again after ``wait``; True when its time is over."""
    return bool(connection.execute(_RETRY, {"id": digest_id, "error": why, "wait": wait, "tries": tries}).scalar())


def _choice(groups: Sequence[str], rhythm: str, hour: int) -> Choice:
    return Choice(frozenset(Grouping(each) for each in groups), Rhythm(rhythm), hour)
