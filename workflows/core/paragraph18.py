"""Schedule 1 paragraph 18: safeguarding children and individuals at risk, limb by limb.

The individual who is protected and the person whose information it is may be two people. The same four limbs and
three reasons serve Schedule 8 paragraph 4 where Part 3 applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.core import sources
from workflows.core.ages import is_child
from workflows.core.request import ConsentState, LegalBasis, PersonRole, Request
from workflows.core.sources import Source

_EIGHTEEN = re.compile(r"(?<!\d)18(?!\d)")


class Body(StrEnum):
    """Which side a piece of advice is about."""

    HOLDER = "holder"
    REQUESTER = "requester"

    @property
    def words(self) -> str:
        """In a sentence."""
        return f"the {self.value}"


class Necessity(StrEnum):
    """Limb (a): what the sharing is necessary for."""

    PROTECT = "protect"
    WELL_BEING = "well_being"


class WithoutConsent(StrEnum):
    """Limb (c): the only three reasons for which consent is not needed. That it was refused is none of them."""

    CANNOT_BE_GIVEN = "cannot_be_given"
    NOT_REASONABLE_TO_GET = "cannot_reasonably_be_obtained"
    WOULD_PREJUDICE_PROTECTION = "would_prejudice_protection"


REASONS: dict[str, WithoutConsent] = {
    "cannot_be_given": WithoutConsent.CANNOT_BE_GIVEN,
    "not_reasonable_to_get": WithoutConsent.NOT_REASONABLE_TO_GET,
    "cannot_reasonably_be_obtained": WithoutConsent.NOT_REASONABLE_TO_GET,
    "would_prejudice_protection": WithoutConsent.WOULD_PREJUDICE_PROTECTION,
}
"""How requests write the three reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFacts:
    """What the rules need to know of an organisation. None: nobody has said.

    ``covered``: one of the bodies, agencies or their contractors to whom the duty of s.16LA applies.
    ``outside_its_tasks``: an information governance lead has recorded that this use is outside its public tasks.
    ``policy_document``: where its appropriate policy document is; ``policy_review_on`` when that must be looked at.
    """

    nation: str
    public_authority: bool
    law_enforcement: bool = False
    covered: bool | None = None
    outside_its_tasks: bool = False
    policy_document: str = ""
    policy_review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """The test for somebody of 18 or over: reasonable cause to suspect all three. None: not said."""

    needs_care_and_support: bool | None = None
    experiencing_or_at_risk: bool | None = None
    cannot_protect_self: bool | None = None

    @property
    def met(self) -> bool | None:
        """True when all three are, False when one is not, None while one is open."""
        answers = (self.needs_care_and_support, self.experiencing_or_at_risk, self.cannot_protect_self)
        if False in answers:
            return False
        return None if None in answers else True


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeguardingTests:
    """The facts for the four limbs. What is left open is read from the request where it is told there."""

    necessary_for: Necessity | None = None
    adult: AtRisk = AtRisk()
    without_consent: WithoutConsent | None = None
    narrative: str = ""
    public_interest: str = ""
    """Why it is of substantial public interest."""


NO_TESTS = SafeguardingTests()
"""Nothing said beyond the request."""


@dataclass(frozen=True, slots=True)
class BasisAdvice:
    """One thing to be said about a basis. ``field`` is the form field it is about.

    ``needs_override``: who shares all the same writes a reason first.
    """

    code: str
    say: str
    source: Source
    needs_override: bool
    field: str = ""
    body: Body | None = None

    @property
    def confirmed(self) -> bool:
        """False while a practitioner has yet to check what this rests on."""
        return self.source.confirmed


def wants(basis: LegalBasis) -> bool:
    """Whether the request relies on the safeguarding condition."""
    return _EIGHTEEN.search(basis.schedule_1) is not None


def paragraph_18(
    request: Request, *, holder: BodyFacts, on: date, tests: SafeguardingTests = NO_TESTS
) -> Iterator[BasisAdvice]:
    """Each limb that is not met or not told, as of the day ``on``."""
    yield from _limb_a(tests)
    yield from _limb_b(request, tests, on=on)
    yield from _limb_c(request, tests)
    yield from _limb_d(request, tests)
    if not holder.policy_document:
        say = "Paragraph 18 needs an appropriate policy document, and none of the holder's is known here."
        yield BasisAdvice("policy_document_missing", say, sources.POLICY_DOCUMENT, False, "schedule_1", Body.HOLDER)
    elif holder.policy_review_on is not None and holder.policy_review_on < on:
        say = "The holder's appropriate policy document should have been reviewed by now."
        yield BasisAdvice("policy_document_old", say, sources.POLICY_DOCUMENT, False, "schedule_1", Body.HOLDER)


def _limb_a(tests: SafeguardingTests) -> Iterator[BasisAdvice]:
    if tests.necessary_for is None:
        say = "Say what it is necessary for: to protect somebody from neglect or harm, or to protect her well-being."
        yield BasisAdvice("necessity_open", say, sources.PARAGRAPH_18, False, "necessary_for")


def _limb_b(request: Request, tests: SafeguardingTests, *, on: date) -> Iterator[BasisAdvice]:
    protected = [person for person in request.people if PersonRole.PROTECTED in person.roles]
    if not protected:
        say = "Say who is protected. It may be somebody else than the person whose information it is."
        yield BasisAdvice("nobody_protected", say, sources.PARAGRAPH_18, True, "people")
        return
    ages = [is_child(person.born, on=on) for person in protected]
    if True in ages or tests.adult.met:
        return
    if None in ages:
        say = "It is not known whether the person protected is under 18, and the test for an adult at risk is not met."
        yield BasisAdvice("age_open", say, sources.PARAGRAPH_18, False, "people")
    elif tests.adult.met is None:
        say = (
            "The person protected is 18 or over. Say whether there is reasonable cause to suspect that she needs "
            "care and support, is being harmed or neglected or at risk of it, and cannot protect herself because of "
            "her needs."
        )
        yield BasisAdvice("adult_test_open", say, sources.PARAGRAPH_18_ADULT, False, "adult")
    else:
        say = "The person protected is 18 or over and not at risk as paragraph 18 means it: all three parts are needed."
        yield BasisAdvice("adult_test_not_met", say, sources.PARAGRAPH_18_ADULT, True, "adult")


def _limb_c(request: Request, tests: SafeguardingTests) -> Iterator[BasisAdvice]:
    consent = request.consent
    if consent.state is ConsentState.GIVEN:
        say = "Paragraph 18 fits sharing without consent, and consent was given. Consider 9(2)(a) or 9(2)(h) instead."
        yield BasisAdvice("given_and_paragraph_18", say, sources.PARAGRAPH_18, True, "schedule_1")
        return
    reason = tests.without_consent or REASONS.get(consent.grounds)
    if reason is None and consent.state is ConsentState.CANNOT_BE_GIVEN:
        reason = WithoutConsent.CANNOT_BE_GIVEN
    narrative = tests.narrative.strip() or consent.why.strip()
    against = consent.state in (ConsentState.REFUSED, ConsentState.WITHDRAWN)
    if reason is not None and narrative:
        return
    if against:
        say = (
            "Consent was refused or withdrawn. That is no reason for sharing without it: choose one of the three "
            "reasons of paragraph 18 and say in your own words why it applies."
        )
        yield BasisAdvice("refused_without_reason", say, sources.PARAGRAPH_18, True, "grounds")
    elif reason is None:
        say = "Choose which of the three reasons of paragraph 18 for sharing without consent applies."
        yield BasisAdvice("reason_open", say, sources.PARAGRAPH_18, False, "grounds")
    else:
        say = "Say in your own words why this reason for sharing without consent applies."
        yield BasisAdvice("narrative_open", say, sources.PARAGRAPH_18, False, "why")


def _limb_d(request: Request, tests: SafeguardingTests) -> Iterator[BasisAdvice]:
    if not tests.public_interest.strip() and not request.purpose.risk_of_not_sharing.strip():
        say = "Say why sharing is of substantial public interest: what happens if it is not shared."
        yield BasisAdvice("public_interest_open", say, sources.PARAGRAPH_18, False, "public_interest")
