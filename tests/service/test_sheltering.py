"""A sheltered report: in no column can a small number be taken from its total."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core.timeliness import Cause
from workflows.service.report_views import CauseLine, Line, Step, Table
from workflows.service.sheltering import COUNTS, RESULTS, _causes, _funnel, table

pytestmark = pytest.mark.feature("C23")
NUMBERS = st.integers(0, 30)
LINES = st.lists(st.tuples(*[NUMBERS] * (len(RESULTS) + len(COUNTS))), min_size=1, max_size=5)


def made(rows: list[tuple[int, ...]]) -> Table:
    names = (*RESULTS, *COUNTS)
    lines = tuple(
        Line(str(n), str(n), **dict(zip(names, row, strict=True)), median=1.0, ninety=2.0) for n, row in enumerate(rows)
    )
    total = Line("", "All", **{name: sum(getattr(line, name) for line in lines) for name in names}, median=1.0)
    return Table(lines, total)


@settings(deadline=None, max_examples=150)
@given(LINES)
def test_nothing_small_is_shown_and_nothing_small_is_left_over(rows: list[tuple[int, ...]]) -> None:
    before = made(rows)
    after = table(before, fewest=5)
    for name in (*RESULTS, *COUNTS):
        column = [getattr(line, name) for line in after.lines]
        assert all(number is None or number == 0 or number >= 5 for number in column)
        total = getattr(after.total, name)
        gone = [getattr(line, name) for line, number in zip(before.lines, column, strict=True) if number is None]
        if total is not None and any(0 < number < 5 for number in gone):
            # Whoever takes what is shown from the total learns the sum of several, and that is not small.
            assert (len(gone) > 1 and sum(gone) >= 5) or len(gone) == len(column) == 1
    for line in after.lines:
        shown = [getattr(line, name) for name in RESULTS]
        assert line.median is None or None not in shown


def test_a_single_line_hides_its_small_numbers() -> None:
    (line,) = table(made([(9, 2, 0, 1, 0, 7, 0, 3)]), fewest=5).lines
    assert (line.in_time, line.late, line.not_counted, line.silent, line.running, line.waiting) == (
        None, None, 0, None, 7, None,
    )  # fmt: skip
    assert {field.name for field in fields(Line)} >= {*RESULTS, *COUNTS}


def test_causes_hide_along_stages_too() -> None:
    causes = (
        CauseLine(Cause.NOBODY, 20, (("Advice", 12), ("Check", 8))),
        CauseLine(Cause.ANSWER, 11, (("Advice", 2), ("Check", 9))),
    )
    found = _causes(causes, fewest=5)
    assert found[1].stages[0] == ("Advice", None)
    assert [number for _, number in found[0].stages] == [None, None]
    assert _causes((), fewest=5) == ()


def test_a_step_that_nearly_all_came_to_is_hidden_as_a_step_of_few_is() -> None:
    steps = (Step("", "All", 40), Step("a", "Advice", 38), Step("b", "Release", 20), Step("s", "Shared", 40, end=True))
    assert [step.number for step in _funnel(steps, fewest=5)] == [40, None, 20, 40]
