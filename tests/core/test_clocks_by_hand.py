"""Clocks agree with a second way of counting. The hundred thousand of them are under tests/hostile."""

from __future__ import annotations

from datetime import UTC

import pytest

from tests.core import clocks_by_hand
from tests.core.agreeing import CALENDARS, LONDON, clock_of, disagreements
from tests.core.clocks_by_hand import CHANGES, FEASTS, examples
from workflows.core.clocks import due_at

pytestmark = pytest.mark.feature("C8")


def test_a_few_clocks_over_a_change_of_the_hour_and_over_christmas_agree() -> None:
    assert disagreements(1, 120, near=(CHANGES[2], FEASTS[1])) == []


def test_counting_by_hand_sees_a_product_that_is_wrong_by_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clocks_by_hand.HOLIDAYS, "england-and-wales", frozenset())
    monkeypatch.setitem(clocks_by_hand.HOLIDAYS, "foi", frozenset())
    clocks_by_hand._open.cache_clear()
    assert disagreements(1, 60, near=(FEASTS[1],))
    clocks_by_hand._open.cache_clear()


def test_the_due_instant_is_never_in_the_hour_that_is_missing_in_spring() -> None:
    for example in examples(5, 150, near=CHANGES[:1]):
        if example.unit != "hours":
            due = due_at(clock_of(example), CALENDARS[example.calendar, example.week])
            assert due is not None
            local = due.astimezone(LONDON)
            assert local.replace(fold=0).astimezone(UTC) == local.replace(fold=1).astimezone(UTC), example
            if example.unit != "working_hours":
                assert local.time() == example.due_time
