"""How instants, time left and status are shown: worked out here once, so that templates stay light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from webapp.context import LONDON, clock_text
from workflows.core.clocks import TimeLeft
from workflows.core.explaining import CountedDay

NO_CLOCK = "No clock is running"


@dataclass(frozen=True, slots=True)
class TimeView:
    """Time left as the time macros take it. ``due_text`` and ``due_iso`` are empty while nothing falls due."""

    state: str
    words: str
    due_text: str
    due_iso: str
    fraction_used: float
    why: tuple[CountedDay, ...] = ()

    @property
    def overdue(self) -> bool:
        """True once the time has run out."""
        return self.state == "overdue"


def time_view(left: TimeLeft | None, *, why: tuple[CountedDay, ...] = ()) -> TimeView | None:
    """The time left for a page; None where no clock has been started."""
    if left is None:
        return None
    due = left.due_at
    return TimeView(
        state=left.state.value,
        words=left.words,
        due_text=clock_text(due) if due else "",
        due_iso=due.isoformat() if due else "",
        fraction_used=left.fraction_used,
        why=why,
    )


def long_instant(moment: datetime) -> str:
    """An instant as records say it: 3 November 2026 at 09:12."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


def long_date(day: date) -> str:
    """A day as records say it: 3 November 2026."""
    return f"{day.day} {day:%B %Y}"


def last_day(until: datetime) -> str:
    """The last day of a span that ends just before ``until``, in words."""
    return f"the end of {long_date((until - timedelta(microseconds=1)).astimezone(LONDON).date())}"


def last_days(ends: Sequence[datetime]) -> str:
    """The latest of some ends as ``last_day`` says it; nothing when there are none."""
    return last_day(max(ends)) if ends else ""


def day_of(moment: datetime) -> str:
    """The day in London of an instant: 3 November 2026."""
    return long_date(moment.astimezone(LONDON).date())


def due_words(due: date | None, *, late: bool) -> str:
    """When something is to be done by."""
    if due is None:
        return "To be done now"
    return f"{'Was due' if late else 'Due'} on {long_date(due)}"


def joined(parts: Sequence[str], *, last: str = "and") -> str:
    """Several things in a sentence: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 item, 3 items."""
    return f"{number} {one if number == 1 else many or one + 's'}"


@lru_cache(maxsize=256)
def _tag(app_key: int, status: str, text: str) -> Markup:
    macros = current_app.jinja_env.get_template("macros/status.html").module
    return Markup(macros.tag(status, text or None))  # type: ignore[attr-defined]  # noqa: S704 - our own macro


def tag_markup(status: str, text: str = "") -> Markup:
    """A status tag, drawn once per status: lists of many rows must not draw it again for each."""
    return _tag(id(current_app.jinja_env), status, text)
