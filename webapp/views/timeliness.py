"""Timeliness: what ended in time and what late, as charts with their tables, and as files to take along."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, render_template, request, url_for

from webapp.exports import Value, as_csv, as_xlsx
from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.views import charts
from webapp.views import timeliness_words as words
from webapp.views.desk import casework, me, new_id
from webapp.views.showing import long_date, long_instant
from workflows.core.definition import Urgency
from workflows.core.timeliness import CAUSE_TITLES, CAUSES, DEFINITIONS
from workflows.service.periods import LONDON, ONE_DAY, YEAR, periods
from workflows.service.report_views import Filters, Report
from workflows.service.reporting import OUTCOMES, Timeliness

blueprint = Blueprint("timeliness", __name__)

SIDES = {"held": "Held by us", "asked": "Asked by us"}
OTHERS = {"held": "who asked", "asked": "who holds"}
FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
NAMES = tuple(Filters.__slots__)
_STAGE = re.compile(r"[a-z0-9_-]{0,60}")


def _service() -> Timeliness:
    return Timeliness(house().engine, casework().library, fewest=house().settings.fewest_shown)


def _filters(given: Any) -> Filters:
    """The filters that were sent; not found for a value that the page never offers."""
    found = Filters(**{name: given.get(name) or getattr(Filters(), name) for name in NAMES})
    if found.urgency not in ("", *(each.value for each in Urgency)) or found.outcome not in ("", *OUTCOMES):
        abort(404)
    if found.side not in SIDES or not _STAGE.fullmatch(found.stage):
        abort(404)
    try:
        if found.other and str(UUID(found.other)) != found.other:
            abort(404)
    except ValueError:
        abort(404)
    return found


@blueprint.get("/timeliness")
@signed_in
def page() -> str:
    """The figures of the organisation that she works for now."""
    filters = _filters(request.args)
    found = _service().report(me(), g.viewer.organisation_id, filters, now=g.now)
    return render_template(
        "timeliness/page.html",
        found=found,
        said=words.of_requests(found),
        period=_period(found),
        figures=_figures(found),
        sheets=words.sheets(found, other=OTHERS[filters.side]),
        shown=words.shown,
        options=_options(found),
        applied=_applied(found),
        definitions=DEFINITIONS,
        causes=[(CAUSE_TITLES[cause], means) for cause, means in CAUSES.items()],
        fields={name: value for name, value in asdict(filters).items() if value},
        other_title=OTHERS[filters.side],
        command_id=new_id(),
    )


def _period(found: Report) -> str:
    last = found.period.end - ONE_DAY
    return f"{long_date(found.period.first)} to {long_date(min(last, g.now.astimezone(LONDON).date()))}"


def _figures(found: Report) -> list[tuple[charts.Chart, str]]:
    """Each chart with the line that says what is drawn."""
    stages, causes = found.by_stage.lines, [(each, CAUSE_TITLES[each.cause]) for each in found.causes]
    whole = replace(found.requests, label="Whole request")
    return [
        (
            charts.trend(found.trend, title=words.of_trend(found.trend)),
            "Requests in time, of those that were in time or late, by the month in which they closed.",
        ),
        (
            charts.stacked(stages, title=words.of_stages(found)),
            "Stages that ended in the period, and what is open and late, or paused, now.",
        ),
        (
            charts.durations([whole, *stages], title=words.of_durations(found)),
            "From start to end without pauses, in days of 24 hours: the median and the 90th percentile.",
        ),
        (
            charts.causes(causes, title=words.of_causes(found)),
            "Stages that ended late, by what they had waited for. Each has one cause.",
        ),
        (
            charts.funnel(found.funnel, title=words.of_funnel(found)),
            "Requests closed in the period: how many had come to each stage, and how they ended.",
        ),
        (
            charts.heat(found.heat, title=words.of_heat(found)),
            "Of 100 stages that ended in the month, how many ended late. × is hidden, – is none.",
        ),
    ]


def _options(found: Report) -> dict[str, list[tuple[str, str]]]:
    return {
        "period": [(each.key, each.title) for each in periods(g.now)],
        "side": list(SIDES.items()),
        "stage": [("", "Any"), *found.offered.stages],
        "other": [("", "Any"), *found.offered.others],
        "urgency": [("", "Any"), *((each.value, each.value.capitalize()) for each in Urgency)],
        "outcome": [("", "Any"), *OUTCOMES.items()],
    }


def _applied(found: Report) -> list[dict[str, str]]:
    titles = {"period": "Period", "stage": "Stage", "other": "Organisation", "urgency": "Urgency", "outcome": "Outcome"}
    options = _options(found)
    return [
        {
            "text": f"{title}: {dict(options[name]).get(getattr(found.filters, name), 'another')}",
            "remove_url": _url(replace(found.filters, **{name: getattr(Filters(), name)})),
        }
        for name, title in titles.items()
        if getattr(found.filters, name) not in ("", YEAR)
    ]


def _url(filters: Filters) -> str:
    plain = Filters()
    given = {name: getattr(filters, name) for name in NAMES if getattr(filters, name) != getattr(plain, name)}
    return url_for("timeliness.page", **given)


@blueprint.post("/timeliness/export")
@signed_in
def export() -> Response:
    """The figures as a file, with small numbers hidden. That somebody took them is put on record first."""
    filters, form = _filters(request.form), request.form.get("form", "")
    if form not in FORMS:
        abort(404)
    service, place = _service(), g.viewer.organisation_id
    found = service.report(me(), place, filters, now=g.now, leaving=True)
    service.note_export(me(), place, filters, form=form, command_id=command_id(request.form), at=g.now)
    sheets = list(words.sheets(found, other=OTHERS[filters.side]).values())
    title = f"Timeliness of {g.viewer.organisation_name}"
    about = _about(found, title)
    if form == "csv":
        body = as_csv(_long(about, sheets))
    else:
        tables = [(sheet.title[:31], _rows(sheet)) for sheet in sheets]
        body = as_xlsx([("About", [["About", title], *about]), *tables], title=title)
    answer = Response(body, content_type=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="timeliness-{found.period.key}.{form}"'
    return answer


def _about(found: Report, title: str) -> list[list[Value]]:
    options = _options(found)
    names = {"side": "Requests", "stage": "Stage", "other": "Organisation", "urgency": "Urgency", "outcome": "Outcome"}
    small = (
        f"A number from 1 to {found.fewest - 1} is hidden, and so is what would give it away: such a cell says "
        f"“{charts.HIDDEN}”."
    )
    lines: list[tuple[str, str]] = [
        ("Organisation that the figures are of", title.removeprefix("Timeliness of ")),
        ("Period", _period(found)),
        ("Made", long_instant(g.now)),
        *((label, dict(options[name]).get(getattr(found.filters, name), "another")) for name, label in names.items()),
        ("Small numbers", small),
        *DEFINITIONS,
        *((f"Cause: {CAUSE_TITLES[cause]}", means) for cause, means in CAUSES.items()),
    ]
    return [list(line) for line in lines]


def _rows(sheet: words.Sheet) -> list[list[Value]]:
    return [[column.title for column in sheet.columns], *(list(row) for row in sheet.rows)]


def _long(about: list[list[Value]], sheets: list[words.Sheet]) -> list[list[Value]]:
    """One value a line, so that one file holds every table: which table, which row, which measure, the value."""
    found: list[list[Value]] = [["Table", "Row", "Measure", "Value"]]
    found += [["About", name, "", value] for name, value in about]
    for sheet in sheets:
        keys = [place for place, column in enumerate(sheet.columns) if column.kind == "text"]
        for row in sheet.rows:
            label = " / ".join(str(row[place]) for place in keys if row[place])
            found += [
                [sheet.title, label, column.title, row[place]]
                for place, column in enumerate(sheet.columns)
                if place not in keys
            ]
    return found
