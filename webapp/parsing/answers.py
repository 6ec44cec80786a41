"""Purpose and legal basis: the part of the answers that one page asks for, and back.

Saving replaces a whole part of the request, so each page begins from what is stored and changes its own
fields only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp.parsing.fields import Posted, yes_no
from webapp.parsing.words import (
    ARTICLE_6,
    ARTICLE_9,
    COMMON_LAW,
    NECESSARY_FOR,
    REGIMES,
    SCHEDULE_1,
)
from workflows.core.bases import PRIVATE_BASES
from workflows.core.definition import Definition, Urgency
from workflows.core.request import (
    LegalBasis,
    Purpose,
    Request,
)

TRISTATES = ("needs_care", "at_risk_of_harm", "cannot_protect_self", "duty_relevant", "duty_helps")
"""Questions about the basis that are answered with yes, no or not at all."""


def read_purpose(form: Posted, request: Request, definition: Definition) -> Purpose:
    """The concern and the purpose."""
    threshold = form.choice("threshold", definition.thresholds, say="Choose one of the concerns listed.")
    return replace(request.purpose, threshold=threshold, purpose=form.text("purpose"))


def read_risks(form: Posted, request: Request, definition: Definition) -> Purpose:
    """Both risks, side by side."""
    return replace(
        request.purpose,
        risk_of_not_sharing=form.text("risk_of_not_sharing"),
        risk_of_sharing=form.text("risk_of_sharing"),
    )


def read_urgency(form: Posted, request: Request, definition: Definition) -> Purpose:
    """How soon an answer is needed."""
    urgency = form.choice("urgency", [each.value for each in Urgency], say="Choose how soon you need an answer.")
    return replace(request.purpose, urgency=Urgency(urgency) if urgency else request.purpose.urgency)


def show_purpose(request: Request) -> dict[str, Any]:
    """Purpose, both risks and urgency as the values of their forms."""
    purpose = request.purpose
    return {
        "threshold": purpose.threshold,
        "purpose": purpose.purpose,
        "risk_of_not_sharing": purpose.risk_of_not_sharing,
        "risk_of_sharing": purpose.risk_of_sharing,
        "urgency": purpose.urgency.value,
    }


def offered_bases(request: Request, *, public_bodies_only: bool) -> dict[str, str]:
    """The bases of Article 6 that the page offers: two of them never where both bodies are public."""
    hidden = PRIVATE_BASES if public_bodies_only and request.basis.article_6 not in PRIVATE_BASES else ()
    return {code: words for code, words in ARTICLE_6.items() if code not in hidden}


def read_basis(form: Posted, request: Request, *, public_bodies_only: bool) -> LegalBasis:
    """The basis in Article 6 and the law behind it."""
    offered = offered_bases(request, public_bodies_only=public_bodies_only)
    say = "Choose one of those listed: the others are not for public authorities."
    return replace(
        request.basis, article_6=form.choice("article_6", offered, say=say), provision=form.line("provision")
    )


def read_special(form: Posted, request: Request, definition: Definition) -> LegalBasis:
    """Conditions for special kinds of information and for criminal offences."""
    return replace(
        request.basis,
        article_9=form.choice("article_9", ARTICLE_9),
        article_10=form.flag("article_10"),
        schedule_1=form.choice("schedule_1", SCHEDULE_1),
    )


def read_confidence(form: Posted, request: Request, definition: Definition) -> LegalBasis:
    """Confidentiality in common law, and the part of data protection law that applies."""
    return replace(
        request.basis, common_law=form.choice("common_law", COMMON_LAW), regime=form.choice("regime", REGIMES)
    )


def read_tests(form: Posted, request: Request, definition: Definition) -> LegalBasis:
    """What paragraph 18 asks for, and the two answers about the duty to share."""
    return replace(
        request.basis,
        necessary_for=form.choice("necessary_for", NECESSARY_FOR),
        public_interest=form.text("public_interest"),
        needs_care=form.tristate("needs_care"),
        at_risk_of_harm=form.tristate("at_risk_of_harm"),
        cannot_protect_self=form.tristate("cannot_protect_self"),
        duty_relevant=form.tristate("duty_relevant"),
        duty_helps=form.tristate("duty_helps"),
    )


def show_basis(request: Request) -> dict[str, Any]:
    """The legal basis as the values of its forms."""
    basis = request.basis
    return {
        "article_6": basis.article_6,
        "provision": basis.provision,
        "article_9": basis.article_9,
        "article_10": "yes" if basis.article_10 else "",
        "schedule_1": basis.schedule_1,
        "common_law": basis.common_law,
        "regime": basis.regime,
        "necessary_for": basis.necessary_for,
        "public_interest": basis.public_interest,
        **{name: yes_no(getattr(basis, name)) for name in TRISTATES},
    }
