"""The requester's own requests: the list, starting one, its tasks, checking the answers and sending it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import g, request, url_for
from werkzeug.wrappers import Response

from webapp.forms import command_id, seen_version
from webapp.guards import signed_in
from webapp.statuses import status_of
from webapp.views import request_acts, request_holders, request_others, request_rows, request_shared, request_tasks
from webapp.views.request_advice import said_of_basis, said_of_consent
from webapp.views.request_base import (
    OVERTAKEN,
    Trouble,
    actor,
    attempt,
    casework,
    me,
    my_draft,
    page_number,
    pages,
    see_other,
    show,
    today,
)
from webapp.views.request_cards import cautions, groups
from webapp.views.request_missing import Missing, place_of, task_rows
from webapp.views.request_names import names_warned_of
from workflows.core.commands import Submit
from workflows.core.definition import Definition, Role, Side, StageKind
from workflows.core.permissions import Relation
from workflows.core.refusals import NOT_FOUND, STALE, Refusal, Refused, not_found
from workflows.core.request import LegalBasis
from workflows.service.views import CasePage, Draft

blueprint = pages
__all__ = [
    "blueprint",
    "request_acts",
    "request_holders",
    "request_others",
    "request_rows",
    "request_shared",
    "request_tasks",
]

TABS = {"drafts": "Drafts", "open": "Open", "ended": "Ended"}
EMPTY = {
    "drafts": "Requests that you have begun and not yet sent appear here.",
    "open": "Requests that you have sent appear here until they are answered.",
    "ended": "Requests that were answered or withdrawn appear here. You can start a new one like any of them.",
}


@pages.get("/requests")
@signed_in
def mine() -> Response:
    """The person's requests, in three tabs."""
    tab = request.args.get("tab", "open")
    tab = tab if tab in TABS else "open"
    found = casework().requests(me(), tab=tab, page=page_number(), now=g.now)
    tabs = [{"text": TABS[key], "url": url_for("requests.mine", tab=key), "current": key == tab} for key in TABS]
    return show("list", found=found, tab=tab, tabs=tabs, empty_text=EMPTY[tab], may_start=bool(_my_places()))


def _my_places() -> tuple[tuple[str, str], ...]:
    """Organisations for which the person can make requests, the one she works for now first."""
    asks = me().organisations_as(Role.REQUESTER)
    known = [(place, name) for place, name in g.viewer.organisations if place in asks]
    return tuple(sorted(known, key=lambda each: each[0] != g.viewer.organisation_id))


@pages.get("/requests/start")
@signed_in
def start() -> Response:
    """Before a request: what to do when somebody is in danger now, and whom to ask."""
    return _start_page()


def _start_page(trouble: Trouble | None = None, **values: Any) -> Response:
    holders = casework().holders(me())
    return show("start", trouble=trouble, holders=holders, places=_my_places(), values=values)


@pages.post("/requests/start")
@signed_in
def begin() -> Response:
    """Begin a draft."""
    holder = request.form.get("holder", "")
    places = [place for place, _name in _my_places()]
    place = request.form.get("requester", "") or (places[0] if len(places) == 1 else "")
    errors = []
    if holder not in {each.id for each in casework().holders(me())}:
        errors.append(("holder", "Choose the organisation that holds the information."))
    if place not in places:
        errors.append(("requester", "Choose for which of your organisations you ask."))
    if errors:
        return _start_page(Trouble(errors), holder=holder, requester=place)
    made: list[str] = []

    def act() -> None:
        done = casework().start(
            me(), command_id=command_id(request.form), holder_org=holder, requester_org=place, now=g.now
        )
        made.append(done.case_id)

    trouble = attempt(act, name_of=lambda refusal: refusal.field)
    if trouble:
        return _start_page(trouble, holder=holder, requester=place)
    return see_other("requests.tasks", case_id=made[0])


@pages.get("/requests/<uuid:case_id>")
@signed_in
def tasks(case_id: uuid.UUID) -> Response:
    """The tasks of a draft, each with its state."""
    draft = my_draft(case_id)
    rows = task_rows(draft)
    done = sum(row["status"] == "completed" for row in rows)
    return show("tasks", draft=draft, rows=rows, done=done, others=request_holders.names_of(draft))


@pages.get("/requests/<uuid:case_id>/check")
@signed_in
def check(case_id: uuid.UUID) -> Response:
    """All answers on one page, before they are sent."""
    draft = my_draft(case_id)
    return _check_page(draft, draft.missing)


def _check_page(draft: Draft, missing: Sequence[Refusal], *, trouble: Trouble | None = None) -> Response:
    return show(
        "check", trouble=trouble, draft=draft, missing=_missing(missing, draft), asked=trouble is not None,
        groups=groups(draft), cautions=(*said_of_consent(draft), *cautions(draft)),
        advice=said_of_basis(draft) if draft.case.request.basis != LegalBasis() else (),
        others=request_holders.names_of(draft),
        names=names_warned_of(draft, on=today(), known=(me().name, *(name for _, name in g.viewer.organisations))),
    )  # fmt: skip


def _missing(refusals: Sequence[Refusal], draft: Draft) -> list[Missing]:
    return [Missing(each.say, place_of(each, draft)) for each in refusals]


@pages.post("/requests/<uuid:case_id>/submit")
@signed_in
def submit(case_id: uuid.UUID) -> Response:
    """Send the request to the holder."""
    command = Submit(
        id=command_id(request.form), actor=actor(), at=g.now, case_id=str(case_id),
        seen_version=seen_version(request.form),
    )  # fmt: skip
    try:
        casework().execute(command)
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        draft = my_draft(case_id)
        stale = refused.code == STALE
        trouble = Trouble([("", OVERTAKEN)] if stale else [], status_of(refused), stale=stale)
        return _check_page(draft, draft.missing if stale else refused.refusals, trouble=trouble)
    return see_other("requests.sent", case_id=case_id)


@pages.get("/requests/<uuid:case_id>/sent")
@signed_in
def sent(case_id: uuid.UUID) -> Response:
    """The request has been sent: who has it, and when to expect an answer."""
    page = casework().case(me(), str(case_id), now=g.now)
    if page.kind is StageKind.DRAFT or Relation.OWNER not in page.look.relations:
        raise not_found()
    if _moved_on(page):
        # What would come next, and when, is past: the case itself tells where the request is now.
        return see_other("cases.page", case_id=case_id)
    return show("sent", page=page, steps=_steps(page.definition, page))


def _moved_on(page: CasePage) -> bool:
    """Whether a sent request has left the stage to which sending led, going by its history."""
    sent_at = page.submitted_at
    return sent_at is None or any(each.at > sent_at and each.title.startswith("Moved to ") for each in page.timeline)


def _steps(definition: Definition, page: CasePage) -> list[tuple[str, str]]:
    """The holder's stages with their lengths, in words, from the workflow of this case."""
    return [
        (stage.title, f"{clock.length.amount} {_unit(clock.length.unit.value, clock.length.amount)}")
        for stage in definition.stages.values()
        if stage.side is Side.HOLDER
        for urgency, clock in stage.clocks.items()
        if urgency.value == page.urgency
    ]


def _unit(unit: str, amount: int) -> str:
    words = unit.replace("_", " ")
    return words[:-1] if amount == 1 else words
