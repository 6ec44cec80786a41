"""The letter to an applicant: to print, to read out, or to copy into an e-mail where she allows e-mail."""

from __future__ import annotations

import uuid

from flask import Blueprint, g, render_template

from webapp.guards import signed_in
from webapp.views.desk import casework, me, open_case
from workflows.service.applicant_letters import ApplicantLetters

blueprint = Blueprint("applicant_letter", __name__)


@blueprint.get("/cases/<uuid:case_id>/letter")
@signed_in
def page(case_id: uuid.UUID) -> str:
    """The letter, with the safe contact above it."""
    return _page(case_id, by_email=False)


@blueprint.get("/cases/<uuid:case_id>/letter/e-mail")
@signed_in
def by_email(case_id: uuid.UUID) -> str:
    """The same words to copy into an e-mail; refused where the applicant must not be written to so."""
    return _page(case_id, by_email=True)


def _page(case_id: uuid.UUID, *, by_email: bool) -> str:
    letters = ApplicantLetters(casework().engine, casework().library)
    text = letters.letter(me(), str(case_id), now=g.now, by_email=by_email)
    found = open_case(case_id)
    return render_template("cases/letter.html", page=found, paragraphs=text.strip().split("\n\n"), by_email=by_email)
