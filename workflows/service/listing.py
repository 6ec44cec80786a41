"""Lists of cases: worklists and one's own requests. A fixed number of statements each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from workflows.core.aside import names_of
from workflows.core.beyond import known_left
from workflows.core.clocks import Clock, TimeLeft
from workflows.core.commands import PUBLIC
from workflows.core.definition import Definition, Role, Stage
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.service import desks
from workflows.service.followups import to_follow_up
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, reading
from workflows.service.views import WorkPage, WorkRow
from workflows.store import lists

_CLOCK: TypeAdapter[Clock | None] = TypeAdapter(Clock | None)
WORK_TABS = ("mine", "team", "waiting", "done")
OWN_TABS = ("drafts", "open", "ended")


def worklist(engine: Engine, library: Library, person: Principal, *, tab: str, page: int, now: datetime) -> WorkPage:
    """One tab of a person's work. Raises Refused (NOT_FOUND) for a tab that there is not."""
    if tab not in WORK_TABS:
        raise not_found()
    with reading(engine) as connection:
        if tab == "mine":
            found = my_work(connection, person, number=page)
        else:
            found = lists.page(connection, tab, number=page, **asking(person, desks.every(person)))
        listed = _page(connection, library, found, tab=tab, page=page, now=now, reader=person)
        if tab != "mine" or page > 1:
            return listed
        return replace(listed, follow_ups=to_follow_up(connection, person, now=now))


def my_work(connection: Connection, person: Principal, *, number: int, size: int = lists.PAGE) -> lists.Found:
    """What waits for this person now, least time left first, as the database gives it."""
    return lists.page(connection, "mine", number=number, size=size, **asking(person, desks.to_do(person)))


def asking(person: Principal, hers: tuple[lists.Desk, ...]) -> dict[str, Any]:
    """What the statements of worklists ask about her: where she works as what, and what she stands aside from."""
    kept = [desk for desk in hers if desk.roles - {Role.REQUESTER.value}]
    return {**viewer_of(person).parameters(), "desks": lists.desks(kept), "only": person.only or None}


def viewer_of(person: Principal) -> lists.Viewer:
    """What the statements of lists ask about who looks."""
    return lists.Viewer(person.id, names_of(person))


def requests(engine: Engine, library: Library, person: Principal, *, tab: str, page: int, now: datetime) -> WorkPage:
    """The person's own requests: drafts, open or ended."""
    if tab not in OWN_TABS:
        raise not_found()
    with reading(engine) as connection:
        found = lists.page(connection, tab, number=page, me=person.id, only=person.only or None)
        return _page(connection, library, found, tab=tab, page=page, now=now)


def shared_with(engine: Engine, library: Library, person: Principal, *, page: int, now: datetime) -> WorkPage:
    """Released cases that name this person as a recipient."""
    with reading(engine) as connection:
        found = lists.page(
            connection, "shared", number=page, email=person.email, me=person.id, only=person.only or None
        )
        return _page(connection, library, found, tab="shared", page=page, now=now)


def _page(
    connection: Connection,
    library: Library,
    found: lists.Found,
    *,
    tab: str,
    page: int,
    now: datetime,
    reader: Principal | None = None,
) -> WorkPage:
    rows = tuple(work_row(connection, library, row, reader, now=now) for row in found.rows)
    seen = (page - 1) * lists.PAGE + len(rows)
    capped = found.total > lists.COUNTED
    total = min(found.total, lists.COUNTED)
    return WorkPage(tab, rows, total, capped, page, more=found.total > seen)


def _definition(connection: Connection, library: Library, row: Any) -> Definition:
    return library.version(connection, row.workflow, row.definition_version)


def row_time(library: Library, row: Any, *, now: datetime) -> TimeLeft | None:
    """The time left of a list row, from the clock in it."""
    clock = clock_from(row.clock) or clock_from(row.held)
    return known_left(clock, library.calendar(clock.calendar), now=now) if clock else None


def clock_from(text: str | None) -> Clock | None:
    """A clock as a list's row brings it; None where there is none."""
    return _CLOCK.validate_json(text) if text else None


def _for_whom(row: Any, reader: Principal | None, stage: Stage) -> str:
    """In whose name she would do this, by the same order as the door's: what was given first, then role by role."""
    via = getattr(row, "via", None)
    if reader is None or not via or row.assignee == reader.id:
        return ""
    there = [
        each for each in reader.standing
        if each.absent.id in json.loads(via) and each.organisation_id == str(row.holder_org)
    ]  # fmt: skip
    for each in there:
        if each.absent.id == row.assignee:
            return each.absent.name
    own = reader.roles_in(str(row.holder_org))
    for role in stage.roles:
        if role in own:
            return ""
        for each in there:
            if role in each.roles:
                return each.absent.name
    return ""


def work_row(connection: Connection, library: Library, row: Any, reader: Principal | None, *, now: datetime) -> WorkRow:
    """A row of a list, as the database gave it, for pages; ``reader`` is told for whom she would do it."""
    stage = _definition(connection, library, row).stage(row.stage)
    return WorkRow(
        id=row.id, reference=row.reference, version=row.version, asked=asked(stage.asked, row.items),
        kind=stage.kind, stage_title=stage.title, holder_org=row.holder_org_name,
        requester_org=row.requester_org_name if row.requester else PUBLIC.name,
        urgency=row.urgency, time_left=row_time(library, row, now=now), overdue=row.overdue,
        paused=row.paused, assigned_to=row.assignee_name or "", outcome=row.outcome or "",
        closed_at=row.closed_at, created_at=row.created_at, for_whom=_for_whom(row, reader, stage),
    )  # fmt: skip


def asked(template: str, items: int) -> str:
    """What is asked of somebody, with the number of items in words."""
    return template.replace("{items}", "1 item" if items == 1 else f"{items} items")
