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

SAID = {
    "again": "The mail is being tried again. If it fails, it comes back to this list.",
    "reached": "It is off the list. That somebody was reached another way is recorded.",
}


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
            "ids": {act: new_id() for act in SAID},
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


@blueprint.post("/board/undelivered/<uuid:mail_id>/<any(again, reached):act>")
@signed_in
def see_to(mail_id: object, act: str) -> Response:
    """Have one tried again, or say that the person was reached another way."""
    place = managed_place()
    given_up = Undeliverable(house().engine)
    carry_out = given_up.retry if act == "again" else given_up.seen_to
    try:
        carry_out(me(), place, str(mail_id), command_id=command_id(request.form), now=g.now)
    except Refused as refused:
        if refused.refusals[0].code == NOT_FOUND:
            raise
        return _page(refused.refusals[0].say, 409)
    flash(SAID[act])
    return redirect(url_for("undelivered.page", org=place), 303)
