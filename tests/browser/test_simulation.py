"""What would change? A file is tried at a desk, the page tells by itself when it is done, and is read on a phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_board import photograph
from tests.browser.visitor import DESK, PHONE
from tests.processes.ground import Ground
from workflows.definitions.loader import read_builtin

pytestmark = [pytest.mark.timeout(420), pytest.mark.feature("C7")]
OLD = "priority: {length: 1 working_days, extension: {most: 1 working_days, roles: [manager]}}"
PATIENCE = 120_000
"""Milliseconds until a worker that has other things to do as well is done."""


def test_a_version_is_tried_watched_and_read(visit: Visit, ground: Ground) -> None:
    case_id = ground.brought("S2", upto="adjudication")
    peter = visit("peter.quayle", width=DESK)
    peter.open("/workflows/simulations/new")
    photograph(peter, "simulation-form")
    peter.press("Try it", status=422)
    peter.sees("Choose a version or a file, one of the two.")
    text = read_builtin("standard").replace(OLD, "priority: {length: 4 hours}")
    payload = {"name": "four-hours.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
    peter.field("file").set_input_files(files=[payload])  # type: ignore[list-item]
    peter.press("Try it")
    report = peter.path
    # Nobody loads the page again: it tells by itself.
    peter.page.locator("#said").wait_for(timeout=PATIENCE)
    peter.sees("Nothing was changed.", "Another due date")
    peter.check()
    photograph(peter, "simulation-report")
    # Of all that other tests have left here the report shows the first few; the page of a kind shows all.
    peter.open(f"{report}/due")
    peter.sees(ground.reference(case_id))
    plain = visit("martin.shaw", width=PHONE, scripts=False)
    plain.open(report)
    plain.sees("Another due date", "Stages that nobody can work on today")
    photograph(plain, "simulation-plain")
    phone = visit("martin.shaw", width=PHONE)
    phone.open("/workflows/simulations")
    phone.open(f"{report}/due")
    phone.follow(ground.reference(case_id))
    assert phone.path == f"/cases/{case_id}"
