"""The product does not know its stages by name: with every one renamed, requests go the same way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.builders import House, build
from workflows.core.definition import StageKind
from workflows.core.refusals import Refused
from workflows.definitions.loader import load, read_builtin
from workflows.service.scenario import scenarios
from workflows.service.unit_of_work import Engine

if TYPE_CHECKING:
    from flask import Flask

    from tests.builders import House as Founded

STAGE = re.compile(r"^  (\w+):(?=\n    kind:| \{kind:)", re.MULTILINE)
LEADS = re.compile(r"\bto: (\w+)")


def renamed() -> str:
    """The standard workflow with "a_" before the name of every stage and nothing else changed."""
    text = read_builtin("standard")
    names = set(STAGE.findall(text))
    assert names == set(load(text).stages)
    text = STAGE.sub(r"  a_\1:", text)
    text = LEADS.sub(lambda found: f"to: a_{found[1]}" if found[1] in names else found[0], text)
    return re.sub(r"^start: ", "start: a_", text, flags=re.MULTILINE)


@pytest.fixture
def house(engine: Engine) -> Founded:
    """The demo's people with the renamed workflow."""
    return House.found(engine, workflow=renamed())


@pytest.mark.feature("C15")
def test_requests_go_the_same_way_whatever_the_stages_are_called(house: House) -> None:
    stories = {key: story for key, story in scenarios().items() if story.workflow == "standard"}
    for key, story in stories.items():
        case = house.case(build(house, key, upto=None))
        plain = load(read_builtin("standard")).stages
        assert case.stage.startswith("a_"), key
        assert case.kind is plain[case.stage.removeprefix("a_")].kind, key
        assert case.kind is StageKind.CLOSED, (key, story.expect)
        assert case.outcome is not None, key


def test_pages_show_every_stage_whatever_it_is_called(house: House, app: Flask) -> None:
    from tests.page import PageClient

    acts = ("consent_check", "ig_advice", "information_needed", "adjudication", "release", None)
    made = {act: build(house, "S2", upto=act) for act in acts}
    assert len({house.case(case_id).stage for case_id in made.values()}) == len(acts)
    for person in ("priya.anand", "samir.haddad", "lucy.brandt", "anne.whitcombe", "carol.finch"):
        client = PageClient(app).sign_in(house.person(person).email)
        client.open("/work")
        for case_id in made.values():
            known = _may_open(house, person, case_id)
            client.open(f"/cases/{case_id}", status=200 if known else 404)


def _may_open(house: House, person: str, case_id: str) -> bool:
    try:
        house.casework.case(house.person(person), case_id, now=house.casework.now())
    except Refused:
        return False
    return True
