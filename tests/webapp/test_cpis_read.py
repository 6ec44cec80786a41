"""Answers of CP-IS from files, at the pages: read, shown, and recorded only when a person says so."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.builders import House
from tests.checking.answers import CHILD, OTHER, SECRET, audit, bundle, outcome, row, table, team, text
from tests.page import Page, PageClient
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, OFFICER, REQUESTER, Desk
from workflows.core.cpis import CpisResult, CpisVia

pytestmark = pytest.mark.feature("C28")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    return Desk(house, app)


def lately(**hours: float) -> str:
    return (datetime.now(UTC) - timedelta(**(hours or {"hours": 5}))).isoformat(timespec="minutes")


def reading(client: PageClient, case_id: str, answer: bytes, *, status: int = 200, **more: Any) -> Page:
    client.open(f"/cases/{case_id}/cpis/read")
    return client.submit({"person": "Child P", "answer": answer.decode(), **more}, status=status)


def test_a_bundle_is_read_shown_and_recorded(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    page = client.open(f"/cases/{case_id}/cpis")
    assert page.links()["Read the answer from a file"] == f"/cases/{case_id}/cpis/read"
    page = reading(client, case_id, text(bundle(team(), audit(), timestamp=lately())))
    for words in ("Child protection plan, from 2 March 2026", "Marlbridge County Council", "5 hours ago", "Child P"):
        assert words in page.text
    assert SECRET not in page.html
    assert CHILD not in page.html
    assert desk.house.case(case_id).cpis == (), "nothing is recorded before a person says so"
    page = client.submit({"setting": "paediatric_ward", "evidence": "=1+1"})
    assert "The CP-IS check was recorded." in page.text
    (check,) = desk.house.case(case_id).cpis
    assert (check.via, check.result, check.unscheduled, check.notified) == (
        CpisVia.BUNDLE, CpisResult.PLAN, True, True,
    )  # fmt: skip
    assert CHILD not in str(check)
    assert SECRET not in str(check)
    assert "read from a file (FHIR Bundle)" in desk.sit(GUARDIAN).open(f"/cases/{case_id}").text


def test_an_empty_bundle_is_no_plan_and_asks_when_it_was(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(REQUESTER)
    reading(client, case_id, text(bundle(timestamp=None)))
    page = client.submit({"setting": "camhs", "checked_by": ""}, status=422)
    assert list(page.errors()) == ["checked_at", "checked_by"]
    assert "No plan is recorded" in page.text
    now = datetime.now(UTC) - timedelta(hours=1)
    day = {f"checked_at-{part}": str(getattr(now, part)) for part in ("day", "month", "year")}
    client.submit({**day, "checked_at-time": "00:01", "setting": "camhs", "checked_by": "Jo Lee, nurse"})
    assert desk.house.case(case_id).cpis[0].result is CpisResult.NO_PLAN_RECORDED


def test_an_error_of_cp_is_is_recorded_as_such(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    page = reading(client, case_id, text(outcome()))
    assert "It could not be checked" in page.text
    now = datetime.now(UTC)
    day = {f"checked_at-{part}": str(getattr(now, part)) for part in ("day", "month", "year")}
    client.submit({**day, "checked_at-time": "00:00", "setting": "ambulance"})
    (check,) = desk.house.case(case_id).cpis
    assert check.details[0].reason == "CP-IS answered with an error: INVALID_SEARCH_DATA, Invalid NHS number."
    assert check.notified is False


def test_a_csv_file_is_uploaded_and_only_one_person_of_it_used(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    client.open(f"/cases/{case_id}/cpis/read")
    file = table(row(at=lately(), by="=HYPERLINK(1)"), row(OTHER, by=SECRET, at=lately()))
    page = client.submit({"person": "Child P", "file": (io.BytesIO(file), "answers.csv")})
    assert "1 row is about other people and not kept." in page.text
    assert SECRET not in page.html
    client.submit({"setting": "general_practice"})
    (check,) = desk.house.case(case_id).cpis
    assert (check.via, check.details[0].checked_by) == (CpisVia.CSV, "=HYPERLINK(1)")
    assert OTHER not in str(check)


@pytest.mark.parametrize(
    ("answer", "field", "say"),
    [
        (text(bundle(team(number=OTHER))), "answer", "/entry/0/resource/subject: This is about another person"),
        (table(row(plan="CP")), "answer", "Row 2, plan_type: Write one of CPP, LAC, UCPP"),
        (b"{", "answer", "This is not JSON"),
        (b"", "answer", "Choose a file, or paste what it holds."),
        (text(bundle(team(), timestamp="2090-01-01T10:00:00Z")), "answer", "asked in the future"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_nothing_is_recorded(
    desk: Desk, answer: bytes, field: str, say: str
) -> None:
    case_id = desk.case()
    page = reading(desk.sit(OFFICER), case_id, answer, status=422)
    assert say in page.errors()[field]
    assert desk.house.case(case_id).cpis == ()


def test_it_must_be_said_whose_it_is_and_brought_once(desk: Desk) -> None:
    case_id = desk.case()
    client = desk.sit(OFFICER)
    page = reading(client, case_id, text(bundle()), person="Child Z", status=422)
    assert "Choose whose answer it is." in page.errors()["person"]
    page = client.submit(
        {"person": "Child P", "answer": "{}", "file": (io.BytesIO(b"{}"), "a.json")}, status=422
    )  # fmt: skip
    assert "not both" in page.errors()["answer"]


def test_what_was_read_cannot_be_changed_or_lent(desk: Desk) -> None:
    case_id, other = desk.case(), desk.case()
    client = desk.sit(OFFICER)
    page = reading(client, case_id, text(bundle(timestamp=lately())))
    fields = page.form().fields
    for wrong in ({"read": ""}, {"read": f"{fields['read']}x"}):
        client.open(f"/cases/{case_id}/cpis")
        page = client.send(f"/cases/{case_id}/cpis/read/record", {**fields, **wrong}, status=422)
        assert "Read it again" in page.errors()["answer"]
    page = client.send(f"/cases/{other}/cpis/read/record", {**fields, "version": "1"}, status=422)
    guardian = desk.sit(GUARDIAN)
    guardian.open(f"/cases/{case_id}/cpis")
    token = {**fields, "csrf_token": guardian.token()}
    assert "Read it again" in guardian.send(f"/cases/{case_id}/cpis/read/record", token, status=422).text
    assert desk.house.case(case_id).cpis == desk.house.case(other).cpis == ()


@pytest.mark.feature("C1")
def test_who_sees_labels_only_learns_nothing_from_an_answer(desk: Desk) -> None:
    case_id = desk.case(upto="ig_advice")
    client = desk.sit(LEAD)
    page = client.open(f"/cases/{case_id}/cpis")
    assert "Read the answer from a file" not in page.links()
    page = client.open(f"/cases/{case_id}/cpis/read", status=403)
    assert "somebody who may see who the people are" in page.text
    data = {"person": "Child P", "answer": "{}", "csrf_token": ""}
    client.open(f"/cases/{case_id}/cpis")
    assert client.send(f"/cases/{case_id}/cpis/read", {**data, "csrf_token": client.token()}, status=403)
    assert desk.sit(MANAGER).http.get(f"/cases/{case_id}/cpis/read").status_code in (403, 404, 409)


def test_without_a_number_nothing_can_be_matched(desk: Desk) -> None:
    case_id = desk.case("S11", upto="ig_advice")
    client = desk.sit("jess.holloway")
    page = client.open(f"/cases/{case_id}/cpis/read")
    assert "nobody in this request has one that can be used" in page.text
