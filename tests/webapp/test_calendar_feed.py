"""The calendar feed: one's own due work, no words about anybody, at an address that can be taken back."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.builders import House
from tests.counting import statements
from tests.page import PageClient
from tests.webapp.holder import GUARDIAN, LEAD, Desk
from workflows.core.commands import DeclareConflict
from workflows.service.filling import copies
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C22")
ADDRESS = re.compile(r"http[^\s<]*/calendar/([A-Za-z0-9_-]{43})\.ics")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def make(client: PageClient) -> str:
    """Make (or replace) the feed of who sits here; the path of its address."""
    client.open("/account/calendar")
    page = client.submit(action="/account/calendar")
    (token,) = ADDRESS.findall(page.html)
    return f"/calendar/{token}.ics"


def fetch(desk: Desk, path: str) -> TestResponse:
    """Ask as a calendar program does: without a cookie."""
    return desk.app.test_client().get(path)


def events(answer: TestResponse) -> dict[str, dict[str, object]]:
    """The events of a calendar, read back, by their UID."""
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.data)
    assert not calendar.errors
    found = {}
    for event in calendar.walk("VEVENT"):
        assert not event.errors
        found[str(event["UID"])] = {name: event.decoded(name) for name in event}
    return found


def test_due_work_is_there_with_its_reference_and_stage_and_nothing_else(desk: Desk) -> None:
    case = desk.case()
    found = desk.house.case(case)
    answer = fetch(desk, make(desk.sit(GUARDIAN)))
    (event,) = events(answer).values()
    assert event["SUMMARY"] == f"Gatehouse: request {found.reference} due: Adjudication"
    due = event["DTSTART"]
    assert isinstance(due, datetime)
    assert due.utcoffset() == timedelta(0)
    (due_at,) = desk.house.engine.connect().execute(text("SELECT due_at FROM cases")).one()
    assert due == due_at.astimezone(UTC)
    assert str(event["URL"]).endswith(f"/cases/{case}")
    assert set(event) == {"UID", "DTSTAMP", "SUMMARY", "DTSTART", "DTEND", "URL", "CLASS", "TRANSP"}
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.mimetype == "text/calendar"
    assert "Set-Cookie" not in answer.headers
    body = answer.get_data(as_text=True)
    told = [*(person.name for person in found.request.people), "Anne", "Priya", "Marlbridge"]
    assert [word for word in told if word and word in body] == []


def test_times_are_londons_in_summer_and_winter(desk: Desk) -> None:
    desk.case()
    path = make(desk.sit(GUARDIAN))
    for stored, said in (("2026-07-01 17:00 Europe/London", 16), ("2026-12-01 17:00 Europe/London", 17)):
        with desk.house.engine.begin() as connection:
            connection.execute(text("UPDATE cases SET due_at = cast(:at AS timestamptz)"), {"at": stored})
        (event,) = events(fetch(desk, path)).values()
        due = event["DTSTART"]
        assert isinstance(due, datetime)
        assert (due.hour, due.utcoffset()) == (said, timedelta(0))


def test_the_same_work_keeps_its_uid_and_what_is_done_is_gone(desk: Desk) -> None:
    case = desk.case()
    path = make(desk.sit(GUARDIAN))
    before = events(fetch(desk, path))
    assert set(before) == set(events(fetch(desk, path)))
    desk.house.give(DeclareConflict, GUARDIAN, case, reason="She is my cousin.")
    assert events(fetch(desk, path)) == {}


def test_each_feed_is_its_persons_own(desk: Desk) -> None:
    mine, hers = desk.case(), desk.case(upto="ig_advice")
    for who, case in ((GUARDIAN, mine), (LEAD, hers)):
        assert set(events(fetch(desk, make(desk.sit(who))))) == {f"{case}-due@gatehouse"}


def test_what_has_ended_or_was_never_there_answers_alike(desk: Desk) -> None:
    desk.case()
    client = desk.sit(GUARDIAN)
    first = make(client)
    second = make(client)
    gone = fetch(desk, first)
    assert fetch(desk, second).status_code == 200
    client.open("/account/calendar")
    page = client.submit(action="/account/calendar/end")
    assert "no longer works" in page.text
    bodies = set()
    for answer in (gone, fetch(desk, second), fetch(desk, f"/calendar/{'x' * 43}.ics"), fetch(desk, "/calendar/1.ics")):
        assert answer.status_code == 404
        request_id = answer.headers["X-Request-Id"]
        nonces = re.sub(r'nonce="[^"]*"', "", answer.get_data(as_text=True))
        bodies.add(nonces.replace(request_id, ""))
    assert len(bodies) == 1


def test_making_and_ending_are_on_the_houses_record_without_the_address(desk: Desk) -> None:
    client = desk.sit(GUARDIAN)
    first, second = make(client), make(client)
    for _ in range(2):
        client.open("/account/calendar")
        client.send("/account/calendar/end", {})
    asked = text("SELECT type, actor, events::text FROM events WHERE type LIKE 'Feed%' ORDER BY seq")
    with desk.house.engine.connect() as connection:
        rows = connection.execute(asked).all()
    anne = desk.house.person(GUARDIAN).id
    assert [(row[0], row[1]) for row in rows] == [("FeedMade", anne), ("FeedMade", anne), ("FeedEnded", anne)]
    for path in (first, second):
        token = path.removeprefix("/calendar/").removesuffix(".ics")
        assert not [row for row in rows if token in row[2] or hashlib.sha256(token.encode()).hexdigest() in row[2]]


def test_the_feed_of_a_disabled_person_ends(desk: Desk) -> None:
    desk.case()
    path = make(desk.sit(GUARDIAN))
    with desk.house.engine.begin() as connection:
        connection.execute(text("UPDATE people SET disabled_at = now() WHERE name LIKE '%Whitcombe%'"))
    assert fetch(desk, path).status_code == 404


def test_only_the_hash_of_the_address_is_stored_and_no_log_has_it(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    path = make(desk.sit(GUARDIAN))
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    fetch(desk, path)
    with desk.house.engine.connect() as connection:
        rows = connection.execute(text("SELECT token_hash, calendar_feeds::text FROM calendar_feeds")).one()
        counted = connection.execute(text("SELECT string_agg(attempts::text, ' ') FROM attempts")).scalar_one()
    assert rows[0] == hashlib.sha256(token.encode()).hexdigest()
    written = capfd.readouterr()
    assert "/calendar/<token>.ics" in [getattr(record, "rule", "") for record in caplog.records]
    for place in (rows[1], counted, caplog.text, written.out, written.err, str([vars(r) for r in caplog.records])):
        assert token not in place
    assert token not in desk.sit(GUARDIAN).open("/account/calendar").html


def test_whoever_asks_too_often_is_told_to_wait(desk: Desk) -> None:
    desk.case()
    path = make(desk.sit(GUARDIAN))
    assert [fetch(desk, path).status_code for _ in range(30)] == [200] * 30
    answer = fetch(desk, path)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
    assert fetch(desk, make(desk.sit(LEAD))).status_code == 200


def test_the_statements_do_not_grow_with_the_work(desk: Desk, engine: Engine) -> None:
    case = desk.case(days_ago=0.1)
    path = make(desk.sit(GUARDIAN))
    fetch(desk, path)  # what is read once and then remembered is read here
    counts = []
    for number in (0, 250):
        copies(engine, desk.house.casework.library, case, number)
        with statements(engine) as sent:
            found = events(fetch(desk, path))
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert len(found) == 200


def test_a_day_of_a_follow_up_is_an_all_day_event(desk: Desk) -> None:
    case = desk.case(upto=None, days_ago=3)
    with desk.house.engine.begin() as connection:
        day = (datetime.now(UTC) + timedelta(days=30)).date()
        value = (
            f'[{{"number": 4, "kind": "review_use", "side": "holder", "roles": ["caldicott_guardian"], '
            f'"due": "{day.isoformat()}"}}]'
        )
        connection.execute(text("UPDATE cases SET follow_ups = cast(:value AS jsonb)"), {"value": value})
    found = events(fetch(desk, make(desk.sit(GUARDIAN))))
    event = found[f"{case}-follow-up-4@gatehouse"]
    assert event["DTSTART"] == day
    assert event["DTEND"] == day + timedelta(days=1)
