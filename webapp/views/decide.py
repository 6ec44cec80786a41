"""Deciding, item by item: one page to choose, one page that says the choice back, and then the command.

The second page is the confirmation without a script: it holds the same fields, hidden, and one button that
repeats the decision in words.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.forms import date_parts, real_date
from webapp.guards import signed_in
from webapp.views.acts import show, stamped
from webapp.views.case_cards import (
    advice_rows,
    consent_found,
    consent_said,
    item_notes,
    item_title,
    period_words,
    person_row,
    readers_of,
)
from webapp.views.case_words import ITEM_OUTCOMES
from webapp.views.deciding import button_words, sentences
from webapp.views.desk import Sent, carry_out, line_faults, lines_of, new_id, open_case, overtaken, require_open, sent
from webapp.views.overrides import override_faults_of, override_fields, override_names, question_now, read_overrides
from workflows.core.commands import Decide, ItemDecision, ItemOutcome
from workflows.core.definition import CommandType, Definition
from workflows.core.holding import decision_faults
from workflows.core.refusals import Refusal
from workflows.core.request import Item
from workflows.service.views import CasePage

blueprint = Blueprint("decide", __name__)

WEIGHED = ("harm_of_sharing", "harm_of_not_sharing", "conditions", "would_change_it")
DATES = tuple(f"review_by-{part}" for part in ("day", "month", "year"))
REASONED = (ItemOutcome.SHARE, ItemOutcome.SHARE_REDUCED, ItemOutcome.REFUSE)


@blueprint.get("/cases/<uuid:case_id>/decide")
@signed_in
def page(case_id: uuid.UUID) -> Response:
    """The page on which the adjudicator decides."""
    found = open_case(case_id)
    require_open(found, CommandType.DECIDE)
    return _form(found, Sent({"command_id": new_id()}, status=200))


def _form(found: CasePage, form: Sent) -> Response:
    return show("decide", found, form, **_words(found))


def _words(found: CasePage) -> dict[str, Any]:
    continuing = any(item.continuing is not None for item in found.items)
    return {
        "items": [_item(found, item, number) for number, item in enumerate(found.items, 1)],
        "outcomes": ITEM_OUTCOMES,
        "reasons": {each.value: _reasons(found.definition, each) for each in REASONED},
        "advice": [row for each in found.advice[-1:] for row in advice_rows(each)],
        "consent": [*list(consent_said(found))[:1], *consent_found(found)],
        "continuing": continuing,
        "overrides": override_fields(found),
        "question": question_now(found),
        "people": [person_row(each) for each in found.people],
    }


def _item(found: CasePage, item: Item, number: int) -> dict[str, Any]:
    notes = item_notes(item, found)
    return {
        "key": item.key,
        "title": f"Item {number}: {item_title(item, found)}",
        "label": notes[0] if notes else "",
        "notes": notes,
        "kind": found.definition.categories.get(item.category, item.category),
        "period": period_words(item.period),
        "why": item.justify,
        "readers": readers_of(found, item.key),
    }


def _reasons(definition: Definition, outcome: ItemOutcome) -> list[tuple[str, str]]:
    """The reasons that fit an outcome. Sharing starts with the commonest; holding back is never pre-chosen."""
    fitting = [(each.code, each.words) for each in definition.reasons if outcome.value in each.outcomes]
    return fitting if outcome is ItemOutcome.SHARE else [("", "Choose a reason"), *fitting]


@blueprint.post("/cases/<uuid:case_id>/decide")
@signed_in
def send(case_id: uuid.UUID) -> Response:
    """Say the decision back (action=preview), let it be changed (action=change), or carry it out (action=confirm)."""
    found = open_case(case_id)
    names = (name for item in found.items for name in _names(item.key))
    form = sent("action", *WEIGHED, *DATES, *override_names(found), *names)
    stamp = stamped(case_id)
    form.values["command_id"] = stamp["id"]
    action = form.values.pop("action")
    command, faults = _command(found, form, stamp)
    typed = _typed(found, form)
    if action == "confirm":
        # What the door says comes first: a second click on this button must find the first one's result.
        return carry_out(command, form, done=_done(command), again=lambda form: _again(case_id, form), typed=typed)
    if found.version != stamp["seen_version"]:
        return overtaken(str(case_id), typed=typed)
    require_open(found, CommandType.DECIDE)
    if action == "change":
        form.status = 200
        return _form(found, form)
    placed = _placed(
        (*decision_faults(found.items, command, found.definition), *override_faults_of(found, command)), form
    )
    # A date that cannot be read is not a date that is missing.
    form.errors = _numbered(found, {**placed, **faults})
    if form.errors:
        return _form(found, form)
    form.status = 200
    return show(
        "decide_confirm",
        found,
        form,
        sentences=sentences(found, command),
        button_words=button_words(command),
        hidden_fields={name: value for name, value in form.values.items() if name != "command_id" and value},
        decided=command,
    )


def _again(case_id: uuid.UUID, form: Sent) -> Response:
    found = open_case(case_id)
    form.errors = _numbered(found, {_place(name, form): say for name, say in form.errors.items()})
    return _form(found, form)


def _names(key: str) -> Iterator[str]:
    """Every field of one item. Each outcome has its own reason and text, so that no wrong one can be sent."""
    yield f"outcome-{key}"
    yield f"reduction-{key}"
    for outcome in REASONED:
        yield f"reason-{key}-{outcome.value}"
        yield f"text-{key}-{outcome.value}"


def _command(found: CasePage, form: Sent, stamp: dict[str, Any]) -> tuple[Decide, dict[str, str]]:
    """The decision that the form makes, and what could not be read of it."""
    faults: dict[str, str] = {}
    conditions = lines_of(form.get("conditions"))
    faults.update(line_faults(conditions, name="conditions"))
    review_by: date | None = None
    try:
        review_by = real_date(date_parts(request.form, "review_by"))
    except ValueError as fault:
        faults["review_by"] = str(fault)
    command = Decide(
        **stamp,
        items=tuple(_decisions(found.items, form)),
        harm_of_sharing=form.get("harm_of_sharing"),
        harm_of_not_sharing=form.get("harm_of_not_sharing"),
        conditions=conditions,
        review_by=review_by,
        would_change_it=form.get("would_change_it"),
        overrides=read_overrides(found, form.get),
    )
    return command, faults


def _decisions(items: Iterable[Item], form: Sent) -> Iterator[ItemDecision]:
    for item in items:
        chosen = form.get(f"outcome-{item.key}")
        if chosen not in {each.value for each in REASONED}:
            continue
        outcome = ItemOutcome(chosen)
        yield ItemDecision(
            item.key,
            outcome,
            form.get(f"reason-{item.key}-{chosen}"),
            form.get(f"text-{item.key}-{chosen}"),
            form.get(f"reduction-{item.key}") if outcome is ItemOutcome.SHARE_REDUCED else "",
        )


def _placed(faults: Iterable[Refusal], form: Sent) -> dict[str, str]:
    placed: dict[str, str] = {}
    for fault in faults:
        placed.setdefault(_place(fault.field, form), fault.say)
    return placed


def _numbered(found: CasePage, errors: dict[str, str]) -> dict[str, str]:
    """The sentences with the number of their item: in the summary several would read alike."""
    numbers = {
        name: number
        for number, item in enumerate(found.items, 1)
        for name in _names(item.key)
        if not name.startswith("outcome-")
    }
    return {name: f"Item {numbers[name]}: {say}" if name in numbers else say for name, say in errors.items()}


def _place(name: str, form: Sent) -> str:
    """The field of the page that a refusal is about: reasons and texts stand under the chosen outcome."""
    part, _, key = name.partition("-")
    if part in ("reason", "text") and (chosen := form.get(f"outcome-{key}")):
        return f"{name}-{chosen}"
    return name


def _done(command: Decide) -> str:
    shared = sum(each.outcome is not ItemOutcome.REFUSE for each in command.items)
    if not shared:
        return "Your decision was recorded. Nothing will be shared."
    return f"Your decision was recorded. {shared} of {len(command.items)} items will be shared once their words are in."


def _typed(found: CasePage, form: Sent) -> dict[str, str]:
    typed: dict[str, str] = {}
    for item in found.items:
        chosen = form.get(f"outcome-{item.key}")
        if chosen in {each.value for each in REASONED}:
            reduction = form.get(f"reduction-{item.key}") if chosen == ItemOutcome.SHARE_REDUCED else ""
            words = (ITEM_OUTCOMES[ItemOutcome(chosen)], reduction, form.get(f"text-{item.key}-{chosen}"))
            typed[item_title(item, found)] = ". ".join(part.rstrip(".") for part in words if part)
    typed["If we share"] = form.get("harm_of_sharing")
    typed["If we do not"] = form.get("harm_of_not_sharing")
    typed["Conditions"] = form.get("conditions")
    typed["What would change it"] = form.get("would_change_it")
    return typed
