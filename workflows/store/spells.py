"""Spells as rows: written with the case in one statement, read back to be compared, made anew from the record."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import Connection, select, text

from workflows.core.timeliness import Spell
from workflows.store.tables_timeliness import spells as table

_MANY = TypeAdapter(tuple[Spell, ...])
_ONE = TypeAdapter(Spell)
COLUMNS = tuple(column.name for column in table.columns)
_OTHERS = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in ("case_id", "turn", "clock"))

KEPT = f"""kept AS (INSERT INTO spells ({", ".join(COLUMNS)})
    SELECT {", ".join(COLUMNS)} FROM jsonb_populate_recordset(cast(NULL AS spells), cast(:spells AS jsonb))
    ON CONFLICT (case_id, turn, clock) DO UPDATE SET {_OTHERS})"""
"""A part of a statement that writes the spells of the parameter ``spells``, whatever the statement does besides."""
_KEEP = text(f"WITH {KEPT} SELECT 1")
_GONE = text("DELETE FROM spells WHERE case_id = cast(:case AS uuid)")
_HELD = text("""SELECT id::text FROM cases WHERE id > cast(:after AS uuid) ORDER BY id LIMIT :most FOR UPDATE""")


def as_json(found: Sequence[Spell]) -> str:
    """The spells as the statements take them."""
    return _MANY.dump_json(tuple(found)).decode()


def replace(connection: Connection, case_id: str, found: Sequence[Spell]) -> None:
    """Make the stored index of a case equal to ``found``."""
    connection.execute(_GONE, {"case": case_id})
    if found:
        connection.execute(_KEEP, {"spells": as_json(found)})


def hold_cases(connection: Connection, *, after: str, most: int) -> list[str]:
    """The ids of the next cases in order, none of which anybody else can change until the transaction ends."""
    return [row.id for row in connection.execute(_HELD, {"after": after, "most": most})]


def of_cases(connection: Connection, case_ids: Sequence[str]) -> dict[str, list[Spell]]:
    """The stored spells of these cases, each case's in the order in which they stopped."""
    rows = connection.execute(
        select(table).where(table.c.case_id.in_(case_ids)).order_by(table.c.case_id, table.c.stopped, table.c.clock)
    )
    found: dict[str, list[Spell]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(_ONE.validate_python(dict(row._mapping)))
    return found


def sorted_as_stored(found: Sequence[Spell]) -> list[Spell]:
    """In the order in which ``of_cases`` gives them."""
    return sorted(found, key=lambda each: (each.stopped, each.clock))
