"""Where consent stands otherwise for one person or some items: added, changed and taken out one by one."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, request
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.parsing import consents, words
from webapp.parsing.fields import Posted
from webapp.views.consent_cards import differing_rows
from webapp.views.request_base import (
    Trouble,
    at,
    attempt,
    my_draft,
    pages,
    returning,
    save,
    see_other,
    show,
    unreadable,
)
from workflows.core.consent_people import subjects
from workflows.core.refusals import Refusal
from workflows.core.request import ConsentAndOpenness, Differs, Request, Task
from workflows.service.views import Draft


@pages.get("/requests/<uuid:case_id>/others")
@signed_in
def others(case_id: uuid.UUID) -> Response:
    """Everything that differs, and the way to add another."""
    return _list(my_draft(case_id))


def _list(draft: Draft, trouble: Trouble | None = None) -> Response:
    asked, back = draft.case.request, bool(returning())
    cards = []
    for number, each in enumerate(asked.differs, 1):
        only = Request(people=asked.people, items=asked.items, differs=(each,))
        values: dict[str, Any] = {"case_id": draft.case.id, "number": number}
        cards.append(
            {
                "title": f"{number}. {each.person}",
                "rows": list(differing_rows(only, titles(draft))),
                "actions": [{"text": "Change", "url": at("other", back=back, **values), "hidden": each.person}],
                "remove_url": at("remove_other", back=back, **values),
            }
        )
    add = at("other", back=back, case_id=draft.case.id, number=len(asked.differs) + 1)
    labels = [person.label for person in subjects(asked)]
    return show("others", trouble=trouble, draft=draft, cards=cards, add_url=add, subjects=labels)


def titles(draft: Draft) -> dict[str, str]:
    """What each item is called, by its key."""
    names = draft.definition.categories
    return {item.key: item.describe or names.get(item.category, item.category) for item in draft.case.request.items}


@pages.route("/requests/<uuid:case_id>/others/<int:number>", methods=["GET", "POST"])
@signed_in
def other(case_id: uuid.UUID, number: int) -> Response:
    """One place where it differs; the number after the last is a new one."""
    draft = my_draft(case_id)
    asked = draft.case.request
    if not 1 <= number <= len(asked.differs) + 1:
        abort(404)
    before = asked.differs[number - 1] if number <= len(asked.differs) else Differs("")
    if request.method == "GET":
        return _page(draft, number, consents.show_differs(before))
    form = Posted(request.form)
    each = consents.read_differs(form, asked)
    answers = _part(asked, (*asked.differs[: number - 1], each, *asked.differs[number:]))

    def name_of(refusal: Refusal) -> str:
        return _name(refusal, number - 1)

    trouble = unreadable(draft, Task.CONSENT, answers, errors=form.errors, name_of=name_of)
    if trouble is None:
        trouble = attempt(lambda: save(draft, Task.CONSENT, answers), name_of=name_of)
    if trouble is None:
        again = {"return": "check"} if returning() else {}
        return see_other("requests.others", case_id=case_id, **again)
    typed = {**consents.show_differs(before), **form.typed()}
    typed |= {name: form.ticked(name) for name in ("kinds", "items")}
    return _page(my_draft(case_id), number, typed, trouble=trouble, bad=form.bad)


@pages.post("/requests/<uuid:case_id>/others/<int:number>/remove")
@signed_in
def remove_other(case_id: uuid.UUID, number: int) -> Response:
    """Take one out: then what is said of everybody counts there too."""
    draft = my_draft(case_id)
    asked = draft.case.request
    if not 1 <= number <= len(asked.differs):
        abort(404)
    answers = _part(asked, (*asked.differs[: number - 1], *asked.differs[number:]))
    trouble = attempt(lambda: save(draft, Task.CONSENT, answers), name_of=lambda refusal: refusal.field)
    if trouble is not None:
        return _list(my_draft(case_id), trouble)
    return see_other("requests.others", case_id=case_id, **({"return": "check"} if returning() else {}))


def _part(asked: Request, differs: tuple[Differs, ...]) -> ConsentAndOpenness:
    return ConsentAndOpenness(asked.consent, asked.told, differs)


def _name(refusal: Refusal, index: int) -> str:
    """The page's field for one of the rulebook's, such as "2-consent-why" or "2-person"."""
    name = refusal.field.removeprefix(f"{index}-")
    told = {"told-why": "told_why", "told-said": "said", "told-views": "views"}
    return told.get(name, name.removeprefix("consent-"))


def _page(draft: Draft, number: int, values: dict[str, Any], **more: Any) -> Response:
    labels = [(person.label, person.label) for person in subjects(draft.case.request)]
    action = at("other", case_id=draft.case.id, number=number)
    bad = more.pop("bad", {})
    return show(
        "differs", draft=draft, values=values, words=words, labels=labels, titles=list(titles(draft).items()),
        action=action, bad=bad, **more,
    )  # fmt: skip
