"""Fields of a workflow as a form: what is drawn for each, and what a posted form says of them.

Days are typed in three boxes and times in one more; the core is given one text for each name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.forms import clean
from webapp.views.answer_cards import HOW
from workflows.core.field_kinds import Document, Field, FieldType
from workflows.core.fields import names_of
from workflows.core.refusals import Refusal

DAYS = ("day", "month", "year")
MOST_VALUES = 60
"""More values under one name than any list of choices has are not read."""
Raw = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as the page draws it. ``values`` and ``errors`` are by the names of its boxes."""

    kind: str
    name: str
    title: str
    help: str
    options: tuple[tuple[str, str], ...]
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    wording: Document | None = None
    required: bool = True


def raw_of(form: MultiDict[str, str], fields: Iterable[Field]) -> Raw:
    """What a posted form says of these fields, as the core reads it; what else was sent is left out."""
    raw: Raw = {}
    for each in fields:
        for name in names_of(each):
            values = _values(form, each, name)
            if any(values):
                raw[name] = values
    return raw


def _values(form: MultiDict[str, str], asked: Field, name: str) -> tuple[str, ...]:
    if asked.type is FieldType.DATE or name == f"{asked.key}-born":
        return (_day(form, name),)
    if asked.type is FieldType.INSTANT:
        day, time = _day(form, name), clean(form.get(f"{name}-time", ""))
        return (f"{day}T{_clock(time)}" if day or time else "",)
    return tuple(clean(value) for value in form.getlist(name)[:MOST_VALUES])


def _day(form: MultiDict[str, str], name: str) -> str:
    """The day in three boxes as the core reads one; what is no day stays what was typed, to be refused in words."""
    day, month, year = (clean(form.get(f"{name}-{part}", "")) for part in DAYS)
    if not (day or month or year):
        return ""
    whole = all(each.isascii() and each.isdigit() for each in (day, month, year))
    return f"{int(year[:4]):04d}-{int(month[:2]):02d}-{int(day[:2]):02d}" if whole else f"{day} {month} {year}"


def _clock(time: str) -> str:
    hours, _, minutes = time.replace(".", ":").partition(":")
    return f"{hours.zfill(2)}:{minutes or '00'}" if hours else ""


def views(
    fields: Sequence[Field],
    form: MultiDict[str, str],
    *,
    documents: Mapping[str, Document],
    people: Sequence[str] = (),
    faults: Iterable[Refusal] = (),
) -> tuple[FieldView, ...]:
    """These fields as the page draws them, with what was typed and what is wrong with it."""
    said: dict[str, str] = {}
    for fault in faults:
        said.setdefault(fault.field, fault.say)
    return tuple(_view(each, form, said, documents=documents, people=people) for each in fields)


def _view(
    asked: Field, form: MultiDict[str, str], said: Mapping[str, str], *, documents: Mapping[str, Document],
    people: Sequence[str],
) -> FieldView:  # fmt: skip
    key = asked.key
    options = tuple(asked.options.items())
    if asked.type is FieldType.PEOPLE:
        options = tuple((label, label) for label in people)
    elif asked.type is FieldType.SIGNED:
        options = tuple((how.value, words.capitalize()) for how, words in HOW.items())
    values: dict[str, Any] = {name: form.get(name, "") for name in form if name == key or name.startswith(f"{key}-")}
    if asked.type in (FieldType.CHOICES, FieldType.PEOPLE):
        values[key] = form.getlist(key)
    for name in (key, f"{key}-born"):
        if any(f"{name}-{part}" in form for part in DAYS):
            values[name] = {part: form.get(f"{name}-{part}", "") for part in DAYS}
    errors = {name: words for name, words in said.items() if name == key or name.startswith(f"{key}-")}
    return FieldView(
        asked.type.value, key, asked.title, asked.help, options, values, errors, documents.get(asked.document),
        asked.required,
    )  # fmt: skip


def hidden_pairs(form: MultiDict[str, str], fields: Iterable[Field]) -> list[tuple[str, str]]:
    """Everything that was typed into these fields, to be carried by the page that reads it back."""
    names = {name for each in fields for name in names_of(each)}
    boxes = {f"{name}-{part}" for name in names for part in (*DAYS, "time")}
    return [(name, value) for name, value in form.items(multi=True) if name in names | boxes and value]
