"""Reopen, challenge, send back, and the review of a use that continues: each adds a round, and nothing is cleared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.builders import House, build, play
from tests.service.fights import challenged, decide_again, overturned
from tests.service.test_followups import REVIEW_AT, set_time, told, whole
from workflows.core.case import Outcome
from workflows.core.commands import AdviceType, Advise, Challenge, Reopen, ReviewUse, SendBack
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.refusals import Refused
from workflows.core.request import Item
from workflows.core.rounds import Why
from workflows.core.uses import UseOutcome, UseState
from workflows.service.sweeping import Swept, sweep

pytestmark = pytest.mark.feature("C27")

ASKER, GUARDIAN, DEPUTY, LEAD = "priya.anand", "anne.whitcombe", "femi.adeyemi", "lucy.brandt"
NEW = Item("plan", "health_summary", "The care plan", "It says who visits")


def test_after_an_overturn_the_first_decision_and_its_times_are_reported_as_they_were(house: House) -> None:
    before = house.case(build(house, "S2", upto=None))
    case = house.case(overturned(house))
    first, second = case.decisions
    assert [(item.key, item.outcome) for item in first.items] == [
        (item.key, item.outcome) for item in before.decisions[0].items
    ]
    assert first.harm_of_not_sharing == before.decisions[0].harm_of_not_sharing
    assert (first.outcome, first.round, first.challenge) == (Outcome.PARTLY_SHARED, 1, "")
    assert (second.challenge, second.of_round, second.round) == ("overturned", 1, 2)
    kept = [(clock.stage, clock.started_at, clock.stopped_at) for clock in before.past_clocks]
    assert [(clock.stage, clock.started_at, clock.stopped_at) for clock in case.past_clocks][: len(kept)] == kept
    assert case.past_clocks[-1].stage == "decision_review"
    assert (case.rounds[0].why, case.rounds[0].ended) == (Why.CHALLENGED, "partly_shared")
    assert [task.due for task in waiting(case, FollowUpKind.LEARNING)] == [None]
    assert told(house, case.id)
    whole(house)


def test_a_challenge_is_never_looked_at_by_who_decided_before(house: House) -> None:
    case_id = challenged(house)
    with pytest.raises(Refused, match="decided_before"):
        decide_again(house, case_id, "risk", "crisis", who=GUARDIAN)
    work = house.casework.worklist(house.person(GUARDIAN), tab="mine", page=1, now=house.later(case_id))
    assert case_id not in [row.id for row in work.rows]
    decide_again(house, case_id, "risk", "crisis")
    decision = house.case(case_id).decision
    assert decision is not None
    assert decision.challenge == "upheld"


def test_a_challenge_that_changes_some_items_varies_the_decision(house: House) -> None:
    case_id = challenged(house)
    decide_again(house, case_id, "risk", "crisis", "record")
    case = house.case(case_id)
    assert case.decision is not None
    assert (case.decision.challenge, case.stage) == ("varied", "release")


def test_the_consent_officer_challenges_for_a_representative_and_says_for_whom(house: House) -> None:
    case_id = play(house, "S2")
    with pytest.raises(Refused, match="missing"):
        house.give(Challenge, "samir.haddad", case_id, grounds="He was not asked.")
    with pytest.raises(Refused, match="not_yours"):
        house.give(Challenge, LEAD, case_id, grounds="He was not asked.")
    with pytest.raises(Refused, match="missing"):
        house.give(Challenge, ASKER, case_id, grounds=" ")
    house.give(Challenge, "samir.haddad", case_id, grounds="He was not asked.", on_behalf="His advocate, by letter.")
    assert house.case(case_id).rounds[0].on_behalf == "His advocate, by letter."


def test_what_is_not_decided_cannot_be_reopened_or_challenged(house: House) -> None:
    for key, who in (("S12", None), ("S11", None)):
        case_id = play(house, key)
        requester = next(p.email for p in house.cast.people.values() if p.id == house.case(case_id).requester)
        with pytest.raises(Refused, match="wrong_stage"):
            house.give(Reopen, who or requester, case_id, new_information="More.", items=())
        with pytest.raises(Refused, match="wrong_stage"):
            house.give(Challenge, who or requester, case_id, grounds="Wrong.")


def test_reopening_needs_something_new_and_loses_nothing(house: House) -> None:
    case_id = play(house, "S2")
    items = house.case(case_id).request.items
    with pytest.raises(Refused, match="missing"):
        house.give(Reopen, ASKER, case_id, new_information="", items=(*items, NEW))
    with pytest.raises(Refused, match="item_gone"):
        house.give(Reopen, ASKER, case_id, new_information="He moved.", items=(*items[1:], NEW))
    bare = Item("plan", "health_summary", "The care plan")
    with pytest.raises(Refused, match="item_not_justified"):
        house.give(Reopen, ASKER, case_id, new_information="He moved.", items=(*items, bare))
    with pytest.raises(Refused, match="not_yours"):
        house.give(Reopen, GUARDIAN, case_id, new_information="He moved.", items=(*items, NEW))
    assert house.case(case_id).round == 1


def test_changed_content_needs_advice_again_and_unchanged_goes_straight_to_who_decides(house: House) -> None:
    same, changed = play(house, "S2"), play(house, "S2")
    items = house.case(same).request.items
    house.give(Reopen, ASKER, same, new_information="He moved.", items=items)
    assert house.case(same).stage == "adjudication"
    house.give(Reopen, ASKER, changed, new_information="He moved.", items=(*items, NEW))
    case = house.case(changed)
    assert (case.stage, case.round, case.closed_at, case.outcome) == ("ig_advice", 2, None, None)
    assert case.latest_advice is None
    assert case.advice
    assert case.released == ("risk", "crisis")
    whole(house)


def test_sending_back_adds_advice_and_clears_none(house: House) -> None:
    case_id = build(house, "S2", upto="adjudication")
    with pytest.raises(Refused, match="missing"):
        house.give(SendBack, GUARDIAN, case_id, why="")
    house.give(SendBack, GUARDIAN, case_id, why="Is the whole record necessary?")
    before = house.case(case_id)
    assert (before.stage, before.round, len(before.advice)) == ("ig_advice", 2, 1)
    house.give(Advise, LEAD, case_id, advice=AdviceType.DOES_NOT_SUPPORT, why="A summary is enough.")
    case = house.case(case_id)
    assert (case.stage, [advice.round for advice in case.advice]) == ("adjudication", [1, 2])
    assert [clock.stage for clock in case.past_clocks].count("adjudication") == 1


# --- Uses that continue


def reader(house: House, case_id: str) -> tuple[str, ...]:
    found = house.casework.contents(house.person("amy.castell"), case_id, now=REVIEW_AT)
    return tuple(content.item.key for content in found)


def test_a_missed_review_pauses_the_flow_alerts_and_a_review_lets_it_run_on(house: House) -> None:
    case_id = build(house, "S7", upto="review")
    assert reader(house, case_id) == ("attendance", "incidents")
    set_time(house, REVIEW_AT + timedelta(hours=1))
    assert sweep(house.engine, house.casework.library) == Swept(done=1)
    assert reader(house, case_id) == ("attendance", "incidents")
    set_time(house, REVIEW_AT + timedelta(days=1))
    assert sweep(house.engine, house.casework.library) == Swept(done=1)
    assert sweep(house.engine, house.casework.library) == Swept()
    assert house.case(case_id).use is UseState.PAUSED
    with pytest.raises(Refused, match="use_paused"):
        reader(house, case_id)
    people = told(house, case_id, kind="use_paused")
    assert {name for name, _ in people} >= {"moira.keane", "amy.castell"}
    whole(house)
    later = REVIEW_AT + timedelta(days=2)
    house.give(ReviewUse, "moira.keane", case_id, at=later, outcome=UseOutcome.CONTINUE, why="Needed.",
               review_by=date(2027, 10, 4))  # fmt: skip
    assert reader(house, case_id) == ("attendance", "incidents")
    assert [task.due for task in waiting(house.case(case_id))] == [date(2027, 10, 4)]
    whole(house)


def test_a_use_that_ends_can_no_longer_be_read(house: House) -> None:
    case_id = build(house, "S7", upto="review")
    house.give(ReviewUse, "moira.keane", case_id, at=REVIEW_AT, outcome=UseOutcome.END, why="She left the school.")
    assert house.case(case_id).use is UseState.ENDED
    assert waiting(house.case(case_id)) == ()
    with pytest.raises(Refused, match="use_ended"):
        reader(house, case_id)


def test_a_review_says_why_what_changes_and_when_next(house: House) -> None:
    case_id = build(house, "S7", upto="review")
    past = datetime(2026, 1, 1, tzinfo=UTC).date()
    for wrong, fields in (
        ("missing", {"outcome": UseOutcome.END, "why": ""}),
        ("missing", {"outcome": UseOutcome.CHANGE, "why": "Yes.", "review_by": date(2027, 9, 1)}),
        ("review_missing", {"outcome": UseOutcome.CONTINUE, "why": "Yes."}),
        ("review_past", {"outcome": UseOutcome.CONTINUE, "why": "Yes.", "review_by": past}),
        ("review_far", {"outcome": UseOutcome.CONTINUE, "why": "Yes.", "review_by": date(2047, 9, 1)}),
    ):
        with pytest.raises(Refused, match=wrong):
            house.give(ReviewUse, "moira.keane", case_id, at=REVIEW_AT, **fields)
    with pytest.raises(Refused, match="not_yours"):
        house.give(ReviewUse, "ali.rashid", case_id, at=REVIEW_AT, outcome=UseOutcome.END, why="No.")
    assert house.case(case_id).use_reviews == ()


def test_the_change_of_the_data_is_kept(house: House) -> None:
    case = house.case(play(house, "S7"))
    assert [(review.outcome, review.change) for review in case.use_reviews] == [(UseOutcome.CHANGE, "half-termly")]
    assert [task.due for task in waiting(case)] == [date(2027, 11, 3)]
