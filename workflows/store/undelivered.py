"""Mails that were given up: listed for a manager, and put back to be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

# A manager answers for mails about what her organisation holds, whoever they were for, and about what it
# asks for when they were for her own people. Not for those of cases that she must stand aside from.
HERS = """FROM outbox o JOIN notices n ON n.id = o.notice_id JOIN cases c ON c.id = n.case_id
    JOIN people p ON p.id = n.person_id
    WHERE o.state = 'dead' AND c.silo = '{}' AND NOT (cast(:manager AS uuid) = ANY (c.aside))
    AND NOT (c.kin && cast(:names AS text[]))
    AND (c.holder_org = cast(:org AS uuid) OR (c.requester_org = cast(:org AS uuid) AND EXISTS (
        SELECT FROM memberships m WHERE m.person_id = n.person_id AND m.organisation_id = cast(:org AS uuid))))"""
"""The given-up mails of a manager (``manager``, her ``names``) of an organisation (``org``)."""
HOOKS = """FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
    WHERE d.state = 'dead' AND w.organisation_id = cast(:org AS uuid)"""
"""The given-up webhooks of an organisation."""
_COUNT = text(f"SELECT count(*) {HERS}")
_LIST = text(
    f"""SELECT o.id::text, p.name, c.id::text, c.reference, n.kind, o.last_error, n.created_at {HERS}
    ORDER BY n.created_at, o.id LIMIT :most"""
)
_LOCK = text(f"SELECT n.person_id::text, n.case_id::text {HERS} AND o.id = cast(:mail AS uuid) FOR UPDATE OF o")
_AGAIN = text(
    """UPDATE outbox SET state = 'waiting', channel = 'mail', digest_id = NULL,
    attempts = 0, lease_until = NULL, receipt = NULL, ask_at = NULL, next_at = clock_timestamp(),
    give_up_at = clock_timestamp() + :patience WHERE id = cast(:mail AS uuid)"""
)

_SEEN_TO = text("UPDATE outbox SET state = 'superseded', last_error = :why WHERE id = cast(:mail AS uuid)")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One mail that did not arrive: for whom, about which case, why (a code), and when it was written."""

    id: str
    person: str
    case_id: str
    reference: str
    kind: str
    why: str
    since: datetime


def count(connection: Connection, manager: str, *, names: tuple[str, ...], org: str) -> int:
    """How many this manager should see to."""
    return int(connection.execute(_COUNT, _hers(manager, names, org)).scalar_one())


def of_manager(
    connection: Connection, manager: str, *, names: tuple[str, ...], org: str, most: int
) -> Sequence[Undelivered]:
    """The mails that this manager should see to, the oldest first."""
    rows = connection.execute(_LIST, {**_hers(manager, names, org), "most": most})
    return [Undelivered(*row) for row in rows]


def lock(
    connection: Connection, mail_id: str, *, manager: str, names: tuple[str, ...], org: str
) -> tuple[str, str] | None:
    """Hold one of them until the transaction ends: the ids of its person and case; None when it is not hers."""
    row = connection.execute(_LOCK, {**_hers(manager, names, org), "mail": mail_id}).one_or_none()
    return (row[0], row[1]) if row else None


def again(connection: Connection, mail_id: str, *, patience: timedelta) -> None:
    """Let it be tried from the beginning."""
    connection.execute(_AGAIN, {"mail": mail_id, "patience": patience})


def seen_to(connection: Connection, mail_id: str, why: str) -> None:
    """It need not be tried any more."""
    connection.execute(_SEEN_TO, {"mail": mail_id, "why": why})


def _hers(manager: str, names: tuple[str, ...], org: str) -> dict[str, object]:
    return {"manager": manager, "names": list(names), "org": org}
