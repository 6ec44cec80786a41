"""Texts and names made to be slow are masked all the same: a search that backtracks would never come to an end."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.core.masking import mask_of
from workflows.core.request import Person, Request

TODAY = date(2026, 11, 22)
pytestmark = [pytest.mark.feature("C1"), pytest.mark.slow, pytest.mark.timeout(60)]

HOSTILE = (
    "a", "a ", "K ", "Kit", "Kit Penrose", "penrose", "p e n r o s ", "9", "9 ", "1-", "a@", "@", "Aa ", "K.", "\n",
    "1 a ", "born on ", "e\u0301", "Abcd Orrin. ", "'", "1 may ", "www.", "Abcdefghijklmnopqrstuvwxyz ", "14 Mill ",
    "\u200b",
)  # fmt: skip
PEOPLE = (
    Person("Child K", "Kit Penrose", date(2013, 9, 9), nhs_number="9990096112"),
    Person("Adult A", "D. Orrin", date(1990, 7, 2), nhs_number="9990041199"),
    Person("Adult B", "Siobhán Mary O'Brien-Long, also Shiv"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_text_of_one_piece_is_masked(piece: str) -> None:
    mask = mask_of(Request(people=PEOPLE), on=TODAY)
    text = (piece * (30_000 // len(piece) + 1))[:30_000]
    shown = mask.text(text)
    assert "Penrose" not in shown
    assert mask.text(shown) == shown
    assert isinstance(mask.left(text), tuple)


def test_a_million_characters_that_name_nobody_stay() -> None:
    text = ("Abcd " * 200_000)[:1_000_000]
    assert mask_of(Request(people=PEOPLE), on=TODAY).text(text) == text


def test_many_long_names_are_searched_for() -> None:
    people = tuple(Person(f"Adult {at}", f"{'Ab' * 40} {at} " * 2) for at in range(20))
    mask = mask_of(Request(people=people), on=TODAY)
    for text in ("ab" * 2_000, "a b " * 1_000):
        assert mask.text(mask.text(text)) == mask.text(text)
