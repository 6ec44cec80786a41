"""Mails that could not be delivered: who was not reached, about which request, why; and try again."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.board import managed_place
from webapp.views.desk import me, new_id
from webapp.views.notifications import WORDS
from webapp.views.showing import long_instant
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.service.undelivered import Undeliverable
from workflows.service.webhooks import administers, host_of

blueprint = Blueprint("undelivered", __name__)


@blueprint.get("/board/undelivered")
@signed_in
def page() -> Response:
    """The mails that were given up, the oldest first."""
    return _page("", 200)


def _page(problem: str, status: int) -> Response:
    place = managed_place()
    given_up = Undeliverable(house().engine)
    found, count = given_up.of(me(), place)
    receivers = [
        {
            "id": each.id,
            "host": host_of(each.url),
            "count": each.count,
            "gone": each.off_why == "gone",
            "since": long_instant(each.since),
        }
        for each in given_up.receivers(me(), place)
    ]
    lines = [
        {
            "id": each.id,
            "command_id": new_id(),
            "person": each.person,
            "reference": each.reference,
            "url": url_for("cases.page", case_id=each.case_id),
            "what": WORDS.get(each.kind, "Something has changed"),
            "why": each.why,
            "since": long_instant(each.since),
            "since_iso": each.since.isoformat(),
        }
        for each in found
    ]
    body = render_template(
        "board/undelivered.html", lines=lines, count=count, org=place, problem=problem, receivers=receivers,
        may_open=administers(me(), place),
    )  # fmt: skip
    return make_response(body, status)


@blueprint.post("/board/undelivered/<uuid:mail_id>/again")
@signed_in
def again(mail_id: object) -> Response:
    """Have one tried again."""
    place = managed_place()
    try:
        Undeliverable(house().engine).retry(me(), place, str(mail_id), command_id=command_id(request.form), now=g.now)
    except Refused as refused:
        if refused.refusals[0].code == NOT_FOUND:
            raise
        return _page(refused.refusals[0].say, 409)
    flash("The mail is being tried again. If it fails, it comes back to this list.")
    return redirect(url_for("undelivered.page", org=place), 303)
