"""Two acts on a case of the emergency workflow: sharing now, and reviewing afterwards what was shared."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from webapp.forms import date_parts
from webapp.guards import signed_in
from webapp.views.acts import again, show, stamped
from webapp.views.case_cards import item_title, person_row, row
from webapp.views.desk import Sent, carry_out, casework, me, new_id, open_case, require_open, sent
from webapp.views.emergency import SAID, dates_of, spoken
from webapp.views.emergency_words import review_rows, share_rows
from workflows.core.commands import ItemContent, ReviewFinding, ReviewShare, Share, ShareHow, ShareNow
from workflows.core.definition import CommandType, Role
from workflows.core.refusals import not_found
from workflows.service.views import CasePage

blueprint = Blueprint("emergency_acts", __name__)

FINDINGS = (
    {
        "value": ReviewFinding.PROPORTIONATE.value,
        "text": "It was proportionate",
        "hint": "What was shared was needed to avoid the harm, with what was known then.",
    },
    {
        "value": ReviewFinding.NOT_JUSTIFIED.value,
        "text": "It was not justified",
        "hint": "What was shared stays on record, and a learning action opens.",
    },
)


@blueprint.get("/cases/<uuid:case_id>/share-now")
@signed_in
def share_now(case_id: uuid.UUID) -> Response:
    """What is asked for, and the form that shares it."""
    found = open_case(case_id)
    require_open(found, CommandType.SHARE_NOW)
    chosen = {f"share-{item.key}": "yes" for item in found.items}
    form = Sent({"command_id": new_id(), "how": ShareHow.SPOKEN.value, "when": "now", **chosen}, status=200)
    return show("share_now", found, form, **_share_words(found, form))


def _share_words(found: CasePage, form: Sent) -> dict[str, Any]:
    wanted = found.request
    asked = [row("Why it is needed now", wanted.purpose.purpose)] if wanted else []
    if wanted:
        asked.append(row("The harm it avoids", wanted.purpose.risk_of_not_sharing))
        readers = [", ".join(part for part in (each.name, each.role, each.email) if part) for each in wanted.recipients]
        asked.append(row("With whom", readers))
    return {
        "asked": asked,
        "people": [person_row(each) for each in found.people],
        "items": [(item.key, item_title(item, found)) for item in found.items],
        "dates": dates_of(form),
    }


@blueprint.post("/cases/<uuid:case_id>/share-now")
@signed_in
def send_share(case_id: uuid.UUID) -> Response:
    """Record the share; it is on the Guardian's desk from then on."""
    found = open_case(case_id)
    keys = [item.key for item in found.items]
    fields = [f"{name}-{key}" for key in keys for name in ("share", "content")]
    form = sent("how", "why_not", *SAID, *fields)
    form.values.update({f"said_at-{part}": words for part, words in date_parts(request.form, "said_at").items()})
    chosen = tuple(key for key in keys if form.get(f"share-{key}") == "yes")

    def draw(form: Sent) -> Response:
        if "items" in form.errors:
            form.errors[f"share-{keys[0]}"] = form.errors.pop("items")
        return again("share_now", case_id, **_share_words(found, form))(form)

    share = _share(form, chosen)
    if form.errors:
        return draw(form)
    command = ShareNow(**stamped(case_id), share=share)
    typed = {"Told": form.get("told"), "How you checked": form.get("note"), "Why not": form.get("why_not")}
    done = "You can share now. This is on record, and the Guardian reviews it afterwards."
    return carry_out(command, form, done=done, again=draw, typed=typed)


def _share(form: Sent, chosen: tuple[str, ...]) -> Share:
    if form.get("how") == ShareHow.WRITTEN.value:
        contents = tuple(ItemContent(key, form.get(f"content-{key}")) for key in chosen)
        return Share(items=chosen, how=ShareHow.WRITTEN, contents=contents, why_not=form.get("why_not"))
    if form.get("how") != ShareHow.SPOKEN.value:
        form.errors["how"] = "Say whether you share it by word of mouth or in writing."
    return spoken(form, chosen, why_not=form.get("why_not"))


@blueprint.get("/cases/<uuid:case_id>/review-share")
@signed_in
def review(case_id: uuid.UUID) -> Response:
    """What was shared, and the form for what the review finds."""
    found = open_case(case_id)
    require_open(found, CommandType.REVIEW_SHARE)
    return show("review_share", found, **_review_words(found))


def _review_words(found: CasePage) -> dict[str, Any]:
    return {"findings": FINDINGS, "shared": list(share_rows(found)), "earlier": list(review_rows(found))}


@blueprint.post("/cases/<uuid:case_id>/review-share")
@signed_in
def send_review(case_id: uuid.UUID) -> Response:
    """Record what the review found."""
    form = sent("finding", "why", "learning")
    stamp = stamped(case_id)

    def draw(form: Sent) -> Response:
        found = open_case(case_id)
        form.values["command_id"] = stamp["id"]
        return show("review_share", found, form, **_review_words(found))

    if form.get("finding") not in {each.value for each in ReviewFinding}:
        form.errors["finding"] = "Choose what you found."
        return draw(form)
    finding = ReviewFinding(form.get("finding"))
    command = ReviewShare(**stamp, finding=finding, why=form.get("why"), learning=form.get("learning"))
    typed = {"Why": form.get("why"), "What is to be learnt": form.get("learning")}
    return carry_out(command, form, done="Your review was recorded.", again=draw, typed=typed)


@blueprint.get("/emergency/use")
@signed_in
def use() -> str:
    """How often the lane was used, by person and agency: numbers only, for managers."""
    managed = me().organisations_as(Role.MANAGER)
    place = request.args.get("org", "") or g.viewer.organisation_id
    if place not in managed:
        raise not_found()
    found = casework().emergency_use(me(), place, now=g.now)
    return render_template("emergency/use.html", found=found)
