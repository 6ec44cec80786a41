"""Emergencies, one page each: asking for what is needed now, and recording what was told to somebody already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.context import LONDON
from webapp.forms import command_id, date_parts, real_date
from webapp.guards import signed_in
from webapp.statuses import status_of
from webapp.views.desk import HELD, Sent, casework, lines_of, me, new_id, sent
from workflows.core.commands import Share, ShareHow
from workflows.core.definition import Role, Urgency
from workflows.core.limits import LINE, MOST_ITEMS
from workflows.core.refusals import NOT_FOUND, Refusal, Refused
from workflows.core.request import Item, Person, PersonRole, Purpose, Recipient, Request, Task
from workflows.service.casework import AtOnce
from workflows.service.office import Organisation
from workflows.service.unit_of_work import Busy

blueprint = Blueprint("emergency", __name__)

WORKFLOW = "emergency"
CATEGORY = "unsorted"
"""The kind of an item that nobody had the time to sort."""
LABELS = {"child": "Child A", "adult": "Adult A"}
SAID = ("told", "said_by", "when", "said_time", "call_back_verified", "note")
ASKED = ("holder", "who", "age", "what", "purpose", "risk_of_not_sharing")
MAY_RECORD = (Role.ON_CALL_AUTHORISER, Role.REQUESTER, Role.MANAGER)
DATES = ("born", "said_at")


def places(*roles: Role) -> list[tuple[str, str]]:
    """The organisations in which the person holds one of these roles, the one she works for now first."""
    held = set().union(*(me().organisations_as(role) for role in roles))
    known = [(place, name) for place, name in g.viewer.organisations if place in held]
    return sorted(known, key=lambda each: each[0] != g.viewer.organisation_id)


@blueprint.get("/emergency")
@signed_in
def call() -> Response:
    """Ask an organisation's on-call authoriser for what is needed now."""
    return _call_page(Sent({"command_id": new_id()}, status=200))


def _call_page(form: Sent) -> Response:
    holders = casework().holders(me(), emergency=True)
    asking = places(Role.REQUESTER)
    return _show("call", form, holders=_options(holders), places=asking)


@blueprint.post("/emergency")
@signed_in
def send_call() -> Response:
    """Send it to the authoriser at once."""
    form = _sent(*ASKED, "requester", "contact")
    own = [place for place, _ in places(Role.REQUESTER)]
    place = form.get("requester") or (own[0] if len(own) == 1 else "")
    if place not in own:
        form.errors["requester"] = "Choose for which of your organisations you ask."
    if form.get("holder") not in {each.id for each in casework().holders(me(), emergency=True)}:
        form.errors["holder"] = "Choose the organisation that holds the information."
    answers = _answers(form, to_me=True)

    def act() -> str:
        done = casework().start(
            me(), command_id=command_id(request.form), holder_org=form.get("holder"), requester_org=place,
            now=g.now, at_once=AtOnce(answers, WORKFLOW),
        )  # fmt: skip
        return url_for("requests.sent", case_id=done.case_id)

    return _carry_out(form, act, again=_call_page)


@blueprint.get("/emergency/record")
@signed_in
def record() -> Response:
    """Record what was told to somebody in an emergency, without a request of theirs."""
    return _record_page(Sent({"command_id": new_id(), "when": "now"}, status=200))


def _record_page(form: Sent) -> Response:
    return _show("record", form, receivers=_receivers(), places=places(*MAY_RECORD))


def _receivers() -> list[tuple[str, str]]:
    """Every organisation that could have been told."""
    own = me().organisations()
    return [(each.id, each.name) for each in casework().organisations() if each.id not in own]


@blueprint.post("/emergency/record")
@signed_in
def send_record() -> Response:
    """Record it; the review is on the Guardian's desk from then on."""
    form = _sent(*ASKED, *SAID, "receiver")
    own = [place for place, _ in places(*MAY_RECORD)]
    place = form.get("holder") or (own[0] if len(own) == 1 else "")
    if place not in own:
        form.errors["holder"] = "Choose for which of your organisations you record this."
    if form.get("receiver") not in {each for each, _ in _receivers()}:
        form.errors["receiver"] = "Choose the organisation that was told."
    answers = _answers(form, to_me=False)
    share = spoken(form, tuple(item.key for item in answers.items))

    def act() -> str:
        done = casework().start(
            me(), command_id=command_id(request.form), holder_org=place, requester_org=form.get("receiver"),
            now=g.now, at_once=AtOnce(answers, WORKFLOW, share),
        )  # fmt: skip
        flash("You can share now. This is on record, and the Guardian reviews it afterwards.")
        return url_for("cases.page", case_id=done.case_id)

    return _carry_out(form, act, again=_record_page)


def _sent(*names: str) -> Sent:
    form = sent(*names, "command_id")
    for name in DATES:
        form.values.update({f"{name}-{part}": words for part, words in date_parts(request.form, name).items()})
    return form


def _answers(form: Sent, *, to_me: bool) -> Request:
    """What the page says, as a request: a line is an item, and all of them are needed for the one reason given."""
    lines = lines_of(form.get("what"))[: MOST_ITEMS + 1]
    if form.get("age") not in LABELS:
        form.errors["age"] = "Say whether it is a child or an adult."
    born = None
    try:
        born = real_date(date_parts(request.form, "born"))
    except ValueError as error:
        form.errors["born"] = str(error)
    label = LABELS.get(form.get("age"), "Person A")
    roles = (PersonRole.DATA_SUBJECT, PersonRole.PROTECTED)
    items = tuple(
        Item(f"n{number}", CATEGORY, describe=line, justify=form.get("purpose")) for number, line in enumerate(lines, 1)
    )
    keys = tuple(item.key for item in items)
    reader = Recipient(me().name, me().email, form.get("contact"), keys)
    return Request(
        people=(Person(label, form.get("who"), born, roles),),
        purpose=Purpose(form.get("purpose"), form.get("risk_of_not_sharing"), urgency=Urgency.EMERGENCY),
        items=items,
        recipients=(reader,) if to_me and keys else (),
        saved=(Task.PEOPLE, Task.PURPOSE, Task.ITEMS, Task.RECIPIENTS) if to_me else (Task.PEOPLE, Task.PURPOSE),
    )


def spoken(form: Sent, keys: tuple[str, ...], **more: Any) -> Share:
    """A share by word of mouth as the fields of a page tell it."""
    verified = {"yes": True, "no": False}.get(form.get("call_back_verified"))
    return Share(
        items=keys, how=ShareHow.SPOKEN, told=form.get("told"), said_by=form.get("said_by"),
        said_at=said_at(form), call_back_verified=verified, note=form.get("note"), **more,
    )  # fmt: skip


def said_at(form: Sent) -> datetime | None:
    """The instant that the page names, in London's time; None for now. What cannot be read is noted as an error."""
    if form.get("when") != "earlier":
        if form.get("when") != "now":
            form.errors["when"] = "Say when it was said."
        return None
    try:
        day = real_date(date_parts(request.form, "said_at")) or g.now.astimezone(LONDON).date()
    except ValueError as error:
        form.errors["said_at"] = str(error)
        return None
    try:
        hour, minute = (int(part) for part in form.get("said_time").replace(".", ":").split(":"))
        return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)
    except ValueError:
        form.errors["said_time"] = "Write the time with hours and minutes, such as 02:25."
        return None


_FIELDS = {"describe": "what", "justify": "purpose", "label": "who", "name": "who", "role": "contact", "email": "who"}
"""Where the fault of an answer belongs on the one page."""


def _field(refusal: Refusal) -> str:
    last = refusal.field.rsplit("-", 1)[-1]
    if refusal.field in ("items", "people", "holder", "requester"):
        return {"items": "what", "people": "who"}.get(refusal.field, refusal.field)
    return _FIELDS.get(last, last)


def _carry_out(form: Sent, act: Callable[[], str], *, again: Callable[[Sent], Response]) -> Response:
    for name in ("who", "contact", "told", "said_by"):
        if len(form.get(name)) > LINE:
            form.errors[name] = f"Use at most {LINE} characters here."
    if form.errors:
        _also_missing(form)
        return again(form)
    try:
        return redirect(act(), 303)
    except Busy:
        form.errors, form.status = {"": HELD}, 503
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        for each in refused.refusals:
            name = _field(each)
            form.errors.setdefault(name if name in {*form.values, *DATES} else "", each.say)
        form.status = status_of(refused)
    return again(form)


def _also_missing(form: Sent) -> None:
    """What else is empty: nobody in a hurry should be sent back twice."""
    needed = {
        "who": "Say who it is about. If you do not know the name, write what you do know.",
        "what": "Say what is needed.",
        "purpose": "Say why it is needed now.",
        "risk_of_not_sharing": "Say what harm is avoided.",
    }
    for name, say in needed.items():
        if not form.get(name):
            form.errors.setdefault(name, say)


def _options(organisations: tuple[Organisation, ...]) -> list[dict[str, str]]:
    return [{"value": each.id, "text": each.name} for each in organisations]


def _show(template: str, form: Sent, **values: Any) -> Response:
    form.values.setdefault("command_id", new_id())
    body = render_template(f"emergency/{template}.html", form=form, errors=form.errors, dates=dates_of(form), **values)
    return make_response(body, form.status)


def dates_of(form: Sent) -> dict[str, dict[str, str]]:
    """The three boxes of each date as they were typed."""
    return {name: {part: form.get(f"{name}-{part}") for part in ("day", "month", "year")} for name in DATES}
