"""Purpose, consent and legal basis: the part of the answers that one page asks for, and back.

Saving replaces a whole part of the request, so each page begins from what is stored and changes its own
fields only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp.parsing.fields import Posted, date_parts, yes_no
from webapp.parsing.words import (
    ARTICLE_6,
    ARTICLE_9,
    COMMON_LAW,
    CONSENT_HOW,
    CONSENT_KINDS,
    CONSENT_STATES,
    GROUNDS,
    PRESSURE,
    REGIMES,
    SCHEDULE_1,
)
from workflows.core.definition import Definition, Urgency
from workflows.core.request import (
    Consent,
    ConsentAndOpenness,
    ConsentState,
    LegalBasis,
    Purpose,
    Request,
    Told,
)

PRIVATE_BASES = ("6(1)(ea)", "6(1)(f)")
"""Bases of Article 6 that a public authority cannot use for its own tasks."""


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


def read_state(form: Posted, request: Request, definition: Definition) -> ConsentAndOpenness:
    """Where consent stands. Details that belonged to another answer do not stay behind unseen."""
    code = form.choice("state", CONSENT_STATES)
    state = ConsentState(code) if code else None
    before = request.consent
    consent = before if state is before.state else Consent(state=state, when=before.when, by=before.by, why=before.why)
    return ConsentAndOpenness(consent, request.told)


def read_details(form: Posted, request: Request, definition: Definition) -> ConsentAndOpenness:
    """What goes with where consent stands: the fields that its page asks for, and no others."""
    before = request.consent
    after = replace(before, why=form.text("why"))
    if before.state in (ConsentState.GIVEN, ConsentState.REFUSED, ConsentState.WITHDRAWN):
        after = replace(
            after,
            how=form.choice("how", CONSENT_HOW),
            when=form.line("when"),
            by=form.line("by"),
            competent=form.tristate("competent"),
            pressure=_pressure(form),
            support=form.line("support"),
        )
    if before.state is ConsentState.GIVEN:
        review_at = form.date("review_at", what="The day to look at it again")
        kinds = form.many("kinds", tuple(CONSENT_KINDS))
        return ConsentAndOpenness(
            replace(after, kinds=kinds, explicit=form.flag("explicit"), review_at=review_at), request.told
        )
    return ConsentAndOpenness(replace(after, grounds=form.choice("grounds", GROUNDS)), request.told)


def _pressure(form: Posted) -> str:
    chosen = form.choice("pressure", (*PRESSURE, "seen"))
    return (form.line("pressure_seen") or "seen") if chosen == "seen" else chosen


def read_told(form: Posted, request: Request, definition: Definition) -> ConsentAndOpenness:
    """Whether the person has been told."""
    told = form.tristate("told")
    if told:
        return ConsentAndOpenness(request.consent, Told(told=True))
    tell_by = form.date("tell_by", what="The day to tell them by")
    return ConsentAndOpenness(request.consent, Told(told=told, why=form.text("told_why"), tell_by=tell_by))


def show_consent(request: Request) -> dict[str, Any]:
    """Consent and openness as the values of their forms."""
    consent, told = request.consent, request.told
    plain = consent.pressure in ("", *PRESSURE)
    return {
        "state": consent.state.value if consent.state else "",
        "kinds": list(consent.kinds),
        "how": consent.how,
        "explicit": "yes" if consent.explicit else "",
        "pressure": consent.pressure if plain else "seen",
        "pressure_seen": "" if plain or consent.pressure == "seen" else consent.pressure,
        "support": consent.support,
        "review_at": date_parts(consent.review_at),
        "when": consent.when,
        "by": consent.by,
        "competent": yes_no(consent.competent),
        "grounds": consent.grounds,
        "why": consent.why,
        "told": yes_no(told.told),
        "told_why": told.why,
        "tell_by": date_parts(told.tell_by),
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
    }
