"""The end of a pause: a question that nobody answers goes back to who asked it, and the clock runs on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.play import CONSENT, EMERGENCY, GUARDIAN, IG, MANAGER, ON_CALL, REQUESTER, STANDARD, Play
from workflows.core import commands as c
from workflows.core.clocks import Pause, due_at
from workflows.core.definition import CommandType, StageKind
from workflows.core.due import due
from workflows.core.notices import NoticeKind, notices
from workflows.core.permissions import permitted
from workflows.core.refusals import Refused
from workflows.definitions.calendars import seed_calendars
from workflows.store.mapping import case_from_json, case_to_json

pytestmark = pytest.mark.feature("C8")
CALENDAR = seed_calendars()["england-and-wales"]


def asked() -> Play:
    """A priority request at the adviser's desk, with a question to the requester."""
    play = Play().to("ig_advice")
    play.do(c.Ask, IG, question="Which months?")
    return play


def give_back(play: Play) -> None:
    clock = play.now.clock
    assert clock is not None
    play.do(c.GiveBack, rung="give_back", clock=clock.number)


def test_the_cap_falls_after_the_lengths_of_the_workflow() -> None:
    play = asked()
    item = next(each for each in due(play.now, STANDARD, CALENDAR) if each.command is CommandType.GIVE_BACK)
    overdue = next(each for each in due(play.now, STANDARD, CALENDAR) if each.command is CommandType.MARK_OVERDUE)
    assert CALENDAR.working_days_between(overdue.at.date(), item.at.date()) == 2


def test_the_stage_that_asked_has_it_again_and_its_clock_runs_on() -> None:
    play = asked()
    held = play.now.held
    assert held is not None
    began = play.at
    play.at += timedelta(days=6)
    give_back(play)
    case = play.now
    assert (case.stage, case.kind, case.held, case.open_question) == ("ig_advice", StageKind.ADVICE, None, None)
    assert case.clock is not None
    assert case.clock.number == held.number
    assert [(p.start, p.end) for p in case.clock.pauses] == [(began, play.at)]
    assert due_at(case.clock, CALENDAR) is not None
    question = case.questions[0]
    assert (question.answer, question.answered_at, question.given_back_at) == ("", None, play.at)
    assert not question.waits
    assert case.past_clocks[-1].fired == ("give_back",)
    assert case_from_json(case_to_json(case)) == case


def test_it_can_be_asked_again_and_answered_then() -> None:
    play = asked()
    give_back(play)
    play.do(c.Ask, IG, question="Please: which months?")
    assert play.now.open_question is not None
    assert play.now.open_question.number == 2
    play.do(c.Answer, REQUESTER, answer="October.")
    assert [(q.number, q.waits, q.answer) for q in play.now.questions] == [(1, False, ""), (2, False, "October.")]


def test_both_sides_are_told() -> None:
    play = asked()
    before = play.now
    clock = before.clock
    assert clock is not None
    happened = play.do(c.GiveBack, rung="give_back", clock=clock.number)
    told = notices(before, happened, play.now, STANDARD)
    assert [(each.kind, each.audience.people, each.audience.roles) for each in told] == [
        (NoticeKind.UNANSWERED, ("requester",), ()),
        (NoticeKind.UNANSWERED, (), STANDARD.stage("ig_advice").roles),
    ]


def test_it_happens_once_and_only_while_a_question_waits() -> None:
    play = asked()
    number = play.now.clock.number if play.now.clock else 0
    give_back(play)
    for clock in (number, play.now.clock.number if play.now.clock else 0):
        with pytest.raises(Refused, match="no_longer_due"):
            play.do(c.GiveBack, rung="give_back", clock=clock)
    fresh = Play().to("ig_advice")
    with pytest.raises(Refused, match="no_longer_due"):
        fresh.do(c.GiveBack, rung="overdue", clock=fresh.now.clock.number if fresh.now.clock else 0)


def test_no_person_gives_a_question_back() -> None:
    case = asked().now
    for who in (IG, MANAGER, GUARDIAN, REQUESTER, CONSENT):
        refusal = permitted(case, who, STANDARD)[CommandType.GIVE_BACK]
        assert refusal is not None
        assert refusal.code == "clock_only"


def test_in_an_emergency_waiting_has_an_end_too() -> None:
    night = Play(EMERGENCY).to_share()
    night.do(c.Ask, ON_CALL, question="Which address?")
    give_back(night)
    assert night.now.kind is StageKind.EMERGENCY


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_pause_needs_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="a pause needs a reason"):
        Pause(Play().at, None, reason)
    play = Play().to("ig_advice")
    with pytest.raises(Refused) as refused:
        play.do(c.Ask, IG, question=reason)
    assert refused.value.refusals[0].say == "Write the question you want answered."
    assert play.now.clock is not None
    assert play.now.clock.pauses == ()
