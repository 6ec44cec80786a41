"""What there is to follow up, on the page of the case, on the worklist, and the page on which it is written off."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import House
from tests.service.fights import overturned
from tests.webapp.holder import Desk
from workflows.core.followups import FollowUpKind, waiting
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C27")
GUARDIAN, LEAD = "moira.keane", "ali.rashid"


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_the_worklist_leads_to_the_case_and_the_case_to_the_form(desk: Desk) -> None:
    case_id = desk.case("S7", upto="review")
    client = desk.sit(GUARDIAN)
    work = client.open("/work")
    assert "To follow up" in work.text
    assert "Review a use that continues" in work.text
    assert f'href="/cases/{case_id}#follow-ups"' in work.html
    assert "Penrose" not in work.html
    page = client.open(f"/cases/{case_id}")
    assert "Due on 4 May 2027" in page.text
    client.open(f"/cases/{case_id}/follow-ups/1")
    wrong = client.submit({"outcome": "end", "why": " "}, status=422)
    assert "Say why, in a sentence." in wrong.text
    done = client.submit({"outcome": "end", "why": "It is no longer needed."})
    assert "The review was recorded." in done.text
    assert "It is no longer needed." in done.text
    assert "To follow up" not in client.open("/work").text


def test_who_it_is_not_for_sees_no_form(desk: Desk) -> None:
    case_id = desk.case("S7", upto="review")
    client = desk.sit(LEAD)
    assert "Review a use that continues" in client.open(f"/cases/{case_id}").text
    client.open(f"/cases/{case_id}/follow-ups/1", status=403)
    client.open(f"/cases/{case_id}/follow-ups/7", status=404)
    asker = desk.sit("amy.castell")
    assert "Review a use" not in asker.open(f"/cases/{case_id}").text
    asker.open(f"/cases/{case_id}/follow-ups/1", status=404)


def test_what_was_learned_is_written_down_by_who_it_is_for(desk: Desk) -> None:
    case_id = overturned(desk.house)
    number = waiting(desk.house.case(case_id), FollowUpKind.LEARNING)[0].number
    path = f"/cases/{case_id}/follow-ups/{number}"
    desk.sit("priya.anand").open(path, status=404)
    client = desk.sit("anne.whitcombe")
    client.open(path)
    empty = client.submit({"note": " "}, status=422)
    assert "Write what was done, in a sentence." in empty.text
    done = client.submit({"note": "We read the plan before we decide."})
    assert "What you did was recorded." in done.text
    assert "We read the plan before we decide." in done.text
    client.open(path, status=403)
