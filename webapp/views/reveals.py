"""Asking to see who somebody is, and answering who asks. Nothing here shows a name."""

from __future__ import annotations

import uuid

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.acts import show, stamped
from webapp.views.desk import Sent, carry_out, open_case, require_open, sent
from webapp.views.showing import counted, long_instant
from workflows.core.commands import AskIdentity, Command, GrantIdentity, RefuseIdentity
from workflows.core.definition import CommandType
from workflows.core.refusals import WRONG_STAGE, Refusal, Refused
from workflows.core.reveal import RevealState
from workflows.service.revealing import RevealView
from workflows.service.views import CasePage

blueprint = Blueprint("reveals", __name__)

SHOW, REFUSE = "show", "refuse"


@blueprint.get("/cases/<uuid:case_id>/identity")
@signed_in
def ask(case_id: uuid.UUID) -> Response:
    """Whom she needs to know, and why."""
    found = open_case(case_id)
    require_open(found, CommandType.ASK_IDENTITY)
    return _ask_form(found)


def _ask_form(found: CasePage, form: Sent | None = None) -> Response:
    return show("identity_ask", found, form, labels=[each.label for each in found.people], lasts=_lasts(found))


@blueprint.post("/cases/<uuid:case_id>/identity")
@signed_in
def send(case_id: uuid.UUID) -> Response:
    """Ask."""
    form = sent("label", "reason")
    command = AskIdentity(**stamped(case_id), label=form.get("label"), reason=form.get("reason"))

    def draw(form: Sent) -> Response:
        form.values["command_id"] = command.id
        return _ask_form(open_case(case_id), form)

    done = "You have asked. Whoever may show the identity has been told."
    return carry_out(command, form, done=done, again=draw, typed={"Your reason": form.get("reason")})


@blueprint.get("/cases/<uuid:case_id>/identity/answer")
@signed_in
def answer(case_id: uuid.UUID) -> Response:
    """Whether an identity is shown: the oldest request that this person may answer."""
    found = open_case(case_id)
    require_open(found, CommandType.GRANT_IDENTITY)
    return _answer_form(found, _waiting(found))


def _waiting(found: CasePage, number: str = "") -> RevealView:
    """The request to see that the form is about, else the oldest one. Raises Refused when there is none."""
    waiting = [each for each in found.reveals if each.state is RevealState.ASKED and not each.mine]
    chosen = next((each for each in waiting if str(each.number) == number), None)
    if chosen is None and (number or not waiting):
        raise Refused(Refusal(WRONG_STAGE, "This has been answered already. What was answered stays on the record."))
    return chosen or waiting[0]


def _answer_form(found: CasePage, asked: RevealView, form: Sent | None = None) -> Response:
    return show("identity_answer", found, form, asked=asked, when=long_instant(asked.asked_at), lasts=_lasts(found))


def _lasts(found: CasePage) -> str:
    length = found.definition.identity_shown_for
    return counted(length.amount, "hour") if length else ""


@blueprint.post("/cases/<uuid:case_id>/identity/answer")
@signed_in
def send_answer(case_id: uuid.UUID) -> Response:
    """Show the identity for a time, or refuse with a reason."""
    form = sent("number", "choice", "answer")
    stamp = stamped(case_id)

    def draw(form: Sent) -> Response:
        found = open_case(case_id)
        require_open(found, CommandType.GRANT_IDENTITY)
        form.values["command_id"] = stamp["id"]
        return _answer_form(found, _waiting(found, form.get("number")), form)

    number = form.get("number")
    if form.get("choice") not in (SHOW, REFUSE) or not (number.isascii() and number.isdigit() and len(number) < 7):
        form.errors = {"choice": "Choose whether the identity is shown."}
        return draw(form)
    command: Command
    if form.get("choice") == SHOW:
        command = GrantIdentity(**stamp, number=int(number), answer=form.get("answer"))
        done = "The identity is shown for a time. That it was shown stays on the record."
    else:
        command = RefuseIdentity(**stamp, number=int(number), answer=form.get("answer"))
        done = "The identity is not shown. Your answer stays on the record."
    return carry_out(command, form, done=done, again=draw, typed={"Your answer": form.get("answer")})
