"""The worklist: the home of everyone who works on requests, least time left first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.live import Live, answer, live
from webapp.views.desk import casework, me, page_number
from webapp.views.showing import TimeView, day_of, due_words, last_day, last_days, tag_markup, time_view
from workflows.core.definition import Role, StageKind
from workflows.service.views import WorkPage, WorkRow

blueprint = Blueprint("worklist", __name__)

TABS = {"mine": "Mine", "team": "My team", "waiting": "Waiting for others", "done": "Done"}
EMPTY = {
    "mine": "Requests that wait for you appear here, those with the least time left first. Nothing waits for you now.",
    "team": "Requests that your organisation has to act on appear here, whoever does it. There are none now.",
    "waiting": "Requests that you worked on and that wait for somebody else appear here. There are none now.",
    "done": "Requests that you worked on and that have ended appear here. There are none yet.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the template writes it."""

    id: str
    reference: str
    asked: str
    asker: str
    stage: Markup
    urgency: Markup
    time: TimeView | None
    state: str
    ended: str
    holder: str
    for_whom: str
    act_url: str


@blueprint.get("/work")
@signed_in
def home() -> Response | str:
    """One tab of the person's work, a page at a time."""
    tab = request.args.get("tab", "mine")
    if tab not in TABS:
        abort(404)
    found = casework().worklist(me(), tab=tab, page=page_number(), now=g.now)
    lines = [_line(row, mine=tab == "mine") for row in found.rows]
    # A page past the end knows nothing of how much there is: the first one does.
    first = casework().worklist(me(), tab=tab, page=1, now=g.now) if found.page > 1 and not found.rows else found
    past = bool(first.rows) and not found.rows
    shown = _live(found, lines, first, past=past)
    return answer(shown) or render_template(
        "worklist/home.html",
        live=shown,
        tabs=[{"text": TABS[key], "url": url_for("worklist.home", tab=key), "current": key == tab} for key in TABS],
        away_until=last_days([each.until for each in me().away if each.person.id == me().id]),
        standing=[(each.absent.name, last_day(each.until)) for each in me().standing],
        on_call=bool(me().organisations_as(Role.ON_CALL_AUTHORISER)),
    )


def _live(found: WorkPage, lines: list[Line], first: WorkPage, *, past: bool) -> Live:
    """The lists themselves: what changes while the page is open."""
    tab = found.tab
    follow_ups = [{"row": one, "words": due_words(one.due, late=one.late)} for one in found.follow_ups]
    return live(
        {"count": "worklist/_count.html", "rows": "worklist/_rows.html"},
        [
            _count(first),
            found.more,
            follow_ups,
            *((line.id, line.holder, line.for_whom, line.time and line.time.words) for line in lines),
            *(row.version for row in found.rows),
        ],
        url=_url(tab, found.page),
        found=found,
        tab=tab,
        follow_ups=follow_ups,
        late=[line for line in lines if line.state == "overdue" and tab != "done"],
        rest=[line for line in lines if line.state != "overdue" or tab == "done"],
        empty_text="This page is past the end of the list." if past else EMPTY[tab],
        first_url=url_for("worklist.home", tab=tab) if past else None,
        count=_count(first),
        case_url=url_for("cases.page", case_id="00000000-0000-0000-0000-000000000000").rpartition("/")[0],
        pages=_pages(found),
        may_ask=bool(me().organisations_as(Role.REQUESTER)),
    )


def _url(tab: str, number: int) -> str:
    return url_for("worklist.home", tab=tab, page=number)


def _line(row: WorkRow, *, mine: bool) -> Line:
    """A row. Who is to decide goes straight to deciding: that page has all that a decision needs."""
    decides = mine and row.kind is StageKind.ADJUDICATION
    time = time_view(row.time_left)
    return Line(
        id=row.id,
        reference=row.reference,
        asked=row.asked or row.stage_title,
        asker=row.requester_org,
        stage=tag_markup(row.outcome if row.closed_at else row.kind.value, row.stage_title),
        urgency=tag_markup(row.urgency),
        time=time,
        state="overdue" if row.overdue else time.state if time else "stopped",
        ended=day_of(row.closed_at) if row.closed_at else "",
        holder=row.assigned_to,
        for_whom=row.for_whom,
        act_url=url_for("decide.page", case_id=row.id) if decides else "",
    )


def _count(found: WorkPage) -> str:
    return f"more than {found.total}" if found.capped else str(found.total)


def _pages(found: WorkPage) -> dict[str, Any]:
    return {
        "previous_url": _url(found.tab, found.page - 1) if found.page > 1 else None,
        "next_url": _url(found.tab, found.page + 1) if found.more else None,
        "words": f"Page {found.page}" if found.page > 1 or found.more else None,
    }
