"""Pages that add a round to a request: reopen, challenge, send back; and the review of a use that continues."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.forms import date_parts, real_date
from webapp.guards import signed_in
from webapp.views.acts import again, show, stamped
from webapp.views.case_cards import because, item_title
from webapp.views.case_words import ITEM_OUTCOMES
from webapp.views.desk import Sent, carry_out, open_case, require_open, sent
from webapp.views.showing import long_date
from workflows.core.commands import Challenge, Reopen, ReviewUse, SendBack
from workflows.core.definition import CommandType
from workflows.core.permissions import Relation
from workflows.core.request import Item
from workflows.core.uses import UseOutcome
from workflows.service.views import CasePage

blueprint = Blueprint("rounds", __name__)

MORE = 3
"""How many new items fit on the page that reopens a request."""
USES = {
    UseOutcome.CONTINUE: "It goes on as it is",
    UseOutcome.CHANGE: "It goes on, changed",
    UseOutcome.END: "It ends",
}


@blueprint.get("/cases/<uuid:case_id>/reopen")
@signed_in
def reopen(case_id: uuid.UUID) -> Response:
    """What is new, what was asked for and decided before, and room for what is asked for now."""
    found = open_case(case_id)
    require_open(found, CommandType.REOPEN)
    return show("reopen", found, **_reopen_words(found))


def _reopen_words(found: CasePage) -> dict[str, Any]:
    decided = {each.key: each for each in found.decision.items} if found.decision else {}
    return {
        "known": [
            {
                "key": item.key,
                "title": item_title(item, found),
                "describe": item.describe,
                "before": f"{ITEM_OUTCOMES[decided[item.key].outcome]}. {because(found, decided[item.key])}"
                if item.key in decided
                else "",
            }
            for item in found.items
        ],
        "would_change_it": found.decision.would_change_it if found.decision else "",
        "more": range(1, MORE + 1),
        "categories": [("", "Choose a kind"), *found.definition.categories.items()],
    }


@blueprint.post("/cases/<uuid:case_id>/reopen")
@signed_in
def send_reopen(case_id: uuid.UUID) -> Response:
    """Reopen the request."""
    found = open_case(case_id)
    names = [f"{part}-new-{number}" for number in range(1, MORE + 1) for part in ("category", "describe", "justify")]
    form = sent("new_information", *(f"describe-{item.key}" for item in found.items), *names)
    items = (*_known(found, form), *_new(found, form))
    command = Reopen(**stamped(case_id), new_information=form.get("new_information"), items=items)
    fields = _fields(found, form)

    def draw(form: Sent) -> Response:
        form.errors = {fields.get(name, name): say for name, say in form.errors.items()}
        return again("reopen", case_id, **_reopen_words(found))(form)

    typed = {"What is new": form.get("new_information"), **{each.describe: each.justify for each in items}}
    return carry_out(command, form, done="The request is open again.", again=draw, typed=typed)


def _known(found: CasePage, form: Sent) -> Iterator[Item]:
    for item in found.items:
        describe = form.get(f"describe-{item.key}")
        yield replace(item, describe=describe) if describe else item


def _filled(form: Sent) -> list[int]:
    parts = ("category", "describe", "justify")
    return [n for n in range(1, MORE + 1) if any(form.get(f"{part}-new-{n}") for part in parts)]


def _new(found: CasePage, form: Sent) -> Iterator[Item]:
    taken = {item.key for item in found.items}
    for number in _filled(form):
        key = next(key for key in (f"r{found.round + 1}-{n}" for n in range(1, 99)) if key not in taken)
        taken.add(key)
        yield Item(
            key, form.get(f"category-new-{number}"), form.get(f"describe-new-{number}"),
            form.get(f"justify-new-{number}"),
        )  # fmt: skip


def _fields(found: CasePage, form: Sent) -> dict[str, str]:
    """The rulebook's names of fields as this page has them."""
    first = len(found.items)
    return {
        f"{first + index}-{part}": f"{part}-new-{number}"
        for index, number in enumerate(_filled(form))
        for part in ("category", "describe", "justify")
    }


@blueprint.get("/cases/<uuid:case_id>/challenge")
@signed_in
def challenge(case_id: uuid.UUID) -> Response:
    """Why the decision is thought to be wrong."""
    found = open_case(case_id)
    require_open(found, CommandType.CHALLENGE)
    return show("challenge", found, owns=Relation.OWNER in found.look.relations)


@blueprint.post("/cases/<uuid:case_id>/challenge")
@signed_in
def send_challenge(case_id: uuid.UUID) -> Response:
    """Challenge the decision."""
    form = sent("grounds", "on_behalf")
    owns = Relation.OWNER in open_case(case_id).look.relations
    command = Challenge(**stamped(case_id), grounds=form.get("grounds"), on_behalf=form.get("on_behalf"))
    typed = {"What is wrong": form.get("grounds"), "For whom": form.get("on_behalf")}
    done = "The challenge was recorded. Somebody who has not decided on this before looks at it."
    return carry_out(command, form, done=done, again=again("challenge", case_id, owns=owns), typed=typed)


@blueprint.get("/cases/<uuid:case_id>/send-back")
@signed_in
def send_back(case_id: uuid.UUID) -> Response:
    """What more advice is needed about."""
    found = open_case(case_id)
    require_open(found, CommandType.SEND_BACK)
    return show("send_back", found)


@blueprint.post("/cases/<uuid:case_id>/send-back")
@signed_in
def send_it_back(case_id: uuid.UUID) -> Response:
    """Send the request back for advice."""
    form = sent("why")
    command = SendBack(**stamped(case_id), why=form.get("why"))
    done = "The request was sent back for advice. What was advised before stays on record."
    typed = {"What you need advice about": form.get("why")}
    return carry_out(command, form, done=done, again=again("send_back", case_id), typed=typed)


@blueprint.get("/cases/<uuid:case_id>/review-use")
@signed_in
def review_use(case_id: uuid.UUID) -> Response:
    """Look at a use that continues again."""
    found = open_case(case_id)
    require_open(found, CommandType.REVIEW_USE)
    return show("review_use", found, **_use_words(found))


def _use_words(found: CasePage) -> dict[str, Any]:
    flows = [item for item in found.items if item.continuing is not None]
    return {
        "outcomes": USES,
        "flows": [
            f"{item_title(item, found)}: every {item.continuing.every}"
            + (f", until {long_date(item.continuing.until)}" if item.continuing.until else "")
            for item in flows
            if item.continuing is not None
        ],
    }


@blueprint.post("/cases/<uuid:case_id>/review-use")
@signed_in
def send_review(case_id: uuid.UUID) -> Response:
    """Record the review."""
    form = sent("outcome", "why", "change", *(f"review_by-{part}" for part in ("day", "month", "year")))
    stamp = stamped(case_id)
    draw = again("review_use", case_id, **_use_words(open_case(case_id)))
    day: date | None = None
    try:
        day = real_date(date_parts(request.form, "review_by"))
    except ValueError as fault:
        form.errors["review_by"] = str(fault)
    if form.get("outcome") not in {each.value for each in UseOutcome}:
        form.errors["outcome"] = "Choose what becomes of this sharing."
    if form.errors:
        return draw(form)
    outcome = UseOutcome(form.get("outcome"))
    command = ReviewUse(
        **stamp, outcome=outcome, why=form.get("why"), change=form.get("change"),
        review_by=None if outcome is UseOutcome.END else day,
    )  # fmt: skip
    typed = {"What becomes of it": USES[outcome], "Why": form.get("why"), "What is different": form.get("change")}
    return carry_out(command, form, done="The review was recorded.", again=draw, typed=typed)
