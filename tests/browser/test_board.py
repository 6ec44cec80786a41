"""The board and the worklist in the browser: they look again by themselves, politely, and work without scripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.processes.ground import Ground
from workflows.core.commands import Chase

pytestmark = [pytest.mark.timeout(240), pytest.mark.feature("C22")]
LOOK = 21_000
"""A little more than the milliseconds after which a page looks again."""


def photograph(who: Visitor, name: str) -> None:
    """Keep a picture of the whole page where somebody has named a folder for it."""
    if folder := os.environ.get("GATEHOUSE_PICTURES"):
        who.page.screenshot(path=str(Path(folder) / f"{name}-{who.width}.png"), full_page=True)


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_the_board_looks_again_by_itself(visit: Visit, ground: Ground, width: int) -> None:
    first = ground.brought("S2", upto="adjudication")
    martin = visit("martin.shaw", width=width)
    martin.page.clock.install()
    martin.open("/board?group=holder")
    link = martin.page.get_by_role("link", name=ground.reference(first), exact=True)
    link.focus()
    second = ground.brought("S2", upto="ig_advice")
    martin.page.clock.run_for(LOOK)
    expect(martin.page.locator("[data-live-told]")).to_contain_text("This list has changed. Updated ")
    expect(martin.page.get_by_role("link", name=ground.reference(second), exact=True)).to_be_visible()
    expect(link).to_be_focused()
    martin.sees("Late within five working days if nothing is done", "Requests that fall due, by day")
    martin.check()
    photograph(martin, "board")

    martin.page.get_by_label(f"Select {ground.reference(first)}").check(force=True)
    ground.house.give(Chase, "martin.shaw", second, at=ground.now)
    martin.page.clock.run_for(LOOK)
    expect(martin.page.locator("[data-live-said]")).to_have_text("This list stays as it is while requests are ticked.")
    row = martin.page.get_by_role("row").filter(has_text=ground.reference(second))
    expect(row).not_to_contain_text("Chased once")
    martin.page.get_by_label(f"Select {ground.reference(first)}").uncheck(force=True)
    martin.page.clock.run_for(LOOK)
    expect(row).to_contain_text("Chased once")


def test_a_worklist_looks_again_and_stops_when_nobody_is_signed_in(visit: Visit, ground: Ground) -> None:
    anne = visit("anne.whitcombe", width=DESK)
    anne.page.clock.install()
    anne.open("/work")
    case = ground.brought("S2", upto="adjudication")
    anne.page.clock.run_for(LOOK)
    expect(anne.page.get_by_role("link", name=ground.reference(case), exact=True)).to_be_visible()
    photograph(anne, "work")
    kept = anne.context.cookies()
    anne.context.clear_cookies()
    anne.page.clock.run_for(LOOK)
    expect(anne.page.locator("[data-live-said]")).to_contain_text("You have been signed out")
    anne.context.add_cookies(kept)  # type: ignore[arg-type]
    before = anne.page.locator("main").inner_html()
    anne.page.clock.run_for(3 * LOOK)
    assert anne.page.locator("main").inner_html() == before


def test_without_scripts_a_link_looks_again(visit: Visit, ground: Ground) -> None:
    martin = visit("martin.shaw", width=DESK, scripts=False)
    martin.open("/board?urgency=priority")
    case = ground.brought("S2", upto="adjudication")
    martin.follow("Check again")
    martin.sees(ground.reference(case))


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_filters_are_saved_and_several_are_chased_with_a_result_for_each(
    visit: Visit, ground: Ground, width: int
) -> None:
    cases = [ground.brought("S2", upto=act) for act in ("adjudication", "ig_advice")]
    martin = visit("martin.shaw", width=width)
    martin.open("/board?urgency=priority&waits=holder")
    martin.follow("Save this filter")
    photograph(martin, "save")
    martin.fill("name", f"Priority at {width}")
    martin.press("Save the filter")
    martin.follow(f"Priority at {width}")
    for case in cases:
        martin.page.get_by_label(f"Select {ground.reference(case)}").check(force=True)
    martin.press("Chase those selected")
    photograph(martin, "chase")
    martin.press("Send the reminders")
    martin.sees("Chased: 2 of 2 requests done.", *(ground.reference(case) for case in cases))
    photograph(martin, "chased")


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_a_calendar_address_is_made_and_ended(visit: Visit, ground: Ground, width: int) -> None:
    ground.brought("S2", upto="adjudication")
    anne = visit("anne.whitcombe", width=width)
    anne.open("/account")
    anne.follow("Your due work in your calendar")
    anne.press("Make a calendar address")
    photograph(anne, "calendar")
    address = anne.page.locator(".gh-secret code").inner_text()
    answer = anne.context.request.get(address)
    assert answer.status == 200
    assert "BEGIN:VEVENT" in answer.text()
    anne.press("End it")
    anne.sees("The calendar address no longer works.")
    assert anne.context.request.get(address).status == 404
