"""Shape and length of what people write: checked at every save, before anything is stored."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from workflows.core.definition import Definition
from workflows.core.refusals import Refusal
from workflows.core.request import (
    Answers,
    ConsentAndOpenness,
    Items,
    LegalBasis,
    People,
    Purpose,
    Recipients,
    Request,
    Task,
)

LINE = 200
"""Longest single-line answer, in characters."""
TEXT = 4_000
"""Longest free text, in characters."""
CONTENT = 20_000
"""Longest text released for one item, in characters."""
MOST_PEOPLE = 40
MOST_ITEMS = 40
MOST_RECIPIENTS = 20

LONG_FIELDS = frozenset(
    {
        "purpose",
        "risk_of_sharing",
        "risk_of_not_sharing",
        "justify",
        "why",
        "describe",
        "contact",
        "text",
        "public_interest",
        "wording",
        "said",
        "views",
    }
)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_KEY = re.compile(r"[a-z0-9_-]{1,40}")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text_fault(value: str, *, field: str, limit: int = TEXT, task: str = "") -> Refusal | None:
    """A text that is too long or holds control characters."""
    if len(value) > limit:
        say = f"This may have at most {limit:,} characters; it has {len(value):,}."
        return Refusal("too_long", say, field, task)
    if _FORBIDDEN.search(value):
        return Refusal("bad_characters", "This holds characters that cannot be shown. Type it again.", field, task)
    return None


def blank(value: str) -> bool:
    """Whether nothing in ``value`` can be seen: white space and invisible characters only."""
    return all(unicodedata.category(character)[0] in "ZC" for character in value)


def needed(value: str, *, field: str, say: str, limit: int = TEXT) -> Iterator[Refusal]:
    """A text that must be there, and must not be too long."""
    if blank(value):
        yield Refusal("missing", say, field)
    elif fault := text_fault(value, field=field, limit=limit):
        yield fault


def nhs_number_valid(number: str) -> bool:
    """Whether ``number`` has ten digits and the modulus-11 check digit of an NHS number."""
    digits = number.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(digits[9])


def answer_faults(task: Task, answers: Answers, request: Request, definition: Definition) -> list[Refusal]:
    """Everything wrong with the shape of one saved task."""
    faults = [fault for path, value in _texts(answers) if (fault := _long(path, value, task))]
    faults.extend(_SHAPES[task](answers, request, definition))
    return faults


def _long(path: str, value: str, task: Task) -> Refusal | None:
    name = path.rsplit("-", 1)[-1]
    return text_fault(value, field=path, limit=TEXT if name in LONG_FIELDS else LINE, task=task.value)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the answers, with the name of its form field ("2-name" is row 2's name)."""
    if isinstance(value, str):
        yield path, str(value)
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _texts(each, f"{index}" if path in _ROWS else f"{path}-{index}")
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from _texts(getattr(value, each.name), f"{path}-{each.name}" if path else each.name)


_ROWS = frozenset({"people", "items", "recipients", "differs"})


def _tells(label: str, name: str) -> bool:
    """Whether a label gives away a part of the name that is long enough to know somebody by."""
    words = set(re.findall(r"\w{3,}", label.casefold()))
    return bool(words & set(re.findall(r"\w{3,}", name.casefold())))


def _people(answers: Answers, request: Request, definition: Definition) -> Iterator[Refusal]:
    assert isinstance(answers, People)
    if len(answers.people) > MOST_PEOPLE:
        yield Refusal("too_many", f"A request may name at most {MOST_PEOPLE} people.", "people", Task.PEOPLE)
    labels = [person.label for person in answers.people]
    for index, person in enumerate(answers.people):
        if blank(person.label):
            yield Refusal("missing", "Give this person a label, such as Child A.", f"{index}-label", Task.PEOPLE)
        elif _tells(person.label, person.name):
            say = "Use a label that does not tell who it is, such as Child A: advisers see it instead of the name."
            yield Refusal("label_tells", say, f"{index}-label", Task.PEOPLE)
        elif labels.index(person.label) != index:
            yield Refusal("label_twice", f"Two people are called {person.label}.", f"{index}-label", Task.PEOPLE)
        if person.nhs_number and not nhs_number_valid(person.nhs_number):
            say = "This is not an NHS number: it must have 10 digits and pass the check. Look at it again."
            yield Refusal("nhs_number", say, f"{index}-nhs_number", Task.PEOPLE)


def _purpose(answers: Answers, request: Request, definition: Definition) -> Iterator[Refusal]:
    assert isinstance(answers, Purpose)
    if answers.threshold and answers.threshold not in definition.thresholds:
        yield Refusal("unknown_threshold", "Choose one of the concerns listed.", "threshold", Task.PURPOSE)


def _items(answers: Answers, request: Request, definition: Definition) -> Iterator[Refusal]:
    assert isinstance(answers, Items)
    if len(answers.items) > MOST_ITEMS:
        yield Refusal("too_many", f"A request may ask for at most {MOST_ITEMS} items.", "items", Task.ITEMS)
    keys = [item.key for item in answers.items]
    for index, item in enumerate(answers.items):
        if not _KEY.fullmatch(item.key) or keys.index(item.key) != index:
            yield Refusal("item_key", "Two items are confused. Open the list of items again.", "items", Task.ITEMS)
        if item.category not in definition.categories:
            yield Refusal("unknown_category", "Choose a kind of information.", f"{index}-category", Task.ITEMS)
        period = item.period
        if period and period.start and period.end and period.end < period.start:
            say = "The period must not end before it begins."
            yield Refusal("period_backwards", say, f"{index}-period-end", Task.ITEMS)


def _recipients(answers: Answers, request: Request, definition: Definition) -> Iterator[Refusal]:
    assert isinstance(answers, Recipients)
    if len(answers.recipients) > MOST_RECIPIENTS:
        say = f"A request may name at most {MOST_RECIPIENTS} recipients."
        yield Refusal("too_many", say, "recipients", Task.RECIPIENTS)
    emails = [recipient.email.casefold() for recipient in answers.recipients]
    known = {item.key for item in request.items}
    for index, recipient in enumerate(answers.recipients):
        if blank(recipient.name):
            yield Refusal("missing", "Give the recipient's name.", f"{index}-name", Task.RECIPIENTS)
        if not _EMAIL.fullmatch(recipient.email):
            say = "Give a work e-mail address, such as name@council.example."
            yield Refusal("email", say, f"{index}-email", Task.RECIPIENTS)
        elif emails.index(recipient.email.casefold()) != index:
            yield Refusal("recipient_twice", "This person is listed twice.", f"{index}-email", Task.RECIPIENTS)
        if foreign := sorted(set(recipient.items) - known):
            say = f"The request no longer asks for {len(foreign)} of these items. Choose again."
            yield Refusal("foreign_item", say, f"{index}-items", Task.RECIPIENTS)


def _consent(answers: Answers, request: Request, definition: Definition) -> Iterator[Refusal]:
    assert isinstance(answers, ConsentAndOpenness)
    if len(answers.differs) > MOST_PEOPLE:
        yield Refusal("too_many", f"Consent may differ at most {MOST_PEOPLE} times.", "differs", Task.CONSENT)
    labels, keys = {person.label for person in request.people}, {item.key for item in request.items}
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(answers.differs):
        if each.person not in labels:
            yield Refusal("foreign_person", "Choose one of the people in the request.", f"{index}-person", Task.CONSENT)
        if set(each.items) - keys:
            yield Refusal("foreign_item", "Choose among the items of the request.", f"{index}-items", Task.CONSENT)
        if each.consent.state is None:
            yield Refusal("consent_missing", "Say where consent stands.", f"{index}-state", Task.CONSENT)
        own = {(each.person, key) for key in (each.items or keys or {""})}
        if own & seen:
            say = "This person and item are told of twice. Change the one that is there."
            yield Refusal("consent_twice", say, f"{index}-person", Task.CONSENT)
        seen |= own


def _nothing(answers: Answers, request: Request, definition: Definition) -> Iterator[Refusal]:
    assert isinstance(answers, LegalBasis)
    return iter(())


_SHAPES = {
    Task.PEOPLE: _people,
    Task.PURPOSE: _purpose,
    Task.ITEMS: _items,
    Task.RECIPIENTS: _recipients,
    Task.CONSENT: _consent,
    Task.BASIS: _nothing,
}
