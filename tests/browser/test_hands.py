"""What hands do: two at once, twice in a hurry, back and again, and with no mouse at all."""

from __future__ import annotations

import pytest

from tests.browser import journeys
from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.launch.starting import wait_for
from tests.processes.ground import Ground
from workflows.core.commands import ItemOutcome

pytestmark = pytest.mark.timeout(180)
CHOSEN = ("risk", "crisis")
REFUSED = {"record": ("not_necessary", "a summary is enough")}
DECIDE = "Share 2 items and refuse 1"


def ready_to_confirm(visitor: Visitor, ground: Ground, case_id: str) -> None:
    """From the worklist to the page that asks whether this is the decision."""
    journeys.from_worklist(visitor, ground.reference(case_id), "Decide 3 items")
    journeys.choose_items(visitor, CHOSEN, REFUSED)
    journeys.weigh(visitor, ground.story("S2"))
    visitor.press("Read it back to me")
    assert visitor.heading == "Is this your decision?"


@pytest.mark.feature("I3")
def test_two_guardians_decide_at_once(visit: Visit, ground: Ground) -> None:
    """One wins; the other is shown what happened, and what she had typed."""
    case_id = ground.brought("S2", upto="adjudication")
    anne, femi = visit("anne.whitcombe", width=DESK), visit("femi.adeyemi", width=PHONE)
    ready_to_confirm(anne, ground, case_id)
    ready_to_confirm(femi, ground, case_id)
    anne.press(DECIDE)
    femi.press(DECIDE, status=409)
    assert femi.heading == "Somebody was faster: this is what happened"
    femi.sees("Dr Anne Whitcombe", "a summary is enough")
    femi.follow("Open the request as it is now")
    decisions = ground.house.case(case_id).decisions
    assert [each.by_name for each in decisions] == ["Dr Anne Whitcombe"]


@pytest.mark.feature("I3", "I9")
def test_a_double_click_decides_once(visit: Visit, ground: Ground) -> None:
    """Two clicks on the last button are one decision, and end on the case."""
    case_id = ground.brought("S2", upto="adjudication")
    anne = visit("anne.whitcombe", width=DESK)
    ready_to_confirm(anne, ground, case_id)
    before = ground.house.case(case_id).version
    # Past the page's own guard against double clicks: two whole submissions of the one form.
    send = """() => { const form = document.querySelector('main form'); const button = form.querySelector('button');
        form.requestSubmit(button); form.requestSubmit(button) }"""
    with anne.page.expect_navigation(url=f"**/cases/{case_id}", wait_until="load"):
        anne.page.evaluate(send)
    anne.check()
    anne.sees("To be shared")
    case = ground.house.case(case_id)
    assert (len(case.decisions), case.version) == (1, before + 1)


def test_going_back_and_sending_again_changes_nothing(visit: Visit, ground: Ground) -> None:
    """The back button after a decision leads to no form that works; asking for it anew tells where the case is."""
    case_id = ground.brought("S2", upto="adjudication")
    anne = visit("anne.whitcombe", width=PHONE)
    ready_to_confirm(anne, ground, case_id)
    anne.press(DECIDE)
    version = ground.house.case(case_id).version
    # Two steps back is the form itself; the browser keeps no page of ours, so it asks for it anew.
    with anne.goes_on(status=409):
        anne.page.evaluate("history.go(-2)")
    anne.sees("“Release”")
    assert not anne.page.locator("main form").count()
    # The page that reads the decision back, kept open elsewhere meanwhile, is of no use either.
    other = visit("anne.whitcombe", width=DESK)
    again = ground.brought("S2", upto="adjudication")
    ready_to_confirm(other, ground, again)
    anne.open(f"/cases/{again}/ask")
    anne.fill("question", "Who lives with him?")
    anne.press("Send the question")
    other.press(DECIDE, status=409)
    other.sees("Somebody was faster", "Who lives with him?", "a summary is enough")
    assert not ground.house.case(again).decisions
    case = ground.house.case(case_id)
    assert (len(case.decisions), case.version) == (1, version)


def tab_to(visitor: Visitor, name: str, *, value: str = "", most: int = 120) -> None:
    """Press Tab until the field, button or link with this name has the focus."""
    script = """([name, value]) => { const each = document.activeElement;
        return each.name === name && (!value || each.value === value) || each.textContent.trim() === name }"""
    for _ in range(most):
        if visitor.page.evaluate(script, [name, value]):
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached with the keyboard")


@pytest.mark.feature("C28")
def test_deciding_with_the_keyboard_alone(visit: Visit, ground: Ground) -> None:
    """From the worklist to the recorded decision with Tab, arrows, Space, Enter and letters."""
    case_id = ground.brought("S4", upto="adjudication")
    anne = visit("anne.whitcombe", width=DESK)
    keys = anne.page.keyboard
    anne.open("/work")
    keys.press("Tab")
    assert anne.page.evaluate("document.activeElement.className") == "govuk-skip-link"
    with anne.goes_on():
        tab_to(anne, ground.reference(case_id))
        keys.press("Enter")
    with anne.goes_on():
        tab_to(anne, "Decide 1 item")
        keys.press("Enter")
    tab_to(anne, "outcome-notes")
    keys.press("Space")
    for _ in range(2):
        keys.press("ArrowDown")
    assert anne.page.evaluate("document.activeElement.value") == "refuse"
    tab_to(anne, "reason-notes-refuse")
    keys.type("Sharing would do")
    tab_to(anne, "text-notes-refuse")
    keys.type("She would stop coming.")
    for name in ("likelihood_of_not_sharing", "severity_of_not_sharing"):
        tab_to(anne, name)
        keys.press("Space")
    tab_to(anne, "would_change_it")
    keys.type("She would stop coming.")
    with anne.goes_on():
        tab_to(anne, "Read it back to me")
        keys.press("Enter")
    assert anne.heading == "Is this your decision?"
    with anne.goes_on():
        tab_to(anne, "Refuse 1 item")
        keys.press("Enter")
    anne.sees("Your decision was recorded.")
    (decided,) = ground.house.case(case_id).decisions[-1].items
    assert (decided.outcome, decided.reason) == (ItemOutcome.REFUSE, "detriment")


@pytest.mark.feature("C20", "C22")
def test_an_escalation_arrives_when_the_clock_is_moved_on(visit: Visit, ground: Ground) -> None:
    """The demo's clock is moved past a deadline; the manager is told, in the product and by mail, and sees why."""
    case_id = ground.brought("S2", upto="consent_check")
    reference = ground.reference(case_id)
    martin = visit("martin.shaw", width=DESK)
    martin.open("/work")
    martin.follow("Advance the clock")
    for _ in range(2):
        martin.press("Move on by 3 days")
    told = f"late and has been passed up to you: {reference}"
    product = martin.product

    def escalated() -> bool:
        mails = [mail.to for mail in product.mails(case_id) if "passed up to you" in mail.subject]
        return any("martin.shaw" in to for to in mails) and any("femi.adeyemi" in to for to in mails)

    wait_for(escalated, seconds=120, what=f"the mail: {told}")
    martin.open("/notifications")
    assert martin.page.get_by_role("link", name=reference).count()
    martin.follow("Board")
    martin.sees(reference)
    martin.open(f"/cases/{case_id}")
    martin.sees("Overdue")
    # Who manages sees where it is, and not what it says.
    martin.does_not_see("D. Orrin", "Whole mental-health record")
    martin.open("/demo/mail")
    martin.sees("A case in Gatehouse is late and has been passed up to you")
