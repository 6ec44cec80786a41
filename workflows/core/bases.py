"""Whether a legal basis carries its tests. The house advises; a person decides, and writes why when she differs.

Nothing here stops anybody: advice that ``needs_override`` asks for a written reason before somebody shares
against it (Caldicott Guardians may decide against a rule and record why).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workflows.core import sources
from workflows.core.paragraph18 import NO_TESTS, BasisAdvice, Body, BodyFacts, SafeguardingTests, paragraph_18, wants
from workflows.core.refusals import Refusal
from workflows.core.request import ConsentState, Request

RECOGNISED_INTEREST_FROM = date(2026, 2, 5)
"""The first day on which Article 6(1)(ea) can be relied on (Data (Use and Access) Act 2025)."""

SPECIAL = frozenset(
    {
        "health_summary", "emergency_attendances", "mental_health", "substance_misuse", "sexual_health",
        "counselling", "disability",
    }
)  # fmt: skip
"""Kinds of information that always tell of a person's health or sex life: Article 9 applies."""

PRIVATE_BASES = ("6(1)(ea)", "6(1)(f)")
"""Bases of Article 6 that a public authority cannot use for its own tasks."""

OFFENCES = frozenset({"convictions", "police_intelligence"})
"""Kinds of information about criminal offences: Article 10 applies."""

SHORTEST_OVERRIDE = 10
"""Characters of a reason for sharing against advice, at least."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks look at."""

    request: Request
    holder: BodyFacts
    requester: BodyFacts
    on: date
    tests: SafeguardingTests

    @property
    def given(self) -> bool:
        """Whether the request says that consent was given."""
        return self.request.consent.state is ConsentState.GIVEN

    def bodies(self) -> tuple[tuple[Body, BodyFacts], ...]:
        """Both sides: each processes what is shared and needs a basis of its own."""
        return (Body.HOLDER, self.holder), (Body.REQUESTER, self.requester)

    def holds(self, categories: frozenset[str]) -> bool:
        """Whether an item of one of these kinds is asked for."""
        return any(item.category in categories for item in self.request.items)


def check_basis(
    request: Request, *, holder: BodyFacts, requester: BodyFacts, on: date, tests: SafeguardingTests = NO_TESTS
) -> tuple[BasisAdvice, ...]:
    """Everything to be said about the basis that the request names, as of the day ``on``.

    ``tests`` are the facts for paragraph 18; what they leave open is read from the request where it is told there.
    """
    seen = Look(request, holder, requester, on, tests)
    checks = (_missing, _article_6, _consent, _vital, _article_9, _article_10, _regime, _common_law)
    found = [advice for check in checks for advice in check(seen)]
    if wants(request.basis):
        found += paragraph_18(request, holder=holder, on=on, tests=tests)
    return tuple(found)


def override_faults(advice: tuple[BasisAdvice, ...], reasons: dict[str, str]) -> list[Refusal]:
    """What is missing before somebody may share against advice. ``reasons`` are by the advice's code.

    One reason answers all advice of its code.
    """
    needed = {each.code: each.say for each in advice if each.needs_override}
    return [
        Refusal("override_reason", f"{say} If you share all the same, write why.", f"override-{code}")
        for code, say in needed.items()
        if len(reasons.get(code, "").strip()) < SHORTEST_OVERRIDE
    ]


def _missing(seen: Look) -> Iterator[BasisAdvice]:
    if not seen.request.basis.article_6:
        say = "No lawful basis is named. Choose one of Article 6(1)."
        yield BasisAdvice("article_6_missing", say, sources.ARTICLE_6, True, "article_6")


def _article_6(seen: Look) -> Iterator[BasisAdvice]:
    basis = seen.request.basis
    if basis.article_6 == "6(1)(ea)" and seen.on < RECOGNISED_INTEREST_FROM:
        say = "Recognised legitimate interest could not be relied on before 5 February 2026."
        yield BasisAdvice("ea_too_early", say, sources.RECOGNISED_INTEREST, True, "article_6")
    if basis.article_6 in PRIVATE_BASES:
        recognised = basis.article_6 == "6(1)(ea)"
        what = "Recognised legitimate interest" if recognised else "Legitimate interests"
        source = sources.RECOGNISED_INTEREST if recognised else sources.ARTICLE_6_INTERESTS
        for side, body in seen.bodies():
            if body.public_authority and not body.outside_its_tasks:
                say = f"{what} is not open to {side.words}, a public authority, for its own tasks. Consider 6(1)(e)."
                yield BasisAdvice("interest_of_public_body", say, source, True, "article_6", side)
    if basis.article_6 == "6(1)(c)" and not basis.provision.strip():
        say = "A legal obligation must be laid down in law. Name the provision."
        yield BasisAdvice("provision_missing", say, sources.ARTICLE_6_LEGAL, False, "provision")


def _consent(seen: Look) -> Iterator[BasisAdvice]:
    basis, consent = seen.request.basis, seen.request.consent
    if basis.article_6 == "6(1)(a)":
        if not seen.given:
            say = "The basis is consent, and no consent is recorded as given. Another basis is needed."
            yield BasisAdvice("consent_not_given", say, sources.ARTICLE_6, True, "article_6")
        elif "uk_gdpr" not in consent.kinds:
            say = "The consent recorded is not one under UK GDPR. Consent to break a confidence is another fact."
            yield BasisAdvice("consent_of_other_kind", say, sources.TWO_CONSENTS, True, "kinds")
        for side, body in seen.bodies():
            if body.public_authority:
                say = f"Consent is seldom free towards {side.words}, a public authority. Consider 6(1)(e)."
                yield BasisAdvice(
                    "consent_of_public_body", say, sources.ARTICLE_6_PUBLIC_CONSENT, False, "article_6", side
                )
    if basis.common_law == "consent" and not (seen.given and "common_law" in consent.kinds):
        say = "Confidence is to be lifted by consent, and consent under the common law is not recorded as given."
        yield BasisAdvice("confidence_without_consent", say, sources.TWO_CONSENTS, True, "common_law")


def _vital(seen: Look) -> Iterator[BasisAdvice]:
    basis = seen.request.basis
    if "6(1)(d)" not in basis.article_6 and "9(2)(c)" not in basis.article_9:
        return
    if seen.request.consent.state is not ConsentState.CANNOT_BE_GIVEN:
        say = "Vital interests are for when the person cannot consent. Say why she cannot, or choose another basis."
        yield BasisAdvice("vital_but_consent_possible", say, sources.ARTICLE_6_VITAL, True, "article_6")


def _article_9(seen: Look) -> Iterator[BasisAdvice]:
    basis = seen.request.basis
    if not basis.article_9:
        if seen.holds(SPECIAL):
            say = "Information about health is asked for. Name a condition of Article 9(2)."
            yield BasisAdvice("article_9_missing", say, sources.ARTICLE_9, True, "article_9")
        return
    if "9(2)(g)" in basis.article_9 and not basis.schedule_1.strip():
        say = "Substantial public interest needs a condition of Schedule 1, such as paragraph 18."
        yield BasisAdvice("schedule_1_missing", say, sources.SCHEDULE_1, True, "schedule_1")
    if "9(2)(a)" in basis.article_9 and not (seen.given and seen.request.consent.explicit):
        say = "Article 9(2)(a) is explicit consent, and no explicit consent is recorded as given."
        yield BasisAdvice("consent_not_explicit", say, sources.ARTICLE_9, True, "article_9")
    if "9(2)(b)" in basis.article_9 and not seen.holder.policy_document:
        say = "Social protection law needs an appropriate policy document, and none of the holder's is known here."
        yield BasisAdvice("policy_document_missing", say, sources.SCHEDULE_1, False, "schedule_1", Body.HOLDER)


def _article_10(seen: Look) -> Iterator[BasisAdvice]:
    basis = seen.request.basis
    if not seen.holds(OFFENCES):
        return
    if not basis.article_10:
        say = "Information about offences is asked for. Say that Article 10 applies."
        yield BasisAdvice("article_10_missing", say, sources.ARTICLE_10, True, "article_10")
    if not basis.schedule_1.strip():
        say = "Information about offences needs a condition of Schedule 1, such as paragraph 18."
        yield BasisAdvice("offences_without_schedule_1", say, sources.ARTICLE_10, True, "schedule_1")


def _regime(seen: Look) -> Iterator[BasisAdvice]:
    regime = seen.request.basis.regime.lower()
    enforcing = seen.holder.law_enforcement or seen.requester.law_enforcement
    if "part_3" in regime and not enforcing:
        say = "Part 3 is for bodies that enforce the law, and neither side is one. UK GDPR applies."
        yield BasisAdvice("part_3_not_open", say, sources.PART_3, True, "regime")
    if not regime and enforcing:
        say = "A body that enforces the law takes part. Say whether Part 3 or UK GDPR applies, and where one ends."
        yield BasisAdvice("regime_missing", say, sources.PART_3, False, "regime")


def _common_law(seen: Look) -> Iterator[BasisAdvice]:
    if not seen.request.basis.common_law and seen.holds(SPECIAL):
        say = "Confidential health information also needs a ground in the common law: consent, law or public interest."
        yield BasisAdvice("common_law_missing", say, sources.COMMON_LAW, False, "common_law")
