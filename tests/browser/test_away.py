"""When I am away, in a browser: said, checked, seen by the deputy and the manager, ended; on a phone and on a desk."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.processes.ground import Ground

pytestmark = [pytest.mark.timeout(240), pytest.mark.feature("C11")]

ADJUDICATOR, DEPUTY, MANAGER = "moira.keane", "ali.rashid", "paul.sefton"


def picture(who: Visitor, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("GATEHOUSE_PICTURES"):
        who.page.screenshot(path=str(Path(folder) / f"{name}-{who.width}.png"), full_page=True)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_being_away_is_said_seen_and_ended(ground: Ground, visit: Visit, width: int) -> None:
    now = ground.now.date()
    away = visit(ADJUDICATOR, width=width)
    away.open("/account")
    away.follow("Say when you are away and who stands in")
    picture(away, "away-none")
    away.follow("Say when you are away")
    picture(away, "away-form")
    away.press("Continue", status=422)
    picture(away, "away-errors")
    away.date("first", now)
    away.date("last", now + timedelta(days=7))
    away.field("deputy-1").select_option(
        away.page.locator("#deputy-1 option", has_text="Ali Rashid").get_attribute("value")
    )
    away.fill("reason", "Annual leave")
    away.press("Continue")
    picture(away, "away-check")
    away.press("Confirm")
    away.sees("It is written down.", "Away now", "Ali Rashid", "Annual leave")
    picture(away, "away-said")
    with away.goes_on():
        away.page.get_by_role("link", name="Change it").first.click()
    away.sees("Change the absence", "It began on")
    picture(away, "away-change")
    away.date("last", now + timedelta(days=9))
    away.press("Continue")
    away.press("Confirm")
    away.sees("The absence was changed.", "Away now", "Changed")
    picture(away, "away-changed")
    away.open("/work")
    away.sees("You are away until the end of")
    picture(away, "away-work")
    deputy = visit(DEPUTY, width=width)
    deputy.open("/work")
    deputy.sees("You stand in for Moira Keane")
    picture(deputy, "away-deputy")
    manager = visit(MANAGER, width=width)
    manager.open("/away")
    manager.sees("Moira Keane: Away now")
    picture(manager, "away-manager")
    manager.follow("Who held the authority on a day")
    manager.choose("role", "adjudicator")
    manager.press("Show")
    manager.sees("Stood in: Ali Rashid")
    picture(manager, "away-authority")
    away.open("/away")
    with away.goes_on():
        away.page.get_by_role("link", name="End it").first.click()
    picture(away, "away-end")
    away.press("End it now")
    away.sees("The absence has ended.")
    deputy.open("/work")
    deputy.does_not_see("You stand in for Moira Keane")
