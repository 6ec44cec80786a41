"""When I am away: from when until when, and who stands in; for oneself, and by a manager for a colleague."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from webapp.forms import command_id, date_parts, one_line, real_date
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.board_filters import is_id
from webapp.views.case_cards import row
from webapp.views.desk import Sent, casework, me, new_id
from webapp.views.showing import joined, last_day, long_date, long_instant
from workflows.core.absences import NEVER_STAND_IN, Member, Wanted, lendable
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES
from workflows.core.refusals import NOT_FOUND, Refused, not_found
from workflows.service.absences import Absences, managed
from workflows.service.absences import Row as Absence
from workflows.service.authority import readable

blueprint = Blueprint("away", __name__)
LONDON = ZoneInfo("Europe/London")
PLACES = ("First", "Second", "Third")
"""How many deputies the page asks for."""
FIELDS = {"person": "person", "first": "first", "last": "last", "deputies": "deputy-1", "roles": "roles"}
"""The field of the page that a refusal's field means."""


def absences() -> Absences:
    """What is written down of absences."""
    return Absences(house().engine, casework().library)


@blueprint.get("/away")
@signed_in
def page() -> str:
    """My absences, for whom I stand in, and who is away where I am a manager."""
    place = g.viewer.organisation_id
    manager = place in managed(me())
    others = absences().ahead(me(), place, now=g.now) if manager else ()
    return render_template(
        "away/page.html",
        mine=[_line(each) for each in absences().of(me())],
        standing=[(each.absent.name, last_day(each.until)) for each in me().standing],
        others=[_line(each) for each in others] if manager else None,
        lends=_lends(place),
        place=g.viewer.organisation_name,
        reads=bool(readable(me())),
    )


def _lends(place: str) -> bool:
    return bool(lendable(me().roles_in(place)))


def _line(absence: Absence) -> dict[str, Any]:
    over = absence.ended_at is not None or absence.until <= g.now
    if absence.changed:
        state = "Changed"
    elif absence.ended_at is not None:
        taken_back = absence.ended_at <= absence.starts_at
        state = "Taken back" if taken_back else f"Ended early, {long_instant(absence.ended_at)}"
    elif over:
        state = "Over"
    else:
        state = "Away now" if absence.starts_at <= g.now else "To come"
    return {
        "id": absence.id,
        "person": absence.person,
        "where": absence.organisation,
        "from": long_instant(absence.starts_at),
        "until": last_day(absence.until),
        "deputies": joined(list(absence.deputies), last="then"),
        "reason": absence.reason,
        "state": state,
        "open": not over,
    }


@blueprint.get("/away/new")
@signed_in
def new() -> Response:
    """Say when I am away."""
    if not _lends(g.viewer.organisation_id):
        raise not_found()
    return _form(Sent({"command_id": new_id(), "person": me().id}, status=200))


@blueprint.get("/away/colleague")
@signed_in
def colleague() -> Response:
    """Say when a colleague is away: for her manager."""
    if g.viewer.organisation_id not in managed(me()):
        raise not_found()
    return _form(Sent({"command_id": new_id(), "other": "1"}, status=200))


def _members(place: str) -> dict[str, Member]:
    found = absences().members(me(), place)
    return {key: each for key, each in found.items() if not each.disabled}


def _form(form: Sent, *, roles: list[str] | None = None, changed: Absence | None = None) -> Response:
    place = changed.organisation_id if changed else g.viewer.organisation_id
    members = _members(place)
    other = form.get("other") == "1"
    hers = lendable(me().roles_in(place))
    choices = sorted(((role.value, ROLE_TITLES[role]) for role in hers), key=lambda pair: pair[1])
    others = [each for each in members.values() if each.person.id != (changed.person_id if changed else me().id)]
    if other and changed is None:
        others = list(members.values())
    can = [each for each in others if not each.roles & NEVER_STAND_IN]
    body = render_template(
        "away/form.html",
        form=form,
        errors=form.errors,
        other=other,
        changed=changed,
        begun=changed is not None and changed.starts_at <= g.now,
        since=long_instant(changed.starts_at) if changed else "",
        action=_action(changed),
        who=[("", "Choose a person"), *((e.person.id, e.person.name) for e in members.values() if lendable(e.roles))],
        people=[("", "Choose a person" if not form.get("deputy-1") else "Nobody"), *_named(can)],
        places=list(enumerate(PLACES, start=1)),
        roles=choices if len(choices) > 1 and not other else [],
        chosen=roles if roles is not None else [value for value, _ in choices],
        first={part: form.get(f"first-{part}") for part in ("day", "month", "year")},
        last={part: form.get(f"last-{part}") for part in ("day", "month", "year")},
    )
    return make_response(body, form.status)


def _action(changed: Absence | None) -> str:
    return url_for("away.change", absence_id=changed.id) if changed else url_for("away.check")


def _named(members: list[Member]) -> list[tuple[str, str]]:
    titles = [
        (each.person.id, each.person.name, ", ".join(sorted(ROLE_TITLES[role] for role in each.roles)))
        for each in members
    ]
    return [(person, f"{name} ({words})" if words else name) for person, name, words in titles]


@blueprint.post("/away/new")
@signed_in
def check() -> Response:
    """Read it back, then write it down."""
    form = _read()
    days = _days(form)
    roles = [value for value in request.form.getlist("roles") if value in {role.value for role in Role}]
    if form.errors or days is None:
        return _form(form, roles=roles)
    wanted = _wanted(form, days, roles, place=g.viewer.organisation_id)
    try:
        absences().check(me(), wanted, now=g.now)
        if request.form.get("confirm") != "1":
            return make_response(_read_back(form, wanted, days, roles))
        absences().record(me(), wanted, absence_id=form.get("command_id"), now=g.now)
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        if {each.code for each in refused.refusals} == {"overlap"} and _written(form):
            return redirect(url_for("away.page"), 303)
        _note_errors(form, refused)
        return _form(form, roles=roles)
    flash("It is written down. Nothing else has to be done: it begins and ends by itself.")
    return redirect(url_for("away.page"), 303)


def _note_errors(form: Sent, refused: Refused) -> None:
    """Each refusal at its field, the first of each field, in order."""
    form.errors = {FIELDS.get(each.field, each.field): each.say for each in reversed(refused.refusals)}
    form.errors = dict(reversed(form.errors.items()))


@blueprint.get("/away/<uuid:absence_id>/change")
@signed_in
def ask_change(absence_id: uuid.UUID) -> Response:
    """Other dates or deputies of an absence that runs or is to come."""
    found = absences().one(me(), str(absence_id))
    if found.ended_at is not None or found.until <= g.now:
        flash("This absence is over already.")
        return redirect(url_for("away.page"), 303)
    values = {"command_id": new_id(), "person": found.person_id, "reason": found.reason}
    values["other"] = "" if found.person_id == me().id else "1"
    last = found.until.astimezone(LONDON) - timedelta(seconds=1)
    for name, day in (("first", max(found.starts_at, g.now).astimezone(LONDON)), ("last", last)):
        values |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    values |= {f"deputy-{number}": each for number, each in enumerate(found.deputy_ids[: len(PLACES)], start=1)}
    return _form(Sent(values, status=200), roles=list(found.roles) if found.roles else None, changed=found)


@blueprint.post("/away/<uuid:absence_id>/change")
@signed_in
def change(absence_id: uuid.UUID) -> Response:
    """Read it back, then put it in the place of what was written down."""
    found = absences().one(me(), str(absence_id))
    form = _read(of=found)
    days = _days(form)
    roles = [value for value in request.form.getlist("roles") if value in {role.value for role in Role}]
    if form.errors or days is None:
        return _form(form, roles=roles, changed=found)
    wanted = _wanted(form, days, roles, place=found.organisation_id, kept=found.roles)
    try:
        if request.form.get("confirm") != "1":
            absences().check_change(me(), found.id, wanted, now=g.now)
            return make_response(_read_back(form, wanted, days, roles, changed=found))
        absences().change(me(), found.id, wanted, new_id=form.get("command_id"), now=g.now)
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        if refused.code == "absence_over":
            flash(refused.refusals[0].say)
            return redirect(url_for("away.page"), 303)
        _note_errors(form, refused)
        if found.starts_at <= g.now and "first" in form.errors:  # that day is not asked for any more
            form.errors.setdefault("last", form.errors.pop("first"))
        return _form(form, roles=roles, changed=found)
    flash("The absence was changed. What was until now stays on record.")
    return redirect(url_for("away.page"), 303)


def _written(form: Sent) -> bool:
    """Whether the same page was sent before: a double click."""
    try:
        return absences().one(me(), form.get("command_id")).id == form.get("command_id")
    except Refused:
        return False


def _read(*, of: Absence | None = None) -> Sent:
    values = {"command_id": command_id(request.form), "other": "1" if request.form.get("other") == "1" else ""}
    values["person"] = one_line(request.form.get("person", ""), most=36) if values["other"] else me().id
    if of is not None:
        values |= {"person": of.person_id, "other": "" if of.person_id == me().id else "1"}
    values["reason"] = one_line(request.form.get("reason", ""), most=1_000)
    for name in ("first", "last"):
        values |= {f"{name}-{part}": typed for part, typed in date_parts(request.form, name).items()}
    if of is not None and of.starts_at <= g.now:
        today = g.now.astimezone(LONDON)
        values |= {"first-day": str(today.day), "first-month": str(today.month), "first-year": str(today.year)}
    for number in range(1, len(PLACES) + 1):
        chosen = one_line(request.form.get(f"deputy-{number}", ""), most=36)
        values[f"deputy-{number}"] = chosen
        if chosen and not is_id(chosen):
            raise BadRequest
    form = Sent(values)
    if not values["person"]:
        form.errors["person"] = "Choose who is away."
    elif not is_id(values["person"]):
        raise BadRequest
    return form


def _days(form: Sent) -> tuple[date, date] | None:
    found = []
    for name, words in (("first", "first day away"), ("last", "last day away")):
        try:
            day = real_date({part: form.get(f"{name}-{part}") for part in ("day", "month", "year")})
        except ValueError as fault:
            form.errors[name] = f"The {words}: {str(fault)[:1].lower()}{str(fault)[1:]}"
            continue
        if day is None:
            form.errors[name] = f"Enter the {words}."
        elif not g.now.year - 1 <= day.year <= g.now.year + 10:
            form.errors[name] = f"The {words} must be within the next few years."
        else:
            found.append(day)
    if not form.errors.get("first") and found and found[0] < g.now.astimezone(LONDON).date():
        form.errors["first"] = "The first day away must be today or later."
    return (found[0], found[1]) if len(found) == 2 and not form.errors else None


def _wanted(
    form: Sent, days: tuple[date, date], roles: list[str], *, place: str, kept: Sequence[str] | None = None
) -> Wanted:
    """``kept`` are the roles of an absence that is changed by somebody who is not asked about them."""
    start = datetime.combine(days[0], time(), LONDON)
    offered = len(lendable(me().roles_in(place))) > 1 and not form.get("other")
    chosen = roles if offered else kept
    return Wanted(
        organisation_id=place,
        person_id=form.get("person"),
        # Nobody stood in before this was written down.
        start=max(start, g.now) if days[1] >= days[0] else start,
        until=datetime.combine(days[1] + timedelta(days=1), time(), LONDON),
        deputies=tuple(form.get(f"deputy-{n}") for n in range(1, len(PLACES) + 1) if form.get(f"deputy-{n}")),
        roles=frozenset(Role(value) for value in chosen) if chosen is not None else None,
        reason=form.get("reason"),
    )


def _read_back(
    form: Sent, wanted: Wanted, days: tuple[date, date], roles: list[str], *, changed: Absence | None = None
) -> str:
    members = _members(wanted.organisation_id)
    names = [members[each].person.name for each in wanted.deputies]
    who = members[wanted.person_id]
    lent = lendable(who.roles) if wanted.roles is None else wanted.roles
    first = long_date(days[0]) if wanted.start > g.now else f"now, {long_instant(g.now)}"
    rows = [
        row("Who is away", who.person.name),
        row("From", first),
        row("Until", f"the end of {long_date(days[1])}"),
        row("Who stands in", [f"{place} choice: {name}" for place, name in zip(PLACES, names, strict=False)]),
        row("In which roles", sorted(ROLE_TITLES[role] for role in lent)),
        row("Reason", form.get("reason") or "None given"),
    ]
    kept = form.values
    return render_template(
        "away/check.html",
        rows=rows,
        kept=[*kept.items(), *(("roles", each) for each in roles)],
        action=_action(changed),
    )


@blueprint.get("/away/<uuid:absence_id>/end")
@signed_in
def ask_end(absence_id: uuid.UUID) -> str:
    """Ask whether she is back, or will not be away."""
    found = absences().one(me(), str(absence_id))
    return render_template("away/end.html", line=_line(found), command_id=new_id(), mine=found.person_id == me().id)


@blueprint.post("/away/<uuid:absence_id>/end")
@signed_in
def end(absence_id: uuid.UUID) -> Response:
    """End it now."""
    try:
        absences().end(me(), str(absence_id), command_id=command_id(request.form), now=g.now)
        flash("The absence has ended. The work is back.")
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        flash(refused.refusals[0].say)
    return redirect(url_for("away.page"), 303)
