"""The pages of workflows: every version, and one of them in words, for who runs, manages or audits."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import BEGAN, House
from tests.page import PageClient, words
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from webapp.views.workflow_words import KINDS, kind_words, rung_words, when_words
from workflows.core.clocks import length_words
from workflows.core.definition import Definition, StageKind, When
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.service.publishing import publish_shipped
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C15")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def shipped(desk: Desk) -> list[Definition]:
    """Publish every workflow of the product."""
    publish_shipped(desk.house.engine, by="", at=BEGAN)
    return [load(read_builtin(name)) for name in builtin_names()]


def test_every_version_is_listed_with_what_still_goes_on_it(desk: Desk) -> None:
    known = shipped(desk)
    desk.case()
    page = desk.sit(MANAGER).open("/workflows")
    assert {each.title for each in known} <= {words(each) for each in page.all("h2")}
    row = next(each for each in page.all("tr") if "of standard" in words(each))
    assert words(next(row.iter("th"))) == "Version 1 of standard"
    published, used, open_ = (words(each) for each in row.iter("td"))
    assert "by whoever runs this service" in published
    assert (used, open_) == ("New requests start on it", "1")


def test_one_version_in_words_says_every_stage_and_every_length(desk: Desk) -> None:
    for definition in shipped(desk):
        ref = definition.ref
        page = desk.sit(MANAGER).open(f"/workflows/{ref.workflow}/{ref.version}")
        assert page.h1 == definition.title
        assert ref.digest in page.text
        titles = {words(each) for each in page.all("h3")}
        for stage in definition.stages.values():
            assert stage.title in titles
            assert all(length_words(clock.length) in page.text for clock in stage.clocks.values())
            assert all(rung_words(rung) in page.text for rung in stage.ladder)
        assert page.links()["Who may do what"].endswith("/permissions")


def test_every_kind_of_stage_has_words() -> None:
    assert set(KINDS) == set(StageKind), [kind_words(each) for each in StageKind]
    assert when_words(When(fraction=0.5)) == "After 50% of the time"
    assert when_words(None) == "Never"


def test_others_find_nothing_and_no_way_there(desk: Desk) -> None:
    desk.sit(GUARDIAN).open("/workflows", status=404)
    desk.sit(GUARDIAN).open("/workflows/standard/1", status=404)
    assert "/workflows" not in desk.sit(GUARDIAN).open("/work").html
    assert 'href="/workflows"' in desk.sit(MANAGER).open("/work").html
    for name in ("standard/2", "nothing/1", "standard/99999999999999999999"):
        desk.sit(MANAGER).open(f"/workflows/{name}", status=404)


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(app: Flask) -> None:
    answer = PageClient(app).http.get("/workflows")
    assert (answer.status_code, answer.headers["Location"].startswith("/sign-in")) == (303, True)
