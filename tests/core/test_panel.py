"""Two adjudicators: blind until both have decided, agreed by both, or settled openly by a third."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.core.play import GUARDIAN, HOLDER, IG, MANAGER, REQUESTER, RISKS, STANDARD, Play, person
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Outcome
from workflows.core.definition import CommandType, Role
from workflows.core.evidence import PrincipleEvidence
from workflows.core.notices import NoticeKind, desk, notices
from workflows.core.panel import AGREED, SETTLED, together, two_needed
from workflows.core.permissions import Principal, permitted
from workflows.core.refusals import Refused
from workflows.core.visibility import look
from workflows.core.votes import sitting
from workflows.definitions.lint import check
from workflows.definitions.loader import load, read_builtin
from workflows.store.mapping import seal_events

pytestmark = pytest.mark.feature("C18")
DECIDE = CommandType.DECIDE
SECOND = person("second", (HOLDER, Role.DEPUTY_GUARDIAN))
THIRD = person("third", (HOLDER, Role.ADJUDICATOR))
WORKFLOW = read_builtin("standard").replace(
    "      decide:\n",
    """      decide:
        options:
          two_adjudicators:
            code: whole_record
            say: A sensitive whole record is asked for, so two adjudicators decide.
            needs: items.exists(i, i.sensitive)
""",
    1,
)


def two() -> Play:
    """A case for which a second adjudicator was demanded."""
    play = Play().to("adjudication")
    play.do(c.DemandSecond, GUARDIAN, reason="The whole record is asked for.")
    return play


def decide(play: Play, who: Principal, *outcomes: str, **fields: Any) -> list[e.Event]:
    reasons = {"share": "necessary", "share_reduced": "part_enough", "refuse": "not_necessary"}
    text = fields.pop("text", "Because.")
    items = tuple(
        c.ItemDecision(item.key, c.ItemOutcome(outcome), reasons[outcome], text, "A summary.", c.Reduction.SUMMARY)
        for item, outcome in zip(play.now.request.items, outcomes, strict=True)
    )
    said = {"harm_of_sharing": "Some.", "harm_of_not_sharing": "More.", "would_change_it": "New risk.", **RISKS}
    return play.do(c.Decide, who, **{"items": items, **said, **fields})


def code(play: Play, who: Principal, command: CommandType = DECIDE) -> str:
    refusal = permitted(play.now, who, play.definition)[command]
    return refusal.code if refusal else ""


def test_two_who_agree_decide_together() -> None:
    play = two()
    (first,) = decide(play, GUARDIAN, "share", "refuse", conditions=("Read only.",))
    assert isinstance(first, e.AdjudicatorVoted)
    assert first.move is None
    assert play.now.stage == "adjudication"
    assert play.now.decision is None
    assert play.now.outcome is None
    happened = decide(play, SECOND, "share", "refuse", harm_of_sharing="Much.", conditions=("Destroy it.",))
    assert [type(event) for event in happened] == [e.AdjudicatorVoted, e.Decided]
    decision = play.now.decision
    assert decision is not None
    assert (decision.outcome, decision.panel, play.now.stage) == (Outcome.PARTLY_SHARED, AGREED, "release")
    assert decision.by_name == f"{GUARDIAN.name} and {SECOND.name}"
    assert decision.conditions == ("Read only.", "Destroy it.")
    assert decision.harm_of_sharing == "Some.\n\nMuch."
    assert len(play.now.votes) == 2


def test_the_evidence_of_both_is_kept() -> None:
    play = two()
    decide(play, GUARDIAN, "share", "refuse")
    first = replace(play.now.votes[0].decided[0], evidence=(PrincipleEvidence("1", "Section 47."),))
    second = replace(
        first, evidence=(PrincipleEvidence("1", "A strategy meeting."), PrincipleEvidence("2", "Two items."))
    )
    assert together(first, second).evidence == (
        PrincipleEvidence("1", "Section 47.\n\nA strategy meeting."),
        PrincipleEvidence("2", "Two items."),
    )


def test_what_differs_decides_nothing_until_a_third_settles_it_with_a_reason() -> None:
    play = two()
    decide(play, GUARDIAN, "share", "refuse")
    assert [type(event) for event in decide(play, SECOND, "refuse", "refuse")] == [e.AdjudicatorVoted]
    assert play.now.decision is None, "the stricter one does not win quietly"
    assert play.now.stage == "adjudication"
    decide(play, THIRD, "share", "refuse", text="The risk to the child is plain.")
    decision = play.now.decision
    assert decision is not None
    assert (decision.panel, decision.by, play.now.stage) == (SETTLED, THIRD.id, "release")


def test_a_third_must_say_why_even_when_sharing() -> None:
    play = two()
    decide(play, GUARDIAN, "share", "share")
    decide(play, SECOND, "share", "refuse")
    with pytest.raises(Refused) as caught:
        decide(play, THIRD, "share", "share", text="")
    assert [(refusal.code, refusal.field) for refusal in caught.value.refusals] == [
        ("settling_unexplained", "text-record")
    ]
    assert play.now.decision is None


def test_both_may_decide_again_and_are_blind_again() -> None:
    play = two()
    decide(play, GUARDIAN, "share", "refuse")
    decide(play, SECOND, "refuse", "refuse")
    decide(play, SECOND, "share", "refuse")
    assert look(play.now, GUARDIAN, STANDARD).votes == (1, 2)
    assert look(play.now, SECOND, STANDARD).votes == (1, 2, 3)
    assert code(play, SECOND) == "voted"
    decide(play, GUARDIAN, "share", "refuse")
    assert play.now.stage == "release"
    assert look(play.now, GUARDIAN, STANDARD).votes == (1, 2, 3, 4)


def test_a_reduction_in_other_words_is_a_conflict() -> None:
    play = two()
    decide(play, GUARDIAN, "share_reduced", "refuse")
    items = tuple(
        replace(item, reduction="The last year only.") if item.outcome is c.ItemOutcome.SHARE_REDUCED else item
        for item in play.now.votes[0].decided[0].items
    )
    play.do(c.Decide, SECOND, items=items, harm_of_sharing="Some.", harm_of_not_sharing="More.", **RISKS)
    assert play.now.decision is None
    assert sitting(play.now).differ


@pytest.mark.feature("C19")
def test_the_first_is_never_the_second_and_the_adviser_is_neither() -> None:
    play = two()
    decide(play, GUARDIAN, "share", "refuse")
    assert code(play, GUARDIAN) == "voted"
    assert code(play, SECOND) == ""
    both = replace(IG, memberships=IG.memberships | THIRD.memberships)
    assert code(play, both) == "advised"
    assert code(play, REQUESTER) == "own_case"
    assert GUARDIAN.id in desk(play.now, STANDARD).excluding


def test_nobody_but_the_voter_may_read_the_first_vote() -> None:
    play = two()
    before = play.now
    happened = decide(play, GUARDIAN, "share", "refuse")
    assert look(play.now, GUARDIAN, STANDARD).votes == (1,)
    for who in (SECOND, THIRD, IG, MANAGER, REQUESTER, person("administrator", (HOLDER, Role.ADMINISTRATOR))):
        assert look(play.now, who, STANDARD).votes == ()
    told = notices(before, happened, play.now, STANDARD)
    assert [notice.kind for notice in told] == [NoticeKind.YOUR_TURN]
    decide(play, SECOND, "share", "refuse")
    for who in (GUARDIAN, SECOND, THIRD, IG):
        assert look(play.now, who, STANDARD).votes == (1, 2)
    for who in (MANAGER, REQUESTER):
        assert look(play.now, who, STANDARD).votes == ()


def test_the_facts_of_a_vote_are_the_same_whatever_was_voted() -> None:
    def facts(*outcomes: str) -> str:
        play = two()
        (vote,) = decide(play, GUARDIAN, *outcomes)
        (sealed,) = seal_events([vote], stream="s", version=0, head="0" * 64, command_id="c", salt="00")
        assert sealed.texts is not None
        return json.dumps(sealed.facts)

    assert facts("share", "share") == facts("refuse", "refuse") == facts("share_reduced", "refuse")


def test_a_vote_does_not_count_after_a_question_or_when_the_voter_stands_aside() -> None:
    play = two()
    decide(play, GUARDIAN, "share", "refuse")
    assert code(play, GUARDIAN, CommandType.ASK) == "voted"
    play.do(c.Ask, SECOND, question="Who lives there?", harm_of_waiting="Little.")
    play.do(c.Answer, REQUESTER, answer="His mother.")
    assert sitting(play.now).open == ()
    assert two_needed(play.now, STANDARD)
    decide(play, SECOND, "share", "refuse")
    assert code(play, GUARDIAN) == ""
    play.do(c.DeclareConflict, SECOND, reason="My cousin.")
    decide(play, GUARDIAN, "share", "refuse")
    assert play.now.decision is None
    decide(play, THIRD, "share", "refuse")
    assert play.now.stage == "release"


def test_a_workflow_can_need_two_for_what_is_sensitive() -> None:
    assert not check(WORKFLOW, source="two.yaml")
    workflow = load(WORKFLOW, source="two.yaml")
    play = Play(definition=workflow).to("adjudication")
    assert two_needed(play.now, workflow)
    decide(play, GUARDIAN, "share", "refuse")
    decide(play, SECOND, "share", "refuse")
    assert play.now.decision is not None
    assert not two_needed(Play().to("adjudication").now, STANDARD)


def test_demanding_a_second_needs_a_reason_a_decider_and_only_once() -> None:
    play = Play().to("adjudication")
    with pytest.raises(Refused):
        play.do(c.DemandSecond, GUARDIAN, reason="")
    assert code(play, IG, CommandType.DEMAND_SECOND) == "not_yours"
    play.do(c.DemandSecond, GUARDIAN, reason="A whole record.")
    with pytest.raises(Refused) as caught:
        play.do(c.DemandSecond, SECOND, reason="Again.")
    assert caught.value.code == "two_already"
    assert code(Play().to("ig_advice"), GUARDIAN, CommandType.DEMAND_SECOND) == "wrong_stage"
