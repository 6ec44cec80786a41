"""Two administrators, one at a desk and one on a phone, bring a version of a policy pack into force."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE

pytestmark = pytest.mark.timeout(180)


@pytest.mark.feature("C4")
def test_two_administrators_bring_a_version_into_force_and_back(visit: Visit) -> None:
    peter, irene = visit("peter.quayle", width=DESK), visit("irene.castle", width=PHONE)
    peter.open("/packs")
    peter.follow("What changed in 2018-07 of Golden rules for sharing information")
    peter.sees("Since version 2024-05.", "7 items: 7 changed.")
    peter.press("Propose it", status=422)
    peter.sees("Say why this version should be in force.")
    peter.fill("note", "Until the information governance lead has read the new one.")
    peter.press("Propose it")
    peter.sees("golden-rules/2018-07 is proposed.")
    peter.follow("What changed, and whether it should be in force")
    peter.sees("You proposed this version, so another administrator must activate it.")
    assert not peter.page.get_by_role("button", name="Bring golden-rules/2018-07 into force").count()

    irene.open("/packs")
    irene.follow("What changed in 2018-07 of Golden rules for sharing information")
    irene.press("Bring golden-rules/2018-07 into force")
    irene.sees("golden-rules/2018-07 is activated.", "Irene Castle", "Peter Quayle")

    # And back, so that the house is left as it was found: now the other way round.
    irene.open("/packs")
    irene.follow("What changed in 2024-05 of Golden rules for sharing information")
    irene.fill("note", "It has been read.")
    irene.press("Propose it")
    peter.open("/packs")
    peter.follow("What changed in 2024-05 of Golden rules for sharing information")
    peter.press("Bring golden-rules/2024-05 into force")
    peter.sees("golden-rules/2024-05 is activated.")


@pytest.mark.feature("C4", "C26")
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_kind_of_pack_can_be_read_by_everybody(visit: Visit, width: int) -> None:
    priya = visit("priya.anand", width=width)
    priya.open("/work")
    priya.follow("Policy packs")
    leads = [each.get_attribute("href") or "" for each in priya.page.locator("main table th a").all()]
    assert len(leads) >= 8
    for path in leads:
        priya.open(path)
        priya.open(path + "/changes")
        priya.does_not_see("Propose it")
