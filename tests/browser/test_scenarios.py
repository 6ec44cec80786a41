"""Two requests of the data from the first page to the last: every detail typed, every mail waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.browser import journeys
from tests.browser.conftest import Visit
from tests.browser.post import DECIDED, ENDED, PROGRESS, RELEASED, YOUR_TURN, Post
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.processes.ground import Ground
from tests.processes.product import Product
from workflows.core.request import Items, Task
from workflows.service.scenario import Scenario
from workflows.service.unit_of_work import reading

pytestmark = pytest.mark.timeout(240)


def kept_as_told(ground: Ground, case_id: str, story: Scenario) -> None:
    """The request in the database is the request of the data, to the last detail."""
    found = ground.house.case(case_id).request
    assert replace(found, saved=()) == journeys.wanted(story)
    assert set(found.saved) == set(Task)


def reads_of(ground: Ground, case_id: str, who: str) -> list[str]:
    """What kinds of reading of a case by a person are on record."""
    with reading(ground.house.engine) as connection:
        rows = connection.execute(
            text("SELECT * FROM reads WHERE case_id = cast(:case AS uuid) AND person_id = cast(:who AS uuid)"),
            {"case": case_id, "who": ground.house.person(who).id},
        )
        return [str(dict(row._mapping)) for row in rows]


def reads_what_was_shared(reader: Visitor, ground: Ground, case_id: str, story: Scenario, *, from_: str) -> None:
    """The recipient finds the information among what was shared with her, and reads every word."""
    before = len(reads_of(ground, case_id, story.requester))
    reader.open("/requests")
    reader.follow("Information that was shared with you")
    reader.follow(ground.reference(case_id))
    reader.sees(f"From {from_}", *story.contents.values())
    assert len(reads_of(ground, case_id, story.requester)) > before


def nobody_else_reads(outsider: Visitor, case_id: str, story: Scenario) -> None:
    """Somebody with no part in it is told what she would be told of a case that does not exist."""
    for path in (f"/cases/{case_id}", f"/shared/{case_id}", f"/cases/{case_id}/record", f"/requests/{case_id}"):
        outsider.open(path, status=404)
        outsider.does_not_see(*story.contents.values())


@pytest.mark.feature("C1", "C2", "C24", "C26", "C28")
def test_consented_and_straightforward(visit: Visit, product: Product, ground: Ground) -> None:
    """S1 on a phone: consent covers everything, so the IG lead's advice releases it without an adjudicator."""
    story, holder = ground.story("S1"), "Larkfield Surgery"
    keys = journeys.item_keys(story)
    jess = visit("jess.holloway", width=PHONE)
    case_id = journeys.start(jess, holder)
    post = Post(product, case_id)
    journeys.fill_everything(jess, story)
    journeys.send(jess, holder)
    kept_as_told(ground, case_id, story)
    reference = ground.reference(case_id)
    jess.sees(reference, holder)
    post.brings(("beth.carver", YOUR_TURN))

    beth = visit("beth.carver", width=PHONE)
    journeys.from_worklist(beth, reference, "Record the consent check")
    beth.sees("communication card")
    journeys.check_consent(beth, "valid", "consent covers every item and recipient", covers_all=True)
    post.brings(("beth.carver", YOUR_TURN), ("jess.holloway", PROGRESS))

    journeys.from_worklist(beth, reference, "Give advice")
    beth.does_not_see("A. Tamsin", "9990027463")
    journeys.advise(beth, "supports", delegated="yes")
    post.brings(("beth.carver", YOUR_TURN), ("owen.price", YOUR_TURN), ("jess.holloway", DECIDED))

    journeys.from_worklist(beth, reference, "Enter what is shared")
    journeys.release(beth, {keys[key]: words for key, words in story.contents.items()})
    post.brings(("jess.holloway", RELEASED), ("jess.holloway", ENDED))
    post.is_discreet(story, reference)

    reads_what_was_shared(jess, ground, case_id, story, from_=holder)
    jess.follow("The request and the decision")
    jess.sees("Shared")
    jess.follow("See the decision record")
    jess.sees("Shared, by delegated release under consent", "Jess Holloway", "6(1)(e)", *_items(story))
    nobody_else_reads(visit("lucy.brandt", width=PHONE), case_id, story)


@pytest.mark.feature("C1", "C2", "C5", "C24", "C26", "C28")
@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_consent_refused_and_the_risk_to_a_child_overrides(
    visit: Visit, product: Product, ground: Ground, width: int
) -> None:
    """S2 on a phone and at a desk: five people take part, three items, two of them shared, one refused."""
    story, holder = ground.story("S2"), "Harrowmere NHS Foundation Trust"
    keys = journeys.item_keys(story)
    priya = visit("priya.anand", width=width)
    case_id = journeys.start(priya, holder)
    post = Post(product, case_id)
    journeys.fill_everything(priya, story)
    journeys.send(priya, holder)
    kept_as_told(ground, case_id, story)
    reference = ground.reference(case_id)
    post.brings(("samir.haddad", YOUR_TURN))

    samir = visit("samir.haddad", width=width)
    journeys.from_worklist(samir, reference, "Record the consent check")
    samir.sees("earlier early-help work", story.part(Items).items[0].describe)
    journeys.check_consent(samir, "not_a_bar", "refusal recorded and not a bar")
    post.brings(("lucy.brandt", YOUR_TURN), ("priya.anand", PROGRESS))

    lucy = visit("lucy.brandt", width=width)
    journeys.from_worklist(lucy, reference, "Give advice")
    lucy.does_not_see("D. Orrin", "P. Orrin", "9990041199")
    journeys.advise(lucy, "supports_with_conditions", why="A summary is enough", conditions=CONDITIONS)
    post.brings(("anne.whitcombe", YOUR_TURN), ("femi.adeyemi", YOUR_TURN), ("priya.anand", PROGRESS))

    anne = visit("anne.whitcombe", width=width)
    journeys.from_worklist(anne, reference, "Decide 3 items")
    anne.sees("Supports sharing, with conditions", *CONDITIONS, "refusal recorded and not a bar")
    refused = {keys["record"]: ("not_necessary", "not necessary for the purpose")}
    journeys.choose_items(anne, [keys["risk"], keys["crisis"]], refused)
    journeys.weigh(anne, story, conditions=CONDITIONS)
    said = "2 of 3 items will be shared with Priya Anand of Marlbridge County Council."
    journeys.confirm(anne, said, *CONDITIONS, button="Share 2 items and refuse 1")
    desk = ("samir.haddad", "lucy.brandt", "anne.whitcombe", "femi.adeyemi")
    post.brings(("priya.anand", DECIDED), *((who, YOUR_TURN) for who in desk))

    journeys.from_worklist(lucy, reference, "Enter what is shared")
    lucy.sees(*CONDITIONS)
    journeys.release(lucy, {keys[key]: words for key, words in story.contents.items()})
    post.brings(("priya.anand", RELEASED), ("priya.anand", ENDED))
    post.is_discreet(story, reference)

    reads_what_was_shared(priya, ground, case_id, story, from_=holder)
    priya.sees(*CONDITIONS)
    priya.does_not_see("Whole mental-health record")
    anne.open(f"/cases/{case_id}/record")
    anne.sees("Partly shared", "Dr Anne Whitcombe", "Children Act 2004 s.16LA", "para 18", *_items(story))
    anne.sees("Whole mental-health record: refuse. Not necessary for the purpose.", *CONDITIONS)
    nobody_else_reads(visit("helen.marsh", width=width), case_id, story)


CONDITIONS = ("a summary and not the record",)


def _items(story: Scenario) -> list[str]:
    return [item.describe for item in story.part(Items).items]
