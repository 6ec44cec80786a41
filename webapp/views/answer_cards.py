"""What was answered on forms, as rows of summary cards and of the page that reads them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from webapp.views.case_cards import Card, Row, row
from webapp.views.showing import joined, long_date, long_instant
from workflows.core.completing import Completion
from workflows.core.definition import Definition
from workflows.core.field_kinds import Document, Field, FieldType, SignedHow
from workflows.core.fields import Answer
from workflows.service.views import CasePage

HOW: dict[SignedHow, str] = {
    SignedHow.ON_PAPER: "on paper",
    SignedHow.ON_SCREEN: "on a screen",
    SignedHow.TYPED_NAME: "by typing the name",
    SignedHow.AGREED_ALOUD: "agreed to aloud",
}
NOT_FOR_YOU = "Answered. It is not shown to you."


def answer_cards(page: CasePage) -> list[Card]:
    """One card for each form that was filled in, the latest first."""
    numbered = list(enumerate(page.completions, 1))
    first = [Card("safe-contact", "Safe contact", tuple(contact_rows(page)))] if page.safely else []
    return first + [
        Card(f"answers-{number}", _title(page, each), tuple(_rows(page.definition, each)))
        for number, each in reversed(numbered)
    ]


def contact_rows(page: CasePage) -> Iterator[Row]:
    """How the applicant can be reached safely."""
    if page.safely is not None:
        yield row("How", page.safely.by)
        yield row("When", page.safely.when)
        yield row("By e-mail", "Never" if page.safely.no_email else "Allowed")


def _title(page: CasePage, done: Completion) -> str:
    again = f", round {done.round}" if done.round > 1 else ""
    return f"{page.definition.stage(done.stage).title}{again}"


def _rows(definition: Definition, done: Completion) -> Iterator[Row]:
    yield from answer_rows(definition.stage(done.stage).fields, done.answers, definition)
    if done.by_name:
        position = f", {done.position}" if done.position else ""
        yield row("Completed by", f"{done.by_name}{position}, {long_instant(done.at)}")


def answer_rows(fields: Sequence[Field], answers: Sequence[Answer], definition: Definition) -> Iterator[Row]:
    """A row for each answer, in the words of its field; a field that a version no longer has is told by its key."""
    known = {field.key: field for field in fields}
    for answer in answers:
        field = known.get(answer.key)
        title = field.title if field else answer.key
        yield row(title, _words(field, answer, definition))


def _words(field: Field | None, answer: Answer, definition: Definition) -> str | list[str]:
    if answer.withheld:
        return NOT_FOR_YOU
    options = field.options if field else {}
    match answer.type:
        case FieldType.YES_NO:
            return "Yes" if answer.yes else "No"
        case FieldType.CHOICE:
            return options.get(answer.text, answer.text)
        case FieldType.CHOICES | FieldType.PEOPLE:
            return joined([options.get(code, code) for code in answer.codes])
        case FieldType.DATE:
            return long_date(date.fromisoformat(answer.text))
        case FieldType.INSTANT:
            return long_instant(datetime.fromisoformat(answer.text))
        case FieldType.PERSON:
            return _person(answer)
        case FieldType.SIGNED:
            return _signed(answer, definition.documents.get(field.document) if field else None)
        case _:
            return answer.text


def _person(answer: Answer) -> list[str]:
    person = answer.person
    if person is None:
        return []
    born = f"Born {long_date(person.born)}" if person.born else ""
    return [each for each in (f"{person.label}: {person.name}", born, person.relation, person.contact) if each]


def _signed(answer: Answer, wording: Document | None) -> list[str]:
    signed = answer.signed
    if signed is None:
        return []
    title = wording.title if wording else signed.document
    return [f"Signed by {signed.name}, {HOW[signed.how]}, {long_instant(signed.at)}", f"{title}, {signed.version}"]
