"""Simulations as rows: asked for, claimed with a lease, moved on, and kept with what they found.

Leases go by the database's real clock, the other instants by the product's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, text

from workflows.core.simulated import Chosen, Difference, Kind, Replayed
from workflows.core.simulating_report import Summary
from workflows.store.clock import NOW_SQL

_CHOSEN = TypeAdapter(Chosen)
_SUMMARY = TypeAdapter(Summary)
_DIFFERENCE = TypeAdapter(Difference)

_ASK = text(
    """INSERT INTO simulations (id, workflow, digest, version, source, chosen, asked_by, asked_at)
    VALUES (cast(:id AS uuid), :workflow, :digest, :version, :source, cast(:chosen AS jsonb), cast(:by AS uuid), :at)
    ON CONFLICT DO NOTHING"""
)
_LINE = """s.id::text, s.number, s.workflow, s.digest, s.version, s.chosen::text AS chosen,
    s.asked_by::text AS asked_by, p.name AS asker, s.asked_at, s.state, s.why, s.total, s.done, s.ended_at,
    s.report_digest,
    (SELECT d.published_at FROM definitions d WHERE d.workflow = s.workflow AND d.digest = s.digest
     ORDER BY d.version LIMIT 1) AS published_at,
    s.state = 'running' AND s.lease_until < clock_timestamp() AS silent"""
_FROM = "FROM simulations s JOIN people p ON p.id = s.asked_by"
_SAME = text(
    f"""SELECT {_LINE}, NULL AS report {_FROM} WHERE s.id = cast(:id AS uuid) OR (s.digest = :digest
    AND s.chosen = cast(:chosen AS jsonb) AND s.state IN ('waiting', 'running'))
    ORDER BY s.id = cast(:id AS uuid) DESC LIMIT 1"""
)
_ONE = text(f"SELECT {_LINE}, s.report::text AS report {_FROM} WHERE s.id = cast(:id AS uuid)")
_ALL = text(
    f"""SELECT {_LINE}, NULL AS report {_FROM}
    WHERE cast(:digest AS text) = '' OR s.digest = :digest ORDER BY s.number DESC LIMIT :most OFFSET :skip"""
)
_SOURCE = text("SELECT source FROM simulations WHERE id = cast(:id AS uuid)")
_LOST = text(
    f"""UPDATE simulations SET state = 'stopped', why = 'worker', lease_until = NULL, ended_at = {NOW_SQL}
    WHERE state = 'running' AND lease_until < clock_timestamp() AND attempts >= :most RETURNING id::text"""
)
_CLAIM = text(
    """WITH claimed AS (
        SELECT id FROM simulations WHERE state = 'waiting'
        OR (state = 'running' AND lease_until < clock_timestamp()) ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED),
    gone AS (DELETE FROM simulation_findings f USING claimed c WHERE f.simulation_id = c.id)
    UPDATE simulations s SET state = 'running', done = 0, total = 0, attempts = s.attempts + 1,
        lease_until = clock_timestamp() + :lease
    FROM claimed c WHERE s.id = c.id RETURNING s.id::text, s.attempts, s.source, s.chosen::text AS chosen"""
)
_CLAIM_ONE = text(
    """UPDATE simulations s SET state = 'running', attempts = s.attempts + 1, lease_until = clock_timestamp() + :lease
    WHERE s.id = cast(:id AS uuid) AND s.state = 'waiting'
    RETURNING s.id::text, s.attempts, s.source, s.chosen::text AS chosen"""
)
_MINE = "WHERE id = cast(:id AS uuid) AND state = 'running' AND attempts = :attempt"
_ON = text(
    f"UPDATE simulations SET done = :done, total = :total, lease_until = clock_timestamp() + :lease {_MINE}"
)  # fmt: skip
_DONE = text(
    f"""UPDATE simulations SET state = 'done', done = :done, total = :done, report = cast(:report AS jsonb),
    report_digest = :digest, lease_until = NULL, ended_at = {NOW_SQL} {_MINE}"""
)
_STOP = text(
    f"UPDATE simulations SET state = 'stopped', why = :why, lease_until = NULL, ended_at = {NOW_SQL} {_MINE}"
)  # fmt: skip
_KEEP = text(
    """INSERT INTO simulation_findings (simulation_id, kind, case_id, weight, at, difference)
    SELECT cast(:id AS uuid), r.kind, r.case_id, r.weight, r.at, r.difference
    FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r(kind text, case_id uuid, weight bigint, at timestamptz,
        difference jsonb)"""
)
_FOUND = text(
    """SELECT f.kind, f.case_id::text, c.reference, c.closed_at IS NULL AS open, f.difference::text AS difference
    FROM simulation_findings f JOIN cases c ON c.id = f.case_id
    WHERE f.simulation_id = cast(:id AS uuid) AND f.kind = :kind
    ORDER BY f.weight DESC, f.at DESC, f.case_id DESC LIMIT :most OFFSET :skip"""
)


@dataclass(frozen=True, slots=True)
class Run:
    """One simulation. ``published_at``: since when the version it tried has been published, if it is.

    ``state`` is waiting, running, done or stopped; ``why`` says why it was stopped. ``silent``: it runs, and nothing
    has been heard of it for as long as a worker may be silent. ``summary`` is read for one run only, never for lists.
    """

    id: str
    number: int
    workflow: str
    digest: str
    version: int
    chosen: Chosen
    asked_by: str
    asker: str
    asked_at: datetime
    state: str
    why: str
    total: int
    done: int
    ended_at: datetime | None
    report_digest: str
    published_at: datetime | None
    silent: bool
    summary: Summary | None

    @property
    def under_way(self) -> bool:
        """Whether something is still to come."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that this worker has leased. ``attempt`` fences it off: whoever has an older one writes nothing more."""

    id: str
    attempt: int
    source: str
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Found:
    """One request that differs in one way."""

    kind: Kind
    case_id: str
    reference: str
    open: bool
    difference: Difference


def ask(
    connection: Connection, *, run_id: str, workflow: str, version: int, digest: str, source: str, chosen: Chosen,
    by: str, at: datetime,
) -> Run:  # fmt: skip
    """Store a run that waits; the one that is there already when it was sent twice, or is asked while it runs."""
    values = {
        "id": run_id, "workflow": workflow, "digest": digest, "version": version, "source": source,
        "chosen": _CHOSEN.dump_json(chosen).decode(), "by": by, "at": at,
    }  # fmt: skip
    connection.execute(_ASK, values)
    return _run(connection.execute(_SAME, values).one())


def one(connection: Connection, run_id: str) -> Run | None:
    """One run with its summary."""
    row = connection.execute(_ONE, {"id": run_id}).one_or_none()
    return _run(row) if row else None


def every(connection: Connection, *, most: int, skip: int = 0, digest: str = "") -> list[Run]:
    """Runs, the newest first; with a ``digest``, those that tried that text."""
    return [_run(row) for row in connection.execute(_ALL, {"most": most, "skip": skip, "digest": digest})]


def source_of(connection: Connection, run_id: str) -> str:
    """The text that a run tried."""
    return str(connection.execute(_SOURCE, {"id": run_id}).scalar_one())


def stop_lost(connection: Connection, *, most: int) -> list[str]:
    """Stop the runs whose worker was lost ``most`` times; which ones."""
    return list(connection.execute(_LOST, {"most": most}).scalars())


def claim(connection: Connection, *, lease: timedelta, run_id: str = "") -> Claimed | None:
    """Lease the run that has waited longest, or whose worker was lost: that one begins anew. Or the one named."""
    if run_id:
        row = connection.execute(_CLAIM_ONE, {"id": run_id, "lease": lease}).one_or_none()
    else:
        row = connection.execute(_CLAIM, {"lease": lease}).one_or_none()
    return Claimed(row.id, row.attempts, row.source, _CHOSEN.validate_json(row.chosen)) if row else None


def move_on(connection: Connection, mine: Claimed, *, done: int, total: int, lease: timedelta) -> bool:
    """Note how far it is, and hold it for longer; False when it is somebody else's by now."""
    values = {"id": mine.id, "attempt": mine.attempt, "done": done, "total": total, "lease": lease}
    return bool(connection.execute(_ON, values).rowcount)


def keep(connection: Connection, mine: Claimed, found: Sequence[Replayed]) -> None:
    """Keep each difference of these requests."""
    rows = [
        {
            "kind": each.kind.value, "case_id": replayed.case_id, "weight": each.weight, "at": each.at.isoformat(),
            "difference": _DIFFERENCE.dump_python(each, mode="json"),
        }
        for replayed in found
        for each in replayed.differences
    ]  # fmt: skip
    if rows:
        connection.execute(_KEEP, {"id": mine.id, "rows": json.dumps(rows, ensure_ascii=False)})


def report_text(summary: Summary) -> str:
    """The summary as it is kept."""
    return _SUMMARY.dump_json(summary).decode()


def finish(connection: Connection, mine: Claimed, *, done: int, report: str, digest: str) -> bool:
    """Keep what came of it; False when it is somebody else's by now."""
    values = {"id": mine.id, "attempt": mine.attempt, "done": done, "report": report, "digest": digest}
    return bool(connection.execute(_DONE, values).rowcount)


def stop(connection: Connection, mine: Claimed, *, why: str) -> bool:
    """End it without a report; False when it is somebody else's by now."""
    return bool(connection.execute(_STOP, {"id": mine.id, "attempt": mine.attempt, "why": why}).rowcount)


def found(connection: Connection, run_id: str, kind: Kind, *, most: int, skip: int = 0) -> list[Found]:
    """Requests that differ in one way, what weighs most first."""
    rows = connection.execute(_FOUND, {"id": run_id, "kind": kind.value, "most": most, "skip": skip})
    return [
        Found(Kind(row.kind), row.case_id, row.reference, row.open, _DIFFERENCE.validate_json(row.difference))
        for row in rows
    ]


def _run(row: Any) -> Run:
    return Run(
        row.id, row.number, row.workflow, row.digest, row.version, _CHOSEN.validate_json(row.chosen), row.asked_by,
        row.asker, row.asked_at, row.state, row.why, row.total, row.done, row.ended_at, row.report_digest,
        row.published_at, bool(row.silent), _SUMMARY.validate_json(row.report) if row.report else None,
    )  # fmt: skip
