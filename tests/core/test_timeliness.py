"""What is measured of a clock that stops, and of a request that closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.core.play import CONSENT, DEPUTY, GUARDIAN, IG, MANAGER, REQUESTER, STANDARD, Play
from workflows.core import commands as c
from workflows.core.calendars import WorkingCalendar
from workflows.core.case import Outcome
from workflows.core.definition import Side, Urgency
from workflows.core.events import Event
from workflows.core.spans import LONDON
from workflows.core.timeliness import (
    CAUSE_TITLES,
    CAUSES,
    WHOLE,
    Cause,
    Result,
    Spell,
    set_out,
    spells,
    stamped,
    turn_of,
)
from workflows.definitions.calendars import seed_calendars

pytestmark = pytest.mark.feature("C23")

CALENDAR = seed_calendars()["england-and-wales"]
HOUR = 3600


def measured(play: Play, calendar: WorkingCalendar = CALENDAR) -> list[Spell]:
    return spells(None, play.events, STANDARD, calendar)


def one(play: Play, stage: str) -> Spell:
    found = [each for each in measured(play) if each.stage == stage]
    assert len(found) == 1, found
    return found[0]


def kept(play: Play) -> list[Event]:
    """The events as the door writes them."""
    return stamped(None, play.events, STANDARD, CALENDAR)


def test_a_clock_that_ends_at_its_due_instant_is_in_time_and_a_moment_later_is_late() -> None:
    play = Play().to("consent_check")
    clock = play.now.clock
    assert clock is not None
    for extra, result in ((timedelta(), Result.IN_TIME), (timedelta(microseconds=1), Result.LATE)):
        again = replace(play, events=list(play.events))
        again.at = datetime(2026, 11, 3, 16, tzinfo=UTC) + extra
        again.do(c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="Not a bar.")
        spell = one(again, "consent_check")
        assert (spell.due, spell.result) == (datetime(2026, 11, 3, 17, tzinfo=UTC), result)
        assert (spell.late_by, spell.cause) == (0, None if result is Result.IN_TIME else Cause.NOBODY)
        assert (spell.side, spell.urgency, spell.roles) == (Side.HOLDER, Urgency.PRIORITY, ("consent_officer",))


def test_a_whole_request_runs_from_sending_to_closing_without_what_was_with_who_asked() -> None:
    play = Play().to("ig_advice")
    sent = play.now.submitted_at
    play.do(c.Ask, IG, question="Which months?")
    asked = play.at
    play.at = asked + timedelta(days=2)
    play.do(c.Answer, REQUESTER, answer="October.")
    answered = play.at
    play.at += timedelta(days=1)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    play.decide("share", "refuse")
    play.do(c.Release, IG, contents=(c.ItemContent("risk", "Words."),))
    assert sent is not None
    question, advice, whole = (one(play, name) for name in ("information_needed", "ig_advice", "partly_shared"))
    away = int((answered - asked).total_seconds())
    assert (whole.clock, whole.turn, whole.outcome, whole.due) == (WHOLE, 1, Outcome.PARTLY_SHARED, None)
    assert (whole.started, whole.stopped) == (sent, play.at)
    assert whole.paused == question.ran == advice.paused == away
    assert whole.ran == int((play.at - sent).total_seconds()) - away
    # From Monday the 2nd; at five on Tuesday and Wednesday the question was with who asked.
    assert (asked.date(), answered.date()) == (date(2026, 11, 2), date(2026, 11, 4))
    assert (play.at.date(), whole.working_days) == (date(2026, 11, 5), 1)
    assert (question.side, question.cause) == (Side.REQUESTER, Cause.REQUESTER)
    assert question.late_by > 0


def test_what_is_taken_back_before_it_was_due_is_not_counted_and_late_stays_late() -> None:
    early = Play().to("ig_advice")
    early.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert one(early, "ig_advice").result is Result.NOT_COUNTED
    late = Play().to("ig_advice")
    late.at += timedelta(days=30)
    late.do(c.Withdraw, REQUESTER, reason="Too late now.")
    assert one(late, "ig_advice").result is Result.LATE
    asked = Play().to("ig_advice")
    asked.do(c.Ask, IG, question="Which months?")
    asked.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert [(each.stage, each.result) for each in measured(asked)][1:] == [
        ("information_needed", Result.NOT_COUNTED),
        ("ig_advice", Result.NOT_COUNTED),
        ("withdrawn", None),
    ]


def test_an_hour_that_comes_twice_is_measured_twice() -> None:
    play = Play(at=datetime(2026, 10, 22, 9, tzinfo=LONDON)).to("consent_check")
    play.at += timedelta(days=5)
    play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    spell, whole = measured(play)
    assert spell.ran == whole.ran == (5 * 24 + 1 + 1) * HOUR


def test_nothing_is_measured_of_a_draft() -> None:
    play = Play().start().fill()
    play.do(c.Withdraw, REQUESTER, reason="Another way.")
    assert measured(play) == []
    assert set_out(play.now) is None


@pytest.mark.parametrize("wanted", [Cause.SECOND, Cause.ANSWER, Cause.EXTENDED, Cause.PERSON, Cause.NOBODY])
def test_lateness_has_one_cause(wanted: Cause) -> None:
    play = Play().to("adjudication")
    if wanted is Cause.SECOND:
        play.do(c.DemandSecond, GUARDIAN, reason="A whole record.")
        play.decide("share", "refuse")
    if wanted is Cause.ANSWER:
        play.do(c.Ask, GUARDIAN, question="Which months?", harm_of_waiting="A week more at risk.")
        play.do(c.Answer, REQUESTER, answer="October.")
    if wanted is Cause.EXTENDED:
        play.do(c.Extend, MANAGER, amount=1, reason="Illness.")
    if wanted is Cause.PERSON:
        play.do(c.Reassign, MANAGER, to_person=GUARDIAN.id, to_eligible=True, reason="Leave.")
    play.at += timedelta(days=20)
    play.decide("share", "refuse", who=DEPUTY)
    spell = next(each for each in measured(play) if each.stage == "adjudication")
    assert (spell.result, spell.cause) == (Result.LATE, wanted)
    assert spell.late_by > 10 * 24 * HOUR


def test_more_time_counts_when_it_was_given_in_time_and_undoes_no_lateness() -> None:
    for wait, result in ((timedelta(), Result.IN_TIME), (timedelta(days=4), Result.LATE)):
        play = Play().to("consent_check")
        play.at += wait
        play.do(c.Extend, MANAGER, amount=1, reason="Illness.")
        play.at += timedelta(hours=30) - wait / 4
        play.do(c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="Not a bar.")
        spell = one(play, "consent_check")
        assert (spell.result, spell.extended) == (result, 1)
        assert spell.cause == (Cause.EXTENDED if result is Result.LATE else None)


def test_silence_is_on_the_clock_that_ran_out() -> None:
    play = Play().to("ig_advice")
    clock = play.now.clock
    assert clock is not None
    play.at += timedelta(days=20)
    play.do(c.MarkOverdue, rung="overdue", clock=clock.number)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert [(each.stage, each.silent) for each in measured(play)] == [("consent_check", False), ("ig_advice", True)]


def test_a_request_that_goes_round_again_is_measured_again_and_the_first_time_stays() -> None:
    play = Play().to("partly_shared")
    first = measured(play)
    play.at += timedelta(days=3)
    play.do(c.Challenge, REQUESTER, grounds="The record is needed.")
    begun = play.at
    play.do(c.SendBack, DEPUTY, why="Is the basis right?")
    assert (turn_of(play.now), set_out(play.now)) == (2, begun)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    play.decide("refuse", "share", who=DEPUTY)
    play.do(c.Release, IG, contents=(c.ItemContent("record", "Words."),))
    found = measured(play)
    assert found[: len(first)] == first
    assert {each.turn for each in found[len(first) :]} == {2}
    whole = [each for each in found if each.clock == WHOLE]
    assert [(each.turn, each.outcome) for each in whole] == [(1, Outcome.PARTLY_SHARED), (2, Outcome.PARTLY_SHARED)]
    assert whole[1].started == begun


def test_a_holiday_that_is_announced_later_moves_nothing_that_was_written_down() -> None:
    play = Play().to("partly_shared")
    before, sealed = measured(play), kept(play)
    assert spells(None, sealed, STANDARD, CALENDAR) == before
    days = {day for each in before for day in (each.started.date(), each.stopped.date())}
    extra = tuple(sorted((*CALENDAR.holidays, *((day + timedelta(days=1), "Announced") for day in days))))
    redefined = replace(CALENDAR, holidays=tuple(dict(extra).items()), version="later")
    assert spells(None, sealed, STANDARD, redefined) == before
    assert spells(None, play.events, STANDARD, redefined) != before


def test_events_from_before_ends_were_written_down_are_measured_by_the_calendar() -> None:
    play = Play().to("partly_shared")
    assert all(event.move is None or event.move.ended == () for event in play.events)
    assert len(measured(play)) == 5


def test_every_cause_has_words() -> None:
    assert set(CAUSES) == set(CAUSE_TITLES) == set(Cause)
