"""Emergencies by form: asking, sharing, recording what was said, reviewing, and the managers' page of numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import BEGAN, House
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, REQUESTER, Desk
from workflows.core.case import Outcome
from workflows.core.commands import ReviewFinding
from workflows.core.definition import Role, StageKind
from workflows.core.followups import FollowUpKind
from workflows.definitions.loader import read_builtin
from workflows.service.publishing import publish
from workflows.service.unit_of_work import reading
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C10")
ON_CALL, POLICE, OTHER_MANAGER = "nadia.roy", "dan.roper", "grace.achebe"
ASKED = {
    "who": "K. Lorimer",
    "age": "adult",
    "what": "Last known address\nMedication",
    "purpose": "He has said he means to end his life.",
    "risk_of_not_sharing": "Death tonight.",
    "contact": "PC, control room",
}
SAID = {"told": "PC Dan Roper", "call_back_verified": "yes"}


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    house = House.found(engine)
    publish(engine, read_builtin("emergency"), source="emergency.yaml", by="", at=BEGAN)
    return Desk(house, app)


def ask(desk: Desk, **more: str) -> str:
    """An emergency asked for on the one page; the case's id."""
    client = desk.sit(POLICE)
    client.open("/requests/start")
    client.open("/emergency")
    page = client.submit({**ASKED, "holder": desk.house.organisation("harrowmere").id, **more})
    assert "Ring the person on call" in page.text
    return page.path.split("/")[2]


def shared(desk: Desk, **more: str) -> str:
    case = ask(desk)
    client = desk.sit(ON_CALL)
    client.open(f"/cases/{case}/share-now")
    client.submit({**SAID, **more})
    return case


def test_a_request_goes_to_who_is_on_call_and_is_shared_with_no_approval_before(desk: Desk) -> None:
    case_id = ask(desk)
    case = desk.house.case(case_id)
    assert case.kind is StageKind.EMERGENCY
    assert [item.describe for item in case.request.items] == ["Last known address", "Medication"]
    assert case.request.people[0].name == "K. Lorimer"
    client = desk.sit(ON_CALL)
    assert "Emergency: share now" in client.open("/work").text
    assert f"/cases/{case_id}" in client.page.html
    client.open(f"/cases/{case_id}")
    assert "Share now" in client.page.links()
    page = client.open(f"/cases/{case_id}/share-now")
    assert "You can share now" in page.text
    assert "Death tonight." in page.text
    page = client.submit(SAID)
    assert "You can share now. This is on record" in page.text
    assert "Approved beforehand" in page.text
    case = desk.house.case(case_id)
    assert case.shared_now is not None
    assert (case.kind, case.released) == (StageKind.REVIEW, ("n1", "n2"))
    with reading(desk.house.engine) as connection:
        same = connection.execute(
            text("SELECT count(DISTINCT command_id), max(e.at) FROM events e WHERE type IN ('SharedNow', 'Released')")
        ).one()
        due = connection.execute(text("SELECT count(*) FROM due_items")).scalar_one()
    assert same[0] == 1
    assert case.clock is not None
    assert case.clock.started_at == same[1], "the review's clock runs from the share"
    assert due > 0
    assert f"/cases/{case_id}" in desk.sit(GUARDIAN).open("/work").html
    assert "Told by word of mouth" in desk.sit(POLICE).open(f"/shared/{case_id}").text


def test_what_is_missing_is_said_once_and_nothing_is_lost(desk: Desk) -> None:
    client = desk.sit(POLICE)
    client.open("/emergency")
    page = client.submit(
        {"holder": "", "who": "K. Lorimer", "born-day": "31", "born-month": "2", "born-year": "1990"}, status=422
    )
    assert set(page.errors()) == {"holder", "age", "born", "what", "purpose", "risk_of_not_sharing"}
    assert "K. Lorimer" in page.html
    client.open("/emergency")
    page = client.submit(
        {**ASKED, "who": "", "what": "x" * 4001, "holder": desk.house.organisation("harrowmere").id}, status=422
    )
    assert set(page.errors()) == {"what", "who"}
    page = client.submit({**ASKED, "contact": "x" * 201, "what": "Address"}, status=422)
    assert set(page.errors()) == {"contact"}
    with reading(desk.house.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0


def test_a_share_that_is_not_whole_is_refused_with_what_to_do(desk: Desk) -> None:
    case = ask(desk)
    client = desk.sit(ON_CALL)
    client.open(f"/cases/{case}/share-now")
    page = client.submit({"told": ""}, status=422)
    assert set(page.errors()) == {"told", "call_back_verified"}
    page = client.submit({**SAID, "call_back_verified": "no", "share-n2": ""}, status=422)
    assert set(page.errors()) == {"note", "why_not"}
    page = client.submit({**SAID, "when": "earlier", "said_time": "25:10"}, status=422)
    assert set(page.errors()) == {"said_time"}
    page = client.submit({"how": "written"}, status=422)
    assert {"why_not", "content-n1"} <= set(page.errors())
    assert desk.house.case(case).shared_now is None


def test_in_writing_the_recipient_reads_it_and_the_rest_is_held_back(desk: Desk) -> None:
    case = ask(desk)
    client = desk.sit(ON_CALL)
    client.open(f"/cases/{case}/share-now")
    page = client.submit({"how": "written", "share-n2": "", "content-n1": "1 High Street", "why_not": "Not needed."})
    assert "Held back" in page.text
    assert desk.house.case(case).outcome is Outcome.PARTLY_SHARED
    assert "1 High Street" in desk.sit(POLICE).open(f"/shared/{case}").text


def record(desk: Desk, who: str, *, days: int = 0, hours: int = 0, status: int = 200) -> str:
    """What was said some time ago, recorded; the path it led to, or the words of the error."""
    client = desk.sit(who)
    client.open("/emergency/record")
    now = desk.house.casework.now() - timedelta(days=days, hours=hours)
    fields = {name: words for name, words in ASKED.items() if name != "contact"}
    day = {"said_at-day": str(now.day), "said_at-month": str(now.month), "said_at-year": str(now.year)}
    sent = {**fields, **SAID, **day, "when": "earlier", "said_time": f"{now:%H:%M}"}
    page = client.submit({**sent, "receiver": desk.house.organisation("westmoor").id}, status=status)
    return page.path if status == 200 else str(page.errors())


@pytest.mark.parametrize("who", [ON_CALL, "rosa.lind", MANAGER])
def test_the_holder_records_what_was_said_and_how_much_later(desk: Desk, who: str) -> None:
    case_id = record(desk, who, hours=2).split("/")[2]
    case = desk.house.case(case_id)
    assert case.shared_now is not None
    assert 120 <= case.shared_now.recorded_after <= 121
    assert case.kind is StageKind.REVIEW
    page = desk.sit(GUARDIAN).open(f"/cases/{case_id}")
    assert "2 hours" in page.text
    assert "after it was shared" in page.text


def test_a_record_over_a_day_late_needs_a_manager(desk: Desk) -> None:
    assert "a manager must record it" in record(desk, ON_CALL, days=2, status=422)
    case = desk.house.case(record(desk, MANAGER, days=2).split("/")[2])
    assert case.shared_now is not None
    assert case.shared_now.recorded_after >= 48 * 60


def test_only_who_works_at_the_holder_can_record_a_share(desk: Desk) -> None:
    page = desk.sit(LEAD).open("/emergency/record")
    assert "You do not work for an organisation that holds information here" in page.text
    client = desk.sit(POLICE)
    client.open("/emergency/record")
    own = desk.house.organisation("harrowmere").id
    page = client.submit({**ASKED, **SAID, "holder": own, "receiver": own, "when": "now"}, status=422)
    assert "holder" in page.errors()


def test_an_unjustified_share_stays_on_record_and_must_be_learnt_from(desk: Desk) -> None:
    case_id = shared(desk)
    client = desk.sit(LEAD)
    client.open(f"/cases/{case_id}/advise")
    client.submit({"advice": "supports"})
    assert desk.house.case(case_id).kind is StageKind.REVIEW
    client = desk.sit(GUARDIAN)
    client.open(f"/cases/{case_id}/review-share")
    assert client.submit({}, status=422).errors() == {"finding": "Choose what you found."}
    page = client.submit({"finding": "not_justified"}, status=422)
    assert set(page.errors()) == {"why", "learning"}
    page = client.submit({"finding": "not_justified", "why": "There was no danger.", "learning": "Ring the lead."})
    assert "It was not justified" in page.text
    assert "Last known address" in page.text
    case = desk.house.case(case_id)
    assert case.closed
    assert case.share_review is not None
    assert case.share_review.finding is ReviewFinding.NOT_JUSTIFIED
    assert case.shared_now is not None
    assert case.released == ("n1", "n2")
    assert [task.kind for task in case.followups] == [FollowUpKind.LEARNING]
    assert f"/cases/{case_id}" in desk.sit(MANAGER).open("/work").html


def test_the_use_of_the_lane_is_counted_by_person_and_agency_without_names_of_subjects(desk: Desk) -> None:
    shared(desk)
    record(desk, ON_CALL, hours=3)
    client = desk.sit(MANAGER)
    page = client.open("/board")
    assert "Emergency shares that wait for their review: 2" in page.text
    page = client.open(page.links()["Use of the emergency lane"])
    assert "2 in all" in page.text
    assert "Nadia Roy" in page.text
    assert "Westmoor" in page.text
    assert "Lorimer" not in page.html
    desk.sit(ON_CALL).open("/emergency/use", status=404)
    desk.house.holds(MANAGER, Role.MANAGER, "tolland")
    other = desk.sit(MANAGER).open(f"/emergency/use?org={desk.house.organisation('tolland').id}")
    assert "Nothing has been so far" in other.text


def test_a_request_like_an_emergency_says_its_items_anew(desk: Desk) -> None:
    case_id = ask(desk)
    house = desk.house
    done = house.casework.start(
        house.person(POLICE), command_id=house.new_id(), holder_org=house.organisation("harrowmere").id,
        requester_org=house.organisation("westmoor").id, now=house.casework.now(), like=case_id,
    )  # fmt: skip
    copy = house.case(done.case_id)
    assert copy.definition.workflow == "standard"
    assert (len(copy.request.people), copy.request.items) == (1, ())


def test_a_requester_finds_the_way_in(desk: Desk) -> None:
    page = desk.sit(REQUESTER).open("/requests/start")
    assert page.links()["Emergency: share now"] == "/emergency"
