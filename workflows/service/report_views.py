"""A report of timeliness as pages and files take it. A number that is None is hidden, because it is about so few."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from workflows.core.timeliness import Cause
from workflows.service.periods import Period


@dataclass(frozen=True, slots=True)
class Line:
    """Counts of one group, and how long it took. Lengths are in seconds; None where there is nothing to measure.

    ``paused`` is all the time together that questions were with whoever asked; ``extended`` are those in time
    because more time was given.
    """

    key: str
    label: str
    in_time: int | None = 0
    late: int | None = 0
    not_counted: int | None = 0
    median: float | None = None
    ninety: float | None = None
    working_days: float | None = None
    paused: int | None = 0
    silent: int | None = 0
    extended: int | None = 0
    running: int | None = 0
    overdue: int | None = 0
    waiting: int | None = 0
    theirs: bool = False
    """Whether the move is the requester's, in a line about a stage."""

    @property
    def counted(self) -> int | None:
        """Those that were in time or late; None when one of the two is hidden."""
        return None if self.in_time is None or self.late is None else self.in_time + self.late

    @property
    def total(self) -> int | None:
        """All that ended."""
        return None if self.counted is None or self.not_counted is None else self.counted + self.not_counted

    @property
    def rate(self) -> float | None:
        """The share that was in time, of those that count; None where that is not known or hidden."""
        return self.in_time / self.counted if self.in_time is not None and self.counted else None

    def without(self, *names: str) -> Line:
        """The same with these numbers hidden."""
        hidden: dict[str, Any] = dict.fromkeys(names)
        return replace(self, **hidden)


@dataclass(frozen=True, slots=True)
class Table:
    """Lines with their total."""

    lines: tuple[Line, ...]
    total: Line


@dataclass(frozen=True, slots=True)
class CauseLine:
    """How many ended late for one cause, and at which stages (label, number)."""

    cause: Cause
    number: int | None
    stages: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One stage in one month: how many ended, and how many of them late."""

    month: str
    counted: int | None
    late: int | None

    @property
    def share(self) -> float | None:
        """The share that was late; None where nothing ended, or it is hidden."""
        return self.late / self.counted if self.late is not None and self.counted else None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One stage, month by month."""

    label: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How many of the closed requests came this far; ``end`` when it is how they ended."""

    key: str
    label: str
    number: int | None
    end: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. An empty word leaves nothing out."""

    period: str = "year"
    side: str = "held"
    stage: str = ""
    other: str = ""
    urgency: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen: stages, other organisations (key, label)."""

    stages: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one organisation in one period. ``sheltered``: small numbers are hidden throughout."""

    filters: Filters
    period: Period
    offered: Offered
    requests: Line
    trend: tuple[Line, ...]
    by_urgency: Table
    by_other: Table
    by_outcome: Table
    by_stage: Table
    causes: tuple[CauseLine, ...]
    heat: tuple[HeatRow, ...]
    funnel: tuple[Step, ...]
    fewest: int
    sheltered: bool

    @property
    def empty(self) -> bool:
        """Whether nothing has ended in the period."""
        return not self.by_stage.total.total and self.by_stage.total.total is not None
