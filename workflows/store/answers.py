"""Answers of the API that are given again when the same request comes again. Times are the database's real clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from workflows.store.engine import Connection

# A request that was begun and never answered, because a process died, can be taken over when its lease is over.
_CLAIM = text(
    """
    WITH mine AS (
        INSERT INTO api_answers AS a (person_id, key, digest, begun_at, lease_until)
        VALUES (cast(:person AS uuid), :key, :digest, clock_timestamp(), clock_timestamp() + :lease)
        ON CONFLICT (person_id, key) DO UPDATE SET lease_until = excluded.lease_until
        WHERE a.status IS NULL AND a.digest = excluded.digest AND a.lease_until < clock_timestamp()
        RETURNING 1)
    SELECT EXISTS (SELECT FROM mine) AS mine, a.digest, a.status, a.etag, a.location, a.body
    FROM (SELECT) AS always LEFT JOIN api_answers a ON a.person_id = cast(:person AS uuid) AND a.key = :key
    """
)
_KEEP = text(
    """UPDATE api_answers SET status = :status, etag = :etag, location = :location, body = :body
    WHERE person_id = cast(:person AS uuid) AND key = :key"""
)
_FREE = text("DELETE FROM api_answers WHERE person_id = cast(:person AS uuid) AND key = :key AND status IS NULL")
_LEAVE = text(
    """UPDATE api_answers SET lease_until = clock_timestamp()
    WHERE person_id = cast(:person AS uuid) AND key = :key AND status IS NULL"""
)
_TIDY = text("DELETE FROM api_answers WHERE begun_at < clock_timestamp() - cast(:keep AS interval)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of claiming a key: ``mine``, or what is there. Neither: somebody else has just begun."""

    mine: bool
    digest: str | None
    status: int | None
    etag: str | None
    location: str | None
    body: str | None


def claim(connection: Connection, *, person_id: str, key: str, digest: str, lease: timedelta) -> Claim:
    """Begin to answer a request with this key, or find what was answered."""
    values = {"person": person_id, "key": key, "digest": digest, "lease": lease}
    return Claim(*connection.execute(_CLAIM, values).one())


def keep(connection: Connection, *, person_id: str, key: str, status: int, etag: str, location: str, body: str) -> None:
    """Keep the answer."""
    values = {"person": person_id, "key": key, "status": status, "etag": etag, "location": location, "body": body}
    connection.execute(_KEEP, values)


def free(connection: Connection, *, person_id: str, key: str) -> None:
    """Nothing was done: the key can be used again."""
    connection.execute(_FREE, {"person": person_id, "key": key})


def leave(connection: Connection, *, person_id: str, key: str) -> None:
    """The lease is over: the same request may be tried again at once."""
    connection.execute(_LEAVE, {"person": person_id, "key": key})


def tidy(connection: Connection, *, keep: timedelta) -> int:
    """Forget answers that were begun so long ago; how many."""
    return connection.execute(_TIDY, {"keep": keep}).rowcount
