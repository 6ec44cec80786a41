"""How an applicant can be reached safely, and whether an e-mail may be written to her at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflows.core.completing import latest
from workflows.core.refusals import Refusal

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.definition import Definition

NO_EMAIL = "no_email"
"""The code of the refusal to write an e-mail to an applicant."""


@dataclass(frozen=True, slots=True)
class Safely:
    """How and when the applicant can be reached, in words; ``no_email``: never by e-mail."""

    by: str
    when: str
    no_email: bool


def safely(case: Case, definition: Definition) -> Safely | None:
    """What the applicant said; None where the workflow does not ask, or what was said is erased."""
    said, parts = latest(case.completions, definition.first), definition.safe_contact
    if said is None or parts is None:
        return None
    by, when, no_email = (said.answer(key) for key in (parts.by, parts.when, parts.no_email))
    if by is None or when is None or no_email is None or by.withheld or when.withheld:
        return None
    field = next(each for each in definition.stage(definition.first).fields if each.key == parts.by)
    return Safely(field.options.get(by.text, by.text), when.text, no_email.yes is not False)


def email_refusal(case: Case, definition: Definition) -> Refusal | None:
    """Why no e-mail may be written to the applicant, or None. Where it is not known how she is reached, none may."""
    if not definition.public:
        return None
    known = safely(case, definition)
    if known is not None and not known.no_email:
        return None
    how = f" Reach her so: {known.by}, {known.when}." if known else ""
    return Refusal(NO_EMAIL, f"The applicant must not be written to by e-mail.{how}")
