"""Mails that did not arrive are shown to a manager, who has them tried again; others learn nothing of them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from workflows.core.aside import names_of
from workflows.core.refusals import Refused
from workflows.service.library import Library
from workflows.service.posting import Fate, Posted, Sending, drain, undeliverable
from workflows.service.undelivered import Undeliverable
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def refuse_all(engine: Engine) -> int:
    """Every mail that waits is refused for good; how many."""
    return drain(engine, Library(), lambda _letter: Sending(Fate.NEVER, "550 the address was refused")).dead


def test_a_manager_sees_who_was_not_reached_and_has_it_tried_again(desk: Desk, engine: Engine) -> None:
    case = desk.case()
    dead = refuse_all(engine)
    assert dead > 0
    client = desk.sit(MANAGER)
    page = client.open(client.open("/board").links()["Messages that did not arrive"])
    assert "550 the address was refused" in page.text
    assert desk.house.case(case).reference in page.text
    forms = [each.get("action", "") for each in page.all("form") if each.get("action", "").endswith("/again")]
    page = client.submit(action=forms[0])
    assert "The mail is being tried again." in page.text
    assert undeliverable(engine) == dead - 1
    taken = drain(engine, Library(), lambda _letter: Sending(Fate.SENT))
    assert taken.sent + taken.superseded == 1
    with engine.connect() as connection:
        sealed = connection.execute(text("SELECT count(*) FROM events WHERE type = 'MailTriedAgain'")).scalar_one()
    assert sealed == 1


def test_trying_a_mail_again_that_somebody_has_seen_to_says_so(desk: Desk, engine: Engine) -> None:
    desk.case()
    refuse_all(engine)
    client = desk.sit(MANAGER)
    page = client.open("/board/undelivered")
    forms = [each.get("action", "") for each in page.all("form") if each.get("action", "").endswith("/again")]
    drained = drain(engine, Library(), lambda _letter: Sending(Fate.SENT))
    assert drained == Posted()
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET state = 'sent'"))
    assert "somebody has seen to it" in client.submit(action=forms[0], status=409).text


def test_somebody_who_was_reached_another_way_is_off_the_list(desk: Desk, engine: Engine) -> None:
    desk.case()
    dead = refuse_all(engine)
    client = desk.sit(MANAGER)
    page = client.open("/board/undelivered")
    forms = [each.get("action", "") for each in page.all("form") if each.get("action", "").endswith("/reached")]
    assert len(forms) == dead
    first = page.form(forms[0])
    page = client.submit(action=forms[0])
    assert "It is off the list." in page.text
    assert undeliverable(engine) == dead - 1
    assert "somebody has seen to it" in client.send(forms[0], first.fields, status=409).text
    assert drain(engine, Library(), lambda _letter: Sending(Fate.SENT)) == Posted()
    with engine.connect() as connection:
        sealed = connection.execute(text("SELECT facts FROM events WHERE type = 'MailSeenTo'")).scalars().all()
    assert [set(each) for each in sealed] == [{"mail", "person", "case", "organisation"}]


def test_nobody_but_a_manager_sees_them(desk: Desk, engine: Engine) -> None:
    desk.case()
    refuse_all(engine)
    desk.sit(GUARDIAN).open("/board/undelivered", status=404)
    guardian = desk.house.person(GUARDIAN)
    place = next(iter(guardian.memberships)).organisation_id
    with pytest.raises(Refused):
        Undeliverable(engine).of(guardian, place)


def test_a_manager_who_stands_aside_learns_nothing_of_the_case(desk: Desk, engine: Engine) -> None:
    desk.case()
    refuse_all(engine)
    manager = desk.house.person(MANAGER)
    assert names_of(manager)
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET aside = ARRAY[cast(:id AS uuid)]"), {"id": manager.id})
    assert "Every mail has been taken so far" in desk.sit(MANAGER).open("/board/undelivered").text


def test_the_board_tells_a_manager_how_many_did_not_arrive(desk: Desk, engine: Engine) -> None:
    desk.case()
    assert "did not arrive." not in desk.sit(MANAGER).open("/board").text
    dead = refuse_all(engine)
    client = desk.sit(MANAGER)
    page = client.open("/board")
    assert f"{dead} message{'s' if dead > 1 else ''} did not arrive." in page.text
    shown = client.open(page.links()["See who was not reached"])
    assert len([each for each in shown.all("form") if each.get("action", "").endswith("/again")]) == dead
    # Another organisation's manager, and one who stands aside, are told of none of them.
    manager = desk.house.person(MANAGER)
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET aside = ARRAY[cast(:id AS uuid)]"), {"id": manager.id})
    assert "did not arrive." not in client.open("/board").text
    assert "did not arrive." not in desk.sit("sue.tranter").open("/board").text
