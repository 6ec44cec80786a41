"""Receivers of webhooks, and what is sent to them: one row per message, claimed with a lease, like the outbox.

Leases and waits go by the database's real clock. The rows of an event are written by the statement that writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from workflows.store.announcements import ANNOUNCED, hidden

CALLED = f"""{ANNOUNCED}, called AS (
    INSERT INTO webhook_deliveries (id, webhook_id, event_id, kind, case_id, stage, happened_at, created_at, next_at)
    SELECT gen_random_uuid(), w.id, a.id, a.kind, a.case_id, a.stage, a.happened_at, clock_timestamp(),
        clock_timestamp() FROM announced a
    JOIN webhooks w ON w.organisation_id = a.organisation_id AND w.off_at IS NULL AND a.kind = ANY (w.kinds)
    ORDER BY a.number)"""
"""Writes what is told of an event, and the messages about it, within the statement that writes the event."""

_CLAIM = text(
    f"""WITH claimed AS (
        SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
        WHERE d.state = 'waiting' AND d.next_at <= clock_timestamp() AND w.off_at IS NULL
        AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
        AND (w.quiet_until IS NULL OR w.quiet_until <= clock_timestamp())
        ORDER BY d.next_at, d.number LIMIT :most FOR UPDATE OF d SKIP LOCKED),
    leased AS (
        UPDATE webhook_deliveries d SET lease_until = clock_timestamp() + :lease, attempts = d.attempts + 1
        FROM claimed c WHERE d.id = c.id RETURNING d.*)
    SELECT l.id::text, l.webhook_id::text, l.attempts, l.event_id::text, l.kind, l.stage, l.happened_at,
        c.reference, w.url, w.secret,
        CASE WHEN w.old_until > clock_timestamp() THEN w.old_secret END AS old_secret,
        c.id IS NOT NULL AND {hidden("w.organisation_id")} AS hidden
    FROM leased l JOIN webhooks w ON w.id = l.webhook_id LEFT JOIN cases c ON c.id = l.case_id ORDER BY l.number"""
)
_SENT = text(
    """UPDATE webhook_deliveries SET state = 'sent', lease_until = NULL, last_status = :status,
    ended_at = clock_timestamp() WHERE id = cast(:id AS uuid) AND state = 'waiting'"""
)
_RETRY = text(
    """UPDATE webhook_deliveries SET lease_until = NULL, last_status = :status,
    next_at = clock_timestamp() + coalesce(cast(:wait AS interval), interval '0'),
    state = CASE WHEN cast(:wait AS interval) IS NULL THEN 'dead' ELSE state END,
    ended_at = CASE WHEN cast(:wait AS interval) IS NULL THEN clock_timestamp() END
    WHERE id = cast(:id AS uuid) AND state = 'waiting'"""
)
_QUIET = text("UPDATE webhooks SET quiet_until = clock_timestamp() + :quiet WHERE id = cast(:id AS uuid)")
_WAKE = text("UPDATE webhooks SET quiet_until = NULL WHERE id = cast(:id AS uuid)")
_PUT_BACK = text(
    """UPDATE webhook_deliveries SET lease_until = NULL, attempts = attempts - 1
    WHERE id = cast(:id AS uuid) AND state = 'waiting'"""
)
_FORGET = text("DELETE FROM webhook_deliveries WHERE id = cast(:id AS uuid)")
_OFF = text(
    """WITH off AS (
        UPDATE webhooks SET off_at = :at, off_why = :why WHERE id = cast(:id AS uuid) AND off_at IS NULL
        RETURNING id, organisation_id::text AS organisation),
    ended AS (
        UPDATE webhook_deliveries d SET state = :state, last_status = :status, lease_until = NULL,
        ended_at = clock_timestamp() FROM off WHERE d.webhook_id = off.id AND d.state = 'waiting')
    SELECT organisation FROM off"""
)
_ON = text(
    """UPDATE webhooks SET off_at = NULL, off_why = '', quiet_until = NULL
    WHERE id = cast(:id AS uuid) AND off_at IS NOT NULL"""
)
_ADD = text(
    """INSERT INTO webhooks (id, organisation_id, url, kinds, secret, made_at, made_by)
    VALUES (cast(:id AS uuid), cast(:org AS uuid), :url, :kinds, :secret, :at, cast(:by AS uuid))"""
)
_ROTATE = text(
    """UPDATE webhooks SET old_secret = secret, secret = :secret, old_until = clock_timestamp() + :both
    WHERE id = cast(:id AS uuid)"""
)
_TRY = text(
    """INSERT INTO webhook_deliveries (id, webhook_id, kind, happened_at, created_at, next_at)
    VALUES (cast(:id AS uuid), cast(:webhook AS uuid), :kind, :at, clock_timestamp(), clock_timestamp())"""
)
_AGAIN = text(
    """UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, ended_at = NULL, lease_until = NULL,
    next_at = clock_timestamp() WHERE webhook_id = cast(:id AS uuid) AND state = 'dead'"""
)
_LET_GO = text(
    """UPDATE webhook_deliveries SET state = 'superseded', ended_at = clock_timestamp()
    WHERE webhook_id = cast(:id AS uuid) AND state = 'dead'"""
)
_COLUMNS = """w.id::text, w.organisation_id::text AS organisation_id, w.url, w.kinds, w.made_at, p.name AS made_by,
    CASE WHEN w.old_until > clock_timestamp() THEN w.old_until END AS old_until, w.off_at, w.off_why,
    (SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'dead') AS dead
    FROM webhooks w JOIN people p ON p.id = w.made_by"""
_OF = text(
    f"SELECT {_COLUMNS} WHERE w.organisation_id = cast(:org AS uuid) ORDER BY w.off_at IS NOT NULL, w.made_at, w.id"
)
_ONE = text(f"SELECT {_COLUMNS} WHERE w.id = cast(:id AS uuid)")
_LOCK = text("SELECT id FROM webhooks WHERE id = cast(:id AS uuid) FOR UPDATE")
_LOCK_ORGANISATION = text("SELECT id FROM organisations WHERE id = cast(:org AS uuid) FOR NO KEY UPDATE")
_LAST = text(
    """SELECT id::text, event_id::text, kind, happened_at, state, attempts, last_status, next_at
    FROM webhook_deliveries WHERE webhook_id = cast(:id AS uuid) ORDER BY number DESC LIMIT :most"""
)
_UNDELIVERED = text(
    """SELECT w.id::text, w.url, w.off_why, count(*) AS count, min(d.happened_at) AS since
    FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id AND d.state = 'dead'
    WHERE w.organisation_id = cast(:org AS uuid) GROUP BY w.id ORDER BY since, w.id"""
)
_TIDY = text(
    """DELETE FROM webhook_deliveries WHERE state IN ('sent', 'superseded')
    AND ended_at < clock_timestamp() - cast(:keep AS interval)"""
)


@dataclass(frozen=True, slots=True)
class Leased:
    """One message that this process may send until its lease ends. ``reference`` is None for one that tries it."""

    id: str
    webhook_id: str
    attempts: int
    event_id: str | None
    kind: str
    stage: str
    happened_at: datetime
    reference: str | None
    url: str
    secret: str
    old_secret: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Hook:
    """A receiver as an administrator sees it; ``dead`` counts the messages that were given up."""

    id: str
    organisation_id: str
    url: str
    kinds: tuple[str, ...]
    made_at: datetime
    made_by: str
    old_until: datetime | None
    off_at: datetime | None
    off_why: str
    dead: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on the page: which, what, when, and what became of it. No request is named."""

    id: str
    event_id: str | None
    kind: str
    happened_at: datetime
    state: str
    attempts: int
    last_status: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Unreached:
    """A receiver that did not take messages: how many, and since when."""

    id: str
    url: str
    off_why: str
    count: int
    since: datetime


def claim(connection: Connection, *, most: int, lease: timedelta) -> list[Leased]:
    """Lease up to ``most`` messages whose time has come, oldest first; not for receivers that are off or left alone."""
    return [Leased(*row) for row in connection.execute(_CLAIM, {"most": most, "lease": lease})]


def sent(connection: Connection, delivery_id: str, status: str) -> None:
    """The receiver has taken it."""
    connection.execute(_SENT, {"id": delivery_id, "status": status})


def retry(connection: Connection, delivery_id: str, status: str, *, wait: timedelta | None) -> None:
    """Try again after ``wait``; None: it is given up."""
    connection.execute(_RETRY, {"id": delivery_id, "status": status, "wait": wait})


def leave_alone(connection: Connection, webhook_id: str, *, quiet: timedelta) -> None:
    """Send nothing to this receiver for a while."""
    connection.execute(_QUIET, {"id": webhook_id, "quiet": quiet})


def wake(connection: Connection, webhook_id: str) -> None:
    """It may be sent to at once: somebody wants to see whether it works."""
    connection.execute(_WAKE, {"id": webhook_id})


def put_back(connection: Connection, delivery_id: str) -> None:
    """End the lease of a message that was not tried."""
    connection.execute(_PUT_BACK, {"id": delivery_id})


def forget(connection: Connection, delivery_id: str) -> None:
    """It may not be told any more, so nothing of it is kept."""
    connection.execute(_FORGET, {"id": delivery_id})


def switch_off(connection: Connection, webhook_id: str, *, gone: bool, at: datetime) -> str:
    """Send nothing more; its organisation's id, empty when it was off. What waits is dead if ``gone``."""
    values = {"why": "gone", "state": "dead", "status": "410"} if gone else {"why": "person", "state": "superseded"}
    found = connection.execute(_OFF, {"id": webhook_id, "at": at, "status": "", **values}).scalar_one_or_none()
    return str(found or "")


def switch_on(connection: Connection, webhook_id: str) -> bool:
    """Send again; False when it was on."""
    return connection.execute(_ON, {"id": webhook_id}).rowcount == 1


def add(
    connection: Connection, *, webhook_id: str, org: str, url: str, kinds: Sequence[str], secret: str, by: str,
    at: datetime,
) -> None:  # fmt: skip
    """Register a receiver. Raises IntegrityError when the id exists."""
    values = {"id": webhook_id, "org": org, "url": url, "kinds": list(kinds), "secret": secret, "by": by, "at": at}
    connection.execute(_ADD, values)


def rotate(connection: Connection, webhook_id: str, *, secret: str, both: timedelta) -> None:
    """Sign with another secret, and with the one before as well for as long as ``both``."""
    connection.execute(_ROTATE, {"id": webhook_id, "secret": secret, "both": both})


def try_out(connection: Connection, webhook_id: str, *, delivery_id: str, kind: str, at: datetime) -> None:
    """A message about no request. Raises IntegrityError when the id exists."""
    connection.execute(_TRY, {"id": delivery_id, "webhook": webhook_id, "kind": kind, "at": at})


def again(connection: Connection, webhook_id: str) -> int:
    """Let all that were given up be tried from the beginning; how many."""
    return connection.execute(_AGAIN, {"id": webhook_id}).rowcount


def let_go(connection: Connection, webhook_id: str) -> int:
    """What was given up need not be looked into any more; how many messages."""
    return connection.execute(_LET_GO, {"id": webhook_id}).rowcount


def of_organisation(connection: Connection, org: str) -> tuple[Hook, ...]:
    """An organisation's receivers, those that are off last."""
    return tuple(_hook(row) for row in connection.execute(_OF, {"org": org}))


def one(connection: Connection, webhook_id: str) -> Hook | None:
    """One receiver."""
    row = connection.execute(_ONE, {"id": webhook_id}).one_or_none()
    return _hook(row) if row else None


def lock(connection: Connection, webhook_id: str) -> None:
    """Hold one receiver until the transaction ends."""
    connection.execute(_LOCK, {"id": webhook_id})


def lock_organisation(connection: Connection, org: str) -> None:
    """Hold an organisation, so that its receivers can be counted before one is added."""
    connection.execute(_LOCK_ORGANISATION, {"org": org})


def last(connection: Connection, webhook_id: str, *, most: int) -> tuple[Delivery, ...]:
    """The newest messages of a receiver."""
    return tuple(Delivery(*row) for row in connection.execute(_LAST, {"id": webhook_id, "most": most}))


def undelivered(connection: Connection, org: str) -> tuple[Unreached, ...]:
    """The receivers of an organisation that did not take messages."""
    return tuple(Unreached(*row) for row in connection.execute(_UNDELIVERED, {"org": org}))


def tidy(connection: Connection, *, keep: timedelta) -> int:
    """Forget messages that ended well so long ago; how many."""
    return connection.execute(_TIDY, {"keep": keep}).rowcount


def _hook(row: Any) -> Hook:
    values = dict(row._mapping)
    return Hook(**{**values, "kinds": tuple(values["kinds"])})
