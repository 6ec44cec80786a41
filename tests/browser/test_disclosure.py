"""The disclosure scheme in a browser: scenario S10 from the application to the disclosure, on a phone and on a desk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.applying import APPLICATION, FORMS
from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.processes.ground import LONDON, Ground
from workflows.service.applications import Applications
from workflows.service.views import CasePage

pytestmark = [pytest.mark.timeout(240), pytest.mark.feature("C15")]

OFFICER, DECIDER = "mona.clarke", "piers.holt"


def picture(who: Visitor, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("GATEHOUSE_PICTURES"):
        who.page.screenshot(path=str(Path(folder) / f"{name}-{who.width}.png"), full_page=True)


def fill_in(who: Visitor, answers: Mapping[str, tuple[str, ...]], *, held: datetime) -> None:
    """Fill in what the page asks now of these answers."""
    for name, values in answers.items():
        if name == "held_at":
            if who.field("held_at-day").count():
                who.date(name, held.astimezone(LONDON).date())
                who.fill("held_at-time", f"{held.astimezone(LONDON):%H:%M}")
            continue
        box = who.field(name)
        if not box.count():
            continue
        match box.first.get_attribute("type"):
            case "radio":
                who.choose(name, values[0])
            case "checkbox":
                who.tick(name, values)
            case _:
                who.fill(name, values[0])


def complete(who: Visitor, stage: str, *, held: datetime, name: str) -> None:
    """Fill in the form of a stage until nothing more is asked, read it back where that is asked, and send it."""
    for _ in range(4):
        fill_in(who, FORMS[stage], held=held)
        picture(who, f"s10-{name}")
        with who.page.expect_navigation(wait_until="load"):
            who.page.get_by_role("button", name="Continue", exact=True).click()
        if who.path.startswith("/cases/") and not who.path.endswith("/form"):
            break
        if who.heading.startswith("Check your answers"):
            who.check()
            picture(who, f"s10-{name}-check")
            with who.goes_on():
                who.page.get_by_role("button", name="complete it").click()
            break
    assert not who.path.endswith("/form"), who.words


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_application_is_enquired_into_ruled_on_and_disclosed(ground: Ground, visit: Visit, width: int) -> None:
    house, sent = ground.house, ground.now - timedelta(hours=2)
    place = house.organisation("westmoor").id
    applications = Applications(house.engine, house.casework.library)
    got = applications.apply("csods", place, APPLICATION, command_id=house.new_id(), now=sent)
    case_id = got.done.case_id
    officer = visit(OFFICER, width=width)
    officer.open("/work?tab=team")
    officer.sees(got.reference, "A member of the public")
    officer.does_not_see("Garrow", "Brisk")
    held = ground.now - timedelta(hours=1)
    for stage in ("initial_contact", "face_to_face", "risk_assessment"):
        officer.open(f"/cases/{case_id}")
        officer.sees("Safe contact", "weekday mornings", "Never")
        picture(officer, f"s10-case-{stage}")
        officer.open(f"/cases/{case_id}/form")
        if stage == "initial_contact":
            officer.press("Continue", status=422)
            picture(officer, "s10-errors")
        complete(officer, stage, held=held, name=stage)
    officer.sees("In scope", "A relevant conviction", "Passport")
    assert (
        due(house.casework.case(house.person(OFFICER), case_id, now=ground.now)) == (sent + timedelta(days=28)).date()
    )
    decider = visit(DECIDER, width=width)
    decider.open(f"/cases/{case_id}/form")
    complete(decider, "decision", held=held, name="decision")
    decider.sees("Adult M", "The applicant")
    officer.open(f"/cases/{case_id}/form")
    complete(officer, "disclosure", held=held, name="disclosure")
    officer.sees("Disclosed on", "Signed by M. Garrow, on paper")
    picture(officer, "s10-end")
    assert house.case(case_id).ending == "disclosed"


def due(page: CasePage) -> object:
    assert page.time_left is not None
    assert page.time_left.due_at is not None
    return page.time_left.due_at.astimezone(LONDON).date()
