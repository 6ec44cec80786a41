"""The form of a stage on its page: what is asked, what is wrong, what is read back, and what the case page tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.applying import FORMS
from tests.builders import BEGAN, House
from tests.page import PASSWORD, PageClient
from tests.service.test_csods import APPLICATION, MONA, PIERS, REQUESTER, applications
from workflows.core.commands import Complete
from workflows.definitions.loader import read_builtin
from workflows.service.publishing import publish
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C15", "C17")


@pytest.fixture
def house(engine: Engine) -> House:
    house = House.found(engine)
    publish(engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    return house


def sit(house: House, app: Flask, who: str) -> PageClient:
    return PageClient(app).sign_in(house.person(who).email, PASSWORD)


def begun(house: House, upto: str) -> str:
    """S10, applied for some hours ago, at a stage."""
    sent = datetime.now(UTC) - timedelta(hours=20)
    place = house.organisation("westmoor").id
    case_id = applications(house).apply("csods", place, APPLICATION, command_id=house.new_id(), now=sent).done.case_id
    for stage, answers in FORMS.items():
        if stage == upto:
            return case_id
        house.give(Complete, PIERS if stage == "decision" else MONA, case_id, answers=answers)
    return case_id


def typed(answers: Mapping[str, tuple[str, ...]], **more: Any) -> dict[str, Any]:
    """Answers as a browser sends them: days and times in boxes."""
    found: dict[str, Any] = {}
    for name, values in answers.items():
        if name == "held_at":
            at = datetime.fromisoformat(values[0])
            found |= {f"{name}-day": at.day, f"{name}-month": at.month, f"{name}-year": at.year}
            found[f"{name}-time"] = f"{at:%H:%M}"
        else:
            found[name] = list(values)
    return {**found, **more}


def test_a_form_asks_what_the_answers_call_for_and_goes_on(house: House, app: Flask) -> None:
    case_id = begun(house, "initial_contact")
    client = sit(house, app, MONA)
    page = client.open(f"/cases/{case_id}")
    assert page.links()["Make the first checks"] == f"/cases/{case_id}/form"
    assert "Weekday mornings" in page.text or "weekday mornings" in page.text
    page = client.open(f"/cases/{case_id}/form")
    assert "What contact is there?" not in page.text, "asked only where it is in scope"
    assert "Never by e-mail" in page.text
    page = client.submit({"scope": "in_scope"}, status=422)
    assert page.errors().keys() == {"checked", "danger_now", "note"}
    answers = {"checked": "yes", "danger_now": "no", "scope": "in_scope", "note": "In scope."}
    page = client.submit(answers, status=422)
    assert page.errors() == {"contact": "Choose an answer: What contact is there?"}
    page = client.submit({**answers, "contact": ["alone"]})
    assert page.path == f"/cases/{case_id}"
    assert house.case(case_id).stage == "face_to_face"
    assert "Is alone with the child at times" in page.text
    assert "Initial contact: completed" in page.text
    assert "Application: received" in page.text


def test_what_newly_turns_up_is_no_fault_yet(house: House, app: Flask) -> None:
    case_id = begun(house, "initial_contact")
    client = sit(house, app, MONA)
    client.open(f"/cases/{case_id}/form")
    page = client.submit({"checked": "yes", "danger_now": "yes", "scope": "in_scope", "note": "In scope."})
    assert page.errors() == {}
    assert "Your answers lead to 3 more questions below." in page.text
    assert "What was done at once, and by whom?" in page.text


def test_a_ruling_is_read_back_and_can_be_changed(house: House, app: Flask) -> None:
    case_id = begun(house, "decision")
    client = sit(house, app, PIERS)
    client.open(f"/cases/{case_id}/form")
    page = client.submit({**typed(FORMS["decision"]), "shown_fields": "presumption"})
    assert page.h1 == "Decision" or page.h1.startswith("Check")
    if page.h1 == "Decision":
        page = client.submit(typed(FORMS["decision"]))
    assert page.h1 == "Check your answers before they count"
    assert "The applicant" in page.text
    assert "This takes the case to “Disclosure”" in page.text
    assert house.case(case_id).stage == "decision", "nothing counts before it was confirmed"
    page = client.submit({"confirmed": "change"})
    assert page.h1 == "Decision"
    assert "The mother can protect her." in page.html
    page = client.submit({})
    page = client.submit({"confirmed": "yes"})
    assert page.path == f"/cases/{case_id}"
    assert house.case(case_id).stage == "disclosure"


def test_the_end_is_read_back_with_the_undertaking(house: House, app: Flask) -> None:
    case_id = begun(house, "disclosure")
    client = sit(house, app, MONA)
    client.open(f"/cases/{case_id}/form")
    client.submit(typed(FORMS["disclosure"]))
    page = client.submit(typed(FORMS["disclosure"]))
    assert "This ends the case as “Disclosed”" in page.text
    assert "Signed by M. Garrow, on paper" in page.text
    page = client.submit({"confirmed": "yes"})
    case = house.case(case_id)
    assert (case.ending, case.completions[-1].answers[2].text[:10]) == ("disclosed", "2026-11-25")
    assert "Disclosed on" in page.text


def test_who_may_not_is_told_why_or_finds_nothing(house: House, app: Flask) -> None:
    case_id = begun(house, "decision")
    mona = sit(house, app, MONA)
    assert "is for the Disclosure scheme decision-maker" in mona.open(f"/cases/{case_id}").text
    mona.open(f"/cases/{case_id}/form", status=403)
    for who in (REQUESTER, "carol.finch", "ian.webb", "sue.tranter"):
        other = sit(house, app, who)
        for path in ("", "/form", "/withdrawn", "/dates"):
            other.open(f"/cases/{case_id}{path}", status=404)
    assert case_id in str(mona.open("/work?tab=team").html)


def test_that_the_application_was_taken_back_is_recorded(house: House, app: Flask) -> None:
    case_id = begun(house, "face_to_face")
    client = sit(house, app, MONA)
    page = client.open(f"/cases/{case_id}")
    assert page.links()["Record that the application was taken back"] == f"/cases/{case_id}/withdrawn"
    client.open(f"/cases/{case_id}/withdrawn")
    assert client.submit({"reason": ""}, status=422).errors().keys() == {"reason"}
    page = client.submit({"reason": "She rang on Monday."})
    assert "taken back" in page.text
    assert house.case(case_id).outcome == "withdrawn"


def test_somebody_was_faster(house: House, app: Flask) -> None:
    case_id = begun(house, "initial_contact")
    client = sit(house, app, MONA)
    client.open(f"/cases/{case_id}/form")
    house.give(Complete, MONA, case_id, answers=FORMS["initial_contact"])
    page = client.submit({"note": "Typed in vain."}, status=409)
    assert "Typed in vain." in page.text
