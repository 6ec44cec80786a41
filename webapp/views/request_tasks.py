"""The question pages of a draft that are not lists: purpose and risks, consent and openness, legal basis."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort, request
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.parsing import answers as parts
from webapp.parsing import consents, words
from webapp.parsing.fields import Posted
from webapp.views.request_advice import said_of_basis
from webapp.views.request_base import (
    attempt,
    my_draft,
    onward,
    organisation,
    pages,
    returning,
    save,
    see_other,
    show,
    today,
    unreadable,
)
from workflows.core.ages import is_child
from workflows.core.consent_people import subjects
from workflows.core.definition import Definition
from workflows.core.grounds import duty_possible
from workflows.core.paragraph18 import wants
from workflows.core.refusals import Refusal
from workflows.core.request import Answers, PersonRole, Request, Task
from workflows.service.views import Draft

Read = Callable[[Posted, Request, Definition], Answers]


@dataclass(frozen=True, slots=True)
class Question:
    """One page of questions. ``fields`` names the form fields of the rulebook's, where they differ."""

    task: Task
    read: Read | None
    show: Callable[[Request], dict[str, Any]]
    then: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


TOLD_FIELDS = {"told-why": "told_why", "told-said": "said", "told-views": "views"}
QUESTIONS: Mapping[str, Question] = {
    "purpose": Question(Task.PURPOSE, parts.read_purpose, parts.show_purpose, "risks"),
    "risks": Question(Task.PURPOSE, parts.read_risks, parts.show_purpose, "urgency"),
    "urgency": Question(Task.PURPOSE, parts.read_urgency, parts.show_purpose),
    "consent": Question(Task.CONSENT, consents.read_state, consents.show_consent, "details"),
    "details": Question(Task.CONSENT, consents.read_details, consents.show_consent, "told"),
    "told": Question(Task.CONSENT, consents.read_told, consents.show_consent, fields=TOLD_FIELDS),
    "basis": Question(Task.BASIS, None, parts.show_basis, "special"),
    "special": Question(Task.BASIS, parts.read_special, parts.show_basis, "tests"),
    "tests": Question(Task.BASIS, parts.read_tests, parts.show_basis, "confidence"),
    "confidence": Question(Task.BASIS, parts.read_confidence, parts.show_basis),
}
NAMES = ", ".join(QUESTIONS)


@pages.route(f"/requests/<uuid:case_id>/<any({NAMES}):page>", methods=["GET", "POST"])
@signed_in
def question(case_id: uuid.UUID, page: str) -> Response:
    """Show one page of questions, or save its answers and go on to the next."""
    draft, asked = my_draft(case_id), QUESTIONS.get(page)
    if asked is None:
        abort(404)
    if page == "details" and draft.case.request.consent.state is None:
        return see_other("requests.question", case_id=case_id, page="consent")
    values = asked.show(draft.case.request)
    if request.method == "GET":
        return _page(draft, page, values=values)
    form = Posted(request.form)
    answers = _read(asked, form, draft)

    def name_of(refusal: Refusal) -> str:
        return _name(asked, refusal)

    trouble = unreadable(draft, asked.task, answers, errors=form.errors, name_of=name_of)
    if trouble is None:
        trouble = attempt(lambda: save(draft, asked.task, answers), name_of=name_of)
    if trouble is None:
        return _next(case_id, page, asked)
    ticked = {name: form.ticked(name) for name in ("kinds", "quality")}
    typed = {**values, **dict.fromkeys(_ticks(values), ""), **form.typed(), **ticked}
    return _page(my_draft(case_id), page, values=typed, stored=values, trouble=trouble, bad=form.bad)


def _read(asked: Question, form: Posted, draft: Draft) -> Answers:
    if asked.read is None:
        return parts.read_basis(form, draft.case.request, public_bodies_only=_public_only(draft))
    return asked.read(form, draft.case.request, draft.definition)


def _next(case_id: uuid.UUID, page: str, asked: Question) -> Response:
    # Another answer to "where does consent stand" asks for other details, so they come next in any case.
    if page == "consent" and request.form.get("state", "") != "":
        again = {"return": "check"} if returning() else {}
        return see_other("requests.question", case_id=case_id, page="details", **again)
    then = "confidence" if asked.then == "tests" and not _tests_fit(my_draft(case_id)) else asked.then
    return onward(case_id, to="question", page=then) if asked.then else onward(case_id)


def _tests_fit(draft: Draft) -> bool:
    """Whether the page about paragraph 18 and the duty has anything to ask."""
    asked = draft.case.request
    return wants(asked.basis) or duty_possible(asked, draft.bodies, on=today())


def _name(asked: Question, refusal: Refusal) -> str:
    return asked.fields.get(refusal.field, refusal.field.removeprefix("consent-"))


def _ticks(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Single checkboxes: what is not posted was not ticked."""
    return tuple(name for name in ("explicit", "article_10") if name in values)


def _public_only(draft: Draft) -> bool:
    """Whether both bodies are public authorities, or cannot be told."""
    bodies = [organisation(draft.case.requester_org), organisation(draft.case.holder_org)]
    return all(body is None or body.public_authority for body in bodies)


def _adult_protected(draft: Draft) -> bool:
    """Whether somebody who is to be protected may be 18 or over: then the adult test is asked."""
    people = draft.case.request.people
    return any(PersonRole.PROTECTED in each.roles and is_child(each.born, on=today()) is not True for each in people)


def _page(draft: Draft, page: str, **values: Any) -> Response:
    asked, asked_task = draft.case.request, QUESTIONS[page].task
    return show(
        page,
        draft=draft,
        page=page,
        definition=draft.definition,
        words=words,
        bases=parts.offered_bases(asked, public_bodies_only=_public_only(draft)) if page == "basis" else {},
        public_only=page == "basis" and _public_only(draft),
        state=asked.consent.state.value if asked.consent.state else "",
        answered=asked.consent.state in consents.ANSWERED,
        subjects=[person.label for person in subjects(asked)],
        eighteen=wants(asked.basis),
        adult=_adult_protected(draft),
        duty=duty_possible(asked, draft.bodies, on=today()),
        advice=said_of_basis(draft) if asked_task is Task.BASIS and Task.BASIS in asked.saved else (),
        stored=values.pop("stored", None),
        bad=values.pop("bad", {}),
        **values,
    )
