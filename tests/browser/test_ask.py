"""Right to ask in a browser: S10 from the public form to the neutral letter, and the ways to leave at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Visit
from tests.browser.test_disclosure import DECIDER, OFFICER, complete, picture
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.processes.ground import LONDON, Ground
from webapp.views.ask import AWAY
from workflows.service.unit_of_work import reading
from workflows.store import cases

pytestmark = [pytest.mark.timeout(300), pytest.mark.feature("C15", "C26")]
ASK = "/ask/csods"


def apply(visitor: Visitor, *, upto: str = "") -> str:
    """Fill in S10's application as its applicant would, and send it; the reference."""
    visitor.open("/ask")
    visitor.follow("Child sex offender disclosure scheme")
    visitor.press("Start now")
    visitor.fill("applicant-name", "N. Garrow")
    visitor.fill("applicant-relation", "grandmother of Child L")
    picture(visitor, "ask-you")
    visitor.press("Continue")
    visitor.press("Continue", status=422)
    picture(visitor, "ask-errors")
    visitor.choose("contact_by", "phone")
    visitor.fill("contact_when", "weekday mornings")
    visitor.choose("no_email", "yes")
    visitor.press("Continue")
    visitor.fill("subject-name", "T. Brisk")
    visitor.fill("subject-relation", "neighbour who babysits")
    visitor.fill("subject-contact", "alone with the child")
    if upto:
        return ""
    visitor.press("Continue")
    visitor.fill("child-name", "L. Garrow")
    for part, number in (("day", "4"), ("month", "4"), ("year", "2019")):
        visitor.fill(f"child-born-{part}", number)
    visitor.press("Continue")
    visitor.fill("best_placed-name", "M. Garrow")
    visitor.fill("best_placed-relation", "mother of Child L")
    visitor.press("Continue")
    visitor.fill("worry", "He is alone with her on two evenings a week.")
    visitor.press("Continue")
    visitor.tick("declaration", ["yes"])
    visitor.fill("declaration-name", "N. Garrow")
    picture(visitor, "ask-declaration")
    visitor.press("Continue")
    visitor.sees("Check your answers", "alone with the child", "4 April 2019")
    picture(visitor, "ask-check")
    visitor.press("Send my application")
    visitor.sees("We have your application", "999")
    visitor.does_not_see("Garrow", "Brisk", "weekday")
    picture(visitor, "ask-sent")
    assert visitor.path == ASK
    return visitor.page.locator(".govuk-panel strong").inner_text()


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, False), (DESK, True)])
def test_from_the_public_form_to_the_letter(ground: Ground, visit: Visit, width: int, scripts: bool) -> None:
    reference = apply(visit(width=width, scripts=scripts))
    assert re.fullmatch(r"GH-\w{4}-\w{4}", reference)
    house = ground.house
    officer = visit(OFFICER, width=width)
    officer.open("/work?tab=team")
    officer.sees(reference, "A member of the public")
    officer.does_not_see("Garrow", "Brisk")
    officer.follow(reference)
    case_id = officer.path.rpartition("/")[2]
    with reading(house.engine) as connection:
        case = cases.read(connection, case_id)
    assert case is not None
    sent = case.submitted_at
    assert sent is not None
    held = ground.now - timedelta(seconds=1)
    days = {"initial_contact": 1, "face_to_face": 10, "risk_assessment": 28}
    for stage, number in days.items():
        assert due(house, case_id).date() == (sent + timedelta(days=number)).astimezone(LONDON).date()
        officer.open(f"/cases/{case_id}/form")
        officer.sees("Safe contact: By telephone, weekday mornings. Never by e-mail.")
        complete(officer, stage, held=held, name=stage)
    decider = visit(DECIDER, width=width)
    decider.open(f"/cases/{case_id}/form")
    complete(decider, "decision", held=held, name="decision")
    officer.open(f"/cases/{case_id}/form")
    complete(officer, "disclosure", held=held, name="disclosure")
    officer.follow("Write the letter to the applicant")
    officer.sees("Dear N. Garrow", "We write these same words to everybody", "This letter must not go by e-mail.")
    picture(officer, "ask-letter")
    officer.open(f"/cases/{case_id}/letter/e-mail", status=409)


def due(house: object, case_id: str) -> datetime:
    found = house.casework.case(house.person(OFFICER), case_id, now=house.casework.now())  # type: ignore[attr-defined]
    assert found.time_left is not None
    assert found.time_left.due_at is not None
    return found.time_left.due_at.astimezone(LONDON)  # type: ignore[no-any-return]


@pytest.mark.parametrize("how", ["link", "link without scripts", "keys"])
def test_leaving_at_once_leaves_nothing_behind(visit: Visit, how: str) -> None:
    visitor = visit(width=PHONE, scripts=how != "link without scripts")
    visitor.page.route(f"{AWAY}**", _weather)
    apply(visitor, upto="subject")
    if how == "keys":
        for _ in range(2):
            visitor.page.keyboard.press("Shift")
        assert "press 1 more time" in visitor.all_words
    with visitor.page.expect_navigation(wait_until="load"):
        if how == "keys":
            visitor.page.keyboard.press("Shift")
        else:
            visitor.page.get_by_role("link", name="Exit this page").click()
    assert visitor.page.url == AWAY
    assert not [each for each in visitor.context.cookies() if "Garrow" in each["value"]]
    if how != "link without scripts":
        visitor.page.go_back()
        assert "Brisk" not in visitor.page.content(), "the page that was left is not in the history"


def _weather(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<!DOCTYPE html><title>Weather</title><h1>Weather</h1>")
