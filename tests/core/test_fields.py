"""Raw text in, typed answers or faults out: each type, each fault, what is hidden, and what is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflows.core.field_kinds import Document, DocumentKind, Field, FieldClass, FieldType, SignedHow
from workflows.core.fields import Answer, Asked, answered, asked_of, names_of, people_in
from workflows.core.guards import compile_guard
from workflows.core.refusals import Refusal

pytestmark = pytest.mark.feature("C15")

AT = datetime(2026, 11, 2, 9, 20, tzinfo=UTC)
WORDING = {"promise": Document("promise", DocumentKind.UNDERTAKING, "Promise", "3", "I promise.")}
ASKED = Asked("first", {}, AT, ("Adult A", "Child B"), WORDING)


def field(kind: FieldType, **more: Any) -> Field:
    options = {"a": "Apples", "b": "Bread"} if kind in (FieldType.CHOICE, FieldType.CHOICES) else {}
    more.setdefault("document", "promise" if kind is FieldType.SIGNED else "")
    more.setdefault("label", "Adult A" if kind is FieldType.PERSON else "")
    return Field("x", kind, "What is it?", options=options, **more)


def read(*fields: Field, **texts: str | tuple[str, ...]) -> tuple[tuple[Answer, ...], tuple[Refusal, ...]]:
    raw = {name.replace("__", "-"): (text,) if isinstance(text, str) else text for name, text in texts.items()}
    return answered(fields, raw, ASKED)


@pytest.mark.parametrize(
    ("kind", "texts", "fact"),
    [
        (FieldType.TEXT, {"x": " Words "}, True),
        (FieldType.LONG_TEXT, {"x": "Words\nand more"}, True),
        (FieldType.YES_NO, {"x": "no"}, False),
        (FieldType.CHOICE, {"x": "b"}, "b"),
        (FieldType.CHOICES, {"x": ("b", "a")}, ["a", "b"]),
        (FieldType.PEOPLE, {"x": ("Child B",)}, 1),
        (FieldType.DATE, {"x": "2026-05-19"}, "2026-05-19"),
        (FieldType.INSTANT, {"x": "2026-07-01T14:30"}, "2026-07-01T13:30+00:00"),
        (FieldType.INSTANT, {"x": "2026-07-01T14:30+00:00"}, "2026-07-01T14:30+00:00"),
        (FieldType.PERSON, {"x__name": "D. Orrin", "x__born": "1990-07-02"}, True),
        (FieldType.SIGNED, {"x": "yes", "x__name": "D. Orrin", "x__how": "on_paper"}, True),
    ],
)
def test_each_type_is_read_and_tells_guards_no_words(kind: FieldType, texts: Any, fact: Any) -> None:
    (answer,), faults = read(field(kind), **texts)
    assert (faults, answer.fact) == ((), fact)
    hidden = answer.hidden()
    assert (hidden.text, hidden.codes, hidden.person, hidden.signed, hidden.withheld) == ("", (), None, None, True)


def test_a_signature_keeps_who_how_when_and_which_wording() -> None:
    given = {"x": "yes", "x__name": "D. Orrin", "x__how": "agreed_aloud", "x__at": "2026-11-01T10:00"}
    (answer,), _ = read(field(FieldType.SIGNED), **given)
    signed = answer.signed
    assert signed is not None
    assert (signed.name, signed.how, signed.document, signed.version) == (
        "D. Orrin", SignedHow.AGREED_ALOUD, "promise", "3",
    )  # fmt: skip
    assert signed.at == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_a_person_has_the_label_and_the_part_of_the_field() -> None:
    answers, _ = read(field(FieldType.PERSON, roles=("protected",)), x__name="P. Orrin", x__born="2021-05-19")
    (person,) = people_in(answers)
    assert (person.label, person.name, person.born, [r.value for r in person.roles]) == (
        "Adult A", "P. Orrin", date(2021, 5, 19), ["protected"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "texts", "code", "where"),
    [
        *[(kind, {}, "missing", "x-name" if kind is FieldType.PERSON else "x") for kind in FieldType],
        (FieldType.TEXT, {"x": " \u200b "}, "missing", "x"),
        (FieldType.TEXT, {"x": "a\nb"}, "several_lines", "x"),
        (FieldType.TEXT, {"x": "a" * 201}, "too_long", "x"),
        (FieldType.LONG_TEXT, {"x": "a" * 4001}, "too_long", "x"),
        (FieldType.TEXT, {"x": "a\x00"}, "bad_characters", "x"),
        (FieldType.TEXT, {"x": ("a", "b")}, "several_values", "x"),
        (FieldType.YES_NO, {"x": "maybe"}, "unknown_choice", "x"),
        (FieldType.CHOICE, {"x": "c"}, "unknown_choice", "x"),
        (FieldType.CHOICES, {"x": ("a", "c")}, "unknown_choice", "x"),
        (FieldType.PEOPLE, {"x": ("Adult Z",)}, "unknown_choice", "x"),
        (FieldType.DATE, {"x": "31 2 2026"}, "bad_date", "x"),
        (FieldType.DATE, {"x": "1700-01-01"}, "bad_date", "x"),
        (FieldType.INSTANT, {"x": "2026-07-01T"}, "bad_time", "x"),
        (FieldType.INSTANT, {"x": "1700-07-01T10:00"}, "bad_date", "x"),
        (FieldType.PERSON, {"x__relation": "aunt"}, "missing", "x-name"),
        (FieldType.PERSON, {"x__name": "D.", "x__born": "2027-01-01"}, "bad_date", "x-born"),
        (FieldType.SIGNED, {"x": "perhaps"}, "unknown_choice", "x"),
        (FieldType.SIGNED, {"x": "yes"}, "missing", "x-name"),
        (FieldType.SIGNED, {"x": "yes", "x__name": "D.", "x__how": "in_blood"}, "unknown_choice", "x-how"),
        (FieldType.SIGNED, {"x": "yes", "x__name": "D.", "x__how": "on_paper", "x__at": "2026-11-03T10:00"},
         "in_future", "x-at"),
    ],
)  # fmt: skip
def test_each_fault_names_its_field_and_says_what_to_do(kind: FieldType, texts: Any, code: str, where: str) -> None:
    answers, (fault,) = read(field(kind), **texts)
    assert (answers, fault.code, fault.field) == ((), code, where)
    assert fault.say.endswith((".", "?"))


@pytest.mark.parametrize("kind", FieldType)
def test_what_may_be_left_out_is_no_fault(kind: FieldType) -> None:
    assert read(field(kind, required=False)) == ((), ())


def test_a_text_that_is_no_list_of_values_is_refused() -> None:
    _, (fault,) = answered([field(FieldType.CHOICES)], {"x": "a"}, ASKED)
    assert fault.code == "unknown_choice"
    _, (fault,) = answered([field(FieldType.TEXT)], {"x": "a"}, ASKED)
    assert fault.code == "several_values"


def test_what_nobody_asks_is_refused_and_what_is_closed_is_dropped() -> None:
    ask = Field("ask", FieldType.YES_NO, "Ask more?")
    more = Field("more", FieldType.TEXT, "More", when=compile_guard("answers.first.ask"))
    answers, faults = read(ask, more, ask="no", more="Typed before the other was changed.")
    assert ([each.key for each in answers], faults) == (["ask"], ())
    answers, faults = read(ask, more, ask="yes", more="Words")
    assert [each.key for each in answers] == ["ask", "more"]
    _, (fault,) = read(ask, ask="no", other="x")
    assert fault.code == "unknown_field"
    assert [each.key for each in asked_of([ask, more], {"ask": ("yes",)}, ASKED)] == ["ask", "more"]
    assert [each.key for each in asked_of([ask, more], {"ask": ("perhaps",)}, ASKED)] == ["ask"]
    assert [each.key for each in asked_of([ask, more], {}, ASKED)] == ["ask"]


def test_an_earlier_visit_does_not_answer_for_this_one() -> None:
    more = Field("more", FieldType.TEXT, "More", when=compile_guard("answers.first.ask"))
    before = Asked("first", {"answers": {"first": {"ask": True}, "other": {}}}, AT)
    assert answered([more], {}, before) == ((), ())


def test_the_names_of_the_boxes_of_a_field() -> None:
    assert names_of(field(FieldType.TEXT)) == ("x",)
    assert names_of(field(FieldType.PERSON)) == ("x-name", "x-born", "x-relation", "x-contact")
    assert names_of(field(FieldType.SIGNED)) == ("x", "x-name", "x-how", "x-at")
    assert field(FieldType.TEXT).read_by is FieldClass.PROTECTED
