"""How I am told: chosen on a page, kept, and refused when it cannot be."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, Desk
from workflows.core.digests import Choice, Grouping, Rhythm
from workflows.service.digesting import Choices
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")


def test_a_person_chooses_what_comes_in_a_digest(engine: Engine, app: Flask) -> None:
    desk = Desk(House.found(engine), app)
    client = desk.sit(GUARDIAN)
    page = client.open(client.open("/account").links()["How you are told"])
    assert "What is urgent always comes at once" in page.text
    page = client.submit({"groups": "progress", "rhythm": "twice", "hour": "7"}, action="/account/telling")
    assert "How you are told was saved." in page.text
    chosen = Choices(engine).of(desk.house.person(GUARDIAN))
    assert chosen == Choice(frozenset({Grouping.PROGRESS}), Rhythm.TWICE, 7)
