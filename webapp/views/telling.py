"""How I am told: each thing by itself at once, or in a digest. What is urgent always comes at once."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import me, new_id
from workflows.core.digests import APART, EARLIEST, LATEST, Grouping, Rhythm, choice_of
from workflows.core.refusals import Refused
from workflows.service.digesting import Choices

blueprint = Blueprint("telling", __name__)

GROUP_WORDS = (
    (Grouping.WORK.value, "Work for you: it is your turn, questions, answers, reminders, follow-ups"),
    (Grouping.PROGRESS.value, "Progress: a case moved on, a decision, a new due date, a case that ended"),
)


def _said(hour: int) -> str:
    return f"{(hour - 1) % 12 + 1}{'am' if hour < 12 else 'pm'}"


HOURS = [(str(hour), f"{_said(hour)} (and {_said(hour + APART)}, if twice)") for hour in range(EARLIEST, LATEST + 1)]


@blueprint.get("/account/telling")
@signed_in
def page() -> Response:
    """What I have chosen."""
    chosen = Choices(house().engine).of(me())
    return _page(sorted(each.value for each in chosen.groups), chosen.rhythm.value, str(chosen.hour), {}, 200)


def _page(groups: list[str], rhythm: str, hour: str, errors: dict[str, str], status: int) -> Response:
    body = render_template(
        "telling.html",
        command_id=new_id(),
        groups=groups,
        rhythm=rhythm,
        hour=hour,
        errors=errors,
        group_options=GROUP_WORDS,
        rhythm_options=[(Rhythm.DAILY.value, "Once a day"), (Rhythm.TWICE.value, "Twice a day")],
        hour_options=HOURS,
    )
    return make_response(body, status)


@blueprint.post("/account/telling")
@signed_in
def choose() -> Response:
    """Keep what I have chosen."""
    groups = request.form.getlist("groups")
    rhythm, hour = request.form.get("rhythm", ""), request.form.get("hour", "")
    identity = command_id(request.form)
    try:
        chosen = choice_of(frozenset(groups), rhythm, hour)
    except Refused as refused:
        return _page(groups, rhythm, hour, {each.field: each.say for each in refused.refusals}, 422)
    Choices(house().engine).choose(me(), chosen, command_id=identity, now=g.now)
    flash("How you are told was saved.")
    return redirect(url_for("telling.page"), 303)
