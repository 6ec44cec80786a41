"""The published JSON Schema: it accepts what lint accepts, refuses every wrong shape, and explains each key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.definitions.broken import ALL, SHAPE, STANDARD, Broken
from tests.definitions.schema_check import KEYWORDS, SAID_ONLY, refused
from workflows.core.calendars import Unit
from workflows.core.definition import MASTER, RungAction, StageKind
from workflows.definitions.json_schema import DIALECT, schema, schema_text
from workflows.definitions.key_page import page
from workflows.definitions.keys import ACTIONS, COMMANDS, KEYS, KINDS, VALUES, key_words
from workflows.definitions.loader import builtin_names, read_builtin
from workflows.definitions.model_parts import FileModel
from workflows.definitions.models import MOST, length
from workflows.definitions.source import read

pytestmark = pytest.mark.feature("C16")

SCHEMA = schema()


def held_against(text: str) -> list[str]:
    """What the schema has against a file."""
    return refused(read(text, source="ours.yaml").value, SCHEMA)


@pytest.mark.parametrize("name", builtin_names())
def test_every_shipped_workflow_fits_and_names_its_schema(name: str) -> None:
    text = read_builtin(name)
    assert held_against(text) == []
    assert "# yaml-language-server: $schema=workflow.schema.json\n" in text


@pytest.mark.parametrize("broken", SHAPE, ids=[f"{index}-{each.rule}" for index, each in enumerate(SHAPE)])
def test_a_wrong_shape_is_refused_by_the_schema_too(broken: Broken) -> None:
    assert held_against(broken.text)


@pytest.mark.parametrize(
    "rule",
    ["command-not-for-kind", "closed-without-outcome", "length-missing", "missing-key", "unknown-calendar",
     "rung-tells-nobody"],
)  # fmt: skip
def test_it_knows_what_each_kind_of_stage_must_say_and_may_allow(rule: str) -> None:
    assert all(held_against(each.text) for each in ALL if each.rule == rule)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    side: holder\n", ""),
        ("    side: holder\n", "    side:\n"),
        ("needs: size(people) > 0", "needs: true"),
        ("routine: {length: 2 working_days,", "routine: {length: 002 working_days, due_time: '23:59',"),
        ("routine: 50%", "routine: 050%"),
        ("emergency: 50%", "emergency: 1 working_hours before"),
        ("    commands:\n      save: {}\n", "    lengths: {}\n    commands:\n      save: {needs: [], roles: []}\n"),
        ("title: Standard request", "title: ' Standard\u00a0request '"),
        ("status: awaiting review", "calendar: foi"),
    ],
)
def test_it_accepts_what_the_loader_accepts(old: str, new: str) -> None:
    assert old in STANDARD
    assert held_against(STANDARD.replace(old, new, 1)) == []


@pytest.mark.parametrize("unit", Unit)
def test_lengths_are_bounded_as_the_loader_bounds_them(unit: Unit) -> None:
    piece = SCHEMA["$defs"]["Length"]
    most = MOST[unit]
    near = {0, 1, 2, 9, 10, 11, 99, 100, 101, most - 1, most, most + 1, most + 10, most * 10}
    for number in sorted(near):
        text = f"{number} {unit}"
        assert (not refused(text, piece)) == (1 <= number <= most), text
        if 1 <= number <= most:
            assert length(text).amount == number


def test_it_says_its_dialect_and_uses_nothing_that_is_not_tried_here() -> None:
    assert SCHEMA["$schema"] == DIALECT
    assert json.loads(schema_text()) == SCHEMA
    assert set(_keywords(SCHEMA)) <= KEYWORDS.keys() | SAID_ONLY | {"then", "properties", "patternProperties"}
    names = {each.removeprefix("#/$defs/") for each in _references(SCHEMA)}
    assert names <= SCHEMA["$defs"].keys()


def _keywords(said: Any) -> Iterator[str]:
    """Every keyword that stands where keywords stand."""
    if not isinstance(said, dict):
        return
    for keyword, value in said.items():
        yield keyword
        if keyword in ("properties", "patternProperties", "$defs"):
            for each in value.values():
                yield from _keywords(each)
        elif keyword in ("anyOf", "allOf"):
            for each in value:
                yield from _keywords(each)
        elif keyword not in ("examples", "enum", "const"):
            yield from _keywords(value)


def _references(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        if isinstance(said.get("$ref"), str):
            yield said["$ref"]
        for each in said.values():
            yield from _references(each)
    elif isinstance(said, list):
        for each in said:
            yield from _references(each)


@pytest.mark.parametrize("model", KEYS, ids=lambda model: model.__name__)
def test_each_key_is_explained_with_an_example_that_fits(model: type[FileModel]) -> None:
    assert KEYS[model].keys() == model.written().keys()
    name = model.__name__.removesuffix("Model")
    said = SCHEMA if name == "Workflow" else SCHEMA["$defs"][name]
    for key in model.written():
        words, example = key_words(model, key)
        assert words.endswith((".", "”."))
        assert said["properties"][key]["description"] == words
        assert refused(example, said["properties"][key], SCHEMA) == []


def test_a_key_that_nobody_explained_is_told() -> None:
    with pytest.raises(KeyError, match="say in"):
        key_words(FileModel, "new")


def test_every_word_that_the_product_fixes_is_explained() -> None:
    assert KINDS.keys() == set(StageKind)
    assert ACTIONS.keys() == set(RungAction)
    assert COMMANDS.keys() == {command for allowed in MASTER.values() for command in allowed}
    models = {model.__name__.removesuffix("Model") for model in KEYS}
    assert SCHEMA["$defs"].keys() - models == VALUES.keys()


def test_the_tables_of_keys_are_made_from_the_models() -> None:
    text = page("<!-- made -->")
    assert "| `stages` | yes | " in text
    assert "| `review` | " in text
    assert all(f"| `{key}` | " in text for model in KEYS for key in model.written())
    widths = {line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("| `emergency`")}
    assert len(widths) == 1
