"""Asking CP-IS from here, where access has been set: what it answers is shown, and a person records it."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace

from flask import Blueprint, abort, g
from werkzeug.wrappers import Response

from webapp.checking.answers import Answer
from webapp.checking.source import CpisSource
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.acts import show
from webapp.views.cpis_form import chosen, words_of
from webapp.views.cpis_read import EarlierLooks, confirm_page, named_case, numbered
from webapp.views.desk import Sent, casework, me, sent
from webapp.views.showing import long_date
from workflows.core.cpis import CpisResult, CpisSetting
from workflows.core.limits import LINE, blank
from workflows.service.cpis_asking import CpisAsking
from workflows.service.views import CasePage, PersonView

blueprint = Blueprint("cpis_ask", __name__)


def source() -> CpisSource:
    """Where CP-IS is asked. There is no such page where it cannot be."""
    return house().cpis or abort(404)


@blueprint.get("/cases/<uuid:case_id>/cpis/ask")
@signed_in
def page(case_id: uuid.UUID) -> Response:
    """About whom, and from where."""
    source()
    found = named_case(case_id)
    form = Sent({}, status=200)
    if len(numbered(found)) == 1:
        form.values["person"] = numbered(found)[0].label
    return _form(found, form)


def _form(found: CasePage, form: Sent) -> Response:
    labels = [(each.label, each.label) for each in numbered(found)]
    return show("cpis_ask", found, form, **{**words_of(found, form), "labels": labels})


@blueprint.post("/cases/<uuid:case_id>/cpis/ask")
@signed_in
def ask(case_id: uuid.UUID) -> Response:
    """Ask, and show what came back; nothing is recorded yet but that it was asked."""
    asked, found = source(), named_case(case_id)
    form = sent("person", "setting", "setting_words", "looks")
    person = next((each for each in numbered(found) if each.label == form.get("person")), None)
    setting = chosen(CpisSetting, form.get("setting"))
    if person is None:
        form.errors["person"] = "Choose about whom CP-IS is asked."
    if setting is None:
        form.errors["setting"] = "Choose where the check is made."
    elif setting.other and (blank(form.get("setting_words")) or len(form.get("setting_words")) > LINE):
        form.errors["setting_words"] = f"Say which kind of care it is, in at most {LINE} characters."
    if person is None or setting is None or form.errors:
        return _form(found, form)
    looks = form.get("looks") == "yes"
    CpisAsking(casework().engine, casework().library).note(me(), str(case_id), person.label, now=g.now, looks=looks)
    answer = asked.plans(person.nhs_number, unscheduled=setting.unscheduled, trace=str(uuid.uuid4()))
    before = _before(asked, person, answer, unscheduled=setting.unscheduled) if looks else None
    words = form.get("setting_words") if setting.other else ""
    answer = replace(answer, checked_at=g.now, setting=setting, setting_words=words, checked_by=me().name)
    return confirm_page(found, person.label, answer, before=before)


def _before(asked: CpisSource, person: PersonView, answer: Answer, *, unscheduled: bool) -> EarlierLooks:
    """The second question, unless the first had no answer. Nothing of it is kept: it is not part of ``answer``."""
    days = None
    if answer.result is not CpisResult.COULD_NOT_CHECK:
        days = asked.earlier_looks(person.nhs_number, unscheduled=unscheduled, trace=str(uuid.uuid4()))
    return EarlierLooks(known=days is not None, rows=tuple((long_date(day), n) for day, n in Counter(days).items()))
