"""Stretches of time between instants, and the civil days of Europe/London that they cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to, not with, ``end``; both aware, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class DayRange:
    """From the day ``first`` up to and with the day ``last``."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days the range has, both ends counted."""
        return (self.last - self.first).days + 1


def require_aware(at: datetime | None) -> None:
    """Raises ValueError for a naive datetime: it names no instant."""
    if at is not None and at.utcoffset() is None:
        raise ValueError(f"a time without a zone names no instant: {at.isoformat()}")


def local_day(at: datetime) -> date:
    """The date in Europe/London at this instant."""
    return at.astimezone(LONDON).date()


def instant(day: date, at: time) -> datetime:
    """The instant, in UTC, at which clocks in Europe/London show this day and time."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def merged(spans: Iterable[tuple[datetime, datetime]], *, since: datetime) -> tuple[Span, ...]:
    """The spans in order, cut off before ``since``; those that touch made one, empty ones left out.

    A span that ends before it starts (a machine whose clock went back) is empty.
    """
    kept: list[Span] = []
    for start, end in sorted(spans):
        start, end = max(start, since).astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            continue
        if kept and start <= kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(end, kept[-1].end))
        else:
            kept.append(Span(start, end))
    return tuple(kept)


def days_with(spans: Iterable[Span], *, at: time, after: date) -> tuple[DayRange, ...]:
    """The days after ``after`` whose local time ``at`` lies inside one of the merged spans, in order."""
    found = []
    for span in spans:
        first, last = local_day(span.start), local_day(span.end)
        if instant(first, at) < span.start:
            first += ONE_DAY
        if instant(last, at) >= span.end:
            last -= ONE_DAY
        first = max(first, after + ONE_DAY)
        if first <= last:
            found.append(DayRange(first, last))
    return tuple(found)
