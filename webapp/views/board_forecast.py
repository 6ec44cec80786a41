"""The forecast under the board: the bars of its drawing, and its table with links that filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from webapp.views import board_filters as filter_words
from webapp.views.showing import counted, long_date
from workflows.service.forecast import Forecast
from workflows.service.views import BoardFilters, BoardPage

HEIGHT = 110
"""The tallest bar, in the units of the drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the drawing: its height and where it begins, in the units of the drawing."""

    number: int
    x: int
    y: int
    height: int
    day: str


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """One line of the table; ``url`` leads to the requests that it counts."""

    stage: str
    who: str
    url: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ForecastView:
    """The forecast as the template writes it."""

    words: str
    apart: str
    days: tuple[str, ...]
    bars: tuple[Bar, ...]
    step: int
    lines: tuple[ForecastLine, ...]


WIDTH = 360


def forecast_view(found: BoardPage, filters: BoardFilters) -> ForecastView | None:
    """The forecast of a board."""
    told = found.forecast
    if told is None:
        return None
    days = tuple(_short(day) for day in told.days)
    verb = "falls" if told.total == 1 else "fall"
    short = " Bank holidays are not known beyond that day, so the forecast ends with it." if told.short else ""
    one = found.paused == 1
    return ForecastView(
        words=f"{counted(told.total, 'request')} {verb} due by the end of {long_date(told.until)}.{short}",
        apart=f"{counted(found.paused, 'request')} {'is' if one else 'are'} paused: "
        f"{'its' if one else 'their'} time stands still, so {'it is' if one else 'they are'} not counted here."
        if found.paused
        else "",
        days=days,
        bars=_bars(told.totals, days),
        step=WIDTH // max(len(days), 1),
        lines=tuple(_lines(told, filters)),
    )


def _lines(told: Forecast, filters: BoardFilters) -> Iterator[ForecastLine]:
    """A line for each stage and person, and the last one for all of them."""
    for row in told.rows:
        only = BoardFilters(side=filters.side, stage=row.stage, holder=row.holder)
        who = row.who[:1].upper() + row.who[1:]
        url = filter_words.url(only, "stage") if row.stage else ""
        yield ForecastLine(row.stage_title, who, url, row.counts, row.total)
    yield ForecastLine("All stages", "", "", told.totals, told.total)


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _bars(totals: tuple[int, ...], days: tuple[str, ...]) -> tuple[Bar, ...]:
    most = max(totals, default=0) or 1
    step = WIDTH // max(len(days), 1)
    heights = [-(-number * HEIGHT // most) for number in totals]
    return tuple(
        Bar(number, place * step, 20 + HEIGHT - height, height, day)
        for place, (number, height, day) in enumerate(zip(totals, heights, days, strict=True))
    )
