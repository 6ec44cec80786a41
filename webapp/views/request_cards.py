"""The answers of a draft as summary cards, each row with the way to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.parsing import words
from webapp.parsing.words import coded, said
from webapp.views.consent_cards import basis_tests, consent_rows, differing_rows, told_rows
from webapp.views.request_base import at
from webapp.views.request_missing import LISTS, TITLES
from webapp.views.showing import joined, long_date
from workflows.core.request import Item, Person, Recipient, Task
from workflows.service.views import Draft

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """One card: a title, rows, and what can be done with the whole card."""

    title: str
    rows: Sequence[Row]
    actions: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of one task; ``add_url`` leads to adding another row of a list."""

    title: str
    cards: Sequence[Card]
    add_url: str = ""
    add_text: str = ""


def person_cards(draft: Draft, *, returning: bool = False) -> list[Card]:
    """A card for each person."""
    return [
        Card(person.label, _person(person), _acts(draft, "people", number, person.label, returning=returning))
        for number, person in enumerate(draft.case.request.people, 1)
    ]


def _person(person: Person) -> list[Row]:
    return _present(
        ("In the request because", [words.PERSON_ROLES[role.value] for role in person.roles]),
        ("Name", person.name),
        ("Date of birth", _day(person.born)),
        ("NHS number", person.nhs_number),
        ("To the others", person.relation),
        ("Contact", person.contact),
        ("Capacity", said(person.capacity, words.CAPACITY)),
        ("Competence", said(person.competence, words.COMPETENCE)),
        always=("In the request because", "Name", "Date of birth"),
    )


def item_cards(draft: Draft, *, returning: bool = False) -> list[Card]:
    """A card for each item."""
    categories = draft.definition.categories
    return [
        Card(
            f"Item {number}: {categories.get(item.category, item.category)}",
            _item(item, draft),
            _acts(draft, "items", number, f"item {number}", returning=returning),
        )
        for number, item in enumerate(draft.case.request.items, 1)
    ]


def _item(item: Item, draft: Draft) -> list[Row]:
    receivers = [each.name for each in draft.case.request.recipients if item.key in each.items]
    marks = ["Whole record"] if item.whole_record else []
    if item.protected_location:
        marks.append("Could show where somebody lives who must not be found")
    return _present(
        ("What", item.describe),
        ("Why", item.justify),
        ("Time", _period(item)),
        ("How often", _flow(item)),
        ("Special care", marks),
        ("Would go to", receivers),
        always=("What", "Why", "Would go to"),
    )


def _period(item: Item) -> str:
    if item.period is None:
        return ""
    start, end = _day(item.period.start), _day(item.period.end)
    if start and end:
        return f"{start} to {end}"
    return f"From {start}" if start else f"Until {end}"


def _flow(item: Item) -> str:
    if item.continuing is None:
        return ""
    until = item.continuing.until
    return f"Every {item.continuing.every}" + (f", until {long_date(until)}" if until else "")


def recipient_cards(draft: Draft, *, returning: bool = False) -> list[Card]:
    """A card for each recipient."""
    return [
        Card(each.name, _recipient(each, draft), _acts(draft, "recipients", number, each.name, returning=returning))
        for number, each in enumerate(draft.case.request.recipients, 1)
    ]


def _recipient(recipient: Recipient, draft: Draft) -> list[Row]:
    names = draft.definition.categories
    keys = {item.key: item.describe or names.get(item.category, item.category) for item in draft.case.request.items}
    return _present(
        ("Part in the work", recipient.role),
        ("E-mail", recipient.email),
        ("Would receive", [keys[key] for key in recipient.items if key in keys]),
        always=("Part in the work", "E-mail", "Would receive"),
    )


def _acts(draft: Draft, kind: str, number: int, name: str, *, returning: bool) -> list[dict[str, str]]:
    values: dict[str, Any] = {"case_id": draft.case.id, "kind": kind, "number": number}
    return [
        {"text": "Change", "url": at("row", back=returning, **values), "hidden": name},
        {"text": "Remove", "url": at("remove_row", back=returning, **values), "hidden": name},
    ]


def groups(draft: Draft) -> list[Group]:
    """All answers, in the order of the task list."""
    cards = {
        Task.PEOPLE: person_cards(draft, returning=True),
        Task.PURPOSE: [Card("Purpose and both risks", _purpose(draft))],
        Task.ITEMS: item_cards(draft, returning=True),
        Task.RECIPIENTS: recipient_cards(draft, returning=True),
        Task.CONSENT: [Card("Consent", _consent(draft)), Card("Openness", _told(draft)), *_where_it_differs(draft)],
        Task.BASIS: [Card("Legal basis", _basis(draft))],
    }
    add = {"people": "Add a person", "items": "Add an item", "recipients": "Add a recipient"}
    return [
        Group(
            title,
            cards[task],
            at("add_row", case_id=draft.case.id, kind=LISTS[task], back=True) if task in LISTS else "",
            add.get(LISTS.get(task, ""), ""),
        )
        for task, (title, _hint) in TITLES.items()
    ]


def _asked(draft: Draft, page: str, key: str, value: Any, *, field: str = "") -> Row:
    url = at("question", case_id=draft.case.id, page=page, anchor=field, back=True)
    return {"key": key, "value": value, "change_url": url}


def _purpose(draft: Draft) -> list[Row]:
    purpose = draft.case.request.purpose
    concern = said(purpose.threshold, draft.definition.thresholds)
    return [
        _asked(draft, "purpose", "Concern", concern, field="threshold"),
        _asked(draft, "purpose", "Purpose", purpose.purpose, field="purpose"),
        _asked(draft, "risks", "If it is not shared", purpose.risk_of_not_sharing, field="risk_of_not_sharing"),
        _asked(draft, "risks", "If it is shared", purpose.risk_of_sharing, field="risk_of_sharing"),
        _asked(draft, "urgency", "Urgency", purpose.urgency.value.capitalize(), field="urgency"),
    ]


def _consent(draft: Draft) -> list[Row]:
    consent = draft.case.request.consent
    state = consent.state.value if consent.state else ""
    first = _asked(draft, "consent", "Where consent stands", said(state, words.CONSENT_STATES), field="state")
    if consent.state is None:
        return [first]
    rows = [(str(each["key"]), each["value"]) for each in list(consent_rows(consent))[1:]]
    details = [_asked(draft, "details", key, value) for key, value in rows if value]
    return [first, *(details or [_asked(draft, "details", "Details", "")])]


def _told(draft: Draft) -> list[Row]:
    rows = [(str(each["key"]), each["value"]) for each in told_rows(draft.case.request.told)]
    return [_asked(draft, "told", key, value, field="told") for key, value in rows]


def _where_it_differs(draft: Draft) -> list[Card]:
    rows = _differs(draft)
    return [Card("Where consent differs", rows)] if rows else []


def _differs(draft: Draft) -> list[Row]:
    keys = {item.key: item.describe or item.category for item in draft.case.request.items}
    return [
        {"key": each["key"], "value": each["value"], "change_url": at("others", case_id=draft.case.id, back=True)}
        for each in differing_rows(draft.case.request, keys)
    ]


def _basis(draft: Draft) -> list[Row]:
    basis = draft.case.request.basis
    return [
        _asked(draft, "basis", "Basis (Article 6)", coded(basis.article_6, words.ARTICLE_6), field="article_6"),
        _asked(draft, "basis", "Law behind it", basis.provision, field="provision"),
        _asked(draft, "special", "Condition (Article 9)", coded(basis.article_9, words.ARTICLE_9), field="article_9"),
        _asked(draft, "special", "Crime (Article 10)", "Yes" if basis.article_10 else "No", field="article_10"),
        _asked(draft, "special", "Schedule 1", coded(basis.schedule_1, words.SCHEDULE_1), field="schedule_1"),
        *(_asked(draft, "tests", key, value, field=field) for key, value, field in basis_tests(basis)),
        _asked(draft, "confidence", "Confidence", said(basis.common_law, words.COMMON_LAW), field="common_law"),
        _asked(draft, "confidence", "Part of the law", said(basis.regime, words.REGIMES), field="regime"),
    ]


def cautions(draft: Draft) -> list[str]:
    """What may be sent all the same, and yet should be looked at again."""
    asked = draft.case.request
    found = []
    broad = [str(number) for number, item in enumerate(asked.items, 1) if item.whole_record]
    if broad:
        found.append(
            f"You ask for a whole record (item {joined(broad)}). Would a summary or a period be enough? "
            "Whole records are always decided by an adjudicator."
        )
    return found


def _day(day: date | None) -> str:
    return long_date(day) if day else ""


def _present(*rows: tuple[str, Any], always: Sequence[str]) -> list[Row]:
    return [{"key": key, "value": value} for key, value in rows if value or key in always]


__all__ = ["Card", "Group", "cautions", "groups", "item_cards", "person_cards", "recipient_cards"]
