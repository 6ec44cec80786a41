"""Lists of cases: worklists, one's own requests, the manager's board. A fixed number of statements each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from workflows.core.aside import names_of
from workflows.core.clocks import Clock, TimeLeft, time_left
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.permissions import ROLE_TITLES, Principal, role_words, working_roles
from workflows.core.refusals import not_found
from workflows.service.followups import to_follow_up
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, reading
from workflows.service.views import BoardFilters, BoardPage, BoardRow, Ended, WorkPage, WorkRow
from workflows.store import lists, pages

LONDON = ZoneInfo("Europe/London")
AT_RISK_DAYS = 2
"""An open case is at risk when it falls due within this many working days, and is not due today."""
_CLOCK: TypeAdapter[Clock | None] = TypeAdapter(Clock | None)
WORK_TABS = ("mine", "team", "waiting", "done")
OWN_TABS = ("drafts", "open", "ended")


def worklist(engine: Engine, library: Library, person: Principal, *, tab: str, page: int, now: datetime) -> WorkPage:
    """One tab of a person's work. Raises Refused (NOT_FOUND) for a tab that there is not."""
    if tab not in WORK_TABS:
        raise not_found()
    roles: dict[str, list[str]] = defaultdict(list)
    for membership in person.memberships:
        if membership.role is not Role.REQUESTER:
            roles[membership.organisation_id].append(membership.role.value)
    desks = lists.desks(roles)
    with reading(engine) as connection:
        found = lists.page(connection, tab, number=page, desks=desks, **_viewer(person).parameters())
        listed = _page(connection, library, found, tab=tab, page=page, now=now)
        if tab != "mine" or page > 1:
            return listed
        return replace(listed, follow_ups=to_follow_up(connection, person, now=now))


def _viewer(person: Principal) -> lists.Viewer:
    return lists.Viewer(person.id, names_of(person))


def requests(engine: Engine, library: Library, person: Principal, *, tab: str, page: int, now: datetime) -> WorkPage:
    """The person's own requests: drafts, open or ended."""
    if tab not in OWN_TABS:
        raise not_found()
    with reading(engine) as connection:
        found = lists.page(connection, "own", number=page, me=person.id, tab=tab)
        return _page(connection, library, found, tab=tab, page=page, now=now)


def shared_with(engine: Engine, library: Library, person: Principal, *, page: int, now: datetime) -> WorkPage:
    """Released cases that name this person as a recipient."""
    with reading(engine) as connection:
        found = lists.page(connection, "shared", number=page, email=person.email)
        return _page(connection, library, found, tab="shared", page=page, now=now)


def _page(
    connection: Connection, library: Library, found: lists.Found, *, tab: str, page: int, now: datetime
) -> WorkPage:
    rows = tuple(_work_row(connection, library, row, now=now) for row in found.rows)
    seen = (page - 1) * lists.PAGE + len(rows)
    capped = found.total > lists.COUNTED
    total = min(found.total, lists.COUNTED)
    return WorkPage(tab, rows, total, capped, page, more=found.total > seen)


def _definition(connection: Connection, library: Library, row: Any) -> Definition:
    return library.version(connection, row.workflow, row.definition_version)


def row_time(library: Library, row: Any, *, now: datetime) -> TimeLeft | None:
    """The time left of a list row, from the clock in it."""
    text = row.clock if row.clock not in (None, "null") else row.held
    clock = _CLOCK.validate_json(text) if text else None
    return time_left(clock, library.calendar(clock.calendar), now=now) if clock else None


def _work_row(connection: Connection, library: Library, row: Any, *, now: datetime) -> WorkRow:
    stage = _definition(connection, library, row).stage(row.stage)
    return WorkRow(
        id=row.id, reference=row.reference, version=row.version, asked=asked(stage.asked, row.items),
        kind=stage.kind, stage_title=stage.title, requester_org=row.requester_org_name, holder_org=row.holder_org_name,
        urgency=row.urgency, time_left=row_time(library, row, now=now), overdue=row.overdue,
        paused=row.paused, assigned_to=row.assignee_name or "", outcome=row.outcome or "",
        closed_at=row.closed_at, created_at=row.created_at,
    )  # fmt: skip


def asked(template: str, items: int) -> str:
    """What is asked of somebody, with the number of items in words."""
    return template.replace("{items}", "1 item" if items == 1 else f"{items} items")


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
    if organisation_id not in person.organisations_as(Role.MANAGER) or filters.side not in ("held", "asked"):
        raise not_found()
    with reading(engine) as connection:
        definition = library.latest(connection, "standard")
        cut = _cut(library, now=now)
        figures = lists.figures(connection, side=filters.side, org=organisation_id, cut=cut, viewer=_viewer(person))
        chosen = {name: getattr(filters, name) for name in ("state", "stage", "urgency", "holder")}
        rows = lists.board(
            connection, side=filters.side, org=organisation_id, cut=cut, filters=chosen, number=page,
            viewer=_viewer(person),
        )  # fmt: skip
        here = [definition, *(library.version(connection, row.workflow, row.definition_version) for row in figures)]
        roles = sorted({role.value for each in here for role in working_roles(each)})
        people = pages.colleagues(connection, org=organisation_id, roles=roles)
        late = sum(row.overdue for row in figures)
        ended = _ended(connection, organisation_id, late=late, now=now) if filters.side == "held" else None
        shown = tuple(_board_row(connection, library, row, now=now) for row in rows[: lists.PAGE])
        stages = {
            row.stage: (library.version(connection, row.workflow, row.definition_version).stage(row.stage).title)
            for row in figures
        }
    kinds = {(row.workflow, row.stage): each.stage(row.stage).kind for row, each in zip(figures, here[1:], strict=True)}
    by_stage: dict[str, int] = defaultdict(int)
    for row in figures:
        by_stage[row.stage] += row.open
    return BoardPage(
        filters=filters, rows=shown, overdue=sum(r.overdue for r in figures), due_today=sum(r.today for r in figures),
        at_risk=sum(r.risk for r in figures), paused=sum(r.paused for r in figures),
        by_stage=tuple((stage, stages[stage], count) for stage, count in sorted(by_stage.items())),
        page=page, more=len(rows) > lists.PAGE,
        to_review=sum(row.open for row in figures if kinds[row.workflow, row.stage] is StageKind.REVIEW),
        ended=ended,
        eligible=tuple((p.id, f"{p.name} ({', '.join(ROLE_TITLES[Role(r)] for r in p.roles)})") for p in people),
    )  # fmt: skip


def _ended(connection: Connection, organisation_id: str, *, late: int, now: datetime) -> Ended:
    since = now.astimezone(LONDON).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = lists.ended(connection, org=organisation_id, since=since)
    return Ended(
        since=since.date(), shared=found.shared, partly_shared=found.partly_shared, declined=found.declined,
        silent=found.silent, overdue=late,
    )  # fmt: skip


def _cut(library: Library, *, now: datetime) -> lists.Cut:
    today = now.astimezone(LONDON).date()
    calendar = library.calendar("england-and-wales")
    end = time(23, 59, 59)
    return lists.Cut(
        today=datetime.combine(today, end, LONDON),
        risk=datetime.combine(calendar.add_working_days(today, AT_RISK_DAYS), end, LONDON),
    )


def _board_row(connection: Connection, library: Library, row: Any, *, now: datetime) -> BoardRow:
    stage = _definition(connection, library, row).stage(row.stage)
    if stage.side is Side.REQUESTER:
        holder = f"{row.requester_name} (requester)"
    else:
        holder = row.assignee_name or role_words(stage.roles).removeprefix("the ")
    return BoardRow(
        id=row.id, reference=row.reference, version=row.version, stage=row.stage, kind=stage.kind,
        stage_title=stage.title, urgency=row.urgency, requester_org=row.requester_org_name,
        holder_org=row.holder_org_name, holder=holder,
        time_left=row_time(library, row, now=now), overdue=row.overdue, paused=row.paused,
        why_late=_why_late(row, holder, now=now), submitted_at=row.submitted_at,
    )  # fmt: skip


def _why_late(row: Any, holder: str, *, now: datetime) -> str:
    since = row.stage_since.astimezone(LONDON)
    waited = max((now - row.stage_since) // timedelta(days=1), 0)
    days = "less than a day" if waited == 0 else "1 day" if waited == 1 else f"{waited} days"
    if row.paused:
        return f"Paused: waiting for the requester for {days}, since {since:%-d %b}"
    return f"Waiting for {holder} for {days}, since {since:%-d %b}"
