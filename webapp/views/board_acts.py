"""What a manager does about several cases at once, and about one: each through the door, each with its own result."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from webapp.context import clock_text
from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.views import board_filters as filter_words
from webapp.views.board import managed_place
from webapp.views.cases import clock_of, stage_tag
from webapp.views.desk import Sent, actor, carry_out, casework, me, new_id, open_case, require_open, sent
from webapp.views.extending import whole_number
from webapp.views.showing import counted
from workflows.core.commands import Chase, Extend
from workflows.core.definition import CommandType
from workflows.service import boards
from workflows.service.views import BoardFilters, BulkResult, Ticked

blueprint = Blueprint("board_acts", __name__)

MOST_CHOSEN = 50
NOTHING_TICKED = "Tick at least one request first, then press the button again."
TOO_MANY = f"Tick at most {MOST_CHOSEN} requests at a time, so that you can see what became of each."
ACTS = {"chase": "board_acts.chase", "reassign": "board_acts.reassign", "extend": "board_acts.extend"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ticked cases: those that she can see on her board, how many others, and the way back."""

    place: str
    ids: tuple[str, ...]
    shown: tuple[Ticked, ...]
    back: str
    kept: dict[str, Any]

    @property
    def unseen(self) -> int:
        """How many of the ticked cases are not on her board."""
        return len(self.ids) - len(self.shown)

    @property
    def count(self) -> str:
        """How many were ticked, in words."""
        return counted(len(self.ids), "request")


def _chosen() -> Chosen | Response:
    """What was ticked, each once; the board with a sentence for nothing or too much. Raises BadRequest for no ids."""
    place = managed_place()
    try:
        filters, group = filter_words.read(request.values)
    except filter_words.BadFilter:
        filters, group = BoardFilters(), "stage"
    back = filter_words.url(filters, group)
    ids = tuple(dict.fromkeys(request.values.getlist("case")))
    if not all(value and filter_words.is_id(value) for value in ids):
        raise BadRequest
    if not ids or len(ids) > MOST_CHOSEN:
        flash(TOO_MANY if ids else NOTHING_TICKED)
        return redirect(back, 303)
    shown = boards.ticked(house().engine, casework().library, me(), place, ids=ids)
    return Chosen(place, ids, shown, back, filter_words.kept(filters, group))


def _with_ids(chosen: Chosen) -> list[tuple[str, str]]:
    """For each case a command id of its own, made from the form's: a double click makes the same ones."""
    form = UUID(command_id(request.form))
    return [(case, str(uuid5(form, case))) for case in chosen.ids]


@blueprint.post("/board/choose")
@signed_in
def choose() -> Response:
    """Take the ticked cases from the board on to the page that asks whether to do it."""
    endpoint = ACTS.get(request.form.get("act", ""))
    if endpoint is None:
        raise BadRequest
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    return redirect(url_for(endpoint, **chosen.kept, org=chosen.place, case=list(chosen.ids)), 303)


@blueprint.get("/board/chase")
@signed_in
def chase() -> Response:
    """Ask whether to chase the ticked cases."""
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    return _page("board/chase_many.html", Sent({"command_id": new_id()}, status=200), chosen)


@blueprint.post("/board/chase")
@signed_in
def send_chase() -> Response | str:
    """Chase each ticked case; the result page says what became of each."""
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    return _results("Chased", casework().chase_many(me(), _with_ids(chosen), now=g.now), chosen)


@blueprint.get("/board/reassign")
@signed_in
def reassign() -> Response:
    """Choose to whom the ticked cases go, and say why."""
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    return _reassign_page(Sent({"command_id": new_id()}, status=200), chosen)


def _reassign_page(form: Sent, chosen: Chosen) -> Response:
    found = casework().board(me(), chosen.place, filters=BoardFilters(), page=1, now=g.now)
    return _page("board/reassign.html", form, chosen, people=[("", "Choose a person"), *found.eligible])


@blueprint.post("/board/reassign")
@signed_in
def send_reassign() -> Response | str:
    """Reassign each case; the result page says what became of each."""
    form = sent("to_person", "reason")
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    form.values["command_id"] = command_id(request.form)
    if not form.get("to_person") or not filter_words.is_id(form.get("to_person")):
        form.errors["to_person"] = "Choose a person."
    _check_reason(form, "Say why you reassign it.")
    if form.errors:
        return _reassign_page(form, chosen)
    results = casework().reassign_many(
        me(), _with_ids(chosen), to_person=form.get("to_person"), reason=form.get("reason"), now=g.now
    )
    return _results("Reassigned", results, chosen)


@blueprint.get("/board/extend")
@signed_in
def extend() -> Response:
    """Ask how much more time the ticked cases get, and why."""
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    return _page("board/extend.html", Sent({"command_id": new_id()}, status=200), chosen)


@blueprint.post("/board/extend")
@signed_in
def send_extend() -> Response | str:
    """Extend the time of each case; the result page says what became of each."""
    form = sent("amount", "reason")
    chosen = _chosen()
    if not isinstance(chosen, Chosen):
        return chosen
    form.values["command_id"] = command_id(request.form)
    amount, who = whole_number(form.get("amount")), actor()
    if amount < 1:
        form.errors["amount"] = "Write a whole number, 1 or more."
    _check_reason(form, "Say why more time is needed. The requester reads it.")
    if form.errors:
        return _page("board/extend.html", form, chosen)
    reason = form.get("reason")
    results = casework().each(
        _with_ids(chosen),
        lambda case, command: Extend(id=command, actor=who, at=g.now, case_id=case, amount=amount, reason=reason),
    )
    return _results("Extended", results, chosen)


def _check_reason(form: Sent, say: str) -> None:
    if not form.get("reason"):
        form.errors["reason"] = say
    elif len(form.get("reason")) > 4_000:
        form.errors["reason"] = "This may have at most 4,000 characters."


def _page(template: str, form: Sent, chosen: Chosen, **more: object) -> Response:
    return make_response(render_template(template, form=form, errors=form.errors, chosen=chosen, **more), form.status)


def _results(title: str, results: tuple[BulkResult, ...], chosen: Chosen) -> str:
    done = sum(each.done for each in results)
    outcome = f"{done} of {counted(len(results), 'request')} done."
    return render_template("board/results.html", title=title, results=results, outcome=outcome, board_url=chosen.back)


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
def send_chase_one(case_id: uuid.UUID) -> Response:
    """Chase one case."""
    form = Sent({"command_id": command_id(request.form)})
    command = Chase(id=form.get("command_id"), actor=actor(), at=g.now, case_id=str(case_id))
    return carry_out(
        command, form, done="A reminder was sent.", again=lambda form: _chase_page(case_id, form), typed={}
    )
