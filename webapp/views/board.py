"""The manager's board: every open case of an organisation, and the two things a manager can do about them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from webapp.context import clock_text
from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.views.cases import clock_of, stage_tag
from webapp.views.desk import Sent, actor, carry_out, casework, me, new_id, open_case, page_number, require_open, sent
from webapp.views.showing import TimeView, counted, long_date, tag_markup, time_view
from workflows.core.commands import Chase
from workflows.core.definition import CommandType, Role, Urgency
from workflows.core.refusals import not_found
from workflows.service.views import BoardFilters, BoardPage, BoardRow, BulkResult

blueprint = Blueprint("board", __name__)

FIGURES = (
    ("overdue", "overdue", "overdue"),
    ("today", "due today", "due_soon"),
    ("risk", "at risk", "due_soon"),
    ("paused", "paused", "paused"),
)
SIDES = {"held": "Held by us", "asked": "Asked by us"}
GROUPS = {"stage": "Stage", "holder": "Who has it"}
MOST_CHOSEN = 50
_STAGE = re.compile(r"[a-z0-9_-]{0,60}")


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the template writes it."""

    row: BoardRow
    urgency: Markup
    time: TimeView | None
    state: str
    why: str


@blueprint.get("/board")
@signed_in
def page() -> str:
    """What needs someone, as the filters in the address say."""
    filters, group = _filters()
    place = _place()
    found = casework().board(me(), place, filters=filters, page=page_number(), now=g.now)
    return render_template(
        "board/page.html",
        found=found,
        filters=filters,
        group=group,
        groups=_grouped(found, group),
        figures=_figures(found, filters, group),
        applied=_applied(found, filters, group),
        options=_options(found),
        clear_url=url_for("board.page"),
        ended_since=long_date(found.ended.since) if found.ended else "",
        pages=_pages(found, filters, group),
        command_id=new_id(),
        org=place,
        may_reassign=filters.side == "held",
    )


def _place() -> str:
    """The organisation whose board is meant: the one she works for now, if she manages there. Else not found."""
    managed = me().organisations_as(Role.MANAGER)
    chosen = request.values.get("org", "") or g.viewer.organisation_id
    if chosen not in managed:
        raise not_found()
    return str(chosen)


def _filters() -> tuple[BoardFilters, str]:
    """The filters of the address; not found for a value that the page never offers."""
    given = {name: request.args.get(name, "") for name in ("state", "stage", "urgency", "holder")}
    side = request.args.get("side", "held")
    group = request.args.get("group", "stage")
    known_states = {"", *(name for name, _, _ in FIGURES)}
    urgencies = {"", *(each.value for each in Urgency)}
    if side not in SIDES or group not in GROUPS or given["state"] not in known_states:
        abort(404)
    if given["urgency"] not in urgencies or not _STAGE.fullmatch(given["stage"]) or not _maybe_id(given["holder"]):
        abort(404)
    return BoardFilters(side=side, **given), group


def _maybe_id(value: str) -> bool:
    try:
        return not value or str(UUID(value)) == value
    except ValueError:
        return False


def _url(filters: BoardFilters, group: str, *, number: int = 1) -> str:
    wanted = {name: getattr(filters, name) for name in ("state", "stage", "urgency", "holder")}
    given = {name: value for name, value in wanted.items() if value}
    if filters.side != "held":
        given["side"] = filters.side
    if group != "stage":
        given["group"] = group
    if number > 1:
        given["page"] = str(number)
    return url_for("board.page", **given)


def _figures(found: BoardPage, filters: BoardFilters, group: str) -> list[dict[str, Any]]:
    numbers = {"overdue": found.overdue, "today": found.due_today, "risk": found.at_risk, "paused": found.paused}
    return [
        {
            "number": numbers[name],
            "text": words,
            "state": look if numbers[name] else None,
            "current": filters.state == name,
            "url": _url(replace(filters, state="" if filters.state == name else name), group),
        }
        for name, words, look in FIGURES
    ]


def _applied(found: BoardPage, filters: BoardFilters, group: str) -> list[dict[str, str]]:
    words = {
        "state": {name: words for name, words, _ in FIGURES}.get(filters.state, ""),
        "stage": {stage: title for stage, title, _ in found.by_stage}.get(filters.stage, filters.stage),
        "urgency": filters.urgency,
        "holder": dict(found.eligible).get(filters.holder, "somebody else") if filters.holder else "",
    }
    titles = {"state": "Time", "stage": "Stage", "urgency": "Urgency", "holder": "Given to"}
    return [
        {"text": f"{titles[name]}: {value}", "remove_url": _url(replace(filters, **{name: ""}), group)}
        for name, value in words.items()
        if value
    ]


def _options(found: BoardPage) -> dict[str, list[tuple[str, str]]]:
    return {
        "side": list(SIDES.items()),
        "state": [("", "Any"), *((name, words.capitalize()) for name, words, _ in FIGURES)],
        "stage": [("", "Any"), *((stage, f"{title} ({count})") for stage, title, count in found.by_stage)],
        "urgency": [("", "Any"), *((each.value, each.value.capitalize()) for each in Urgency)],
        "holder": [("", "Anyone"), *found.eligible],
        "group": list(GROUPS.items()),
    }


def _grouped(found: BoardPage, group: str) -> list[tuple[str, list[Line]]]:
    """Rows under their stage or their holder; groups in the order in which their first row falls due."""
    groups: dict[str, list[Line]] = {}
    for row in found.rows:
        time = time_view(row.time_left)
        state = "overdue" if row.overdue else time.state if time else "stopped"
        # Who has it stands beside or above already.
        why = row.why_late.replace(f"for {row.holder} for", "for", 1)
        title = row.stage_title if group == "stage" else row.holder[:1].upper() + row.holder[1:]
        groups.setdefault(title, []).append(Line(row, tag_markup(row.urgency), time, state, why))
    return list(groups.items())


def _pages(found: BoardPage, filters: BoardFilters, group: str) -> dict[str, Any]:
    number = found.page
    return {
        "previous_url": _url(filters, group, number=number - 1) if number > 1 else None,
        "next_url": _url(filters, group, number=number + 1) if found.more else None,
        "words": f"Page {number}" if found.more or number > 1 else None,
    }


def _chosen() -> list[str]:
    """The cases that were ticked, each once. Raises BadRequest for what is no id."""
    chosen = list(dict.fromkeys(request.values.getlist("case")))
    if len(chosen) > MOST_CHOSEN or not all(value and _maybe_id(value) for value in chosen):
        raise BadRequest
    return chosen


def _with_ids(chosen: list[str]) -> list[tuple[str, str]]:
    """For each case a command id of its own, made from the form's: a double click makes the same ones."""
    form = UUID(command_id(request.form))
    return [(case, str(uuid5(form, case))) for case in chosen]


@blueprint.post("/board/chase")
@signed_in
def chase() -> Response | str:
    """Chase each ticked case; the result page says what became of each."""
    _place()
    chosen = _chosen()
    if not chosen:
        flash("Tick at least one request first.")
        return redirect(url_for("board.page"), 303)
    results = casework().chase_many(me(), _with_ids(chosen), now=g.now)
    return _results("Chased", results)


def _results(title: str, results: tuple[BulkResult, ...]) -> str:
    done = sum(each.done for each in results)
    outcome = f"{done} of {counted(len(results), 'request')} done."
    return render_template("board/results.html", title=title, results=results, outcome=outcome)


@blueprint.post("/board/choose")
@signed_in
def choose() -> Response:
    """Take the ticked cases from the board on to the page that reassigns them."""
    return redirect(url_for("board.reassign", org=_place(), case=_chosen()), 303)


@blueprint.get("/board/reassign")
@signed_in
def reassign() -> Response | str:
    """Choose to whom the ticked cases go, and say why."""
    if not _chosen():
        flash("Tick at least one request first.")
        return redirect(url_for("board.page"), 303)
    return _reassign_page(Sent({"command_id": new_id()}, status=200))


def _reassign_page(form: Sent) -> Response:
    place, chosen = _place(), _chosen()
    found = casework().board(me(), place, filters=BoardFilters(), page=1, now=g.now)
    body = render_template(
        "board/reassign.html",
        form=form,
        errors=form.errors,
        chosen=chosen,
        count=counted(len(chosen), "request"),
        people=[("", "Choose a person"), *found.eligible],
        org=place,
    )
    return make_response(body, form.status)


@blueprint.post("/board/reassign")
@signed_in
def send_reassign() -> Response | str:
    """Reassign each case; the result page says what became of each."""
    form = sent("to_person", "reason")
    _place()
    chosen = _chosen()
    form.values["command_id"] = command_id(request.form)
    if not form.get("to_person") or not _maybe_id(form.get("to_person")):
        form.errors["to_person"] = "Choose a person."
    if not form.get("reason"):
        form.errors["reason"] = "Say why you reassign it."
    elif len(form.get("reason")) > 4_000:
        form.errors["reason"] = "This may have at most 4,000 characters."
    if not chosen or form.errors:
        return _reassign_page(form)
    results = casework().reassign_many(
        me(), _with_ids(chosen), to_person=form.get("to_person"), reason=form.get("reason"), now=g.now
    )
    return _results("Reassigned", results)


@blueprint.get("/cases/<uuid:case_id>/chase")
@signed_in
def chase_one(case_id: uuid.UUID) -> Response:
    """Ask whether to chase one case."""
    found = open_case(case_id)
    require_open(found, CommandType.CHASE)
    return _chase_page(case_id, Sent({"command_id": new_id()}, status=200))


def _chase_page(case_id: uuid.UUID, form: Sent) -> Response:
    found = open_case(case_id)
    body = render_template(
        "board/chase.html",
        page=found,
        stage=stage_tag(found),
        time=clock_of(found),
        form=form,
        errors=form.errors,
        asked_at=clock_text(g.now),
    )
    return make_response(body, form.status)


@blueprint.post("/cases/<uuid:case_id>/chase")
@signed_in
def send_chase(case_id: uuid.UUID) -> Response:
    """Chase one case."""
    form = Sent({"command_id": command_id(request.form)})
    command = Chase(id=form.get("command_id"), actor=actor(), at=g.now, case_id=str(case_id))
    return carry_out(
        command, form, done="A reminder was sent.", again=lambda form: _chase_page(case_id, form), typed={}
    )
