"""Loading another version of the days: bank holidays of a nation, closure days and service hours of an organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, time

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import clean, command_id, date_parts, one_line, real_date
from webapp.guards import signed_in
from webapp.statuses import status_of
from webapp.views import calendar_words as say
from webapp.views.calendars import desk
from webapp.views.desk import Sent, me, new_id, sent
from webapp.views.showing import counted, long_date
from webapp.views.time_words import CALENDAR_TITLES
from workflows.core.day_sets import Days, Taking, looks_after
from workflows.core.hours import WEEKDAYS, Hours
from workflows.core.refusals import NOT_YOURS, Refusal, Refused
from workflows.core.spans import local_day
from workflows.definitions.calendars import NATIONS
from workflows.definitions.day_files import BadDays, read_days

blueprint = Blueprint("calendar_forms", __name__)

MOST_FAULTS = 10
"""So many bad rows of a file are named at once."""
HOW = (
    (Taking.MORE.value, "It holds days to add: the days in force stay"),
    (Taking.YEARS.value, "It holds whole years: other years stay as they are"),
    (Taking.WHOLE.value, "It holds every day: nothing else stays"),
)
USUAL, OWN = "usual", "own"
HOUR_FIELDS = tuple(name.lower() for name in WEEKDAYS)


class _BadHours(ValueError):
    """What was typed for a day of the week is no hours; the message is for people."""


@blueprint.get("/calendars/load")
@signed_in
def load() -> Response:
    """The form that loads a file of a nation's bank holidays."""
    _check_looks_after("", "Only an administrator can load bank holidays.")
    return _load_page(Sent({"command_id": new_id(), "how": Taking.MORE.value}, status=200))


def _load_page(form: Sent, faults: Iterable[tuple[str, str]] = ()) -> Response:
    reach = [f"{CALENDAR_TITLES[name]}: {long_date(day)}" for name, day, _ in desk().horizons(at=g.now)]
    errors = [*form.errors.items(), *faults]
    body = render_template(
        "calendars/load.html",
        form=form,
        errors=errors,
        of=dict(reversed(errors)),
        nations=[("", "Choose"), *((name, CALENDAR_TITLES[name]) for name in NATIONS)],
        how=HOW,
        reach=reach,
        horizon={part: form.get(f"horizon-{part}") for part in ("day", "month", "year")},
    )
    return make_response(body, form.status)


@blueprint.post("/calendars/load")
@signed_in
def send_load() -> Response:
    """Load the file as a version that waits for a second person; nothing of it is kept when anything is wrong."""
    _check_looks_after("", "Only an administrator can load bank holidays.")
    form, used = sent("calendar", "source", "how", "note"), command_id(request.form)
    parts = date_parts(request.form, "horizon")
    form.values |= {f"horizon-{part}": value for part, value in parts.items()}
    form.values |= {"command_id": new_id(), "days": _typed(form)}
    horizon: date | None = None
    try:
        horizon = real_date(parts)
    except ValueError as wrong:
        form.errors["horizon"] = str(wrong)
    if form.get("how") not in set(Taking):
        form.errors["how"] = "Say how the file is to be taken."
    faults: list[tuple[str, str]] = []
    days = _read(form, faults, division=form.get("calendar"), weekends=False)
    if form.errors or faults:
        return _load_page(form, faults)
    return _loaded(
        form,
        lambda: desk().load(
            me().id, calendar=form.get("calendar"), source=one_line(form.get("source"), most=1_000), days=days,
            horizon=horizon, note=form.get("note"), command_id=used, at=g.now, how=Taking(form.get("how")),
        ),
        _load_page,
    )  # fmt: skip


def _typed(form: Sent) -> str:
    """The days as text: what was pasted, else what the file holds: after a fault it stands in the box."""
    pasted = clean(request.form.get("days", ""))
    file = request.files.get("file")
    if file is None or not file.filename:
        return pasted
    if pasted:
        form.errors["days"] = "Choose a file or paste the days, not both."
        return pasted
    try:
        return clean(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        form.errors["file"] = "The file is not text. Choose a file of days: CSV, JSON or ICS."
        return ""


def _read(form: Sent, faults: list[tuple[str, str]], *, division: str, weekends: bool) -> Days:
    """The days typed, or none and every fault with its row."""
    if form.errors:
        return ()
    if not form.get("days"):
        faults.append(("days", "Choose a file of days, or paste the days."))
        return ()
    try:
        return read_days(form.get("days"), division=division, weekends=weekends)
    except BadDays as bad:
        faults += [("days", words) for words in bad.faults[:MOST_FAULTS]]
        if len(bad.faults) > MOST_FAULTS:
            faults.append(("days", f"And {counted(len(bad.faults) - MOST_FAULTS, 'more bad row')}."))
        return ()


def _loaded(form: Sent, load: Callable[[], int], again: Callable[[Sent], Response]) -> Response:
    """Load and go to the new version, or show the form again. Raises Refused for who may not."""
    try:
        number = load()
    except Refused as refused:
        if status_of(refused) != 422:
            raise
        for each in refused.refusals:
            form.errors.setdefault(each.field, each.say)
        return again(form)
    flash(f"Version {number} is loaded. Another person has to put it in force: until then nothing changes.")
    return redirect(url_for("calendars.page", number=number), 303)


# --- Closure days and service hours of an organisation


@blueprint.get("/calendars/closures")
@signed_in
def closures() -> Response:
    """The form of one's own organisation, filled with what is in force."""
    place = _place()
    found = desk().closures(place, at=g.now)
    today = local_day(g.now)
    days = [f"{day.isoformat()}, {title}" for day, title in (found.days if found else ()) if day >= today]
    hours = found.hours if found else None
    values = {"command_id": new_id(), "days": "\n".join(days), "hours": USUAL if hours is None else OWN}
    for name, day in zip(HOUR_FIELDS, hours or (), strict=False):
        values[name] = say.hours_words(day)
    return _closures_page(Sent(values, status=200))


def _place() -> str:
    place: str = g.viewer.organisation_id
    _check_looks_after(place, "Only a manager or administrator there can change closure days.")
    return place


def _closures_page(form: Sent, faults: Iterable[tuple[str, str]] = ()) -> Response:
    errors = [*form.errors.items(), *faults]
    body = render_template(
        "calendars/closures.html",
        form=form,
        errors=errors,
        of=dict(reversed(errors)),
        place=g.viewer.organisation_name,
        week=list(zip(HOUR_FIELDS, WEEKDAYS, strict=True)),
        usual=USUAL,
        own=OWN,
    )
    return make_response(body, form.status)


@blueprint.post("/calendars/closures")
@signed_in
def send_closures() -> Response:
    """Load them as a version that waits for a second person. Days that have been stay as they were."""
    place, used = _place(), command_id(request.form)
    form = sent("hours", "note", *HOUR_FIELDS)
    form.values |= {"command_id": new_id(), "days": clean(request.form.get("days", ""))}
    faults: list[tuple[str, str]] = []
    days = _read(form, faults, division="", weekends=True) if form.get("days") else ()
    hours: tuple[Hours, ...] | None = None
    if form.get("hours") not in (USUAL, OWN):
        form.errors["hours"] = "Say when the service is open."
    elif form.get("hours") == OWN:
        hours = _week(form)
    if form.errors or faults:
        return _closures_page(form, faults)
    found = desk().closures(place, at=g.now)
    been = {day: title for day, title in (found.days if found else ()) if day < local_day(g.now)}
    whole = tuple(sorted({**been, **dict(days)}.items()))
    return _loaded(
        form,
        lambda: desk().close(
            me().id, place, days=whole, hours=hours, note=form.get("note"), command_id=used, at=g.now
        ),
        _closures_page,
    )  # fmt: skip


def _week(form: Sent) -> tuple[Hours, ...] | None:
    week = []
    for field, name in zip(HOUR_FIELDS, WEEKDAYS, strict=True):
        try:
            week.append(_hours(form.get(field)))
        except _BadHours:
            form.errors[field] = f"{name}: write hours like 09:00-17:00, or leave it empty for closed."
    return None if form.errors else tuple(week)


def _hours(text: str) -> Hours:
    """The hours of a day: 09:00-12:00, 13:00-17:00; nothing for closed. Raises _BadHours."""
    spans = []
    for part in text.replace("–", "-").split(",") if text.strip() else ():
        start, mark, end = (each.strip() for each in part.partition("-"))
        if not mark:
            raise _BadHours
        spans.append((_time(start), time() if end == "24:00" else _time(end)))
    return tuple(spans)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    if len(text) != len("09:00") or not (hour + minute).isascii() or not (hour + minute).isdigit():
        raise _BadHours
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise _BadHours from None


def _check_looks_after(organisation: str, words: str) -> None:
    if not looks_after(me(), organisation):
        raise Refused(Refusal(NOT_YOURS, words))
