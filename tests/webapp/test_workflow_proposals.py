"""A version of a workflow is written, checked, proposed by one administrator and published by another, on pages."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from tests.builders import House
from tests.page import Page, PageClient, words
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from workflows.core.definition import Role
from workflows.definitions.loader import load, read_builtin
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C15")
STANDARD = read_builtin("standard")
NEXT = STANDARD.replace("version: 1\n", "version: 2\n", 1).replace(
    "routine: {length: 2 working_days, extension: {most: 2 working_days, roles: [manager, caldicott_guardian]}}",
    "routine: {length: 3 working_days, extension: {most: 2 working_days, roles: [manager, caldicott_guardian]}}",
    1,
)
FIRST, SECOND = "peter.quayle", "irene.castle"
FORM = "/workflows/propose"


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    desk = Desk(House.found(engine), app)
    desk.house.holds(FIRST, Role.ADMINISTRATOR, "tolland")
    desk.house.holds(SECOND, Role.ADMINISTRATOR, "tolland")
    return desk


def proposed(client: PageClient, text: str = NEXT, *, status: int = 200, **more: Any) -> Page:
    client.open(FORM)
    return client.submit(
        {"source": text, "note": "Checks take longer in practice.", **more}, action=FORM, status=status
    )


def test_one_proposes_and_another_publishes_and_new_requests_start_on_it(desk: Desk) -> None:
    before = desk.case()
    first, second = desk.sit(FIRST), desk.sit(SECOND)
    page = proposed(first)
    assert page.h1 == "Standard request, version 2"
    assert "1 stage changed" in page.text
    assert "Routine: 3 working days" in page.text
    assert "another administrator must publish it" in page.text
    second.open(page.path)
    done = second.submit(action=f"{page.path}/publish")
    assert done.path == "/workflows/standard/2"
    assert "New requests start on it" in done.text
    after = desk.case()
    assert [desk.house.case(each).definition.version for each in (before, after)] == [1, 2]
    listed = second.open("/workflows")
    assert any("Published by" in words(row) for row in listed.all("tr"))
    assert second.open("/workflows/standard/2/changes").text.count("3 working days") >= 1


def test_who_proposed_it_cannot_publish_it_also_past_the_page(desk: Desk) -> None:
    client = desk.sit(FIRST)
    page = proposed(client)
    assert f"{page.path}/publish" not in page.html
    data = {"command_id": "7b0e7a70-5f3f-4a37-9e83-1d0d6f1f2b11"}
    refused = client.send(f"{page.path}/publish", data, status=422)
    assert "another administrator must publish it" in refused.text
    assert client.open("/workflows/standard/2", status=404)


def test_faults_are_named_with_line_and_rule_and_what_was_typed_stays(desk: Desk) -> None:
    client = desk.sit(FIRST)
    broken = NEXT.replace("to: ig_advice}", "to: nowhere}", 1)
    page = proposed(client, broken, status=422)
    line = next(i for i, each in enumerate(broken.splitlines(), 1) if "nowhere" in each)
    row = next(each for each in page.all("tr") if "unknown-target" in words(each))
    assert str(line) in words(row)
    assert "to: nowhere}" in page.html
    assert "source" in page.errors()
    assert "Proposed versions" not in client.open("/workflows").text


def test_checking_keeps_nothing_and_the_script_is_answered_the_same(desk: Desk) -> None:
    client = desk.sit(FIRST)
    client.open(FORM)
    assert "No fault was found" in client.submit({"source": NEXT, "check": "1"}, action=FORM).text
    broken = NEXT.replace("start: draft", "start: nothing", 1)
    page = client.open(FORM)
    token = page.form(FORM).fields["csrf_token"]
    answer = client.http.post("/workflows/check", data={"source": broken, "csrf_token": token})
    assert answer.status_code == 200
    assert "1 fault" in answer.text or "faults" in answer.text
    assert "<html" not in answer.text
    assert client.http.post("/workflows/check", data={"source": NEXT}).status_code == 403
    assert "Proposed versions" not in client.open("/workflows").text


def test_a_file_takes_the_place_of_what_is_typed(desk: Desk) -> None:
    client = desk.sit(FIRST)
    page = proposed(client, "nothing", file=(io.BytesIO(NEXT.encode()), "mine.yaml"))
    assert page.h1 == "Standard request, version 2"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "A workflow file is a list of keys"),
        ("\x00\x01", "character"),
        (STANDARD, "Version 1 has been published"),
        ("a: &x [1]\nb: *x\n", "&"),
    ],
    ids=["empty", "binary", "not newer", "alias"],
)
def test_odd_text_is_refused_with_what_to_do(desk: Desk, text: str, says: str) -> None:
    page = proposed(desk.sit(FIRST), text, status=422)
    assert "source" in page.errors()
    assert says in page.text


def test_a_text_that_is_far_too_long_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    client = desk.sit(FIRST)
    page = proposed(client, NEXT + "# more\n" * 60_000, status=422)
    assert "too long" in page.text.lower() or "characters" in page.text
    client.open(FORM)
    client.submit({"source": "x" * 2_000_000, "note": "n"}, action=FORM, status=413)


def test_a_second_proposal_waits_for_the_answer_to_the_first(desk: Desk) -> None:
    client = desk.sit(FIRST)
    first = proposed(client)
    assert "waits for an answer" in proposed(client, NEXT.replace("version: 2", "version: 3", 1), status=422).text
    client.open(first.path)
    client.submit({"why": ""}, action=f"{first.path}/turn-down", status=422)
    client.open(first.path)
    assert "turned down" in client.submit({"why": "A mistake."}, action=f"{first.path}/turn-down").text
    assert proposed(client, NEXT.replace("version: 2", "version: 3", 1)).h1 == "Standard request, version 3"


def test_a_version_begins_as_another_and_sending_twice_is_one_proposal(desk: Desk) -> None:
    client = desk.sit(FIRST)
    page = client.open("/workflows/standard/1/propose")
    assert load(page.form(FORM).fields["source"]).ref == load(STANDARD).ref
    form = client.open(FORM).form(FORM).fields
    data = {**form, "source": NEXT, "note": "Once."}
    one, two = (client.send(FORM, data) for _ in range(2))
    assert one.path == two.path


def test_only_administrators_propose_and_managers_may_read(desk: Desk) -> None:
    page = proposed(desk.sit(FIRST))
    assert desk.sit(MANAGER).open(page.path).h1 == page.h1
    assert f"{page.path}/turn-down" not in desk.sit(MANAGER).open(page.path).html
    desk.sit(MANAGER).open(FORM, status=403)
    desk.sit(GUARDIAN).open(page.path, status=404)
    desk.sit(FIRST).open("/workflows/proposals/99", status=404)
    desk.sit(FIRST).open("/workflows/standard/9/propose", status=404)
    desk.sit(MANAGER).open("/workflows/standard/1/propose", status=403)
