"""Webhooks end to end: registered by an administrator, written with the event, sent until taken, shown when not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from tests.builders import House, build
from tests.counting import statements
from tests.webapp.canary import canary, tells
from tests.webapp.holder import GUARDIAN, MANAGER
from tests.workers.hook_receiver import Receiver, open_receiver
from workers.hooks import HookSender, signed
from workflows.core.commands import Chase, DeclareConflict
from workflows.core.definition import Role
from workflows.core.permissions import Principal
from workflows.core.refusals import Refused
from workflows.core.webhooks import HookEvent
from workflows.service import calling
from workflows.service.calling import Answer, Fate, Message, drain_calls
from workflows.service.posting import Posted
from workflows.service.registering import Whole, verify
from workflows.service.sealing import Safe
from workflows.service.webhooks import MOST, Webhooks
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")

SAFE = Safe("for-tests-only-0123456789abcdef")
ADMIN = "peter.quayle"
HOLDER, ASKER = "harrowmere", "marlbridge"
WAITS = tuple(timedelta(seconds=each) for each in (5, 300))
NOW = datetime(2026, 12, 7, 10, tzinfo=UTC)
TAKEN = Answer(Fate.TAKEN, "204")


@dataclass
class Box:
    """A sender that gives prepared answers, then takes everything."""

    answers: list[Answer | BaseException] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)

    def __call__(self, message: Message) -> Answer:
        self.got.append(message)
        answer = self.answers.pop(0) if self.answers else TAKEN
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """Kind, case and stage of each message that came."""
        bodies = [json.loads(each.body) for each in self.got]
        return [(each["type"], each["data"].get("case", ""), each["data"].get("stage", "")) for each in bodies]


@dataclass
class Office:
    """A house whose administrators register receivers, and the round that sends."""

    house: House
    hooks: Webhooks

    def admin(self, who: str = ADMIN) -> Principal:
        return self.house.person(who)

    def add(
        self, *kinds: HookEvent, who: str = ADMIN, org: str = HOLDER, url: str = "https://hooks.example.org/a"
    ) -> str:
        """Register a receiver for these kinds, or for all; its id."""
        place = self.house.organisation(org).id
        wanted = [kind.value for kind in kinds or tuple(HookEvent)]
        made = self.hooks.add(self.admin(who), place, url=url, kinds=wanted, command_id=str(uuid4()), now=NOW)
        self.secret = made.secret
        return made.id

    def post(self, box: Box, *, safe: Safe = SAFE) -> Posted:
        return drain_calls(self.house.engine, safe, box, waits=WAITS)

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        from sqlalchemy import text

        with self.house.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def hurry(self) -> None:
        """Let every wait and lease be over."""
        self.sql(
            "UPDATE webhook_deliveries SET next_at = now() - interval '1 s', lease_until = NULL WHERE state = 'waiting'"
        )
        self.sql("UPDATE webhooks SET quiet_until = NULL")


@pytest.fixture
def office(engine: Engine) -> Office:
    house = House.found(engine)
    house.holds("joan.pike", Role.ADMINISTRATOR, ASKER)
    return Office(house, Webhooks(engine, SAFE, resolve=lambda _host, _port: ["93.184.216.34"]))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as receiver:
        yield receiver


def test_both_organisations_are_told_what_happens_to_their_request_and_nobody_else(office: Office) -> None:
    office.add()
    office.add(who="joan.pike", org=ASKER, url="https://hooks.example.com/b")
    office.house.holds("sue.tranter", Role.ADMINISTRATOR, "larkfield")
    office.add(who="sue.tranter", org="larkfield", url="https://hooks.example.net/c")
    case_id = build(office.house, "S2", upto=None)
    reference = office.house.case(case_id).reference
    box = Box()
    done = office.post(box)
    assert done.sent == len(box.got) > 8
    assert {message.url for message in box.got} == {"https://hooks.example.org/a", "https://hooks.example.com/b"}
    told = {
        url: [kind for m, (kind, _, _) in zip(box.got, box.said, strict=True) if m.url == url]
        for url in {m.url for m in box.got}
    }
    first, second = told.values()
    assert first == second
    assert first[0] == "case.submitted"
    assert first[-2:] == ["case.released", "case.closed"]
    assert {"case.moved", "case.decided"} <= set(first)
    assert {case for _, case, _ in box.said} == {reference}
    assert office.post(box) == Posted()
    for message in box.got:
        content = json.loads(message.body)
        assert set(content) == {"type", "timestamp", "data"}
        assert set(content["data"]) == {"event_id", "case", "stage"}
        assert content["timestamp"].endswith("Z")


def test_only_the_kinds_that_were_chosen_are_sent_and_drafts_are_nobodys_affair(office: Office) -> None:
    office.add(HookEvent.DECIDED)
    box = Box()
    build(office.house, "S2", upto="submit")
    assert office.post(box) == Posted()
    build(office.house, "S2", upto=None)
    assert office.post(box) == Posted(sent=1)
    assert [kind for kind, _, _ in box.said] == ["case.decided"]


def test_a_message_is_written_with_its_event_or_not_at_all_and_costs_no_statement(office: Office) -> None:
    case_id = build(office.house, "S2", upto="adjudication")
    office.house.casework.library.calendar("england-and-wales")
    counts = []
    for hooked in (False, True):
        if hooked:
            office.add()
            case_id = build(office.house, "S2", upto="adjudication")
        with statements(office.house.engine) as sent:
            office.house.give(Chase, MANAGER, case_id)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    before = office.sql("SELECT count(*) FROM webhook_deliveries")
    with pytest.raises(Refused):
        office.house.give(Chase, GUARDIAN, case_id)
    assert office.sql("SELECT count(*) FROM webhook_deliveries") == before


def test_no_text_name_or_number_of_anybody_is_in_any_message(office: Office) -> None:
    office.add()
    office.add(who="joan.pike", org=ASKER)
    for stage in ("consent_check", "adjudication", None):
        canary(office.house, upto=stage)
    box = Box()
    office.post(box)
    assert len(box.got) > 10
    for message in box.got:
        headers = signed(message, at=datetime.now(UTC))
        assert tells(message.body + str(headers) + message.id) == []
    rows = office.sql(
        "SELECT d::text FROM webhook_deliveries d UNION ALL SELECT facts::text FROM events WHERE type LIKE 'Webhook%'"
    )
    assert [row for (row,) in rows if tells(str(row))] == []


def test_a_request_from_which_an_administrator_stands_aside_is_not_told_of(office: Office) -> None:
    office.house.holds("femi.adeyemi", Role.ADMINISTRATOR, HOLDER)
    office.add()
    case_id = build(office.house, "S2", upto="ig_advice")
    box = Box()
    waiting = office.sql("SELECT count(*) FROM webhook_deliveries")[0][0]
    assert waiting
    office.house.give(DeclareConflict, "femi.adeyemi", case_id, reason="My cousin.")
    office.house.give(Chase, MANAGER, case_id)
    # What was written before is not sent either, and nothing of it is kept.
    assert office.post(box) == Posted()
    assert office.sql("SELECT count(*) FROM webhook_deliveries") == [(0,)]
    other = build(office.house, "S2", upto="ig_advice")
    office.post(box)
    assert {case for _, case, _ in box.said} == {office.house.case(other).reference}


def test_a_request_that_hints_at_an_administrator_is_not_told_of_at_the_holder(office: Office) -> None:
    office.add()
    office.add(who="joan.pike", org=ASKER, url="https://hooks.example.com/b")
    case_id = build(office.house, "S2", upto="submit")
    office.sql("UPDATE people SET name = 'Peter Pike' WHERE id = cast(:id AS uuid)", id=office.admin().id)
    kin = office.sql("SELECT kin[1] FROM cases WHERE id = cast(:id AS uuid)", id=case_id)[0][0]
    office.sql("UPDATE people SET name = :name WHERE id = cast(:id AS uuid)", name=f"Peter {kin}", id=office.admin().id)
    build(office.house, "S2", upto="ig_advice")
    box = Box()
    office.post(box)
    assert {message.url for message in box.got} == {"https://hooks.example.com/b"}


def test_what_is_not_taken_is_tried_again_under_the_same_id_and_then_shown(office: Office) -> None:
    hook = office.add(HookEvent.SUBMITTED)
    build(office.house, "S2", upto="consent_check")
    box = Box([Answer(Fate.FAILED, "500"), OSError("canary words"), Answer(Fate.FAILED, "no answer in time")])
    waits = []
    for expected in (Posted(later=1), Posted(later=1), Posted(dead=1)):
        assert office.post(box) == expected
        assert office.post(box) == Posted(), "not before its time"
        waits.append(
            office.sql(
                "SELECT round(extract(epoch FROM next_at - clock_timestamp())), last_status FROM webhook_deliveries"
            )[0]
        )
        office.hurry()
    assert [(int(str(wait)), status) for wait, status in waits[:2]] == [(5, "500"), (300, "OSError")]
    assert office.post(box) == Posted()
    assert len({message.id for message in box.got}) == 1
    assert len({message.body for message in box.got}) == 1
    (found, (last,)) = office.hooks.one(office.admin(), hook)
    assert (found.dead, last.state, last.attempts, last.last_status) == (1, "dead", 3, "no answer in time")
    assert office.hooks.again(office.admin(), hook, command_id=str(uuid4()), now=NOW) == 1
    assert office.hooks.again(office.admin(), hook, command_id=str(uuid4()), now=NOW) == 0
    assert office.post(box) == Posted(sent=1)


def test_a_worker_killed_after_sending_sends_the_same_message_again(office: Office, receiver: Receiver) -> None:
    local = replace(office, hooks=replace(office.hooks, local=True))
    local.add(HookEvent.SUBMITTED, url=receiver.url)
    receiver.secret = local.secret
    build(office.house, "S2", upto="consent_check")
    sender = HookSender(local=True)

    def killed(message: Message) -> Answer:
        sender.send(message)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drain_calls(office.house.engine, SAFE, killed, waits=WAITS)
    assert drain_calls(office.house.engine, SAFE, sender.send, waits=WAITS) == Posted(), "its lease still runs"
    office.sql("UPDATE webhook_deliveries SET lease_until = now() - interval '1 s'")
    receiver.answers = [500]
    assert drain_calls(office.house.engine, SAFE, sender.send, waits=WAITS) == Posted(later=1)
    office.hurry()
    assert drain_calls(office.house.engine, SAFE, sender.send, waits=WAITS) == Posted(sent=1)
    assert len(receiver.told) == 3
    assert len(set(receiver.ids)) == 1
    assert receiver.told[0] == receiver.told[2]
    assert "canary" not in str(office.sql("SELECT d::text FROM webhook_deliveries d"))


def test_a_receiver_that_says_it_is_gone_is_switched_off_and_what_waited_is_shown(office: Office) -> None:
    hook = office.add()
    build(office.house, "S2")
    assert office.post(Box([Answer(Fate.GONE, "410")])) == Posted(dead=1)
    (found, _) = office.hooks.one(office.admin(), hook)
    assert found.off_why == "gone"
    assert found.dead == office.sql("SELECT count(*) FROM webhook_deliveries")[0][0]
    office.hurry()
    assert office.post(Box()) == Posted()
    build(office.house, "S2", upto="consent_check")
    assert office.sql("SELECT count(*) FROM webhook_deliveries")[0][0] == found.dead
    with pytest.raises(Refused, match="off"):
        office.hooks.again(office.admin(), hook, command_id=str(uuid4()), now=NOW)
    office.hooks.switch(office.admin(), hook, on=True, command_id=str(uuid4()), now=NOW)
    office.hooks.again(office.admin(), hook, command_id=str(uuid4()), now=NOW)
    assert office.post(Box()).sent == found.dead
    assert isinstance(verify(office.house.engine), Whole)
    kinds = [row[0] for row in office.sql("SELECT type FROM events WHERE type LIKE 'Webhook%' ORDER BY seq")]
    assert kinds == ["WebhookAdded", "WebhookOff", "WebhookOn", "WebhookTriedAgain"]


def test_one_that_fails_holds_up_nobody_else(office: Office) -> None:
    office.add(url="https://bad.example.org/")
    office.add(url="https://good.example.org/")
    build(office.house, "S2", upto=None)
    got: list[str] = []

    def send(message: Message) -> Answer:
        got.append(message.url)
        return Answer(Fate.FAILED, "500") if "bad" in message.url else TAKEN

    done = drain_calls(office.house.engine, SAFE, send, waits=WAITS, most=4)
    assert got.count("https://bad.example.org/") == 1
    assert done.later == 1
    assert done.sent == got.count("https://good.example.org/") > 4


def test_many_workers_side_by_side_send_each_message_once(office: Office) -> None:
    office.add()
    for _ in range(3):
        build(office.house, "S2", upto="ig_advice")
    box = Box()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: drain_calls(office.house.engine, SAFE, box, waits=WAITS, most=2), range(4)))
    assert len(box.got) == len({message.id for message in box.got}) >= 6
    assert office.sql("SELECT DISTINCT state FROM webhook_deliveries") == [("sent",)]


def test_what_waits_for_one_that_is_switched_off_is_not_sent(office: Office) -> None:
    hook = office.add()
    build(office.house, "S2", upto="consent_check")
    office.hooks.switch(office.admin(), hook, on=False, command_id=str(uuid4()), now=NOW)
    office.hooks.switch(office.admin(), hook, on=False, command_id=str(uuid4()), now=NOW)
    assert office.post(Box()) == Posted()
    (found, last) = office.hooks.one(office.admin(), hook)
    assert (found.off_why, found.dead) == ("person", 0)
    assert {each.state for each in last} == {"superseded"}
    with pytest.raises(Refused, match="off"):
        office.hooks.try_out(office.admin(), hook, command_id=str(uuid4()), now=NOW)


def test_a_replaced_secret_signs_beside_the_new_one_for_a_time(office: Office) -> None:
    hook = office.add()
    old = office.secret
    new = office.hooks.rotate(office.admin(), hook, command_id=str(uuid4()), now=NOW).secret
    box = Box()
    office.hooks.try_out(office.admin(), hook, command_id=str(uuid4()), now=NOW)
    office.post(box)
    assert box.got[0].secrets == (new, old)
    for secret in (new, old):
        Webhook(secret).verify(box.got[0].body, dict(signed(box.got[0], at=datetime.now(UTC))))
    office.sql("UPDATE webhooks SET old_until = now() - interval '1 s'")
    office.hooks.try_out(office.admin(), hook, command_id=str(uuid4()), now=NOW)
    office.post(box)
    assert box.got[1].secrets == (new,)
    assert json.loads(box.got[1].body) == {"type": "webhook.test", "timestamp": "2026-12-07T10:00:00Z", "data": {}}


def test_secrets_are_sealed_and_another_key_cannot_read_them(office: Office) -> None:
    hook = office.add()
    stored = str(office.sql("SELECT w::text FROM webhooks w")) + str(
        office.sql("SELECT facts::text FROM events WHERE type LIKE 'Webhook%'")
    )
    assert office.secret.removeprefix("whsec_") not in stored
    assert "whsec_" not in stored
    build(office.house, "S2", upto="consent_check")
    box = Box()
    assert office.post(box, safe=Safe("another-key")).sent == 0
    assert box.got == []
    (_, last) = office.hooks.one(office.admin(), hook)
    assert {each.last_status for each in last} == {"the secret cannot be read"}


def test_only_an_administrator_of_the_organisation_sees_or_changes_a_receiver(office: Office) -> None:
    hook = office.add()
    place = office.house.organisation(HOLDER).id
    for who in (MANAGER, GUARDIAN, "joan.pike"):
        person = office.house.person(who)
        for act in (
            lambda p=person: office.hooks.of(p, place),
            lambda p=person: office.hooks.one(p, hook),
            lambda p=person: office.hooks.rotate(p, hook, command_id=str(uuid4()), now=NOW),
            lambda p=person: office.hooks.switch(p, hook, on=False, command_id=str(uuid4()), now=NOW),
            lambda p=person: office.hooks.try_out(p, hook, command_id=str(uuid4()), now=NOW),
            lambda p=person: office.hooks.again(p, hook, command_id=str(uuid4()), now=NOW),
            lambda p=person: office.hooks.let_go(p, hook, command_id=str(uuid4()), now=NOW),
            lambda p=person: office.hooks.add(
                p, place, url="https://a.example.org", kinds=["case.moved"], command_id=str(uuid4()), now=NOW
            ),
        ):
            with pytest.raises(Refused, match="not_found"):
                act()
    with pytest.raises(Refused, match="not_found"):
        office.hooks.one(office.admin(), str(uuid4()))


def test_what_cannot_be_registered_is_refused_and_nothing_is_kept(office: Office) -> None:
    admin, place = office.admin(), office.house.organisation(HOLDER).id

    def add(url: str = "https://a.example.org/", *kinds: str, names: tuple[str, ...] = ("93.184.216.34",)) -> None:
        hooks = replace(office.hooks, resolve=lambda _host, _port: names)
        hooks.add(admin, place, url=url, kinds=kinds or ("case.moved",), command_id=str(uuid4()), now=NOW)

    with pytest.raises(Refused, match="kinds"):
        add("https://a.example.org/", "case.invented")
    with pytest.raises(Refused, match=r"^address$"):
        add("http://a.example.org/")
    with pytest.raises(Refused, match="address_unknown"):
        add(names=())
    for inside in (("10.0.0.1",), ("93.184.216.34", "169.254.169.254"), ("::1",)):
        with pytest.raises(Refused, match="address_internal"):
            add(names=inside)
    assert office.sql("SELECT count(*) FROM webhooks") == [(0,)]
    for _ in range(MOST):
        add()
    with pytest.raises(Refused, match="too_many"):
        add()


def test_the_same_form_sent_twice_makes_one_receiver(office: Office) -> None:
    admin, place, form = office.admin(), office.house.organisation(HOLDER).id, str(uuid4())
    office.hooks.add(admin, place, url="https://a.example.org", kinds=["case.moved"], command_id=form, now=NOW)
    with pytest.raises(Refused, match="done"):
        office.hooks.add(admin, place, url="https://a.example.org", kinds=["case.moved"], command_id=form, now=NOW)
    assert len(office.hooks.of(admin, place)) == 1
    again = str(uuid4())
    office.hooks.rotate(admin, form, command_id=again, now=NOW)
    with pytest.raises(Refused, match="done"):
        office.hooks.rotate(admin, form, command_id=again, now=NOW)


def test_messages_that_were_delivered_are_forgotten_after_a_time_and_others_are_not(office: Office) -> None:
    office.add(HookEvent.SUBMITTED, HookEvent.MOVED)
    build(office.house, "S2", upto="ig_advice")
    office.post(Box([TAKEN, *[Answer(Fate.FAILED, "500")] * 9]))
    office.sql("UPDATE webhook_deliveries SET ended_at = now() - interval '31 days' WHERE state = 'sent'")
    assert calling.tidy(office.house.engine) == 1
    assert {row[0] for row in office.sql("SELECT state FROM webhook_deliveries")} == {"waiting"}
