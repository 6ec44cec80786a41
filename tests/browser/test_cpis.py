"""A CP-IS check, in a browser: written down by hand, read from a Bundle, and seen by whoever decides."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.checking.answers import SECRET, audit, bundle, team
from tests.processes.ground import LONDON, Ground

pytestmark = [pytest.mark.timeout(240), pytest.mark.feature("C28")]


def picture(who: Visitor, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at it."""
    if folder := os.environ.get("GATEHOUSE_PICTURES"):
        who.page.screenshot(path=str(Path(folder) / f"{name}-{who.width}.png"), full_page=True)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_check_is_recorded_by_hand_and_from_a_file_and_seen(
    ground: Ground, visit: Visit, tmp_path: Path, width: int
) -> None:
    case_id = ground.brought("S2", upto="adjudication", ago=timedelta(days=14))
    officer = visit("samir.haddad", width=width)
    officer.open(f"/cases/{case_id}")
    officer.follow("Record a CP-IS check")
    picture(officer, "cpis-form")
    officer.press("Record the check", status=422)
    picture(officer, "cpis-errors")
    asked = (ground.now - timedelta(days=12)).astimezone(LONDON)
    officer.choose("person", "Child P")
    officer.date("checked_at", asked.date())
    officer.fill("checked_at-time", f"{asked:%H:%M}")
    officer.fill("checked_by", "Dr Ode, GP, Marl Surgery")
    officer.choose("setting", "general_practice")
    officer.tick("number_used", ["yes"])
    officer.choose("result", "no_plan_recorded")
    picture(officer, "cpis-filled")
    officer.press("Record the check")
    officer.sees("The CP-IS check was recorded.", "12 days ago: circumstances may have changed since")
    officer.open(f"/cases/{case_id}/cpis")
    officer.follow("Read the answer from a file")
    picture(officer, "cpis-read")
    officer.choose("person", "Child P")
    officer.fill("answer", "{")
    officer.press("Show what it says", status=422)
    picture(officer, "cpis-read-errors")
    officer.fill("answer", "")
    file = tmp_path / "answer.json"
    at = (ground.now - timedelta(hours=3)).isoformat()
    file.write_text(json.dumps(bundle(team(), team("LAC"), audit(), timestamp=at)), encoding="utf-8")
    officer.field("file").set_input_files(file)
    officer.press("Show what it says")
    officer.sees(
        "Child protection plan, from 2 March 2026", "Looked-after child", "3 hours ago", "It is not kept here."
    )
    officer.does_not_see(SECRET, "9990054924")
    picture(officer, "cpis-confirm")
    officer.choose("setting", "paediatric_ward")
    officer.press("Record the check")
    guardian = visit("anne.whitcombe", width=width)
    guardian.open(f"/cases/{case_id}")
    guardian.sees("CP-IS, Child P", "A plan is recorded", "The local authority was told of the check")
    picture(guardian, "cpis-case")
    guardian.open(f"/cases/{case_id}/decide")
    guardian.sees("A plan is recorded", "“No plan is recorded” makes no risk smaller")
    picture(guardian, "cpis-decide")


def test_without_scripts_a_check_is_recorded_too(ground: Ground, visit: Visit) -> None:
    case_id = ground.brought("S2", upto="ig_advice")
    officer = visit("samir.haddad", scripts=False)
    officer.open(f"/cases/{case_id}/cpis")
    today = ground.now.astimezone(LONDON)
    officer.choose("person", "Child P")
    officer.date("checked_at", today.date())
    officer.fill("checked_at-time", "00:00")
    officer.choose("setting", "ambulance")
    officer.choose("result", "could_not_check")
    officer.fill("reason", "The service was down.")
    officer.press("Record the check")
    officer.sees("It could not be checked: The service was down.")
    lead = visit("lucy.brandt", scripts=False)
    lead.open(f"/cases/{case_id}")
    lead.sees("CP-IS, Child P", "It could not be checked")
    lead.does_not_see("The service was down.", "Orrin")
