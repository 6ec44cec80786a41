"""The form of a stage: filled in, read back where it decides or ends the case, and sent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.house import house
from webapp.views.acts import again, show, stamped
from webapp.views.answer_cards import answer_rows
from webapp.views.cases import clock_of, stage_tag
from webapp.views.desk import Sent, actor, carry_out, me, new_id, open_case, overtaken, require_open, sent
from webapp.views.field_forms import Raw, hidden_pairs, raw_of, views
from workflows.core.commands import Complete, Withdraw
from workflows.core.definition import CommandType, StageKind
from workflows.core.field_kinds import Field
from workflows.core.refusals import Refusal
from workflows.service.stage_forms import StageForm, StageForms
from workflows.service.views import CasePage

blueprint = Blueprint("stage_forms", __name__)

SHOWN = "shown_fields"
"""The hidden box that names the fields that a page showed: what is asked only now was not left out."""


def forms() -> StageForms:
    """What looks at forms before they count."""
    return StageForms(house().engine, house().casework.library)


@blueprint.get("/cases/<uuid:case_id>/form")
@signed_in
def form(case_id: uuid.UUID) -> Response:
    """The empty form of the stage that the case is at."""
    found = open_case(case_id)
    require_open(found, CommandType.COMPLETE)
    command = Complete(id=new_id(), actor=actor(), at=g.now, case_id=str(case_id))
    look = forms().look(me(), command)
    return _page(found, look, MultiDict(), Sent({"command_id": command.id}, status=200))


@blueprint.post("/cases/<uuid:case_id>/form")
@signed_in
def complete(case_id: uuid.UUID) -> Response:
    """Ask what the answers so far call for, read them back where they decide something, then complete the stage."""
    stamp = stamped(case_id)
    found = open_case(case_id)
    fields = found.stage.fields
    command = Complete(**stamp, answers=raw_of(request.form, fields))
    look = forms().look(me(), command)
    typed = {field.title: _typed(command.answers, field) for field in fields}
    state = Sent({"command_id": stamp["id"]}, status=422)
    if request.form.get("confirmed") == "yes" and not look.faults:
        return _carried_out(command, state, case_id, typed=typed)
    if found.version != command.seen_version:
        return overtaken(command.case_id, typed=typed)
    require_open(found, CommandType.COMPLETE)
    faults = _faults(look)
    more = len(look.asked) - len(_shown() & {field.key for field in look.asked})
    if look.faults or more or request.form.get("confirmed") == "change":
        state.status = 422 if faults else 200
        return _page(found, look, request.form, state, faults=faults, more=more if look.faults else 0)
    if look.to is not None and (look.to.kind is StageKind.CLOSED or found.kind is StageKind.RULING):
        return _read_back(found, look, stamp["id"])
    return _carried_out(command, state, case_id, typed=typed)


def _carried_out(command: Complete, state: Sent, case_id: uuid.UUID, *, typed: dict[str, str]) -> Response:
    def draw(state: Sent) -> Response:
        look = forms().look(me(), command)
        faults = [Refusal("refused", say, name) for name, say in state.errors.items()]
        return _page(open_case(case_id), look, request.form, state, faults=faults)

    return carry_out(command, state, done="It was recorded.", again=draw, typed=typed)


def _typed(raw: Raw | Any, field: Field) -> str:
    return "; ".join(value for name in raw if name.split("-")[0] == field.key for value in raw[name])


def _shown() -> set[str]:
    return set(request.form.get(SHOWN, "").split())


def _faults(look: StageForm) -> list[Refusal]:
    """What is wrong, without that a question is not answered which the page did not ask yet."""
    shown = _shown()
    return [
        fault for fault in look.faults
        if fault.code != "missing" or not fault.field or fault.field.split("-")[0] in shown
    ]  # fmt: skip


def _page(
    found: CasePage,
    look: StageForm,
    typed: MultiDict[str, str],
    state: Sent,
    *,
    faults: Sequence[Refusal] = (),
    more: int = 0,
) -> Response:
    drawn = views(look.asked, typed, documents=look.definition.documents, people=look.people, faults=faults)
    state.errors = {fault.field: fault.say for fault in reversed(faults)}
    state.errors = dict(reversed(state.errors.items()))
    return show(
        "stage_form",
        found,
        state,
        fields=drawn,
        shown=" ".join(field.key for field in look.asked),
        shown_name=SHOWN,
        more=more,
        safely=look.safely,
    )


def _read_back(found: CasePage, look: StageForm, command_id: str) -> Response:
    assert look.to is not None
    ends = look.to.kind is StageKind.CLOSED
    body = render_template(
        "cases/stage_confirm.html",
        page=found,
        stage=stage_tag(found),
        time=clock_of(found),
        command_id=command_id,
        rows=list(answer_rows(look.asked, look.answers, look.definition)),
        ends=ends,
        leads_to=look.to.title,
        pairs=[*hidden_pairs(request.form, look.asked), (SHOWN, request.form.get(SHOWN, ""))],
        seen_entries=len(found.timeline),
    )
    return make_response(body, 200)


@blueprint.get("/cases/<uuid:case_id>/withdrawn")
@signed_in
def ask_withdrawn(case_id: uuid.UUID) -> Response:
    """Why somebody who has no account here takes her application back."""
    found = open_case(case_id)
    require_open(found, CommandType.WITHDRAW)
    return show("stage_withdraw", found, safely=found.safely)


@blueprint.post("/cases/<uuid:case_id>/withdrawn")
@signed_in
def withdrawn(case_id: uuid.UUID) -> Response:
    """Record that the application was taken back."""
    typed = sent("reason")
    command = Withdraw(**stamped(case_id), reason=typed.get("reason"))
    draw = again("stage_withdraw", case_id, safely=open_case(case_id).safely)
    said = {"Why": typed.get("reason")}
    return carry_out(
        command, typed, done="It was recorded that the application was taken back.", again=draw, typed=said
    )
