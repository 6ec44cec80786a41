"""No name survives, whatever is written. No database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workflows.core.masking import Mask, mask_of, masked
from workflows.core.masking_fold import fold
from workflows.core.request import Item, Person, Purpose, Request

TODAY = date(2026, 11, 22)
LETTERS = "bfgjkpqvwxyz"
"""Names are made of letters that stand in no label, no neutral word and none of the words between."""
ACCENTED = {"g": "ĝ", "j": "ĵ", "k": "ķ", "w": "ŵ", "y": "ý", "z": "ž", "f": "ｆ", "p": "p\u0301", "x": "x\u200b"}
BETWEEN = ("", "the child", "met", "and", "12", "(", ")", "said:", "Monday", "a", "  ", "\n", "S.47")
SEPARATORS = (" ", ".", "-", "_", "\t", "\n", "  ", "\u00a0", "\u2011")

words = st.text(LETTERS, min_size=3, max_size=9)
people_names = st.lists(words, min_size=1, max_size=3).map(tuple)

pytestmark = pytest.mark.feature("C1")


def title(word: str) -> str:
    return word[:1].upper() + word[1:]


@st.composite
def written(draw: st.DrawFn, names: list[tuple[str, ...]]) -> str:
    """One of the names as somebody might write it, or as somebody might who wants it to be missed."""
    name = draw(st.sampled_from(names))
    shown = list(draw(st.sampled_from((name, name[::-1], name[:1], name[-1:], (name[0], name[-1])))))
    way = draw(st.integers(0, 6))
    if way == 1:
        shown = [word.upper() for word in shown]
    elif way == 2:
        shown = [draw(st.sampled_from(SEPARATORS)).join(word) for word in shown]
    elif way == 3:
        shown = ["".join(ACCENTED.get(letter, letter) for letter in word) for word in shown]
    elif way == 4:
        shown = ["".join(draw(st.sampled_from((letter, letter.upper()))) for letter in word) for word in shown]
    elif way == 5:
        shown = [title(word) for word in shown]
    joint = draw(st.sampled_from((" ", "-", "  ", "\n", ", ", ". ", "_")))
    end = draw(st.sampled_from(("", "'s", "’s", "s", ".", ",", ".pdf", "2")))
    return joint.join(shown) + end


@st.composite
def people_and_text(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], str]:
    names = draw(st.lists(people_names, min_size=1, max_size=4))
    parts = draw(st.lists(st.one_of(st.sampled_from(BETWEEN), written(names)), max_size=12))
    return names, " ".join(parts)


def mask_for(names: list[tuple[str, ...]], text: str = "") -> Mask:
    people = tuple(Person(f"Child {at}", " ".join(map(title, name))) for at, name in enumerate(names, start=1))
    return mask_of(Request(people=people, purpose=Purpose(text)), on=TODAY)


def compact(text: str) -> str:
    """The letters of a text as far as the eye is concerned: no case, marks or spacing."""
    return "".join(letter for letter in fold(text).low if letter.isalnum())


@settings(deadline=None, max_examples=25)
@given(people_and_text())
@example(([("bfg",), ("bfgjk", "pqv")], "bfg bfgjk b f g jk B-F-G-J-K pqv"))
def test_no_name_survives_in_any_case_or_spacing(case: tuple[list[tuple[str, ...]], str]) -> None:
    names, text = case
    found = compact(mask_for(names).text(text))
    for word in {word for name in names for word in name}:
        assert word not in found


@settings(deadline=None, max_examples=10)
@given(people_and_text())
def test_masking_a_whole_request_and_masking_again_change_nothing_more(
    case: tuple[list[tuple[str, ...]], str],
) -> None:
    names, text = case
    people = tuple(Person(f"Child {at}", " ".join(name)) for at, name in enumerate(names, start=1))
    request = Request(people=people, purpose=Purpose(text), items=(Item("a", "school", text),))
    mask = mask_of(request, on=TODAY)
    once = masked(request, mask)
    assert masked(once, mask).purpose == once.purpose
    assert once.items[0].describe == once.purpose.purpose
    assert mask.left(once.purpose.purpose) == ()


@settings(deadline=None, max_examples=25)
@given(st.text(max_size=60), st.text(max_size=120))
def test_any_text_and_any_name_can_be_masked(name: str, text: str) -> None:
    mask = mask_of(Request(people=(Person("Child A", name, date(2020, 2, 29), nhs_number=name),)), on=TODAY)
    assert mask.text(text) == mask.text(text)
    assert mask.left(text) == mask.left(text)


@settings(deadline=None, max_examples=40)
@given(st.text("abcdehilmnorstu ,.!?\n", max_size=80))
def test_a_text_that_tells_nothing_is_not_touched(text: str) -> None:
    assert mask_for([("jkqvx", "zwpfg")]).text(text) == text


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=80))
def test_a_folded_text_knows_where_everything_stood(text: str) -> None:
    folded = fold(text)
    assert folded.original(0, len(folded.plain)) == text[folded.at[0] :]
    assert len(folded.low) == len(folded.plain) == len(folded.at) - 1
