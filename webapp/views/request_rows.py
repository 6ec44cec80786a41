"""The lists of a draft: people, items and recipients. Each row is added, changed and removed on its own page."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from flask import abort, flash, g, request
from werkzeug.wrappers import Response

from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.parsing import rows as parts
from webapp.parsing import words
from webapp.parsing.fields import Posted
from webapp.views.request_base import (
    SAVED,
    Trouble,
    actor,
    attempt,
    casework,
    me,
    my_draft,
    pages,
    returning,
    save,
    see_other,
    show,
    today,
    unreadable,
)
from webapp.views.request_cards import item_cards, person_cards, recipient_cards
from workflows.core.commands import Save
from workflows.core.refusals import Refusal
from workflows.core.request import Answers, Item, Items, People, Person, Recipient, Recipients, Task
from workflows.service.views import Draft

Row = TypeVar("Row", Person, Item, Recipient)


@dataclass(frozen=True, slots=True)
class Sort(Generic[Row]):
    """One sort of row: its task, its words, and the way between the form and the row."""

    task: Task
    one: str
    build: Callable[[tuple[Row, ...]], Answers]
    read: Callable[[Posted, Draft, int], Row]
    show: Callable[[Row], dict[str, Any]]
    name: Callable[[Row, Draft], str]


def _read_person(form: Posted, draft: Draft, index: int) -> Person:
    taken = [person.label for n, person in enumerate(draft.case.request.people) if n != index]
    return parts.read_person(form, taken=taken, today=today())


def _read_item(form: Posted, draft: Draft, index: int) -> Item:
    asked = draft.case.request
    taken = {item.key for item in asked.items} | {key for recipient in asked.recipients for key in recipient.items}
    key = asked.items[index].key if 0 <= index < len(asked.items) else ""
    return parts.read_item(form, key=key, categories=draft.definition.categories, taken=taken)


def _read_recipient(form: Posted, draft: Draft, index: int) -> Recipient:
    return parts.read_recipient(form, keys=[item.key for item in draft.case.request.items])


def _item_name(item: Item, draft: Draft) -> str:
    return draft.definition.categories.get(item.category, item.category)


SORTS: Mapping[str, Sort[Any]] = {
    "people": Sort(
        Task.PEOPLE, "person", People, _read_person, parts.show_person, lambda person, draft: person.label
    ),
    "items": Sort(Task.ITEMS, "item", Items, _read_item, parts.show_item, _item_name),
    "recipients": Sort(
        Task.RECIPIENTS, "recipient", Recipients, _read_recipient, parts.show_recipient,
        lambda recipient, draft: recipient.name,
    ),
}  # fmt: skip
CARDS = {"people": person_cards, "items": item_cards, "recipients": recipient_cards}
KINDS = "any(people, items, recipients)"


def _rows(draft: Draft, kind: str) -> tuple[Any, ...]:
    return tuple(getattr(draft.case.request, kind))


def mark(row: Any) -> str:
    """A short mark of a row as it was shown, to find it again when rows have moved meanwhile."""
    return hashlib.sha256(repr(row).encode("utf-8", "replace")).hexdigest()[:16]


@pages.get(f"/requests/<uuid:case_id>/<{KINDS}:kind>")
@signed_in
def rows(case_id: uuid.UUID, kind: str) -> Response:
    """All rows of one list."""
    draft = my_draft(case_id)
    return show(kind, draft=draft, kind=kind, cards=CARDS[kind](draft, returning=bool(returning())))


@pages.route(f"/requests/<uuid:case_id>/<{KINDS}:kind>/add", methods=["GET", "POST"])
@signed_in
def add_row(case_id: uuid.UUID, kind: str) -> Response:
    """Add a row."""
    return _edit(my_draft(case_id), kind, index=-1)


@pages.route(f"/requests/<uuid:case_id>/<{KINDS}:kind>/<int:number>", methods=["GET", "POST"])
@signed_in
def row(case_id: uuid.UUID, kind: str, number: int) -> Response:
    """Change a row; ``number`` counts from 1."""
    draft = my_draft(case_id)
    if number < 1 or (number > len(_rows(draft, kind)) and request.method == "GET"):
        abort(404)
    return _edit(draft, kind, index=number - 1)


def _edit(draft: Draft, kind: str, *, index: int) -> Response:
    sort, stored = SORTS[kind], _rows(draft, kind)
    if request.method == "GET":
        values = sort.show(stored[index]) if index >= 0 else _first_values(draft, kind)
        return _row_page(draft, kind, index=index, values=values)
    shown_at, index = index, _found_again(stored, index)
    form = Posted(request.form)
    made = sort.read(form, draft, index)
    after = (*stored, made) if index < 0 else (*stored[:index], made, *stored[index + 1 :])
    place = len(after) - 1 if index < 0 else index
    answers = sort.build(after)

    def name_of(refusal: Refusal) -> str:
        return _name(refusal, place)

    trouble = unreadable(draft, sort.task, answers, errors=form.errors, name_of=name_of)
    if trouble is None:
        trouble = attempt(lambda: save(draft, sort.task, answers), name_of=name_of)
    if trouble is None:
        return _to_list(draft, kind)
    typed = {**form.typed(), "roles": form.ticked("roles"), "items": form.ticked("items")}
    fresh = my_draft(uuid.UUID(draft.case.id))
    now_at = _found_again(_rows(fresh, kind), index)
    gone = shown_at >= 0 and now_at < 0
    return _row_page(fresh, kind, index=now_at, values=typed, trouble=trouble, bad=form.bad, gone=gone)


def _to_list(draft: Draft, kind: str, *, said: str = SAVED) -> Response:
    """Back to the list of rows, from where one more can be added."""
    flash(said)
    again = {"return": "check"} if returning() else {}
    return see_other("requests.rows", case_id=draft.case.id, kind=kind, **again)


def _found_again(stored: tuple[Any, ...], index: int) -> int:
    """Where the row that the page showed is now: rows may have moved. -1 for a new row, or one that is gone."""
    shown = request.form.get("row", "")
    if not shown:
        return -1
    if 0 <= index < len(stored) and mark(stored[index]) == shown:
        return index
    return next((n for n, each in enumerate(stored) if mark(each) == shown), -1)


def _first_values(draft: Draft, kind: str) -> dict[str, Any]:
    """What a new row begins with: the first recipient is usually the person who asks."""
    if kind == "recipients" and not draft.case.request.recipients:
        return {"name": me().name, "email": me().email}
    return {"repeated": "once"} if kind == "items" else {}


def _name(refusal: Refusal, place: int) -> str:
    """The field of this page that a refusal is about; nothing when it is about another row."""
    row_part, _, name = refusal.field.partition("-")
    if row_part != str(place):
        return ""
    return {"continuing-every": "every"}.get(name, name)


def _row_page(draft: Draft, kind: str, *, index: int, values: Mapping[str, Any], **more: Any) -> Response:
    stored = _rows(draft, kind)
    return show(
        SORTS[kind].one,
        draft=draft,
        kind=kind,
        number=index + 1,
        values=values,
        mark=mark(stored[index]) if index >= 0 else "",
        words=words,
        categories=draft.definition.categories,
        gone=more.pop("gone", False),
        bad=more.pop("bad", {}),
        **more,
    )


@pages.route(f"/requests/<uuid:case_id>/<{KINDS}:kind>/<int:number>/remove", methods=["GET", "POST"])
@signed_in
def remove_row(case_id: uuid.UUID, kind: str, number: int) -> Response:
    """Ask whether to remove a row, then remove it."""
    draft, sort = my_draft(case_id), SORTS[kind]
    stored = _rows(draft, kind)
    if request.method == "GET":
        if not 1 <= number <= len(stored):
            abort(404)
        return _remove_page(draft, kind, number - 1)
    index = _found_again(stored, number - 1)
    if index < 0:
        # It is gone already: a second click, or another window. Nothing is left to do.
        return _to_list(draft, kind, said="It is no longer in the list.")
    after = (*stored[:index], *stored[index + 1 :])
    trouble = attempt(lambda: save(draft, sort.task, sort.build(after)), name_of=lambda refusal: "")
    if trouble is None:
        if kind == "items":
            _forget_item(draft, stored[index].key)
        return _to_list(draft, kind, said="Removed.")
    return _remove_page(my_draft(case_id), kind, index, trouble=trouble)


def _remove_page(draft: Draft, kind: str, index: int, *, trouble: Trouble | None = None) -> Response:
    stored = _rows(draft, kind)
    if not 0 <= index < len(stored):
        abort(404)
    named = SORTS[kind].name(stored[index], draft)
    return show(
        "remove", trouble=trouble, draft=draft, kind=kind, number=index + 1, named=named,
        one=SORTS[kind].one, mark=mark(stored[index]), row=stored[index],
    )  # fmt: skip


def _forget_item(draft: Draft, key: str) -> None:
    """Take a removed item out of the recipients too, so that no list speaks of what is no longer asked for."""
    asked = draft.case.request
    if not any(key in recipient.items for recipient in asked.recipients):
        return
    left = tuple(
        replace(recipient, items=tuple(each for each in recipient.items if each != key))
        for recipient in asked.recipients
    )
    casework().execute(
        Save(
            id=str(uuid.uuid5(uuid.UUID(command_id(request.form)), "recipients")), actor=actor(), at=g.now,
            case_id=draft.case.id, task=Task.RECIPIENTS, answers=Recipients(left),
        )
    )  # fmt: skip
