"""The lines of a drawing, each piece once: arrows that lead to the same place run together from where they meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from workflows.definitions.drawing import Arrow

Point = tuple[float, float]
Piece = tuple[Point, Point]


def pieces(arrow: Arrow) -> Iterator[Piece]:
    """The straight pieces of an arrow that have a length."""
    for one, other in pairwise(arrow.points):
        if one != other:
            yield min(one, other), max(one, other)


def merged(arrows: Iterable[Arrow]) -> list[Piece]:
    """Every piece of these arrows, with those that lie on each other made one."""
    level: dict[float, list[tuple[float, float]]] = defaultdict(list)
    upright: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for arrow in arrows:
        for (x, y), (right, bottom) in pieces(arrow):
            if y == bottom:
                level[y].append((x, right))
            else:
                upright[x].append((y, bottom))
    found = [((start, y), (end, y)) for y, spans in sorted(level.items()) for start, end in _joined(spans)]
    found += [((x, start), (x, end)) for x, spans in sorted(upright.items()) for start, end in _joined(spans)]
    return found


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    made: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return made


def joints(arrows: Sequence[Arrow]) -> list[Point]:
    """Where arrows to the same place run together: marked, so that a mere crossing is not taken for one."""
    found: set[Point] = set()
    for arrow in arrows:
        same = [each for each in arrows if each.points != arrow.points and _together(each, arrow)]
        found.update(
            corner
            for corner in arrow.points[1:-1]
            if any(_inside(corner, piece) for each in same for piece in pieces(each))
        )
    return sorted(found)


def _together(one: Arrow, other: Arrow) -> bool:
    """Whether two arrows share a piece by right: they lead to one place, or leave from one row."""
    return one.lane == other.lane or one.points[0] == other.points[0]


def _inside(point: Point, piece: Piece) -> bool:
    """Whether a point lies on a piece, and not at its end."""
    (x, y), (right, bottom) = piece
    if y == bottom:
        return point[1] == y and x < point[0] < right
    return point[0] == x and y < point[1] < bottom
