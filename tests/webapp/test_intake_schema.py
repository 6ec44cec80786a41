"""The published schema takes exactly the shapes that the models take, and explains every key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.definitions.schema_check import KEYWORDS, SAID_ONLY, refused
from tests.webapp.intake_documents import document
from tests.webapp.intake_mutants import full, mutants
from webapp.intake.json_schema import DIALECT, schema, schema_text
from webapp.intake.page import SECTIONS, page
from webapp.intake.reading import read
from webapp.intake.samples import consented, overriding, several
from workflows.service.scenario import scenarios

pytestmark = pytest.mark.feature("C28")

SCHEMA = schema()
ALL = list(mutants())
PARTS = 12


@pytest.mark.parametrize("said", [consented(), overriding(), several(), full()])
def test_every_example_fits(said: Any) -> None:
    assert refused(said, SCHEMA) == []
    assert read(said).faults == ()


@pytest.mark.parametrize("key", sorted(scenarios()))
def test_every_request_of_the_data_fits(key: str) -> None:
    assert refused(document(key), SCHEMA) == []


def test_the_published_examples_are_the_requests_of_the_data() -> None:
    first, second = read(consented()).requests[0].document, read(document("S1")).requests[0].document
    assert first.answers == second.answers
    shorter, whole = read(overriding()).requests[0].document, read(document("S2")).requests[0].document
    assert shorter.answers.items == whole.answers.items[:2]
    assert (shorter.answers.people, shorter.answers.basis) == (whole.answers.people, whole.answers.basis)


@pytest.mark.parametrize("start", range(PARTS))
def test_schema_and_models_agree_on_every_broken_document(start: int) -> None:
    wrong = [
        f"{each.what} at {each.path}"
        for each in ALL[start::PARTS]
        if bool(refused(each.said, SCHEMA)) is not bool(read(each.said).faults)
    ]
    assert wrong == []


def test_there_are_enough_of_them() -> None:
    assert len(ALL) > 2_000
    assert len({each.path for each in ALL}) > 150


def test_it_says_its_dialect_and_uses_nothing_that_is_not_tried_here() -> None:
    assert SCHEMA["$schema"] == DIALECT
    assert json.loads(schema_text()) == SCHEMA
    assert set(_keywords(SCHEMA)) <= KEYWORDS.keys() | SAID_ONLY | {"properties"}


def _keywords(said: Any) -> Iterator[str]:
    """Every keyword that stands where keywords stand."""
    if not isinstance(said, dict):
        return
    for keyword, value in said.items():
        yield keyword
        if keyword in ("properties", "$defs"):
            for each in value.values():
                yield from _keywords(each)
        elif keyword == "anyOf":
            for each in value:
                yield from _keywords(each)
        elif keyword not in ("examples", "enum", "const", "default"):
            yield from _keywords(value)


def test_every_key_is_explained_with_an_example_on_the_page_too() -> None:
    text = page("<!-- made -->")
    assert {model.__name__.removesuffix("Model") for model in SECTIONS.values()} == SCHEMA["$defs"].keys() - {"Entry"}
    for name, piece in SCHEMA["$defs"].items():
        for key, said in piece["properties"].items():
            assert said.get("description", "").endswith("."), f"{name}.{key}"
            for example in said.get("examples", ()):
                assert refused(example, {k: v for k, v in said.items() if k != "examples"}, SCHEMA) == [], key
            assert f"| `{key}` |" in text
    widths = {line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {6}
