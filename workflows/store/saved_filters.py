"""Filters of the board that people have given a name, each for herself in one organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter by its name. ``filters`` is what the board's address holds: ids and fixed words."""

    id: str
    name: str
    filters: Mapping[str, str]


_OF = text(
    """SELECT id::text AS id, name, filters FROM saved_filters WHERE person_id = cast(:person AS uuid)
    AND organisation_id = cast(:org AS uuid) ORDER BY lower(name), id"""
).columns(filters=JSONB)
_ADD = text(
    """INSERT INTO saved_filters (id, person_id, organisation_id, name, filters, saved_at)
    VALUES (cast(:id AS uuid), cast(:person AS uuid), cast(:org AS uuid), :name, :filters, :at)
    ON CONFLICT (id) DO NOTHING"""
).bindparams(bindparam("filters", type_=JSONB))
_REMOVE = text("DELETE FROM saved_filters WHERE id = cast(:id AS uuid) AND person_id = cast(:person AS uuid)")
_PERSON = text("SELECT FROM people WHERE id = cast(:person AS uuid) FOR UPDATE")


def of_person(connection: Connection, person_id: str, *, org: str) -> Sequence[SavedFilter]:
    """The filters a person has saved for an organisation, by name."""
    rows = connection.execute(_OF, {"person": person_id, "org": org})
    return [SavedFilter(row.id, row.name, row.filters) for row in rows]


def one_at_a_time(connection: Connection, person_id: str) -> None:
    """Whoever saves two filters at once saves one after the other."""
    connection.execute(_PERSON, {"person": person_id})


def add(connection: Connection, saved: SavedFilter, *, person_id: str, org: str, at: datetime) -> None:
    """Keep a filter; the same id a second time changes nothing."""
    values = {"id": saved.id, "person": person_id, "org": org, "name": saved.name, "filters": dict(saved.filters)}
    connection.execute(_ADD, {**values, "at": at})


def remove(connection: Connection, filter_id: str, *, person_id: str) -> None:
    """Forget a filter of this person; somebody else's stays."""
    connection.execute(_REMOVE, {"id": filter_id, "person": person_id})
