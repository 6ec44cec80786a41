"""Consent person by person at the door: no override without its reason, and the record keeps both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.builders import House, build
from workflows.core.case import Case
from workflows.core.commands import ConsentFinding, PersonFinding, RecordConsent, Save, Submit
from workflows.core.consent_people import entries, two_facts
from workflows.core.consenting import ConsentKind, Standing
from workflows.core.refusals import Refused
from workflows.core.request import (
    Consent,
    ConsentAndOpenness,
    ConsentState,
    Differs,
    People,
    Person,
    PersonRole,
    Task,
    Told,
)
from workflows.service.unit_of_work import Engine

pytestmark = pytest.mark.feature("C14")

NOT_A_BAR, VALID = ConsentFinding.NOT_A_BAR, ConsentFinding.VALID
OFFICER = "samir.haddad"
WHY = "Telling him before the meeting may put the child at risk."


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


def check(
    house: House, case_id: str, *people: PersonFinding, finding: ConsentFinding = NOT_A_BAR, note: str = WHY
) -> None:
    house.give(
        RecordConsent, OFFICER, case_id, finding=finding, covers_all=False, note=note, people=people
    )  # fmt: skip


def refused(house: House, case_id: str, *people: PersonFinding, **more: Any) -> list[tuple[str, str]]:
    """What the door says, code and field; nothing is stored."""
    before = house.case(case_id)
    with pytest.raises(Refused) as caught:
        check(house, case_id, *people, **more)
    assert house.case(case_id) == before
    return [(each.code, each.field) for each in caught.value.refusals]


def test_refused_consent_with_a_stated_safety_basis_goes_on_and_the_record_shows_both(house: House) -> None:
    case_id = build(house, "S2", upto="consent_check")
    found = PersonFinding(
        "Adult A", NOT_A_BAR, WHY, told=False, told_why="Would prejudice protection.", revisit_on=date(2026, 11, 16)
    )
    check(house, case_id, found)
    case = house.case(case_id)
    assert case.consent_check is not None
    assert case.consent_check.people == (found,)
    assert case.request.consent.state is ConsentState.REFUSED
    assert case.request.consent.grounds == "would_prejudice_protection"
    assert case.request.basis.schedule_1 == "para 18"
    assert case.stage != "consent_check"


def test_an_override_without_a_reason_is_refused_at_the_server(house: House) -> None:
    case_id = build(house, "S2", upto="consent_check")
    assert refused(house, case_id, note=" \u200b ") == [("override_reason", "note")]
    assert refused(house, case_id, PersonFinding("Adult A", NOT_A_BAR, "  ")) == [("override_reason", "reason-1")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"person": "Adult B"}, "foreign_person"),
        ({"finding": VALID}, "valid_without_consent"),
        ({"told": True}, "said_missing"),
        ({"told": False, "revisit_on": date(2026, 11, 16)}, "why_not_missing"),
        ({"told": False, "told_why": "Unsafe."}, "revisit_missing"),
        ({"told": False, "told_why": "Unsafe.", "revisit_on": date(2026, 11, 2)}, "revisit_past"),
        ({"told": True, "said": "x" * 4001}, "too_long"),
        ({"reason": "x" * 4001}, "too_long"),
    ],
)
def test_a_finding_that_is_not_whole_is_refused_by_name(house: House, fields: dict[str, Any], code: str) -> None:
    case_id = build(house, "S2", upto="consent_check")
    finding = replace(PersonFinding("Adult A", NOT_A_BAR, WHY), **fields)
    assert [each for each, _field in refused(house, case_id, finding, finding=finding.finding)] == [code]


def two_people(house: House) -> str:
    """S2 as a draft with a second person whose consent stands otherwise for one item; sent."""
    case_id = build(house, "S2", upto="submit")
    case = house.case(case_id)
    mother = Person("Adult B", "L. Orrin", date(1991, 1, 5), (PersonRole.DATA_SUBJECT,))
    house.give(Save, "priya.anand", case_id, task=Task.PEOPLE, answers=People((*case.request.people, mother)))
    apart = Differs(
        "Adult B", ("crisis",), Consent(ConsentState.GIVEN, kinds=("common_law",)), Told(True, said="On Monday")
    )
    part = ConsentAndOpenness(case.request.consent, case.request.told, (apart,))
    house.give(Save, "priya.anand", case_id, task=Task.CONSENT, answers=part)
    house.give(Submit, "priya.anand", case_id)
    return case_id


def listed(case: Case) -> list[tuple[str, tuple[str, ...], ConsentState | None]]:
    return [(each.person, each.items, each.consent.state) for each in entries(case.request)]


def test_each_person_has_an_entry_and_one_more_where_it_differs(house: House) -> None:
    case_id = two_people(house)
    assert listed(house.case(case_id)) == [
        ("Adult A", ("risk", "crisis", "record"), ConsentState.REFUSED),
        ("Adult B", ("risk", "record"), ConsentState.REFUSED),
        ("Adult B", ("crisis",), ConsentState.GIVEN),
    ]
    first = PersonFinding("Adult A", NOT_A_BAR, WHY)
    second, third = replace(first, person="Adult B"), PersonFinding("Adult B", VALID)
    assert refused(house, case_id, first) == [("finding_missing", "finding-1")]
    assert refused(house, case_id, first, replace(second, reason=""), third) == [("override_reason", "reason-2")]
    check(house, case_id, first, second, third)
    recorded = house.case(case_id).consent_check
    assert recorded is not None
    assert [each.finding for each in recorded.people] == [NOT_A_BAR, NOT_A_BAR, VALID]


def test_the_two_kinds_of_consent_are_two_facts() -> None:
    law, confidence = ConsentKind.UK_GDPR, ConsentKind.COMMON_LAW
    given = Consent(ConsentState.GIVEN, kinds=("common_law",))
    assert two_facts(given) == {law: Standing.NOT_THE_BASIS, confidence: Standing.GIVEN}
    assert two_facts(Consent(ConsentState.GIVEN)) == {law: None, confidence: None}
    unasked = Consent(ConsentState.NOT_SOUGHT, grounds="cannot_reasonably_be_obtained")
    assert set(two_facts(unasked).values()) == {Standing.NOT_REASONABLE_TO_GET}


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ((Differs("Adult Z", (), Consent(ConsentState.GIVEN)),), "foreign_person"),
        ((Differs("Adult A", ("other",), Consent(ConsentState.GIVEN)),), "foreign_item"),
        ((Differs("Adult A"),), "consent_missing"),
        ((Differs("Adult A", (), Consent(ConsentState.GIVEN)),) * 2, "consent_twice"),
    ],
)
def test_what_differs_must_be_about_somebody_and_said_once(
    house: House, differs: tuple[Differs, ...], code: str
) -> None:
    case_id = build(house, "S2", upto="submit")
    answers = ConsentAndOpenness(differs=differs)
    with pytest.raises(Refused) as caught:
        house.give(Save, "priya.anand", case_id, task=Task.CONSENT, answers=answers)
    assert {each.code for each in caught.value.refusals} == {code}
    assert house.case(case_id).request.differs == ()
