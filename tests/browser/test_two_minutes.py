"""A simple decision takes few interactions, and is honest all the same: counted from the worklist to done."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.counting import Counted
from tests.browser.visitor import DESK, PHONE
from tests.processes.ground import Ground
from workflows.core.case import Outcome
from workflows.core.commands import AdviceType, Advise

pytestmark = pytest.mark.timeout(180)
MOST = 8
"""The most interactions that a simple decision may take: each press, choice and field written counts one."""
ITEMS = ("medication", "gp", "falls")


@pytest.mark.feature("C2", "C5")
@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_a_simple_decision_takes_at_most_eight_interactions(visit: Visit, ground: Ground, width: int) -> None:
    """S1 at the adjudicator's desk: everything is consented to and necessary, and all three items are shared."""
    case_id = ground.brought("S1", upto="ig_advice")
    ground.house.give(Advise, "beth.carver", case_id, at=ground.now, advice=AdviceType.SUPPORTS)
    owen = visit("owen.price", width=width)
    owen.open("/work")
    hands = Counted(owen)
    hands.follow(f"Decide 3 items for {ground.reference(case_id)}")
    # What is filled in stands on the page with where it comes from; no judgement is made for her.
    owen.sees(
        "The requester wrote this.", "Reason for all that is shared", *(f"Item {number}:" for number in (1, 2, 3))
    )
    for name in (*(f"outcome-{key}" for key in ITEMS), "likelihood_of_sharing", "severity_of_sharing"):
        assert not owen.page.locator(f'main [name="{name}"]:checked').count()
    for key in ITEMS:
        hands.choose(f"outcome-{key}", "share")
    hands.choose("likelihood_of_sharing", "unlikely")
    hands.choose("severity_of_sharing", "minor")
    hands.press("Read it back to me")
    owen.sees("All 3 items will be shared with Jess Holloway")
    hands.press("Share 3 items")
    owen.sees("Your decision was recorded.")
    decision = ground.house.case(case_id).decision
    assert decision is not None
    assert decision.outcome is Outcome.SHARED
    assert {each.reason for each in decision.items} == {"necessary"}
    assert len(hands.done) <= MOST, hands.done
