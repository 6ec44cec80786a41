"""The published bank holidays over a socket: what differs waits for a person; what is of no use changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import BEGAN, House
from tests.page import PageClient
from tests.workers.published_list import NATION, PublishedList, official, published_list
from workers.holidays import HolidaySource, NotFetched, look
from workers.letters import compose
from workflows.core.notices import NoticeKind
from workflows.core.refusals import Refused
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.day_files import MOST_BYTES
from workflows.service import posting
from workflows.service.calendaring import Calendars, SetLine, found_sets
from workflows.service.holiday_feed import ALERT_AFTER, FeedState, HolidayFeed
from workflows.service.library import Library
from workflows.service.registering import Whole, verify
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.settings import SettingError, Settings

pytestmark = pytest.mark.feature("C9")
NOW = datetime.fromisoformat("2026-11-23T06:20+00:00")
LATE = date(2027, 6, 4)
HOURS = timedelta(hours=6)


@pytest.fixture
def server() -> Iterator[PublishedList]:
    with published_list() as found:
        yield found


@pytest.fixture
def house(engine: Engine) -> House:
    found = House.found(engine)
    found_sets(engine, at=BEGAN)
    return found


@pytest.fixture
def feed(house: House) -> HolidayFeed:
    return HolidayFeed(house.engine)


def shelf(house: House) -> list[SetLine]:
    return [each for each in Calendars(house.engine, Library()).shelf(at=NOW) if each.found.calendar == NATION]


def state(feed: HolidayFeed) -> FeedState:
    found = feed.state()
    assert found is not None
    return found


def told(house: House) -> list[str]:
    """Who has been told, by name."""
    with reading(house.engine) as connection:
        rows = connection.execute(
            text("SELECT p.name FROM notices n JOIN people p ON p.id = n.person_id WHERE n.kind = 'holidays_stale'")
        )
        return sorted(rows.scalars())


def answer(feed: HolidayFeed, body: str, *, at: datetime = NOW) -> tuple[int, ...]:
    return feed.answered(body, host="www.gov.uk", at=at).loaded


# --- Over the wire


def test_a_good_answer_is_looked_at_and_changes_nothing_when_nothing_differs(
    server: PublishedList, house: House, feed: HolidayFeed
) -> None:
    count = len(shelf(house))
    found = look(feed, HolidaySource(server.url))
    assert (found.loaded, found.why, server.asked) == ((), "", 1)
    assert len(shelf(house)) == count
    assert state(feed).failing_since is None
    assert state(feed).good_at is not None


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (500, b"", "it answered with 500"),
        (302, b"", "it answered with 302"),
        (404, b"{}", "it answered with 404"),
        (200, b"", "it is empty, or not the list that is known"),
        (200, b"<!DOCTYPE html><title>Busy</title>", "it is empty, or not the list that is known"),
        (200, b'{"england-and-wales": {"events": []}}', "it is empty, or not the list that is known"),
        (200, b"[1, 2]", "it is empty, or not the list that is known"),
        (200, b"\xff\xfe\x00", "its answer is not text"),
        (200, b" " * (MOST_BYTES + 1), "its answer is larger than 1 MB"),
    ],
)
def test_an_answer_of_no_use_keeps_the_last_good_days(
    server: PublishedList, house: House, feed: HolidayFeed, status: int, body: bytes, why: str
) -> None:
    count = len(shelf(house))
    server.status, server.body = status, body
    assert look(feed, HolidaySource(server.url)).why == why
    assert len(shelf(house)) == count
    assert state(feed).why == why
    assert state(feed).failing_since is not None
    assert server.asked == 1, "a redirect is not followed"


def test_a_server_that_hangs_drips_or_is_not_there_keeps_nobody(server: PublishedList) -> None:
    server.hangs = True
    with pytest.raises(NotFetched, match=r"no whole answer \(ReadTimeout\)"):
        HolidaySource(server.url, timeout=0.2).fetch()
    server.hangs = False
    with pytest.raises(NotFetched, match="takes too long"):
        HolidaySource(server.url, whole=0.0).fetch()
    with pytest.raises(NotFetched, match="no whole answer"):
        HolidaySource("http://127.0.0.1:1/x").fetch()


# --- What is done with answers


def test_days_that_differ_are_loaded_once_and_wait_for_a_person(house: House, feed: HolidayFeed) -> None:
    (number,) = answer(feed, official(LATE))
    assert answer(feed, official(LATE)) == ()
    newest = shelf(house)[0]
    assert (newest.found.number, newest.since, newest.found.open) == (number, None, True)
    assert newest.found.source == "The published list, fetched from www.gov.uk"
    assert newest.found.horizon == date(2032, 12, 31)
    desk = Calendars(house.engine, Library())
    assert desk.difference(number, at=NOW).added == ((LATE, "A day proclaimed late"),)
    assert desk.difference(number, at=NOW).removed == ()
    desk.put_in_force(house.person("peter.quayle").id, number, command_id=str(uuid4()), at=NOW)
    assert answer(feed, official(LATE)) == ()
    assert isinstance(verify(house.engine), Whole)


def test_a_newer_list_takes_the_place_of_one_that_waits_and_what_a_person_refused_is_not_loaded_again(
    house: House, feed: HolidayFeed
) -> None:
    (first,) = answer(feed, official(LATE))
    (second,) = answer(feed, official(LATE, date(2027, 6, 7)))
    sets = {each.found.number: each.found for each in shelf(house)}
    assert (sets[first].why, sets[first].open) == ("A newer list has been published since.", False)
    desk = Calendars(house.engine, Library())
    person = house.person("peter.quayle").id
    desk.turn_down(person, second, why="It is not so.", command_id=str(uuid4()), at=NOW)
    assert answer(feed, official(LATE, date(2027, 6, 7))) == ()


def test_what_a_person_has_loaded_is_left_to_people(house: House, feed: HolidayFeed) -> None:
    desk = Calendars(house.engine, Library())
    mine = seed_calendars()[NATION].holidays
    days = tuple(sorted({**dict(mine), date(2027, 7, 5): "Mine"}.items()))
    desk.load(
        house.person("peter.quayle").id, calendar=NATION, source="Mine", days=days, horizon=date(2032, 12, 31),
        note="x", command_id=str(uuid4()), at=NOW,
    )  # fmt: skip
    assert answer(feed, official(LATE)) == ()
    with pytest.raises(Refused):
        desk.load(
            house.person("peter.quayle").id, calendar=NATION, source="Mine", days=days, horizon=date(2032, 12, 31),
            note="x", command_id=str(uuid4()), at=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (official(years=range(2024, 2026)), "it has no day to come"),
        (official(years=range(2024, 2028)), "it has fewer days to come than before"),
        (official(without=(date(2027, 12, 27),)), "it has fewer days to come than before"),
        (official(LATE, without=(date(2026, 5, 4),)), "days that have been are missing from it"),
    ],
)
def test_a_list_that_has_shrunk_is_not_believed(house: House, feed: HolidayFeed, body: str, why: str) -> None:
    answer(feed, official())
    count = len(shelf(house))
    assert feed.answered(body, host="x", at=NOW + HOURS).why == why
    assert len(shelf(house)) == count


def test_an_empty_list_changes_nothing_and_alerts_once_until_it_is_good_again(
    house: House, feed: HolidayFeed, app: Flask, settings: Settings
) -> None:
    empty = official(years=range(1990, 1991))
    answer(feed, official())
    at = NOW
    while at < NOW + ALERT_AFTER:
        assert answer(feed, empty, at=at) == ()
        assert told(house) == []
        at += HOURS
    for _ in range(3):
        answer(feed, empty, at=at)
        feed.failed("it answered with 500", at=at)
        at += HOURS
    assert told(house) == ["Irene Castle", "Peter Quayle"]
    page = PageClient(app).sign_in(house.person("peter.quayle").email).open("/notifications")
    assert page.links()["Bank holidays"] == "/calendars"
    assert page.h1 == "Notifications (1 unread)"
    assert "The published bank holidays cannot be fetched" in page.text
    letters = posting.claim(house.engine, Library()).letters
    assert [letter.kind for letter in letters] == [NoticeKind.HOLIDAYS_STALE] * 2
    mail = compose(letters[0], base_url=settings.base_url, sender="a@x.example").get_content()
    assert f"{settings.base_url}/calendars" in mail
    posting.put_back(house.engine, letters[0])

    answer(feed, official(), at=at)
    assert state(feed).told_at is None
    with reading(house.engine) as connection:
        unread = connection.execute(text("SELECT count(*) FROM notices WHERE read_at IS NULL")).scalar_one()
    assert unread == 0
    assert posting.claim(house.engine, Library()).superseded == 1, "what is no longer so is not sent"
    # It fails again: that is another failure, told once more after the same time.
    feed.failed("it answered with 500", at=at)
    feed.failed("it answered with 500", at=at + ALERT_AFTER)
    assert len(told(house)) == 4
    assert isinstance(verify(house.engine), Whole)


def test_when_there_is_nobody_to_tell_the_log_says_so(
    engine: Engine, house: House, feed: HolidayFeed, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM memberships WHERE role = 'administrator'"))
    feed.failed("it answered with 500", at=NOW)
    feed.failed("it answered with 500", at=NOW + ALERT_AFTER)
    assert "nobody could be told that the bank holidays cannot be fetched" in caplog.text


def test_the_page_says_how_it_stands(house: House, feed: HolidayFeed, app: Flask, settings: Settings) -> None:
    from webapp.house import House as Webhouse
    from webapp.house import furnish
    from webapp.house import house as here

    def page() -> str:
        return PageClient(app).sign_in(house.person("peter.quayle").email).open("/calendars").text

    assert "published list" not in page()
    with app.app_context():
        kept = here()
        address = "https://www.gov.uk/bank-holidays.json"
        furnish(app, Webhouse(replace(settings, holidays_feed=address), kept.engine, kept.office, kept.casework))
    assert "The published list has not been looked at yet." in page()
    answer(feed, official())
    assert "The published list was looked at on 23 November 2026 at 06:20." in page()
    feed.failed("it answered with 500", at=NOW + HOURS)
    assert "of no use since 23 November 2026 at 12:20: it answered with 500." in page()
    assert "Load the list by hand" not in page()
    feed.failed("it answered with 500", at=NOW + HOURS + ALERT_AFTER)
    assert "Load the list by hand if days have changed." in page()


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("", True),
        ("https://www.gov.uk/bank-holidays.json", True),
        ("http://127.0.0.1:9/x", True),
        ("http://www.gov.uk/bank-holidays.json", False),
        ("file:///etc/passwd", False),
        ("https://", False),
    ],
)
def test_the_setting_names_a_safe_address_or_nothing(value: str, good: bool) -> None:
    environment = {
        "GATEHOUSE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "GATEHOUSE_REDIS_URL": "redis://127.0.0.1:1/0",
        "GATEHOUSE_SECRET_KEY": "0" * 32,
        "GATEHOUSE_HOLIDAYS_FEED": value,
    }
    if good:
        assert Settings.from_env(environment).holidays_feed == value
    else:
        with pytest.raises(SettingError, match="GATEHOUSE_HOLIDAYS_FEED must be empty"):
            Settings.from_env(environment)
