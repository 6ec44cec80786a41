"""The page on which somebody writes that a follow-up has been done."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.acts import again, show, stamped
from webapp.views.desk import carry_out, open_case, sent
from workflows.core.commands import FinishFollowUp
from workflows.core.followups import FollowUpKind
from workflows.core.refusals import NOT_YOURS, Refusal, Refused
from workflows.core.uses import UseState
from workflows.service.views import CasePage, FollowUpView

blueprint = Blueprint("followups", __name__)


@blueprint.get("/cases/<uuid:case_id>/follow-ups/<int:number>")
@signed_in
def finish(case_id: uuid.UUID, number: int) -> Response:
    """What is to be done, and the form for what was done; a review has a page of its own."""
    found = open_case(case_id)
    task = _task(found, number)
    if task.mine and task.kind is FollowUpKind.REVIEW_USE and found.use is not UseState.ENDED:
        return redirect(url_for("rounds.review_use", case_id=case_id), 303)
    if not task.mine:
        raise Refused(Refusal(NOT_YOURS, "This is for somebody else to follow up, or was done already."))
    return show("follow_up", found, task=task)


@blueprint.post("/cases/<uuid:case_id>/follow-ups/<int:number>")
@signed_in
def record(case_id: uuid.UUID, number: int) -> Response:
    """Record that it was done."""
    form = sent("note")
    task = _task(open_case(case_id), number)
    command = FinishFollowUp(**stamped(case_id), number=number, note=form.get("note"))
    draw = again("follow_up", case_id, task=task)
    return carry_out(
        command, form, done="What you did was recorded.", again=draw, typed={"What was done": form.get("note")}
    )


def _task(found: CasePage, number: int) -> FollowUpView:
    task = next((each for each in found.follow_ups if each.number == number), None)
    if task is None:
        abort(404)
    return task
