"""The other requests of the data, each from somebody's worklist to its expected end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser import journeys
from tests.browser.conftest import Visit
from tests.browser.post import DECIDED, ENDED, PROGRESS, YOUR_TURN, Post
from tests.browser.visitor import DESK, PHONE
from tests.processes.ground import Ground
from tests.processes.product import Product
from workflows.core.commands import ItemOutcome
from workflows.core.request import People

pytestmark = pytest.mark.timeout(180)


def outcomes(ground: Ground, case_id: str) -> dict[str, ItemOutcome]:
    """What was decided about each item."""
    decision = ground.house.case(case_id).decisions[-1]
    return {each.key: each.outcome for each in decision.items}


@pytest.mark.feature("C2", "C19")
def test_an_adult_with_contact(visit: Visit, ground: Ground) -> None:
    """S9: the police decide by their Information Asset Owner; two items are shared under conditions."""
    story = ground.story("S9")
    case_id = ground.brought("S9", upto="ig_advice")
    reference = ground.reference(case_id)
    conditions = ("no onward sharing without asking", "protect the source")

    ian = visit("ian.webb", width=DESK)
    journeys.from_worklist(ian, reference, "Give advice")
    journeys.advise(ian, "supports_with_conditions", why="Two of three are necessary", conditions=conditions)
    # He advised: he can never decide this one, whatever roles he has.
    assert not ian.page.get_by_role("button", name="Decide 3 items").count()

    carol = visit("carol.finch", width=DESK)
    journeys.from_worklist(carol, reference, "Decide 3 items")
    journeys.choose_items(carol, ["violence", "bail"], {"driving": ("not_relevant", "not relevant to a baby's safety")})
    journeys.weigh(carol, story, conditions=conditions)
    said = "2 of 3 items will be shared with Rosa Lind of Harrowmere NHS Foundation Trust."
    journeys.confirm(carol, said, "“Old driving matters” is refused", button="Share 2 items and refuse 1")

    journeys.from_worklist(ian, reference, "Enter what is shared")
    journeys.release(ian, story.contents)
    assert ground.house.case(case_id).outcome == "partly_shared"
    expected = {"violence": ItemOutcome.SHARE, "bail": ItemOutcome.SHARE, "driving": ItemOutcome.REFUSE}
    assert outcomes(ground, case_id) == expected
    rosa = visit("rosa.lind", width=PHONE)
    rosa.open(f"/cases/{case_id}/record")
    rosa.sees("DI Carol Finch, Information Asset Owner", *conditions)
    rosa.open(f"/shared/{case_id}")
    rosa.sees(*story.contents.values())


def test_out_of_scope(visit: Visit, product: Product, ground: Ground) -> None:
    """S11: the request ends with where to go instead; reason and counts are kept, names are not."""
    case_id = ground.brought("S11", upto="ig_advice")
    post = Post(product, case_id)
    post.brings(("ian.webb", YOUR_TURN))
    ian = visit("ian.webb", width=PHONE)
    journeys.from_worklist(ian, ground.reference(case_id), "Give advice")
    where = "disclosure and barring or tenant referencing"
    journeys.advise(ian, "out_of_scope", why="Nobody is said to be at risk", redirect=where)
    post.brings(("jess.holloway", ENDED))

    jess = visit("jess.holloway", width=PHONE)
    jess.open("/requests?tab=ended")
    jess.follow(ground.reference(case_id))
    jess.sees(where, "12 people", "1 item")
    for visitor in (ian, jess):
        visitor.open(f"/cases/{case_id}")
        visitor.does_not_see(*(person.name for person in ground.story("S11").part(People).people))
    assert ground.house.case(case_id).outcome == "redirected"


def test_advised_against_and_declined(visit: Visit, product: Product, ground: Ground) -> None:
    """S4, its first round: a competent child refused, the IG lead advises against, the Guardian declines."""
    story = ground.story("S4")
    case_id = ground.brought("S4", upto="ig_advice")
    reference = ground.reference(case_id)
    lucy = visit("lucy.brandt", width=DESK)
    journeys.from_worklist(lucy, reference, "Give advice")
    # Advice against without a reason is sent back, with what was typed.
    lucy.choose("advice", "does_not_support")
    lucy.press("Record the advice", status=422)
    assert lucy.page.title().startswith("Error: ")
    assert lucy.page.locator(".govuk-error-summary a").first.get_attribute("href") == "#why"
    journeys.advise(lucy, "does_not_support", why="disproportionate")

    anne = visit("anne.whitcombe", width=PHONE)
    journeys.from_worklist(anne, reference, "Decide 1 item")
    anne.sees("Does not support sharing", "disproportionate")
    journeys.choose_items(anne, [], {"notes": ("detriment", "detriment to the child outweighs")})
    journeys.weigh(anne, story)
    # A refusal of everything must say what would change it.
    anne.press("Read it back to me", status=422)
    assert anne.page.locator(".govuk-error-summary a").first.get_attribute("href") == "#would_change_it"
    anne.fill("would_change_it", "new information about risk")
    journeys.confirm(anne, "The item is not shared.", button="Refuse 1 item")
    assert ground.house.case(case_id).outcome == "declined"
    assert outcomes(ground, case_id) == {"notes": ItemOutcome.REFUSE}
    Post(product, case_id).has("kate.dunmore", DECIDED)

    kate = visit("kate.dunmore", width=PHONE)
    kate.open(f"/cases/{case_id}")
    kate.sees("Declined", "new information about risk", "detriment to the child outweighs")
    kate.open(f"/shared/{case_id}", status=404)


def test_continuing_use(visit: Visit, ground: Ground) -> None:
    """S7 up to the decision: sharing that continues needs a day on which it is looked at again."""
    story = ground.story("S7")
    case_id = ground.brought("S7", upto="adjudication")
    moira = visit("moira.keane", width=PHONE)
    journeys.from_worklist(moira, ground.reference(case_id), "Decide 2 items")
    moira.sees("Continuing: month until")
    journeys.choose_items(moira, ["attendance", "incidents"], {})
    journeys.weigh(moira, story, conditions=["for the care plan"])
    moira.fill("retention", "until the plan ends")
    moira.fill("onward", "nobody")
    moira.press("Read it back to me", status=422)
    assert moira.page.locator(".govuk-error-summary a").first.get_attribute("href") == "#review_by"
    review = (ground.now + timedelta(days=180)).date()
    moira.date("review_by", review)
    journeys.confirm(moira, "All 2 items will be shared with Amy Castell", button="Share 2 items")
    decision = ground.house.case(case_id).decisions[-1]
    assert decision.review_by == review
    assert set(outcomes(ground, case_id).values()) == {ItemOutcome.SHARE}


@pytest.mark.feature("C24", "C28")
def test_withdrawn_without_a_script(visit: Visit, product: Product, ground: Ground) -> None:
    """S12 whole, in browsers that run no script: written, sent, checked, withdrawn."""
    story, holder = ground.story("S12"), "Marlbridge County Council"
    kate = visit("kate.dunmore", width=PHONE, scripts=False)
    case_id = journeys.start(kate, holder)
    post = Post(product, case_id)
    journeys.fill_everything(kate, story)
    journeys.send(kate, holder)
    reference = ground.reference(case_id)
    post.brings(("tom.ellery", YOUR_TURN))

    tom = visit("tom.ellery", width=DESK, scripts=False)
    journeys.from_worklist(tom, reference, "Record the consent check")
    journeys.check_consent(tom, "not_sought", "not sought and why")
    post.brings(("grace.okafor", YOUR_TURN), ("kate.dunmore", PROGRESS))

    kate.open("/requests")
    kate.follow(reference)
    kate.follow("Withdraw the request")
    kate.press("Withdraw the request", status=422)
    kate.fill("reason", "the family has been reached")
    kate.press("Withdraw the request")
    kate.sees("The request has been withdrawn.", "the family has been reached")
    post.brings(("grace.okafor", ENDED))
    post.is_discreet(story, reference)
    case = ground.house.case(case_id)
    assert (case.outcome, case.released) == ("withdrawn", ())
    assert product.tool("register", "verify")
