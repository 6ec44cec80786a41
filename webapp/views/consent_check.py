"""The consent officer's page: what the request says of each person, and the finding for each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from webapp.forms import date_parts, real_date
from webapp.guards import signed_in
from webapp.parsing import words
from webapp.views.acts import show, stamped
from webapp.views.case_cards import Row, item_title, row
from webapp.views.case_words import FINDING_HINTS, FINDINGS
from webapp.views.consent_cards import consent_rows, told_rows
from webapp.views.desk import Sent, carry_out, open_case, require_open, sent
from webapp.views.principles import beliefs_about_consent, finding_hint
from workflows.core.commands import ConsentFinding, PersonFinding, RecordConsent, WithdrawConsent
from workflows.core.consent_people import Entry, entries, of_all, open_points
from workflows.core.definition import CommandType
from workflows.core.grounds import day_of
from workflows.core.withdrawing import given_entries
from workflows.service.views import CasePage

blueprint = Blueprint("checks", __name__)
SHORT = ("finding", "reason", "told", "said", "told_why")
PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry on the page: whose, what is said, and what is still open before it could be called valid."""

    number: int
    label: str
    rows: tuple[Row, ...]
    open: tuple[str, ...]


def _entries(found: CasePage) -> tuple[Entry, ...]:
    return entries(found.request) if found.request else ()


@blueprint.get("/cases/<uuid:case_id>/consent")
@signed_in
def consent(case_id: uuid.UUID) -> Response:
    """The consent check: what the requester says about consent, and the form for the finding."""
    found = open_case(case_id)
    require_open(found, CommandType.RECORD_CONSENT)
    return show("consent", found, **_words(found))


def _words(found: CasePage) -> dict[str, Any]:
    findings = [
        {"value": each.value, "text": FINDINGS[each], "hint": finding_hint(found, each) or FINDING_HINTS[each]}
        for each in ConsentFinding
    ]
    return {
        "findings": findings,
        "entries": [_shown(found, *each) for each in enumerate(_entries(found), 1)],
        "consent_beliefs": beliefs_about_consent(found),
    }


def _shown(found: CasePage, number: int, entry: Entry) -> Shown:
    assert found.request is not None
    titles = [item_title(item, found) for item in found.items if item.key in entry.items]
    readers = [each.name for each in found.request.recipients]
    asked = (row("Items", titles), row("Recipients", readers))
    rows = (*consent_rows(entry.consent), *told_rows(entry.told), *asked)
    points = open_points(entry, found.request, on=day_of(g.now))
    return Shown(number, entry.person, rows, tuple(point.say for point in points))


@blueprint.post("/cases/<uuid:case_id>/consent")
@signed_in
def record_consent(case_id: uuid.UUID) -> Response:
    """Record the finding for each person."""
    found = open_case(case_id)
    listed = _entries(found)
    dates = [f"revisit_on-{number}-{part}" for number in range(1, len(listed) + 1) for part in PARTS]
    names = [f"{name}-{number}" for number in range(1, len(listed) + 1) for name in SHORT]
    form = sent("finding", "covers_all", "note", *names, *dates)
    stamp = stamped(case_id)

    def draw(form: Sent) -> Response:
        page = open_case(case_id)
        form.values["command_id"] = stamp["id"]
        if len(listed) == 1:
            # One person alone has one finding, and the note is its reason.
            alone = {"reason-1": "note", "finding-1": "finding"}
            form.errors = {alone.get(name, name): say for name, say in reversed(form.errors.items())}
            form.errors = dict(reversed(form.errors.items()))
        return show("consent", page, form, **_words(page))

    people = tuple(_finding(form, each, number, alone=len(listed) == 1) for number, each in enumerate(listed, 1))
    known = tuple(each for each in people if each is not None)
    if form.errors or len(known) < len(people) or (not listed and _chosen(form, "finding") is None):
        if not form.get("note"):
            form.errors["note"] = "Write what you found, in a sentence."
        if not listed and _chosen(form, "finding") is None:
            form.errors = {"finding": "Choose what you found.", **form.errors}
        return draw(form)
    finding = of_all([each.finding for each in known]) if known else ConsentFinding(form.get("finding"))
    covers = finding is ConsentFinding.VALID and form.get("covers_all") == "yes"
    command = RecordConsent(**stamp, finding=finding, covers_all=covers, note=form.get("note"), people=known)
    typed = {"What you found": FINDINGS[finding], "Your note": form.get("note")}
    return carry_out(command, form, done="The consent check was recorded.", again=draw, typed=typed)


@blueprint.get("/cases/<uuid:case_id>/consent/withdraw")
@signed_in
def withdraw(case_id: uuid.UUID) -> Response:
    """Somebody took back her consent."""
    found = open_case(case_id)
    require_open(found, CommandType.WITHDRAW_CONSENT)
    return show("consent_withdraw", found, **_withdrawal_words(found))


def _withdrawal_words(found: CasePage, chosen: tuple[str, ...] = ()) -> dict[str, Any]:
    labels = list(dict.fromkeys(each.person for each in given_entries(found.request))) if found.request else []
    titles = [(item.key, item_title(item, found)) for item in found.items]
    return {
        "people": labels, "labels": [(label, label) for label in labels], "titles": titles, "words": words,
        "chosen": chosen,
    }  # fmt: skip


@blueprint.post("/cases/<uuid:case_id>/consent/withdraw")
@signed_in
def record_withdrawal(case_id: uuid.UUID) -> Response:
    """Record that consent was taken back."""
    form = sent("person", "how", "given_by", "note")
    chosen = tuple(request.form.getlist("items"))
    stamp = stamped(case_id)
    command = WithdrawConsent(
        **stamp, person=form.get("person"), items=chosen, how=form.get("how"), given_by=form.get("given_by"),
        note=form.get("note"),
    )  # fmt: skip

    def draw(form: Sent) -> Response:
        page = open_case(case_id)
        form.values["command_id"] = stamp["id"]
        return show("consent_withdraw", page, form, **_withdrawal_words(page, chosen))

    done = "It was recorded that consent was taken back."
    return carry_out(command, form, done=done, again=draw, typed={"Anything else": form.get("note")})


def _chosen(form: Sent, name: str) -> ConsentFinding | None:
    return next((each for each in ConsentFinding if each == form.get(name)), None)


def _finding(form: Sent, entry: Entry, number: int, *, alone: bool) -> PersonFinding | None:
    """What was found of one person; None when nothing was chosen. One person alone needs no reason beside the note."""
    name = "finding" if alone else f"finding-{number}"
    chosen = _chosen(form, name)
    revisit = _day(form, f"revisit_on-{number}")
    if chosen is None:
        form.errors[name] = "Choose what you found." if alone else f"{entry.person}: choose what you found."
        return None
    told = {"yes": True, "no": False}.get(form.get(f"told-{number}"))
    return PersonFinding(
        person=entry.person,
        finding=chosen,
        reason=form.get("note") if alone else form.get(f"reason-{number}"),
        told=told,
        said=form.get(f"said-{number}") if told else "",
        told_why=form.get(f"told_why-{number}") if told is False else "",
        revisit_on=revisit if told is False else None,
    )


def _day(form: Sent, name: str) -> date | None:
    try:
        return real_date(date_parts(request.form, name))
    except ValueError as fault:
        form.errors[name] = str(fault)
        return None
