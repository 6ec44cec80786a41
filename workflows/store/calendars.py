"""Sets of days in versions: loaded, answered, looked up; and the open requests that count by another one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, text

from workflows.core.hours import Hours
from workflows.store.lists import IN_THE_OPEN

Days = tuple[tuple[date, str], ...]
"""Days in order, each once, with the name shown to people."""

_COLUMNS = """s.id::text, s.number, s.calendar, s.organisation_id::text, o.name AS organisation, s.source, s.horizon,
    s.days, s.hours, s.proposed_at, s.proposed_by, p.name AS proposer, s.note, s.answered_at, s.answered_by,
    q.name AS answerer, s.why, s.in_force_from"""
_FROM = """FROM calendar_sets s LEFT JOIN organisations o ON o.id = s.organisation_id
    LEFT JOIN people p ON p.id::text = s.proposed_by LEFT JOIN people q ON q.id::text = s.answered_by"""
_ALL = text(f"SELECT {_COLUMNS} {_FROM} ORDER BY s.number")
_SOME = text(f"SELECT {_COLUMNS} {_FROM} WHERE s.number = ANY(:numbers) ORDER BY s.number")
_IN_FORCE = text(
    """SELECT DISTINCT ON (calendar, organisation_id) calendar, organisation_id::text, number, in_force_from
    FROM calendar_sets WHERE in_force_from <= :at
    ORDER BY calendar, organisation_id, in_force_from DESC, number DESC"""
)
_LOAD = text(
    """INSERT INTO calendar_sets (id, calendar, organisation_id, source, horizon, days, hours, proposed_at,
        proposed_by, note)
    VALUES (cast(:id AS uuid), :calendar, cast(:organisation AS uuid), :source, :horizon, cast(:days AS jsonb),
        cast(:hours AS jsonb), :at, :by, :note) RETURNING number"""
)
_ANSWER = text(
    """UPDATE calendar_sets SET answered_at = :at, answered_by = :by, why = :why, in_force_from = :in_force_from
    WHERE id = cast(:id AS uuid) AND answered_at IS NULL"""
)
_OPEN = """c.closed_at IS NULL AND split_part(c.state ->> 'calendar', '@', 1) = ANY(:bases)
    AND (cast(:organisation AS uuid) IS NULL OR c.holder_org = cast(:organisation AS uuid))"""
_PAGE = text(
    f"""SELECT c.id::text, c.state ->> 'calendar' AS calendar, c.holder_org::text
    FROM cases c WHERE {_OPEN} AND c.id > cast(:after AS uuid) ORDER BY c.id LIMIT :most"""
)
_CLOCKS = text(
    f"""SELECT c.id::text, c.reference, c.workflow, c.definition_version, c.stage, c.state -> 'clock' AS clock,
        c.state ->> 'calendar' AS calendar, c.holder_org::text
    FROM cases c WHERE {_OPEN} AND {IN_THE_OPEN} AND c.due_at IS NOT NULL
        AND (cast(:since AS timestamptz) IS NULL OR c.due_at >= :since)
    ORDER BY c.due_at, c.id LIMIT :most"""
)
_COUNT_CLOCKS = text(f"SELECT count(*) FROM cases c WHERE {_OPEN} AND {IN_THE_OPEN} AND c.due_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class CalendarSet:
    """One version of the bank holidays of a nation (``calendar``), or of the closures of an organisation.

    ``hours`` are the service hours of the week, Monday first; None where they are the usual ones. Instants are UTC.
    """

    id: str
    number: int
    calendar: str
    organisation_id: str
    organisation: str
    source: str
    horizon: date | None
    days: Days
    hours: tuple[Hours, ...] | None
    proposed_at: datetime
    proposed_by: str
    proposer: str
    note: str
    answered_at: datetime | None
    answered_by: str
    answerer: str
    why: str
    in_force_from: datetime | None

    @property
    def open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.answered_at is None

    @property
    def scope(self) -> tuple[str, str]:
        """Whose days they are: a nation's, or an organisation's."""
        return self.calendar, self.organisation_id


@dataclass(frozen=True, slots=True)
class Current:
    """Which set is in force for a nation or an organisation, and since when."""

    calendar: str
    organisation_id: str
    number: int
    since: datetime


def every(connection: Connection) -> list[CalendarSet]:
    """Every set, in the order of loading."""
    return [_set(row) for row in connection.execute(_ALL)]


def some(connection: Connection, numbers: Sequence[int]) -> list[CalendarSet]:
    """The sets with these numbers."""
    return [_set(row) for row in connection.execute(_SOME, {"numbers": list(numbers)})]


def in_force(connection: Connection, *, at: datetime) -> list[Current]:
    """For each nation and organisation the set in force at an instant, where there is one."""
    rows = connection.execute(_IN_FORCE, {"at": at})
    return [Current(row.calendar, row.organisation_id or "", row.number, row.in_force_from) for row in rows]


def load(
    connection: Connection,
    *,
    set_id: str,
    calendar: str,
    organisation: str,
    source: str,
    horizon: date | None,
    days: Days,
    hours: tuple[Hours, ...] | None,
    note: str,
    at: datetime,
    by: str,
) -> int:
    """Store a set that nobody has answered yet; its number."""
    listed = [[day.isoformat(), name] for day, name in days]
    week = None if hours is None else [[[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in day] for day in hours]
    values = {
        "id": set_id, "calendar": calendar, "organisation": organisation or None, "source": source, "horizon": horizon,
        "days": json.dumps(listed), "hours": None if week is None else json.dumps(week), "note": note, "at": at,
        "by": by,
    }  # fmt: skip
    return int(connection.execute(_LOAD, values).scalar_one())


def answer(
    connection: Connection, set_id: str, *, in_force_from: datetime | None, why: str, at: datetime, by: str
) -> None:
    """Put a set in force, or (None) turn it down."""
    connection.execute(_ANSWER, {"id": set_id, "in_force_from": in_force_from, "why": why, "at": at, "by": by})


def open_cases(
    connection: Connection, *, bases: Sequence[str], organisation: str, after: str, most: int
) -> list[tuple[str, str, str]]:
    """The next open requests past ``after`` on calendars of these names: id, full calendar name, holder."""
    values = {"bases": list(bases), "organisation": organisation or None, "after": after, "most": most}
    return [(row.id, row.calendar, row.holder_org) for row in connection.execute(_PAGE, values)]


def clocks(
    connection: Connection, *, bases: Sequence[str], organisation: str, since: datetime | None, most: int
) -> list[Any]:
    """Open requests whose clock runs, those that fall due first, each with its clock; none due before ``since``."""
    values = {"bases": list(bases), "organisation": organisation or None, "since": since, "most": most}
    return list(connection.execute(_CLOCKS, values))


def count_clocks(connection: Connection, *, bases: Sequence[str], organisation: str) -> int:
    """How many open requests have a clock that runs."""
    values = {"bases": list(bases), "organisation": organisation or None}
    return int(connection.execute(_COUNT_CLOCKS, values).scalar_one())


def _set(row: Any) -> CalendarSet:
    days = tuple((date.fromisoformat(day), name) for day, name in row.days)
    hours = None
    if row.hours is not None:
        hours = tuple(
            tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in day) for day in row.hours
        )
    return CalendarSet(
        row.id, row.number, row.calendar, row.organisation_id or "", row.organisation or "", row.source, row.horizon,
        days, hours, row.proposed_at, row.proposed_by, row.proposer or "", row.note, row.answered_at,
        row.answered_by or "", row.answerer or "", row.why or "", row.in_force_from,
    )  # fmt: skip
