"""Why these dates: each clock of a request, day by day, with its pauses and extensions."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, g, render_template, url_for
from markupsafe import Markup

from webapp.guards import signed_in
from webapp.views.calendar_words import calendar_words, sourced
from webapp.views.case_cards import Row, row
from webapp.views.cases import stage_tag
from webapp.views.desk import casework, me, open_case
from webapp.views.showing import long_date, long_instant
from webapp.views.time_words import TIME_DEFINITIONS
from workflows.core.calendars import Unit
from workflows.core.clocks import TimeState
from workflows.core.day_sets import may_see
from workflows.service.calendar_versions import CalendarSet
from workflows.service.dates import ClockView, Dates, ExtensionView, PauseView

blueprint = Blueprint("dates", __name__)


@blueprint.get("/cases/<uuid:case_id>/dates")
@signed_in
def page(case_id: uuid.UUID) -> str:
    """Every clock of the request, what runs first, and what the words mean."""
    found = open_case(case_id)
    clocks = Dates(casework().engine, casework().library).clocks(me(), str(case_id), now=g.now)
    return render_template(
        "cases/dates.html",
        page=found,
        stage=stage_tag(found),
        clocks=[_clock(each) for each in clocks],
        definitions=TIME_DEFINITIONS,
    )


def _clock(clock: ClockView) -> dict[str, Any]:
    """One clock as the page writes it."""
    longer = f", with what was given {clock.whole}" if clock.extensions else ""
    rows: list[Row] = [
        row("Where it stands", clock.left.words),
        row("Whose time it is", clock.whose[:1].upper() + clock.whose[1:]),
        row("Started", long_instant(clock.started_at)),
        row("Time there is", f"{clock.length}{longer}"),
        row("Due", _due(clock)),
    ]
    if clock.counted_from:
        rows.insert(3, row("Counted from", f"{long_instant(clock.counted_from)}, when the application came"))
    if clock.stopped_at:
        rows.append(row("Ended", long_instant(clock.stopped_at)))
    if clock.pauses:
        rows.append(row("Paused", [_pause(each) for each in clock.pauses]))
    if clock.extensions:
        rows.append(row("Extended", [_extension(each) for each in clock.extensions]))
    if clock.given_back_at:
        rows.append(row("If no answer comes", f"The question goes back on {long_instant(clock.given_back_at)}"))
    if clock.may_extend:
        rows.append(row("Extending it", clock.may_extend[:1].upper() + clock.may_extend[1:]))
    rows.append(row("Calendar", _calendar(clock)))
    counted = sum(day.counted for day in clock.days)
    return {
        "number": clock.number,
        "title": clock.title,
        "rows": rows,
        "days": clock.days,
        "summary": f"Day by day: {counted} of {len(clock.days)} days counted",
    }


def _due(clock: ClockView) -> str:
    if clock.left.due_at is not None:
        return long_instant(clock.left.due_at)
    return clock.left.words if clock.left.state is TimeState.UNKNOWN else "No date while it is paused"


def _calendar(clock: ClockView) -> list[str | Markup]:
    """By which days it is counted, in words; each version leads to its page for those who may see it."""
    if clock.unit is Unit.HOURS:
        return ["None: hours run day and night, on every day"]
    words: list[str | Markup] = [_linked(each) for each in clock.sets]
    if all(not each.calendar for each in clock.sets):
        words.insert(0, calendar_words(clock.calendar, ()))
    return [*words, f"Bank holidays are known up to {long_date(clock.horizon)}"]


def _linked(found: CalendarSet) -> str | Markup:
    if not may_see(me(), found.organisation_id):
        return sourced(found)
    link = Markup('<a class="govuk-link" href="{}">{}</a>')
    return link.format(url_for("calendars.page", number=found.number), sourced(found))


def _pause(pause: PauseView) -> str:
    until = f"to {long_instant(pause.end)}" if pause.end else "and still"
    asked = f" Asked by {pause.by}" if pause.by else ""
    ended = f"; {pause.ended}" if pause.ended and asked else ""
    return f"From {long_instant(pause.start)} {until}: {pause.reason}.{asked}{ended}{'.' if asked else ''}"


def _extension(extension: ExtensionView) -> str:
    reason = f": {extension.reason}" if extension.reason else ""
    by = f" by {extension.by}" if extension.by else ""
    return f"{extension.more} more, given on {long_instant(extension.at)}{by}{reason}"
