"""Signs of life: when a part of the house last did its round, by the database's real clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

_BEAT = text(
    """INSERT INTO heartbeats (name, at) VALUES (:name, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET at = excluded.at"""
)
_LAST = text("SELECT at FROM heartbeats WHERE name = :name")


def beat(connection: Connection, name: str) -> None:
    """Note that ``name`` is alive now."""
    connection.execute(_BEAT, {"name": name})


def last(connection: Connection, name: str) -> datetime | None:
    """When ``name`` was last alive (aware UTC); None when never."""
    found: datetime | None = connection.execute(_LAST, {"name": name}).scalar_one_or_none()
    return found
