"""Answers to the fields of a stage: raw text in, typed answers or faults out. Pure, and the only way in.

A value is looked for under the field's key; a field of several parts has them under key-part (``applicant-name``).
A value for a field that is not asked, because the answers before it close it, is dropped: a page without a script
shows every field, so somebody may fill one in and then answer the question before it otherwise. To store what was
not asked would be a false record, and to refuse it would make her hunt for it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from workflows.core.field_kinds import CODED, Document, Field, FieldClass, FieldType, SignedHow
from workflows.core.limits import LINE, TEXT, blank, text_fault
from workflows.core.refusals import Refusal
from workflows.core.request import Person, PersonRole
from workflows.core.spans import LONDON

Raw = Mapping[str, Sequence[str]]
"""What a form sent: every text under each name."""
EARLIEST, LATEST = date(1880, 1, 1), date(2100, 12, 31)
PARTS: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.PERSON: ("name", "born", "relation", "contact"),
    FieldType.SIGNED: ("name", "how", "at"),
}
"""The parts of the types that have several; SIGNED has also a value of its own, which says that it was signed."""
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed which wording, how and when."""

    name: str
    how: SignedHow
    at: datetime
    document: str
    version: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one field. ``text`` holds words, the code of a choice, a day, or an instant (aware UTC).

    ``withheld``: whoever looks may know that it was answered, and no more.
    """

    key: str
    type: FieldType
    read_by: FieldClass
    text: str = ""
    codes: tuple[str, ...] = ()
    yes: bool | None = None
    person: Person | None = None
    signed: Signed | None = None
    withheld: bool = False

    @property
    def fact(self) -> Any:
        """What guards see of it: a code, a yes or no, a day, a number, or that it is there; never words."""
        if self.type is FieldType.YES_NO:
            return self.yes
        if self.type is FieldType.CHOICES:
            return list(self.codes)
        if self.type is FieldType.PEOPLE:
            return len(self.codes)
        return self.text if self.type in CODED else True

    def hidden(self) -> Answer:
        """That it was answered, without the answer."""
        return Answer(self.key, self.type, self.read_by, withheld=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is judged by: the stage, the facts of the case, the instant, its people and the wordings."""

    stage: str
    facts: Mapping[str, Any]
    at: datetime
    people: Collection[str] = ()
    documents: Mapping[str, Document] | None = None


class _Bad(Exception):
    """One value cannot be used: why, and which part of the field it is about."""

    def __init__(self, code: str, say: str, part: str = "") -> None:
        super().__init__(code)
        self.code, self.say, self.part = code, say, part


def answered(fields: Sequence[Field], raw: Raw, asked: Asked) -> tuple[tuple[Answer, ...], tuple[Refusal, ...]]:
    """The answers to these fields in their order, and every fault; with a fault the answers are not to be used."""
    found: list[Answer] = []
    faults = [*_unknown(fields, raw)]
    facts = _facts(asked)
    here = facts["answers"][asked.stage]
    for each in fields:
        if not is_asked(each, facts):
            continue
        try:
            answer = _answer(each, raw, asked)
        except _Bad as bad:
            faults.append(Refusal(bad.code, bad.say, f"{each.key}-{bad.part}" if bad.part else each.key))
            continue
        if answer is not None:
            found.append(answer)
            here[each.key] = answer.fact
    return tuple(found), tuple(faults)


def asked_of(fields: Sequence[Field], raw: Raw, asked: Asked) -> tuple[Field, ...]:
    """The fields that are asked, as far as what was filled in so far tells."""
    facts, found = _facts(asked), []
    for each in fields:
        if not is_asked(each, facts):
            continue
        found.append(each)
        try:
            answer = _READERS[each.type](each, raw, asked, Answer(each.key, each.type, each.read_by))
        except _Bad:
            continue
        if answer is not None:
            facts["answers"][asked.stage][each.key] = answer.fact
    return tuple(found)


def is_asked(field: Field, facts: Mapping[str, Any]) -> bool:
    """Whether a field is asked, as far as these facts tell."""
    return field.when is None or field.when.met(facts)


def _facts(asked: Asked) -> dict[str, Any]:
    """The facts, with room for what is answered here: what was answered at an earlier visit does not count."""
    answers = dict(asked.facts.get("answers", {}))
    answers[asked.stage] = {}
    return {**asked.facts, "answers": answers}


def names_of(field: Field) -> tuple[str, ...]:
    """The names under which a form may send the values of a field."""
    parts = tuple(f"{field.key}-{part}" for part in PARTS.get(field.type, ()))
    return parts if field.type is FieldType.PERSON else (field.key, *parts)


def _unknown(fields: Sequence[Field], raw: Raw) -> Iterator[Refusal]:
    known = {name for each in fields for name in names_of(each)}
    for name in sorted(set(raw) - known):
        yield Refusal("unknown_field", f"Nothing called “{name[:40]}” is asked here. Open the page again.", "")


def _answer(field: Field, raw: Raw, asked: Asked) -> Answer | None:
    """The answer, or None where a field that may be left out was. Raises _Bad."""
    empty = Answer(field.key, field.type, field.read_by)
    answer = _READERS[field.type](field, raw, asked, empty)
    if answer is None and field.required:
        raise _Bad("missing", _missing(field), _first_part(field))
    return answer


def _missing(field: Field) -> str:
    title = field.title if field.title.endswith((".", "?")) else f"{field.title}."
    match field.type:
        case FieldType.YES_NO:
            return f"Say yes or no: {title}"
        case FieldType.CHOICE | FieldType.CHOICES | FieldType.PEOPLE:
            return f"Choose an answer: {title}"
        case FieldType.SIGNED:
            return f"Say that it was signed: {title}"
        case _:
            return f"Fill this in: {title}"


def _first_part(field: Field) -> str:
    return "name" if field.type is FieldType.PERSON else ""


def _one(raw: Raw, name: str, *, limit: int = LINE, part: str = "") -> str:
    """The one text under a name. Raises _Bad for several, for one that is too long, or cannot be shown."""
    values = raw.get(name, ())
    if isinstance(values, str) or len(values) > 1:
        raise _Bad("several_values", "Give one answer here.", part)
    text = unicodedata.normalize("NFC", values[0]).strip() if values else ""
    if fault := text_fault(text, field=name, limit=limit):
        raise _Bad(fault.code, fault.say, part)
    return "" if blank(text) else text


def _words(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    text = _one(raw, field.key, limit=TEXT if field.type is FieldType.LONG_TEXT else LINE)
    if field.type is FieldType.TEXT and "\n" in text:
        raise _Bad("several_lines", "Write this on one line.")
    return replace(empty, text=text) if text else None


def _yes_no(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    text = _one(raw, field.key)
    if text and text not in (YES, NO):
        raise _Bad("unknown_choice", "Choose yes or no.")
    return replace(empty, yes=text == YES) if text else None


def _choice(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    text = _one(raw, field.key)
    if text and text not in field.options:
        raise _Bad("unknown_choice", "Choose one of those listed.")
    return replace(empty, text=text) if text else None


def _several(field: Field, raw: Raw, known: Collection[str], empty: Answer) -> Answer | None:
    values = raw.get(field.key, ())
    if isinstance(values, str) or any(value not in known for value in values):
        raise _Bad("unknown_choice", "Choose among those listed.")
    return replace(empty, codes=tuple(each for each in known if each in values)) if values else None


def _choices(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    return _several(field, raw, tuple(field.options), empty)


def _people(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    return _several(field, raw, tuple(asked.people), empty)


def _day(text: str, *, part: str = "") -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise _Bad("bad_date", "This must be a real date, such as 19 5 2021.", part) from None
    if not EARLIEST <= found <= LATEST:
        raise _Bad("bad_date", f"This must be a date from {EARLIEST.year} to {LATEST.year}.", part)
    return found


def _date(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    text = _one(raw, field.key)
    return replace(empty, text=_day(text).isoformat()) if text else None


def _at(text: str, *, part: str = "") -> datetime:
    """A local date and time, or an instant with its zone, as aware UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _Bad("bad_time", "Give a real date and a time with 24 hours, such as 14:30.", part) from None
    _day(found.date().isoformat(), part=part)
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


def _instant(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    text = _one(raw, field.key)
    return replace(empty, text=_at(text).isoformat(timespec="minutes")) if text else None


def _person(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    parts = {
        part: _one(raw, f"{field.key}-{part}", limit=TEXT if part == "contact" else LINE, part=part)
        for part in PARTS[FieldType.PERSON]
    }
    if not any(parts.values()):
        return None
    if not parts["name"]:
        raise _Bad("missing", "Give the name. If it is not known, write what is.", "name")
    born = _day(parts["born"], part="born") if parts["born"] else None
    if born is not None and born > asked.at.astimezone(LONDON).date():
        raise _Bad("bad_date", "A date of birth must not be in the future.", "born")
    roles = tuple(PersonRole(each) for each in field.roles)
    person = Person(field.label, parts["name"], born, roles, parts["relation"], parts["contact"])
    return replace(empty, person=person)


def _signed(field: Field, raw: Raw, asked: Asked, empty: Answer) -> Answer | None:
    given = _one(raw, field.key)
    parts = {part: _one(raw, f"{field.key}-{part}", part=part) for part in PARTS[FieldType.SIGNED]}
    if given not in ("", YES):
        raise _Bad("unknown_choice", "Say that it was signed, or leave it.")
    if not given:
        return None
    if not parts["name"]:
        raise _Bad("missing", "Write the name of whoever signed.", "name")
    if parts["how"] not in set(SignedHow):
        raise _Bad("unknown_choice", "Choose how it was signed.", "how")
    at = _at(parts["at"], part="at") if parts["at"] else asked.at
    if at > asked.at:
        raise _Bad("in_future", "It cannot have been signed in the future.", "at")
    wording = (asked.documents or {})[field.document]
    signed = Signed(parts["name"], SignedHow(parts["how"]), at, wording.key, wording.version)
    return replace(empty, yes=True, signed=signed)


_READERS = {
    FieldType.TEXT: _words,
    FieldType.LONG_TEXT: _words,
    FieldType.YES_NO: _yes_no,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.DATE: _date,
    FieldType.INSTANT: _instant,
    FieldType.PERSON: _person,
    FieldType.PEOPLE: _people,
    FieldType.SIGNED: _signed,
}


def people_in(answers: Sequence[Answer]) -> tuple[Person, ...]:
    """The people that answers tell of, in their order."""
    return tuple(each.person for each in answers if each.person is not None)
