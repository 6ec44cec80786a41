"""One's due work in one's own calendar: make, replace and end the address; and the calendar itself."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.errors import error_page
from webapp.guards import public, signed_in
from webapp.house import house
from webapp.views.desk import casework, me
from webapp.views.showing import long_instant
from workflows.service.feeds import Feeds, Wait

blueprint = Blueprint("calendar_feed", __name__)


def _feeds() -> Feeds:
    settings = house().settings
    return Feeds(house().engine, casework().library, settings.secret_key, settings.base_url)


@blueprint.get("/account/calendar")
@signed_in
def page() -> str:
    """Whether there is a feed, and what can be done about it."""
    return _page("")


def _page(address: str) -> str:
    made = _feeds().made_at(me())
    return render_template("calendar.html", address=address, made_at=long_instant(made) if made else "")


@blueprint.post("/account/calendar")
@signed_in
def make() -> str:
    """Make the feed, or give it another address. The address is shown on this page and never again."""
    token = _feeds().make(me(), now=g.now)
    return _page(f"{house().settings.base_url}{url_for('calendar_feed.feed', token=token)}")


@blueprint.post("/account/calendar/end")
@signed_in
def end() -> Response:
    """End the feed."""
    _feeds().revoke(me(), now=g.now)
    flash("The calendar address no longer works.")
    return redirect(url_for("calendar_feed.page"), 303)


@blueprint.get("/calendar/<token>.ics")
@public
def feed(token: str) -> Response:
    """The calendar. The same answer for every address that is nobody's: never made, replaced, ended, or disabled."""
    found = _feeds().fetch(token, address=request.remote_addr or "")
    if isinstance(found, Wait):
        return error_page(429, retry_after=found.seconds)
    if found is None:
        abort(404)
    g.cache_control = "private, no-store"
    headers = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'inline; filename="gatehouse.ics"',
    }
    return make_response(found, 200, headers)
