"""What became of fetching the published bank holidays: one row, and whom to tell when it fails."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, text

_READ = text("SELECT looked_at, good_at, good_days, failing_since, why, told_at FROM holiday_feed")
_WRITE = text(
    """INSERT INTO holiday_feed (looked_at, good_at, good_days, failing_since, why, told_at)
    VALUES (:looked_at, :good_at, cast(:good_days AS jsonb), :failing_since, :why, :told_at) ON CONFLICT ("only")
    DO UPDATE SET looked_at = excluded.looked_at, good_at = excluded.good_at, good_days = excluded.good_days,
        failing_since = excluded.failing_since, why = excluded.why, told_at = excluded.told_at"""
)
_ADMINISTRATORS = text(
    """SELECT DISTINCT p.id::text FROM people p JOIN memberships m ON m.person_id = p.id
    WHERE p.disabled_at IS NULL AND m.role = :role ORDER BY 1"""
)
_READ_BY_ALL = text("UPDATE notices SET read_at = :at WHERE kind = :kind AND read_at IS NULL AND case_id IS NULL")


@dataclass(frozen=True, slots=True)
class FeedState:
    """When the list was looked at, when its last good answer came, and since when and why there is none (UTC).

    ``told_at``: when people were told of the failure that lasts. ``good_days``: the last good answer, by nation.
    """

    looked_at: datetime
    good_at: datetime | None = None
    good_days: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    failing_since: datetime | None = None
    why: str = ""
    told_at: datetime | None = None


def read(connection: Connection) -> FeedState | None:
    """How it stands; None before the first look."""
    row = connection.execute(_READ).one_or_none()
    if row is None:
        return None
    days = {name: tuple(date.fromisoformat(day) for day in listed) for name, listed in row.good_days.items()}
    return FeedState(row.looked_at, row.good_at, days, row.failing_since, row.why, row.told_at)


def write(connection: Connection, state: FeedState) -> None:
    """Keep how it stands."""
    days = {name: [day.isoformat() for day in listed] for name, listed in state.good_days.items()}
    values = {
        "looked_at": state.looked_at, "good_at": state.good_at, "good_days": json.dumps(days),
        "failing_since": state.failing_since, "why": state.why, "told_at": state.told_at,
    }  # fmt: skip
    connection.execute(_WRITE, values)


def people_with(connection: Connection, role: str) -> Sequence[str]:
    """Everybody who has a role in some organisation, by id."""
    return connection.execute(_ADMINISTRATORS, {"role": role}).scalars().all()


def read_by_all(connection: Connection, kind: str, *, at: datetime) -> None:
    """Nobody need look at these notices any more."""
    connection.execute(_READ_BY_ALL, {"kind": kind, "at": at})
