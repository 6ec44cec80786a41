"""The manager's board: what is open, who has it, and why it has not been answered yet. A fixed number of statements."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from workflows.core.beyond import reach_ahead
from workflows.core.calendars import WorkingCalendar
from workflows.core.clocks import unit_words
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.lateness import Lateness, OpenQuestion, Push, Wait, lateness
from workflows.core.permissions import ROLE_TITLES, Principal, role_words, working_roles
from workflows.core.refusals import not_found
from workflows.core.standing_in import whereabouts
from workflows.core.unheard import Unheard, still_unheard
from workflows.service.forecast import end_of, forecast, last_day
from workflows.service.library import Library
from workflows.service.listing import clock_from, row_time, viewer_of
from workflows.service.unit_of_work import Connection, Engine, reading
from workflows.service.views import BoardFilters, BoardPage, BoardRow, Ended, Ticked
from workflows.store import boards, lists, pages

LONDON = ZoneInfo("Europe/London")
AT_RISK_DAYS = 2
"""An open case is at risk when it falls due within this many working days, and is not due today."""
SIDES = ("held", "asked")


def board(
    engine: Engine,
    library: Library,
    person: Principal,
    organisation_id: str,
    *,
    filters: BoardFilters,
    page: int,
    now: datetime,
) -> BoardPage:
    """Every open case of an organisation for its manager. Raises Refused (NOT_FOUND) for anyone else."""
    check_manager(person, organisation_id)
    if filters.side not in SIDES:
        raise not_found()
    with reading(engine) as connection:
        return _board(connection, library, person, organisation_id, filters=filters, page=page, now=now)


def check_manager(person: Principal, organisation_id: str) -> None:
    """Raises Refused (NOT_FOUND) for who does not manage there."""
    if organisation_id not in person.organisations_as(Role.MANAGER):
        raise not_found()


def _board(
    connection: Connection,
    library: Library,
    person: Principal,
    organisation_id: str,
    *,
    filters: BoardFilters,
    page: int,
    now: datetime,
) -> BoardPage:
    viewer, side = viewer_of(person), filters.side
    nation, undelivered = boards.opening(connection, organisation_id, viewer=viewer)
    counts_by = library.counts_by(connection, nation, organisation=organisation_id, at=now)
    calendar = library.calendar(counts_by)
    cut = _cut(calendar, now=now)
    counted = boards.figures(connection, side=side, org=organisation_id, cut=cut, viewer=viewer)
    rows = boards.board(
        connection, side=side, org=organisation_id, cut=cut, filters=asdict(filters), number=page, viewer=viewer
    )
    figures = counted.stages
    here = [library.version(connection, row.workflow, row.definition_version) for row in figures]
    shown = tuple(_row(connection, library, row, person, now=now) for row in rows[: lists.PAGE])
    late = sum(row.overdue for row in figures)
    held = side == "held"
    return BoardPage(
        filters=filters, rows=shown, overdue=late, due_today=sum(r.today for r in figures),
        at_risk=sum(r.risk for r in figures), paused=sum(r.paused for r in figures),
        by_stage=_by_stage(figures, here), page=page, more=len(rows) > lists.PAGE,
        to_review=sum(r.open for r, each in zip(figures, here, strict=True) if _reviews(each, r.stage)),
        ended=_ended(connection, organisation_id, late=late, now=now) if held else None,
        eligible=_people(connection, library, organisation_id, here, held=held),
        forecast=forecast(connection, library, calendar, counted.due, now=now),
        undelivered=undelivered, agencies=tuple((row.agency, row.agency_name, row.open) for row in counted.agencies),
    )  # fmt: skip


def _people(
    connection: Connection, library: Library, organisation_id: str, here: Sequence[Definition], *, held: bool
) -> tuple[tuple[str, str], ...]:
    """Who may have the next move here: at the holder whoever works on some stage, else the requesters."""
    roles = {Role.REQUESTER}
    if held:
        definitions = (library.latest(connection, "standard"), *here)
        roles = {role for each in definitions for role in working_roles(each)}
    people = pages.colleagues(connection, org=organisation_id, roles=sorted(role.value for role in roles))
    return tuple((p.id, f"{p.name} ({', '.join(ROLE_TITLES[Role(r)] for r in p.roles)})") for p in people)


def _reviews(definition: Definition, stage: str) -> bool:
    return definition.stage(stage).kind is StageKind.REVIEW


def _by_stage(figures: Sequence[Any], here: Sequence[Definition]) -> tuple[tuple[str, str, int], ...]:
    titles: dict[str, str] = {}
    counts: dict[str, int] = defaultdict(int)
    for row, definition in zip(figures, here, strict=True):
        titles[row.stage] = definition.stage(row.stage).title
        counts[row.stage] += row.open
    return tuple((stage, titles[stage], count) for stage, count in sorted(counts.items()))


def _ended(connection: Connection, organisation_id: str, *, late: int, now: datetime) -> Ended:
    since = now.astimezone(LONDON).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = boards.ended(connection, org=organisation_id, since=since)
    return Ended(
        since=since.date(), shared=found.shared, partly_shared=found.partly_shared, declined=found.declined,
        silent=found.silent, overdue=late,
    )  # fmt: skip


def _cut(calendar: WorkingCalendar, *, now: datetime) -> boards.Cut:
    today = now.astimezone(LONDON).date()
    end = time(23, 59, 59)
    return boards.Cut(
        today=datetime.combine(today, end, LONDON),
        risk=datetime.combine(reach_ahead(calendar, today, AT_RISK_DAYS), end, LONDON),
        now=now,
        end=end_of(last_day(calendar, now=now)),
    )


def _row(connection: Connection, library: Library, row: Any, reader: Principal, *, now: datetime) -> BoardRow:
    definition = library.version(connection, row.workflow, row.definition_version)
    stage, inside = definition.stage(row.stage), bool(reader.roles_in(str(row.holder_org)))
    if stage.side is Side.REQUESTER:
        holder = f"{row.requester_name} (requester)"
    else:
        there = [each for each in reader.away if each.organisation_id == str(row.holder_org)]
        named = whereabouts(row.assignee_name, row.assignee, there) if row.assignee_name else ""
        holder = named or role_words(stage.roles)
    return BoardRow(
        id=row.id, reference=row.reference, version=row.version, stage=row.stage, kind=stage.kind,
        stage_title=stage.title, urgency=row.urgency, requester_org=row.requester_org_name,
        holder_org=row.holder_org_name, holder=holder.removeprefix("the "),
        time_left=row_time(library, row, now=now), overdue=row.overdue, paused=row.paused,
        late=_late(library, definition, row, holder, inside=inside, now=now), submitted_at=row.submitted_at,
    )  # fmt: skip


_UNHEARD: TypeAdapter[tuple[Unheard, ...]] = TypeAdapter(tuple[Unheard, ...])


def _late(library: Library, definition: Definition, row: Any, holder: str, *, inside: bool, now: datetime) -> Lateness:
    clock, held = clock_from(row.clock), clock_from(row.held)
    question = OpenQuestion(definition.stage(row.asked_stage).title, row.asked_items) if row.asked_stage else None
    lost = still_unheard(_UNHEARD.validate_json(row.unheard or "[]"), stage=row.stage, settled=row.settled)
    wait = Wait(holder, row.stage_since, clock, held, question, lost, row.held_until, inside)
    pushes = [
        Push(datetime.fromisoformat(each["at"]), each["by"] or "", each["told"] or "", each["clock"] or 0)
        for each in json.loads(row.pushes or "[]")
    ]
    running = clock or held
    return lateness(wait, pushes, library.calendar(running.calendar if running else row.calendar), now=now)


def ticked(
    engine: Engine, library: Library, person: Principal, organisation_id: str, *, ids: Sequence[str]
) -> tuple[Ticked, ...]:
    """Those of the ticked cases that stand on this board. Raises Refused (NOT_FOUND) for who does not manage there."""
    check_manager(person, organisation_id)
    with reading(engine) as connection:
        found = boards.ticked(connection, ids=ids, org=organisation_id, viewer=viewer_of(person))
        return tuple(_ticked(connection, library, row) for row in found)


def _ticked(connection: Connection, library: Library, row: Any) -> Ticked:
    title = library.version(connection, row.workflow, row.definition_version).stage(row.stage).title
    clock = clock_from(row.clock)
    return Ticked(row.id, row.reference, title, unit_words(clock.length.unit) if clock else "")
