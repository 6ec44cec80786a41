"""Open requests are brought to another version of their workflow: looked at first, then done, with a result each.

For administrators; auditors read what came of it. References and titles of stages only, nothing of any request.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.live import Live, answer, live
from webapp.statuses import status_of
from webapp.views.desk import Sent, casework, me, new_id, page_number, sent
from webapp.views.showing import counted, long_instant, tag_markup
from workflows.core.adopting import Stages
from workflows.core.refusals import Refused
from workflows.service.moving import FEW, Moving, Preview, VersionMoves
from workflows.service.shown_workflows import shown, versions

blueprint = Blueprint("workflow_moves", __name__)

SECONDS = 3
"""How often a move that goes on is looked at again."""
AT_ONCE = 10.0
"""Seconds for which an administrator waits while a few requests are moved; what is left goes in the background."""
STATES = {
    "done": ("completed", "Moved"),
    "declined": ("problem", "Declined"),
    "waiting": ("not_started", "Waits"),
}
NAMES = "stage-"


def desk() -> VersionMoves:
    """The moves."""
    return VersionMoves(house().engine, casework().library)


@blueprint.get("/workflows/<workflow>/<int:version>/move")
@signed_in
def choose(workflow: str, version: int) -> Response:
    """To the look ahead: to the newest version; from the newest, back to the one before."""
    numbers = [each.version for each in versions(house().engine, me()) if each.workflow == workflow]
    shown(house().engine, casework().library, me(), workflow, version)
    others = [number for number in numbers if number != version]
    if not others:
        flash("There is no other version to which requests could be moved.")
        return redirect(url_for("workflows.page", workflow=workflow, version=version), 303)
    return redirect(url_for("workflow_moves.page", workflow=workflow, version=version, to=others[0]), 303)


@blueprint.get("/workflows/<workflow>/<int:version>/move/<int:to>")
@signed_in
def page(workflow: str, version: int, to: int) -> Response:
    """What would come of moving every open request of a version to another. Nothing is moved."""
    return _page(workflow, version, to, Sent({"command_id": new_id()}, status=200))


def _page(workflow: str, version: int, to: int, form: Sent) -> Response:
    stages = _stages(form)
    try:
        found = desk().preview(me(), workflow, version, to, stages)
    except Refused as refused:
        if status_of(refused) != 422:
            raise
        form.errors |= {each.field: each.say for each in refused.refusals}
        form.status = 422
        found = desk().preview(me(), workflow, version, to)
    numbers = [each.version for each in versions(house().engine, me()) if each.workflow == workflow]
    body = render_template(
        "workflows/move.html",
        found=found,
        form=form,
        errors=form.errors,
        going_back=to < version,
        others=[number for number in numbers if number not in (version, to)],
        said=_said(found),
        rows=[[each.reference, each.stage, _told(each.reasons)] for each in found.rows],
        reasons=[[reason, f"{number:,}"] for reason, number in found.reasons],
        names=NAMES,
        earlier=[_line(each) for each in desk().every(me(), workflow)],
    )
    return make_response(body, form.status)


def _stages(form: Sent) -> Stages:
    return tuple(
        (name.removeprefix(NAMES), value) for name, value in form.values.items() if name.startswith(NAMES) and value
    )


def _said(found: Preview) -> str:
    total = found.able + found.declined
    if not total:
        return "No open request is on this version."
    if not found.declined:
        return f"All of {counted(total, 'open request')} can be moved."
    return f"{found.able:,} of {counted(total, 'open request')} can be moved. {found.declined:,} would be declined."


def _told(reasons: tuple[str, ...]) -> Markup:
    if not reasons:
        return tag_markup("completed", "Can be moved")
    said = Markup("").join(Markup("<br>{}").format(each) for each in reasons)
    return Markup("{}{}").format(tag_markup("problem", "Would be declined"), said)


@blueprint.post("/workflows/<workflow>/<int:version>/move/<int:to>")
@signed_in
def begin(workflow: str, version: int, to: int) -> Response:
    """Look again with the stages that were chosen, or move the requests."""
    used = command_id(request.form)
    form = sent("why", *(name for name in request.form if name.startswith(NAMES)))
    form.values["command_id"] = new_id()
    if "look" in request.form:
        form.status = 200
        return _page(workflow, version, to, form)
    try:
        moving = desk().begin(
            workflow, version, to, _stages(form), why=form.get("why"), by=me().id, command_id=used, at=g.now
        )
    except Refused as refused:
        if status_of(refused) != 422:
            raise
        form.errors = {each.field: each.say for each in refused.refusals}
        return _page(workflow, version, to, form)
    if moving.waiting <= FEW:
        desk().carry_out(moving, at=g.now, seconds=AT_ONCE)
    return redirect(url_for("workflow_moves.result", number=moving.number), 303)


@blueprint.get("/workflows/moves/<int:number>")
@signed_in
def result(number: int) -> Response | str:
    """How far a move is, and what came of each request. It looks again by itself while it goes on."""
    moving, at = desk().one(me(), number), page_number()
    rows, more = desk().results(me(), moving, page=at)
    there = url_for("workflow_moves.result", number=number)
    found = _live(moving, [[each.reference, tag_markup(*STATES[each.state]), each.say or "–"] for each in rows], at)
    return answer(found) or render_template(
        "workflows/moved.html",
        moving=moving,
        live=found,
        definition=shown(house().engine, casework().library, me(), moving.workflow, moving.after),
        asked=f"{moving.asker or 'Whoever runs this service'}, {long_instant(moving.asked_at)}",
        ended=long_instant(moving.ended_at) if moving.ended_at else "",
        stages=_mapped(moving),
        pages={
            "previous_url": f"{there}?page={at - 1}" if at > 1 else None,
            "next_url": f"{there}?page={at + 1}" if more else None,
            "words": f"Page {at}" if at > 1 or more else None,
        },
    )


def _live(moving: Moving, rows: list[list[object]], at: int) -> Live:
    found = live(
        {"progress": "workflows/_moved.html"},
        [moving.done, moving.declined, moving.waiting, moving.ended_at],
        url=f"{url_for('workflow_moves.result', number=moving.number)}{f'?page={at}' if at > 1 else ''}",
        moving=moving,
        said=f"{moving.done:,} moved, {moving.declined:,} declined, {moving.waiting:,} waiting.",
        rows=rows,
    )
    return replace(found, seconds=SECONDS)


def _mapped(moving: Moving) -> list[str]:
    """Which stage takes the place of which, by their titles."""
    old, new = (
        shown(house().engine, casework().library, me(), moving.workflow, each).stages
        for each in (moving.before, moving.after)
    )
    return [f"“{old[name].title}” becomes “{new[to].title}”" for name, to in moving.stages]


def _line(moving: Moving) -> list[object]:
    link = Markup('<a class="govuk-link" href="{}">Version {} to {}</a>')
    return [
        link.format(url_for("workflow_moves.result", number=moving.number), moving.before, moving.after),
        long_instant(moving.asked_at),
        f"{moving.done:,} moved, {moving.declined:,} declined"
        + (f", {moving.waiting:,} wait" if moving.waiting else ""),
    ]
