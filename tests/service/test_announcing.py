"""What other systems catch up with: the events of webhooks, in an order in which nothing comes in behind a reader."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils import uuid7

from tests.builders import House, build
from tests.counting import statements
from tests.service.test_webhooks import Box
from tests.webapp.canary import canary, tells
from tests.webapp.holder import GUARDIAN, MANAGER
from workflows.core.commands import Chase, DeclareConflict
from workflows.core.definition import Role
from workflows.core.refusals import Refused
from workflows.core.webhooks import HookEvent
from workflows.service.announcing import Announcements, Page, Told, place
from workflows.service.calling import drain_calls
from workflows.service.sealing import Safe
from workflows.service.unit_of_work import Busy, transaction
from workflows.service.webhooks import Webhooks
from workflows.store import announcements as store
from workflows.store.engine import Connection, Engine

pytestmark = pytest.mark.feature("C24", "C28")

ADMIN = "peter.quayle"
HOLDER, ASKER = "harrowmere", "marlbridge"
NOW = datetime(2026, 12, 7, 10, tzinfo=UTC)
SAFE = Safe("for-tests-only-0123456789abcdef")
ADDED = text(
    """INSERT INTO announcements (id, organisation_id, kind, case_id, stage, happened_at, told_at)
    VALUES (cast(:id AS uuid), cast(:org AS uuid), 'case.moved', cast(:case AS uuid), 'release', now(), now())"""
)


@dataclass
class Feed:
    """A house, and what can be read of it."""

    house: House
    told: Announcements

    def place(self, key: str) -> str:
        return self.house.organisation(key).id

    def all(self, key: str = HOLDER, cursor: str = "", *, most: int = 500) -> list[Told]:
        """Everything after a cursor, page by page."""
        found: list[Told] = []
        while True:
            page = self.told.after(self.place(key), cursor, most)
            found += page.events
            assert page.next_cursor == (page.events[-1].id if page.events else cursor)
            if not page.more:
                return found
            assert len(page.events) == most
            cursor = page.next_cursor

    def code(self, cursor: str, key: str = HOLDER) -> str:
        with pytest.raises(Refused) as refused:
            self.told.after(self.place(key), cursor)
        return refused.value.code

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        with self.house.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def add(self, connection: Connection, case_id: str, key: str = HOLDER) -> str:
        """One more event inside a transaction of the caller's; its id."""
        event_id = str(uuid7())
        connection.execute(ADDED, {"id": event_id, "org": self.place(key), "case": case_id})
        return event_id


@pytest.fixture
def feed(engine: Engine) -> Feed:
    return Feed(House.found(engine), Announcements(engine))


def test_both_organisations_read_what_happened_in_order_and_others_nothing(feed: Feed) -> None:
    case_id = build(feed.house, "S2", upto=None)
    case = feed.house.case(case_id)
    held, asked = feed.all(HOLDER), feed.all(ASKER)
    assert [each.kind for each in held] == [each.kind for each in asked]
    assert held[0].kind == "case.submitted"
    assert [each.kind for each in held[-2:]] == ["case.released", "case.closed"]
    assert {(each.case_id, each.reference) for each in held} == {(case_id, case.reference)}
    assert [each.happened_at for each in held] == sorted(each.happened_at for each in held)
    assert held[-1].stage == case.stage
    assert not {each.id for each in held} & {each.id for each in asked}
    assert all(UUID(each.id).version == 7 for each in held)
    assert feed.all("larkfield") == []
    assert feed.told.after(feed.place("larkfield")) == Page((), "", False)


def test_a_draft_tells_nobody(feed: Feed) -> None:
    build(feed.house, "S2", upto="submit")
    assert feed.sql("SELECT count(*) FROM announcements") == [(0,)]


def test_nothing_in_it_names_a_person_or_repeats_a_word(feed: Feed) -> None:
    for stage in ("consent_check", "adjudication", None):
        canary(feed.house, upto=stage)
    rows = [str(row) for row in feed.sql("SELECT a::text FROM announcements a")]
    assert len(rows) > 10
    assert [row for row in [*rows, *map(str, feed.all())] if tells(row)] == []


def test_what_is_told_costs_no_statement_and_is_undone_with_what_happened(feed: Feed) -> None:
    case_id = build(feed.house, "S2", upto="adjudication")
    before = feed.sql("SELECT count(*) FROM announcements")
    with pytest.raises(Refused):
        feed.house.give(Chase, GUARDIAN, case_id)
    assert feed.sql("SELECT count(*) FROM announcements") == before
    feed.all()
    with statements(feed.house.engine) as sent:
        feed.told.after(feed.place(HOLDER))
    assert len(sent) == 2


def test_messages_carry_the_id_of_the_event_and_two_receivers_the_same(feed: Feed) -> None:
    hooks = Webhooks(feed.house.engine, SAFE, resolve=lambda _host, _port: ["93.184.216.34"])
    admin, kinds = feed.house.person(ADMIN), [each.value for each in HookEvent]
    for name in ("a", "b"):
        url = f"https://{name}.example.org/"
        made = hooks.add(admin, feed.place(HOLDER), url=url, kinds=kinds, command_id=str(uuid4()), now=NOW)
    hooks.try_out(admin, made.id, command_id=str(uuid4()), now=NOW)
    build(feed.house, "S2", upto=None)
    box = Box()
    drain_calls(feed.house.engine, SAFE, box, waits=())
    events = feed.all()
    for name in ("a", "b"):
        bodies = [json.loads(each.body) for each in box.got if f"//{name}." in each.url]
        told = [(body["type"], body["data"]["event_id"]) for body in bodies if body["data"]]
        assert told == [(each.kind, each.id) for each in events]
    assert len({each.id for each in box.got}) == len(box.got) == 2 * len(events) + 1
    (_, last) = hooks.one(admin, made.id)
    assert {each.event_id for each in last} == {None, *(each.id for each in events)}
    # One from before there were events to read still goes out, without an id.
    feed.sql("UPDATE webhook_deliveries SET event_id = NULL, state = 'waiting'")
    box.got.clear()
    drain_calls(feed.house.engine, SAFE, box, waits=())
    assert all("event_id" not in each.body for each in box.got)


def test_every_size_of_page_gives_the_same(feed: Feed) -> None:
    for _ in range(2):
        build(feed.house, "S2", upto=None)
    whole = feed.all()
    for most in range(1, len(whole) + 2):
        assert feed.all(most=most) == whole
    for number, each in enumerate(whole):
        assert feed.all(cursor=each.id, most=3) == whole[number + 1 :]
    assert len(feed.told.after(feed.place(HOLDER), most=0).events) == 1


def test_a_slow_transaction_that_began_first_is_never_passed_over(feed: Feed) -> None:
    case_id = build(feed.house, "S2", upto="ig_advice")
    cursor = feed.all()[-1].id
    with feed.house.engine.connect() as slow:
        early = [feed.add(slow, case_id), feed.add(slow, case_id)]
        with feed.house.engine.begin() as quick:
            late = feed.add(quick, case_id)
        assert [each.id for each in feed.all(cursor=cursor)] == [late]
        slow.commit()
    assert [each.id for each in feed.all(cursor=late)] == early
    for most in (1, 2, 500):
        assert [each.id for each in feed.all(cursor=cursor, most=most)] == [late, *early], "and the order stays"


def place_hastily(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
        store.place(connection, most=10)


def test_places_are_given_by_one_transaction_at_a_time(feed: Feed) -> None:
    """Otherwise one that sees more would give the places anew that another has just given."""
    case_id = build(feed.house, "S2", upto="ig_advice")
    feed.all()
    with feed.house.engine.connect() as giving:
        assert store.place(giving, most=10) == 0
        with feed.house.engine.begin() as connection:
            last = feed.add(connection, case_id)
        with pytest.raises(Busy):
            place_hastily(feed.house.engine)
        giving.rollback()
    assert feed.all()[-1].id == last


def test_what_was_undone_leaves_no_gap(feed: Feed) -> None:
    case_id = build(feed.house, "S2", upto="ig_advice")
    cursor = feed.all()[-1].id
    with feed.house.engine.connect() as undone:
        feed.add(undone, case_id)
        undone.rollback()
    with feed.house.engine.begin() as kept:
        last = feed.add(kept, case_id)
    assert [each.id for each in feed.all(cursor=cursor)] == [last]
    places = [row[0] for row in feed.sql("SELECT position FROM announcements ORDER BY position")]
    assert places == list(range(1, len(places) + 1))


def test_many_readers_and_writers_at_once_and_nobody_misses_anything(feed: Feed) -> None:
    case_id = build(feed.house, "S2", upto="ig_advice")

    def write(_: int) -> None:
        for _ in range(5):
            with feed.house.engine.begin() as connection:
                feed.add(connection, case_id)

    def read(_: int) -> list[str]:
        found: list[str] = []
        for _ in range(20):
            found += [each.id for each in feed.all(cursor=found[-1] if found else "", most=3)]
        return found

    with ThreadPoolExecutor(6) as pool:
        writing, reading = [pool.submit(write, n) for n in range(3)], [pool.submit(read, n) for n in range(3)]
        seen = [each.result() for each in reading]
        assert [each.result() for each in writing] == [None] * 3
    whole = [each.id for each in feed.all()]
    assert len(whole) == len(set(whole))
    for found in seen:
        assert found == whole[: len(found)]
        assert found + [each.id for each in feed.all(cursor=found[-1])] == whole


def test_places_are_given_a_batch_at_a_time(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.service.announcing.BATCH", 3)
    build(feed.house, "S2", upto=None)
    place(feed.house.engine)
    rows = feed.sql("SELECT number, position FROM announcements ORDER BY number")
    assert len(rows) > 6
    assert [row[1] for row in rows] == list(range(1, len(rows) + 1))


def test_a_request_is_hidden_from_the_holder_while_an_administrator_stands_aside(feed: Feed) -> None:
    feed.house.holds("femi.adeyemi", Role.ADMINISTRATOR, HOLDER)
    other = build(feed.house, "S2", upto="consent_check")
    case_id = build(feed.house, "S2", upto="ig_advice")
    cursor = feed.all()[-1].id
    feed.house.give(DeclareConflict, "femi.adeyemi", case_id, reason="My cousin.")
    feed.house.give(Chase, MANAGER, case_id)
    assert {each.case_id for each in feed.all()} == {other}
    assert {each.case_id for each in feed.all(ASKER)} == {other, case_id}
    assert feed.all(cursor=cursor) == [], "and a cursor on something hidden still counts"


def test_what_is_no_event_of_this_organisation_is_refused_as_unknown(feed: Feed) -> None:
    build(feed.house, "S2", upto="ig_advice")
    feed.all()
    mine, others = feed.all()[0].id, feed.all(ASKER)[0].id
    for cursor in ("x", "1", "' OR 1=1", str(uuid4()), str(uuid7()), mine[:-1], f"{mine}0"):
        assert feed.code(cursor) == "cursor_unknown"
    assert feed.code(others) in ("cursor_unknown", "cursor_expired")
    assert feed.code(mine, "larkfield") == "cursor_unknown"
    assert feed.all(cursor=mine.upper()) == feed.all(cursor=mine)


def test_old_events_are_forgotten_and_a_cursor_on_them_is_refused_by_name(feed: Feed) -> None:
    build(feed.house, "S2", upto=None)
    whole = feed.all()
    cut = whole[4]
    feed.sql(
        """UPDATE announcements SET told_at = now() - interval '91 days'
        WHERE position <= (SELECT position FROM announcements WHERE id = cast(:id AS uuid))""",
        id=cut.id,
    )
    # One that was written late and placed early: what is forgotten is a beginning of the order, without holes.
    feed.sql("UPDATE announcements SET told_at = now() WHERE id = cast(:id AS uuid)", id=whole[2].id)
    assert feed.told.tidy() > 0
    assert feed.all() == whole[2:]
    assert feed.code(whole[0].id) == "cursor_expired"
    assert feed.code(whole[1].id) == "cursor_expired"
    assert feed.all(cursor=whole[2].id) == whole[3:]
    feed.sql("UPDATE announcements SET told_at = now() - interval '91 days' WHERE position IS NOT NULL")
    feed.told.tidy()
    assert feed.all() == whole[-1:], "the newest stays, so that whoever has read everything can continue"
    assert feed.all(cursor=whole[-1].id) == []
    later = build(feed.house, "S2", upto="consent_check")
    assert {each.case_id for each in feed.all(cursor=whole[-1].id)} == {later}
    assert feed.code(whole[-2].id) == "cursor_expired"


def test_how_long_events_are_kept_can_be_set(feed: Feed) -> None:
    build(feed.house, "S2", upto="ig_advice")
    feed.sql("UPDATE announcements SET told_at = now() - interval '8 days'")
    assert feed.told.tidy() == 0
    assert Announcements(feed.house.engine, timedelta(days=7)).tidy() > 0
    assert len(feed.all()) == 1


def test_after_a_backup_is_restored_the_order_goes_on_and_a_cursor_from_after_it_is_unknown(feed: Feed) -> None:
    """A restored backup is the same rows without those that came later, and transactions counted anew."""
    first = build(feed.house, "S2", upto="ig_advice")
    known = feed.all()
    build(feed.house, "S2", upto="ig_advice")
    lost = feed.all(cursor=known[-1].id)
    feed.sql("DELETE FROM announcements WHERE id = ANY (cast(:ids AS uuid[]))", ids=[each.id for each in lost])
    feed.sql("ALTER TABLE announcements ALTER number RESTART")
    with feed.house.engine.begin() as connection:
        again = feed.add(connection, first)
    assert [each.id for each in feed.all(cursor=known[-1].id)] == [again]
    assert feed.all()[:-1] == known
    assert feed.code(lost[-1].id) == "cursor_unknown", "never taken for the event that has its place now"
