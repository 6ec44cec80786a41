"""The manager's board: every open case of an organisation, and why it has not been answered yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.house import house
from webapp.live import Live, answer, live
from webapp.views import board_filters as filter_words
from webapp.views.board_forecast import forecast_view
from webapp.views.desk import casework, me, page_number
from webapp.views.showing import TimeView, long_date, tag_markup, time_view
from workflows.core.definition import Role
from workflows.core.refusals import not_found
from workflows.service.saved_filters import SavedFilters
from workflows.service.views import BoardFilters, BoardPage, BoardRow
from workflows.service.waiting import sentences

blueprint = Blueprint("board", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the template writes it."""

    row: BoardRow
    urgency: Markup
    time: TimeView | None
    state: str
    why: tuple[str, ...]


@blueprint.get("/board")
@signed_in
def page() -> Response | str:
    """What needs someone, as the filters in the address say."""
    filters, group = filter_words.of_address(request.args)
    place = managed_place()
    found = casework().board(me(), place, filters=filters, page=page_number(), now=g.now)
    shown = _live(found, filters, group)
    return answer(shown) or render_template(
        "board/page.html",
        found=found,
        live=shown,
        filters=filters,
        group=group,
        kept=filter_words.kept(filters, group),
        applied=filter_words.applied(found, filters, group),
        options=filter_words.options(found),
        saved=filter_words.saved_links(SavedFilters(house().engine).of(me(), place)),
        clear_url=url_for("board.page"),
        ended_since=long_date(found.ended.since) if found.ended else "",
        org=place,
    )


def _live(found: BoardPage, filters: BoardFilters, group: str) -> Live:
    """The figures and the rows: what changes while the page is open."""
    groups = _grouped(found, group)
    figures = filter_words.figures(found, filters, group)
    return live(
        {"figures": "board/_figures.html", "rows": "board/_rows.html", "forecast": "board/_forecast.html"},
        [
            *(each["number"] for each in figures),
            found.more,
            found.forecast,
            *(
                (line.row.id, line.row.version, line.time and line.time.words, line.why)
                for _, lines in groups
                for line in lines
            ),
        ],
        url=filter_words.url(filters, group, number=found.page),
        found=found,
        filters=filters,
        group=group,
        groups=groups,
        figures=figures,
        forecast=forecast_view(found, filters),
        applied=filter_words.applied(found, filters, group),
        clear_url=url_for("board.page"),
        pages=_pages(found, filters, group),
        may_reassign=filters.side == "held",
    )


def managed_place() -> str:
    """The organisation whose board is meant: the one she works for now, if she manages there. Else not found."""
    managed = me().organisations_as(Role.MANAGER)
    chosen = request.values.get("org", "") or g.viewer.organisation_id
    if chosen not in managed:
        raise not_found()
    return str(chosen)


def _grouped(found: BoardPage, group: str) -> list[tuple[str, list[Line]]]:
    """Rows under their stage or their holder; groups in the order in which their first row stands on the board."""
    groups: dict[str, list[Line]] = {}
    for row in found.rows:
        time = time_view(row.time_left)
        state = "overdue" if row.overdue else time.state if time else "stopped"
        title = row.stage_title if group == "stage" else row.holder[:1].upper() + row.holder[1:]
        groups.setdefault(title, []).append(Line(row, tag_markup(row.urgency), time, state, sentences(row.late)))
    return list(groups.items())


def _pages(found: BoardPage, filters: BoardFilters, group: str) -> dict[str, Any]:
    number = found.page
    return {
        "previous_url": filter_words.url(filters, group, number=number - 1) if number > 1 else None,
        "next_url": filter_words.url(filters, group, number=number + 1) if found.more else None,
        "words": f"Page {number}" if found.more or number > 1 else None,
    }
