"""Who decides with whom, and who must not: standing aside, and asking for a second adjudicator."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.acts import again, show, stamped
from webapp.views.desk import carry_out, open_case, require_open, sent
from workflows.core.commands import DeclareConflict, DemandSecond
from workflows.core.definition import CommandType

blueprint = Blueprint("panel", __name__)


@blueprint.get("/cases/<uuid:case_id>/conflict")
@signed_in
def conflict(case_id: uuid.UUID) -> Response:
    """Before somebody stands aside: what that means, and the reason."""
    found = open_case(case_id)
    require_open(found, CommandType.DECLARE_CONFLICT)
    return show("conflict", found)


@blueprint.post("/cases/<uuid:case_id>/conflict")
@signed_in
def stand_aside(case_id: uuid.UUID) -> Response:
    """Stand aside. The case is not found any more afterwards, so the way leads back to the worklist."""
    form = sent("reason")
    command = DeclareConflict(**stamped(case_id), reason=form.get("reason"))
    done = "You have stood aside. The request is no longer with you, and your manager has been told."
    answer = carry_out(
        command, form, done=done, again=again("conflict", case_id), typed={"Your reason": form.get("reason")}
    )
    return redirect(url_for("worklist.home"), 303) if answer.status_code == 303 else answer


@blueprint.get("/cases/<uuid:case_id>/second")
@signed_in
def second(case_id: uuid.UUID) -> Response:
    """Before a second adjudicator is asked for: what that means, and the reason."""
    found = open_case(case_id)
    require_open(found, CommandType.DEMAND_SECOND)
    return show("second", found)


@blueprint.post("/cases/<uuid:case_id>/second")
@signed_in
def demand_second(case_id: uuid.UUID) -> Response:
    """Ask for a second adjudicator."""
    form = sent("reason")
    command = DemandSecond(**stamped(case_id), reason=form.get("reason"))
    done = "Two adjudicators decide this now. Neither is shown the other's decision until both are in."
    return carry_out(
        command, form, done=done, again=again("second", case_id), typed={"Your reason": form.get("reason")}
    )
