"""Small numbers are hidden, and cannot be worked back from what is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core.suppression import Hidden, along, hidden, small

pytestmark = pytest.mark.feature("C23")


def test_a_nought_is_about_nobody_and_five_are_enough() -> None:
    assert [small(number) for number in (0, 1, 4, 5)] == [False, True, True, False]


def test_one_hidden_number_hides_the_next_smallest_where_the_sum_is_shown() -> None:
    assert along([3, 40, 12, 0]) == {0, 2}
    assert along([3, 40, 12, 0], total=False) == {0}
    assert along([10, 20]) == frozenset()
    assert along([1, 1, 30]) == {0, 1, 2}
    assert along([2, 0]) == {0, 1}
    assert along([2]) == {0}


def test_a_table_of_large_numbers_hides_nothing() -> None:
    assert hidden([[10, 20], [30, 0]]) == Hidden(frozenset(), frozenset(), frozenset(), False)
    assert hidden([]) == Hidden(frozenset(), frozenset(), frozenset(), False)


def test_a_small_total_is_hidden_and_so_is_all_that_would_give_it_away() -> None:
    found = hidden([[2, 1], [0, 0]])
    assert found.all
    assert (0 in found.rows, found.columns) == (True, frozenset({0, 1}))
    found = hidden([[30, 2, 1], [40, 1, 0], [20, 6, 5]])
    assert {(0, 1), (0, 2), (1, 1)} <= found.cells
    assert not found.all


GRIDS = st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=2, max_size=2)


@settings(deadline=None, max_examples=60)
@given(GRIDS)
def test_no_small_number_can_be_worked_out_from_what_is_shown(grid: list[list[int]]) -> None:
    found = hidden(grid)
    for i, j in found.cells:
        if small(grid[i][j]):
            assert len(possible(grid, found, (i, j))) > 1, (grid, found)


def possible(grid: list[list[int]], found: Hidden, wanted: tuple[int, int]) -> set[int]:
    """Every value that a hidden cell could have, as far as what is shown tells."""
    unknown = sorted(found.cells)
    most = max(max(row) for row in grid) + 3
    seen: set[int] = set()
    for values in product(range(most), repeat=len(unknown)):
        guess = {
            **{(i, j): n for i, row in enumerate(grid) for j, n in enumerate(row)},
            **dict(zip(unknown, values, strict=True)),
        }
        width = range(len(grid[0]))
        rows = all(sum(guess[i, j] for j in width) == sum(grid[i]) for i in range(len(grid)) if i not in found.rows)
        if not rows:
            continue
        if all(
            sum(guess[i, j] for i in range(len(grid))) == sum(row[j] for row in grid)
            for j in width
            if j not in found.columns
        ):
            seen.add(guess[wanted])
            if len(seen) > 1:
                break
    return seen
