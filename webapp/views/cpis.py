"""A CP-IS check on a case: what is on record, and writing down one more."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, g
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.house import house
from webapp.views.acts import show, stamped
from webapp.views.cpis_cards import cpis_rows
from webapp.views.cpis_form import command_of, placed, read_form, words_of
from webapp.views.cpis_words import CAUTION
from webapp.views.desk import Sent, carry_out, me, new_id, open_case, require_open
from workflows.core.definition import CommandType
from workflows.core.visibility import Identity
from workflows.service.views import CasePage

blueprint = Blueprint("cpis", __name__)
DONE = "The CP-IS check was recorded."


@blueprint.get("/cases/<uuid:case_id>/cpis")
@signed_in
def page(case_id: uuid.UUID) -> Response:
    """The checks that are on record, and the form for another."""
    found = open_case(case_id)
    require_open(found, CommandType.RECORD_CPIS_CHECK)
    form = Sent({"command_id": new_id(), "checked_by": me().name, "notified": "usual"}, status=200)
    if len(found.people) == 1:
        form.values["person"] = found.people[0].label
    return show("cpis", found, form, **_words(found, form))


def _words(found: CasePage, form: Sent) -> dict[str, Any]:
    recorded = list(cpis_rows(found, now=g.now))[:-1]  # what they cannot say stands above
    reads = found.look.identity is Identity.FULL
    return {
        "recorded": recorded,
        "caution": CAUTION,
        "reads": reads,
        "asks": reads and house().cpis,
        **words_of(found, form),
    }


@blueprint.post("/cases/<uuid:case_id>/cpis")
@signed_in
def record(case_id: uuid.UUID) -> Response:
    """Record a check that was written down by hand."""
    form, stamp = read_form(), stamped(case_id)
    command = command_of(form, stamp)

    def draw(form: Sent) -> Response:
        found = open_case(case_id)
        form.values["command_id"] = stamp["id"]
        placed(form)
        return show("cpis", found, form, **_words(found, form))

    if form.errors:
        return draw(form)
    typed = {"Why it could not be checked": form.get("reason"), "Evidence": form.get("evidence")}
    return carry_out(command, form, done=DONE, again=draw, typed=typed)
