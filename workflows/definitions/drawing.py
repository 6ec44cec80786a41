"""Where everything stands in the drawing of a workflow: boxes in columns, arrows in the lanes between them.

Pure: the same definition gives the same drawing. Each stage has its arrows gathered on the way to it, so that two
lines only ever lie on each other when they lead to the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from workflows.core.definition import BACK, Definition, Side, Stage, StageKind
from workflows.definitions.layers import layers
from workflows.definitions.route_words import (
    Ladder,
    Step,
    clock_words,
    command_words,
    ladders,
    moment_words,
    rung_words,
    steps,
    who_words,
)

WIDTH = 196.0
"""Of a box."""
PAD = 10.0
LINE = 16.0
LETTERS, TITLE_LETTERS = 27, 20
"""Letters that fit into a line of a box, of plain words and of its title."""
TRACK = 10.0
"""Between two lines that run beside each other."""
MARGIN = 14.0
APART = 26.0
"""Between two boxes of one column."""
ENTRY = (15.0, 31.0)
"""Where lines come in, below the upper edge: the ordinary ones, and those that return."""
LADDER_WIDTH, LADDER_LETTERS = 330.0, 44

Lane = tuple[str, bool]
"""The stage that lines lead to, and whether they return."""


@dataclass(frozen=True, slots=True)
class Row:
    """A way out of a stage, written in its box; ``y`` is where its lines leave."""

    lines: tuple[str, ...]
    y: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A stage."""

    name: str
    kind: StageKind
    side: Side
    x: float
    y: float
    height: float
    title: tuple[str, ...]
    words: tuple[str, ...]
    rows: tuple[Row, ...]
    column: int

    @property
    def right(self) -> float:
        return self.x + WIDTH

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from a row of one box to the left edge of another."""

    step: Step
    points: tuple[tuple[float, float], ...]
    lane: Lane

    @property
    def returns(self) -> bool:
        """Whether it goes back."""
        return self.lane[1]


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder: its words and where they begin."""

    lines: tuple[str, ...]
    y: float


@dataclass(frozen=True, slots=True)
class LadderBox:
    """A ladder beneath the stages."""

    x: float
    y: float
    height: float
    title: tuple[str, ...]
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything with its place."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    ladders: tuple[LadderBox, ...]


def drawing(definition: Definition) -> Drawing:
    """The drawing of a workflow."""
    found = steps(definition)
    columns = layers(definition, found)
    places = _Places(columns, found)
    boxes = {
        name: box
        for column, names in enumerate(columns)
        for name, box in _column(definition, names, found, column=column, places=places).items()
    }
    bottom = max(box.bottom for box in boxes.values())
    arrows = tuple(
        _arrow(step, row, boxes, places, bottom) for box in boxes.values() for row in box.rows for step in row.steps
    )
    below = bottom + APART + len(places.below) * TRACK
    width = places.left(len(columns)) + len(places.tracks.get(len(columns), ())) * TRACK + MARGIN
    beneath = _ladders(ladders(definition), y=below, width=width)
    height = max([below, *(each.y + each.height for each in beneath)]) + MARGIN
    return Drawing(width, height, tuple(boxes.values()), arrows, beneath)


@dataclass
class _Places:
    """The gaps between columns, and the lanes above and below them, with the lines that run in each."""

    columns: Sequence[Sequence[str]]
    found: Sequence[Step]
    tracks: dict[int, list[Lane]] = field(default_factory=dict)
    above: list[Lane] = field(default_factory=list)
    below: list[Lane] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.column = {name: index for index, names in enumerate(self.columns) for name in names}
        order = [name for names in self.columns for name in names]
        for step in sorted(self.found, key=lambda s: (order.index(s.target), order.index(s.source))):
            lane = self.lane(step)
            self._note(self.tracks.setdefault(self.column[step.target], []), lane)
            if not self.next_door(step):
                self._note(self.tracks.setdefault(self.column[step.source] + 1, []), lane)
                self._note(self.below if lane[1] else self.above, lane)

    def _note(self, lines: list[Lane], lane: Lane) -> None:
        if lane not in lines:
            lines.append(lane)

    def returns(self, step: Step) -> bool:
        """Whether a line goes back: by what it says, or because it does not lead to the right."""
        return step.back or self.column[step.target] <= self.column[step.source]

    def lane(self, step: Step) -> Lane:
        return step.target, self.returns(step)

    def next_door(self, step: Step) -> bool:
        return not self.returns(step) and self.column[step.target] == self.column[step.source] + 1

    def left(self, column: int) -> float:
        """Where a column begins."""
        before = sum(self.gap(each) + WIDTH for each in range(column))
        return MARGIN + before + self.gap(column)

    def gap(self, column: int) -> float:
        """The width before a column."""
        lines = len(self.tracks.get(column, ()))
        return (lines + 1) * TRACK + 12 if lines else 0.0

    def track(self, column: int, lane: Lane) -> float:
        """Where a line runs up or down before a column: what leads into it stands nearest to it."""
        lines = sorted(self.tracks[column], key=lambda each: (self.column[each[0]] == column and not each[1], each[1]))
        return self.left(column) - self.gap(column) + (lines.index(lane) + 1) * TRACK

    @property
    def top(self) -> float:
        """Where boxes begin."""
        return MARGIN + len(self.above) * TRACK + (8 if self.above else 0)


def _column(
    definition: Definition, names: Sequence[str], found: Sequence[Step], *, column: int, places: _Places
) -> dict[str, Box]:
    """The boxes of a column, one under the other."""
    boxes: dict[str, Box] = {}
    y = places.top
    for name in names:
        box = _box(definition, definition.stages[name], found, x=places.left(column), y=y, column=column)
        boxes[name] = box
        y = box.bottom + APART
    return boxes


def _box(definition: Definition, stage: Stage, found: Sequence[Step], *, x: float, y: float, column: int) -> Box:
    title = tuple(wrap(stage.title, TITLE_LETTERS, break_long_words=True))
    kind = stage.kind.value.replace("_", " ").capitalize()
    words = [kind] if kind != stage.title else []
    if stage.kind is not StageKind.CLOSED:
        words += wrap(_short(who_words(stage)), LETTERS)
        words += wrap(clock_words(stage), LETTERS)
    ways = _ways(definition, stage, found)
    at = y + PAD + len(title) * (LINE + 2) + len(words) * LINE + (10 if ways else 0)
    rows: list[Row] = []
    for lines, led in ways:
        at += 6
        rows.append(Row(lines, at + LINE / 2, led))
        at += len(lines) * LINE
    return Box(stage.name, stage.kind, stage.side, x, y, at + PAD - y, title, tuple(words), tuple(rows), column)


def _short(who: str) -> str:
    """Who works there; of many only the first two, and how many more."""
    names = who.split(", ")
    return ", ".join(names) if len(names) <= 3 else f"{names[0]}, {names[1]} and {len(names) - 2} other roles"


def _ways(
    definition: Definition, stage: Stage, found: Sequence[Step]
) -> list[tuple[tuple[str, ...], tuple[Step, ...]]]:
    """Each route of a stage as lines of words, with the steps that it stands for."""
    ways: list[tuple[tuple[str, ...], tuple[Step, ...]]] = []
    for command, rule in stage.commands.items():
        for place, route in enumerate(rule.routes):
            led = tuple(s for s in found if (s.source, s.command, s.place) == (stage.name, command, place))
            if led:
                to = "where it was asked" if route.to == BACK else definition.stages[route.to].title
                ways.append((tuple(wrap(f"{led[0].words} → {to}", LETTERS)), led))
        if not rule.routes:
            ways.append((tuple(wrap(f"{command_words(command)} (stays here)", LETTERS)), ()))
    return ways


def _arrow(step: Step, row: Row, boxes: dict[str, Box], places: _Places, bottom: float) -> Arrow:
    source, target = boxes[step.source], boxes[step.target]
    lane = places.lane(step)
    enter = (target.x, entry(target, boxes, returns=lane[1]))
    inward = places.track(target.column, lane)
    points = [(source.right, row.y)]
    if places.next_door(step):
        points += [(inward, row.y)]
    else:
        out = places.track(source.column + 1, lane)
        lanes = places.below if lane[1] else places.above
        at = lanes.index(lane)
        y = bottom + 16 + at * TRACK if lane[1] else MARGIN + at * TRACK
        points += [(out, row.y), (out, y), (inward, y)]
    return Arrow(step, (*points, (inward, enter[1]), enter), lane)


def entry(box: Box, boxes: dict[str, Box], *, returns: bool) -> float:
    """Where lines come into a box: beside its title, and never level with a line that leaves the column before it."""
    leaving = {row.y for each in boxes.values() if each.column == box.column - 1 for row in each.rows}
    y = box.y + ENTRY[returns]
    while any(abs(y - each) < 4 for each in leaving):
        y += 1
    return y


def _ladders(found: Sequence[Ladder], *, y: float, width: float) -> tuple[LadderBox, ...]:
    """Ladders side by side as far as there is room, and then in the next line."""
    made: list[LadderBox] = []
    x, tallest = MARGIN, 0.0
    for each in found:
        if x > MARGIN and x + LADDER_WIDTH > width - MARGIN:
            x, y, tallest = MARGIN, y + tallest + APART, 0.0
        box = _ladder(each, x=x, y=y)
        made.append(box)
        x, tallest = x + LADDER_WIDTH + APART, max(tallest, box.height)
    return tuple(made)


def _ladder(ladder: Ladder, *, x: float, y: float) -> LadderBox:
    title = tuple(wrap("While it waits: " + ", ".join(stage.title for stage in ladder.stages), LADDER_LETTERS - 2))
    at = y + PAD + len(title) * (LINE + 1) + 6
    rungs: list[Rung] = []
    for rung in ladder.rungs:
        words = f"{rung_words(rung)[:1].upper()}{rung_words(rung)[1:]}: {moment_words(rung)}"
        lines = tuple(wrap(words, LADDER_LETTERS))
        rungs.append(Rung(lines, at))
        at += len(lines) * LINE + 6
    return LadderBox(x, y, at + PAD - y, title, tuple(rungs))
