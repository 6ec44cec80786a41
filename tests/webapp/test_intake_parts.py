"""The models of a request say all that the core's parts say, and take nothing that the forms would not."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from webapp.intake.consents import ConsentModel, DiffersModel, ToldModel
from webapp.intake.parts import BasisModel, ItemModel, PersonModel, PurposeModel, RecipientModel
from webapp.intake.shapes import DAY, Part
from webapp.intake.whole import KEYS, RequestModel
from workflows.core.imported import place
from workflows.core.limits import _texts
from workflows.core.refusals import Refusal
from workflows.core.request import (
    Consent,
    Differs,
    Item,
    LegalBasis,
    Person,
    PersonRole,
    Purpose,
    Recipient,
    Request,
    Task,
    Told,
    parts,
    with_answers,
)
from workflows.service.scenario import scenarios

pytestmark = pytest.mark.feature("C28")

PAIRS = [
    (PersonModel, Person), (PurposeModel, Purpose), (ItemModel, Item), (RecipientModel, Recipient),
    (ConsentModel, Consent), (ToldModel, Told), (DiffersModel, Differs), (BasisModel, LegalBasis),
]  # fmt: skip


def asked(key: str) -> Request:
    """What a request of the demo data says."""
    request = Request()
    for _, answers in scenarios()[key].answers:
        request = with_answers(request, answers)
    return dataclasses.replace(request, saved=tuple(task for task, _ in scenarios()[key].answers))


@pytest.mark.parametrize(("model", "core"), PAIRS)
def test_nothing_of_the_core_is_forgotten(model: type[Part], core: type[Any]) -> None:
    renamed = {"told": "told_person"} if model is DiffersModel else {}
    assert set(model.model_fields) == {renamed.get(each.name, each.name) for each in dataclasses.fields(core)}


@pytest.mark.parametrize("key", sorted(scenarios()))
def test_every_request_of_the_data_goes_out_and_comes_back(key: str) -> None:
    request = asked(key)
    shown = RequestModel.from_core(request).model_dump(mode="json")
    assert RequestModel.model_validate(shown).to_core() == request


def test_each_field_is_explained_with_an_example_that_it_takes() -> None:
    for model, _ in PAIRS:
        for name, field in model.model_fields.items():
            words = field.description or ""
            assert words.endswith("."), f"{model.__name__}.{name}"
            least = {each: info.examples[0] for each, info in _needed(model).items()}  # type: ignore[index]
            for example in field.examples or []:
                said = {**least, field.alias or name: example}
                assert model.model_validate(said).model_dump(mode="json", exclude_unset=True) == said
            assert field.examples, f"{model.__name__}.{name}"


def _needed(model: type[Part]) -> dict[str, Any]:
    return {name: info for name, info in model.model_fields.items() if info.is_required()}


def test_a_part_that_nobody_has_written_is_left_out() -> None:
    draft = Request(purpose=Purpose(threshold="none"), items=(Item("a", "school"),), saved=(Task.ITEMS,))
    shown = RequestModel.from_core(draft)
    assert shown.model_dump(exclude_none=True).keys() == {"purpose", "items"}
    assert [task for task, _ in shown.answers()] == [Task.PURPOSE, Task.ITEMS]
    assert set().union(*KEYS.values()) == set(RequestModel.model_fields)


def test_words_are_trimmed_as_the_forms_trim_them() -> None:
    person = PersonModel(label=" Child\u00a0 A ", name="Zoe\u0308", contact=" a\r\nb ", nhs_number="999 004 1199")
    assert person.to_core() == Person("Child A", "Zo\u00eb", contact="a\nb", nhs_number="9990041199")
    twice = PersonModel(label="Child A", roles=["protected", "data_subject", "protected"])
    assert twice.to_core().roles == (PersonRole.PROTECTED, PersonRole.DATA_SUBJECT)


@pytest.mark.parametrize(
    ("model", "said", "where"),
    [
        (PersonModel, {"label": "Child A", "role": []}, ("role",)),
        (PersonModel, {"name": "x"}, ("label",)),
        (PersonModel, {"label": 1}, ("label",)),
        (PersonModel, {"label": None}, ("label",)),
        (PersonModel, {"label": "x" * 201}, ("label",)),
        (PersonModel, {"label": "x\x07"}, ("label",)),
        (PersonModel, {"label": "x", "roles": "protected"}, ("roles",)),
        (PersonModel, {"label": "x", "roles": ["king"]}, ("roles", 0)),
        (PersonModel, {"label": "x", "born": "14/03/1992"}, ("born",)),
        (PersonModel, {"label": "x", "born": 19920314}, ("born",)),
        (ItemModel, {"key": "A", "category": "school"}, ("key",)),
        (ItemModel, {"key": "a\n", "category": "school"}, ("key",)),
        (ItemModel, {"key": "a", "category": "school", "whole_record": 1}, ("whole_record",)),
        (ItemModel, {"key": "a", "category": "school", "period": {"start": None}}, ("period", "start")),
        (ItemModel, {"key": "a", "category": "school", "period": {"from": "2026-02-30"}}, ("period", "from")),
        (ItemModel, {"key": "a", "category": "school", "continuing": {"every": ""}}, ("continuing", "every")),
        (BasisModel, {"article_6": "6(1)(z)"}, ("article_6",)),
        (BasisModel, {"needs_care": "yes"}, ("needs_care",)),
        (PurposeModel, {"urgency": ""}, ("urgency",)),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(model: type[Part], said: object, where: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(said)
    assert [each["loc"] for each in caught.value.errors()] == [where]
    assert "input_value" not in str(caught.value)


def test_the_pattern_of_days_knows_every_real_day_and_no_other() -> None:
    day, real = date(1880, 1, 1), set()
    while day <= date(2100, 12, 31):
        real.add(day.isoformat())
        day += timedelta(days=1)
    written = (f"{y:04}-{m:02}-{d:02}" for y in range(1870, 2110) for m in range(14) for d in range(33))
    pattern = re.compile(DAY.removesuffix("$") + r"\Z")
    assert {each for each in written if pattern.match(each)} == real
    assert not any(pattern.match(each) for each in ("2026-1-1", "2026-11-02T00:00", "20261102", "2026-W45-1", " "))


@pytest.mark.parametrize("key", ["S1", "S2", "S7"])
def test_whatever_the_rules_speak_of_has_its_place_in_a_document(key: str) -> None:
    request = dataclasses.replace(
        asked(key),
        differs=(Differs("Adult A", ("risk",), Consent(why="No.", kinds=("common_law",)), Told(why="Not.")),),
    )
    shown = RequestModel.from_core(request).model_dump(mode="json")
    found = 0
    for task, answers in parts(request).items():
        for field, value in _texts(answers):
            here = shown
            for step in place(Refusal("too_long", "", field, task.value)).split("/")[1:]:
                here = here[int(step)] if isinstance(here, list) else here[step]
            assert here == value, (task, field)
            found += 1
    assert found > 40


@pytest.mark.parametrize(
    ("field", "task", "where"),
    [
        ("people", "people", "/people"),
        ("who", "people", "/people"),
        ("what", "items", "/items"),
        ("purpose", "purpose", "/purpose/purpose"),
        ("0-period-end", "items", "/items/0/period/to"),
        ("state", "consent", "/consent/state"),
        ("1-state", "consent", "/differs/1/consent/state"),
        ("", "consent", "/consent"),
        ("1-told-why", "consent", "/differs/1/told_person/why"),
        ("holder", "", "/holder"),
        ("others", "", "/other_holders"),
        ("", "", ""),
        ("reason", "", ""),
    ],
)
def test_places_of_what_has_no_text(field: str, task: str, where: str) -> None:
    assert place(Refusal("code", "", field, task)) == where
