"""Bank holidays and closure days: which are in force, what another version would change, and putting it in force.

No data of any request but references and due dates, for those who decide about the days.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.context import clock_text
from webapp.forms import command_id
from webapp.guards import signed_in
from webapp.house import house
from webapp.statuses import status_of
from webapp.views import calendar_words as say
from webapp.views.desk import Sent, casework, me, new_id, page_number, sent
from webapp.views.showing import counted, long_date, long_instant
from webapp.views.time_words import CALENDAR_TITLES
from workflows.core.day_sets import looks_after, may_see
from workflows.core.refusals import NOT_YOURS, Refusal, Refused
from workflows.core.spans import local_day
from workflows.service.calendar_preview import Preview
from workflows.service.calendaring import ANSWERED, SECOND_PERSON, Calendars, SetLine
from workflows.service.holiday_feed import HolidayFeed

blueprint = Blueprint("calendars", __name__)


def desk() -> Calendars:
    """The sets of days."""
    return Calendars(house().engine, casework().library)


@blueprint.get("/calendars")
@signed_in
def listing() -> str:
    """What is in force for each nation and for one's own organisations, how far it reaches, and what waits."""
    lines = [each for each in desk().shelf(at=g.now) if may_see(me(), each.found.organisation_id)]
    current = [each for each in lines if each.since is not None]
    place = g.viewer.organisation_id
    return render_template(
        "calendars/list.html",
        nations=[_nation(*each, current) for each in desk().horizons(at=g.now)],
        closures=[_row(each) for each in current if each.found.organisation_id],
        waiting=[_row(each) for each in lines if each.found.open],
        earlier=[_row(each) for each in lines if each.since is None and not each.found.open],
        feed=_feed(),
        may_load=looks_after(me(), ""),
        may_close=looks_after(me(), place),
        place=g.viewer.organisation_name,
    )


def _feed() -> dict[str, str] | None:
    """How fetching the published list stands, where one is named."""
    if not house().settings.holidays_feed:
        return None
    state = HolidayFeed(house().engine).state()
    if state is None:
        return {"words": "The published list has not been looked at yet.", "failing": ""}
    good = (
        f"The last good answer came on {long_instant(state.good_at)}." if state.good_at else "No good answer came yet."
    )
    if state.failing_since is None:
        return {"words": f"The published list was looked at on {long_instant(state.looked_at)}.", "failing": ""}
    since = long_instant(state.failing_since)
    failing = f"The published list has been of no use since {since}: {state.why}. {good} The days in force stay."
    return {"words": failing, "failing": failing if state.told_at else ""}


def _nation(name: str, horizon: Any, near: bool, current: list[SetLine]) -> dict[str, Any]:
    line = next((each for each in current if each.found.calendar == name), None)
    return {
        "title": CALENDAR_TITLES[name],
        "row": _row(line) if line else None,
        "horizon": long_date(horizon),
        "near": near,
    }


def _row(line: SetLine) -> dict[str, Any]:
    found = line.found
    return {
        "number": found.number,
        "name": say.name_of(found),
        "url": url_for("calendars.page", number=found.number),
        "state": say.state_tag(line),
        "since": say.since_words(line),
        "source": found.source,
        "loaded": say.by_whom(found),
        "count": counted(len(found.days), "day"),
    }


@blueprint.get("/calendars/<int:number>")
@signed_in
def page(number: int) -> Response:
    """One version: its days, what it changes, which open requests it would move, and what became of it."""
    return _page(number, Sent({"command_id": new_id()}, status=200))


def _page(number: int, form: Sent) -> Response:
    line = desk().one(me(), number, at=g.now)
    found = line.found
    may_act = looks_after(me(), found.organisation_id) and found.open
    change = desk().difference(number, at=g.now) if found.open else None
    seen = desk().preview(number, page=page_number(), at=g.now) if may_act else None
    body = render_template(
        "calendars/page.html",
        number=number,
        name=say.name_of(found),
        title=say.title_of(found),
        state=say.state_tag(line),
        facts=_facts(line),
        years=say.by_year(found.days, today=local_day(g.now)),
        hours=say.hours_rows(found.hours) if found.organisation_id else None,
        change=change and {"added": say.day_line(change.added), "removed": say.day_line(change.removed)},
        open=found.open,
        may_act=may_act,
        against=_against(line),
        history=say.told(found),
        form=form,
        errors=form.errors,
        preview=seen and _preview(seen),
        pages=_pages(seen, number),
    )
    return make_response(body, form.status)


def _facts(line: SetLine) -> list[dict[str, str]]:
    found = line.found
    rows = [{"key": "Where the days come from", "value": found.source}]
    if found.horizon is not None:
        rows.append({"key": "Last day covered", "value": long_date(found.horizon)})
    if line.since is not None:
        words = say.since_words(line)
        rows.append({"key": "In force", "value": words[:1].upper() + words[1:]})
    rows.append({"key": "Days", "value": str(len(found.days))})
    return rows


def _against(line: SetLine) -> str:
    """Why who is looking cannot put the set in force, though she looks after such days."""
    if line.found.open and line.found.proposed_by == me().id:
        return "You loaded these days, so another person must put them in force."
    return ""


def _preview(seen: Preview) -> dict[str, Any]:
    moved = (
        "No open request moves"
        if not seen.moved
        else f"{counted(seen.moved, 'open request')} would fall due on another day"
    )
    if not seen.whole:
        moved = f"Of the {seen.moved:,} and more open requests looked at first, these would fall due on another day"
    return {
        "sentence": f"{moved}. {counted(seen.total, 'open request')} "
        f"{'counts' if seen.total == 1 else 'count'} by these days.",
        "rows": [
            (
                each.reference,
                each.stage_title,
                clock_text(each.before) if each.before else say.NOT_KNOWN,
                clock_text(each.after) if each.after else say.NOT_KNOWN,
            )
            for each in seen.rows
        ],
    }


def _pages(seen: Preview | None, number: int) -> dict[str, Any]:
    if seen is None or (seen.page == 1 and not seen.more):
        return {}
    there = url_for("calendars.page", number=number)
    return {
        "previous_url": f"{there}?page={seen.page - 1}" if seen.page > 1 else None,
        "next_url": f"{there}?page={seen.page + 1}" if seen.more else None,
        "words": f"Page {seen.page}",
    }


@blueprint.get("/calendars/<int:number>/in-force")
@signed_in
def confirm(number: int) -> Response:
    """What will happen when the version is put in force, and the button that does it."""
    line = desk().one(me(), number, at=g.now)
    _check_looks_after(line)
    if not line.found.open:
        return _answered(line)
    change = desk().difference(number, at=g.now)
    body = render_template(
        "calendars/confirm.html",
        number=number,
        title=say.title_of(line.found),
        added=say.day_line(change.added),
        removed=say.day_line(change.removed),
        preview=_preview(desk().preview(number, page=1, at=g.now)),
        against=_against(line),
        command_id=new_id(),
    )
    return make_response(body)


@blueprint.post("/calendars/<int:number>/in-force")
@signed_in
def put_in_force(number: int) -> Response:
    """Let requests count by the version from now on. Not for whoever loaded it."""
    line = desk().one(me(), number, at=g.now)
    used = command_id(request.form)
    try:
        desk().put_in_force(me().id, number, command_id=used, at=g.now)
    except Refused as refused:
        return _refused(line, refused, Sent())
    flash(f"{say.title_of(line.found)} is in force. Open requests are counted again in the next minutes.")
    return redirect(url_for("calendars.page", number=number), 303)


@blueprint.post("/calendars/<int:number>/turn-down")
@signed_in
def turn_down(number: int) -> Response:
    """Leave the days as they are; whoever loaded the version may take it back so."""
    line = desk().one(me(), number, at=g.now)
    form, used = sent("why"), command_id(request.form)
    try:
        desk().turn_down(me().id, number, why=form.get("why"), command_id=used, at=g.now)
    except Refused as refused:
        return _refused(line, refused, form)
    flash(f"{say.title_of(line.found)} is turned down. Nothing has changed for requests.")
    return redirect(url_for("calendars.page", number=number), 303)


def _refused(line: SetLine, refused: Refused, form: Sent) -> Response:
    """What stands against an act: told by its own page, or on the page of the set. Raises Refused for who may not."""
    if refused.code == ANSWERED:
        return _answered(desk().one(me(), line.found.number, at=g.now))
    if refused.code != SECOND_PERSON and status_of(refused) != 422:
        raise refused
    form.errors = {each.field: each.say for each in refused.refusals}
    form.values["command_id"] = new_id()
    return _page(line.found.number, form)


def _answered(line: SetLine) -> Response:
    """The page that says that somebody has decided about the version already, and how."""
    body = render_template(
        "calendars/answered.html",
        number=line.found.number,
        title=say.title_of(line.found),
        state=say.state_tag(line),
        history=say.told(line.found),
    )
    return make_response(body, 409)


def _check_looks_after(line: SetLine) -> None:
    if not looks_after(me(), line.found.organisation_id):
        raise Refused(Refusal(NOT_YOURS, "Only those who look after these days can put them in force."))
