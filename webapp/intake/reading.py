"""From what a JSON text says to requests, with every fault of its shape by place. A value is never repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from webapp.intake.document import (
    FORMAT,
    MOST_DOCUMENTS,
    DocumentModel,
    DocumentsModel,
    EntryModel,
    PartialModel,
    document_of,
)
from webapp.intake.pointers import pointer
from webapp.intake.shapes import KEY, SHOWN
from workflows.core.imported import Document, Fault

MOST_FAULTS = 200
"""Faults that are told at once: whoever has more mends these first."""

MANY = "requests"


@dataclass(frozen=True, slots=True)
class Read:
    """One request as far as it could be read. ``bad`` are its keys that could not."""

    document: Document
    bad: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one text: requests, and what is wrong with their shape."""

    requests: tuple[Read, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_one(said: object) -> Reading:
    """One request in a document of its own."""
    return _one(said, DocumentModel, "")


def read(said: object) -> Reading:
    """One request, or several of them in a list."""
    if isinstance(said, Mapping) and MANY in said:
        return _several(said)
    return _one(said, DocumentModel, "")


def _several(said: Mapping[str, Any]) -> Reading:
    entries = said[MANY]
    faults = list(shape_faults_of(DocumentsModel, {**said, MANY: []}, skip=("too_short",)))
    if not isinstance(entries, list):
        return Reading(faults=(*faults, Fault(f"/{MANY}", "not_a_list", _NOT_A_LIST)))
    if not 0 < len(entries) <= MOST_DOCUMENTS:
        say = f"Write from 1 to {MOST_DOCUMENTS} requests in one document."
        return Reading(faults=(*faults, Fault(f"/{MANY}", "too_many", say)))
    found: list[Read] = []
    for index, entry in enumerate(entries):
        one = _one(entry, EntryModel, f"/{MANY}/{index}")
        found += one.requests
        faults += one.faults
    return Reading((*found,), (*faults, *_twice(found)))


def _twice(found: list[Read]) -> Iterator[Fault]:
    """Two requests with one source in one document: the second would be taken for the first."""
    seen = set()
    for each in found:
        document = each.document
        name = (document.requester.casefold(), document.origin.system, document.origin.reference)
        if name in seen and "source" not in each.bad:
            say = "Another request in this document has the same source. Give each a reference of its own."
            yield Fault(f"{document.place}/source", "source_twice", say)
        seen.add(name)


def _one(said: object, kind: type[EntryModel], place: str) -> Reading:
    try:
        return Reading((Read(kind.model_validate(said).to_document(place)),))
    except ValidationError as wrong:
        faults = tuple(_faults(wrong, place))
        bad = frozenset(str(each["loc"][0]) for each in wrong.errors(include_input=False) if each["loc"])
    if not isinstance(said, Mapping):
        return Reading(faults=faults)
    rest = {key: value for key, value in said.items() if key not in bad}
    return Reading((Read(document_of(PartialModel.model_validate(rest), place), bad),), faults)


def shape_faults_of(
    model: type[Any], said: object, place: str = "", *, skip: tuple[str, ...] = ()
) -> tuple[Fault, ...]:  # fmt: skip
    """What is wrong with the shape of anything that should be like ``model``; nothing when it fits."""
    try:
        model.model_validate(said)
    except ValidationError as wrong:
        return tuple(_faults(wrong, place, skip))
    return ()


def _faults(wrong: ValidationError, place: str, skip: tuple[str, ...] = ()) -> Iterator[Fault]:
    for each in wrong.errors(include_url=False, include_input=False):
        if each["type"] not in skip:
            code, say = _said(each["type"], each.get("ctx", {}))
            yield Fault(place + pointer(each["loc"]), code, say)


_NOT_A_LIST = "Write a list here: [ … ]."
_PLAIN: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "This key is needed. Add it."),
    "extra_forbidden": ("unknown_key", "There is no such key here. Remove it, or look at how it is spelled."),
    "string_type": ("not_text", "Write text in quotation marks here."),
    "bool_type": ("not_true_or_false", "Write true or false here, without quotation marks."),
    "list_type": ("not_a_list", _NOT_A_LIST),
    "model_type": ("not_an_object", "Write an object here: { … }."),
    "date_type": ("not_a_day", "Write a day as year, month and day, such as “2026-11-02”, from 1880 to 2100."),
    "day": ("not_a_day", "Write a real day as year, month and day, such as “2026-11-02”, from 1880 to 2100."),
}
_OTHERWISE = ("bad_code", "Write a code here: small letters, digits and _.")
_PATTERNS: Mapping[str, tuple[str, str]] = {
    SHOWN: ("bad_characters", "This holds characters that cannot be shown. Leave them out."),
    KEY: ("item_key", "Write a key of 1 to 40 small letters, digits, - and _."),
    r"^[0-9 ]*$": ("nhs_number", "Write the ten digits of the NHS number."),
}
_COUNTED: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "string_too_long": lambda ctx: ("too_long", f"This may have at most {ctx['max_length']:,} characters."),
    "string_too_short": lambda ctx: ("missing", "Write something here."),
    "too_long": lambda ctx: ("too_many", f"At most {ctx['max_length']} can stand in this list."),
    "literal_error": lambda ctx: ("unknown_code", f"Write one of these here: {ctx['expected']}."),
    "string_pattern_mismatch": lambda ctx: _PATTERNS.get(ctx["pattern"], _OTHERWISE),
}


def _said(kind: str, ctx: Mapping[str, Any]) -> tuple[str, str]:
    """A stable code of our own and a sentence for each kind of fault."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    return _COUNTED[kind](ctx) if kind in _COUNTED else ("wrong", "This cannot be read. Look at its description.")


def capped(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Not more faults than somebody can look at, and a word that there are more."""
    if len(faults) <= MOST_FAULTS:
        return faults
    return (*faults[:MOST_FAULTS], Fault("", "more_faults", "There are more faults. Mend these first."))


__all__ = ["FORMAT", "Read", "Reading", "capped", "read", "read_one", "shape_faults_of"]
