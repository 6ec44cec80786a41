"""What is to be said about a draft's legal basis and consent before it is sent. It advises; it stops nobody."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.views.request_base import today
from workflows.core.consenting import Approach, before_asking
from workflows.core.grounds import basis_advice
from workflows.core.request import ConsentState
from workflows.service.views import Draft

INFORM = (
    "You would share anyway, and consent was asked for. Asking somebody whose no would be overruled misleads: tell the "
    "person instead, and rely on another basis."
)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to be said, where it was read, and whether a practitioner has confirmed it."""

    say: str
    source: str
    confirmed: bool
    strong: bool


def said_of_basis(draft: Draft) -> tuple[Said, ...]:
    """What the checks say of the basis, the weightiest first."""
    found = basis_advice(draft.case.request, draft.bodies, on=today())
    ranked = sorted(found, key=lambda each: not each.needs_override)
    return tuple(Said(each.say, each.source.title, each.confirmed, each.needs_override) for each in ranked)


def said_of_consent(draft: Draft) -> tuple[str, ...]:
    """What is to be said of how consent was gone about."""
    consent = draft.case.request.consent
    inform = before_asking(consent.would_share_anyway) is Approach.INFORM
    return (INFORM,) if inform and consent.state is ConsentState.GIVEN else ()
