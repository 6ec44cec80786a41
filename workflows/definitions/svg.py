"""The drawing of a workflow as SVG: presentation attributes only, so that no style sheet and no script is needed.

What a colour tells, a shape or a word tells as well. Classes let a page adapt it to forced colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from workflows.core.definition import Definition, Side, StageKind
from workflows.definitions.drawing import LINE, PAD, WIDTH, Arrow, Box, Drawing, LadderBox, drawing
from workflows.definitions.lines import joints, merged

INK, SOFT, LINES, PAPER, REQUESTERS, RETURNING = "#1f2a36", "#4a5560", "#0b5f5a", "#ffffff", "#f5f4ef", "#5b2a5e"
FONT = "'Atkinson Hyperlegible Next', 'Atkinson Hyperlegible', Verdana, sans-serif"
ICON = 16.0

SHAPES: dict[StageKind, str] = {
    StageKind.DRAFT: "M1 15l1-5 9-9 4 4-9 9z",
    StageKind.CHECK: "M1 1h14v14h-14zM4 8l3 3 5-6",
    StageKind.ADVICE: "M1 1h14v10h-7l-4 4v-4h-3z",
    StageKind.ADJUDICATION: "M8 0l8 8-8 8-8-8z",
    StageKind.INFORMATION_NEEDED: "M1 8a7 7 0 1 0 14 0a7 7 0 1 0-14 0zM6 6a2 2 0 1 1 2 3v1M8 12v1",
    StageKind.RELEASE: "M1 5h7v-4l7 7-7 7v-4h-7z",
    StageKind.EMERGENCY: "M8 1l7 14h-14zM8 6v4M8 12v1",
    StageKind.REVIEW: "M1 6a5 5 0 1 0 10 0a5 5 0 1 0-10 0zM10 10l5 5",
    StageKind.ENQUIRY: "M3 1h7l3 3v11h-10zM5 7h6M5 11h6",
    StageKind.RULING: "M8 1l6 2v5c0 4-3 6-6 7c-3-1-6-3-6-7v-5z",
    StageKind.CLOSED: "M1 1h14v14h-14zM4 4h8v8h-8z",
}
"""A shape for each kind of stage; one that has none here gets a hexagon."""
OTHER = "M4 1h8l4 7-4 7h-8l-4-7z"


def svg(definition: Definition, *, key: str = "drawing") -> str:
    """The drawing with its title and what somebody is told who cannot see it; ``key`` makes its ids its own."""
    made = drawing(definition)
    return "\n".join(_all(made, definition, key)) + "\n"


def _all(made: Drawing, definition: Definition, key: str) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gh-flow" width="{made.width:.0f}" height="{made.height:.0f}" '
        f'viewBox="0 0 {made.width:.0f} {made.height:.0f}" role="img" aria-labelledby="{key}-title" '
        f'aria-describedby="{key}-told" focusable="false" font-family="{FONT}" font-size="13" color="{INK}">'
    )
    yield f'<title id="{key}-title">{escape(definition.title)}, version {definition.ref.version}</title>'
    yield f'<desc id="{key}-told">{escape(told(definition, made))}</desc>'
    for returns in (True, False):
        yield from _lines(made.arrows, returns=returns)
    for box in made.boxes:
        yield from _box(box, first=definition.first)
    for ladder in made.ladders:
        yield from _ladder(ladder)
    yield "</svg>"


def told(definition: Definition, made: Drawing) -> str:
    """What is drawn, in a sentence or two: every way stands in words in the list that belongs to it."""
    stages = len(definition.stages)
    ends = sum(stage.kind is StageKind.CLOSED for stage in definition.stages.values())
    return (
        f"{stages} stages from left to right, beginning with {definition.stages[definition.first].title}; "
        f"{ends} of them are ends. {len(made.arrows)} arrows, of which "
        f"{sum(each.returns for each in made.arrows)} go back. Every way is also told in the list of stages."
    )


def _lines(arrows: Sequence[Arrow], *, returns: bool) -> Iterator[str]:
    look, colour = ("back", RETURNING) if returns else ("on", LINES)
    drawn = [each for each in arrows if each.returns is returns]
    path = "".join(f"M{x:.0f} {y:.0f}L{right:.0f} {bottom:.0f}" for (x, y), (right, bottom) in merged(drawn))
    dashes = ' stroke-dasharray="7 4"' if returns else ""
    if path:
        yield (
            f'<path class="gh-flow__line gh-flow__line--{look}" d="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="1.6"{dashes}/>'
        )
    mark = f'class="gh-flow__head gh-flow__head--{look}" fill="{colour}"'
    for x, y in sorted({each.points[-1] for each in drawn}):
        yield f'<path {mark} d="M{x - 9:.0f} {y - 4:.0f}l9 4-9 4z"/>'
    for x, y in joints(drawn):
        yield f'<circle {mark} cx="{x:.0f}" cy="{y:.0f}" r="2.6"/>'


def _box(box: Box, *, first: str) -> Iterator[str]:
    fill = REQUESTERS if box.side is Side.REQUESTER else PAPER
    rounded = 12 if box.kind is StageKind.DRAFT else 2
    heavy = 3 if box.name == first or box.kind is StageKind.EMERGENCY else 1.5
    yield f'<g class="gh-flow__stage" data-stage={quoteattr(box.name)}>'
    yield _rect("gh-flow__box", box, fill=fill, line=heavy, rounded=rounded)
    if box.kind is StageKind.CLOSED:
        yield _rect("gh-flow__inner", box, inset=3, fill="none", line=1, rounded=1)
    x, y = box.x + PAD, box.y + PAD
    yield (
        f'<path class="gh-flow__icon" transform="translate({x:.0f} {y:.0f})" d="{SHAPES.get(box.kind, OTHER)}" '
        f'fill="none" stroke="{INK}" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"/>'
    )
    for line in box.title:
        yield _text(x + ICON + 8, y + 13, line, 'font-size="15" font-weight="700"')
        y += LINE + 2
    for line in box.words:
        yield _text(x, y + 13, line, soft=True)
        y += LINE
    if box.rows:
        edge = y + 7
        yield (
            f'<path class="gh-flow__rule" d="M{box.x + PAD:.0f} {edge:.0f}H{box.right - PAD:.0f}" '
            f'stroke="{INK}" stroke-width="0.75"/>'
        )
    for row in box.rows:
        for number, line in enumerate(row.lines):
            yield _text(x, row.y + number * LINE + 4.5, line)
    yield "</g>"


def _ladder(ladder: LadderBox) -> Iterator[str]:
    yield '<g class="gh-flow__ladder">'
    y = ladder.y + PAD
    for line in ladder.title:
        yield _text(ladder.x, y + 12, line, 'font-weight="700"')
        y += LINE + 1
    top, bottom, left = y + 4, ladder.y + ladder.height - PAD + 2, ladder.x + 4
    for rail in (left, left + 14):
        yield (f'<path class="gh-flow__rail" d="M{rail:.0f} {top:.0f}V{bottom:.0f}" stroke="{INK}" stroke-width="2"/>')
    for rung in ladder.rungs:
        yield (f'<path class="gh-flow__rail" d="M{left:.0f} {rung.y + 9:.0f}h14" stroke="{INK}" stroke-width="2"/>')
        for number, line in enumerate(rung.lines):
            yield _text(left + 24, rung.y + 13 + number * LINE, line)
    yield "</g>"


def _rect(look: str, box: Box, *, inset: float = 0, fill: str, line: float, rounded: float) -> str:
    x, y, width, height = box.x + inset, box.y + inset, WIDTH - 2 * inset, box.height - 2 * inset
    return (
        f'<rect class="{look}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="{rounded}" '
        f'fill="{fill}" stroke="{INK}" stroke-width="{line}"/>'
    )


def _text(x: float, y: float, words: str, more: str = "", *, soft: bool = False) -> str:
    look, colour = ("gh-flow__text gh-flow__text--soft", SOFT) if soft else ("gh-flow__text", INK)
    space = " " if more else ""
    return f'<text class="{look}" x="{x:.0f}" y="{y:.0f}" fill="{colour}"{space}{more}>{escape(words)}</text>'
