"""The pages that add a round to a request, and the record that shows every round."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, LEAD, REQUESTER, Desk
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C27")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_a_requester_reopens_with_something_new_and_the_first_decision_stays_on_the_record(desk: Desk) -> None:
    case_id = desk.case("S2", upto=None, days_ago=5)
    client = desk.sit(REQUESTER)
    page = client.open(f"/cases/{case_id}")
    assert page.links()["Reopen with new information"] == f"/cases/{case_id}/reopen"
    asked = client.open(f"/cases/{case_id}/reopen")
    assert "Decided before: Refuse." in asked.text
    filled = {"describe-new-2": "The care plan"}
    wrong = client.submit(filled, status=422)
    assert wrong.errors()["new_information"].startswith("Say what is new since the decision")
    assert wrong.errors()["justify-new-2"] == "Say for every item why you need it."
    right = {"new_information": "He has moved in with her.", "category-new-2": "health_summary", **filled}
    done = client.submit({**right, "justify-new-2": "It says who visits."})
    assert "The request is open again." in done.text
    assert "Before: Partly shared on" in done.text
    record = client.open(f"/cases/{case_id}/record")
    assert "Rounds and reviews" in record.text
    assert desk.house.case(case_id).round == 2


def test_a_challenge_is_made_with_grounds_and_kept_from_who_decided(desk: Desk) -> None:
    case_id = desk.case("S2", upto=None, days_ago=5)
    client = desk.sit(REQUESTER)
    client.open(f"/cases/{case_id}/challenge")
    assert "Say what is wrong with the decision" in client.submit({"grounds": ""}, status=422).text
    done = client.submit({"grounds": "The whole record is needed."})
    assert "The challenge was recorded." in done.text
    guardian = desk.sit(GUARDIAN).open(f"/cases/{case_id}")
    assert "You took the decision that is challenged, so another person must look at it." in guardian.text
    deputy = desk.sit("femi.adeyemi").open(f"/cases/{case_id}/decide")
    assert "Decided before: Refuse." in deputy.text


def test_the_consent_officer_says_for_whom_the_challenge_is(desk: Desk) -> None:
    case_id = desk.case("S2", upto=None, days_ago=5)
    client = desk.sit("samir.haddad")
    client.open(f"/cases/{case_id}/challenge")
    wrong = client.submit({"grounds": "He was not asked."}, status=422)
    assert "Say for whom you record this" in wrong.text
    client.submit({"grounds": "He was not asked.", "on_behalf": "His advocate, by letter."})
    assert desk.house.case(case_id).rounds[0].on_behalf == "His advocate, by letter."


def test_who_decides_sends_back_for_more_advice(desk: Desk) -> None:
    case_id = desk.case("S2")
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case_id}/send-back")
    assert "Say what you need advice about." in client.submit({"why": " "}, status=422).text
    assert "was sent back for advice" in client.submit({"why": "Is the whole record needed?"}).text
    lead = desk.sit(LEAD).open(f"/cases/{case_id}")
    assert "Is the whole record needed?" in lead.text
    assert "Is the whole record needed?" not in desk.sit(REQUESTER).open(f"/cases/{case_id}").text
