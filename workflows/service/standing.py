"""Where a case stands, for somebody who may know of it: no word of what anybody wrote, and so no reading of it.

It is what another system is told after each act: where the case is now, when it is due, and what may be done next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.beyond import known_due
from workflows.core.case import Case
from workflows.core.definition import Definition
from workflows.core.matrix import COMMANDS
from workflows.core.permissions import Principal, may_know, permitted
from workflows.core.refusals import not_found
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, reading
from workflows.service.views import Offer
from workflows.store import cases


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands. ``offers`` are all commands that people can give, each open or closed with the reason."""

    id: str
    reference: str
    version: int
    workflow: str
    workflow_version: int
    stage: str
    stage_title: str
    kind: str
    urgency: str
    requester_organisation: str
    holder_organisation: str
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    """When the clock that runs falls due; None while none runs, or where that cannot be worked out yet."""
    paused: bool
    overdue: bool
    closed_at: datetime | None
    outcome: str
    round: int
    offers: tuple[Offer, ...]


def standing(engine: Engine, library: Library, person: Principal, case_id: str) -> Standing:
    """Where a case stands for this person. Raises Refused (NOT_FOUND) where she may not know of it."""
    library.bind(engine)
    with reading(engine) as connection:
        return _of(connection, library, person, case_id)


def _of(connection: Connection, library: Library, person: Principal, case_id: str) -> Standing:
    case = cases.read(connection, case_id)
    if case is None:
        raise not_found()
    definition = library.ruling(connection, case)
    if not may_know(case, person, definition):
        raise not_found()
    stage = definition.stage(case.stage)
    return Standing(
        id=case.id, reference=case.reference, version=case.version, workflow=case.definition.workflow,
        workflow_version=case.definition.version, stage=stage.name, stage_title=stage.title, kind=case.kind.value,
        urgency=case.urgency.value, requester_organisation=case.requester_org, holder_organisation=case.holder_org,
        created_at=case.created_at, submitted_at=case.submitted_at,
        due_at=known_due(case.clock, library.calendar(case.calendar)) if case.clock else None,
        paused=case.held is not None, overdue=case.overdue, closed_at=case.closed_at, outcome=case.how_it_ended,
        round=case.round, offers=answers(case, person, definition),
    )  # fmt: skip


def answers(case: Case, person: Principal, definition: Definition) -> tuple[Offer, ...]:
    """What the one permission function says of every command that people can give."""
    found = permitted(case, person, definition)
    return tuple(Offer(command, found[command]) for command in COMMANDS)
