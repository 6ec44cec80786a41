"""Webhooks: an administrator registers receivers of her organisation, and sees what became of each message."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import clean, command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import me, new_id
from webapp.views.showing import long_instant
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.core.webhooks import TEST, HookEvent
from workflows.service.sealing import Safe
from workflows.service.webhooks import Delivery, Hook, Made, Webhooks, host_of

blueprint = Blueprint("webhooks", __name__)

KINDS: Mapping[str, str] = {
    HookEvent.SUBMITTED.value: "A request was sent",
    HookEvent.MOVED.value: "A request came to another stage",
    HookEvent.QUESTION_ASKED.value: "A question was asked",
    HookEvent.QUESTION_ANSWERED.value: "A question was answered",
    HookEvent.DUE_CHANGED.value: "The due date of a request changed",
    HookEvent.OVERDUE.value: "A request is overdue",
    HookEvent.ESCALATED.value: "A late request was passed up",
    HookEvent.DECIDED.value: "A decision was made",
    HookEvent.RELEASED.value: "Information was shared",
    HookEvent.CLOSED.value: "A request has ended",
}
STATES = {"waiting": "Waits", "sent": "Delivered", "superseded": "Not sent any more", "dead": "Not delivered"}
STATUSES = {
    "address": "the address is not allowed",
    "address_unknown": "its host name is not known",
    "address_internal": "its host name leads to an internal network",
    "410": "410, the receiver is gone",
}


def _webhooks() -> Webhooks:
    settings = house().settings
    return Webhooks(house().engine, Safe(settings.secret_key), local=settings.webhook_local)


@blueprint.get("/webhooks")
@signed_in
def page() -> str:
    """The receivers of the organisation that I administer."""
    found = _webhooks().of(me(), g.viewer.organisation_id)
    return render_template("webhooks/list.html", hooks=[_hook(each) for each in found])


def _hook(hook: Hook) -> dict[str, Any]:
    off = ""
    if hook.off_at is not None:
        why = "the receiver said that it is gone" if hook.off_why == "gone" else "by an administrator"
        off = f"Switched off on {long_instant(hook.off_at)}: {why}"
    return {
        "id": hook.id,
        "host": host_of(hook.url),
        "address": hook.url,
        "kinds": [KINDS.get(each, each) for each in hook.kinds],
        "made": f"{long_instant(hook.made_at)} by {hook.made_by}",
        "off": off,
        "both": long_instant(hook.old_until) if hook.old_until else "",
        "dead": hook.dead,
    }


@blueprint.get("/webhooks/new")
@signed_in
def new() -> Response:
    """The form for another receiver."""
    _webhooks().of(me(), g.viewer.organisation_id)
    return _form("", [], {}, 200, form_id=new_id())


def _form(url: str, kinds: list[str], errors: dict[str, str], status: int, *, form_id: str) -> Response:
    body = render_template(
        "webhooks/form.html", url=url, kinds=kinds, errors=errors, command_id=form_id, options=list(KINDS.items()),
    )  # fmt: skip
    return make_response(body, status)


@blueprint.post("/webhooks/new")
@signed_in
def add() -> Response:
    """Register it; its secret is shown on this page and never again."""
    url, kinds, form_id = clean(request.form.get("url", "")), request.form.getlist("kinds"), command_id(request.form)
    try:
        made = _webhooks().add(
            me(), g.viewer.organisation_id, url=url, kinds=kinds, command_id=form_id, now=g.now
        )  # fmt: skip
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        return _form(url, kinds, {each.field or "url": each.say for each in refused.refusals}, 422, form_id=form_id)
    return _shown(made)


def _shown(made: Made, *, replaced: bool = False) -> Response:
    hook, _ = _webhooks().one(me(), made.id)
    return make_response(
        render_template("webhooks/secret.html", hook=_hook(hook), secret=made.secret, replaced=replaced)
    )


@blueprint.get("/webhooks/<uuid:webhook_id>")
@signed_in
def one(webhook_id: uuid.UUID) -> Response:
    """One receiver and its last messages."""
    return _one(webhook_id, "", 200)


def _one(webhook_id: uuid.UUID, problem: str, status: int) -> Response:
    hook, last = _webhooks().one(me(), str(webhook_id))
    body = render_template(
        "webhooks/page.html",
        hook=_hook(hook),
        rows=[_delivery(each) for each in last],
        problem=problem,
        ids={act: new_id() for act in ("rotate", "off", "on", "test", "again", "let_go")},
    )
    return make_response(body, status)


def _delivery(delivery: Delivery) -> dict[str, Any]:
    said = STATUSES.get(delivery.last_status, delivery.last_status)
    state = STATES[delivery.state]
    if delivery.state == "waiting":
        state = f"Tried again on {long_instant(delivery.next_at)}" if delivery.attempts else "Waits to be sent"
    return {
        "id": f"msg_{delivery.id}",
        "event": delivery.event_id or "",
        "kind": "A test" if delivery.kind == TEST else KINDS.get(delivery.kind, delivery.kind),
        "when": long_instant(delivery.happened_at),
        "state": state,
        "answer": said or "none yet",
        "attempts": delivery.attempts,
    }


@blueprint.post("/webhooks/<uuid:webhook_id>/secret")
@signed_in
def rotate(webhook_id: uuid.UUID) -> Response:
    """Another secret, shown on this page and never again."""
    try:
        made = _webhooks().rotate(me(), str(webhook_id), command_id=command_id(request.form), now=g.now)
    except Refused as refused:
        return _again(webhook_id, refused)
    return _shown(made, replaced=True)


@blueprint.post("/webhooks/<uuid:webhook_id>/<any(off, on):state>")
@signed_in
def switch(webhook_id: uuid.UUID, state: str) -> Response:
    """Switch it off, or on again."""
    on = state == "on"
    try:
        _webhooks().switch(me(), str(webhook_id), on=on, command_id=command_id(request.form), now=g.now)
    except Refused as refused:
        return _again(webhook_id, refused)
    flash("The receiver is switched on." if on else "The receiver is switched off. Nothing more is sent to it.")
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


@blueprint.post("/webhooks/<uuid:webhook_id>/test")
@signed_in
def test(webhook_id: uuid.UUID) -> Response:
    """Send a message about no request."""
    try:
        _webhooks().try_out(me(), str(webhook_id), command_id=command_id(request.form), now=g.now)
    except Refused as refused:
        return _again(webhook_id, refused)
    flash("A test is on its way. Look at this page again in a few seconds.")
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


@blueprint.post("/webhooks/<uuid:webhook_id>/again")
@signed_in
def again(webhook_id: uuid.UUID) -> Response:
    """Have what was not delivered tried again."""
    try:
        count = _webhooks().again(me(), str(webhook_id), command_id=command_id(request.form), now=g.now)
    except Refused as refused:
        return _again(webhook_id, refused)
    flash(f"{count} {'message is' if count == 1 else 'messages are'} being tried again.")
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


@blueprint.post("/webhooks/<uuid:webhook_id>/let-go")
@signed_in
def let_go(webhook_id: uuid.UUID) -> Response:
    """Look into what was not delivered no more."""
    count = _webhooks().let_go(me(), str(webhook_id), command_id=command_id(request.form), now=g.now)
    flash(f"{count} {'message is' if count == 1 else 'messages are'} let go. Nothing of it is sent any more.")
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


def _again(webhook_id: uuid.UUID, refused: Refused) -> Response:
    if refused.code == NOT_FOUND:
        raise refused
    return _one(webhook_id, refused.refusals[0].say, 409)
