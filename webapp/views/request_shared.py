"""What was released to the person who looks: each view is recorded before anything is shown."""

from __future__ import annotations

import uuid

from flask import g
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views.case_cards import term_rows
from webapp.views.request_base import casework, me, page_number, pages, show


@pages.get("/shared")
@signed_in
def shared() -> Response:
    """Requests of which something was released to this person."""
    found = casework().shared_with(me(), page=page_number(), now=g.now)
    return show("shared", found=found)


@pages.get("/shared/<uuid:case_id>")
@signed_in
def content(case_id: uuid.UUID) -> Response:
    """The released words meant for this person, with their conditions."""
    contents = casework().contents(me(), str(case_id), now=g.now)
    page = casework().case(me(), str(case_id), now=g.now)
    return show("content", contents=contents, page=page, terms=term_rows(contents[0]))
