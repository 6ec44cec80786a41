"""The API's reading side: lists page by page, timelines and clocks, packs, workflows, organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.builders import BEGAN, House, build
from tests.core.play import valid_for_all
from tests.counting import statements
from tests.webapp.api_client import Caller
from webapp.api.operations import OPERATIONS
from workflows.core import commands as c
from workflows.core.calendars import Length, Unit, WorkingCalendar
from workflows.core.clocks import Clock
from workflows.core.definition import Role, Side, Stage, StageKind
from workflows.core.request import Recipients, Task
from workflows.definitions.loader import load, read_builtin
from workflows.service import packing
from workflows.service.clock_views import ClockState, clock_view
from workflows.service.publishing import publish
from workflows.service.unit_of_work import Engine, reading

pytestmark = pytest.mark.feature("C28")

LEAD, MANAGER, REQUESTER, OUTSIDER = "lucy.brandt", "martin.shaw", "priya.anand", "amy.castell"
NOWHERE = "0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2"


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's house, with the packs that come with the product."""
    house = House.found(engine)
    packing.found(engine, at=datetime.now(UTC), since=datetime(2026, 10, 1, tzinfo=UTC))
    return house


def case(house: House, *, upto: str | None = "ig_advice", days_ago: float = 1, scenario: str = "S2") -> str:
    """A case that was sent some days before now."""
    sent = datetime.now(UTC) - timedelta(days=days_ago)
    times = [sent + timedelta(minutes=10 * step) for step in range(1, 12)]
    return build(house, scenario, upto=upto, submitted=sent, times=times)


def caller(app: Flask, house: House, who: str, **more: Any) -> Caller:
    return Caller.enter(app, house.engine, house.person(who), **more)


def walked(who: Caller, path: str, rows: str, limit: int) -> list[dict[str, Any]]:
    """A whole list, page by page."""
    found, after, more = [], "", True
    sign = "&" if "?" in path else "?"
    while more:
        page = who.get(f"{path}{sign}limit={limit}&after={after}")
        assert set(page) == {rows, "next_cursor", "more"}
        found += page[rows]
        after, more = page["next_cursor"], page["more"]
        assert bool(after) is more
    return found


def test_a_worklist_is_walked_to_its_end_and_each_row_leads_to_its_request(app: Flask, house: House) -> None:
    ids = [case(house, days_ago=days) for days in (5, 4, 3, 2, 1)]
    lucy = caller(app, house, LEAD)
    rows = walked(lucy, "/cases", "cases", 2)
    assert {row["id"] for row in rows} == set(ids)
    assert rows == sorted(rows, key=lambda row: (row["due_at"], row["id"]))
    assert rows == lucy.get("/cases?list=mine")["cases"]
    assert "Orrin" not in str(rows)
    assert rows[0]["asked"] == "Advise on the request"
    standing = lucy.get(f"/cases/{rows[0]['id']}/standing")
    assert standing["due_at"] == rows[0]["due_at"]
    assert standing["version"] == rows[0]["version"]


def test_every_list_is_told_to_who_has_it(app: Flask, house: House) -> None:
    draft, sent, asked, ended = (case(house, upto=upto) for upto in ("submit", "ig_advice", "information_needed", None))
    priya, lucy = caller(app, house, REQUESTER), caller(app, house, LEAD)
    hers = {name: {row["id"] for row in priya.get(f"/cases?list={name}")["cases"]} for name in (
        "mine", "waiting", "drafts", "open", "ended")}  # fmt: skip
    assert hers == {"mine": {asked}, "waiting": {sent}, "drafts": {draft}, "open": {sent, asked}, "ended": {ended}}
    theirs = {name: {row["id"] for row in lucy.get(f"/cases?list={name}")["cases"]} for name in (
        "mine", "team", "waiting", "done")}  # fmt: skip
    assert theirs == {"mine": {sent}, "team": {sent}, "waiting": {asked}, "done": {ended}}
    released = house.case(ended).request.recipients[0].email
    reader = caller(app, house, released)
    assert [row["id"] for row in reader.get("/cases?list=shared")["cases"]] == [ended]
    assert caller(app, house, OUTSIDER).get("/cases?list=team")["cases"] == []


def test_what_is_overdue_is_for_managers_of_the_tokens_organisation(app: Flask, house: House) -> None:
    late = [case(house, days_ago=days) for days in (30, 20)]
    case(house)
    for who in (MANAGER, "joan.pike"):
        rows = walked(caller(app, house, who), "/overdue", "cases", 1)
        assert [row["id"] for row in rows] == late
        assert rows[0]["time_left"].startswith("Overdue by")
    assert caller(app, house, LEAD).get("/overdue", status=403)["code"] == "not_manager"


def test_notifications_come_newest_first_and_stay_unread(app: Flask, house: House) -> None:
    for days in (4, 3, 2):
        case(house, days_ago=days)
    lucy = caller(app, house, LEAD)
    found = walked(lucy, "/notifications", "notifications", 2)
    assert len(found) >= 3
    assert [each["created_at"] for each in found] == sorted((each["created_at"] for each in found), reverse=True)
    assert found[0]["say"] == "You have something to do"
    assert {each["read_at"] for each in walked(lucy, "/notifications", "notifications", 50)} == {None}


def test_a_query_or_a_cursor_that_cannot_be_is_refused_by_name(app: Flask, house: House) -> None:
    for days in (2, 1):
        case(house, days_ago=days)
    lucy = caller(app, house, LEAD)
    cursor = lucy.get("/cases?limit=1")["next_cursor"]
    for query in ("limit=0", "limit=201", "limit=x", "list=all", "list=", "after=" + "a" * 301, "page=2",
                  "list=mine&list=team"):  # fmt: skip
        assert lucy.get(f"/cases?{query}", status=400)["code"] == "bad_query"
    for path in (f"/cases?list=team&after={cursor}", f"/notifications?after={cursor}", "/cases?after=x",
                 f"/cases?after={cursor[:-1]}", "/cases?after=%00", "/cases?after=%F0%9F%98%80"):  # fmt: skip
        assert lucy.get(path, status=400)["code"] == "bad_cursor"
    martin = caller(app, house, MANAGER)
    assert martin.get(f"/overdue?after={cursor}", status=400)["code"] == "bad_cursor"


def test_a_list_costs_the_same_statements_however_long_it_is(app: Flask, house: House) -> None:
    lucy, counts = caller(app, house, LEAD), []
    for _ in range(3):
        case(house)
        lucy.get("/cases?list=mine")
        with statements(house.engine) as sent:
            lucy.get("/cases?list=mine")
        counts.append(len(sent))
    assert len(set(counts)) == 1
    assert counts[0] <= 3


def test_the_timeline_is_that_of_the_page_and_reading_it_is_recorded(app: Flask, house: House) -> None:
    made = case(house, upto=None)
    lucy, priya = caller(app, house, LEAD), caller(app, house, REQUESTER)
    page = house.casework.case(house.person(LEAD), made, now=datetime.now(UTC))
    found = lucy.get(f"/cases/{made}/timeline")["entries"]
    assert [(each["title"], each["by"], each["text"]) for each in found] == [
        (each.title, each.by, each.text) for each in page.timeline
    ]
    assert len(priya.get(f"/cases/{made}/timeline")["entries"]) > 3
    with house.engine.connect() as connection:
        read = connection.exec_driver_sql("SELECT count(*) FROM reads WHERE what = 'case'").scalar_one()
    assert read == 3
    for wrong in (made, NOWHERE):
        assert caller(app, house, OUTSIDER).get(f"/cases/{wrong}/timeline", status=404)["code"] == "not_found"


def test_clocks_say_why_this_date_what_was_paused_and_added_and_whether_they_were_kept(
    app: Flask, house: House
) -> None:
    asked = case(house, upto="information_needed", days_ago=0.1)
    kept, late = case(house, upto=None), case(house, days_ago=30)
    house.give(c.Extend, "martin.shaw", kept_open := case(house), amount=2, reason="Somebody is ill.")
    lucy = caller(app, house, LEAD)
    page = house.casework.case(house.person(LEAD), asked, now=datetime.now(UTC))
    found = lucy.get(f"/cases/{asked}/clocks")["clocks"]
    assert [each["state"] for each in found] == ["met", "paused", "running"]
    held, running = found[1], found[2]
    assert (held["due_at"], held["pauses"][0]["until"]) == (None, None)
    assert running["kind"] == "information_needed"
    assert page.time_left
    assert datetime.fromisoformat(running["due_at"]) == page.time_left.due_at
    assert [(each["day"], each["why"]) for each in running["why"]] == [
        (each.day.isoformat(), each.why) for each in page.why_this_date
    ]
    assert {each["state"] for each in lucy.get(f"/cases/{kept}/clocks")["clocks"]} == {"met"}
    assert lucy.get(f"/cases/{late}/clocks")["clocks"][-1]["state"] == "late"
    longer = lucy.get(f"/cases/{kept_open}/clocks")["clocks"][-1]
    assert (longer["length"], longer["amount"], longer["extensions"][0]["amount"]) == ("4 working days", 4, 2)
    assert "ill" not in str(longer)
    assert caller(app, house, OUTSIDER).get(f"/cases/{asked}/clocks", status=404)["code"] == "not_found"


def shared_with_another(house: House) -> str:
    """A case that was released to somebody who did not ask for it."""
    made = build(house, "S1", upto="submit")
    (jess,) = house.case(made).request.recipients
    rosa = replace(jess, name="Rosa Lind", email="rosa.lind@harrowmere.example")
    house.give(c.Save, "jess.holloway", made, task=Task.RECIPIENTS, answers=Recipients((jess, rosa)))
    house.give(c.Submit, "jess.holloway", made)
    valid = {"finding": c.ConsentFinding.VALID, "covers_all": True, "people": valid_for_all(house.case(made))}
    house.give(c.RecordConsent, "beth.carver", made, note="It covers all.", **valid)
    house.give(c.Advise, "beth.carver", made, advice=c.AdviceType.SUPPORTS, delegated_release=True)
    words = tuple(c.ItemContent(each.key, "Words.") for each in house.case(made).request.items)
    house.give(c.Release, "beth.carver", made, contents=words)
    return made


def test_a_token_of_another_organisation_reads_nothing_of_what_she_asked_for_elsewhere(
    app: Flask, house: House
) -> None:
    made = case(house, upto=None)
    house.holds(REQUESTER, Role.REQUESTER, "norvale")
    reader = caller(app, house, REQUESTER, place=house.organisation("norvale").id)
    for name in ("shared", "ended", "open"):
        assert reader.get(f"/cases?list={name}")["cases"] == []
    for path in ("", "/contents", "/timeline", "/clocks", "/standing"):
        assert reader.get(f"/cases/{made}{path}", status=404)["code"] == "not_found"


def test_a_recipient_is_told_of_no_clock_that_is_over_and_who_stood_aside_of_none(app: Flask, house: House) -> None:
    made, aside = shared_with_another(house), case(house, upto="adjudication")
    reader = caller(app, house, "rosa.lind")
    assert [row["id"] for row in reader.get("/cases?list=shared")["cases"]] == [made]
    assert reader.get(f"/cases/{made}/contents")["contents"]
    assert reader.get(f"/cases/{made}/clocks")["clocks"] == []
    anne = caller(app, house, "anne.whitcombe")
    assert len(anne.get(f"/cases/{aside}/clocks")["clocks"]) == 3
    house.give(c.DeclareConflict, "anne.whitcombe", aside, reason="A cousin.")
    for path in ("clocks", "timeline", "standing"):
        assert anne.get(f"/cases/{aside}/{path}", status=404)["code"] == "not_found"
    assert aside not in str(anne.get("/cases?list=team"))


def test_a_due_date_beyond_what_is_known_says_so(house: House) -> None:
    """Acts that need such a date are refused; a clock that ran already may come to it."""
    length = Length(2, Unit.WORKING_DAYS)
    clock = Clock(1, "x", datetime(2026, 12, 30, 10, tzinfo=UTC), length, "short")
    calendar = WorkingCalendar("short", "1", (), date(2026, 12, 31))
    stage = Stage("x", StageKind.ADVICE, "Advice", Side.HOLDER)
    now = datetime(2026, 12, 30, 11, tzinfo=UTC)
    found = clock_view(clock, stage, calendar, now=now)
    assert (found.state, found.due_at, found.why) == (ClockState.UNKNOWN, None, ())
    assert found.unknown == "Not known beyond 31 December 2026"


def test_packs_are_for_everybody_and_workflows_for_who_may_read_them(app: Flask, house: House) -> None:
    priya, martin = caller(app, house, REQUESTER), caller(app, house, MANAGER)
    rows = priya.get("/packs")["packs"]
    assert len(rows) > 5
    assert any(row["in_force_since"] for row in rows)
    for row in rows:
        whole = priya.get(f"/packs/{row['pack']}/{row['version']}")
        assert {name: whole[name] for name in row} == row
        assert whole["items"]
    for path in ("/packs/x/1", "/packs/%00/1", f"/packs/{rows[0]['pack']}/0"):
        priya.get(path, status=404)
    listed = martin.get("/definitions")["definitions"]
    assert listed[0]["workflow"] == "standard"
    whole = martin.get(f"/definitions/standard/{listed[0]['version']}")
    assert whole["digest"] == listed[0]["digest"]
    assert {stage["kind"] for stage in whole["stages"]} >= {"draft", "check", "advice", "adjudication", "closed"}
    advice = next(stage for stage in whole["stages"] if stage["kind"] == "advice")
    assert advice["clocks"]["routine"] == "5 working days"
    assert "advise" in {each["command"] for each in advice["commands"]}
    for path in (
        "/definitions/standard/99999999999999999999",
        "/definitions/standard/0",
        "/definitions/x%00/1",
        "/definitions/standard/" + "9" * 5000,
        "/definitions/standard/-1",
        "/definitions/standard/x",
    ):
        martin.get(path, status=404)
    assert priya.get("/definitions", status=404)["code"] == "not_found"
    assert priya.get(f"/definitions/standard/{listed[0]['version']}", status=404)["code"] == "not_found"


def test_who_can_be_asked_is_what_the_pages_offer(app: Flask, house: House) -> None:
    priya = caller(app, house, REQUESTER)
    rows = priya.get("/organisations")["organisations"]
    assert [row["id"] for row in rows] == [each.id for each in house.casework.holders(house.person(REQUESTER))]
    assert priya.post("/cases", {"holder": rows[0]["id"]}, status=201)["stage"] == "draft"


def test_the_codes_to_choose_from_are_those_that_are_taken(app: Flask, house: House) -> None:
    """Also by whoever may not read workflows, and in the words of the pages."""
    priya = caller(app, house, REQUESTER)
    priya.get("/definitions/standard/1", status=404)
    found = priya.get("/choices")
    standard = load(read_builtin("standard"))
    assert (found["workflow"], found["version"]) == ("standard", standard.ref.version)
    assert {each["code"]: each["words"] for each in found["thresholds"]} == dict(standard.thresholds)
    assert {each["code"] for each in found["categories"] if each["sensitive"]} == standard.sensitive
    case = house.case(build(house, "S2", upto="adjudication"))
    with reading(house.engine) as connection:
        ruling = house.casework.library.ruling(connection, case)
    assert [each["code"] for each in found["reasons"]] == [each.code for each in ruling.reasons] != []
    publish(house.engine, read_builtin("emergency"), source="emergency.yaml", by="", at=BEGAN)
    assert priya.get("/choices?workflow=emergency")["workflow"] == "emergency"


@pytest.mark.parametrize("name", ["nonsense", "csods", "Standard", "..", ""])
def test_there_are_no_codes_of_what_nobody_who_signs_in_can_start(app: Flask, house: House, name: str) -> None:
    publish(house.engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    said = caller(app, house, REQUESTER).get(f"/choices?workflow={name}", status=404)
    assert said["detail"] == "There is nothing here, or you are not part of it."


def shape(value: Any) -> Any:
    """Which names stand where, with what sort of value."""
    match value:
        case dict():
            return {name: shape(each) for name, each in value.items()}
        case list():
            return [shape(each) for each in value[:1]]
        case _:
            return type(value).__name__


EXAMPLED = (
    "listCases", "listOverdue", "listNotifications", "readTimeline", "readClocks", "listPacks", "readPack",
    "listDefinitions", "readDefinition", "listOrganisations", "listChoices",
)  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLED)
def test_examples_are_answers(name: str) -> None:
    """Each example of the reference was an answer once, and would be one now."""
    one = OPERATIONS[name]
    assert one.says_example
    again = one.says.model_validate(one.says_example)
    assert shape(again.model_dump(mode="json")) == shape(one.says_example)
