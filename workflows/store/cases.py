"""The case row: locked, read, inserted and updated. Lists are in lists.py, events in events.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, TextClause, text

from workflows.core.absences import Absence, stands_in
from workflows.core.aside import conflicted, kin
from workflows.core.case import Case
from workflows.core.definition import Role
from workflows.core.followups import waiting
from workflows.core.grounds import Bodies
from workflows.core.paragraph18 import BodyFacts
from workflows.core.permissions import Membership, Principal
from workflows.core.rounds import barred
from workflows.core.timeliness import Spell
from workflows.core.votes import waiting_for_second
from workflows.store import spells
from workflows.store.absences import absences_from, running_sql
from workflows.store.clock import NOW_SQL
from workflows.store.mapping import case_from_json, case_to_json

PERSON = """(SELECT json_build_object('name', p.name, 'email', p.email, 'service', p.service, 'roles', coalesce((
    SELECT json_agg(json_build_array(m.organisation_id, m.role)) FROM memberships m WHERE m.person_id = p.id), '[]'))
    FROM people p WHERE p.id = cast(:person AS uuid) AND p.disabled_at IS NULL)"""
_AT = f"coalesce(cast(:at AS timestamptz), {NOW_SQL})"
_HERS = "SELECT mo.organisation_id FROM memberships mo WHERE mo.person_id = cast(:person AS uuid)"


def facts_of(table: str) -> str:
    """The SQL that gives what the rules need of an organisation, as JSON; ``table`` is its name in the query."""
    names = ("nation", "public_authority", "law_enforcement", "covered", "policy_document", "policy_review_on")
    pairs = ", ".join(f"'{name}', {table}.{name}" for name in names)
    return f"json_build_object({pairs})::text"


def bodies_from(holder: str, requester: str) -> Bodies:
    """Both organisations from what ``facts_of`` gave."""
    return Bodies(_BODY.validate_json(holder), _BODY.validate_json(requester))


_BODY = TypeAdapter(BodyFacts)
_LOCK = text(
    f"""SELECT c.version, c.head, c.state::text AS state, o.adjudicator_title, {PERSON}::text AS person,
    {facts_of("o")} AS holder_facts, {facts_of("r")} AS requester_facts,
    {running_sql("c.holder_org, c.requester_org", _AT)} AS away
    FROM cases c JOIN organisations o ON o.id = c.holder_org JOIN organisations r ON r.id = c.requester_org
    WHERE c.id = cast(:id AS uuid) FOR UPDATE OF c"""
)
_READ = text("SELECT state::text FROM cases WHERE id = cast(:id AS uuid)")
_SOME = text("SELECT state::text FROM cases WHERE id = ANY (cast(:ids AS uuid[]))")
_PERSON = text(f"SELECT {PERSON}::text AS person, {running_sql(_HERS, _AT)} AS away")

_COLUMNS = (
    "version", "definition_version", "head", "state", "stage", "kind", "urgency", "awaits_org", "awaits_roles",
    "assignee", "advisers", "track_group", "aside", "kin", "silo", "known_to", "items", "recipients", "due_at",
    "paused", "overdue", "submitted_at", "stage_since", "closed_at", "outcome", "follow_ups",
)  # fmt: skip
_CASTS = {
    "state": "jsonb", "awaits_org": "uuid", "assignee": "uuid", "advisers": "uuid[]", "awaits_roles": "text[]",
    "track_group": "uuid", "aside": "uuid[]", "kin": "text[]", "silo": "text[]", "known_to": "text[]",
    "recipients": "text[]", "follow_ups": "jsonb",
}  # fmt: skip


def _placeholder(name: str) -> str:
    cast = _CASTS.get(name)
    return f"cast(:{name} AS {cast})" if cast else f":{name}"


_UPDATE = text(
    f"UPDATE cases SET {', '.join(f'{name} = {_placeholder(name)}' for name in _COLUMNS)} WHERE id = cast(:id AS uuid)"
)
_KNOWN_TO = text(
    """UPDATE cases SET known_to = cast(:roles AS text[])
    WHERE id = cast(:id AS uuid) AND known_to IS DISTINCT FROM cast(:roles AS text[])"""
)
_FIXED = ("reference", "workflow", "created_at")
_IDS = ("id", "requester", "requester_org", "holder_org")
_INSERT = text(
    f"""INSERT INTO cases ({", ".join((*_IDS, *_FIXED, *_COLUMNS))}) VALUES (
    {", ".join(f"cast(:{name} AS uuid)" for name in _IDS)},
    {", ".join(f":{name}" for name in _FIXED)}, {", ".join(map(_placeholder, _COLUMNS))})"""
)

_WITH_SPELLS = {each: text(f"WITH {spells.KEPT} {each.text}") for each in (_INSERT, _UPDATE)}


@dataclass(frozen=True, slots=True)
class Locked:
    """A case whose row this transaction holds, with the acting person as she is now."""

    case: Case
    head: str
    adjudicator_title: str
    person: Principal | None
    bodies: Bodies
    away: tuple[Absence, ...]
    """Who is away from either organisation at the command's instant."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What lists need beside the case itself: computed by the service, stored as an index."""

    awaits_org: str | None
    awaits_roles: tuple[str, ...]
    due_at: datetime | None
    silo: tuple[str, ...] = ()
    """The roles that may know of the case, where its workflow keeps it from all others."""
    known_to: tuple[str, ...] = ()
    """The roles at the holder that may know of the case."""


def lock(
    connection: Connection, case_id: str, *, person_id: str, at: datetime | None = None, within: str = ""
) -> Locked | None:
    """Lock the one case row; None when there is no such case. Raises OperationalError on a lock timeout.

    ``at``: for whom the person stands in then; by default by the product's clock. ``within`` is the one organisation
    for which she acts, if it is one.
    """
    row = connection.execute(_LOCK, {"id": case_id, "person": person_id or None, "at": at}).one_or_none()
    if row is None:
        return None
    away = absences_from(row.away)
    person = principal_from(person_id, row.person, away=away)
    return Locked(
        case_from_json(row.state), row.head, row.adjudicator_title, person.within(within) if person else None,
        bodies_from(row.holder_facts, row.requester_facts), away,
    )  # fmt: skip


def keep_known_to(connection: Connection, case_id: str, roles: Sequence[str]) -> None:
    """Store which roles at the holder may know of a case, where the row says something else or nothing yet."""
    connection.execute(_KNOWN_TO, {"id": case_id, "roles": list(roles)})


def read(connection: Connection, case_id: str) -> Case | None:
    """The case as it is, without a lock."""
    state = connection.execute(_READ, {"id": case_id}).scalar_one_or_none()
    return case_from_json(state) if state is not None else None


def read_some(connection: Connection, case_ids: Sequence[str]) -> list[Case]:
    """A few cases as they are, without a lock."""
    return [case_from_json(state) for state in connection.execute(_SOME, {"ids": case_ids}).scalars()]


def principal(connection: Connection, person_id: str, *, at: datetime | None = None) -> Principal | None:
    """A person with her roles as they are now, standing in for others as of ``at``; None when unknown or disabled."""
    row = connection.execute(_PERSON, {"person": person_id or None, "at": at}).one()
    return principal_from(person_id, row.person, away=absences_from(row.away))


def principal_from(person_id: str, found: str | None, *, away: tuple[Absence, ...]) -> Principal | None:
    """A person from the JSON that the PERSON part of a query gives; ``away`` are the absences where she works."""
    if found is None:
        return None
    data = json.loads(found)
    memberships = frozenset(Membership(org, Role(role)) for org, role in data["roles"])
    standing = stands_in(person_id, away)
    return Principal(person_id, data["name"], data["email"], memberships, standing, away, service=data["service"])


def insert(connection: Connection, case: Case, listing: Listing, *, head: str, ended: Sequence[Spell] = ()) -> None:
    """Store a new case, and the clocks that have stopped. Raises IntegrityError when the id or the reference exists."""
    fixed = {
        "reference": case.reference,
        "workflow": case.definition.workflow,
        "created_at": case.created_at,
        "requester": case.requester or None,
        "requester_org": case.requester_org,
        "holder_org": case.holder_org,
    }
    statement, more = _with_spells(_INSERT, ended)
    connection.execute(statement, {**row(case, listing, head=head), **fixed, **more})


def update(connection: Connection, case: Case, listing: Listing, *, head: str, ended: Sequence[Spell] = ()) -> None:
    """Store the case as it is now, and in the same statement the clocks that have stopped."""
    statement, more = _with_spells(_UPDATE, ended)
    connection.execute(statement, {**row(case, listing, head=head), **more})


def _with_spells(statement: TextClause, ended: Sequence[Spell]) -> tuple[TextClause, dict[str, str]]:
    return (_WITH_SPELLS[statement], {"spells": spells.as_json(ended)}) if ended else (statement, {})


def row(case: Case, listing: Listing, *, head: str) -> dict[str, Any]:
    """The changing columns of the case row."""
    emails = sorted({r.email.casefold() for r in case.request.recipients}) if case.released_at else []
    return {
        "id": case.id,
        "version": case.version,
        "definition_version": case.definition.version,
        "head": head,
        "state": case_to_json(case),
        "stage": case.stage,
        "kind": case.kind.value,
        "urgency": case.urgency.value,
        "awaits_org": listing.awaits_org,
        "awaits_roles": list(listing.awaits_roles),
        "assignee": case.assignee or None,
        "advisers": sorted(barred(case) | waiting_for_second(case)),
        "track_group": case.group or None,
        "aside": sorted(conflicted(case)),
        "kin": sorted(kin(case.request)),
        "silo": list(listing.silo),
        "known_to": list(listing.known_to),
        "items": len(case.request.items),
        "recipients": emails,
        "due_at": listing.due_at,
        "paused": case.held is not None,
        "overdue": case.overdue,
        "submitted_at": case.submitted_at,
        "stage_since": case.stage_since,
        "closed_at": case.closed_at,
        "outcome": case.how_it_ended or None,
        "follow_ups": json.dumps(follow_ups(case)),
    }


def follow_ups(case: Case) -> list[dict[str, Any]]:
    """What is open to follow up, as lists read it: no words that anybody wrote."""
    return [
        {
            "number": each.number, "kind": each.kind.value, "side": each.side.value,
            "roles": [role.value for role in each.roles], "due": each.due.isoformat() if each.due else None,
        }
        for each in waiting(case)
    ]  # fmt: skip
