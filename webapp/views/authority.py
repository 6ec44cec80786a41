"""Who held the authority on a day: for managers, auditors and administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.wrappers import Response

from webapp.forms import date_parts, real_date
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import me
from webapp.views.showing import joined, long_date
from workflows.core.absences import NEVER_LENT
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES
from workflows.core.refusals import not_found
from workflows.service.authority import Holder, Spell, held, readable

blueprint = Blueprint("authority", __name__)
LONDON = ZoneInfo("Europe/London")
ROLES = sorted((role.value, ROLE_TITLES[role]) for role in Role if role not in NEVER_LENT)


@blueprint.get("/away/authority")
@signed_in
def page() -> Response:
    """Ask for a day and a role; who held it then, and who stood in."""
    place = g.viewer.organisation_id
    if place not in readable(me()):
        raise not_found()
    parts = date_parts(request.args, "on")
    chosen = request.args.get("role", Role.CALDICOTT_GUARDIAN.value)
    chosen = chosen if chosen in dict(ROLES) else Role.CALDICOTT_GUARDIAN.value
    errors: dict[str, str] = {}
    day = None
    try:
        day = real_date(parts)
    except ValueError as fault:
        errors["on"] = str(fault)
    today = g.now.astimezone(LONDON).date()
    if day is None and not errors:
        day = today
        parts = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    if day is not None and not today - timedelta(days=36_500) < day < today + timedelta(days=3_650):
        errors["on"] = "Choose a day in the last hundred or the next ten years."
    people = held(house().engine, me(), place, Role(chosen), day=day) if day is not None and not errors else ()
    body = render_template(
        "away/authority.html",
        errors=errors,
        parts=parts,
        roles=ROLES,
        chosen=chosen,
        title=ROLE_TITLES[Role(chosen)],
        day=long_date(day) if day is not None and not errors else "",
        rows=[line for each in people for line in _lines(each)],
        place=g.viewer.organisation_name,
    )
    return make_response(body, 422 if errors else 200)


def _lines(holder: Holder) -> list[tuple[str, str, Any]]:
    return [(holder.name, _when(spell, whole=len(holder.spells) == 1), _who(spell)) for spell in holder.spells]


def _when(spell: Spell, *, whole: bool) -> str:
    if whole:
        return "The whole day"
    start, end = (each.astimezone(LONDON) for each in (spell.start, spell.end))
    until = "midnight" if end.hour == end.minute == 0 else f"{end:%H:%M}"
    return f"{start:%H:%M} to {until}"


def _who(spell: Spell) -> str:
    if not spell.away:
        return "Held it, and was not away"
    if not spell.stand_ins:
        return "Away, and nobody could stand in"
    return f"Away. Stood in: {joined(list(spell.stand_ins), last='then')}"
