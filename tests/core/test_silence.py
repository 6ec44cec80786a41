"""A holder's time that runs out is on record as a decision not to share, with a name to it and a task for managers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.play import GUARDIAN, HOLDER, MANAGER, Play
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import apply
from workflows.core.definition import Role, Side
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.notices import NoticeKind, notices
from workflows.core.rulebook import handle


def expire(play: Play, *, holder: str = "") -> list[e.Event]:
    play.at += timedelta(days=60)
    clock = play.now.clock
    assert clock is not None
    command = c.MarkOverdue(
        id="expired", actor=c.CLOCK, at=play.at, case_id="case", rung="overdue", clock=clock.number, who=holder
    )
    happened = handle(play.now, command, play.definition)
    for event in happened:
        play.case = apply(play.now, event)
    return happened


@pytest.mark.feature("C5")
@pytest.mark.parametrize("stage", ["consent_check", "ig_advice", "adjudication", "release"])
def test_a_time_that_runs_out_counts_as_a_decision_not_to_share(stage: str) -> None:
    play = Play().to(stage)
    before = play.now
    happened = expire(play)
    assert [type(event).__name__ for event in happened] == ["BecameOverdue", "NotSharedByDefault", "FollowUpOpened"]
    (silence,) = play.now.silences
    assert (silence.stage, silence.holder, silence.at) == (stage, "", play.at)
    assert silence.who.startswith("the ")
    (task,) = waiting(play.now, FollowUpKind.REVIEW_SILENCE)
    assert (task.kind, task.side, task.roles) == (FollowUpKind.REVIEW_SILENCE, Side.HOLDER, (Role.MANAGER,))
    told = notices(before, happened, play.now, play.definition)
    (asked,) = [notice.audience for notice in told if notice.kind is NoticeKind.FOLLOW_UP]
    assert (asked.organisation, asked.roles) == (HOLDER, (Role.MANAGER,))


@pytest.mark.feature("C5")
def test_whoever_had_it_answers_for_it_by_name() -> None:
    play = Play().to("adjudication")
    play.do(c.Reassign, MANAGER, to_person=GUARDIAN.id, to_eligible=True, reason="Her field.")
    _, silent, _ = expire(play, holder=GUARDIAN.name)
    assert isinstance(silent, e.NotSharedByDefault)
    assert (silent.holder, silent.who) == (GUARDIAN.id, GUARDIAN.name)
    assert "who" in silent.PERSONAL
    # It can still be made up for, and stays on record.
    play.decide("share", "refuse")
    assert len(play.now.silences) == 1
    assert play.now.decision is not None


@pytest.mark.feature("C5")
def test_the_requesters_own_silence_is_no_decision_of_the_holder() -> None:
    play = Play().to("adjudication")
    play.do(c.Ask, GUARDIAN, question="Which months?", harm_of_waiting="A child waits.")
    assert [type(event).__name__ for event in expire(play)] == ["BecameOverdue"]
    assert play.now.silences == ()
    assert waiting(play.now, FollowUpKind.REVIEW_SILENCE) == ()
