"""Where the parts of a BPMN process stand: columns as in our own drawing, a band per lane, timers below their task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.core.definition import Definition
from workflows.definitions.bpmn_parts import START, Flow, Node, Process
from workflows.definitions.layers import layers
from workflows.definitions.route_words import steps

TASK = (190.0, 80.0)
EVENT = 36.0
GATEWAY = 50.0
LEFT, TOP, BAND = 160.0, 80.0, 30.0
GAP = 60.0
RUNG = 46.0
"""Between two steps of a ladder, across and down."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Places:
    """The rectangle of everything by its id; the points of every flow."""

    pool: Bounds
    lanes: dict[str, Bounds]
    nodes: dict[str, Bounds]
    flows: dict[str, tuple[tuple[float, float], ...]]


def places(made: Process, definition: Definition) -> Places:
    """A place for everything."""
    columns = layers(definition, steps(definition))
    column = {name: number for number, names in enumerate(columns) for name in names}
    rows = {name: _timers(made, name) for name in column}
    width = max([TASK[0], *(count * RUNG for count in rows.values())]) + GATEWAY + 3 * GAP + 210
    nodes: dict[str, Bounds] = {}
    lanes: dict[str, Bounds] = {}
    y = TOP
    for lane in made.lanes:
        bottoms = [y + 120.0]
        for number, names in enumerate(columns):
            at = y + BAND
            for name in (each for each in names if _lane(made, each) == lane):
                x = LEFT + GAP + EVENT + GAP + number * width
                at = _stage(made, name, nodes, x=x, y=at) + BAND
                bottoms.append(at)
        lanes[lane] = Bounds(LEFT, y, 0, max(bottoms) - y)
        y = max(bottoms)
    first = nodes[f"stage_{definition.first}"]
    nodes[START] = Bounds(LEFT + GAP / 2, first.middle[1] - EVENT / 2, EVENT, EVENT)
    right = max(each.right for each in nodes.values()) + 240
    lanes = {name: Bounds(each.x, each.y, right - each.x, each.height) for name, each in lanes.items()}
    pool = Bounds(LEFT - 30, TOP, right - LEFT + 30, y - TOP)
    flows = {flow.id: _points(nodes[flow.source], nodes[flow.target], number) for number, flow in enumerate(made.flows)}
    return Places(pool, lanes, nodes, {flow.id: _straight(made, flow, nodes, flows[flow.id]) for flow in made.flows})


def _lane(made: Process, stage: str) -> str:
    return made.nodes[f"stage_{stage}"].lane


def _of(made: Process, stage: str, prefix: str) -> list[Node]:
    return [node for node in made.nodes.values() if node.stage == stage and node.id.startswith(f"{prefix}_")]


def _timers(made: Process, stage: str) -> int:
    return len(_of(made, stage, "timer"))


def _stage(made: Process, stage: str, nodes: dict[str, Bounds], *, x: float, y: float) -> float:
    """Place what a stage has become; where it ends below."""
    node = made.nodes[f"stage_{stage}"]
    timers = _of(made, stage, "timer")
    task = node.tag == "userTask"
    size = (max(TASK[0], len(timers) * RUNG), TASK[1]) if task else (EVENT, EVENT)
    here = nodes[node.id] = Bounds(x, y + (0 if task else 22), *size)
    bottom = max(y + TASK[1], here.bottom + 20)
    after = here.right + GAP
    for choice in _of(made, stage, "choice"):
        nodes[choice.id] = Bounds(after, here.middle[1] - GATEWAY / 2, GATEWAY, GATEWAY)
    for end in _of(made, stage, "end"):
        nodes[end.id] = Bounds(after + GATEWAY + GAP, here.middle[1] - EVENT / 2, EVENT, EVENT)
    told = {flow.source: made.nodes[flow.target] for flow in made.flows if flow.source.startswith("timer_")}
    for number, timer in enumerate(timers):
        left = here.x + number * RUNG + 5
        nodes[timer.id] = Bounds(left, here.bottom - EVENT / 2, EVENT, EVENT)
        target = told.get(timer.id)
        if target is not None and target.stage == stage:
            # The first step hangs lowest, so that the words beside each stand free.
            low = here.bottom + 34 + (len(timers) - number - 1) * RUNG
            side = GATEWAY if target.tag == "exclusiveGateway" else EVENT
            nodes[target.id] = Bounds(left + EVENT / 2 - side / 2, low, side, side)
            bottom = max(bottom, low + side + 16)
    return bottom


def _points(source: Bounds, target: Bounds, number: int) -> tuple[tuple[float, float], ...]:
    """Right out of one and left into the other; back again over the top."""
    (x, y), (end, height) = (source.right, source.middle[1]), (target.x, target.middle[1])
    apart = 8.0 + number % 5 * 7
    if end - x > 16:
        turn = end - min(apart, (end - x) / 2)
        return (x, y), (turn, y), (turn, height), (end, height)
    over = min(source.y, target.y) - apart
    return (x, y), (x + apart, y), (x + apart, over), (end - apart, over), (end - apart, height), (end, height)


def _straight(
    made: Process, flow: Flow, nodes: dict[str, Bounds], points: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """A step of a ladder falls straight down; other flows go as they go."""
    source, target = nodes[flow.source], nodes[flow.target]
    if made.nodes[flow.source].tag == "boundaryEvent" and abs(source.middle[0] - target.middle[0]) < 1:
        return (source.middle[0], source.bottom), (source.middle[0], target.y)
    return tuple(points)
