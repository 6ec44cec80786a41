"""What the requester can do after sending: answer a question, withdraw, start another like this one."""

from __future__ import annotations

import uuid
from uuid import UUID, uuid5

from flask import flash, g, request
from werkzeug.wrappers import Response

from webapp.forms import command_id, seen_version
from webapp.guards import signed_in
from webapp.parsing.fields import Posted
from webapp.views.request_base import Trouble, actor, carry_out, casework, me, pages, see_other, show
from webapp.views.showing import joined
from workflows.core.case import Outcome
from workflows.core.commands import Answer, Withdraw
from workflows.core.definition import CommandType, StageKind
from workflows.core.permissions import Relation
from workflows.core.refusals import WRONG_STAGE, Refusal, Refused, not_found
from workflows.service.views import CasePage, TrackView


def _own(case_id: uuid.UUID) -> CasePage:
    """The person's own request. Raises Refused (NOT_FOUND) for any other."""
    page = casework().case(me(), str(case_id), now=g.now)
    if Relation.OWNER not in page.look.relations:
        raise not_found()
    return page


def _closed(page: CasePage, command: CommandType) -> str:
    """Why an act is closed to the person now; nothing when it is open."""
    offer = page.offer(command.value)
    if offer is None:
        return "This cannot be done at this stage."
    return offer.refusal.say if offer.refusal else ""


def _after(case_id: uuid.UUID, page: CasePage) -> Response:
    """Where to go from an act: a draft that was withdrawn, like any case, has its page."""
    return see_other("cases.page", case_id=case_id)


@pages.route("/requests/<uuid:case_id>/answer", methods=["GET", "POST"])
@signed_in
def answer(case_id: uuid.UUID) -> Response:
    """Answer the question that the holder asked; the clock runs on with the answer."""
    page = _own(case_id)
    if request.method == "GET":
        return _answer_page(page)
    text = Posted(request.form).text("answer")
    command = Answer(
        id=command_id(request.form), actor=actor(), at=g.now, case_id=str(case_id),
        seen_version=seen_version(request.form), answer=text,
    )  # fmt: skip
    trouble = carry_out(command)
    if trouble is None:
        flash("Your answer has been sent. The clock runs on.")
        return _after(case_id, page)
    return _answer_page(_own(case_id), trouble=trouble, typed=text)


def _answer_page(page: CasePage, *, trouble: Trouble | None = None, typed: str = "") -> Response:
    question = next((each for each in page.questions if each.waits), None)
    closed = _closed(page, CommandType.ANSWER)
    return show("answer", trouble=trouble, page=page, question=question, closed=closed, typed=typed)


@pages.route("/requests/<uuid:case_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(case_id: uuid.UUID) -> Response:
    """Withdraw the request, with a reason, after asking whether that is meant."""
    page = _own(case_id)
    if request.method == "GET":
        return _withdraw_page(page)
    form = Posted(request.form)
    reason, everywhere = form.text("reason"), "yes" in form.ticked("everywhere")
    command = Withdraw(
        id=command_id(request.form), actor=actor(), at=g.now, case_id=str(case_id),
        seen_version=seen_version(request.form), reason=reason,
    )  # fmt: skip
    trouble = carry_out(command)
    if trouble is None:
        flash(_withdrawn(page, reason, everywhere=everywhere))
        return _after(case_id, page)
    return _withdraw_page(_own(case_id), trouble=trouble, typed=reason, everywhere=everywhere)


def _other_tracks(page: CasePage) -> tuple[TrackView, ...]:
    return tuple(track for track in page.tracks if track.open and not track.mine)


def _withdrawn(page: CasePage, reason: str, *, everywhere: bool) -> str:
    """What to say once a request is withdrawn; the other tracks follow where that was asked for."""
    if not everywhere:
        return "The request has been withdrawn. Nothing more will be done about it."
    sent = command_id(request.form)
    chosen = [(track.id, str(uuid5(UUID(sent), track.id))) for track in _other_tracks(page)]
    results = casework().withdraw_tracks(me(), chosen, reason=reason, now=g.now)
    kept = [each.reference for each in results if not each.done]
    if kept:
        return f"The request has been withdrawn, but not {joined(kept)}: open it and try again."
    return "The request has been withdrawn at every organisation. Nothing more will be done about it."


def _withdraw_page(
    page: CasePage, *, trouble: Trouble | None = None, typed: str = "", everywhere: bool = False
) -> Response:
    closed = _closed(page, CommandType.WITHDRAW)
    is_draft = page.kind is StageKind.DRAFT
    return show(
        "withdraw",
        trouble=trouble,
        page=page,
        closed=closed,
        typed=typed,
        is_draft=is_draft,
        others=[track.holder_name for track in _other_tracks(page)],
        everywhere=everywhere,
    )


@pages.get("/requests/<uuid:case_id>/copy")
@signed_in
def offer_copy(case_id: uuid.UUID) -> Response:
    """What a new request like this one takes over, before it is started."""
    return _copy_page(_copied(case_id))


def _copied(case_id: uuid.UUID) -> CasePage:
    """The person's own request, when it can be used again: a redirected one has been erased."""
    page = _own(case_id)
    if page.outcome == Outcome.REDIRECTED:
        raise Refused(Refusal(WRONG_STAGE, "This request was redirected and erased: nothing is left to use again."))
    return page


def _copy_page(page: CasePage, *, trouble: Trouble | None = None) -> Response:
    return show("copy", trouble=trouble, page=page)


@pages.post("/requests/<uuid:case_id>/copy")
@signed_in
def copy(case_id: uuid.UUID) -> Response:
    """Start a new draft with what is still true of an earlier request."""
    page = _copied(case_id)
    done = casework().start(
        me(), command_id=command_id(request.form), holder_org=page.holder_org_id,
        requester_org=_place(page), like=str(case_id), now=g.now,
    )  # fmt: skip
    flash("A new draft has been made. Purpose, risks and consent are to be said anew.")
    return see_other("requests.tasks", case_id=done.case_id)


def _place(page: CasePage) -> str:
    """The organisation that asked the first time, found by its name among the person's own."""
    return next((place for place, name in g.viewer.organisations if name == page.requester_org_name), "")
