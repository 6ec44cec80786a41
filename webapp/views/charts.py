"""Charts as plain shapes: where each box, line, mark and word stands. The macro in macros/charts.html draws them.

A chart is as wide as a phone, so that its words are as large there as the words around it. What a colour tells, a
pattern or a shape tells as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from webapp.views.showing import counted
from workflows.service.report_views import CauseLine, HeatCell, HeatRow, Line, Step

WIDTH = 360.0
BAR = 20.0
HIDDEN = "hidden"
NOTHING = "There is nothing to show."
DAY = 86_400.0
HOUR = 3_600.0
MOST_TICKS = 4
CLOSE = 0.005


@dataclass(frozen=True, slots=True)
class Word:
    """Some words at a place; ``anchor`` is start, middle or end, ``look`` a class of the style sheet."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    look: str = "label"


@dataclass(frozen=True, slots=True)
class Box:
    """A box; ``look`` names its fill: in_time, late, not_counted, paused, overdue, whole, end, heat0 to heat3, none."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points; ``look``: grid, trend, range."""

    points: tuple[tuple[float, float], ...]
    look: str

    @property
    def text(self) -> str:
        """As SVG writes it."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point; ``look`` is dot (filled) or diamond (hollow)."""

    x: float
    y: float
    look: str


@dataclass(slots=True)
class Chart:
    """Shapes from top to bottom, and what a person who cannot see them is told."""

    key: str
    title: str
    told: str
    height: float = 0.0
    boxes: list[Box] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    @property
    def looks(self) -> list[str]:
        """The fills that are used, each once: only their patterns are written."""
        return list(dict.fromkeys(box.look for box in self.boxes))


def percent(share: float | None) -> str:
    """A share in whole per cent; rounding never makes all or none of what is not."""
    if share is None:
        return HIDDEN
    rounded = round(share * 100)
    if rounded == 100 and share < 1 - CLOSE / 100:
        rounded = 99
    if rounded == 0 and share > 0:
        rounded = 1
    return f"{rounded}%"


def length_words(seconds: float | None) -> str:
    """A length of time: hours when it is under two days, else days of 24 hours."""
    if seconds is None:
        return "not known"
    if seconds < HOUR:
        return "under 1 hour"
    if seconds < 2 * DAY:
        return counted(round(seconds / HOUR), "hour")
    return f"{seconds / DAY:.1f} days".replace(".0 days", " days")


def trend(lines: Sequence[Line], *, title: str) -> Chart:
    """The in-time rate month by month."""
    left, top, bottom, right = 44.0, 26.0, 176.0, WIDTH - 14
    step = (right - left) / max(len(lines) - 1, 1)
    chart = Chart("trend", title, "", height=bottom + 30)
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - top)
        chart.paths.append(Path(((left, y), (right, y)), "grid"))
        chart.words.append(Word(left - 6, y + 5, f"{share:.0%}", "end", "small"))
    places = [(left + n * step, line) for n, line in enumerate(lines)]
    run: list[tuple[float, float]] = []
    for x, line in places:
        if line.rate is None:
            chart.paths += [Path(tuple(run), "trend")] if len(run) > 1 else []
            run = []
            continue
        y = bottom - line.rate * (bottom - top)
        run.append((x, y))
        chart.marks.append(Mark(x, y, "dot"))
    chart.paths += [Path(tuple(run), "trend")] if len(run) > 1 else []
    every = ceil(len(lines) / MOST_TICKS)
    for n, (x, line) in enumerate(places):
        if (len(lines) - 1 - n) % every == 0:
            anchor = "end" if n == len(lines) - 1 else "middle"
            chart.words.append(Word(x + (8 if anchor == "end" else 0), bottom + 22, _short(line.key), anchor, "small"))
    known = [(x, bottom - line.rate * (bottom - top), line) for x, line in places if line.rate is not None]
    for n in sorted({0, len(known) - 1} if known else set()):
        x, y, line = known[n]
        # Where the line goes on upwards, the number stands below its point.
        rises = n == 0 and len(known) > 1 and known[1][1] < y
        anchor = "end" if x > WIDTH / 2 else "start"
        chart.words.append(
            Word(x, y + 24 if rises and y + 24 < bottom else y - 10, percent(line.rate), anchor, "strong")
        )
    chart.told = "; ".join(f"{line.label}: {percent(line.rate)}" for _, _, line in known) or NOTHING
    return chart


def _short(month: str) -> str:
    year, number = month.split("-")
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{names[int(number) - 1]} {year[2:]}"


STACK = (
    ("in_time", "in_time", "in time"),
    ("late", "late", "late"),
    ("overdue", "overdue", "open and late"),
    ("waiting", "paused", "paused now"),
)
"""The parts of a bar: the number of a line, its look, its words."""


def stacked(lines: Sequence[Line], *, title: str) -> Chart:
    """For each stage what ended in time and late, and what is late or paused now."""
    chart = Chart("stages", title, "")
    totals = [sum(getattr(line, name) or 0 for name, _, _ in STACK) for line in lines]
    most, y, told = max(totals, default=0), 0.0, []
    for line, total in zip(lines, totals, strict=True):
        parts = [(getattr(line, name), look, words) for name, look, words in STACK]
        said = ", ".join(f"{HIDDEN if n is None else n} {words}" for n, _, words in parts if n != 0) or "nothing"
        chart.words += [Word(0, y + 17, line.label, look="strong"), Word(0, y + 36, said, look="small")]
        x = 0.0
        for number, look, _ in parts:
            width = (number or 0) / most * WIDTH if most else 0.0
            if width:
                chart.boxes.append(Box(x, y + 44, width, BAR, look))
            x += width
        if not total:
            chart.paths.append(Path(((0, y + 54), (WIDTH, y + 54)), "grid"))
        told.append(f"{line.label}: {said}")
        y += 80
    chart.height = _legend(chart, [(look, words) for _, look, words in STACK], y=y)
    chart.told = ". ".join(told)
    return chart


def _legend(chart: Chart, entries: Sequence[tuple[str, str]], *, y: float) -> float:
    """Two entries a row; the height with them."""
    used = [entry for entry in entries if entry[0] in chart.looks]
    for n, (look, words) in enumerate(used):
        x, row = (n % 2) * WIDTH / 2, y + (n // 2) * 26
        chart.boxes.append(Box(x, row + 3, 18, 16, look))
        chart.words.append(Word(x + 26, row + 17, words.capitalize(), look="small"))
    return y + ceil(len(used) / 2) * 26 + 4


def durations(lines: Sequence[Line], *, title: str) -> Chart:
    """The median and the 90th percentile of each line on one scale of days."""
    chart = Chart("durations", title, "")
    shown = [line for line in lines if line.median is not None and line.ninety is not None]
    most = _round_up(max((line.ninety or 0.0 for line in shown), default=0.0) / DAY)
    y, right, told = 0.0, WIDTH - 10, []
    for line in shown:
        assert line.median is not None
        assert line.ninety is not None
        low, high = (8 + share / DAY / most * (right - 8) for share in (line.median, line.ninety))
        said = f"half in {length_words(line.median)}, 9 of 10 in {length_words(line.ninety)}"
        chart.words += [Word(0, y + 17, line.label, look="strong"), Word(0, y + 36, said, look="small")]
        chart.paths += [Path(((8, y + 54), (right, y + 54)), "grid"), Path(((low, y + 54), (high, y + 54)), "range")]
        chart.marks += [Mark(low, y + 54, "dot"), Mark(high, y + 54, "diamond")]
        told.append(f"{line.label}: {said}")
        y += 76
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x = 8 + share * (right - 8)
        unit = " days" if share == 1 else ""
        chart.words.append(Word(x, y + 14, f"{most * share:g}{unit}", anchor, "small"))
    chart.marks += [Mark(8, y + 36, "dot"), Mark(130, y + 36, "diamond")]
    chart.words += [Word(22, y + 41, "Median", look="small"), Word(144, y + 41, "90th percentile", look="small")]
    chart.height, chart.told = y + 52, ". ".join(told) or NOTHING
    return chart


def _round_up(days: float) -> float:
    """The end of a scale of days: a number that halves well."""
    return next((end for end in (1, 2, 4, 6, 10, 20, 30, 40, 60, 100, 200) if days <= end), ceil(days / 100) * 100.0)


def bars(rows: Sequence[tuple[str, int | None, str]], *, key: str, title: str) -> Chart:
    """Bars with their words above and their number behind; each with its look."""
    chart = Chart(key, title, "; ".join(f"{words}: {HIDDEN if n is None else n}" for words, n, _ in rows))
    most, y = max((number or 0 for _, number, _ in rows), default=0), 0.0
    for words, number, look in rows:
        width = (number or 0) / most * (WIDTH - 60) if most else 0.0
        chart.words.append(Word(0, y + 17, words))
        chart.boxes.append(Box(0, y + 25, max(width, 2.0), BAR, look))
        told = HIDDEN if number is None else str(number)
        chart.words.append(Word(max(width, 2.0) + 8, y + 41, told, look="strong"))
        y += 58
    if not rows:
        chart.told, y = NOTHING, 28.0
        chart.words.append(Word(0, 17, NOTHING))
    chart.height = y
    return chart


def causes(found: Sequence[tuple[CauseLine, str]], *, title: str) -> Chart:
    """What the late ones had waited for."""
    return bars([(words, each.number, "late") for each, words in found], key="causes", title=title)


def funnel(steps: Sequence[Step], *, title: str) -> Chart:
    """How far requests came, and how they ended."""
    rows = [(step.label, step.number, "end" if step.end else "whole") for step in steps]
    chart = bars(rows, key="funnel", title=title)
    chart.height = _legend(chart, [("whole", "Came this far"), ("end", "Ended so")], y=chart.height)
    return chart


def heat(rows: Sequence[HeatRow], *, title: str) -> Chart:
    """The share that was late, for each stage and month."""
    chart = Chart("heat", title, "")
    months = [cell.month for cell in rows[0].cells] if rows else []
    width = min(WIDTH / max(len(months), 1), 60.0)
    every = 1 if len(months) < MOST_TICKS else 3
    for n, month in enumerate(months):
        if (len(months) - 1 - n) % every == 0:
            x = min((n + 0.5) * width, WIDTH - 22)
            chart.words.append(Word(max(x, 22), 14, _short(month), "middle", "small"))
    y, told = 24.0, []
    for row in rows:
        chart.words.append(Word(0, y + 16, row.label, look="strong"))
        for n, cell in enumerate(row.cells):
            chart.boxes.append(Box(n * width + 1, y + 24, width - 2, 30, _warmth(cell)))
            chart.words.append(Word((n + 0.5) * width, y + 44, _share(cell), "middle", f"cell {_warmth(cell)}"))
            if cell.late:
                told.append(f"{row.label}, {_short(cell.month)}: {percent(cell.share)}")
        y += 66
    chart.height = _legend(
        chart, [("heat0", "None late"), ("heat1", "Under 25%"), ("heat2", "25 to 50%"), ("heat3", "50% and over")], y=y
    )
    chart.told = ". ".join(told) or "Nothing ended late."
    return chart


def _share(cell: HeatCell) -> str:
    if cell.counted is None:
        return "×"
    return "–" if cell.share is None else percent(cell.share)[:-1]


def _warmth(cell: HeatCell) -> str:
    if cell.share is None:
        return "none"
    return "heat0" if not cell.share else "heat1" if cell.share < 0.25 else "heat2" if cell.share < 0.5 else "heat3"
