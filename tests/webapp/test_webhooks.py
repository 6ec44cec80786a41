"""The pages of webhooks: an administrator adds a receiver, is shown its secret once, and sees what became of it all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.page import PageClient
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from tests.workers.hook_receiver import Receiver, open_receiver
from webapp import create_app
from workers.hooks import HookSender
from workflows.core.definition import Role
from workflows.service.calling import drain_calls
from workflows.service.office import Cost
from workflows.service.posting import Posted
from workflows.service.sealing import Safe
from workflows.settings import WEBHOOK_WAITS, Settings
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")

ADMIN = "peter.quayle"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as receiver:
        yield receiver


@pytest.fixture
def desk(engine: Engine, settings: Settings, cheap: Cost) -> Desk:
    app = create_app(replace(settings, webhook_local=True), engine=engine, cost=cheap)
    app.testing = True
    return Desk(House.found(engine), app)


def post(desk: Desk, settings: Settings) -> Posted:
    """The round of the worker."""
    safe, sender = Safe(settings.secret_key), HookSender(local=True)
    return drain_calls(desk.house.engine, safe, sender.send, waits=WEBHOOK_WAITS)


def add(client: PageClient, url: str, *kinds: str) -> tuple[str, str]:
    """Add a receiver by the form: the address of its page, and its secret."""
    client.open("/webhooks")
    client.open("/webhooks/new")
    page = client.submit({"url": url, "kinds": list(kinds) or ["case.submitted", "case.moved"]})
    (secret,) = SECRET.findall(page.html)
    return page.links()["I have copied it"], secret


def hurry(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE webhook_deliveries SET next_at = now() WHERE state = 'waiting'"))
        connection.execute(text("UPDATE webhooks SET quiet_until = NULL"))


def test_a_receiver_is_added_tried_and_told(desk: Desk, settings: Settings, receiver: Receiver) -> None:
    client = desk.sit(ADMIN)
    assert (
        "The receivers of your organisation appear here"
        in client.open(client.open("/account").links()["Webhooks"]).text
    )
    path, receiver.secret = add(client, receiver.url)
    page = client.open(path)
    assert receiver.secret not in page.html
    assert "Send a test to try it" in page.text
    page = client.submit(action=f"{path}/test")
    assert "A test is on its way" in page.text
    assert post(desk, settings) == Posted(sent=1)
    assert receiver.told[0]["type"] == "webhook.test"
    case = desk.case(upto="consent_check")
    assert post(desk, settings).sent == len(receiver.told) - 1
    assert receiver.told[1]["data"]["case"] == desk.house.case(case).reference
    page = client.open(path)
    assert "A test" in page.text
    assert "A request was sent" in page.text
    assert "Delivered" in page.text
    assert receiver.ids[0] in page.text
    assert receiver.told[1]["data"]["event_id"] in page.text
    assert page.links()["account of a system"] == "/organisation/systems"
    # Which request it was is between the receiver and those who work on it.
    assert desk.house.case(case).reference not in page.text
    assert "127.0.0.1" in client.open("/webhooks").text


def test_what_was_not_delivered_is_shown_to_manager_and_administrator_and_tried_again(
    desk: Desk, settings: Settings, receiver: Receiver, engine: Engine
) -> None:
    client = desk.sit(ADMIN)
    path, receiver.secret = add(client, receiver.url, "case.submitted")
    desk.case(upto="consent_check")
    receiver.answers = [500] * (len(WEBHOOK_WAITS) + 1)
    for _ in range(len(WEBHOOK_WAITS)):
        assert post(desk, settings).later == 1
        assert "Tried again on" in client.open(path).text
        hurry(engine)
    assert post(desk, settings).dead == 1
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 10
    assert "1 message was not delivered" in client.open("/webhooks").text
    manager = desk.sit(MANAGER).open("/board/undelivered")
    assert "127.0.0.1: 1 message" in manager.text
    assert "An administrator of your organisation can look into it" in manager.text
    page = client.open(path)
    assert "Not delivered: 1" in page.text
    assert "500" in page.text
    assert "canary" not in page.html
    assert "1 message is being tried again" in client.submit(action=f"{path}/again").text
    assert post(desk, settings).sent == 1
    assert "Another system of yours" not in desk.sit(MANAGER).open("/board/undelivered").text


def test_what_is_let_go_is_on_nobodys_list(desk: Desk, settings: Settings, receiver: Receiver, engine: Engine) -> None:
    client = desk.sit(ADMIN)
    path, receiver.secret = add(client, receiver.url, "case.submitted", "case.moved")
    desk.case(upto="ig_advice")
    receiver.answers = [410]
    assert post(desk, settings).dead == 1
    page = client.open(path)
    assert "the receiver said that it is gone" in page.text
    assert "the receiver says that it is gone" in desk.sit(MANAGER).open("/board/undelivered").text
    assert "messages did not arrive." in desk.sit(MANAGER).open("/board").text
    assert path not in desk.sit(MANAGER).open("/board/undelivered").html
    desk.house.holds(MANAGER, Role.ADMINISTRATOR, "harrowmere")
    assert desk.sit(MANAGER).open("/board/undelivered").links()["127.0.0.1"] == path
    client.open(path)
    assert "let go. Nothing of it is sent" in client.submit(action=f"{path}/let-go").text
    assert "Not delivered:" not in client.open(path).text
    assert "Another system of yours" not in desk.sit(MANAGER).open("/board/undelivered").text
    assert "did not arrive." not in desk.sit(MANAGER).open("/board").text
    with engine.connect() as connection:
        sealed = connection.execute(text("SELECT count(*) FROM events WHERE type = 'WebhookLetGo'")).scalar_one()
    assert sealed == 1


def test_a_secret_is_replaced_and_a_receiver_switched_off_and_on(desk: Desk) -> None:
    client = desk.sit(ADMIN)
    path, old = add(client, "http://127.0.0.1:9/")
    client.open(path)
    page = client.submit(action=f"{path}/secret")
    (new,) = SECRET.findall(page.html)
    assert new != old
    assert "signed with the old secret as well" in page.text
    page = client.open(path)
    assert "The old one signs as well until" in page.text
    page = client.submit(action=f"{path}/off")
    assert "The receiver is switched off." in page.text
    assert "by an administrator" in client.open(path).text
    client.open(path)
    assert "switched on" in client.submit(action=f"{path}/on").text


def test_bad_input_says_what_to_do_and_keeps_what_was_typed(engine: Engine, app: Flask) -> None:
    client = Desk(House.found(engine), app).sit(ADMIN)
    client.open("/webhooks/new")
    page = client.submit({"url": "http://hooks.example.org/x", "kinds": ["case.moved"]}, status=422)
    assert "must begin with https://" in page.errors()["url"]
    assert 'value="http://hooks.example.org/x"' in page.html
    assert [box.get("value") for box in page.all("input", name="kinds") if box.get("checked") is not None] == [
        "case.moved"
    ]
    page = client.submit({"url": "https://hooks.example.org/x", "kinds": []}, status=422)
    assert "at least one kind" in page.errors()["kinds"]
    page = client.submit({"url": "https://127.0.0.1/x", "kinds": ["case.moved"]}, status=422)
    assert "public host name" in page.errors()["url"]
    page = client.submit({"url": "", "kinds": []}, status=422)
    assert set(page.errors()) == {"url", "kinds"}
    assert "appear here" in client.open("/webhooks").text


def test_a_form_that_is_sent_twice_says_so(desk: Desk) -> None:
    client = desk.sit(ADMIN)
    form = client.open("/webhooks/new").form()
    fields = {**form.fields, "url": "http://127.0.0.1:9/", "kinds": ["case.moved"]}
    assert SECRET.search(client.send("/webhooks/new", fields).html)
    page = client.send("/webhooks/new", fields, status=422)
    assert "This was done already" in page.text
    assert not SECRET.search(page.html)


def test_a_test_to_one_that_is_switched_off_says_so(desk: Desk) -> None:
    client = desk.sit(ADMIN)
    path, _ = add(client, "http://127.0.0.1:9/")
    form = client.open(path).form(f"{path}/test")
    client.submit(action=f"{path}/off")
    page = client.send(f"{path}/test", form.fields, status=409)
    assert "Switch it on to send a test" in page.text


def test_others_find_no_such_pages(desk: Desk) -> None:
    path, _ = add(desk.sit(ADMIN), "http://127.0.0.1:9/")
    for who in (MANAGER, GUARDIAN):
        client = desk.sit(who)
        for each in ("/webhooks", "/webhooks/new", path):
            client.open(each, status=404)
        assert "Webhooks" not in client.open("/account").links()
        form = {"command_id": "0190d0f4-0000-7000-8000-000000000001"}
        for act in ("secret", "off", "on", "test", "again", "let-go"):
            client.open("/account")
            client.send(f"{path}/{act}", form, status=404)
        client.open("/account")
        client.send("/webhooks/new", {**form, "url": "https://a.example.org", "kinds": ["case.moved"]}, status=404)
