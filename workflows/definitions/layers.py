"""Which column of the drawing each stage stands in: the ordinary way goes from left to right, ends stand last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workflows.core.definition import CommandType, Definition, StageKind
from workflows.definitions.route_words import ASIDE, Step

Edge = tuple[str, str]


def layers(definition: Definition, steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    """The stages column by column, each column in the order of the file."""
    stages = definition.stages
    working = [name for name, stage in stages.items() if stage.kind is not StageKind.CLOSED]
    ordinary = {(step.source, step.target) for step in steps if step.command not in ASIDE}
    forward = _without_circles([edge for edge in ordinary if set(edge) <= set(working)], working, definition.first)
    place = _longest(definition.first, forward)
    for name in working:
        if name not in place:
            place[name] = _beside(name, place, forward, steps)
    columns = sorted({place[name] for name in working})
    found = [tuple(name for name in working if place[name] == column) for column in columns]
    closed = tuple(name for name, stage in stages.items() if stage.kind is StageKind.CLOSED)
    return (*found, closed) if closed else tuple(found)


def _without_circles(edges: Iterable[Edge], order: Sequence[str], first: str) -> list[Edge]:
    """The edges without those that close a circle, as somebody walking from the start meets them."""
    leaving: dict[str, list[str]] = {name: [] for name in order}
    for source, target in sorted(edges, key=lambda edge: (order.index(edge[0]), order.index(edge[1]))):
        leaving[source].append(target)
    kept: list[Edge] = []
    done: set[str] = set()

    def walk(name: str, path: frozenset[str]) -> None:
        for target in leaving.get(name, ()):
            if target in path:
                continue
            kept.append((name, target))
            if target not in done:
                walk(target, path | {target})
        done.add(name)

    for name in (first, *order):
        if name not in done:
            walk(name, frozenset({name}))
    return kept


def _longest(first: str, edges: Sequence[Edge]) -> dict[str, int]:
    """How many steps the longest way to each stage has that can be reached from the start."""
    place = {first: 0}
    for _ in range(len(edges) + 1):
        for source, target in edges:
            if source in place and place.get(target, 0) < place[source] + 1:
                place[target] = place[source] + 1
    return place


def _beside(name: str, place: dict[str, int], edges: Sequence[Edge], steps: Sequence[Step]) -> int:
    """A place for a stage that the ordinary way does not touch: before what it leads to, or after who asks there."""
    ahead = [place[target] for source, target in edges if source == name and target in place]
    if ahead:
        return max(min(ahead) - 1, 1)
    asking = [place[s.source] for s in steps if s.target == name and s.command is CommandType.ASK and s.source in place]
    return max(min(asking, default=0) + 1, 1)
