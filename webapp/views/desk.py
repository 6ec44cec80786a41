"""What the pages of cases share: who asks, carrying out a command, and telling what happened instead."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import abort, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import clean
from webapp.house import house
from webapp.statuses import status_of
from webapp.views.showing import long_instant
from workflows.core.beyond import CALENDAR_HORIZON
from workflows.core.commands import Actor, Command
from workflows.core.definition import CommandType
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_FOUND, STALE, WRONG_STAGE, NotAllowed, Refusal, Refused
from workflows.service.casework import Casework
from workflows.service.unit_of_work import Busy
from workflows.service.views import CasePage, TimelineEntry

ASIDE = frozenset({STALE, WRONG_STAGE, "assigned"})
"""Refusals that say: the case has moved on since the page was opened."""
HELD = "Somebody else is changing this request at this moment, so nothing was saved. Send it again."
MOST_CONDITIONS = 20


@dataclass(slots=True)
class Sent:
    """What a form sent, and what is wrong with it: sentences by field, and the status of the answer."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    status: int = 422

    def get(self, name: str, default: str = "") -> str:
        """What was typed into a field."""
        return self.values.get(name, default)


def casework() -> Casework:
    """Questions and commands about cases."""
    return house().casework


def me() -> Principal:
    """Who is signed in."""
    return cast(Principal, g.person)


def actor() -> Actor:
    """Who acts, for a command; the door adds the position."""
    return Actor(me().id, me().name)


def new_id() -> str:
    """A fresh command id for a form."""
    return str(uuid.uuid4())


def open_case(case_id: uuid.UUID, *, revealed: bool = False) -> CasePage:
    """The case for who asks. Raises Refused (NOT_FOUND).

    ``revealed`` is for the one page that shows a name on request: whoever was shown one sees it there and nowhere else.
    """
    return casework().case(me(), str(case_id), now=g.now, revealed=revealed)


def page_number() -> int:
    """The page of a list that the address names; not found for what is no page number."""
    value = request.args.get("page", "1")
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and int(value) >= 1):
        abort(404)
    return int(value)


def require_open(page: CasePage, command: CommandType) -> None:
    """Raises Refused with the reason when this person cannot do this now."""
    offer = page.offer(command.value)
    if offer is None:
        say = f"This cannot be done while the request is at “{page.stage.title}”."
        raise Refused(Refusal(WRONG_STAGE, say))
    if offer.refusal is not None:
        raise NotAllowed(offer.refusal)


def sent(*names: str) -> Sent:
    """The named fields of the form, cleaned; nothing else that was sent is looked at."""
    return Sent({name: clean(request.form.get(name, "")) for name in names})


def lines_of(text: str) -> tuple[str, ...]:
    """One entry a line, blank lines left out."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def line_faults(lines: tuple[str, ...], *, name: str) -> dict[str, str]:
    """What is wrong with a list of lines, by field."""
    if len(lines) > MOST_CONDITIONS:
        return {name: f"Write at most {MOST_CONDITIONS} lines."}
    if any(len(line) > 1_000 for line in lines):
        return {name: "Each line may have at most 1,000 characters."}
    return {}


def carry_out(
    command: Command,
    form: Sent,
    *,
    done: str,
    again: Callable[[Sent], Response],
    typed: Mapping[str, str],
) -> Response:
    """Carry out a command and go to the case, or show what stands in its way.

    ``again`` draws the form with its errors; ``typed`` (label to words) is shown on the page that tells that
    somebody was faster, so that nothing typed is lost. Raises Refused for what no form can mend.
    """
    try:
        casework().execute(command)
    except Busy:
        form.errors, form.status = {"": HELD}, 503
        return again(form)
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        if refused.code in ASIDE:
            return overtaken(command.case_id, typed=typed, refusal=refused.refusals[0])
        # What would need days that are not known yet is no fault of the form, and what was typed stays there.
        if status_of(refused) != 422 and refused.code != CALENDAR_HORIZON:
            raise
        form.errors = {each.field: each.say for each in reversed(refused.refusals)}
        form.errors = dict(reversed(form.errors.items()))
        form.status = status_of(refused)
        return again(form)
    flash(done)
    return redirect(url_for("cases.page", case_id=command.case_id), 303)


def told(entries: Iterable[TimelineEntry]) -> list[dict[str, str]]:
    """Timeline entries for their macro, newest first."""
    return [
        {
            "title": entry.title,
            "who": entry.by,
            "when_text": long_instant(entry.at),
            "when_iso": entry.at.isoformat(),
            "text": entry.text,
        }
        for entry in entries
    ]


def overtaken(case_id: str, *, typed: Mapping[str, str], refusal: Refusal | None = None) -> Response:
    """The page that says that somebody was faster: what happened since, and what was typed here."""
    page = casework().case(me(), case_id, now=g.now)
    body = render_template(
        "cases/overtaken.html",
        page=page,
        since=told(_since(page)),
        typed=[(label, words) for label, words in typed.items() if words.strip()],
        refusal=refusal if refusal is not None and refusal.code != STALE else None,
    )
    return make_response(body, 409)


def _since(page: CasePage) -> tuple[TimelineEntry, ...]:
    """The history that is newer than the page the form was on, which said how long it was then."""
    seen = request.form.get("seen_entries", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else len(page.timeline)
    newer = max(len(page.timeline) - known, 0)
    return page.timeline[:newer] or page.timeline[:1]
