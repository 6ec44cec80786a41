"""The case page and the decision record: each person sees what is hers to see, with reasons in words."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tests.builders import House
from tests.page import words
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, OFFICER, OUTSIDER, REQUESTER, Desk
from workflows.store.engine import Engine


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_the_guardian_meets_her_act_first(desk: Desk) -> None:
    case = desk.case()
    page = desk.sit(GUARDIAN).open(f"/cases/{case}")
    buttons = [words(link) for link in page.all("a", role="button")]
    assert buttons == ["Decide 3 items", "Ask the requester", "Send back for advice"]
    assert "Why this date?" in page.text
    headings = [words(heading) for heading in page.all("h2")]
    for title in ("Purpose and both risks", "People", "Items", "Recipients", "Consent and openness", "Legal basis"):
        assert title in headings
    assert "Assessment would go ahead" in page.text
    assert "D. Orrin" in page.text


@pytest.mark.feature("C1")
def test_the_information_governance_lead_advises_without_names(desk: Desk) -> None:
    case = desk.case(upto="ig_advice")
    page = desk.sit(LEAD).open(f"/cases/{case}")
    assert "Orrin" not in page.html
    assert "Adult A" in page.text
    assert "9990041199" not in page.html


@pytest.mark.feature("C17")
def test_a_closed_act_says_why(desk: Desk) -> None:
    case = desk.case()
    page = desk.sit(LEAD).open(f"/cases/{case}")
    closed = " ".join(words(line) for line in page.all("ul", class_="gh-next__closed"))
    assert "Decide 3 items" in closed
    assert "are closed to you" in closed
    assert not page.all("a", role="button")


def test_a_manager_sees_where_it_is_but_not_what_it_says(desk: Desk) -> None:
    case = desk.case()
    page = desk.sit(MANAGER).open(f"/cases/{case}")
    assert "not what it says" in page.text
    assert "Orrin" not in page.html
    assert "Decide whether a five-year-old" not in page.html
    assert [words(link) for link in page.all("a", role="button")] == ["Chase", "Reassign", "Give more time"]


@pytest.mark.feature("C25")
@pytest.mark.parametrize("path", ["", "/record", "/decide", "/advise", "/consent", "/ask", "/release", "/chase"])
def test_a_case_of_others_is_told_apart_from_no_case_by_nothing(desk: Desk, path: str) -> None:
    case = desk.case()
    client = desk.sit(OUTSIDER)
    foreign = client.open(f"/cases/{case}{path}", status=404)
    unknown = client.open(f"/cases/{uuid.uuid4()}{path}", status=404)
    assert foreign.h1 == unknown.h1
    assert case not in foreign.html


def test_the_owner_of_a_draft_goes_to_its_tasks(desk: Desk) -> None:
    case = desk.case(upto="submit")
    page = desk.sit(REQUESTER).open(f"/cases/{case}")
    assert page.path == f"/requests/{case}"


def test_the_owner_reads_whom_it_waits_for(desk: Desk) -> None:
    case = desk.case()
    page = desk.sit(REQUESTER).open(f"/cases/{case}")
    assert "Harrowmere NHS Foundation Trust has the next move" in page.text
    assert "refusal recorded and not a bar" not in page.text


def test_an_open_question_is_shown_to_both_sides(desk: Desk) -> None:
    case = desk.case("S4", upto="information_needed")
    assert "The clock stands still meanwhile" in desk.sit(LEAD).open(f"/cases/{case}").text
    owner = desk.sit("kate.dunmore").open(f"/cases/{case}")
    assert "“Which months do you need?”" in owner.text
    assert "Answer the question" in owner.text


def test_a_redirected_case_keeps_no_names(desk: Desk) -> None:
    case = desk.case("S11", upto=None)
    page = desk.sit("ian.webb").open(f"/cases/{case}")
    assert "The people, items and recipients were erased" in page.text
    assert "Redirected" in page.text


RECORD_FIELDS = [
    "Organisation receiving the request",
    "Organisation requesting",
    "Name and position of requester",
    "Date request received",
    "Data requested",
    "Whose data it is",
    "To whom it is shared",
    "Controller relationship and data sharing agreement",
    "Purpose",
    "Lawful basis",
    "Why sharing is necessary",
    "Additional conditions for special category or criminal offence data",
    "Additional provisions for law enforcement (Part 3)",
    "Legal power or duty",
    "Data protection impact assessment",
    "Views of the data protection officer or information governance lead",
    "Retention and deletion",
    "Security",
    "Individuals' rights, and whether the person was told",
    "Date of sharing, or intervals",
    "CP-IS checks on record when this was decided",
    "Decision",
    "Reasons",
    "Conditions",
    "Sharing it further",
    "To be looked at again",
    "Decision taken by",
    "Signed and dated",
]


def test_the_record_has_the_fields_of_the_form_in_its_order(desk: Desk) -> None:
    case = desk.case(upto=None)
    page = desk.sit(GUARDIAN).open(f"/cases/{case}/record")
    rows = page.all("div", class_="govuk-summary-list__row")
    record = {words(row[0]): words(row[1]) for row in rows}
    assert list(record) == RECORD_FIELDS
    assert record["Data protection impact assessment"] == "Not recorded"
    assert record["Lawful basis"] == "6(1)(c): Legal obligation"
    assert record["Decision taken by"] == "Dr Anne Whitcombe, Caldicott Guardian"
    assert "Whole mental-health record: refuse" in record["Decision"]
    assert "Shared on" in record["Date of sharing, or intervals"]


def test_there_is_no_record_before_a_decision_nor_for_the_manager(desk: Desk) -> None:
    desk.sit(GUARDIAN).open(f"/cases/{desk.case()}/record", status=404)
    desk.sit(MANAGER).open(f"/cases/{desk.case(upto=None)}/record", status=404)


def test_the_record_keeps_advice_from_the_requester(desk: Desk) -> None:
    case = desk.case(upto=None)
    client = desk.sit(REQUESTER)
    page = client.open(f"/cases/{case}/record")
    assert "Lucy Brandt" not in page.text
    assert "See the decision record" in client.open(f"/cases/{case}").text


def test_a_consent_note_stays_with_the_holder(desk: Desk) -> None:
    case = desk.case()
    assert "refusal recorded and not a bar" in desk.sit(OFFICER).open(f"/cases/{case}").text
