"""More time for a stage: how much and why, read back with the old and the new due date before it is given."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.acts import again, read_back, show, stamped
from webapp.views.case_cards import Row, row
from webapp.views.desk import Sent, carry_out, casework, me, open_case, require_open, sent
from webapp.views.showing import long_instant
from workflows.core.beyond import CALENDAR_HORIZON
from workflows.core.commands import Extend
from workflows.core.definition import CommandType
from workflows.core.refusals import Refused
from workflows.service.extending import Extensions

blueprint = Blueprint("extending", __name__)
LONGEST = 6
"""Digits of an amount: more is no amount of time."""


def extensions() -> Extensions:
    """Questions about extending."""
    return Extensions(casework().engine, casework().library)


def whole_number(typed: str) -> int:
    """The number that was typed, or 0 for what is none: the rule asks for one from 1."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST else 0


@blueprint.get("/cases/<uuid:case_id>/extend")
@signed_in
def extend(case_id: uuid.UUID) -> Response:
    """How much more time, and why."""
    found = open_case(case_id)
    require_open(found, CommandType.EXTEND)
    return show("extend", found, **_words(case_id))


def _words(case_id: uuid.UUID) -> dict[str, Any]:
    more = extensions().allowed(me(), str(case_id))
    return {"more": more, "due_now": long_instant(more.due_at) if more.due_at else ""}


@blueprint.post("/cases/<uuid:case_id>/extend")
@signed_in
def give(case_id: uuid.UUID) -> Response:
    """Read the new due date back, then give the time."""
    form = sent("amount", "reason")
    command = Extend(**stamped(case_id), amount=whole_number(form.get("amount")), reason=form.get("reason"))
    typed = {"How much more time": form.get("amount"), "Why": form.get("reason")}
    found = open_case(case_id)

    def draw(form: Sent) -> Response:
        require_open(open_case(case_id), CommandType.EXTEND)
        return again("extend", case_id, **_words(case_id))(form)

    offer = found.offer(CommandType.EXTEND.value)
    if offer is not None and offer.open:
        form.errors = {fault.field: fault.say for fault in reversed(extensions().faults(me(), command))}
        form.errors = dict(reversed(form.errors.items()))
        if not form.errors:
            try:
                reading = _reading(command)
            except Refused as refused:
                if refused.code != CALENDAR_HORIZON:
                    raise
                form.errors, form.status = {"amount": refused.refusals[0].say}, 409
                return draw(form)
            back = read_back(command, form, found, draw=draw, typed=typed, **reading)
            if back is not None:
                return back
        elif found.version == command.seen_version:
            return draw(form)
    return carry_out(command, form, done="More time was given. The requester has been told.", again=draw, typed=typed)


def _reading(command: Extend) -> dict[str, Any]:
    moved = extensions().moved(me(), command)
    rows: list[Row] = [
        row("Due now", long_instant(moved.before)),
        row("Due then", long_instant(moved.after)),
        row("Why", command.reason),
    ]
    late = " It is late all the same: that time has passed as well." if moved.late else ""
    return {
        "heading": "Is this the time you want to give?",
        "warns": f"The requester is told that the due date moves, and reads why. It cannot be taken back.{late}",
        "rows": rows,
        "button_words": "Give more time",
    }
