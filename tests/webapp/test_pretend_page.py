"""The page on which somebody tries a pretend case: a click for each step, the reason beside it, and nothing stored."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.page import words
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from webapp.views.pretend_words import WAYS
from workflows.core.definition import Role
from workflows.core.pretend_samples import SAMPLES
from workflows.definitions.loader import read_builtin
from workflows.service.unit_of_work import reading
from workflows.store.engine import Engine

pytestmark = [pytest.mark.feature("C7"), pytest.mark.feature("C16")]
TRY = "/workflows/standard/1/try"


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_every_way_of_every_command_has_words() -> None:
    several = {command: set(ways) for command, (_, ways) in SAMPLES.items() if len(ways) > 1}
    assert {command: set(ways) for command, ways in WAYS.items()} == several


def test_a_case_is_walked_by_its_links_and_nothing_is_stored(desk: Desk) -> None:
    client = desk.sit(MANAGER)
    page = client.open(TRY)
    assert page.h1 == "Try a pretend case"
    for link, stage in (
        ("Send it", "Consent check"),
        ("Record the consent check: There is no consent, and that is not a bar", "Information governance advice"),
        ("Give advice: Supports sharing", "Adjudication"),
        ("Decide: Share one item, refuse the other", "Release"),
    ):
        page = client.open(page.links()[link])
        assert any(words(heading).endswith(stage) for heading in page.all("h2"))
    assert "Not met: decision.outcome == 'declined'" in page.text
    assert "No condition, so it goes to “Release”" in page.text
    assert "reminds whoever has it on" in page.text
    back = client.open(page.links()["Go back to here after step 1"])
    assert any(words(heading) == "After step 1: Consent check" for heading in back.all("h2"))
    with reading(desk.house.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0


def test_what_is_made_up_is_chosen_and_kept(desk: Desk) -> None:
    client = desk.sit(MANAGER)
    client.open(TRY)
    page = client.submit({"threshold": "none", "urgency": "priority"}, action=TRY)
    onward = client.open(page.links()["Send it"])
    assert "After step 1: Information governance advice" in [words(each) for each in onward.all("h2")]
    assert "urgency=priority" in onward.links()["Begin again with the same pretend case"]


def test_a_refused_choice_is_no_link_and_says_why(desk: Desk) -> None:
    page = desk.sit(MANAGER).open(f"{TRY}?sensitive=yes&step=submit&step=record_consent:valid")
    assert "Give advice: Supports sharing, and release is delegated" not in page.links()
    assert "Refused: Release can be delegated only where consent covers every item" in page.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("step=decide:share", "next"),
        ("step=submit&step=%00", "next"),
        ("urgency=never", "urgency"),
        ("threshold=<b>", "threshold"),
        ("consent=x", "consent"),
        ("sensitive=perhaps", "sensitive"),
    ],
)
def test_a_bad_or_stale_choice_is_told_and_what_came_before_it_stands(desk: Desk, query: str, field: str) -> None:
    page = desk.sit(MANAGER).open(f"{TRY}?{query}", status=422)
    assert set(page.errors()) == {field}
    assert page.title.startswith("Error: ")
    assert "<b>" not in page.html


def test_who_reads_no_workflows_tries_none(desk: Desk) -> None:
    desk.sit(GUARDIAN).open(TRY, status=404)
    desk.sit(MANAGER).open("/workflows/standard/9/try", status=404)


def test_what_is_proposed_is_tried_before_it_is_published(desk: Desk) -> None:
    desk.house.holds("peter.quayle", Role.ADMINISTRATOR, "tolland")
    peter = desk.sit("peter.quayle")
    peter.open("/workflows/propose")
    longer = read_builtin("standard").replace("version: 1\n", "version: 2\n", 1).replace(
        "title: Consent check\n", "title: Check of consent\n", 1
    )  # fmt: skip
    fields = {"source": longer, "note": "Plainer words."}
    proposal = peter.submit(fields, action="/workflows/propose")
    page = peter.open(proposal.links()["Try a pretend case on it"])
    page = peter.open(page.links()["Send it"])
    assert "After step 1: Check of consent" in [words(each) for each in page.all("h2")]
    assert page.path.startswith(f"{proposal.path}/try?")
    desk.sit(GUARDIAN).open(f"{proposal.path}/try", status=404)
    peter.open("/workflows/standard/2/try", status=404)
