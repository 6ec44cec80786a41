"""Days and times that are sent to the API: what cannot be a moment is refused by its place, never by a fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import House, build
from tests.webapp.api_client import Caller
from tests.webapp.holder import OFFICER

pytestmark = pytest.mark.feature("C28")
ON_CALL = "nadia.roy"
NO_TIMES = (
    "2026-11-23T09:30:00", "2026-11-23", "09:30", "1795451366", 1795451366, "2026-11-23T09:30:00+99:00",
    "0000-01-01T00:00:00Z", "1700-01-01T00:00:00Z", "2026-11-23 09:30 BST", "", True, "2026-02-30T09:30:00Z",
)  # fmt: skip
CHECK = {
    "person": "Child P", "checked_by": "Dr Ode", "setting": "general_practice", "result": "plan", "number_used": True,
    "authority": {"name": "Marlbridge County Council"},
}  # fmt: skip


def caller(app: Flask, house: House, who: str) -> Caller:
    return Caller.enter(app, house.engine, house.person(who))


def checked(ago: timedelta) -> str:
    """A moment of the clock that the product goes by in tests."""
    return (datetime.now(UTC) - ago).isoformat()


@pytest.mark.parametrize("moment", NO_TIMES)
def test_what_is_no_moment_of_a_zone_is_a_fault_of_its_field(app: Flask, house: House, moment: object) -> None:
    case = build(house, "S2", upto="ig_advice")
    officer, version = caller(app, house, OFFICER), house.case(case).version
    body = {**CHECK, "checked_at": moment, "plans": [{"type": "child_protection_plan"}]}
    refused = officer.post(f"/cases/{case}/record-cpis-check", body, seen=version, status=422)
    assert [each["path"] for each in refused["faults"]] == ["/checked_at"]
    assert "2026-11-23T09:30:00Z" in refused["faults"][0]["say"]


def test_the_time_of_words_said_in_an_emergency_needs_its_zone(app: Flask, house: House) -> None:
    case = build(house, "S3", upto="emergency_release")
    body = {"items": [], "how": "spoken", "said_at": "2026-11-23T16:00:00"}
    refused = caller(app, house, ON_CALL).post(
        f"/cases/{case}/share-now", body, seen=house.case(case).version, status=422
    )
    assert "/said_at" in {each["path"] for each in refused["faults"]}


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [("1767225600", None, "start"), ("0001-01-01", None, "start"), (1767225600, None, "start"), (None, "20261", "end")],
)
def test_what_is_no_day_is_a_fault_of_its_place(
    app: Flask, house: House, start: object, end: object, field: str
) -> None:
    case = build(house, "S2", upto="ig_advice")
    officer = caller(app, house, OFFICER)
    plan = {"type": "child_protection_plan", "start": start, "end": end}
    body = {**CHECK, "checked_at": checked(timedelta(hours=1)), "plans": [plan]}
    refused = officer.post(f"/cases/{case}/record-cpis-check", body, seen=house.case(case).version, status=422)
    assert [each["path"] for each in refused["faults"]] == [f"/plans/0/{field}"]


@pytest.mark.parametrize(("start", "end"), [("1900-01-01", None), (None, "2099-01-01"), ("1990-01-01", "1991-01-01")])
def test_a_plan_that_no_child_can_have_is_refused(app: Flask, house: House, start: str | None, end: str | None) -> None:
    case = build(house, "S2", upto="ig_advice")
    officer = caller(app, house, OFFICER)
    plan = {"type": "child_protection_plan", "start": start, "end": end}
    body = {**CHECK, "checked_at": checked(timedelta(hours=1)), "plans": [plan]}
    refused = officer.post(f"/cases/{case}/record-cpis-check", body, seen=house.case(case).version, status=422)
    assert {each["code"] for each in refused["faults"]} == {"plan_year"}


def test_a_check_is_read_as_the_page_says_it_by_whoever_may_and_without_its_date_by_who_knows_labels(
    app: Flask, house: House
) -> None:
    case = build(house, "S2", upto="ig_advice")
    officer = caller(app, house, OFFICER)
    plan = {"type": "child_protection_plan", "start": "2026-03-02", "end": None}
    body = {**CHECK, "checked_at": checked(timedelta(hours=3)), "plans": [plan]}
    officer.post(f"/cases/{case}/record-cpis-check", body, seen=house.case(case).version)
    (seen,) = officer.get(f"/cases/{case}")["findings"]["cpis_checks"]
    assert (seen["result"], seen["plans"], seen["age_hours"]) == ("plan", [plan], 3)
    assert seen["authority"]["name"] == "Marlbridge County Council"
    assert seen["checked_at"].endswith("Z")
    assert seen["checked_by"] == "Dr Ode"
    (known,) = caller(app, house, "lucy.brandt").get(f"/cases/{case}")["findings"]["cpis_checks"]
    assert (known["checked_at"], known["checked_by"], known["authority"]) == (None, "", None)
    assert (known["result"], known["age_hours"]) == ("plan", 3)
