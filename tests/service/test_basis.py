"""The legal basis at the door: traps are refused unless somebody writes why, and the record keeps that."""

from __future__ import annotations

import pytest

from tests.builders import House, build
from tests.core.play import valid_for_all
from tests.weighed import RISKS
from workflows.core.commands import (
    AdviceType,
    Advise,
    ConsentFinding,
    Decide,
    ItemDecision,
    ItemOutcome,
    RecordConsent,
    Reduction,
    Save,
    Submit,
)
from workflows.core.duty import QuestionNow
from workflows.core.grounds import BasisOverride
from workflows.core.refusals import Refused
from workflows.core.request import LegalBasis, Task
from workflows.service.unit_of_work import Engine

WHY = "She has told staff of self-harm since; the plan must not wait for her agreement."
TRAP = "refused_without_reason"
WEIGHED = {"harm_of_sharing": "She may stop talking.", "harm_of_not_sharing": "She may be hurt.", **RISKS}

pytestmark = pytest.mark.feature("C14")


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


def share(house: House, case_id: str, *overrides: BasisOverride, who: str = "anne.whitcombe") -> None:
    items = tuple(
        ItemDecision(
            item.key, ItemOutcome.SHARE_REDUCED, "part_enough", "A part will do.", "A summary.", Reduction.SUMMARY
        )
        for item in house.case(case_id).request.items
    )
    house.give(Decide, who, case_id, items=items, overrides=overrides, **WEIGHED)


def test_a_refusal_with_paragraph_18_and_no_reason_is_a_trap_that_only_a_written_reason_opens(house: House) -> None:
    case_id = build(house, "S4", upto="adjudication")
    before = house.case(case_id)
    for given in ((), (BasisOverride(TRAP, "  "),), (BasisOverride("another_code", WHY),)):
        with pytest.raises(Refused) as refused:
            share(house, case_id, *given)
        found = refused.value.refusals[0]
        assert (found.code, found.field) == ("override_reason", f"override-{TRAP}")
        assert "three reasons" in found.say
    assert house.case(case_id) == before
    share(house, case_id, BasisOverride(TRAP, WHY), BasisOverride("not_asked_for", WHY))
    decision = house.case(case_id).decision
    assert decision is not None
    assert [(each.code, each.reason) for each in decision.overrides] == [(TRAP, WHY)]
    assert "refused or withdrawn" in decision.overrides[0].say


def test_nothing_is_asked_about_the_basis_of_what_is_not_shared(house: House) -> None:
    case_id = build(house, "S4", upto="reopen")
    decision = house.case(case_id).decision
    assert decision is not None
    assert decision.overrides == ()


def test_where_the_duty_is_the_question_the_decision_says_so_and_few_reasons_to_refuse_are_left(house: House) -> None:
    case_id = build(house, "S2", upto="adjudication")
    keys = [item.key for item in house.case(case_id).request.items]
    items = tuple(ItemDecision(key, ItemOutcome.REFUSE, "no_basis", "No basis.") for key in keys)
    fields = {**WEIGHED, "would_change_it": "A new risk.", "items": items}
    with pytest.raises(Refused) as refused:
        house.give(Decide, "anne.whitcombe", case_id, **fields)
    assert refused.value.refusals[0].field == "override-refused_against_duty"
    house.give(
        Decide, "anne.whitcombe", case_id, overrides=(BasisOverride("refused_against_duty", WHY),), **fields
    )  # fmt: skip
    decision = house.case(case_id).decision
    assert decision is not None
    assert decision.question == QuestionNow.MORE_DETRIMENT
    assert [each.code for each in decision.overrides] == ["refused_against_duty"]


def test_only_a_body_that_may_use_an_interest_can_share_on_it_without_a_reason(house: House) -> None:
    case_id = build(house, "S1", upto="submit")
    basis = LegalBasis(article_6="6(1)(ea)", article_9="9(2)(h)", common_law="consent")
    house.give(Save, "jess.holloway", case_id, task=Task.BASIS, answers=basis)
    house.give(Submit, "jess.holloway", case_id)
    covered = {"finding": ConsentFinding.VALID, "covers_all": True, "people": valid_for_all(house.case(case_id))}
    house.give(RecordConsent, "beth.carver", case_id, note="Consent covers everything.", **covered)
    with pytest.raises(Refused) as refused:  # the surgery is a public authority, and nobody else will look
        house.give(Advise, "beth.carver", case_id, advice=AdviceType.SUPPORTS, delegated_release=True)
    assert [each.code for each in refused.value.refusals] == ["basis_needs_adjudicator"]
    house.give(Advise, "beth.carver", case_id, advice=AdviceType.SUPPORTS)
    with pytest.raises(Refused) as refused:
        share(house, case_id, who="owen.price")
    assert [each.field for each in refused.value.refusals] == ["override-interest_of_public_body"]
    share(house, case_id, BasisOverride("interest_of_public_body", WHY), who="owen.price")
