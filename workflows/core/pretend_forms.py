"""The forms of a pretend case: each way in which the answers can send it on, filled in with made-up words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice, product

from workflows.core.definition import CommandType, Stage
from workflows.core.field_kinds import Field, FieldType, SignedHow
from workflows.core.fields import NO, YES
from workflows.core.pretend_samples import WORDS

MOST_WAYS = 24
"""More combinations of answers than this are not offered."""
_PLAIN: Mapping[FieldType, str] = {
    FieldType.TEXT: WORDS,
    FieldType.LONG_TEXT: WORDS,
    FieldType.YES_NO: YES,
    FieldType.DATE: "2020-01-01",
    FieldType.INSTANT: "2020-01-01T10:00",
}


def deciding(stage: Stage) -> tuple[Field, ...]:
    """The questions whose answers decide where the stage leads."""
    rule = stage.commands.get(CommandType.COMPLETE)
    guards = " ".join(route.when.text for route in (rule.routes if rule else ()) if route.when)
    asked = (each for each in stage.fields if each.type in (FieldType.CHOICE, FieldType.YES_NO))
    return tuple(each for each in asked if re.search(rf"\banswers\.{stage.name}\.{each.key}\b", guards))


def ways(stage: Stage) -> tuple[str, ...]:
    """A code for each combination of their answers, such as ``scope=in_scope,told=no``; one where none decides."""
    asked = deciding(stage)
    combined = product(*([(each.key, code) for code in _codes(each)] for each in asked))
    return tuple(",".join(f"{key}={code}" for key, code in way) for way in islice(combined, MOST_WAYS))


def _codes(field: Field) -> tuple[str, ...]:
    return tuple(field.options) if field.type is FieldType.CHOICE else (NO, YES)


def said(stage: Stage, way: str) -> tuple[tuple[str, str], ...]:
    """The questions of a way and their answers, in words."""
    chosen = _chosen(way)
    words = {YES: "Yes", NO: "No"}
    return tuple((each.title, (each.options or words)[chosen[each.key]]) for each in deciding(stage))


def _chosen(way: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in way.split(",") if "=" in part)


def filled_in(stage: Stage, way: str, people: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The whole form as somebody would send it who answers so."""
    return {name: value for each in stage.fields for name, value in _answers(each, _chosen(way), people)}


def _answers(field: Field, chosen: Mapping[str, str], people: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    key = field.key
    match field.type:
        case FieldType.PERSON:
            yield f"{key}-name", ("Nobody",)
        case FieldType.SIGNED:
            yield from ((key, (YES,)), (f"{key}-name", ("Nobody",)), (f"{key}-how", (SignedHow.TYPED_NAME.value,)))
        case FieldType.PEOPLE:
            yield key, tuple(islice(people, 1))
        case FieldType.CHOICE | FieldType.CHOICES:
            yield key, (chosen.get(key) or next(iter(field.options)),)
        case _:
            yield key, (chosen.get(key) or _PLAIN[field.type],)
