"""What is said about a legal basis, trap by trap; nothing of it stops anybody. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from workflows.core.bases import check_basis, override_faults
from workflows.core.paragraph18 import (
    AtRisk,
    BasisAdvice,
    Body,
    BodyFacts,
    Necessity,
    SafeguardingTests,
    WithoutConsent,
    wants,
)
from workflows.core.request import Consent, ConsentState, Item, LegalBasis, Person, PersonRole, Purpose, Request

TODAY = date(2026, 11, 22)
TRUST = BodyFacts(nation="England", public_authority=True, covered=True, policy_document="The trust's policy")
COUNCIL = BodyFacts(nation="England", public_authority=True, covered=True)
POLICE = BodyFacts(nation="England", public_authority=True, law_enforcement=True)
CHARITY = BodyFacts(nation="England", public_authority=False)

CHILD = Person("Child P", "P. Orrin", date(2021, 5, 19), (PersonRole.PROTECTED,))
ADULT = Person("Adult A", "D. Orrin", date(1990, 7, 2), (PersonRole.DATA_SUBJECT,))
RISK = Item("risk", "mental_health", "Risk to others")
SCHOOL = Item("school", "school", "Attendance")
CONVICTIONS = Item("old", "convictions", "Convictions")
FULL = SafeguardingTests(necessary_for=Necessity.PROTECT)
REFUSED = Consent(ConsentState.REFUSED, grounds="would_prejudice_protection", why="It may put the child at risk.")
SOUND = Request(
    people=(ADULT, CHILD),
    purpose=Purpose("To keep a child safe.", "A child is harmed."),
    items=(RISK,),
    consent=REFUSED,
    basis=LegalBasis("6(1)(e)", article_9="9(2)(g)", schedule_1="para 18", common_law="public_interest"),
)

pytestmark = pytest.mark.feature("C14")


def said(
    request: Request = SOUND, *, holder: BodyFacts = TRUST, requester: BodyFacts = COUNCIL, on: date = TODAY,
    tests: SafeguardingTests = FULL, **basis: Any,
) -> tuple[BasisAdvice, ...]:  # fmt: skip
    """What is said about the request with another basis."""
    changed = replace(request, basis=replace(request.basis, **basis))
    found = check_basis(changed, holder=holder, requester=requester, on=on, tests=tests)
    assert all(advice.say.endswith(".") and advice.source.title for advice in found)
    return found


def codes(*args: Any, **fields: Any) -> list[str]:
    return [advice.code for advice in said(*args, **fields)]


def needing(*args: Any, **fields: Any) -> list[str]:
    """The codes that need a reason."""
    return [advice.code for advice in said(*args, **fields) if advice.needs_override]


def with_consent(state: ConsentState | None, **fields: Any) -> Request:
    return replace(SOUND, consent=Consent(state, **fields))


def test_a_sound_basis_needs_no_word() -> None:
    assert codes() == []


def test_a_basis_must_be_named() -> None:
    assert needing(article_6="") == ["article_6_missing"]


@pytest.mark.parametrize("article", ["6(1)(ea)", "6(1)(f)"])
def test_interests_are_only_for_bodies_that_may_use_them(article: str) -> None:
    both = said(article_6=article)
    assert [(advice.code, advice.body, advice.needs_override) for advice in both] == [
        ("interest_of_public_body", Body.HOLDER, True),
        ("interest_of_public_body", Body.REQUESTER, True),
    ]
    assert both[0].confirmed is (article == "6(1)(ea)")
    assert "the holder" in both[0].say
    one = said(article_6=article, holder=replace(TRUST, outside_its_tasks=True))
    assert [advice.body for advice in one] == [Body.REQUESTER]
    assert codes(article_6=article, holder=replace(CHARITY, policy_document="Ours"), requester=CHARITY) == []


def test_recognised_interest_has_a_first_day() -> None:
    private: dict[str, Any] = {"holder": replace(CHARITY, policy_document="Ours"), "requester": CHARITY}
    assert needing(article_6="6(1)(ea)", on=date(2026, 2, 4), **private) == ["ea_too_early"]
    assert needing(article_6="6(1)(ea)", on=date(2026, 2, 5), **private) == []
    assert needing(article_6="6(1)(f)", on=date(2026, 2, 4), **private) == []


def test_a_legal_obligation_names_its_provision() -> None:
    (advice,) = said(article_6="6(1)(c)")
    assert (advice.code, advice.needs_override, advice.field) == ("provision_missing", False, "provision")
    assert codes(article_6="6(1)(c)", provision="Children Act 2004 s.16LA") == []


def test_consent_as_the_basis_of_a_public_body() -> None:
    given = with_consent(ConsentState.GIVEN, kinds=("uk_gdpr", "common_law"), explicit=True)
    basis: dict[str, Any] = {"article_6": "6(1)(a)", "article_9": "9(2)(a)", "schedule_1": "", "common_law": "consent"}
    found = said(given, **basis)
    assert [(advice.code, advice.body) for advice in found] == [
        ("consent_of_public_body", Body.HOLDER),
        ("consent_of_public_body", Body.REQUESTER),
    ]
    assert not any(advice.confirmed or advice.needs_override for advice in found)
    assert codes(given, holder=CHARITY, requester=CHARITY, **basis) == []


def test_the_two_kinds_of_consent_are_two_facts() -> None:
    basis: dict[str, Any] = {"article_6": "6(1)(a)", "article_9": "9(2)(h)", "schedule_1": "", "common_law": "consent"}
    private: dict[str, Any] = {"holder": CHARITY, "requester": CHARITY}
    given = ConsentState.GIVEN
    assert needing(with_consent(given, kinds=("common_law",)), **basis, **private) == ["consent_of_other_kind"]
    assert needing(with_consent(given, kinds=("uk_gdpr",)), **basis, **private) == ["confidence_without_consent"]
    for state in (ConsentState.REFUSED, ConsentState.WITHDRAWN, ConsentState.NOT_SOUGHT, None):
        wanted = ["consent_not_given", "confidence_without_consent"]
        assert needing(with_consent(state, kinds=("uk_gdpr", "common_law")), **basis, **private) == wanted


@pytest.mark.parametrize(("six", "nine"), [("6(1)(d)", "9(2)(h)"), ("6(1)(e)", "9(2)(c)")])
def test_vital_interests_only_when_consent_cannot_be_given(six: str, nine: str) -> None:
    basis: dict[str, Any] = {"article_6": six, "article_9": nine, "schedule_1": ""}
    assert needing(**basis) == ["vital_but_consent_possible"]
    assert needing(with_consent(ConsentState.CANNOT_BE_GIVEN), **basis) == []


def test_article_9_conditions() -> None:
    assert needing(article_9="", schedule_1="") == ["article_9_missing"]
    assert needing(replace(SOUND, items=(SCHOOL,)), article_9="", schedule_1="") == []
    assert needing(schedule_1=" ") == ["schedule_1_missing"]
    assert needing(article_9="9(2)(h)", schedule_1="") == []
    assert needing(article_9="9(2)(a)", schedule_1="") == ["consent_not_explicit"]
    assert needing(with_consent(ConsentState.GIVEN), article_9="9(2)(a)", schedule_1="") == ["consent_not_explicit"]
    explicit = with_consent(ConsentState.GIVEN, explicit=True)
    assert needing(explicit, article_9="9(2)(a)", schedule_1="") == []
    assert codes(article_9="9(2)(b)", schedule_1="para 1", holder=COUNCIL) == ["policy_document_missing"]
    assert codes(article_9="9(2)(b)", schedule_1="para 1") == []


def test_offences_need_article_10_and_schedule_1() -> None:
    offences = replace(SOUND, items=(CONVICTIONS,))
    assert needing(offences, article_9="", schedule_1="") == ["article_10_missing", "offences_without_schedule_1"]
    assert needing(offences, article_9="", article_10=True) == []
    assert not any(advice.confirmed for advice in said(offences, article_9="", schedule_1=""))
    assert needing(replace(SOUND, items=(replace(CONVICTIONS, category="police_intelligence"),))) == [
        "article_10_missing"
    ]


def test_part_3_is_for_bodies_that_enforce_the_law() -> None:
    assert needing(regime="part_3") == ["part_3_not_open"]
    assert codes(regime="part_3_then_uk_gdpr", requester=POLICE) == []
    (advice,) = said(requester=POLICE)
    assert (advice.code, advice.needs_override) == ("regime_missing", False)
    assert codes(regime="uk_gdpr", requester=POLICE) == []


def test_confidence_needs_a_ground_of_its_own() -> None:
    (advice,) = said(common_law="")
    assert (advice.code, advice.needs_override) == ("common_law_missing", False)
    assert codes(replace(SOUND, items=(SCHOOL,)), common_law="") == []


# --- Paragraph 18


def test_given_consent_and_paragraph_18_do_not_go_together() -> None:
    assert needing(with_consent(ConsentState.GIVEN)) == ["given_and_paragraph_18"]


@pytest.mark.parametrize("state", [ConsentState.REFUSED, ConsentState.WITHDRAWN])
def test_a_refusal_is_none_of_the_three_reasons(state: ConsentState) -> None:
    assert needing(with_consent(state)) == ["refused_without_reason"]
    assert needing(with_consent(state, grounds="would_prejudice_protection")) == ["refused_without_reason"]
    assert needing(with_consent(state, why="It may harm her.")) == ["refused_without_reason"]
    assert needing(with_consent(state, grounds="refused", why="She refused.")) == ["refused_without_reason"]
    assert codes(with_consent(state, grounds="cannot_reasonably_be_obtained", why="Nobody can find her.")) == []
    told = replace(FULL, without_consent=WithoutConsent.NOT_REASONABLE_TO_GET, narrative="Nobody can find her.")
    assert codes(with_consent(state), tests=told) == []


@pytest.mark.parametrize("state", [ConsentState.NOT_SOUGHT, ConsentState.NOT_THE_BASIS, None])
def test_one_of_the_three_reasons_is_asked_for(state: ConsentState | None) -> None:
    (advice,) = said(with_consent(state))
    assert (advice.code, advice.needs_override) == ("reason_open", False)
    assert codes(with_consent(state, grounds="not_reasonable_to_get")) == ["narrative_open"]


def test_that_consent_cannot_be_given_is_a_reason_by_itself() -> None:
    assert codes(with_consent(ConsentState.CANNOT_BE_GIVEN)) == ["narrative_open"]
    assert codes(with_consent(ConsentState.CANNOT_BE_GIVEN, why="She is unconscious.")) == []


def test_who_is_protected_may_be_another_than_whose_information_it_is() -> None:
    assert needing(replace(SOUND, people=(ADULT,))) == ["nobody_protected"]
    assert codes(replace(SOUND, people=(ADULT, replace(CHILD, born=None)))) == ["age_open"]
    assert codes(replace(SOUND, people=(replace(CHILD, born=None), CHILD))) == []


def test_an_adult_is_at_risk_when_all_three_are_met() -> None:
    adult = replace(SOUND, people=(replace(ADULT, roles=(PersonRole.PROTECTED,)),))
    yes = AtRisk(needs_care_and_support=True, experiencing_or_at_risk=True, cannot_protect_self=True)
    assert codes(adult) == ["adult_test_open"]
    assert codes(adult, tests=replace(FULL, adult=replace(yes, cannot_protect_self=None))) == ["adult_test_open"]
    assert codes(adult, tests=replace(FULL, adult=yes)) == []
    for part in ("needs_care_and_support", "experiencing_or_at_risk", "cannot_protect_self"):
        test = replace(FULL, adult=replace(yes, **{part: False}))
        assert needing(adult, tests=test) == ["adult_test_not_met"]
    unknown = replace(adult, people=(replace(adult.people[0], born=None),))
    assert codes(unknown, tests=replace(FULL, adult=replace(yes, cannot_protect_self=False))) == ["age_open"]
    assert codes(unknown, tests=replace(FULL, adult=yes)) == []


def test_the_eighteenth_birthday_changes_the_test() -> None:
    youth = replace(SOUND, people=(replace(CHILD, born=date(2008, 11, 23)),))
    assert codes(youth) == []
    assert codes(youth, on=date(2026, 11, 23)) == ["adult_test_open"]


def test_the_other_limbs_and_the_policy_document() -> None:
    assert codes(tests=SafeguardingTests()) == ["necessity_open"]
    silent = replace(SOUND, purpose=Purpose("To keep a child safe."))
    assert codes(silent) == ["public_interest_open"]
    assert codes(silent, tests=replace(FULL, public_interest="A child may be harmed.")) == []
    (advice,) = said(holder=COUNCIL)
    assert (advice.code, advice.confirmed, advice.body) == ("policy_document_missing", False, Body.HOLDER)
    assert codes(holder=replace(TRUST, policy_review_on=date(2026, 11, 21))) == ["policy_document_old"]
    assert codes(holder=replace(TRUST, policy_review_on=TODAY)) == []


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("para 18", True),
        ("Sch 1 Pt 2 para. 18(1)", True),
        ("18", True),
        ("para 6", False),
        ("", False),
        ("2018", False),
    ],
)
def test_how_paragraph_18_is_named(written: str, wanted: bool) -> None:
    assert wants(LegalBasis(schedule_1=written)) is wanted


# --- Sharing against advice


def test_who_shares_against_advice_says_why() -> None:
    advice = said(with_consent(ConsentState.GIVEN), article_6="6(1)(f)")
    assert [fault.field for fault in override_faults(advice, {})] == [
        "override-interest_of_public_body",
        "override-given_and_paragraph_18",
    ]
    reasons = {"interest_of_public_body": "Outside our tasks.", "given_and_paragraph_18": "too short"}
    (fault,) = override_faults(advice, reasons)
    assert (fault.code, fault.field) == ("override_reason", "override-given_and_paragraph_18")
    assert fault.say.endswith("write why.")
    assert override_faults(said(common_law=""), {}) == []
