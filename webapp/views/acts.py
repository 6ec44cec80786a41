"""The holder's acts, each on a page of its own: the consent check, a question, advice, and the release."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.wrappers import Response

from webapp.forms import command_id, seen_version
from webapp.guards import signed_in
from webapp.views.case_cards import (
    Row,
    consent_found,
    item_notes,
    item_title,
    period_words,
    person_row,
    row,
    term_rows,
)
from webapp.views.case_words import ADVICE, REDUCTIONS
from webapp.views.cases import clock_of, stage_tag
from webapp.views.desk import (
    Sent,
    actor,
    carry_out,
    line_faults,
    lines_of,
    new_id,
    open_case,
    overtaken,
    require_open,
    sent,
)
from webapp.views.round_cards import round_rows
from webapp.views.showing import counted
from workflows.core.commands import (
    AdviceType,
    Advise,
    Ask,
    Command,
    ItemContent,
    ItemOutcome,
    Release,
)
from workflows.core.definition import CommandType, StageKind
from workflows.core.holding import content_faults
from workflows.core.limits import needed, text_fault
from workflows.service.views import CasePage

blueprint = Blueprint("acts", __name__)


ACT_OF: Mapping[str, CommandType] = {
    "consent": CommandType.RECORD_CONSENT,
    "consent_withdraw": CommandType.WITHDRAW_CONSENT,
    "ask": CommandType.ASK,
    "advise": CommandType.ADVISE,
    "decide": CommandType.DECIDE,
    "release": CommandType.RELEASE,
    "share_now": CommandType.SHARE_NOW,
    "review_share": CommandType.REVIEW_SHARE,
    "send_back": CommandType.SEND_BACK,
    "reopen": CommandType.REOPEN,
    "challenge": CommandType.CHALLENGE,
    "review_use": CommandType.REVIEW_USE,
    "second": CommandType.DEMAND_SECOND,
    "conflict": CommandType.DECLARE_CONFLICT,
    "identity_ask": CommandType.ASK_IDENTITY,
    "identity_answer": CommandType.GRANT_IDENTITY,
    "extend": CommandType.EXTEND,
    "cpis": CommandType.RECORD_CPIS_CHECK,
    "cpis_ask": CommandType.RECORD_CPIS_CHECK,
    "cpis_read": CommandType.RECORD_CPIS_CHECK,
    "cpis_confirm": CommandType.RECORD_CPIS_CHECK,
}
"""The act of each page: nobody is shown its form, empty or with faults, for whom the act is closed."""


def show(template: str, found: CasePage, form: Sent | None = None, **values: Any) -> Response:
    """The page of an act: the form as it was sent, or empty with a fresh command id. Raises Refused where closed."""
    if template in ACT_OF:
        require_open(found, ACT_OF[template])
    form = form or Sent({"command_id": new_id()}, status=200)
    body = render_template(
        f"cases/{template}.html",
        page=found,
        stage=stage_tag(found),
        time=clock_of(found),
        form=form,
        errors=form.errors,
        seen_entries=len(found.timeline),
        **values,
    )
    return make_response(body, form.status)


def again(template: str, case_id: uuid.UUID, **values: Any) -> Callable[[Sent], Response]:
    """Draws the form once more, on the case as it is now, with what was typed and what is wrong with it."""

    def draw(form: Sent) -> Response:
        form.values["command_id"] = command_id(request.form)
        return show(template, open_case(case_id), form, **values)

    return draw


def stamped(case_id: uuid.UUID) -> dict[str, Any]:
    """What every command takes from the form and the session."""
    return {
        "id": command_id(request.form),
        "actor": actor(),
        "at": g.now,
        "case_id": str(case_id),
        "seen_version": seen_version(request.form),
    }


def read_back(
    command: Command,
    form: Sent,
    found: CasePage,
    *,
    draw: Callable[[Sent], Response],
    typed: dict[str, str],
    **said: Any,
) -> Response | None:
    """The page that says an act that cannot be undone back, before it is carried out; None once it was confirmed.

    ``said`` has the heading, what to warn of, the rows and the words of the button. Raises Refused where the act is
    closed. What the door says of a confirmed act comes first: a second click must find the first one's result.
    """
    answer = request.form.get("confirmed", "")
    if answer == "yes":
        return None
    if found.version != command.seen_version:
        return overtaken(command.case_id, typed=typed)
    require_open(found, CommandType(command.type))
    if form.errors or answer == "change":
        form.status = 422 if form.errors else 200
        return draw(form)
    kept = {name: value for name, value in form.values.items() if name != "command_id" and value}
    form.values["command_id"], form.status = command.id, 200
    return show("act_confirm", found, form, hidden_fields=kept, **said)


@blueprint.get("/cases/<uuid:case_id>/ask")
@signed_in
def ask(case_id: uuid.UUID) -> Response:
    """A question to the requester: the clock stands still until it is answered."""
    found = open_case(case_id)
    require_open(found, CommandType.ASK)
    feared = found.request.purpose.risk_of_not_sharing if found.request else ""
    return show(
        "ask", found, Sent({"command_id": new_id(), "harm_of_waiting": feared}, status=200), **_ask_words(found)
    )


def _ask_words(found: CasePage) -> dict[str, Any]:
    return {
        "items": [(item.key, item_title(item, found)) for item in found.items],
        "wrote": found.request.purpose.risk_of_not_sharing if found.request else "",
        "decides": found.kind is StageKind.ADJUDICATION,
    }


@blueprint.post("/cases/<uuid:case_id>/ask")
@signed_in
def send_question(case_id: uuid.UUID) -> Response:
    """Send the question."""
    form = sent("question", "harm_of_waiting")
    keys = tuple(dict.fromkeys(request.form.getlist("items")))
    form.values["items"] = " ".join(keys)
    command = Ask(
        **stamped(case_id), question=form.get("question"), items=keys, harm_of_waiting=form.get("harm_of_waiting")
    )
    typed = {"Your question": form.get("question"), "While nothing is shared": form.get("harm_of_waiting")}

    def draw(form: Sent) -> Response:
        return again("ask", case_id, **_ask_words(open_case(case_id)))(form)

    done = "Your question was sent. The clock stands still until it is answered."
    return carry_out(command, form, done=done, again=draw, typed=typed)


@blueprint.get("/cases/<uuid:case_id>/advise")
@signed_in
def advise(case_id: uuid.UUID) -> Response:
    """Advice on the request."""
    found = open_case(case_id)
    require_open(found, CommandType.ADVISE)
    return show("advise", found, **_advice_words(found))


def _advice_words(found: CasePage) -> dict[str, Any]:
    lines = [
        (item_title(item, found), item_notes(item, found), period_words(item.period), item.justify)
        for item in found.items
    ]
    return {
        "advice": ADVICE,
        "types": AdviceType,
        "items": lines,
        "checked": [*consent_found(found), *round_rows(found)],
    }


@blueprint.post("/cases/<uuid:case_id>/advise")
@signed_in
def give_advice(case_id: uuid.UUID) -> Response:
    """Record the advice."""
    form = sent("advice", "why", "conditions", "delegated_release", "redirect")
    stamp = stamped(case_id)

    def draw(form: Sent) -> Response:
        found = open_case(case_id)
        form.values["command_id"] = stamp["id"]
        if found.no_delegation is not None and "delegated_release" in form.errors:
            # Its box is not on the page then: the choice that it belongs to is.
            form.errors["advice"] = form.errors.pop("delegated_release")
        return show("advise", found, form, **_advice_words(found))

    conditions = lines_of(form.get("conditions"))
    form.errors = line_faults(conditions, name="conditions")
    if form.get("advice") not in {each.value for each in AdviceType}:
        form.errors = {"advice": "Choose what you advise.", **form.errors}
    if form.errors:
        return draw(form)
    advice = AdviceType(form.get("advice"))
    conditional = advice is AdviceType.SUPPORTS_WITH_CONDITIONS
    command = Advise(
        **stamp,
        advice=advice,
        why=form.get("why"),
        # What belongs to an answer that was not chosen in the end is not part of the advice.
        conditions=conditions if conditional else (),
        delegated_release=advice is AdviceType.SUPPORTS and form.get("delegated_release") == "yes",
        redirect=form.get("redirect") if advice is AdviceType.OUT_OF_SCOPE else "",
    )
    typed = {
        "Your advice": ADVICE[advice],
        "Why": form.get("why"),
        "Conditions": form.get("conditions"),
        "Where it should go instead": form.get("redirect"),
    }
    if advice is AdviceType.OUT_OF_SCOPE:
        form.errors = _redirect_faults(command)
        back = read_back(command, form, open_case(case_id), draw=draw, typed=typed, **_ending(command))
        if back is not None:
            return back
    return carry_out(command, form, done="Your advice was recorded.", again=draw, typed=typed)


def _redirect_faults(command: Advise) -> dict[str, str]:
    faults = needed(command.redirect, field="redirect", say="Say where this request should go instead.")
    long = text_fault(command.why, field="why")
    return {fault.field: fault.say for fault in (*faults, *((long,) if long else ()))}


def _ending(command: Advise) -> dict[str, Any]:
    rows: list[Row] = [row("Where it should go instead", command.redirect), row("Why", command.why)]
    return {
        "heading": "Does this request not belong here?",
        "warns": "The request ends for good. Its names and details are erased and cannot be brought back.",
        "rows": rows,
        "button_words": "End the request and erase its details",
    }


@blueprint.get("/cases/<uuid:case_id>/release")
@signed_in
def release(case_id: uuid.UUID) -> Response:
    """Enter the words of each approved item."""
    found = open_case(case_id)
    require_open(found, CommandType.RELEASE)
    return show("release", found, **_release_words(found))


def _release_words(found: CasePage) -> dict[str, Any]:
    terms = term_rows(found.decision) if found.decision else []
    return {"approved": approved(found), "people": [person_row(each) for each in found.people], "terms": terms}


def approved(found: CasePage) -> list[dict[str, Any]]:
    """The items to be shared: what was asked, how it is reduced, and who will read it."""
    decision, wanted = found.decision, found.request
    if decision is None or wanted is None:
        return []
    shown = []
    for decided in decision.items:
        item = wanted.item(decided.key)
        if item is None or decided.key not in found.to_release:
            continue
        readers = [
            f"{', '.join(part for part in (each.name, each.role) if part)} ({each.email})"
            for each in wanted.recipients
            if item.key in each.items
        ]
        shown.append(
            {
                "key": item.key,
                "title": item_title(item, found),
                "period": period_words(item.period),
                "how": REDUCTIONS[decided.how] if decided.how else "",
                "reduction": decided.reduction,
                "reduced": decided.outcome is ItemOutcome.SHARE_REDUCED,
                "readers": readers,
            }
        )
    return shown


@blueprint.post("/cases/<uuid:case_id>/release")
@signed_in
def send_release(case_id: uuid.UUID) -> Response:
    """Release the approved items to their recipients."""
    found = open_case(case_id)
    items = approved(found)
    form = sent(*(f"content-{item['key']}" for item in items))
    contents = tuple(ItemContent(item["key"], form.get(f"content-{item['key']}")) for item in items)
    command = Release(**stamped(case_id), contents=contents)
    typed = {item["title"]: form.get(f"content-{item['key']}") for item in items}
    numbers = {f"content-{item['key']}": number for number, item in enumerate(items, 1)}

    def draw(form: Sent) -> Response:
        # In the summary several sentences would read alike: each names its item.
        form.errors = {
            name: f"Item {numbers[name]}: {say}" if name in numbers else say for name, say in form.errors.items()
        }
        return again("release", case_id, **_release_words(found))(form)

    keys = tuple(item["key"] for item in items)
    for fault in content_faults(keys, command):
        form.errors.setdefault(fault.field, fault.say)
    back = read_back(command, form, found, draw=draw, typed=typed, **_sharing(items, contents))
    if back is not None:
        return back
    return carry_out(command, form, done="The information was shared with its recipients.", again=draw, typed=typed)


def _sharing(items: list[dict[str, Any]], contents: tuple[ItemContent, ...]) -> dict[str, Any]:
    rows = [
        row(f"Item {number}: {item['title']}", [f"For: {'; '.join(item['readers'])}", content.text])
        for number, (item, content) in enumerate(zip(items, contents, strict=True), 1)
    ]
    return {
        "heading": "Is this what you want to share?",
        "warns": "The named recipients can read it as soon as you share it, and it cannot be taken back.",
        "rows": rows,
        "button_words": f"Share {counted(len(items), 'item')} now",
    }
