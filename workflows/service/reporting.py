"""Timeliness of an organisation: what ended in time, what late and why, and how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflows.core.case import Outcome
from workflows.core.definition import Role, Side, Urgency
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.core.suppression import FEWEST
from workflows.core.timeliness import CAUSES, Cause
from workflows.service.library import Library
from workflows.service.periods import Period, month_title, periods
from workflows.service.registering import HouseEvent, record_house
from workflows.service.report_views import (
    CauseLine,
    Filters,
    HeatCell,
    HeatRow,
    Line,
    Offered,
    Report,
    Step,
    Table,
)
from workflows.service.sheltering import sheltered, table
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import figures
from workflows.store.engine import Taken

READERS = frozenset({Role.MANAGER, Role.NAMED_SENIOR, Role.AUDITOR})
"""Who may read the figures of an organisation."""
OUTCOMES: Mapping[str, str] = {
    Outcome.SHARED: "Shared",
    Outcome.PARTLY_SHARED: "Partly shared",
    Outcome.DECLINED: "Declined",
    Outcome.REDIRECTED: "Redirected",
    Outcome.WITHDRAWN: "Withdrawn",
}
URGENCIES: Mapping[str, str] = {each.value: each.value.capitalize() for each in Urgency}

# Which of the groups a row is of: what the statements say of the columns that it is not grouped by.
_ALL, _MONTH, _URGENCY, _OTHER, _OUTCOME = 15, 7, 11, 13, 14
_STAGES, _STAGE, _STAGE_MONTH, _STAGE_CAUSE, _CAUSE = 7, 3, 1, 2, 6


LAST = 1_000.0
"""The place of a stage that nothing has left yet."""


@dataclass(frozen=True, slots=True)
class StageLabel:
    """A stage with its title, whether the move is the requester's there, and its usual place on the way."""

    key: str
    label: str
    theirs: bool
    place: float


def may_read(person: Principal, organisation_id: str) -> bool:
    """Whether this person may read the figures of this organisation."""
    return bool(person.roles_in(organisation_id) & READERS)


class Timeliness:
    """Figures of finished work. Safe to share between threads."""

    def __init__(self, engine: Engine, library: Library, *, fewest: int = FEWEST) -> None:
        self._engine = engine
        self._library = library
        self._fewest = fewest

    def report(
        self, person: Principal, organisation_id: str, filters: Filters, *, now: datetime, leaving: bool = False
    ) -> Report:
        """The figures of an organisation, in five statements.

        Small numbers are hidden in what is ``leaving`` the house, and in all that is about one other organisation.
        Raises Refused (not found) for who may not read them, and for a filter that is not offered.
        """
        period = next((each for each in periods(now) if each.key == filters.period), None)
        if period is None or filters.side not in figures.SIDES or not may_read(person, organisation_id):
            raise not_found()
        wanted = figures.Wanted(
            org=organisation_id, side=filters.side, since=period.since, until=period.until,
            trend_since=period.trend_since, now=now, stage=filters.stage, other=filters.other or None,
            urgency=filters.urgency, outcome=filters.outcome,
        )  # fmt: skip
        with reading(self._engine) as connection:
            rows = {
                "requests": figures.by_request(connection, wanted),
                "stages": figures.by_stage(connection, wanted),
                "reached": figures.reached(connection, wanted),
                "open": figures.open_now(connection, wanted),
            }
            offered = figures.offered(connection, wanted)
            stages = self._stages(connection, offered)
        others = tuple((row.key, row.label) for row in offered if row.what == "other")
        found = _report(filters, period, rows, stages, others, fewest=self._fewest)
        if leaving or filters.other:
            return sheltered(found)
        # The rest is the manager's own, and stands case by case on the board.
        return _with_others_sheltered(found)

    def _stages(self, connection: Connection, offered: Sequence[Any]) -> tuple[StageLabel, ...]:
        """Every stage that there is something of, in the usual order of a request."""
        found = {
            row.key: StageLabel(row.key, row.label, row.side == Side.REQUESTER, float(row.place))
            for row in offered
            if row.what == "stage"
        }
        for row in offered:
            if row.what == "open" and row.key not in found:
                stage = self._library.version(connection, row.label, row.version).stage(row.key)
                found[row.key] = StageLabel(row.key, stage.title, stage.side is Side.REQUESTER, LAST)
        return tuple(sorted(found.values(), key=lambda each: (each.place, each.label)))

    def note_export(
        self, person: Principal, organisation_id: str, filters: Filters, *, form: str, command_id: str, at: datetime
    ) -> None:
        """Seal that somebody took figures out of the house: who, of whom, as what, how filtered."""
        facts = {
            "organisation": organisation_id, "form": form, "period": filters.period, "side": filters.side,
            "stage": filters.stage, "other": filters.other, "urgency": filters.urgency, "outcome": filters.outcome,
        }  # fmt: skip
        try:
            with transaction(self._engine) as connection:
                record_house(
                    connection, kind=HouseEvent.FIGURES_EXPORTED, facts=facts, texts={}, command_id=command_id,
                    by=person.id, at=at,
                )  # fmt: skip
        except Taken:
            return  # the same click once more


def _with_others_sheltered(found: Report) -> Report:
    return replace(found, by_other=table(found.by_other, fewest=found.fewest))


def _report(
    filters: Filters,
    period: Period,
    rows: Mapping[str, Sequence[Any]],
    order: Sequence[StageLabel],
    others: tuple[tuple[str, str], ...],
    *,
    fewest: int,
) -> Report:
    names = {each.key: each.label for each in order}
    requests, stages = rows["requests"], rows["stages"]
    inside = [row for row in requests if row.inside]
    total = next((_line(row, "", "All requests") for row in inside if row.part == _ALL), Line("", "All requests"))
    months = {row.month: row for row in requests if row.part == _MONTH}
    outcomes = {row.outcome: row for row in inside if row.part == _OUTCOME}
    return Report(
        filters=filters, period=period, requests=total, fewest=fewest, sheltered=False,
        offered=Offered(tuple((each.key, each.label) for each in order), others),
        trend=tuple(
            _line(months[key], key, month_title(key)) if key in months else Line(key, month_title(key))
            for key in period.trend_months
        ),
        by_urgency=Table(_lines(inside, _URGENCY, "urgency", URGENCIES), total),
        by_other=Table(_lines(inside, _OTHER, "other", dict(others)), total),
        by_outcome=Table(_lines(inside, _OUTCOME, "outcome", OUTCOMES), total),
        by_stage=_by_stage(stages, rows["open"], order),
        causes=_causes(stages, names), heat=_heat(stages, order, period),
        funnel=_funnel(total, rows["reached"], outcomes, order),
    )  # fmt: skip


def _line(row: Any, key: str, label: str) -> Line:
    return Line(
        key, label, in_time=row.in_time, late=row.late, not_counted=row.not_counted, median=row.median,
        ninety=row.ninety, working_days=row.working_days, paused=row.paused, silent=row.silent,
        extended=row.extended,
    )  # fmt: skip


def _lines(rows: Iterable[Any], part: int, column: str, labels: Mapping[str, str]) -> tuple[Line, ...]:
    """The rows of one part in the order of their labels."""
    found = {getattr(row, column): row for row in rows if row.part == part}
    return tuple(_line(found[key], key, label) for key, label in labels.items() if key in found)


def _by_stage(rows: Sequence[Any], open_now: Sequence[Any], order: Sequence[StageLabel]) -> Table:
    ended = {row.stage: row for row in rows if row.part == _STAGE}
    now = {row.stage: row for row in open_now}
    lines = []
    for stage in order:
        if stage.key not in ended and stage.key not in now:
            continue
        line = _line(ended[stage.key], stage.key, stage.label) if stage.key in ended else Line(stage.key, stage.label)
        if (here := now.get(stage.key)) is not None:
            line = replace(line, running=here.running, overdue=here.overdue, waiting=here.paused)
        lines.append(replace(line, theirs=stage.theirs))
    total = next((_line(row, "", "All stages") for row in rows if row.part == _STAGES), Line("", "All stages"))
    sums: dict[str, Any] = {
        name: sum(getattr(line, name) or 0 for line in lines) for name in ("running", "overdue", "waiting")
    }
    return Table(tuple(lines), replace(total, **sums))


def _causes(rows: Sequence[Any], names: Mapping[str, str]) -> tuple[CauseLine, ...]:
    late = {row.cause: row.late for row in rows if row.part == _CAUSE and row.cause}
    at = {
        cause: tuple((names[row.stage], row.late) for row in rows if row.part == _STAGE_CAUSE and row.cause == cause)
        for cause in late
    }
    found = [CauseLine(Cause(cause), number, at[cause]) for cause, number in late.items()]
    tried = list(CAUSES)
    return tuple(sorted(found, key=lambda each: (-(each.number or 0), tried.index(each.cause))))


def _heat(rows: Sequence[Any], order: Sequence[StageLabel], period: Period) -> tuple[HeatRow, ...]:
    cells = {(row.stage, row.month): row for row in rows if row.part == _STAGE_MONTH}
    there = {stage for stage, _ in cells}
    return tuple(
        HeatRow(stage.label, tuple(_cell(cells.get((stage.key, month)), month) for month in period.months))
        for stage in order
        if stage.key in there
    )


def _cell(row: Any, month: str) -> HeatCell:
    return HeatCell(month, row.in_time + row.late, row.late) if row is not None else HeatCell(month, 0, 0)


def _funnel(
    total: Line, reached: Sequence[Any], outcomes: Mapping[str, Any], order: Sequence[StageLabel]
) -> tuple[Step, ...]:
    came = {row.stage: row.total for row in reached}
    steps = [Step("", "Sent and closed", total.total)]
    steps += [Step(stage.key, stage.label, came[stage.key]) for stage in order if stage.key in came]
    ends = [Step(key, label, outcomes[key].total, end=True) for key, label in OUTCOMES.items() if key in outcomes]
    return (*steps, *ends) if total.total else ()
