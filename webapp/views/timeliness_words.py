"""The words of the page of timeliness: what each figure says in its title, and its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webapp.views.charts import DAY, HIDDEN, percent
from webapp.views.showing import counted
from workflows.core.timeliness import CAUSE_TITLES, CAUSES, Cause
from workflows.service.periods import month_title
from workflows.service.report_views import Line, Report

Cell = str | int | float | None
"""A cell: words, a number, or None where there is nothing to measure. What is hidden is the word HIDDEN."""
GOOD = ("shared", "partly_shared")
LATE_BECAUSE = {
    Cause.REQUESTER: "waited for whoever asked",
    Cause.NOT_TOLD: "were late because nobody could be told",
    Cause.AWAY: "were with somebody who was away and not covered",
    Cause.SECOND: "waited for a second adjudicator",
    Cause.ANSWER: "were late after a question on the way",
    Cause.EXTENDED: "were late although more time had been given",
    Cause.PERSON: "had been given to one person",
    Cause.NOBODY: "had been given to nobody by name",
}
"""The end of a sentence that says what late stages had in common."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and what its cells are: text, count, share (0 to 1) or days."""

    title: str
    kind: str = "count"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the report, for the page and for files alike."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


REQUEST_COLUMNS = (
    Column("In time"), Column("Late"), Column("Not counted"), Column("In-time rate", "share"),
    Column("Median, days", "days"), Column("90th percentile, days", "days"), Column("Median, working days", "days"),
    Column("Paused, days in all", "days"), Column("Not shared by default"), Column("In time with more time"),
)  # fmt: skip
OPEN_COLUMNS = (Column("Open now"), Column("Open and late now"), Column("Paused now"))


def _line(line: Line) -> tuple[Cell, ...]:
    few = line.counted is None or line.not_counted is None
    return (
        _number(line.in_time), _number(line.late), _number(line.not_counted), HIDDEN if few else line.rate,
        _days(line.median, few), _days(line.ninety, few),
        HIDDEN if few and line.working_days is None else line.working_days,
        HIDDEN if line.paused is None else round(line.paused / DAY, 1), _number(line.silent), _number(line.extended),
    )  # fmt: skip


def _number(number: int | None) -> Cell:
    return HIDDEN if number is None else number


def _days(seconds: float | None, few: bool) -> Cell:
    if seconds is None:
        return HIDDEN if few else None
    return round(seconds / DAY, 2)


def _open(line: Line) -> tuple[Cell, ...]:
    return _number(line.running), _number(line.overdue), _number(line.waiting)


def _table(key: str, title: str, first: str, lines: Iterable[Line]) -> Sheet:
    rows = tuple((line.label, *_line(line)) for line in lines)
    return Sheet(key, title, (Column(first, "text"), *REQUEST_COLUMNS), rows)


def sheets(report: Report, *, other: str) -> dict[str, Sheet]:
    """Every table of a report by its key. ``other`` is what the other organisations are: who asked, or who holds."""
    stages = (*report.by_stage.lines, report.by_stage.total)
    found = (
        _table("trend", "Requests by month", "Month", report.trend),
        Sheet(
            "stages", "Stages", (Column("Stage", "text"), *REQUEST_COLUMNS),
            tuple((_stage(line), *_line(line)) for line in stages),
        ),
        Sheet(
            "open", "Open stages now", (Column("Stage", "text"), *OPEN_COLUMNS),
            tuple((_stage(line), *_open(line)) for line in stages),
        ),
        _table("outcomes", "Requests by outcome", "Outcome", (*report.by_outcome.lines, report.requests)),
        _table("urgencies", "Requests by urgency", "Urgency", (*report.by_urgency.lines, report.requests)),
        _narrow(_table("others", f"Requests by {other}", "Organisation", (*report.by_other.lines, report.requests))),
        _causes(report), _heat(report),
        Sheet(
            "funnel", "How far requests came", (Column("Step", "text"), Column("Requests")),
            tuple((f"{'Ended: ' if step.end else ''}{step.label}", _number(step.number)) for step in report.funnel),
        ),
    )  # fmt: skip
    return {sheet.key: sheet for sheet in found}


def _narrow(sheet: Sheet) -> Sheet:
    """The counts and the lengths alone: where most is hidden anyway, the rest says nothing."""
    most = 7
    return replace(sheet, columns=sheet.columns[:most], rows=tuple(row[:most] for row in sheet.rows))


def _stage(line: Line) -> str:
    return f"{line.label} (whoever asked)" if line.theirs else line.label


def _causes(report: Report) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for each in report.causes:
        rows.append((CAUSE_TITLES[each.cause], CAUSES[each.cause], "All stages", _number(each.number)))
        rows += [(CAUSE_TITLES[each.cause], "", label, _number(number)) for label, number in each.stages]
    columns = (Column("Cause", "text"), Column("What it means", "text"), Column("Stage", "text"), Column("Ended late"))
    return Sheet("causes", "What the late stages had waited for", columns, tuple(rows))


def _heat(report: Report) -> Sheet:
    months = [cell.month for cell in report.heat[0].cells] if report.heat else []
    rows = tuple(
        (row.label, *(HIDDEN if cell.counted is None else cell.share for cell in row.cells)) for row in report.heat
    )
    columns = (Column("Stage", "text"), *(Column(month, "share") for month in months))
    return Sheet("heat", "Share that ended late, by stage and month", columns, rows)


def shown(cell: Cell, kind: str) -> str:
    """A cell as the page shows it."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return percent(float(cell)) if kind == "share" else f"{cell:g}"


# --- What a figure says


def of_requests(report: Report) -> str:
    """The sentence that stands first."""
    line = report.requests
    if line.counted is None:
        return "Too few requests ended to say how many were in time"
    if not line.counted:
        return "No request that counts has ended yet in this period"
    return f"{line.in_time} of {counted(line.counted, 'request')} ended in time"


def of_trend(lines: Sequence[Line]) -> str:
    """The first month and the last that are known."""
    known = [line for line in lines if line.rate is not None]
    if len(known) < 2:
        return "In time, month by month"
    first, last = known[0], known[-1]
    return f"In time: {_of(first)} in {first.label}, {_of(last)} in {last.label}"


def _of(line: Line) -> str:
    """A share with the numbers behind it: 50% is another thing of two than of two hundred."""
    return f"{percent(line.rate)} ({line.in_time} of {line.counted})"


def of_stages(report: Report) -> str:
    """Which stage at the holder is late most often."""
    late = [line for line in report.by_stage.lines if not line.theirs and line.late and line.counted]
    if not late:
        return "Nothing ended late at any stage"
    worst = max(late, key=lambda line: (line.late or 0, line.label))
    return f"{worst.label} was late most often: {worst.late} of {worst.counted}"


def of_durations(report: Report) -> str:
    """How long half of the requests took, and nine of ten."""
    line = report.requests
    if line.median is None or line.ninety is None:
        return "How long it took"
    return f"Half of the requests took up to {_in_days(line.median)}, nine of ten up to {_in_days(line.ninety)}"


def _in_days(seconds: float) -> str:
    return f"{seconds / DAY:.1f} days".replace(".0 days", " days")


def of_causes(report: Report) -> str:
    """What lateness had most to do with."""
    known = [each for each in report.causes if each.number]
    if not known:
        return "What the late ones had waited for"
    total, worst = sum(each.number or 0 for each in known), known[0]
    return f"{worst.number} of {counted(total, 'late stage')} {LATE_BECAUSE[worst.cause]}"


def of_funnel(report: Report) -> str:
    """How many requests ended with something shared."""
    ends = {step.key: step.number for step in report.funnel if step.end}
    total, good = report.requests.total, [ends.get(key, 0) for key in GOOD]
    if total is None or None in good:
        return "How far requests came, and how they ended"
    return f"{sum(each or 0 for each in good)} of {counted(total, 'request')} ended with something shared"


def of_heat(report: Report) -> str:
    """Where and when most was late."""
    late = [(cell.late, row.label, cell.month) for row in report.heat for cell in row.cells if cell.late]
    if not late:
        return "Lateness by stage and month"
    number, label, month = max(late)
    return f"Most was late at {label} in {month_title(month)}: {number}"
