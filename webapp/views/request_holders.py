"""Asking several organisations with one request: the choice while it is a draft."""

from __future__ import annotations

import uuid

from flask import flash, g, request
from werkzeug.wrappers import Response

from webapp.forms import command_id, seen_version
from webapp.guards import signed_in
from webapp.parsing.fields import Posted
from webapp.views.request_base import Trouble, attempt, casework, me, my_draft, pages, see_other, show
from workflows.service.views import Draft


@pages.route("/requests/<uuid:case_id>/holders", methods=["GET", "POST"])
@signed_in
def holders(case_id: uuid.UUID) -> Response:
    """Choose which other organisations are asked as well."""
    draft = my_draft(case_id)
    if request.method == "GET":
        return _page(draft, draft.case.others)
    chosen = Posted(request.form).ticked("others")

    def act() -> None:
        casework().choose_holders(
            me(), str(case_id), command_id=command_id(request.form), seen_version=seen_version(request.form),
            others=chosen, now=g.now,
        )  # fmt: skip

    trouble = attempt(act, name_of=lambda refusal: refusal.field)
    if trouble is not None:
        return _page(my_draft(case_id), chosen, trouble=trouble)
    flash("Saved.")
    return see_other("requests.tasks", case_id=case_id)


def _page(draft: Draft, chosen: tuple[str, ...], *, trouble: Trouble | None = None) -> Response:
    own = (draft.case.holder_org, draft.case.requester_org)
    others = [each for each in casework().holders(me()) if each.id not in own]
    return show("holders", trouble=trouble, draft=draft, others=others, chosen=chosen)


def names_of(draft: Draft) -> list[str]:
    """The names of the other organisations that are asked as well."""
    if not draft.case.others:
        return []
    known = {each.id: each.name for each in casework().holders(me())}
    return [known.get(each, "an organisation that cannot be asked any more") for each in draft.case.others]
