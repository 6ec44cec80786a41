"""A late bank holiday: loaded at a desk, put in force on a phone, and open requests move by a working day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_board import photograph
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.launch.starting import wait_for
from tests.processes.ground import LONDON, Ground
from workflows.core.clocks import due_at
from workflows.definitions.calendars import seed_calendars
from workflows.service.library import Library

pytestmark = [pytest.mark.timeout(420), pytest.mark.feature("C9")]
NATION = "england-and-wales"
NAME = "Bank holidays of England and Wales"


def due_of(ground: Ground, case_id: str) -> datetime:
    case = ground.house.case(case_id)
    assert case.clock is not None
    found = due_at(case.clock, Library().bind(ground.house.engine).calendar(case.calendar))
    assert found is not None
    return found.astimezone(LONDON)


def load(who: Visitor, *, days: str, how: str, note: str, horizon: date | None = None) -> int:
    """Load days by hand; the number of their version."""
    who.open("/work")
    who.follow("Bank holidays and closure days")
    who.follow("Load bank holidays")
    who.choose("calendar", NATION)
    who.fill("source", "The list of GOV.UK of today")
    who.fill("days", days)
    who.choose("how", how)
    if horizon:
        who.date("horizon", horizon)
    who.fill("note", note)
    who.press("Load it")
    return int(who.path.rpartition("/")[2])


def put_in_force(who: Visitor, ground: Ground, case_id: str, number: int) -> None:
    """Put a version in force that waits, and see to it that the request counts by it."""
    who.open("/calendars")
    who.sees("Waits for a second person")
    who.follow(f"Version {number} of {NAME}")
    who.sees("would fall due on another day", ground.reference(case_id))
    photograph(who, "calendar-waits")
    who.follow(f"Put version {number} in force")
    photograph(who, "calendar-confirm")
    who.press("Put it in force")
    who.sees(f"{NAME}, version {number} is in force.", "In force")
    # Every open request that other tests have left here is counted again as well, in the order of their ids.
    wait_for(lambda: ground.house.case(case_id).calendar == f"{NATION}@{number}", seconds=120)


def test_a_late_holiday_is_loaded_and_put_in_force_by_two_and_open_requests_move(visit: Visit, ground: Ground) -> None:
    case_id = ground.brought("S2", upto="adjudication")
    ended = ground.brought("S2", upto=None)  # type: ignore[arg-type]
    before, closed = due_of(ground, case_id), ground.house.case(ended).past_clocks
    peter, irene = visit("peter.quayle", width=DESK), visit("irene.castle", width=PHONE)
    peter.open("/calendars/load")
    peter.fill("days", "2027-13-01, No such day")
    peter.press("Load it", status=422)
    peter.sees("Row 1: “2027-13-01” is not a date.")
    photograph(peter, "calendar-load-wrong")
    number = load(peter, days=f"{before.date()}, A day proclaimed late", how="more", note="It was proclaimed today.")
    peter.sees("New: 1", "A day proclaimed late", "another person must put them in force")
    photograph(peter, "calendar-loaded")
    put_in_force(irene, ground, case_id, number)
    after = due_of(ground, case_id)
    assert after.date() == seed_calendars()[NATION].add_working_days(before.date(), 1)
    assert ground.house.case(ended).past_clocks == closed
    anne = visit("anne.whitcombe", width=PHONE)
    anne.open(f"/cases/{case_id}/dates")
    anne.sees(f"{NAME}, version {number} (The list of GOV.UK of today)", "Not counted: A day proclaimed late")
    photograph(anne, "calendar-dates")

    # And back, the other way round, so that the house is left as it was found.
    days = "\n".join(f"{day}, {title}" for day, title in seed_calendars()[NATION].holidays)
    number = load(irene, days=days, how="whole", note="It was a mistake.", horizon=date(2032, 12, 31))
    irene.sees("Taken away: 1")
    put_in_force(peter, ground, case_id, number)
    assert due_of(ground, case_id) == before
    for each in (peter, irene):
        each.open("/calendars")
        photograph(each, "calendars")


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_closure_days_of_an_organisation_are_written_by_its_manager(visit: Visit, ground: Ground, width: int) -> None:
    martin = visit("martin.shaw", width=width)
    martin.open("/calendars")
    martin.follow("Change closure days and service hours of Harrowmere NHS Foundation Trust")
    martin.choose("hours", "own")
    martin.fill("monday", "9 to 5")
    martin.press("Load it", status=422)
    martin.sees("Monday: write hours like 09:00-17:00, or leave it empty for closed.")
    photograph(martin, "closures-wrong")
    day = ground.now.date() + timedelta(days=200)
    martin.fill("days", f"{day}, Staff training")
    martin.choose("hours", "usual")
    martin.fill("note", "The whole trust trains on that day.")
    martin.press("Load it")
    martin.sees("Closure days of Harrowmere NHS Foundation Trust", "Staff training", "Service hours")
    photograph(martin, "closures")
    martin.fill("why", "Another day was found.")
    martin.press("Turn it down")
    martin.sees("is turned down. Nothing has changed for requests.")
