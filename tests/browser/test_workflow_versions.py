"""A version is written with its faults named beside it, published by a second person, compared, and requests moved.

In a workflow of its own: the other tests begin requests on the shipped ones.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from workflows.definitions.loader import read_builtin

pytestmark = [pytest.mark.timeout(300), pytest.mark.feature("C15", "C16")]
FIRST = (
    read_builtin("standard")
    .replace("\nid: standard\n", "\nid: trial\n")
    .replace("\ntitle: Standard request\n", "\ntitle: Trial request\n")
)
SECOND = FIRST.replace("\nversion: 1\n", "\nversion: 2\n").replace("ig_advice", "lead_advice")


def publish(peter: Visitor, irene: Visitor, text: str) -> None:
    """One proposes it, the other publishes it."""
    peter.open("/workflows/propose")
    peter.page.locator("textarea[name=source]").fill(text.replace("start: draft", "start: nowhere", 1))
    peter.page.locator("[data-faults] table").wait_for()
    peter.page.locator("textarea[name=source]").fill(text)
    peter.page.locator("[data-faults] table").wait_for(state="detached")
    peter.page.locator("textarea[name=note]").fill("A workflow to try things in.")
    peter.press("Propose it")
    irene.open(peter.path)
    with irene.goes_on():
        irene.page.locator("form[action$='/publish'] button").click()
    assert irene.path.startswith("/workflows/trial/")


def test_a_version_is_written_published_by_a_second_person_compared_and_requests_moved(visit: Visit) -> None:
    peter, irene = visit("peter.quayle", width=DESK), visit("irene.castle", width=DESK)
    publish(peter, irene, FIRST)
    publish(peter, irene, SECOND)
    for width in (PHONE, DESK):
        irene.page.set_viewport_size({"width": width, "height": 900})
        for path in ("/workflows", "/workflows/trial/2/changes", "/workflows/trial/1/move/2"):
            irene.open(path)
    irene.sees("No open request is on this version.", "Stages that are gone")
    irene.does_not_see("goes back only to the version")
    irene.page.locator("select[name='stage-ig_advice']").select_option("lead_advice")
    irene.press("Look again")
