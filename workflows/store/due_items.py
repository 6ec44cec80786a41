"""Due work as rows: replaced with the case, claimed by the sweep with a lease."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from workflows.core.definition import CommandType
from workflows.core.due import DueItem

_REPLACE = text(
    """WITH due AS (SELECT * FROM jsonb_to_recordset(cast(:rows AS jsonb))
                    AS d(clock int, rung text, command text, at timestamptz, version int)),
    gone AS (DELETE FROM due_items WHERE case_id = cast(:case AS uuid)
             AND (clock, rung) NOT IN (SELECT clock, rung FROM due))
    INSERT INTO due_items (case_id, clock, rung, command, due_at, version)
    SELECT cast(:case AS uuid), clock, rung, command, at, version FROM due
    ON CONFLICT (case_id, clock, rung) DO UPDATE SET due_at = excluded.due_at, version = excluded.version"""
)
_CLAIM = text(
    """WITH claimed AS (
        SELECT case_id, clock, rung FROM due_items
        WHERE due_at <= :now AND (lease_until IS NULL OR lease_until < clock_timestamp())
        ORDER BY due_at, case_id, rung LIMIT :most FOR UPDATE SKIP LOCKED)
    UPDATE due_items d SET lease_until = clock_timestamp() + :lease, attempts = d.attempts + 1
    FROM claimed c WHERE (d.case_id, d.clock, d.rung) = (c.case_id, c.clock, c.rung)
    RETURNING d.case_id::text, d.clock, d.rung, d.command, d.due_at, d.version"""
)
_DROP = text("DELETE FROM due_items WHERE case_id = cast(:case AS uuid) AND clock = :clock AND rung = :rung")
_FAILED = text(
    """UPDATE due_items SET last_error = :error WHERE case_id = cast(:case AS uuid) AND clock = :clock
    AND rung = :rung"""
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One due item that this sweep has leased."""

    case_id: str
    clock: int
    rung: str
    command: CommandType
    due_at: datetime
    version: int = 0


def replace(connection: Connection, case_id: str, items: list[DueItem]) -> None:
    """Make the stored index equal to ``items``."""
    rows = [
        {
            "clock": item.clock,
            "rung": item.rung,
            "command": item.command.value,
            "at": item.at.isoformat(),
            "version": item.version,
        }
        for item in items
    ]
    connection.execute(_REPLACE, {"case": case_id, "rows": json.dumps(rows)})


def claim(connection: Connection, *, now: datetime, most: int, lease: timedelta) -> list[Claimed]:
    """Lease up to ``most`` items that are due at ``now``, oldest first; others' leases are left alone."""
    rows = connection.execute(_CLAIM, {"now": now, "most": most, "lease": lease})
    return sorted(map(claimed, rows), key=lambda item: (item.due_at, item.case_id, item.rung))


def claimed(row: Row[Any]) -> Claimed:
    """The item of one row that was leased."""
    return Claimed(row.case_id, row.clock, row.rung, CommandType(row.command), row.due_at, row.version)


def claim_plan(connection: Connection, *, now: datetime, most: int, lease: timedelta) -> tuple[str, int]:
    """How PostgreSQL claims, in its own words, and how many pages it reads for it. It takes the leases."""
    explained = text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, FORMAT TEXT) {_CLAIM.text}")
    lines = [str(line) for line in connection.execute(explained, {"now": now, "most": most, "lease": lease}).scalars()]
    pages = re.search(r"shared((?: (?:hit|read)=\d+)+)", "\n".join(lines))
    return "\n".join(lines), sum(map(int, re.findall(r"\d+", pages.group(1)))) if pages else 0


def drop(connection: Connection, item: Claimed) -> None:
    """Forget an item that no longer applies."""
    connection.execute(_DROP, {"case": item.case_id, "clock": item.clock, "rung": item.rung})


def failed(connection: Connection, item: Claimed, error: str) -> None:
    """Note why an item could not be carried out; it is tried again when its lease ends."""
    connection.execute(_FAILED, {"case": item.case_id, "clock": item.clock, "rung": item.rung, "error": error})
