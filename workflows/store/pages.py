"""What the case page, the contents page and the start page read; and the record of who read what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflows.core.case import Case
from workflows.core.events import Event
from workflows.core.grounds import Bodies
from workflows.store.cases import bodies_from, facts_of
from workflows.store.mapping import case_from_json, event_from_row
from workflows.store.outbox import held_mail

_CASE = text(
    f"""SELECT c.state::text AS state, {facts_of("h")} AS holder_facts,
    {facts_of("r")} AS requester_facts, q.name AS requester_name, r.name AS requester_org_name,
    h.name AS holder_org_name, h.adjudicator_title, a.name AS assignee_name,
    {held_mail("c.id", "cast(:now AS timestamptz)")} AS held_until FROM cases c
    LEFT JOIN people q ON q.id = c.requester JOIN organisations r ON r.id = c.requester_org
    JOIN organisations h ON h.id = c.holder_org LEFT JOIN people a ON a.id = c.assignee
    WHERE c.id = cast(:id AS uuid)"""
)
_HISTORY = text(
    """SELECT e.seq, e.type, e.at, e.actor, e.facts, concat_ws(' for ', p.name, f.name) AS name,
    CASE WHEN e.type = 'Released' THEN NULL ELSE e.texts END AS texts FROM events e
    LEFT JOIN people p ON p.id = cast(nullif(e.actor, '') AS uuid)
    LEFT JOIN people f ON f.id = cast(e.facts ->> 'stood_in_for' AS uuid)
    WHERE e.stream = cast(:id AS uuid) AND e.type <> 'Saved' ORDER BY e.seq"""
)
_TRACKS = text(
    """SELECT c.id::text AS id, c.reference, c.workflow, c.definition_version, c.stage, c.outcome, c.closed_at,
    c.due_at, h.name AS holder_name FROM cases c JOIN organisations h ON h.id = c.holder_org
    WHERE c.track_group = cast(:group AS uuid) AND c.requester = cast(:requester AS uuid)
    AND c.submitted_at IS NOT NULL ORDER BY h.name, c.id"""
)
_SENT_TRACKS = text("SELECT count(*) FROM cases WHERE track_group = cast(:group AS uuid) AND submitted_at IS NOT NULL")
_RELEASED = text(
    """SELECT seq, type, at, actor, facts, texts FROM events
    WHERE stream = cast(:id AS uuid) AND type = 'Released' ORDER BY seq"""
)
_READ = text(
    """INSERT INTO reads (case_id, person_id, what, items, at)
    VALUES (cast(:case AS uuid), cast(:person AS uuid), :what, :items, :at)"""
)
# Whoever opens a request has seen what she was told of it.
_OPENED = text(
    f"""WITH seen AS (UPDATE notices SET read_at = :at WHERE person_id = cast(:person AS uuid)
        AND case_id = cast(:case AS uuid) AND read_at IS NULL) {_READ.text}"""
)
_HOLDERS = text(
    """SELECT o.id::text FROM organisations o WHERE NOT (o.id = ANY (cast(:own AS uuid[]))) AND EXISTS (
    SELECT 1 FROM memberships m WHERE m.organisation_id = o.id AND m.role = ANY (:roles)) ORDER BY o.name, o.id"""
)
_COLLEAGUES = text(
    """SELECT p.id::text, p.name, array_agg(m.role ORDER BY m.role) AS roles FROM memberships m
    JOIN people p ON p.id = m.person_id AND p.disabled_at IS NULL AND NOT p.service
    WHERE m.organisation_id = cast(:org AS uuid) AND m.role = ANY (:roles)
    GROUP BY p.id, p.name ORDER BY p.name, p.id"""
)


@dataclass(frozen=True, slots=True)
class Named:
    """A case with the names that its page shows."""

    case: Case
    requester_name: str
    requester_org_name: str
    holder_org_name: str
    adjudicator_title: str
    assignee_name: str
    bodies: Bodies
    held_until: datetime | None = None
    """When (by the product's time) the first mail about it goes that waits for working hours."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event with the name of who acted."""

    event: Event
    by: str


def named(connection: Connection, case_id: str, *, now: datetime | None = None) -> Named | None:
    """A case with its names; None when there is none. ``now`` asks also for mail that waits."""
    row = connection.execute(_CASE, {"id": case_id, "now": now}).one_or_none()
    if row is None:
        return None
    case = case_from_json(row.state)
    return Named(
        case, row.requester_name or "", row.requester_org_name if case.requester else "", row.holder_org_name,
        row.adjudicator_title, row.assignee_name or "", bodies_from(row.holder_facts, row.requester_facts),
        row.held_until,
    )  # fmt: skip


def history(connection: Connection, case_id: str) -> list[Line]:
    """What happened, in order: without the savings of the draft, and never with released words."""
    return [
        Line(event_from_row(r.type, at=r.at, by=r.actor, facts=r.facts, texts=r.texts), r.name or "")
        for r in connection.execute(_HISTORY, {"id": case_id})
    ]


def tracks(connection: Connection, group: str, *, requester: str) -> Sequence[Any]:
    """The sent tracks of a requester's request to several holders, by the holder's name."""
    return connection.execute(_TRACKS, {"group": group, "requester": requester}).all()


def sent_tracks(connection: Connection, group: str) -> int:
    """To how many holders a request was sent."""
    return int(connection.execute(_SENT_TRACKS, {"group": group}).scalar_one())


def releases(connection: Connection, case_id: str) -> list[Event]:
    """Every release with its words, in order. Only for the page that shows them, after the read is recorded."""
    return [
        event_from_row(r.type, at=r.at, by=r.actor, facts=r.facts, texts=r.texts)
        for r in connection.execute(_RELEASED, {"id": case_id})
    ]


def record_read(
    connection: Connection, *, case_id: str, person_id: str, what: str, at: datetime, items: Sequence[str] = ()
) -> None:
    """Record that a person read something of a case. A failure must stop the read itself.

    With the case itself she has seen all that she was told of it.
    """
    values = {"case": case_id, "person": person_id, "what": what, "items": list(items), "at": at}
    connection.execute(_OPENED if what == "case" else _READ, values)


def holder_ids(connection: Connection, *, own: Sequence[str], roles: Sequence[str]) -> list[str]:
    """Organisations that can be asked: not one's own, with somebody to take the first stage."""
    return list(connection.execute(_HOLDERS, {"own": list(own), "roles": list(roles)}).scalars())


def colleagues(connection: Connection, *, org: str, roles: Sequence[str]) -> Sequence[Any]:
    """People of an organisation who hold one of these roles: id, name, roles."""
    return connection.execute(_COLLEAGUES, {"org": org, "roles": list(roles)}).all()
