"""What the requester's pages share: reading a draft, carrying out a command, telling what went wrong."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.context import LONDON, clock_text
from webapp.forms import command_id, seen_version
from webapp.house import house
from webapp.statuses import status_of
from webapp.views.principles import Belief, beliefs
from webapp.views.showing import long_date, long_instant, tag_markup, time_view
from workflows.core.commands import Actor, Command, Save
from workflows.core.limits import answer_faults
from workflows.core.packs import Place
from workflows.core.permissions import Principal, Relation
from workflows.core.refusals import NOT_FOUND, STALE, Refusal, Refused
from workflows.core.request import Answers, Task
from workflows.service.casework import Casework
from workflows.service.office import Organisation
from workflows.service.views import Draft

pages = Blueprint("requests", __name__)
SAVED = "Saved."
SENT_ALREADY = "This request is no longer a draft, so its answers cannot be changed."
OVERTAKEN = "This request was changed in another window after you opened this page, so nothing was saved now."


@dataclass(slots=True)
class Trouble:
    """What stands in the way of one posted form: the sentences, by form field, and the status."""

    errors: list[tuple[str, str]] = field(default_factory=list)
    status: int = 422
    stale: bool = False

    def of(self, name: str) -> str | None:
        """The sentence for one field."""
        return next((say for known, say in self.errors if known == name), None)


def casework() -> Casework:
    """The one object that answers questions about cases and carries out commands."""
    return house().casework


def me() -> Principal:
    """Who is signed in."""
    return cast(Principal, g.person)


def actor() -> Actor:
    """Who acts, for a command."""
    return Actor(me().id, me().name)


def today() -> date:
    """The product's day in London."""
    return g.now.astimezone(LONDON).date()  # type: ignore[no-any-return]


def my_draft(case_id: uuid.UUID) -> Draft:
    """The person's own draft; one that has been sent meanwhile leads to its case page.

    Raises Refused (NOT_FOUND) for any other case, told alike.
    """
    try:
        return casework().draft(me(), str(case_id))
    except Refused as refused:
        if refused.code == NOT_FOUND and _was_sent(case_id):
            flash(SENT_ALREADY)
            abort(see_other("cases.page", case_id=case_id))
        raise


def _was_sent(case_id: uuid.UUID) -> bool:
    page = casework().case(me(), str(case_id), now=g.now)
    return Relation.OWNER in page.look.relations


def organisation(organisation_id: str) -> Organisation | None:
    """An organisation by its id."""
    return next((each for each in house().office.organisations() if each.id == organisation_id), None)


def at(page: str, /, *, back: bool = False, anchor: str = "", **values: Any) -> str:
    """The address of one of these pages; ``back`` brings the person back to checking her answers."""
    if back:
        values["return"] = "check"
    if anchor:
        values["_anchor"] = anchor
    return url_for(f"requests.{page}", **values)


def see_other(endpoint: str, /, **values: Any) -> Response:
    """Go on to another page after a change."""
    return redirect(url_for(endpoint, **values), 303)


def save(draft: Draft, task: Task, answers: Answers) -> None:
    """Save one part of a draft as the posted form asks. Raises Refused."""
    casework().execute(
        Save(
            id=command_id(request.form), actor=actor(), at=g.now, case_id=draft.case.id,
            seen_version=seen_version(request.form), task=task, answers=answers,
        )
    )  # fmt: skip


def attempt(act: Callable[[], None], *, name_of: Callable[[Refusal], str]) -> Trouble | None:
    """Do something that the rulebook may refuse; None when it was done.

    ``name_of`` says to which field of the page a refusal belongs. Not found goes on as it is.
    """
    try:
        act()
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        if refused.code == STALE:
            return Trouble([("", OVERTAKEN)], 409, stale=True)
        return Trouble([(name_of(each), each.say) for each in refused.refusals], status_of(refused))
    return None


def carry_out(command: Command, *, name_of: Callable[[Refusal], str] = lambda refusal: refusal.field) -> Trouble | None:
    """Carry out one command; what stands in its way, or None."""

    def act() -> None:
        casework().execute(command)

    return attempt(act, name_of=name_of)


def unreadable(
    draft: Draft, task: Task, answers: Answers, *, errors: Mapping[str, str], name_of: Callable[[Refusal], str]
) -> Trouble | None:
    """Trouble with fields that could not be read, together with what the rulebook would refuse besides.

    None when every field could be read: then the rulebook is asked by saving.
    """
    if not errors:
        return None
    found = list(errors.items())
    for fault in answer_faults(task, answers, draft.case.request, draft.definition):
        if name_of(fault) not in errors:
            found.append((name_of(fault), fault.say))
    return Trouble(found)


def show(template: str, *, trouble: Trouble | None = None, **values: Any) -> Response:
    """A page of the requester's, with a fresh command id for each of its forms."""
    body = render_template(
        f"requests/{template}.html",
        trouble=trouble or Trouble([], 200),
        new_id=lambda: str(uuid.uuid4()),
        returning=returning(),
        day=lambda each: long_date(each) if each else "",
        tag=tag_markup,
        instant=long_instant,
        when=clock_text,
        time_view=time_view,
        now=g.now,
        consent_beliefs=consent_beliefs,
        **values,
    )
    return make_response(body, trouble.status if trouble else 200)


def consent_beliefs(*states: str) -> list[Belief]:
    """The common beliefs about these states of consent, as the packs in force answer them; asked for by pages."""
    return beliefs(casework().packs_in_force(now=g.now), Place.CONSENT_STATE, *states)


def returning() -> str:
    """ "check" when the person came from the page that checks all answers, to go back there."""
    return "check" if request.values.get("return") == "check" else ""


def onward(case_id: uuid.UUID | str, *, to: str = "tasks", **values: Any) -> Response:
    """The next page of a draft; back to checking, when that is where the person came from."""
    if returning() or to != "question":
        flash(SAVED)
    return see_other(f"requests.{'check' if returning() else to}", case_id=case_id, **({} if returning() else values))


def page_number() -> int:
    """The page of a list that the address asks for; not found for what is no page number."""
    value = request.args.get("page", "1")
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 5 and int(value) >= 1):
        abort(404)
    return int(value)
