"""Hiding small numbers in a report: in everything that leaves the house, and wherever one other organisation shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workflows.core.suppression import along, hidden, small
from workflows.service.report_views import CauseLine, HeatCell, HeatRow, Line, Report, Step, Table

RESULTS = ("in_time", "late", "not_counted")
MEASURED = ("median", "ninety", "working_days", "paused", "silent", "extended")
COUNTS = ("silent", "extended", "running", "overdue", "waiting")


def sheltered(report: Report) -> Report:
    """The report with every small number hidden, and what would give it away."""
    fewest = report.fewest
    return replace(
        report,
        requests=_alone(report.requests, fewest=fewest),
        trend=table(Table(report.trend, report.requests), fewest=fewest).lines,
        by_urgency=table(report.by_urgency, fewest=fewest),
        by_other=table(report.by_other, fewest=fewest),
        by_outcome=table(report.by_outcome, fewest=fewest),
        by_stage=table(report.by_stage, fewest=fewest),
        causes=_causes(report.causes, fewest=fewest),
        heat=_heat(report.heat, fewest=fewest),
        funnel=_funnel(report.funnel, fewest=fewest),
        sheltered=True,
    )


def table(found: Table, *, fewest: int) -> Table:
    """Lines and total with what is small hidden. Lengths of time are hidden where one of the counts is."""
    grid = [[_number(line, name) for name in RESULTS] for line in found.lines]
    away = hidden(grid, fewest=fewest) if grid else None
    lines = []
    for i, line in enumerate(found.lines):
        out = [name for j, name in enumerate(RESULTS) if away and (i, j) in away.cells]
        if away and (i in away.rows or (out and small(sum(grid[i]), fewest=fewest))):
            out = list(RESULTS)
        lines.append(line.without(*out, *(MEASURED if out else ())))
    return Table(tuple(_counts_hidden(lines, found.total, fewest=fewest)), _alone(found.total, fewest=fewest))


def _alone(line: Line, *, fewest: int) -> Line:
    """A total by itself. Its numbers add up to how many there were, so one hidden number hides another."""
    numbers = [_number(line, name) for name in RESULTS]
    out = [RESULTS[place] for place in along(numbers, fewest=fewest, total=not small(sum(numbers), fewest=fewest))]
    line = line.without(*out, *(MEASURED if len(out) == len(RESULTS) else ()))
    return line.without(*(name for name in COUNTS if small(_number(line, name), fewest=fewest)))


def _counts_hidden(lines: Sequence[Line], total: Line, *, fewest: int) -> list[Line]:
    """The counts that stand by themselves: each column adds up to its total."""
    columns = {
        name: along(
            [_number(line, name) for line in lines],
            fewest=fewest,
            total=not small(_number(total, name), fewest=fewest),
            already=[i for i, line in enumerate(lines) if getattr(line, name) is None],
        )
        for name in COUNTS
    }
    return [line.without(*(name for name in COUNTS if i in columns[name])) for i, line in enumerate(lines)]


def _number(line: Line, name: str) -> int:
    found = getattr(line, name)
    return int(found) if found is not None else 0


def _causes(causes: tuple[CauseLine, ...], *, fewest: int) -> tuple[CauseLine, ...]:
    """Causes by stage: each stage's column adds up to how many ended late there, which another table shows."""
    stages = list(dict.fromkeys(label for each in causes for label, _ in each.stages))
    grid = [[dict(each.stages).get(label) or 0 for label in stages] for each in causes]
    away = hidden(grid, fewest=fewest)
    return tuple(
        replace(
            each,
            number=None if i in away.rows else each.number,
            stages=tuple(
                (label, None if (i, stages.index(label)) in away.cells else number) for label, number in each.stages
            ),
        )
        for i, each in enumerate(causes)
    )


def _heat(rows: tuple[HeatRow, ...], *, fewest: int) -> tuple[HeatRow, ...]:
    if not rows:
        return rows
    late = hidden([[cell.late or 0 for cell in row.cells] for row in rows], fewest=fewest)
    all_ended = hidden([[cell.counted or 0 for cell in row.cells] for row in rows], fewest=fewest)
    return tuple(
        replace(
            row, cells=tuple(_cell(cell, (i, j) in late.cells | all_ended.cells) for j, cell in enumerate(row.cells))
        )
        for i, row in enumerate(rows)
    )


def _cell(cell: HeatCell, out: bool) -> HeatCell:
    return HeatCell(cell.month, None, None) if out else cell


def _funnel(steps: tuple[Step, ...], *, fewest: int) -> tuple[Step, ...]:
    """Ends add up to all; a stage that nearly all came to tells how few did not."""
    ends = [step for step in steps if step.end]
    out = {ends[place].key for place in along([step.number or 0 for step in ends], fewest=fewest)}
    everyone = steps[0].number or 0 if steps else 0
    found = []
    for step in steps:
        number = step.number or 0
        few = step.key in out if step.end else small(number, fewest=fewest) or small(everyone - number, fewest=fewest)
        found.append(replace(step, number=None) if few else step)
    return tuple(found)
