"""People, items and recipients: one row of a list from its form, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from string import ascii_uppercase
from typing import Any

from webapp.parsing.fields import Posted, date_parts
from webapp.parsing.words import CAPACITY, COMPETENCE, PERSON_ROLES
from workflows.core.request import Continuing, Item, Period, Person, PersonRole, Recipient

ADULT_FROM = 18
SORTS = ("Child", "Adult", "Person")


def proposed_label(born: date | None, taken: Iterable[str], *, today: date) -> str:
    """The next free label, such as "Child A": by the date of birth, with a letter nobody else has."""
    sort = "Person" if born is None else "Child" if age(born, today=today) < ADULT_FROM else "Adult"
    used = {label.rpartition(" ")[2].upper() for label in taken if label.rpartition(" ")[0] in SORTS}
    letters = [*ascii_uppercase, *(f"A{letter}" for letter in ascii_uppercase)]
    return f"{sort} {next(letter for letter in letters if letter not in used)}"


def age(born: date, *, today: date) -> int:
    """Whole years since birth."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def read_person(form: Posted, *, taken: Collection[str], today: date) -> Person:
    """A person from the form. Without a label one is proposed from the date of birth."""
    born = form.date("born", what="Date of birth")
    if born and born > today:
        form.errors["born"] = "Date of birth must be in the past."
    roles = form.many("roles", tuple(PERSON_ROLES))
    return Person(
        label=form.line("label") or proposed_label(born, taken, today=today),
        name=form.line("name"),
        born=born,
        roles=tuple(PersonRole(role) for role in roles),
        relation=form.line("relation"),
        contact=form.text("contact"),
        nhs_number=form.line("nhs_number").replace(" ", ""),
        capacity=form.choice("capacity", CAPACITY),
        competence=form.choice("competence", COMPETENCE),
    )


def show_person(person: Person) -> dict[str, Any]:
    """A person as the values of the form."""
    return {
        "label": person.label,
        "name": person.name,
        "born": date_parts(person.born),
        "roles": [role.value for role in person.roles],
        "relation": person.relation,
        "contact": person.contact,
        "nhs_number": person.nhs_number,
        "capacity": person.capacity,
        "competence": person.competence,
    }


def free_key(category: str, taken: Collection[str]) -> str:
    """A key for a new item that no item and no recipient has used."""
    stem = category[:30] or "item"
    number = 1
    while (key := f"{stem}-{number}") in taken:
        number += 1
    return key


def read_item(form: Posted, *, key: str, categories: Mapping[str, str], taken: Collection[str]) -> Item:
    """An item from the form; a new one (no ``key``) gets a key of its own."""
    category = form.choice("category", categories, say="Choose a kind of information.")
    if not category:
        form.errors.setdefault("category", "Choose a kind of information.")
    start = form.date("period-start", what="The first day")
    end = form.date("period-end", what="The last day")
    return Item(
        key=key or free_key(category, taken),
        category=category,
        describe=form.text("describe"),
        justify=form.text("justify"),
        period=Period(start, end) if start or end else None,
        whole_record=form.flag("whole_record"),
        continuing=_continuing(form),
        protected_location=form.flag("protected_location"),
    )


def _continuing(form: Posted) -> Continuing | None:
    if form.choice("repeated", ("once", "again")) != "again":
        return None
    every = form.line("every")
    if not every:
        form.errors["every"] = "Say how often you need it, such as month or term."
    return Continuing(every, form.date("until", what="The last day of the flow"))


def show_item(item: Item) -> dict[str, Any]:
    """An item as the values of the form."""
    period, again = item.period or Period(), item.continuing
    return {
        "category": item.category,
        "describe": item.describe,
        "justify": item.justify,
        "period-start": date_parts(period.start),
        "period-end": date_parts(period.end),
        "whole_record": "yes" if item.whole_record else "",
        "repeated": "again" if again else "once",
        "every": again.every if again else "",
        "until": date_parts(again.until) if again else None,
        "protected_location": "yes" if item.protected_location else "",
    }


def read_recipient(form: Posted, *, keys: Collection[str]) -> Recipient:
    """A recipient from the form; ``keys`` are the items of the request."""
    say = "The request no longer asks for one of these items. Choose again."
    if not keys:
        # Without items the page has no such field to lead to.
        return Recipient(name=form.line("name"), email=form.line("email"), role=form.line("role"))
    return Recipient(
        name=form.line("name"),
        email=form.line("email"),
        role=form.line("role"),
        items=form.many("items", tuple(keys), say=say),
    )


def show_recipient(recipient: Recipient) -> dict[str, Any]:
    """A recipient as the values of the form."""
    return {
        "name": recipient.name,
        "email": recipient.email,
        "role": recipient.role,
        "items": list(recipient.items),
    }
