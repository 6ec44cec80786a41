"""Split flows: of a request with several recipients each sees her own items, on every page and in the record."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from tests.architecture.test_reading import addresses
from tests.builders import PASSWORD, House, build
from tests.page import PageClient
from workflows.core.events import Released
from workflows.core.request import Recipient, Recipients, Task
from workflows.service.scenario import scenarios
from workflows.service.unit_of_work import Engine, reading
from workflows.store import pages

pytestmark = pytest.mark.feature("C2")
HERS, THEIRS = "History of risk to others", "Current crisis plan"


@pytest.fixture
def case(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> tuple[House, str]:
    """S2 played to the end with two recipients: Jess Holloway for the history, Dan Roper for the crisis plan."""
    house = House.found(engine)
    jess, dan = house.person("jess.holloway"), house.person("dan.roper")
    recipients = Recipients(
        (
            Recipient(jess.name, jess.email, "Support worker", ("risk", "record")),
            Recipient(dan.name, dan.email, "Constable", ("crisis",)),
        )
    )
    story = scenarios()["S2"]
    answers = tuple((task, recipients if task is Task.RECIPIENTS else part) for task, part in story.answers)
    monkeypatch.setitem(scenarios(), "S2", replace(story, answers=answers))  # type: ignore[arg-type]
    return house, build(house, "S2", upto=None)


def test_an_item_refused_for_her_is_not_told_to_a_recipient(case: tuple[House, str], app: Flask) -> None:
    house, case_id = case
    assert "record" not in house.case(case_id).released
    refused = house.case(case_id).request.item("record")
    assert refused is not None
    client = PageClient(app).sign_in(house.person("jess.holloway").email, PASSWORD)
    for address in (f"/cases/{case_id}", f"/cases/{case_id}/record", f"/shared/{case_id}", "/shared", "/notifications"):
        assert refused.describe not in client.open(address).html, address


def test_a_recipient_sees_her_items_and_no_others(case: tuple[House, str], app: Flask) -> None:
    house, case_id = case
    for who, own, other in (("jess.holloway", HERS, THEIRS), ("dan.roper", THEIRS, HERS)):
        client = PageClient(app).sign_in(house.person(who).email, PASSWORD)
        for address in (f"/cases/{case_id}", f"/cases/{case_id}/record", f"/shared/{case_id}"):
            page = client.open(address)
            assert own in page.text, address
            assert other not in page.html, address
        assert other not in client.open("/shared").html
        stranger = "Dan Roper" if who == "jess.holloway" else "Jess Holloway"
        assert stranger not in client.open(f"/cases/{case_id}").html
        assert stranger not in client.open(f"/cases/{case_id}/record").html
    requester = PageClient(app).sign_in(house.person("priya.anand").email, PASSWORD)
    page = requester.open(f"/cases/{case_id}")
    assert HERS in page.text
    assert THEIRS in page.text


def test_no_page_that_a_recipient_can_open_tells_what_is_not_hers(case: tuple[House, str], app: Flask) -> None:
    house, case_id = case
    played = house.case(case_id)
    with reading(house.engine) as connection:
        released = {
            each.key: each.text
            for event in pages.releases(connection, case_id)
            if isinstance(event, Released)
            for each in event.contents
        }
    said = {item.key: (item.describe, item.justify, released.get(item.key, "")) for item in played.request.items}
    strangers = {"jess.holloway": "dan.roper", "dan.roper": "jess.holloway"}
    hers = {"jess.holloway": "risk", "dan.roper": "crisis"}
    for who, stranger in strangers.items():
        other = house.person(stranger)
        secret = {other.name, other.email, *(word for key in said if key != hers[who] for word in said[key] if word)}
        client = PageClient(app).sign_in(house.person(who).email, PASSWORD)
        opened = set()
        for endpoint, path in addresses(app, [case_id]):
            if endpoint in ("api_reference.page", "api.description"):
                continue  # the same for everybody, with the data's people in its examples
            answer = client.http.get(path)
            opened |= {endpoint} if answer.status_code == 200 else set()
            html = unescape(answer.get_data(as_text=True)) + str(answer.headers)
            assert [each for each in secret if each in html] == [], f"{who}: {path}"
        assert {"cases.page", "records.page", "requests.content"} <= opened, opened
