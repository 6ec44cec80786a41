"""The record of many requests, to be read and nothing else: a batch at a time, whatever their number."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from workflows.core.definition import Role
from workflows.core.events import Event
from workflows.core.simulated import Chosen, Crew
from workflows.store.mapping import event_from_row

BATCH = 200
NOT_NEEDED = ("Released", "Advised", "Asked", "Answered", "Decided", "AdjudicatorVoted")
"""Events whose personal parts no guard speaks about: they are not even read."""
ASKED = ("Started", "Saved", "StageCompleted")
"""Events that hold what conditions speak about."""

# What is kept from all but its own roles is in no report that others read.
_WHERE = """FROM cases c WHERE c.workflow = :workflow AND c.submitted_at IS NOT NULL AND c.silo = '{}'
    AND (cast(:since AS timestamptz) IS NULL OR c.submitted_at >= :since)
    AND (cast(:until AS timestamptz) IS NULL OR c.submitted_at < :until)
    AND (:state = '' OR (:state = 'open') = (c.closed_at IS NULL))
    AND (:urgency = '' OR c.urgency = :urgency)
    AND (:organisation = '' OR c.holder_org = cast(nullif(:organisation, '') AS uuid))"""
_COUNT = text(f"SELECT count(*) FROM (SELECT 1 {_WHERE} LIMIT :most) AS few")
_IDS = text(f"SELECT c.id::text {_WHERE} ORDER BY c.submitted_at DESC, c.id LIMIT :most")
_EVENTS = text(
    """SELECT stream::text, type, at, actor, command_id::text AS command, facts,
        CASE WHEN type <> ALL (:unneeded) THEN texts END AS texts,
        erased_at IS NOT NULL AND type = ANY (:asked) AS erased
    FROM events WHERE stream = ANY (cast(:ids AS uuid[])) ORDER BY stream, seq"""
)
_CREW = text(
    """SELECT m.organisation_id::text AS organisation, m.role, array_agg(m.person_id::text) AS people
    FROM memberships m JOIN people p ON p.id = m.person_id AND p.disabled_at IS NULL
    GROUP BY m.organisation_id, m.role"""
)
_ROLES = frozenset(role.value for role in Role)


@dataclass(slots=True)
class History:
    """The events of one request, those of each command together. ``erased``: what was asked for is gone."""

    case_id: str
    commands: list[list[Event]] = field(default_factory=list)
    erased: bool = False
    last: str = ""


def count(connection: Connection, workflow: str, chosen: Chosen) -> int:
    """How many requests there are to look at."""
    return int(connection.execute(_COUNT, _values(workflow, chosen)).scalar_one())


def read(
    connection: Connection, workflow: str, chosen: Chosen, *, batch: int = BATCH
) -> Generator[list[History], None, None]:
    """The requests that were chosen, those sent last first. One statement for them all, and one for each batch.

    Close it when you stop early.
    """
    streaming = connection.execution_options(stream_results=True, max_row_buffer=batch)
    with closing(streaming.execute(_IDS, _values(workflow, chosen))) as rows:
        for ids in rows.scalars().partitions(batch):
            yield _histories(connection, list(ids), decisions=bool(chosen.pack))


def _values(workflow: str, chosen: Chosen) -> dict[str, Any]:
    return {
        "workflow": workflow, "since": chosen.sent_from, "until": chosen.sent_before, "state": chosen.state,
        "urgency": chosen.urgency.value if chosen.urgency else "", "organisation": chosen.organisation,
        "most": chosen.most,
    }  # fmt: skip


def _histories(connection: Connection, ids: list[str], *, decisions: bool) -> list[History]:
    """``decisions``: what was decided of each item is read as well."""
    unneeded = [each for each in NOT_NEEDED if not (decisions and each == "Decided")]
    found = {each: History(each) for each in ids}
    values = {"ids": ids, "unneeded": unneeded, "asked": list(ASKED)}
    for row in connection.execute(_EVENTS, values):
        history = found[row.stream]
        event = event_from_row(row.type, at=row.at, by=row.actor, facts=row.facts, texts=row.texts)
        if row.command != history.last:
            history.commands.append([])
            history.last = row.command
        history.commands[-1].append(event)
        history.erased = history.erased or row.erased
    return list(found.values())


def crew(connection: Connection) -> Crew:
    """Who holds which role where, now."""
    return {
        (row.organisation, Role(row.role)): frozenset(row.people)
        for row in connection.execute(_CREW)
        if row.role in _ROLES
    }
