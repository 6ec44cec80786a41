"""Deciding, item by item: one page to choose, one page that says the choice back, and then the command.

The second page is the confirmation without a script: it holds the same fields, hidden, and one button that
repeats the decision in words. There is no button that shares everything: each item is decided for itself.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, g
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.acts import show, stamped
from webapp.views.case_cards import (
    advice_rows,
    because,
    consent_found,
    consent_said,
    item_notes,
    item_title,
    period_words,
    person_row,
    readers_of,
)
from webapp.views.case_words import ITEM_OUTCOMES, LIKELIHOODS, REDUCTIONS, SEVERITIES
from webapp.views.cpis_cards import cpis_rows
from webapp.views.decide_form import (
    REASONED,
    ask_of,
    asked_keys,
    decision_of,
    filled_in,
    numbered,
    place,
    placed,
    read_form,
    typed,
)
from webapp.views.deciding import asking_sentences, button_words, risk_words, sentences
from webapp.views.desk import Sent, carry_out, new_id, open_case, overtaken, require_open
from webapp.views.overrides import override_faults_of, override_fields, question_now
from webapp.views.panel_cards import panel_rows
from webapp.views.principles import (
    beliefs,
    beliefs_about,
    beliefs_about_consent,
    evidence_rows,
    is_thin,
    prompts_of,
    reasons_behind,
    refusing_beliefs,
)
from webapp.views.round_cards import round_rows
from workflows.core.asking import waiting_faults
from workflows.core.commands import Ask, Decide, ItemOutcome
from workflows.core.deciding import decision_faults
from workflows.core.definition import CommandType, Definition
from workflows.core.facts import sensitive
from workflows.core.packs import Place
from workflows.core.request import Item
from workflows.service.views import CasePage

blueprint = Blueprint("decide", __name__)

ASKED = "Your question was sent. Nothing is decided yet. The clock stands still until it is answered."


@blueprint.get("/cases/<uuid:case_id>/decide")
@signed_in
def page(case_id: uuid.UUID) -> Response:
    """The page on which the adjudicator decides."""
    found = open_case(case_id)
    require_open(found, CommandType.DECIDE)
    return _form(found, Sent({"command_id": new_id(), **filled_in(found)}, status=200))


def _form(found: CasePage, form: Sent) -> Response:
    return show("decide", found, form, **_words(found), **_beside(found, form))


def _beside(found: CasePage, form: Sent) -> dict[str, Any]:
    """What the pinned packs lay beside the form: principles, common beliefs, and the reason behind a thin one."""
    refused = {item.key: form.get(f"reason-{item.key}-{ItemOutcome.REFUSE}") for item in found.items}
    principles = prompts_of(found)
    return {
        "principles": principles,
        "written": [each.code for each in principles if form.get(f"principle-{each.code}")],
        "thin": {key for key, code in refused.items() if is_thin(found.definition, code)},
        "behind": reasons_behind(found.definition),
        "chosen_beliefs": {
            key: beliefs(found.packs, Place.DECISION_REASON, code) for key, code in refused.items() if code
        },
        "refusing_beliefs": refusing_beliefs(found),
        "sharing_beliefs": beliefs(found.packs, Place.RISK_OF_SHARING),
        "consent_beliefs": beliefs_about_consent(found),
    }


def _words(found: CasePage) -> dict[str, Any]:
    continuing = any(item.continuing is not None for item in found.items)
    filled = filled_in(found)
    return {
        "items": [_item(found, item, number) for number, item in enumerate(found.items, 1)],
        "outcomes": ITEM_OUTCOMES,
        "reasons": {each.value: _reasons(found.definition, each) for each in REASONED},
        "reductions": list(REDUCTIONS.items()),
        "likelihoods": list(LIKELIHOODS.items()),
        "severities": list(SEVERITIES.items()),
        "wrote": {side: filled.get(f"harm_of_{side}", "") for side in ("sharing", "not_sharing")},
        "advice": [row for each in found.advice[-1:] for row in advice_rows(each, now=found.round)],
        "rounds": list(round_rows(found)),
        "consent": [*list(consent_said(found))[:1], *consent_found(found)],
        "continuing": continuing,
        "cpis": list(cpis_rows(found, now=g.now)),
        "panel_rows": list(panel_rows(found)),
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
        "before": _before(found, item.key),
        "sensitive": sensitive(item, found.definition),
    }


def _before(found: CasePage, key: str) -> str:
    """How an item was decided in an earlier round, and whether it has changed since."""
    decided = next((each for each in found.decision.items if each.key == key), None) if found.decision else None
    if decided is None:
        return ""
    changed = " It is not what it was then." if any(key in each.changed for each in found.rounds) else ""
    return f"{ITEM_OUTCOMES[decided.outcome]}. {because(found, decided)}{changed}"


def _reasons(definition: Definition, outcome: ItemOutcome) -> list[tuple[str, str]]:
    """The reasons that fit an outcome. Sharing starts with the commonest; holding back is never pre-chosen."""
    fitting = [(each.code, each.words) for each in definition.reasons if outcome.value in each.outcomes]
    return fitting if outcome is ItemOutcome.SHARE else [("", "Choose a reason"), *fitting]


@blueprint.post("/cases/<uuid:case_id>/decide")
@signed_in
def send(case_id: uuid.UUID) -> Response:
    """Say the decision back (action=preview), let it be changed (action=change), or carry it out (action=confirm)."""
    found = open_case(case_id)
    form = read_form(found)
    stamp = stamped(case_id)
    form.values["command_id"] = stamp["id"]
    action = form.values.pop("action")
    command: Ask | Decide
    command, faults = (ask_of if asked_keys(found, form) else decision_of)(found, form, stamp)
    if action == "confirm":
        # What the door says comes first: a second click on this button must find the first one's result.
        done = ASKED if isinstance(command, Ask) else _done(found, command)
        return carry_out(command, form, done=done, again=lambda form: _again(case_id, form), typed=typed(found, form))
    if found.overtaken(stamp["seen_version"]):
        return overtaken(str(case_id), typed=typed(found, form))
    require_open(found, CommandType(command.type))
    if action == "change":
        form.status = 200
        return _form(found, form)
    if isinstance(command, Ask):
        wrong = placed(waiting_faults(found.kind, command.harm_of_waiting), form)
    else:
        wrong = placed(
            (*decision_faults(found.items, command, found.definition), *override_faults_of(found, command)), form
        )
    # A date that cannot be read is not a date that is missing.
    form.errors = numbered(found, {**wrong, **faults})
    return _form(found, form) if form.errors else _said_back(found, form, command)


def _said_back(found: CasePage, form: Sent, command: Ask | Decide) -> Response:
    form.status = 200
    asks = isinstance(command, Ask)
    return show(
        "decide_confirm",
        found,
        form,
        sentences=asking_sentences(found, command) if isinstance(command, Ask) else sentences(found, command),
        button_words="Send the question" if isinstance(command, Ask) else button_words(command),
        hidden_fields={name: value for name, value in form.values.items() if name != "command_id" and value},
        asks=asks,
        beliefs=[] if isinstance(command, Ask) else beliefs_about(found, command.items),
        held=[] if isinstance(command, Ask) else evidence_rows(found, command.evidence),
        weighed=risk_words(command),
        terms=[]
        if isinstance(command, Ask) or not command.would_change_it
        else [{"key": "What would change it", "value": command.would_change_it}],
    )


def _again(case_id: uuid.UUID, form: Sent) -> Response:
    found = open_case(case_id)
    form.errors = numbered(found, {place(name, form): say for name, say in form.errors.items()})
    return _form(found, form)


def _done(found: CasePage, command: Decide) -> str:
    panel = found.panel
    if panel is not None and panel.needed and not panel.settles:
        waits = "It is shown to nobody until the second adjudicator has decided as well."
        return f"Your decision was recorded. {'Both are in now.' if panel.decided else waits}"
    shared = sum(each.outcome is not ItemOutcome.REFUSE for each in command.items)
    if not shared:
        return "Your decision was recorded. Nothing will be shared."
    return f"Your decision was recorded. {shared} of {len(command.items)} items will be shared once their words are in."
