"""S4 by hand, both rounds: declined, reopened on new risk, and partly shared; nothing of the first round is gone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.browser import journeys
from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.processes.ground import Ground
from workflows.core.commands import ItemOutcome
from workflows.core.request import Item, Items, People
from workflows.definitions import demo
from workflows.service.scenario import Scenario

pytestmark = [pytest.mark.timeout(300), pytest.mark.feature("C27", "C28")]
HOLDER = "Harrowmere NHS Foundation Trust"
FIRST_REASON = "detriment to the child outweighs"
WOULD_CHANGE = "new information about risk"


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_declined_then_reopened_on_new_risk(visit: Visit, ground: Ground, width: int) -> None:
    story = ground.story("S4")
    kate, anne = visit("kate.dunmore", width=width), visit("anne.whitcombe", width=width)
    case_id = journeys.start(kate, HOLDER)
    journeys.fill_everything(kate, story)
    journeys.send(kate, HOLDER)
    reference = ground.reference(case_id)
    first_round(visit, anne, story, reference, width=width)
    assert ground.house.case(case_id).outcome == "declined"

    new = demo.read("additions")["reopened"]["S4"]
    told = next(step.says["new_information"] for step in story.steps if step.stage == "reopen")
    reopens(kate, case_id, new, told)
    case = ground.house.case(case_id)
    assert (case.round, case.closed, len(case.request.items)) == (2, False, 3)

    keys = {item.describe: item.key for item in case.request.items}
    shared = [keys[item["describe"]] for item in new.values()]
    journeys.from_worklist(anne, reference, "Decide 3 items")
    anne.sees(told, FIRST_REASON)
    (notes,) = (item.key for item in old_items(story, keys))
    journeys.choose_items(anne, shared, {notes: ("not_necessary", "not necessary")})
    journeys.weigh(anne, story)
    overrides = demo.read("additions")["overrides"]["S4"]
    for code, why in overrides.items():
        anne.fill(f"override-{code}", why)
    journeys.confirm(anne, "2 of 3 items will be shared with Kate Dunmore", button="Share 2 items and refuse 1")
    lucy = visit("lucy.brandt", width=width)
    journeys.from_worklist(lucy, reference, "Enter what is shared")
    words = [story.contents[key] for key in new]
    journeys.release(lucy, dict(zip(shared, words, strict=True)))

    case = ground.house.case(case_id)
    assert [each.outcome for each in case.decisions] == ["declined", "partly_shared"]
    assert {each.key: each.outcome for each in case.decisions[-1].items} == {
        **dict.fromkeys(shared, ItemOutcome.SHARE), notes: ItemOutcome.REFUSE,
    }  # fmt: skip
    kate.open(f"/shared/{case_id}")
    kate.sees(*words)
    for reader in (kate, anne):
        reader.open(f"/cases/{case_id}/record")
        reader.sees(FIRST_REASON, WOULD_CHANGE, "not necessary", "Partly shared", "Declined")


def old_items(story: Scenario, keys: Mapping[str, str]) -> list[Item]:
    """What was asked for in the first round, with the keys that the pages gave."""
    wanted = journeys.wanted(story)
    assert {item.describe for item in wanted.items} <= set(keys)
    return [item for item in wanted.items if keys[item.describe] == item.key]


def first_round(visit: Visit, anne: Visitor, story: Scenario, reference: str, *, width: int) -> None:
    """Consent refused by a competent child, advice against, and the item refused."""
    name = story.part(People).people[0].name
    samir = visit("samir.haddad", width=width)
    journeys.from_worklist(samir, reference, "Record the consent check")
    journeys.check_consent(samir, "not_a_bar", "refusal by a competent child")
    lucy = visit("lucy.brandt", width=width)
    journeys.from_worklist(lucy, reference, "Give advice")
    lucy.does_not_see(name)
    journeys.advise(lucy, "does_not_support", why="disproportionate")
    journeys.from_worklist(anne, reference, "Decide 1 item")
    anne.sees("disproportionate", "refusal by a competent child")
    (notes,) = journeys.item_keys(story).values()
    assert len(story.part(Items).items) == 1
    journeys.choose_items(anne, [], {notes: ("detriment", FIRST_REASON)})
    journeys.weigh(anne, story, would_change_it=WOULD_CHANGE)
    journeys.confirm(anne, "The item is not shared.", button="Refuse 1 item")


def reopens(kate: Visitor, case_id: str, new: Mapping[str, Mapping[str, str]], told: str) -> None:
    """The requester says what is new, and asks for less."""
    kate.open(f"/cases/{case_id}")
    kate.sees("Declined", WOULD_CHANGE)
    kate.follow("Reopen with new information")
    kate.sees(WOULD_CHANGE, FIRST_REASON)
    # Without anything new it is refused, and what was typed stays.
    kate.press("Reopen the request", status=422)
    kate.fill("new_information", told)
    for number, item in enumerate(new.values(), 1):
        for part in ("category", "describe", "justify"):
            if part == "category":
                kate.choose(f"category-new-{number}", item[part])
            else:
                kate.fill(f"{part}-new-{number}", item[part])
    kate.press("Reopen the request")
    kate.sees("The request is open again.")


def test_a_use_that_continues_is_looked_at_again(visit: Visit, ground: Ground) -> None:
    """S7's review by its Guardian, and a challenge by who asked."""
    case_id = ground.brought("S7", upto="review")
    moira = visit("moira.keane", width=PHONE)
    moira.open(f"/cases/{case_id}/review-use")
    moira.press("Record the review", status=422)
    moira.choose("outcome", "change")
    moira.fill("change", "half-termly")
    moira.fill("why", "Still needed, but less often")
    moira.date("review_by", ground.now.date().replace(year=ground.now.year + 1))
    moira.press("Record the review")
    moira.sees("half-termly")
    amy = visit("amy.castell", width=DESK)
    amy.open(f"/cases/{case_id}")
    amy.sees("half-termly")
    amy.follow("Challenge the decision")
    amy.press("Challenge the decision", status=422)
    amy.fill("grounds", "Half-termly is too late to see a pattern.")
    amy.press("Challenge the decision")
    case = ground.house.case(case_id)
    assert case.round == 2
    assert len(case.decisions) == 1
