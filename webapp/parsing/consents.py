"""Consent and openness: the part of the answers that one page asks for, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp.parsing.fields import Posted, date_parts, yes_no
from webapp.parsing.words import (
    CAPACITY,
    COMPETENCE,
    CONSENT_HOW,
    CONSENT_KINDS,
    CONSENT_STATES,
    GIVEN_BY,
    GROUNDS,
    PRESSURE,
    QUALITY,
)
from workflows.core.definition import Definition
from workflows.core.request import Consent, ConsentAndOpenness, ConsentState, Differs, Request, Told

ANSWERED = (ConsentState.GIVEN, ConsentState.REFUSED, ConsentState.WITHDRAWN)
"""Where somebody was asked and has answered."""


def _with(request: Request, *, consent: Consent | None = None, told: Told | None = None) -> ConsentAndOpenness:
    """The part as it is stored, with what one page asks for changed."""
    return ConsentAndOpenness(consent or request.consent, told or request.told, request.differs)


def read_state(form: Posted, request: Request, definition: Definition) -> ConsentAndOpenness:
    """Where consent stands. Details that belonged to another answer do not stay behind unseen."""
    code = form.choice("state", CONSENT_STATES)
    state = ConsentState(code) if code else None
    before = request.consent
    consent = before if state is before.state else Consent(state=state, when=before.when, by=before.by, why=before.why)
    return _with(request, consent=replace(consent, would_share_anyway=form.tristate("would_share_anyway")))


def read_details(form: Posted, request: Request, definition: Definition) -> ConsentAndOpenness:
    """What goes with where consent stands: the fields that its page asks for, and no others."""
    return _with(request, consent=details_of(form, request.consent))


def details_of(form: Posted, before: Consent) -> Consent:
    """One consent with the details that fit where it stands."""
    after = replace(before, why=form.text("why"))
    if before.state in ANSWERED:
        after = replace(
            after,
            how=form.choice("how", CONSENT_HOW),
            when=form.line("when"),
            by=form.line("by"),
            competent=form.tristate("competent"),
            pressure=_pressure(form),
            support=form.line("support"),
            given_on=form.date("given_on", what="The day of the answer"),
            taken_by=form.line("taken_by"),
            given_by=form.choice("given_by", GIVEN_BY),
            authority=form.line("authority"),
            competence=form.choice("competence", COMPETENCE),
            capacity=form.choice("capacity", CAPACITY),
            assessed_by=form.line("assessed_by"),
            assessed_on=form.date("assessed_on", what="The day of the assessment"),
            assessed_for=form.line("assessed_for"),
            wording=form.text("wording"),
            wording_version=form.line("wording_version"),
        )
    if before.state is not ConsentState.GIVEN:
        return replace(after, grounds=form.choice("grounds", GROUNDS))
    quality = form.many("quality", tuple(QUALITY))
    return replace(
        after,
        kinds=form.many("kinds", tuple(CONSENT_KINDS)),
        explicit=form.flag("explicit"),
        review_at=form.date("review_at", what="The day to look at it again"),
        # What is not ticked has not been said; it is not a no.
        freely_given=True if "freely_given" in quality else None,
        specific=True if "specific" in quality else None,
        informed=True if "informed" in quality else None,
    )


def _pressure(form: Posted) -> str:
    chosen = form.choice("pressure", (*PRESSURE, "seen"))
    return (form.line("pressure_seen") or "seen") if chosen == "seen" else chosen


def read_told(form: Posted, request: Request, definition: Definition) -> ConsentAndOpenness:
    """Whether the person has been told."""
    return _with(request, told=told_of(form))


def told_of(form: Posted) -> Told:
    """Told or not told, with what belongs to the answer."""
    told, views = form.tristate("told"), form.text("views")
    if told:
        return Told(told=True, said=form.text("said"), views=views)
    tell_by = form.date("tell_by", what="The day to tell them by")
    return Told(told=told, why=form.text("told_why"), tell_by=tell_by, views=views)


def read_differs(form: Posted, request: Request) -> Differs:
    """Where consent stands otherwise for one person or some items, from the one page that asks for it."""
    code = form.choice("state", CONSENT_STATES)
    consent = Consent(
        state=ConsentState(code) if code else None,
        kinds=form.many("kinds", tuple(CONSENT_KINDS)) if code == ConsentState.GIVEN else (),
        when=form.line("when"),
        by=form.line("by"),
        grounds="" if code == ConsentState.GIVEN else form.choice("grounds", GROUNDS),
        why=form.text("why"),
    )
    labels = [person.label for person in request.people]
    items = form.many("items", tuple(item.key for item in request.items))
    return Differs(form.choice("person", labels), items, consent, told_of(form))


def show_differs(each: Differs) -> dict[str, Any]:
    """One difference as the values of its form."""
    own = Request(consent=each.consent, told=each.told)
    return {**show_consent(own), "person": each.person, "items": list(each.items)}


def show_consent(request: Request) -> dict[str, Any]:
    """Consent and openness as the values of their forms."""
    consent, told = request.consent, request.told
    plain = consent.pressure in ("", *PRESSURE)
    texts = ("how", "support", "when", "by", "grounds", "why", "taken_by", "given_by", "authority", "competence",
             "capacity", "assessed_by", "assessed_for", "wording", "wording_version")  # fmt: skip
    return {
        "state": consent.state.value if consent.state else "",
        "would_share_anyway": yes_no(consent.would_share_anyway),
        "kinds": list(consent.kinds),
        "explicit": "yes" if consent.explicit else "",
        "quality": [name for name in QUALITY if getattr(consent, name)],
        "pressure": consent.pressure if plain else "seen",
        "pressure_seen": "" if plain or consent.pressure == "seen" else consent.pressure,
        "competent": yes_no(consent.competent),
        **{name: getattr(consent, name) for name in texts},
        **{name: date_parts(getattr(consent, name)) for name in ("review_at", "given_on", "assessed_on")},
        "told": yes_no(told.told),
        "told_why": told.why,
        "tell_by": date_parts(told.tell_by),
        "said": told.said,
        "views": told.views,
    }
