"""The way that requests have gone, from their records: moves between stages, and what stages came to be called."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflows.core.adopting import Stages
from workflows.core.case import Case
from workflows.core.definition import StageKind
from workflows.core.happening import Move
from workflows.store.mapping import case_from_json

_STEPS = text(
    """SELECT stream::text AS stream, type, facts -> 'move' AS move, facts -> 'stages' AS stages FROM events
    WHERE stream = ANY (cast(:ids AS uuid[])) AND (facts -> 'move' ->> 'stage' IS NOT NULL OR type = :adopted)
    ORDER BY stream, seq"""
)
ADOPTED = "VersionAdopted"


def steps_of(connection: Connection, case_ids: Sequence[str]) -> dict[str, list[Move | Stages]]:
    """For each request its moves and, between them, the stages that were called otherwise from then on."""
    found: dict[str, list[Move | Stages]] = defaultdict(list)
    for row in connection.execute(_STEPS, {"ids": list(case_ids), "adopted": ADOPTED}):
        if row.type == ADOPTED:
            found[row.stream].append(tuple((old, new) for old, new in row.stages))
        else:
            move = row.move
            found[row.stream].append(
                Move(
                    move["stage"], StageKind(move["kind"]), pause=bool(move.get("pause")),
                    resume=bool(move.get("resume")),
                )
            )  # fmt: skip
    return found


# --- Moves of many requests, and what came of each

_OPEN = text(
    """SELECT c.id::text AS id, c.state::text AS state FROM cases c
    WHERE c.workflow = :workflow AND c.definition_version = :version AND c.closed_at IS NULL
    AND c.id > cast(:after AS uuid) ORDER BY c.id LIMIT :most"""
)
_BEGIN = text(
    """INSERT INTO version_moves (id, workflow, before, after, stages, why, asked_at, asked_by)
    VALUES (cast(:id AS uuid), :workflow, :before, :after, cast(:stages AS jsonb), :why, :at, :by) RETURNING number"""
)
_EACH = text(
    """INSERT INTO version_move_cases (move_id, case_id) SELECT cast(:id AS uuid), c.id FROM cases c
    WHERE c.workflow = :workflow AND c.definition_version = :before AND c.closed_at IS NULL"""
)
_MOVE = """SELECT m.id::text AS id, m.number, m.workflow, m.before, m.after, m.stages::text AS stages, m.why,
    m.asked_at, m.asked_by, p.name AS asker, m.ended_at,
    count(*) FILTER (WHERE e.state = 'waiting') AS waiting, count(*) FILTER (WHERE e.state = 'done') AS done,
    count(*) FILTER (WHERE e.state = 'declined') AS declined
    FROM version_moves m LEFT JOIN people p ON p.id::text = m.asked_by
    LEFT JOIN version_move_cases e ON e.move_id = m.id"""
_ONE = text(f"{_MOVE} WHERE m.number = :number GROUP BY m.id, p.name")
_BY_ID = text(f"{_MOVE} WHERE m.id = cast(:id AS uuid) GROUP BY m.id, p.name")
_RUNNING = text(f"{_MOVE} WHERE m.ended_at IS NULL GROUP BY m.id, p.name ORDER BY m.number")
_EVERY = text(f"{_MOVE} WHERE m.workflow = :workflow GROUP BY m.id, p.name ORDER BY m.number DESC LIMIT :most")
_WAITING = text(
    """SELECT case_id::text FROM version_move_cases WHERE move_id = cast(:id AS uuid) AND state = 'waiting'
    AND case_id > cast(:after AS uuid) ORDER BY case_id LIMIT :most"""
)
_RESULT = text(
    """UPDATE version_move_cases SET state = :state, say = :say, at = :at, tries = tries + 1
    WHERE move_id = cast(:id AS uuid) AND case_id = cast(:case AS uuid) AND state = 'waiting'"""
)
_TRIED = text(
    """UPDATE version_move_cases SET tries = tries + 1
    WHERE move_id = cast(:id AS uuid) AND case_id = cast(:case AS uuid) AND state = 'waiting' RETURNING tries"""
)
_END = text("UPDATE version_moves SET ended_at = :at WHERE id = cast(:id AS uuid) AND ended_at IS NULL")
_RESULTS = text(
    """SELECT e.case_id::text AS case_id, c.reference, e.state, e.say FROM version_move_cases e
    JOIN cases c ON c.id = e.case_id WHERE e.move_id = cast(:id AS uuid)
    ORDER BY e.state = 'done', e.state, c.reference LIMIT :most OFFSET :skip"""
)


@dataclass(frozen=True, slots=True)
class Moving:
    """One move of open requests from a version to another, and how far it is. ``asker`` None: the command line."""

    id: str
    number: int
    workflow: str
    before: int
    after: int
    stages: Stages
    why: str
    asked_at: datetime
    asked_by: str
    asker: str | None
    ended_at: datetime | None
    waiting: int
    done: int
    declined: int

    @property
    def total(self) -> int:
        """How many requests there were when it was asked for."""
        return self.waiting + self.done + self.declined


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one request: waiting, done or declined, and why."""

    case_id: str
    reference: str
    state: str
    say: str


def open_cases(connection: Connection, workflow: str, version: int, *, after: str, most: int) -> list[Case]:
    """Open requests on a version, by id, after one."""
    values = {"workflow": workflow, "version": version, "after": after, "most": most}
    return [case_from_json(row.state) for row in connection.execute(_OPEN, values)]


def begin(
    connection: Connection, *, move_id: str, workflow: str, before: int, after: int, stages: Stages, why: str,
    by: str, at: datetime,
) -> tuple[int, int]:  # fmt: skip
    """Note a move and every request that is to be moved; its number, and how many there are.

    Raises IntegrityError while another of the same workflow goes on.
    """
    versions = {"id": move_id, "workflow": workflow, "before": before}
    values = {**versions, "after": after, "stages": json.dumps(stages), "why": why, "at": at, "by": by}
    number: int = connection.execute(_BEGIN, values).scalar_one()
    return number, connection.execute(_EACH, versions).rowcount


def one(connection: Connection, number: int) -> Moving | None:
    """The move with this number."""
    row = connection.execute(_ONE, {"number": number}).one_or_none()
    return _moving(row) if row else None


def by_id(connection: Connection, move_id: str) -> Moving | None:
    """The move with this id."""
    row = connection.execute(_BY_ID, {"id": move_id}).one_or_none()
    return _moving(row) if row else None


def running(connection: Connection) -> list[Moving]:
    """The moves that go on."""
    return [_moving(row) for row in connection.execute(_RUNNING)]


def every(connection: Connection, workflow: str, *, most: int) -> list[Moving]:
    """The newest moves of a workflow."""
    return [_moving(row) for row in connection.execute(_EVERY, {"workflow": workflow, "most": most})]


def waiting(connection: Connection, move_id: str, *, after: str, most: int) -> list[str]:
    """Requests that wait, by id, after one."""
    return list(connection.execute(_WAITING, {"id": move_id, "after": after, "most": most}).scalars())


def note(connection: Connection, move_id: str, case_id: str, *, state: str, say: str, at: datetime) -> None:
    """Note what came of one request; once."""
    connection.execute(_RESULT, {"id": move_id, "case": case_id, "state": state, "say": say, "at": at})


def tried(connection: Connection, move_id: str, case_id: str) -> int:
    """Note that it could not be tried to the end; how often that was so."""
    return int(connection.execute(_TRIED, {"id": move_id, "case": case_id}).scalar_one_or_none() or 0)


def end(connection: Connection, move_id: str, *, at: datetime) -> bool:
    """Note that nothing waits any more; False when that was noted before."""
    return bool(connection.execute(_END, {"id": move_id, "at": at}).rowcount)


def results(connection: Connection, move_id: str, *, most: int, skip: int = 0) -> list[Result]:
    """What came of each request: those that were declined or wait come first."""
    return [Result(*row) for row in connection.execute(_RESULTS, {"id": move_id, "most": most, "skip": skip})]


def _moving(row: Any) -> Moving:
    stages = tuple((str(old), str(new)) for old, new in json.loads(row.stages))
    return Moving(
        row.id, row.number, row.workflow, row.before, row.after, stages, row.why, row.asked_at, row.asked_by,
        row.asker, row.ended_at, row.waiting, row.done, row.declined,
    )  # fmt: skip
