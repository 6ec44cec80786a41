"""The holder's acts, each on a page of its own: the consent check, a question, advice, and the release."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.wrappers import Response

from webapp.forms import command_id, seen_version
from webapp.guards import signed_in
from webapp.views.case_cards import consent_found, consent_said, item_notes, item_title, period_words, row
from webapp.views.case_words import ADVICE, FINDING_HINTS, FINDINGS
from webapp.views.cases import clock_of, stage_tag
from webapp.views.desk import (
    Sent,
    actor,
    carry_out,
    line_faults,
    lines_of,
    new_id,
    open_case,
    require_open,
    sent,
)
from workflows.core.commands import (
    AdviceType,
    Advise,
    Ask,
    ConsentFinding,
    ItemContent,
    ItemOutcome,
    RecordConsent,
    Release,
)
from workflows.core.definition import CommandType
from workflows.service.views import CasePage

blueprint = Blueprint("acts", __name__)


def show(template: str, found: CasePage, form: Sent | None = None, **values: Any) -> Response:
    """The page of an act: the form as it was sent, or empty with a fresh command id."""
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


@blueprint.get("/cases/<uuid:case_id>/consent")
@signed_in
def consent(case_id: uuid.UUID) -> Response:
    """The consent check: what the requester says about consent, and the form for the finding."""
    found = open_case(case_id)
    require_open(found, CommandType.RECORD_CONSENT)
    return show("consent", found, **_consent_words(found))


def _consent_words(found: CasePage) -> dict[str, Any]:
    findings = [{"value": each.value, "text": FINDINGS[each], "hint": FINDING_HINTS[each]} for each in ConsentFinding]
    readers = [each.name for each in found.request.recipients] if found.request else []
    asked = [
        row("Items", [item_title(item, found) for item in found.items]),
        row("Recipients", readers),
    ]
    return {"findings": findings, "said": [*consent_said(found), *asked]}


@blueprint.post("/cases/<uuid:case_id>/consent")
@signed_in
def record_consent(case_id: uuid.UUID) -> Response:
    """Record the finding."""
    form = sent("finding", "covers_all", "note")
    stamp = stamped(case_id)

    def draw(form: Sent) -> Response:
        found = open_case(case_id)
        form.values["command_id"] = stamp["id"]
        return show("consent", found, form, **_consent_words(found))

    if form.get("finding") not in {each.value for each in ConsentFinding}:
        form.errors["finding"] = "Choose what you found."
        if not form.get("note"):
            form.errors["note"] = "Write what you found, in a sentence."
        return draw(form)
    finding = ConsentFinding(form.get("finding"))
    covers = finding is ConsentFinding.VALID and form.get("covers_all") == "yes"
    command = RecordConsent(**stamp, finding=finding, covers_all=covers, note=form.get("note"))
    typed = {"What you found": FINDINGS[finding], "Your note": form.get("note")}
    return carry_out(command, form, done="The consent check was recorded.", again=draw, typed=typed)


@blueprint.get("/cases/<uuid:case_id>/ask")
@signed_in
def ask(case_id: uuid.UUID) -> Response:
    """A question to the requester: the clock stands still until it is answered."""
    found = open_case(case_id)
    require_open(found, CommandType.ASK)
    return show("ask", found)


@blueprint.post("/cases/<uuid:case_id>/ask")
@signed_in
def send_question(case_id: uuid.UUID) -> Response:
    """Send the question."""
    form = sent("question")
    command = Ask(**stamped(case_id), question=form.get("question"))
    typed = {"Your question": form.get("question")}
    done = "Your question was sent. The clock stands still until it is answered."
    return carry_out(command, form, done=done, again=again("ask", case_id), typed=typed)


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
    return {"advice": ADVICE, "types": AdviceType, "items": lines, "checked": list(consent_found(found))}


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
    return carry_out(command, form, done="Your advice was recorded.", again=draw, typed=typed)


@blueprint.get("/cases/<uuid:case_id>/release")
@signed_in
def release(case_id: uuid.UUID) -> Response:
    """Enter the words of each approved item."""
    found = open_case(case_id)
    require_open(found, CommandType.RELEASE)
    return show("release", found, approved=approved(found))


def approved(found: CasePage) -> list[dict[str, Any]]:
    """The items to be shared: what was asked, how it is reduced, and who will read it."""
    decision, wanted = found.decision, found.request
    if decision is None or wanted is None:
        return []
    shown = []
    for decided in decision.items:
        item = wanted.item(decided.key)
        if item is None or decided.outcome is ItemOutcome.REFUSE:
            continue
        readers = [f"{each.name} ({each.email})" for each in wanted.recipients if item.key in each.items]
        shown.append(
            {
                "key": item.key,
                "title": item_title(item, found),
                "period": period_words(item.period),
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
    draw = again("release", case_id, approved=items)
    return carry_out(command, form, done="The information was shared with its recipients.", again=draw, typed=typed)
