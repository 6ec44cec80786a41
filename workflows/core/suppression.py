"""Small numbers: which figures of a table must be hidden, so that nobody can be picked out and nothing worked back.

A number from one up to, not with, the threshold is hidden. One hidden number beside a total that is shown could be
worked out by taking away, and so could two whose sum is small: then the next smallest is hidden as well, along the
rows and along the columns, until nothing gives anything away. A nought is shown: it is about nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

FEWEST = 5
"""From how many on a number is shown, where nothing else has been set."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What to hide of a table: cells as (row, column), totals of rows and of columns, the total of all."""

    cells: frozenset[tuple[int, int]]
    rows: frozenset[int]
    columns: frozenset[int]
    all: bool


def small(number: int, *, fewest: int = FEWEST) -> bool:
    """Whether a number is about so few that it must be hidden."""
    return 0 < number < fewest


def along(
    numbers: Sequence[int], *, fewest: int = FEWEST, total: bool = True, already: Iterable[int] = ()
) -> frozenset[int]:
    """Which of some numbers to hide, besides those that are hidden already; ``total``: their sum is shown."""
    hidden = {place for place, number in enumerate(numbers) if small(number, fewest=fewest)} | set(already)
    while total and hidden and (len(hidden) == 1 or sum(numbers[place] for place in hidden) < fewest):
        open_ones = [(not number, number, place) for place, number in enumerate(numbers) if place not in hidden]
        if not open_ones:
            break
        hidden.add(min(open_ones)[2])
    return frozenset(hidden)


def hidden(grid: Sequence[Sequence[int]], *, fewest: int = FEWEST) -> Hidden:
    """What to hide of a table whose totals are shown.

    Totals are seen to first, so that a total is hidden in one table if and only if it is in another.
    """
    across = [sum(row) for row in grid]
    down = [sum(column) for column in zip(*grid, strict=True)]
    everything = sum(across)
    few = small(everything, fewest=fewest)
    rows, columns = along(across, fewest=fewest, total=not few), along(down, fewest=fewest, total=not few)
    cells = {
        (i, j) for i, row in enumerate(grid) for j, number in enumerate(row) if small(number, fewest=fewest)
    }  # fmt: skip
    while (more := next(_wanting(grid, cells, rows, columns, fewest=fewest), None)) is not None:
        cells.add(more)
    return Hidden(frozenset(cells), rows, columns, few)


def _wanting(
    grid: Sequence[Sequence[int]],
    cells: set[tuple[int, int]],
    rows: frozenset[int],
    columns: frozenset[int],
    *,
    fewest: int,
) -> Iterator[tuple[int, int]]:
    """The next cell to hide for each row and each column that still gives something away."""
    lines = [(tuple((i, j) for j in range(len(row))), i in rows) for i, row in enumerate(grid)]
    lines += [(tuple((i, j) for i in range(len(grid))), j in columns) for j in range(len(grid[0]) if grid else 0)]
    for line, total_hidden in lines:
        covered = [place for place in line if place in cells]
        if total_hidden:
            enough = bool(covered)
        else:
            enough = not covered or (len(covered) > 1 and sum(grid[i][j] for i, j in covered) >= fewest)
        open_ones = [(not grid[i][j], grid[i][j], (i, j)) for i, j in line if (i, j) not in cells]
        if not enough and open_ones:
            yield min(open_ones)[2]
