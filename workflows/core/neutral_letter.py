"""The letter that tells an applicant that her application is over: word for word the same, whatever was found.

It is made of the workflow's own wording and of three things that are in every letter: to whom, under which reference,
and on which day. Nothing else of the case is given to it, so nothing else can be read from it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workflows.core.field_kinds import Document
from workflows.core.refusals import Refusal, Refused, not_found
from workflows.core.request import PersonRole
from workflows.core.safe_contact import email_refusal

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.definition import Definition


def wording_of(case: Case, definition: Definition) -> Document | None:
    """The wording for how the case has ended; None where there is none, or it has not ended so."""
    own = definition.outcomes.get(case.ending)
    return definition.documents.get(own.letter) if own and own.letter and case.closed else None


def applicant_of(case: Case) -> str:
    """Her name; empty where it is not in the case (any more)."""
    return next((each.name for each in case.request.people if PersonRole.APPLICANT in each.roles), "")


def letter_text(wording: Document, *, name: str, reference: str, on: date) -> str:
    """The letter."""
    return f"{on.day} {on:%B %Y}\n\nReference: {reference}\n\nDear {name},\n\n{wording.text.strip()}\n"


def letter_of(case: Case, definition: Definition, *, on: date, by_email: bool = False) -> str:
    """The letter of an ended case. Raises Refused: there is none, or it must not go by e-mail."""
    wording, name = wording_of(case, definition), applicant_of(case)
    if wording is None:
        raise not_found()
    if by_email and (refusal := email_refusal(case, definition)) is not None:
        raise Refused(refusal)
    if not name:
        raise Refused(Refusal("no_applicant", "Nobody's name is kept here any more, so there is nobody to write to."))
    return letter_text(wording, name=name, reference=case.reference, on=on)
