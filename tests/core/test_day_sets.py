"""What stands against a list of bank holidays before anybody can put it in force. No database."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.core.day_sets import Days, set_faults

TODAY = date(2026, 11, 23)
CHRISTMAS: Days = ((date(2026, 12, 25), "Christmas Day"), (date(2027, 1, 1), "New Year's Day"))
LAST = date(2027, 12, 31)


def codes(days: Days, horizon: date | None, *, known: Days = CHRISTMAS) -> list[str]:
    return [each.code for each in set_faults(days, horizon, known, LAST, today=TODAY)]


@pytest.mark.feature("C9")
def test_a_list_that_holds_what_is_known_and_reaches_as_far_is_taken() -> None:
    assert codes(CHRISTMAS, LAST) == []


@pytest.mark.feature("C9")
def test_no_day_at_all_is_said_alone() -> None:
    assert codes((), None) == ["no_days"]


@pytest.mark.feature("C9")
@pytest.mark.parametrize(
    ("days", "horizon", "code"),
    [
        (CHRISTMAS, None, "horizon_missing"),
        (CHRISTMAS, date(2026, 12, 31), "horizon_early"),
        (((date(2026, 8, 31), "Summer bank holiday"),), TODAY, "horizon_past"),
        (CHRISTMAS, date(2027, 6, 30), "horizon_nearer"),
    ],
)
def test_the_last_day_covered_must_make_sense(days: Days, horizon: date | None, code: str) -> None:
    assert code in codes(days, horizon)


@pytest.mark.feature("C9")
@pytest.mark.parametrize("gone", [date(2026, 8, 31), date(2026, 5, 25)])
def test_the_past_does_not_change(gone: date) -> None:
    known = ((gone, "A day that has been"), *CHRISTMAS)
    file = ((date(2026, 6, 1), "Another"), *CHRISTMAS)
    assert codes(file, LAST, known=known) == ["past_missing"]
    assert codes(tuple(sorted({*file, *known})), LAST, known=known) == []
