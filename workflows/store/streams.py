"""Streams that are not cases: the house's own record. And reading the whole register as of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, select, text

from workflows.core.register import GENESIS
from workflows.core.timeliness import Spell
from workflows.store import spells
from workflows.store.tables import cases, due_items

_OPEN = text(
    """INSERT INTO streams (id, name, version, head) VALUES (cast(:id AS uuid), :name, 0, :genesis)
    ON CONFLICT DO NOTHING"""
)
_LOCK = text("SELECT version, head FROM streams WHERE id = cast(:id AS uuid) FOR UPDATE")
_MOVE = text("UPDATE streams SET version = :version, head = :head WHERE id = cast(:id AS uuid)")
_NAME = text(
    """SELECT reference FROM cases WHERE id = cast(:id AS uuid)
    UNION ALL SELECT name FROM streams WHERE id = cast(:id AS uuid)"""
)
_STREAM_IDS = UUID("0d6c7a52-1f0e-5d0b-8a5e-51f2f0c3a9b4")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case row with every column, its due rows as (clock, rung, command, instant), and its spells."""

    columns: dict[str, Any]
    due: list[tuple[int, str, str, Any]]
    spells: list[Spell]


def one_moment(connection: Connection) -> None:
    """Let everything this connection reads be as of one moment. Call it before anything else."""
    connection.execution_options(isolation_level="REPEATABLE READ")


def stream_id(name: str) -> str:
    """The id of the stream called ``name``: always the same."""
    return str(uuid5(_STREAM_IDS, name))


def lock(connection: Connection, name: str) -> tuple[int, str]:
    """Take hold of a stream, made if need be: its number of entries and last digest."""
    connection.execute(_OPEN, {"id": stream_id(name), "name": name, "genesis": GENESIS})
    row = connection.execute(_LOCK, {"id": stream_id(name)}).one()
    return row.version, row.head


def move(connection: Connection, name: str, *, version: int, head: str) -> None:
    """Note where the stream ends now."""
    connection.execute(_MOVE, {"id": stream_id(name), "version": version, "head": head})


def name_of(connection: Connection, stream: str) -> str:
    """What people call a stream: the case's reference or the stream's name; empty when it has neither."""
    return connection.execute(_NAME, {"id": stream}).scalar() or ""


def case_rows(connection: Connection, *, batch: int = 200) -> Iterator[list[CaseRow]]:
    """Every case row with its due rows, in order of id, ``batch`` at a time."""
    after = str(UUID(int=0))
    while True:
        rows = connection.execute(select(cases).where(cases.c.id > after).order_by(cases.c.id).limit(batch)).all()
        if not rows:
            return
        after = rows[-1].id
        due: dict[str, list[tuple[int, str, str, Any]]] = {}
        wanted = select(due_items).where(due_items.c.case_id.in_([row.id for row in rows]))
        for item in connection.execute(wanted.order_by(due_items.c.due_at, due_items.c.rung)):
            due.setdefault(item.case_id, []).append((item.clock, item.rung, item.command, item.due_at))
        ended = spells.of_cases(connection, [row.id for row in rows])
        yield [CaseRow(dict(row._mapping), due.get(row.id, []), ended.get(row.id, [])) for row in rows]
