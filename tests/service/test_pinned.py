"""Requests and the versions that they are pinned to: what was in force when they were sent, whatever comes later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.builders import House, build
from tests.counting import statements
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core.evidence import PrincipleEvidence
from workflows.core.grounds import BasisOverride
from workflows.core.packs import PackRef
from workflows.core.refusals import Refused
from workflows.definitions.packs import read_builtin_pack
from workflows.service import packing
from workflows.service.library import Library
from workflows.service.unit_of_work import reading

pytestmark = pytest.mark.feature("C4")
BEFORE = datetime(2026, 11, 2, 8, tzinfo=UTC)
SENT = datetime(2026, 11, 9, 9, tzinfo=UTC)
CHANGED = SENT + timedelta(days=1)
LATER = CHANGED + timedelta(days=1)
GUARDIAN, ONE, TWO = "anne.whitcombe", "peter.quayle", "irene.castle"
NEXT = PackRef("reason-codes", "2026-12")


def next_reasons() -> str:
    """A second version of the reasons: one reason in other words, another under another code."""
    text = read_builtin_pack("reason-codes/2026-11").replace("version: 2026-11", "version: 2026-12", 1)
    return text.replace("Necessary for the purpose", "Needed to protect", 1).replace(
        "code: not_relevant", "code: beside", 1
    )


def change(house: House, *, at: datetime = CHANGED) -> None:
    """Publish the second version; one administrator proposes it, another activates it."""
    packing.publish(house.engine, next_reasons(), source="next", by="", at=at)
    packing.propose(
        house.engine, NEXT, by=house.person(ONE).id, note="Plainer.", starts_on=None, command_id=house.new_id(), at=at
    )
    packing.activate(house.engine, NEXT, by=house.person(TWO).id, command_id=house.new_id(), at=at)


@pytest.fixture
def house(house: House) -> House:
    """The demo's people, and what comes with the product in force."""
    packing.found(house.engine, at=BEFORE)
    return house


def at_decision(house: House, submitted: datetime = SENT) -> str:
    """A request that waits for the Guardian, sent at an instant."""
    times = [submitted + timedelta(hours=hour) for hour in range(1, 12)]
    return build(house, "S2", submitted=submitted, times=times)


def page(house: House, case_id: str) -> Any:
    return house.casework.case(house.person(GUARDIAN), case_id, now=LATER)


def decide(
    house: House,
    case_id: str,
    reason: str,
    outcome: c.ItemOutcome = c.ItemOutcome.SHARE,
    *,
    also: str = "",
    evidence: tuple[PrincipleEvidence, ...] = (),
) -> None:
    items = tuple(
        c.ItemDecision(item.key, outcome, reason, "Said." if outcome is c.ItemOutcome.REFUSE else "", also=also)
        for item in house.case(case_id).request.items
    )
    house.give(
        c.Decide, GUARDIAN, case_id, items=items, harm_of_sharing="Trust.", harm_of_not_sharing="Harm.",
        review_by=date(2027, 5, 1), would_change_it="A new risk.", **RISKS, evidence=evidence,
        overrides=(BasisOverride("refused_against_duty", "The item has no bearing on the child’s safety."),),
    )  # fmt: skip


def test_a_request_is_pinned_to_what_is_in_force_when_it_is_sent(house: House) -> None:
    draft = build(house, "S2", upto="submit", submitted=SENT)
    assert house.case(draft).packs == ("caldicott/2020-12", "golden-rules/2024-05")
    house.give(c.Submit, "priya.anand", draft, at=SENT)
    with reading(house.engine) as connection:
        assert house.case(draft).packs == packing.in_force(connection, SENT)
    assert "reason-codes/2026-11" in house.case(draft).packs


def test_a_request_sent_before_anything_was_in_force_keeps_what_its_workflow_names(house: House) -> None:
    case_id = at_decision(house, BEFORE - timedelta(days=30))
    assert house.case(case_id).packs == ("caldicott/2020-12", "golden-rules/2024-05")
    assert page(house, case_id).definition.reason("not_necessary").words == "Not necessary for the purpose"


def test_an_open_request_keeps_its_words_and_codes_and_a_new_one_has_the_next(house: House) -> None:
    old = at_decision(house)
    change(house)
    new = at_decision(house, LATER)
    assert "reason-codes/2026-11" in house.case(old).packs
    assert "reason-codes/2026-12" in house.case(new).packs
    assert page(house, old).definition.reason("necessary").words == "Necessary for the purpose"
    assert page(house, old).definition.reason("beside") is None
    assert page(house, new).definition.reason("necessary").words == "Needed to protect"
    assert page(house, new).definition.reason("beside").words == "Not relevant to the concern"
    assert page(house, new).definition.reason("not_relevant") is None
    assert [str(pack.ref) for pack in page(house, old).packs] == list(house.case(old).packs)


def test_the_door_takes_a_reason_only_from_the_version_that_the_request_is_pinned_to(house: House) -> None:
    old = at_decision(house)
    change(house)
    new = at_decision(house, LATER)
    for case_id, wrong in ((old, "beside"), (new, "not_relevant")):
        before = house.case(case_id)
        with pytest.raises(Refused) as refused:
            decide(house, case_id, wrong, c.ItemOutcome.REFUSE)
        assert "reason_missing" in {each.code for each in refused.value.refusals}
        assert house.case(case_id) == before
    decide(house, old, "not_relevant", c.ItemOutcome.REFUSE)
    decide(house, new, "beside", c.ItemOutcome.REFUSE)


def test_deciding_by_pinned_reasons_costs_no_more_statements(house: House) -> None:
    case_id, other = at_decision(house), at_decision(house)
    decide(house, other, "necessary")
    with statements(house.engine) as sent:
        decide(house, case_id, "necessary")
    assert len([each for each in sent if "packs" in each.split("SET")[0]]) == 0


def test_a_version_is_read_once_in_a_process_and_what_is_missing_is_not_asked_for_each_time(house: House) -> None:
    library = Library()
    names = ("caldicott/2020-12", "caldicott/1997", "reason-codes/2026-11")
    with reading(house.engine) as connection, statements(house.engine) as sent:
        first = library.packs(connection, names)
        again = library.packs(connection, names)
    assert [str(pack.ref) for pack in first] == ["caldicott/2020-12", "reason-codes/2026-11"]
    assert first == again
    assert len(sent) == 1


# --- Reasons that are never enough by themselves, and evidence for principles


@pytest.mark.parametrize(
    ("also", "fits"), [("", False), ("data_protection", False), ("necessary", False), ("not_relevant", True)]
)
def test_a_reason_that_rests_on_a_misunderstanding_needs_the_one_behind_it(house: House, also: str, fits: bool) -> None:
    case_id = at_decision(house)
    before = house.case(case_id)
    if fits:
        decide(house, case_id, "no_consent", c.ItemOutcome.REFUSE, also=also)
        assert house.case(case_id).decision is not None
        return
    with pytest.raises(Refused) as refused:
        decide(house, case_id, "no_consent", c.ItemOutcome.REFUSE, also=also)
    assert "reason_alone" in {each.code for each in refused.value.refusals}
    assert house.case(case_id) == before


def test_evidence_is_kept_with_the_decision_and_belongs_to_principles_of_the_pinned_pack(house: House) -> None:
    case_id = at_decision(house)
    good, foreign = PrincipleEvidence("7", "Both harms weighed."), PrincipleEvidence("9", "No such principle.")
    for wrong in ((foreign,), (good, good)):
        with pytest.raises(Refused) as refused:
            decide(house, case_id, "necessary", evidence=wrong)
        assert refused.value.code == "principle_unknown"
    decide(house, case_id, "necessary", evidence=(good,))
    decision = house.case(case_id).decision
    assert decision is not None
    assert decision.evidence == (good,)
