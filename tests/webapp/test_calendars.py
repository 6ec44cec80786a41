"""The pages of bank holidays and closure days: load a file, see what it moves, a second person puts it in force."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import BEGAN, House
from tests.page import Page, PageClient, words
from tests.webapp.holder import Desk
from tests.webapp.test_cli import run
from workflows.core.clocks import due_at
from workflows.core.definition import Role
from workflows.definitions.calendars import seed_calendars
from workflows.service.calendaring import Calendars, found_sets
from workflows.service.library import Library
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, transaction
from workflows.store import calendars

__all__ = ["run"]

pytestmark = pytest.mark.feature("C9")
NATION = "england-and-wales"
ONE, TWO, MANAGER, REQUESTER = "peter.quayle", "irene.castle", "martin.shaw", "priya.anand"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's people, with the days that come with the product in force."""
    found = House.found(engine)
    found_sets(engine, at=BEGAN)
    return found


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    return Desk(house, app)


def days_of(desk: Desk) -> Calendars:
    return Calendars(desk.house.engine, Library())


def next_working_day() -> date:
    """A day soon on which nothing is closed yet."""
    calendar = seed_calendars()[NATION]
    return calendar.add_working_days(datetime.now(UTC).date(), 1)


def fill(**more: str) -> dict[str, str]:
    typed = {
        "calendar": NATION, "source": "The list of GOV.UK of today", "how": "more",
        "days": f"{next_working_day().isoformat()}, A day proclaimed late", "note": "It was proclaimed.",
    }  # fmt: skip
    return {**typed, **more}


def loaded(desk: Desk, who: str = ONE, **more: str) -> tuple[PageClient, int]:
    client = desk.sit(who)
    client.open("/calendars/load")
    page = client.submit(fill(**more))
    return client, number_of(page)


def number_of(page: Page) -> int:
    found = re.fullmatch(r"/calendars/(\d+)", page.path)
    assert found is not None, page.path
    return int(found.group(1))


def due_of(desk: Desk, case_id: str) -> datetime:
    case = desk.house.case(case_id)
    assert case.clock is not None
    found = due_at(case.clock, Library().bind(desk.house.engine).calendar(case.calendar))
    assert found is not None
    return found


# --- Reading


def test_everybody_sees_what_is_in_force_and_how_far_it_reaches(desk: Desk) -> None:
    client = desk.sit(REQUESTER)
    page = client.open("/work")
    page = client.open(page.links()["Bank holidays and closure days"])
    rows = [words(row) for row in page.all("tr")]
    assert any(row.startswith("Scotland Version") and "31 December 2032" in row for row in rows)
    assert "since the beginning" in page.text
    assert "Load bank holidays" not in page.links()
    number = next(each.found.number for each in days_of(desk).shelf(at=BEGAN) if each.found.calendar == NATION)
    one = client.open(f"/calendars/{number}")
    assert "25 December 2026 Friday Christmas Day" in one.text
    assert not one.all("form", action=f"/calendars/{number}/turn-down")
    assert "Open requests" not in one.text


def test_fewer_than_ninety_days_are_a_warning(desk: Desk) -> None:
    now = datetime.now(UTC)
    soon = now.date() + timedelta(days=60)
    known = tuple(each for each in seed_calendars()[NATION].holidays if each[0] <= soon)
    with transaction(desk.house.engine) as connection:
        set_id = desk.house.new_id()
        calendars.load(
            connection, set_id=set_id, calendar=NATION, organisation="", source="Old", horizon=soon, days=known,
            hours=None, note="x", at=now, by="",
        )  # fmt: skip
        calendars.answer(connection, set_id, in_force_from=now, why="", at=now, by=desk.house.person(TWO).id)
    page = desk.sit(REQUESTER).open("/calendars")
    assert f"known only up to {soon.day} {soon:%B %Y}. Load newer ones" in page.text
    assert "Fewer than 90 days left" in page.text


def test_what_there_is_not_and_another_organisations_closures_are_not_found(desk: Desk) -> None:
    org = desk.house.organisation("harrowmere").id
    number = days_of(desk).close(
        desk.house.person(ONE).id, org, days=((next_working_day(), "Staff day"),), hours=None, note="Training.",
        command_id=desk.house.new_id(), at=datetime.now(UTC),
    )  # fmt: skip
    outside = desk.sit(REQUESTER)
    for path in ("/calendars/9999", "/calendars/9999/in-force", f"/calendars/{number}", "/calendars/0"):
        outside.open(path, status=404)
    assert "Harrowmere" not in words(outside.open("/calendars").all("main")[0])
    assert "Staff day" in desk.sit("lucy.brandt").open(f"/calendars/{number}").text


@pytest.mark.parametrize("path", ["/calendars/load", "/calendars/closures"])
def test_who_does_not_look_after_the_days_is_refused(desk: Desk, path: str) -> None:
    client = desk.sit(REQUESTER)
    client.open("/work")
    client.open(path, status=403)
    client.open("/work")
    assert "Only a" in client.send(path, {"command_id": desk.house.new_id(), **fill()}, status=403).text


# --- Loading, comparing, putting in force


def test_a_bank_holiday_tomorrow_moves_open_requests_by_one_working_day_and_no_others(desk: Desk) -> None:
    inside, ended = desk.case(upto="adjudication"), desk.case(upto=None)
    before, closed = due_of(desk, inside), desk.house.case(ended)
    client, number = loaded(desk, days=f"{before.date().isoformat()}, A day proclaimed late")
    page = client.page
    assert page is not None
    assert f"Version {number} is loaded. Another person has to put it in force" in page.text
    assert "New: 1" in page.text
    assert "A day proclaimed late" in page.text
    assert "You loaded these days, so another person must put them in force." in page.text
    row = next(words(row) for row in page.all("tr") if desk.house.case(inside).reference in words(row))
    assert f"{before:%a} {before.day}" in row
    assert desk.house.case(inside).calendar != f"{NATION}@{number}"

    other = desk.sit(TWO)
    assert "Waits for a second person" in other.open("/calendars").text
    confirm = other.open(other.open(f"/calendars/{number}").links()[f"Put version {number} in force"])
    assert "1 open request would fall due on another day" in confirm.text
    done = other.submit(action=f"/calendars/{number}/in-force")
    assert f"Bank holidays of England and Wales, version {number} is in force." in done.text
    sweep(desk.house.engine, Library())
    calendar = seed_calendars()[NATION]
    assert due_of(desk, inside).date() == calendar.add_working_days(before.date(), 1)
    after = desk.house.case(ended)
    assert (after.calendar, after.past_clocks) == (closed.calendar, closed.past_clocks)
    dates = desk.sit(REQUESTER).open(f"/cases/{inside}/dates")
    name = f"Bank holidays of England and Wales, version {number} (The list of GOV.UK of today)"
    assert dates.links()[name] == f"/calendars/{number}"
    assert "@" not in dates.text


def test_who_loaded_it_cannot_put_it_in_force_also_past_the_page(desk: Desk) -> None:
    client, number = loaded(desk)
    assert f"Put version {number} in force" not in client.open(f"/calendars/{number}").links()
    confirm = client.open(f"/calendars/{number}/in-force")
    assert not confirm.all("form", action=f"/calendars/{number}/in-force")
    page = client.send(f"/calendars/{number}/in-force", {"command_id": desk.house.new_id()}, status=422)
    (summary,) = page.all("div", class_="govuk-error-summary")
    assert "You loaded these days, so another person must" in words(summary)
    refused = desk.sit(MANAGER)
    refused.open("/work")
    sent = {"command_id": desk.house.new_id(), "why": "x"}
    for act in ("in-force", "turn-down"):
        assert "Only those who look after" in refused.send(f"/calendars/{number}/{act}", sent, status=403).text
    refused.open(f"/calendars/{number}/in-force", status=403)


def test_what_somebody_has_decided_already_is_a_page_and_no_error(desk: Desk) -> None:
    client, number = loaded(desk)
    page = client.open(f"/calendars/{number}")
    page = client.submit({"why": " "}, action=f"/calendars/{number}/turn-down", status=422)
    assert page.errors() == {"why": "Say why, in at most 600 characters."}
    done = client.submit({"why": "It is a draft."}, action=f"/calendars/{number}/turn-down")
    assert "is turned down. Nothing has changed" in done.text
    other = desk.sit(TWO)
    assert "It is a draft." in other.open(f"/calendars/{number}").text
    stale = other.open(f"/calendars/{number}/in-force", status=409)
    assert "Somebody has decided about this version already" in stale.h1
    other.open("/work")
    stale = other.send(f"/calendars/{number}/in-force", {"command_id": desk.house.new_id()}, status=409)
    assert "Turned down" in stale.text
    assert "It is a draft." in stale.text


def test_a_form_sent_twice_is_one_act(desk: Desk) -> None:
    client = desk.sit(ONE)
    form = client.open("/calendars/load").form()
    numbers = {number_of(client.send(form.action, {**form.fields, **fill()})) for _ in range(2)}
    assert len(numbers) == 1
    (number,) = numbers
    other = desk.sit(TWO)
    form = other.open(f"/calendars/{number}/in-force").form()
    for _ in range(2):
        assert "In force" in other.send(form.action, form.fields).text
    used = {**form.fields, "command_id": "1"}
    other.send(form.action, used, status=400)


def test_a_bad_row_is_named_and_everything_typed_is_kept(desk: Desk) -> None:
    client = desk.sit(ONE)
    count = len(days_of(desk).shelf(at=BEGAN))
    client.open("/calendars/load")
    file = (io.BytesIO(b"date,title\n2027-06-04,One\n2027-13-40,Two\n2027-06-07,\n"), "days.csv")
    typed = {**fill(days=""), "file": file, "horizon-day": "31", "horizon-month": "12", "horizon-year": "2040"}
    page = client.submit(typed, status=422)
    (summary,) = page.all("div", class_="govuk-error-summary")
    assert "Row 3: “2027-13-40” is not a date." in words(summary)
    assert "Row 4: give 2027-06-07 a title." in words(summary)
    fields = page.form("/calendars/load").fields
    assert "2027-06-04,One" in fields["days"]
    assert (fields["source"], fields["note"], fields["horizon-year"]) == (
        "The list of GOV.UK of today", "It was proclaimed.", "2040",
    )  # fmt: skip
    assert len(days_of(desk).shelf(at=BEGAN)) == count


@pytest.mark.parametrize(
    ("more", "errors"),
    [
        ({"calendar": ""}, {"calendar": "Choose the nation."}),
        ({"how": "x"}, {"how": "Say how the file is to be taken."}),
        ({"days": ""}, {"days": "Choose a file of days, or paste the days."}),
        ({"note": " ", "source": ""}, {
            "note": "Say why, in at most 600 characters.",
            "source": "Say where the days come from, in at most 600 characters.",
        }),
        ({"horizon-day": "31", "horizon-month": "2", "horizon-year": "2040"}, {"horizon": "This must be a real date."}),
        ({"horizon-day": "1", "horizon-month": "1", "horizon-year": "2027"}, {
            "horizon": "The last day covered is before the last day in the file.",
        }),
        ({"how": "whole"}, None),
        ({"how": "years"}, None),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_beside_its_field(
    desk: Desk, more: dict[str, str], errors: dict[str, str] | None
) -> None:
    client = desk.sit(ONE)
    client.open("/calendars/load")
    page = client.submit(fill(**more), status=422)
    if errors is None:  # one day only: bank holidays that have been are missing
        assert "is a bank holiday that has been and is not in the file" in page.errors()["days"]
    else:
        assert page.errors() == errors


def test_a_file_that_is_no_text_or_comes_beside_pasted_days_is_refused(desk: Desk) -> None:
    client = desk.sit(ONE)
    client.open("/calendars/load")
    page = client.submit({**fill(days=""), "file": (io.BytesIO(b"\xff\xfe\x00"), "x.bin")}, status=422)
    assert page.errors() == {"file": "The file is not text. Choose a file of days: CSV, JSON or ICS."}
    page = client.submit({**fill(), "file": (io.BytesIO(b"2027-06-04,x"), "x.csv")}, status=422)
    assert page.errors() == {"days": "Choose a file or paste the days, not both."}
    rows = "\n".join(f"row {number}" for number in range(15))
    page = client.submit(fill(days=rows), status=422)
    (summary,) = page.all("div", class_="govuk-error-summary")
    assert "And 5 more bad rows." in words(summary)


def test_the_official_file_takes_its_years_and_leaves_the_others(desk: Desk) -> None:
    known = dict(seed_calendars()[NATION].holidays)
    years = {day: title for day, title in known.items() if 2024 <= day.year <= 2027}
    more = {**years, date(2027, 6, 4): "A day proclaimed late"}
    events = [{"title": title, "date": day.isoformat(), "notes": ""} for day, title in sorted(more.items())]
    official = json.dumps({NATION: {"division": NATION, "events": events}})
    _, number = loaded(desk, how="years", days=official)
    found = days_of(desk).difference(number, at=datetime.now(UTC))
    assert (found.added, found.removed) == (((date(2027, 6, 4), "A day proclaimed late"),), ())
    line = next(each for each in days_of(desk).shelf(at=BEGAN) if each.found.number == number)
    assert line.found.horizon == date(2032, 12, 31)


# --- Closure days and service hours


def test_a_manager_closes_the_organisation_for_a_day_and_another_puts_it_in_force(desk: Desk) -> None:
    desk.house.holds(ONE, Role.MANAGER, "harrowmere")
    case = desk.case(upto="adjudication")
    before = due_of(desk, case)
    day = before.date()
    client = desk.sit(MANAGER)
    client.open("/calendars")
    client.open("/calendars/closures")
    bad = client.submit({"days": "tomorrow", "hours": "own", "monday": "9-5", "note": ""}, status=422)
    assert {"days", "monday"} <= set(bad.errors())
    assert "Monday: write hours like 09:00-17:00" in bad.errors()["monday"]
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-12:00, 13:00-17:00")
    backwards = client.submit({**week, "days": "", "hours": "own", "monday": "17:00-09:00", "note": "x"}, status=422)
    assert "hours" in backwards.errors()
    typed = {**week, "days": f"{day.isoformat()}, Staff day, all day", "hours": "own", "note": "Training."}
    number = number_of(client.submit(typed))
    assert "09:00-12:00, 13:00-17:00" in client.open(f"/calendars/{number}").text
    other = desk.sit(ONE)
    other.open(f"/calendars/{number}/in-force")
    done = other.submit(action=f"/calendars/{number}/in-force")
    assert "Closure days of" in done.text
    sweep(desk.house.engine, Library())
    assert due_of(desk, case) > before
    page = desk.sit(REQUESTER).open(f"/cases/{case}/dates")
    assert f"Closure days of Harrowmere NHS Foundation Trust, version {number}" in page.text
    assert not any("Closure days of" in words for words in page.links()), "the other side reads it and cannot open it"
    assert page.text.count("Staff day, all day") >= 1
    # What is in force is in the form, to be changed.
    form = client.open("/calendars/closures").form("/calendars/closures")
    assert form.fields["days"].strip() == f"{day.isoformat()}, Staff day, all day"  # type: ignore[union-attr]
    assert form.fields["monday"] == "09:00-12:00, 13:00-17:00"


# --- The same from a shell


def test_from_a_shell_too_it_takes_two(run: Run, house: House, tmp_path: Path) -> None:
    one, two = (house.person(who).email for who in (ONE, TWO))
    file = tmp_path / "days.csv"
    file.write_text("2027-06-04,A day proclaimed late\n2027-06-41,x\n", encoding="utf-8")
    given = (
        "calendar",
        "load",
        str(file),
        "--nation",
        NATION,
        "--source",
        "GOV.UK",
        "--note",
        "New.",
        "--take",
        "more",
    )
    code, _, complaint = run(*given, "--by", one)
    assert code == 1
    assert "Row 2: “2027-06-41” is not a date." in complaint
    assert "It was not loaded: nothing has changed." in " ".join(complaint.split())
    file.write_text("2027-06-04,A day proclaimed late\n", encoding="utf-8")
    code, said, _ = run(*given, "--by", one)
    assert code == 0
    number = re.sub(r"\D", "", said)
    assert said == f"Loaded: version {number}. A second person has to activate it.\n"
    listed = run("calendar", "list")[1]
    assert "loaded by Peter Quayle, waits" in listed
    assert "Bank holidays of Scotland are known up to 2032-12-31." in listed
    assert run("calendar", "compare", number)[:2] == (0, "+ 2027-06-04  A day proclaimed late\n")
    assert "2027-06-04  A day proclaimed late" in run("calendar", "show", number)[1]
    assert run("calendar", "preview", number)[1].endswith("open requests would move.\n")
    code, _, complaint = run("calendar", "activate", number, "--by", one)
    assert code == 1
    assert "You loaded these days" in complaint
    assert run("calendar", "activate", number, "--by", two)[:2] == (0, f"Activated: version {number}.\n")
    assert run("calendar", "turn-down", number, "--by", two, "--why", "x")[0] == 1
    assert "in force since" in run("calendar", "list")[1]
    assert run("calendar", "show", "999999")[0] == 1
    assert run("calendar", "load", str(file), "--nation", "narnia", "--by", one)[0] == 2
    assert run("calendar", "activate", number, "--by", "nobody@x.example")[0] == 2
    file.write_bytes(b"\xff\xfe")
    assert "cannot be read as text" in run(*given, "--by", one)[2]
    file.write_text("2027-06-07,Another\n", encoding="utf-8")
    number = re.sub(r"\D", "", run(*given, "--by", one)[1])
    assert run("calendar", "turn-down", number, "--by", one, "--why", "No.")[:2] == (
        0,
        f"Turned down: version {number}.\n",
    )
