"""Calendar feeds: whose a secret address is. Only its hash is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

_MAKE = text(
    """INSERT INTO calendar_feeds (person_id, token_hash, made_at) VALUES (cast(:person AS uuid), :hash, :at)
    ON CONFLICT (person_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at"""
)
_REVOKE = text("DELETE FROM calendar_feeds WHERE person_id = cast(:person AS uuid)")
_MADE = text("SELECT made_at FROM calendar_feeds WHERE person_id = cast(:person AS uuid)")
_WHOSE = text(
    """SELECT p.id::text FROM calendar_feeds f JOIN people p ON p.id = f.person_id AND p.disabled_at IS NULL
    WHERE f.token_hash = :hash"""
)


def make(connection: Connection, person_id: str, *, token_hash: str, at: datetime) -> None:
    """The person's feed has this address from now on, and no other."""
    connection.execute(_MAKE, {"person": person_id, "hash": token_hash, "at": at})


def revoke(connection: Connection, person_id: str) -> bool:
    """The person has no feed any more; whether she had one."""
    return connection.execute(_REVOKE, {"person": person_id}).rowcount > 0


def made_at(connection: Connection, person_id: str) -> datetime | None:
    """When the person's feed was made; None when she has none."""
    found: datetime | None = connection.execute(_MADE, {"person": person_id}).scalar_one_or_none()
    return found


def whose(connection: Connection, *, token_hash: str) -> str:
    """Whose feed has this address; empty for nobody's, and for somebody's who is disabled."""
    return str(connection.execute(_WHOSE, {"hash": token_hash}).scalar_one_or_none() or "")
