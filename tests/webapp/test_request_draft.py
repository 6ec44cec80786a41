"""A draft from the first page to the confirmation, typed through the forms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import House, build
from tests.page import PageClient
from tests.webapp.requester import PRIYA, Requester
from workflows.core.definition import StageKind
from workflows.core.request import Item
from workflows.service.unit_of_work import Engine


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.mark.feature("C1", "C2")
def test_s2_typed_through_the_forms_is_the_request_of_the_scenario(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.type_s2()
    page = client.open(requester.draft)
    assert page.h1 == "Ask Harrowmere NHS Foundation Trust for information"
    assert "6 of 7 tasks completed" in page.text
    assert "Ready to send" in page.text
    page = client.open(f"{requester.draft}/check")
    assert "missing" not in page.text
    page = client.submit(action=f"{requester.draft}/submit")
    assert page.h1 == "Request sent"
    case = house.case(requester.case_id)
    assert case.reference in page.text
    assert "Consent check: up to 1 working day" in page.text
    assert "999" in page.text
    assert case.stage == "consent_check"
    _same_as_scenario(house, requester)


def _same_as_scenario(house: House, requester: Requester) -> None:
    typed = house.case(requester.case_id).request
    wanted = house.case(build(house, "S2", upto="consent_check")).request
    assert typed.people == wanted.people
    assert typed.purpose == wanted.purpose
    assert [_keyless(item) for item in typed.items] == [_keyless(item) for item in wanted.items]
    [recipient], [expected] = typed.recipients, wanted.recipients
    assert replace(recipient, items=()) == replace(expected, items=())
    assert len(recipient.items) == len(expected.items) == 3
    assert (typed.consent, typed.told, typed.basis) == (wanted.consent, wanted.told, wanted.basis)


def _keyless(item: Item) -> Item:
    return replace(item, key="")


@pytest.mark.feature("C1")
def test_what_is_missing_is_listed_and_each_line_leads_to_its_field(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("items/add", {"category": "school", "describe": "Attendance"})
    client.open(f"{requester.draft}/check")
    page = client.submit(action=f"{requester.draft}/submit", status=422)
    assert page.title.startswith("Error:")
    assert house.case(requester.case_id).kind is StageKind.DRAFT
    links = {link: words for words, link in page.links().items() if "return=check" in link}
    base = requester.draft
    assert f"{base}/people/add?return=check" in links
    assert f"{base}/purpose?return=check#threshold" in links
    assert f"{base}/risks?return=check#risk_of_sharing" in links
    assert f"{base}/items/1?return=check#justify" in links
    assert f"{base}/consent?return=check#state" in links
    assert f"{base}/basis?return=check#article_6" in links
    for link in links:
        target, _, anchor = link.partition("#")
        reached = client.open(target)
        if anchor:
            assert any(element.get("id") == anchor for element in reached.root.iter()), link


@pytest.mark.feature("C1")
def test_a_draft_is_resumed_where_it_was_left(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("purpose", {"threshold": "early_help", "purpose": "Plan support."})
    requester.fill("people/add", {"roles": ["data_subject", "protected"], "name": "A. Tamsin"})
    client.send("/sign-out", {})
    client.sign_in(PRIYA, "correct horse battery staple")
    page = client.open("/requests?tab=drafts")
    reference = house.case(requester.case_id).reference
    page = client.open(page.links()[reference])
    assert "1 of 7 tasks completed" in page.text
    page = client.open(f"{requester.draft}/purpose")
    assert page.form(f"{requester.draft}/purpose").fields["purpose"] == "Plan support."
    assert page.form(f"{requester.draft}/purpose").fields["threshold"] == "early_help"


def test_change_from_the_last_page_leads_back_to_it(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    client.open(f"{requester.draft}/purpose?return=check")
    page = client.submit({"purpose": "Plan support."}, action=f"{requester.draft}/purpose")
    assert page.h1 == "Check your answers"
    client.open(f"{requester.draft}/items/add?return=check")
    page = client.submit({"category": "school"}, action=f"{requester.draft}/items/add")
    assert page.h1 == "What you ask for"
    assert page.links()["Continue"] == f"{requester.draft}/check"


def test_nobody_at_risk_is_warned_that_it_may_not_belong_here(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("purpose", {"threshold": "none", "purpose": "Check all applicants for tenancies."})
    for page in (requester.draft, f"{requester.draft}/check"):
        text = client.open(page).text
        assert "This may not belong here" in text
        assert "tenant reference" in text


def test_bases_for_private_bodies_are_offered_only_where_one_takes_part(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    page = client.open(f"{requester.draft}/basis")
    assert "Recognised legitimate interest" not in page.text
    forged = {**page.form(f"{requester.draft}/basis").fields, "article_6": "6(1)(ea)"}
    page = client.send(f"{requester.draft}/basis", forged, status=422)
    assert "not for public authorities" in page.errors()["article_6"]
    assert house.case(requester.case_id).request.basis.article_6 == ""
    client.send("/sign-out", {})
    charity = Requester(client, house, email="jess.holloway@brightwater.example", holder="larkfield")
    page = charity.fill("basis", {"article_6": "6(1)(ea)"})
    assert house.case(charity.case_id).request.basis.article_6 == "6(1)(ea)"


def test_consent_given_asks_for_its_own_details_and_leaves_nothing_unseen_behind(
    client: PageClient, house: House
) -> None:
    requester = Requester(client, house)
    page = requester.fill("consent", {"state": "given"})
    assert page.h1 == "How was consent given?"
    details = {
        "kinds": ["uk_gdpr", "common_law"], "how": "written", "explicit": "yes", "competent": "yes",
        "pressure": "seen", "pressure_seen": "his brother was in the room", "support": "communication card",
        "review_at-day": "2", "review_at-month": "5", "review_at-year": "2027", "by": "Adult A",
    }  # fmt: skip
    page = requester.fill("details", details)
    assert page.h1 == "Has the person been told?"
    consent = house.case(requester.case_id).request.consent
    assert (consent.kinds, consent.explicit, consent.competent) == (("uk_gdpr", "common_law"), True, True)
    assert consent.pressure == "his brother was in the room"
    assert consent.review_at is not None
    page = client.open(f"{requester.draft}/details")
    assert page.form(f"{requester.draft}/details").fields["pressure_seen"] == "his brother was in the room"
    requester.fill("consent", {"state": "not_the_basis"})
    consent = house.case(requester.case_id).request.consent
    assert (consent.kinds, consent.explicit, consent.review_at, consent.pressure) == ((), False, None, "")
    assert consent.by == "Adult A"


def test_paragraph_18_without_its_ground_is_pointed_out(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.fill("consent", {"state": "refused"})
    requester.fill("special", {"article_9": "9(2)(g)", "article_10": "yes", "schedule_1": "para 18"})
    assert "three reasons of paragraph 18" in client.open(f"{requester.draft}/check").text
    assert house.case(requester.case_id).request.basis.article_10
