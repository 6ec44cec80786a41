"""Attempts to sign in, counted in PostgreSQL so that the limit holds whatever else is down.

A bucket is a keyed hash: nobody can read from this table who tried to sign in, or from where.
All times here are the database's real clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, insert, or_, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER, INTERVAL, TEXT

from workflows.store.engine import Connection
from workflows.store.tables import attempts

# One attempt is counted at a time: two at once could otherwise both see the last free place.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7401190002)")

_COUNT = text(
    """
    SELECT bucket, count(*) AS made,
           ceil(extract(epoch FROM min(at) + :window - clock_timestamp()))::int AS wait
    FROM (
        SELECT bucket, at, row_number() OVER (PARTITION BY bucket ORDER BY at DESC) AS place
        FROM attempts WHERE bucket = ANY(:buckets) AND at > clock_timestamp() - :window
    ) AS recent
    WHERE place <= (:limits)[array_position(:buckets, bucket)]
    GROUP BY bucket
    """
).bindparams(
    bindparam("window", type_=INTERVAL()),
    bindparam("buckets", type_=ARRAY(TEXT)),
    bindparam("limits", type_=ARRAY(INTEGER)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The answer to one attempt: go on (``wait`` is 0), or wait so many seconds. ``ids`` are its rows."""

    wait: int
    ids: tuple[int, ...] = ()


def take_place(connection: Connection, limits: Mapping[str, int], *, window: timedelta) -> Place:
    """Count one attempt in every bucket, unless one of them is full.

    A refused attempt is not counted, so that trying again does not put the end of the wait off.
    """
    connection.execute(_ONE_AT_A_TIME)
    buckets = list(limits)
    rows = connection.execute(
        _COUNT, {"window": window, "buckets": buckets, "limits": [limits[bucket] for bucket in buckets]}
    )
    waits = [max(1, int(row.wait)) for row in rows if row.made >= limits[row.bucket]]
    if waits:
        return Place(max(waits))
    made = connection.execute(
        insert(attempts).values(at=text("clock_timestamp()")).returning(attempts.c.id),
        [{"bucket": bucket} for bucket in buckets],
    )
    return Place(0, tuple(made.scalars()))


def forget(connection: Connection, place: Place, *, bucket: str) -> None:
    """Somebody signed in: this attempt counts nowhere, and no earlier one in her own bucket does."""
    connection.execute(delete(attempts).where(or_(attempts.c.id.in_(place.ids), attempts.c.bucket == bucket)))


def tidy(connection: Connection, *, window: timedelta) -> int:
    """Delete attempts that no longer count; how many."""
    done = connection.execute(
        text("DELETE FROM attempts WHERE at < clock_timestamp() - :window").bindparams(
            bindparam("window", window, type_=INTERVAL())
        )
    )
    return done.rowcount
