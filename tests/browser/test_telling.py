"""How one is told, what did not arrive, and other systems, in a browser: on a phone and on a desk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.launch.starting import wait_for
from tests.processes.ground import Ground
from tests.processes.product import Product
from tests.workers.hook_receiver import Receiver, open_receiver
from workflows.core.commands import Chase

pytestmark = [pytest.mark.timeout(240), pytest.mark.feature("C24")]

GUARDIAN, MANAGER, ADMIN = "anne.whitcombe", "martin.shaw", "peter.quayle"
PATIENCE = 60


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as receiver:
        yield receiver


def picture(who: Visitor, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("GATEHOUSE_PICTURES"):
        who.page.screenshot(path=str(Path(folder) / f"{name}-{who.width}.png"), full_page=True)


def sql(product: Product, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Run one statement past the product; its rows."""
    with psycopg.connect(product.settings["GATEHOUSE_DATABASE_URL"]) as connection:
        found = connection.execute(statement.encode(), values)
        return list(found.fetchall()) if found.description else []


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_somebody_chooses_a_digest_and_goes_back_to_mail_at_once(visit: Visit, width: int) -> None:
    anne = visit(GUARDIAN, width=width)
    anne.open("/account")
    anne.follow("How you are told")
    picture(anne, "telling")
    anne.tick("groups", ["work", "progress"])
    anne.choose("rhythm", "twice")
    anne.choose("hour", "7")
    anne.press("Save")
    anne.sees("How you are told was saved.")
    assert anne.field("hour").input_value() == "7"
    assert anne.page.locator('main [name="groups"]:checked').count() == 2
    picture(anne, "telling-saved")
    anne.tick("groups", [])
    anne.press("Save")
    assert anne.page.locator('main [name="groups"]:checked').count() == 0


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_manager_sees_who_was_not_reached_and_has_it_tried_again(
    visit: Visit, ground: Ground, product: Product, width: int
) -> None:
    case = ground.brought("S2", upto="adjudication")
    reference = ground.reference(case)
    of_case = "notice_id IN (SELECT id FROM notices WHERE case_id = %s::uuid)"
    wait_for(
        lambda: not sql(product, f"SELECT FROM outbox WHERE state = 'waiting' AND {of_case}", case),
        seconds=PATIENCE, what="the mails of the case",
    )  # fmt: skip
    sql(product, f"UPDATE outbox SET state = 'dead', last_error = '550 the address was refused' WHERE {of_case}", case)
    martin = visit(MANAGER, width=width)
    martin.open("/board")
    martin.sees("did not arrive.")
    picture(martin, "board-undelivered")
    martin.follow("See who was not reached")
    martin.sees(reference, "550 the address was refused")
    picture(martin, "undelivered")
    with martin.goes_on():
        martin.page.get_by_role("button", name="Try again").first.click()
    martin.sees("The mail is being tried again.")
    with martin.goes_on():
        martin.page.get_by_role("button", name="Reached another way").first.click()
    martin.sees("It is off the list.")
    picture(martin, "undelivered-reached")
    sql(product, f"UPDATE outbox SET state = 'sent' WHERE state = 'dead' AND {of_case}", case)
    martin.open("/board/undelivered")
    martin.does_not_see(reference)
    picture(martin, "undelivered-none")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_administrator_adds_a_receiver_and_the_worker_tells_it(
    visit: Visit, ground: Ground, product: Product, receiver: Receiver, width: int
) -> None:
    peter = visit(ADMIN, width=width)
    peter.open("/account")
    peter.follow("Webhooks")
    peter.follow("Add a receiver")
    peter.press("Add the receiver", status=422)
    picture(peter, "webhooks-errors")
    peter.fill("url", receiver.url)
    peter.tick("kinds", ["case.submitted", "case.moved", "case.decided"])
    picture(peter, "webhooks-form")
    peter.press("Add the receiver")
    receiver.secret = peter.page.locator(".gh-secret code").inner_text().strip()
    picture(peter, "webhooks-secret")
    peter.follow("I have copied it")
    peter.does_not_see(receiver.secret)
    peter.press("Send a test")
    wait_for(lambda: bool(receiver.told), seconds=PATIENCE, what="the test")
    receiver.answers = [500]
    case = ground.brought("S2", upto="consent_check")
    ground.house.give(Chase, MANAGER, case)
    wait_for(lambda: len(receiver.told) > 2, seconds=PATIENCE, what="the messages about the case")
    assert {each["data"].get("case") for each in receiver.told} == {None, ground.reference(case)}
    peter.page.reload()
    peter.check()
    peter.sees("A test", "A request was sent", "Delivered")
    peter.does_not_see(ground.reference(case))
    picture(peter, "webhooks-one")
    peter.press("Replace the secret")
    picture(peter, "webhooks-replaced")
    peter.follow("I have copied it")
    peter.press("Switch it off")
    peter.sees("The receiver is switched off.")
    picture(peter, "webhooks-off")
    sql(product, "UPDATE webhook_deliveries SET state = 'dead', last_status = '500' WHERE state <> 'dead'")
    peter.open("/webhooks")
    peter.sees("not delivered")
    picture(peter, "webhooks-list")
    peter.page.get_by_role("link", name="Open").first.click()
    picture(peter, "webhooks-dead")
    martin = visit(MANAGER, width=width)
    martin.open("/board/undelivered")
    martin.sees("Another system of yours was not told.", "127.0.0.1")
    picture(martin, "undelivered-webhooks")
    sql(product, "DELETE FROM webhook_deliveries")
    sql(product, "DELETE FROM webhooks")
