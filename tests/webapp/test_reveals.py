"""Asking to see an identity and answering, at the pages: who is offered what, and what is refused (C1)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, LEAD, OFFICER, REQUESTER, Desk
from workflows.core.reveal import RevealState

pytestmark = pytest.mark.feature("C1")
WHY = "The two children may be one."


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """The demo's people at their desks."""
    return Desk(house, app)


def test_asking_refusing_and_asking_again(desk: Desk) -> None:
    case_id = desk.case(upto="ig_advice")
    page, ask = f"/cases/{case_id}", f"/cases/{case_id}/identity"
    lead, guardian = desk.sit(LEAD), desk.sit(GUARDIAN)
    assert "Ask to see who somebody is" in lead.open(page).links()
    assert "Answer who asks to see an identity" not in guardian.open(page).links()
    lead.open(ask)
    wrong = lead.submit({"reason": "no"}, action=ask, status=422)
    assert set(wrong.errors()) == {"label", "reason"}
    told = lead.submit({"label": "Child P", "reason": WHY}, action=ask)
    assert "You have asked" in told.text
    assert "Asked to see who Child P is" in told.text

    assert "Somebody asks to see an identity" in guardian.open("/notifications").text
    assert "Answer who asks to see an identity" in guardian.open(page).links()
    guardian.open(f"{ask}/answer")
    wrong = guardian.submit({"choice": "refuse", "answer": ""}, action=f"{ask}/answer", status=422)
    assert "Say why" in wrong.errors()["answer"]
    wrong = guardian.submit({"choice": "", "answer": "Yes."}, action=f"{ask}/answer", status=422)
    assert "choice" in wrong.errors()
    guardian.submit({"choice": "refuse", "answer": "Labels are enough for this."}, action=f"{ask}/answer")
    assert "Whether an identity is shown to you was answered" in lead.open("/notifications").text

    lead.open(ask)
    again = lead.submit({"label": "Child P", "reason": "They may still be one child."}, action=ask)
    assert again.text.count("asked by Lucy Brandt") == 2
    assert "Labels are enough for this." in again.text
    states = [each.state for each in desk.house.case(case_id).reveals]
    assert states == [RevealState.REFUSED, RevealState.ASKED]
    # The requester is told nothing of who wished to see what.
    assert "Labels are enough" not in desk.sit(REQUESTER).open(page).text


def test_the_adviser_cannot_answer_and_a_second_answer_finds_the_first(desk: Desk) -> None:
    case_id = desk.case(upto="ig_advice")
    ask = f"/cases/{case_id}/identity"
    lead, guardian, officer = desk.sit(LEAD), desk.sit(GUARDIAN), desk.sit(OFFICER)
    lead.open(ask)
    lead.submit({"label": "Child P", "reason": WHY}, action=ask)
    assert lead.http.get(f"{ask}/answer").status_code in (403, 409)
    guardian.open(f"{ask}/answer")
    officer.open(f"{ask}/answer")
    guardian.submit({"choice": "show", "answer": ""}, action=f"{ask}/answer")
    late = officer.submit(
        {"choice": "refuse", "answer": "Labels are enough for this."}, action=f"{ask}/answer", status=409
    )
    assert "Somebody was faster" in late.text
    (one,) = desk.house.case(case_id).reveals
    assert one.state is RevealState.GRANTED
