"""The outbox: one row per mail, claimed with a lease, ended as sent, superseded or visibly dead.

Leases and waits go by the database's real clock, also in the demo: a mail server knows no other. Only what waits until
a service opens goes by the product's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

ENDED = """sent_at = CASE WHEN :state = 'sent' THEN clock_timestamp() END,
    receipt = nullif(cast(:receipt AS text), ''),
    ask_at = CASE WHEN cast(:receipt AS text) <> '' THEN clock_timestamp() + cast(:first AS interval) END"""
"""What is noted of a mail that has ended; of one with a receipt it is asked later whether it arrived."""
FIRST_ASK = timedelta(minutes=1)


def held_mail(case: str, now: str) -> str:
    """SQL that gives when the first mail about a case goes that waits until a service opens. Both are SQL of ours."""
    return f"""(SELECT min(mo.hold_until) FROM notices mn JOIN outbox mo ON mo.notice_id = mn.id
        WHERE mn.case_id = {case} AND mo.state = 'waiting' AND mo.channel = 'mail' AND mo.hold_until > {now})"""


_CLAIM = text(
    """WITH claimed AS (
        SELECT id FROM outbox WHERE state = 'waiting' AND channel = 'mail' AND next_at <= clock_timestamp()
        AND (hold_until IS NULL OR hold_until <= coalesce(cast(:held AS timestamptz), 'infinity'))
        AND (lease_until IS NULL OR lease_until < clock_timestamp())
        ORDER BY next_at, id LIMIT :most FOR UPDATE SKIP LOCKED),
    leased AS (
        UPDATE outbox o SET lease_until = clock_timestamp() + :lease, attempts = o.attempts + 1,
        -- The time for trying begins with the first try, not while a mail waits for the morning or for a worker.
        give_up_at = CASE WHEN o.attempts > 0 THEN o.give_up_at
            ELSE greatest(o.give_up_at, clock_timestamp() + (o.give_up_at - o.created_at)) END
        FROM claimed c WHERE o.id = c.id RETURNING o.id, o.notice_id, o.message_id, o.attempts, o.next_at)
    SELECT l.id::text, l.message_id, l.attempts, n.kind, n.stage_title, n.due_at, n.person_id::text,
           p.email, p.disabled_at IS NOT NULL AS disabled, coalesce(n.case_id::text, ''), coalesce(c.reference, '')
    FROM leased l JOIN notices n ON n.id = l.notice_id JOIN people p ON p.id = n.person_id
    LEFT JOIN cases c ON c.id = n.case_id ORDER BY l.next_at, l.id"""
)
_END = text(
    f"""UPDATE outbox SET state = :state, lease_until = NULL, last_error = :error, {ENDED}
    WHERE id = cast(:id AS uuid) AND state = 'waiting'"""
)
_RETRY = text(
    """UPDATE outbox SET lease_until = NULL, last_error = :error, next_at = clock_timestamp() + :wait,
    state = CASE WHEN attempts >= :tries AND clock_timestamp() >= give_up_at THEN 'dead' ELSE state END
    WHERE id = cast(:id AS uuid) AND state = 'waiting' RETURNING state"""
)
_PUT_BACK = text(
    """UPDATE outbox SET lease_until = NULL, attempts = attempts - 1
    WHERE id = cast(:id AS uuid) AND state = 'waiting'"""
)
_BESIDE = text(
    """SELECT DISTINCT n.kind, (o.created_at, o.id) > (own.created_at, own.id) AS later
    FROM outbox own JOIN notices mine ON mine.id = own.notice_id
    JOIN notices n ON n.person_id = mine.person_id AND n.case_id = mine.case_id AND n.stage_title = mine.stage_title
        AND n.created_at >= mine.created_at - interval '1 hour'
    JOIN outbox o ON o.notice_id = n.id AND o.id <> own.id AND o.channel = 'mail'
    WHERE own.id = cast(:id AS uuid)
    AND (o.state = 'waiting' OR (o.state = 'sent' AND o.created_at > own.created_at))"""
)
_HELD = text(
    """SELECT count(*) AS many, min(hold_until) AS first FROM outbox
    WHERE state = 'waiting' AND hold_until > :now"""
)
_DEAD = text("SELECT count(*) FROM outbox WHERE state = 'dead'")


@dataclass(frozen=True, slots=True)
class Leased:
    """One mail that this process may send until its lease ends; without a case id it is about the house."""

    id: str
    message_id: str
    attempts: int
    kind: str
    stage_title: str
    due_at: datetime | None
    person_id: str
    email: str
    disabled: bool
    case_id: str
    reference: str


def claim(connection: Connection, *, most: int, lease: timedelta, held: datetime | None = None) -> list[Leased]:
    """Lease up to ``most`` waiting mails whose time has come, oldest first; others' leases are left alone.

    What waits until a service opens is left alone up to ``held``, the product's time; None: nothing waits for that.
    """
    return [Leased(*row) for row in connection.execute(_CLAIM, {"most": most, "lease": lease, "held": held})]


def held(connection: Connection, *, now: datetime) -> tuple[int, datetime | None]:
    """How many mails wait until a service opens, and when the first of them goes."""
    row = connection.execute(_HELD, {"now": now}).one()
    return row.many, row.first


def beside(connection: Connection, mail: Leased) -> list[tuple[str, bool]]:
    """What else waits for the same person on the same stage of the case, or went to her since: kind, and if later."""
    return [(row.kind, row.later) for row in connection.execute(_BESIDE, {"id": mail.id})]


def _end(connection: Connection, mail_id: str, state: str, why: str = "", *, receipt: str = "") -> None:
    values = {"id": mail_id, "state": state, "error": why, "receipt": receipt, "first": FIRST_ASK}
    connection.execute(_END, values)


def sent(connection: Connection, mail_id: str, receipt: str = "") -> None:
    """It was taken. With a ``receipt`` it can be asked later whether it arrived."""
    _end(connection, mail_id, "sent", receipt=receipt)


def superseded(connection: Connection, mail_id: str, why: str) -> None:
    """It would have told something that is no longer so; it is not sent."""
    _end(connection, mail_id, "superseded", why)


def dead(connection: Connection, mail_id: str, why: str) -> None:
    """It can never be delivered."""
    _end(connection, mail_id, "dead", why)


def retry(connection: Connection, mail_id: str, why: str, *, wait: timedelta, tries: int) -> bool:
    """Try again after ``wait``; True when it was given up instead.

    Given up only when its time is over *and* it has been tried ``tries`` times: after an outage of a day
    no mail may die that was hardly tried.
    """
    state = connection.execute(_RETRY, {"id": mail_id, "error": why, "wait": wait, "tries": tries}).scalar()
    return state == "dead"


def put_back(connection: Connection, mail_id: str) -> None:
    """End the lease of a mail that was not tried."""
    connection.execute(_PUT_BACK, {"id": mail_id})


def undeliverable(connection: Connection) -> int:
    """How many mails were given up."""
    return int(connection.execute(_DEAD).scalar_one())
