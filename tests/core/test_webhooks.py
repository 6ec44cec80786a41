"""Which organisation is told of what: both sides of what both can see, and never of a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.core.play import ASKER, GUARDIAN, HOLDER, IG, MANAGER, REQUESTER, Play
from workflows.core import commands as c
from workflows.core.webhooks import HookEvent, calls

pytestmark = pytest.mark.feature("C24")


def told(play: Play, act: Callable[[Play], Any]) -> list[tuple[str, str]]:
    """Which kinds an act calls for, and for whom."""
    before = play.case
    begun = len(play.events)
    act(play)
    found = calls(before, play.events[begun:], play.now, play.definition)
    assert {each.stage for each in found} <= {play.now.stage}
    return [(each.kind.value, each.organisation) for each in found]


def both(*kinds: HookEvent) -> list[tuple[str, str]]:
    return [(kind.value, place) for kind in kinds for place in (HOLDER, ASKER)]


def test_a_draft_is_nobodys_affair() -> None:
    assert told(Play(), lambda play: play.start().fill()) == []
    assert told(Play().start().fill(), Play.submit) == both(HookEvent.SUBMITTED)
    discarded = Play().start().fill()
    assert told(discarded, lambda play: play.do(c.Withdraw, REQUESTER, reason="Not needed.")) == []


@pytest.mark.parametrize(
    ("stage", "act", "kinds"),
    [
        ("ig_advice", lambda p: p.do(c.Ask, IG, question="Which?"), (HookEvent.QUESTION_ASKED, HookEvent.MOVED)),
        ("ig_advice", lambda p: p.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS), (HookEvent.MOVED,)),
        ("ig_advice", lambda p: p.do(c.Chase, MANAGER), ()),
        ("ig_advice", lambda p: p.do(c.Extend, MANAGER, amount=1, reason="Ill."), (HookEvent.DUE_CHANGED,)),
        ("ig_advice", lambda p: p.do(c.DeclareConflict, GUARDIAN, reason="Cousin."), ()),
        ("adjudication", lambda p: p.do(c.DemandSecond, GUARDIAN, reason="A whole record."), ()),
        ("adjudication", lambda p: p.decide("refuse", "refuse"), (HookEvent.DECIDED, HookEvent.CLOSED)),
        ("adjudication", lambda p: p.decide("share", "refuse"), (HookEvent.DECIDED, HookEvent.MOVED)),
        ("release", lambda p: p.to_end(), (HookEvent.RELEASED, HookEvent.CLOSED)),
        ("consent_check", lambda p: p.do(c.Withdraw, REQUESTER, reason="No."), (HookEvent.CLOSED,)),
    ],
)
def test_what_both_sides_can_see_is_told_to_both(
    stage: str, act: Callable[[Play], Any], kinds: tuple[HookEvent, ...]
) -> None:
    class Ending(Play):
        def to_end(self) -> None:
            self.do(c.Release, IG, contents=(c.ItemContent("risk", "Words."),))

    assert told(Ending().to(stage), act) == both(*kinds)


def test_the_steps_of_a_ladder_are_told_to_whoever_they_are_about() -> None:
    play = Play().to("ig_advice")
    clock = play.now.clock
    assert clock is not None
    number = clock.number
    late = both(HookEvent.OVERDUE)
    assert told(play, lambda p: p.do(c.Remind, rung="half", clock=number)) == []
    assert told(play, lambda p: p.do(c.MarkOverdue, rung="overdue", clock=number)) == late
    passed = told(play, lambda p: p.do(c.Escalate, rung="manager", clock=number))
    assert passed == [(HookEvent.ESCALATED.value, HOLDER)]


def test_an_answer_is_told_to_both() -> None:
    play = Play().to("ig_advice")
    play.do(c.Ask, IG, question="Which?")
    said = told(play, lambda p: p.do(c.Answer, REQUESTER, answer="October."))
    assert said == both(HookEvent.QUESTION_ANSWERED, HookEvent.MOVED)


def test_of_one_organisation_that_asks_itself_each_is_told_once() -> None:
    from dataclasses import replace

    play = Play().to("ig_advice")
    before = replace(play.now, requester_org=HOLDER)
    happened = play.do(c.Chase, MANAGER)
    after = replace(play.now, requester_org=HOLDER, stage="closed")
    found = calls(before, happened, after, play.definition)
    assert [each.organisation for each in found] == [HOLDER]
