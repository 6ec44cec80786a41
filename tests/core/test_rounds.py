"""The rules of reopening, challenging, reviewing and following up, without a database: what each refuses, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.core.play import CONSENT, DEPUTY, GUARDIAN, PARTS, REQUESTER, STANDARD, THEIR_MANAGER, Play
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.due import due
from workflows.core.evidence import PrincipleEvidence
from workflows.core.followups import NO_CLOCK, FollowUpKind
from workflows.core.limits import TEXT
from workflows.core.notices import NoticeKind, notices
from workflows.core.panel import two_needed
from workflows.core.permissions import may_give, permitted, worker_refusal
from workflows.core.refusals import Refused
from workflows.core.request import Continuing, Items, Recipient, Recipients, Task, Told
from workflows.core.rounds import begun
from workflows.core.uses import UseOutcome, UseState
from workflows.definitions.calendars import seed_calendars

pytestmark = pytest.mark.feature("C27")
LONG = "x" * (TEXT + 1)
TERMS = {"conditions": ("Read only.",), "retention": "Until it ends.", "onward": "With nobody."}


def codes(play: Play, kind: type[c.Command], who: Any, **fields: Any) -> set[tuple[str, str]]:
    """Every reason for which a command is refused, and beside which field; nothing has changed."""
    before = play.now
    with pytest.raises(Refused) as refused:
        play.do(kind, who, **fields)
    assert play.now == before
    return {(each.code, each.field) for each in refused.value.refusals}


def ended() -> Play:
    """A request that was shared in part."""
    return Play().to("partly_shared")


def running() -> tuple[Play, date]:
    """A use that continues, and the day of its review."""
    items = PARTS[Task.ITEMS].items
    flow = replace(items[0], continuing=Continuing("weekly"))
    consent = replace(PARTS[Task.CONSENT], told=Told(True))
    play = Play().to("adjudication", items=Items((flow, items[1])), consent=consent)
    day = play.at.date() + timedelta(days=30)
    play.decide("share", "refuse", review_by=day, **TERMS)
    play.do(c.Release, GUARDIAN, contents=(c.ItemContent("risk", "Words."),))
    assert play.now.followups[0].kind is FollowUpKind.REVIEW_USE
    return play, day


def reminder(rung: str) -> dict[str, Any]:
    return {"rung": rung, "clock": NO_CLOCK}


def test_reopening_says_everything_that_is_wrong_with_it() -> None:
    play = ended()
    items, recipients = play.now.request.items, play.now.request.recipients
    give = {"new_information": "He moved back.", "recipients": recipients}
    assert codes(play, c.Reopen, REQUESTER, new_information=" ", items=items) == {("missing", "new_information")}
    assert ("item_gone", "items") in codes(play, c.Reopen, REQUESTER, items=items[:1], **give)
    vague = (replace(items[0], describe=" "), replace(items[1], justify=""))
    found = codes(play, c.Reopen, REQUESTER, items=vague, **give)
    assert found == {("item_not_described", "0-describe"), ("item_not_justified", "1-justify")}
    new = (*items, replace(items[0], key="plan"))
    assert codes(play, c.Reopen, REQUESTER, items=new, **give) == {("item_without_recipient", "recipients")}
    other = (Recipient("Other", "other@x.example", "Nurse", ("risk", "record")),)
    found = codes(play, c.Reopen, REQUESTER, items=items, new_information="He moved.", recipients=other)
    assert found == {("other_recipients", "recipients")}


def test_whoever_received_before_receives_what_is_new_and_the_round_keeps_how_the_last_ended() -> None:
    play = ended()
    items = play.now.request.items
    new = (replace(items[0], describe="Risk to the new baby"), items[1], replace(items[0], key="plan"))
    play.do(c.Reopen, REQUESTER, new_information="A baby was born.", items=new)
    (round_,) = play.now.rounds
    assert play.now.request.recipients[0].items == ("risk", "record", "plan")
    assert (round_.number, round_.ended, round_.items) == (2, "partly_shared", items)
    assert set(round_.changed) == {"risk", "plan"}
    assert not play.now.closed


def test_only_the_three_begin_a_round() -> None:
    play = ended()
    assert begun(play.now, play.events[0]) is play.now


def test_a_challenge_needs_grounds_and_who_it_is_for_when_another_records_it() -> None:
    play = ended()
    assert codes(play, c.Challenge, REQUESTER, grounds=" ") == {("missing", "grounds")}
    assert codes(play, c.Challenge, GUARDIAN, grounds="Unjust.") == {("missing", "on_behalf")}
    found = codes(play, c.Challenge, REQUESTER, grounds="Unjust.", on_behalf=LONG)
    assert found == {("too_long", "on_behalf")}
    play.do(c.Challenge, REQUESTER, grounds="The risk was left out.")
    assert play.now.rounds[0].said == "The risk was left out."


def test_a_challenge_is_for_the_requester_and_the_consent_officer() -> None:
    play = ended()
    for who in (THEIR_MANAGER, GUARDIAN):
        refusal = permitted(play.now, who, STANDARD)[c.Challenge.type]
        assert refusal is not None
        assert refusal.code == "not_yours"


def test_a_review_of_a_use_needs_a_why_and_a_day_that_is_to_come_and_near() -> None:
    play, day = running()
    ask = {"outcome": UseOutcome.CONTINUE, "why": "Still needed."}
    assert codes(play, c.ReviewUse, GUARDIAN, **ask) == {("review_missing", "review_by")}
    assert codes(play, c.ReviewUse, GUARDIAN, review_by=play.at.date(), **ask) == {("review_past", "review_by")}
    far = day.replace(year=day.year + 9)
    assert codes(play, c.ReviewUse, GUARDIAN, review_by=far, **ask) == {("review_far", "review_by")}
    found = codes(play, c.ReviewUse, GUARDIAN, review_by=day, change=LONG, **ask)
    assert found == {("too_long", "change")}
    change = {"outcome": UseOutcome.CHANGE, "why": " ", "change": "", "review_by": day}
    assert codes(play, c.ReviewUse, GUARDIAN, **change) == {("missing", "why"), ("missing", "change")}


def test_a_use_that_is_changed_is_reviewed_again_and_one_that_ended_is_not() -> None:
    play, day = running()
    later = day + timedelta(days=30)
    play.do(c.ReviewUse, GUARDIAN, outcome=UseOutcome.CHANGE, why="Less will do.", change="Monthly.", review_by=later)
    assert [(task.is_open, task.due) for task in play.now.followups] == [(False, day), (True, later)]
    assert play.now.use_reviews[0].change == "Monthly."
    play.do(c.ReviewUse, GUARDIAN, outcome=UseOutcome.END, why="It is over.")
    assert play.now.use is UseState.ENDED
    assert codes(play, c.ReviewUse, GUARDIAN, outcome=UseOutcome.END, why="Again.") == {("no_review", "")}


def test_a_review_is_not_written_off_and_what_is_done_is_not_done_twice() -> None:
    play, _ = running()
    assert codes(play, c.FinishFollowUp, GUARDIAN, number=1, note="Done.") == {("review_instead", "")}
    assert codes(play, c.FinishFollowUp, GUARDIAN, number=7, note="Done.") == {("follow_up_done", "")}
    play.do(c.ReviewUse, GUARDIAN, outcome=UseOutcome.END, why="It is over.")
    assert codes(play, c.FinishFollowUp, GUARDIAN, number=1, note="Done.") == {("follow_up_done", "")}


def test_a_reminder_comes_once_and_not_for_what_is_done() -> None:
    play, _ = running()
    rung = play.now.followups[0].rung
    assert codes(play, c.RemindFollowUp, None, **reminder("follow-up-9")) == {("no_longer_due", "")}
    (told,) = play.do(c.RemindFollowUp, **reminder(rung))
    assert isinstance(told, e.FollowUpReminded)
    assert play.now.followups[0].reminded_at == play.at
    assert codes(play, c.RemindFollowUp, None, **reminder(rung)) == {("no_longer_due", "")}


@pytest.mark.feature("C20")
def test_a_use_whose_review_is_missed_pauses_once_and_nothing_more_falls_due_of_it() -> None:
    play, _ = running()
    calendar = seed_calendars()["england-and-wales"]
    rungs = [item.rung for item in due(play.now, STANDARD, calendar)]
    assert rungs == ["follow-up-1", play.now.followups[0].missed_rung]
    (missed,) = play.do(c.RemindFollowUp, **reminder(rungs[1]))
    assert isinstance(missed, e.UseReviewMissed)
    assert play.now.use is UseState.PAUSED
    assert [item.rung for item in due(play.now, STANDARD, calendar)] == ["follow-up-1"]
    assert codes(play, c.RemindFollowUp, None, **reminder(rungs[1])) == {("no_longer_due", "")}


@pytest.mark.feature("C18")
def test_two_are_needed_only_where_it_is_decided() -> None:
    assert not two_needed(Play().to("ig_advice").now, STANDARD)


@pytest.mark.feature("C5")
def test_what_is_too_long_in_a_decision_is_named_where_it_stands() -> None:
    play, day = Play().to("adjudication"), date(2027, 1, 4)
    items = (
        c.ItemDecision("risk", c.ItemOutcome.SHARE_REDUCED, "part_enough", "Because.", LONG, c.Reduction.SUMMARY),
        c.ItemDecision("record", c.ItemOutcome.REFUSE, "not_necessary", LONG),
    )
    with pytest.raises(Refused) as refused:
        play.decide(
            "share", "refuse", items=items, retention=LONG, onward=LONG, conditions=(LONG,), review_by=day,
            would_change_it=LONG,
        )  # fmt: skip
    fields = {each.field for each in refused.value.refusals if each.code == "too_long"}
    assert fields == {
        "text-record", "reduction-risk", "retention", "onward", "conditions", "would_change_it",
    }  # fmt: skip
    assert play.now.decision is None


@pytest.mark.feature("C5")
def test_evidence_that_is_too_long_is_named_by_its_principle() -> None:
    play = Play(replace(STANDARD, principles=("7",))).to("adjudication")
    with pytest.raises(Refused) as refused:
        play.decide("share", "refuse", evidence=(PrincipleEvidence("7", LONG),))
    assert [(each.code, each.field) for each in refused.value.refusals] == [("too_long", "principle-7")]
    play.decide("share", "refuse", evidence=(PrincipleEvidence("7", "Both harms weighed."),))
    assert play.now.decision is not None


def test_who_follows_one_thing_up_may_not_write_off_what_is_for_others() -> None:
    items = PARTS[Task.ITEMS].items
    play = Play().to("adjudication", items=Items((replace(items[0], continuing=Continuing("weekly")), items[1])))
    play.decide("share", "refuse", review_by=play.at.date() + timedelta(days=30), **TERMS)
    play.do(c.Release, GUARDIAN, contents=(c.ItemContent("risk", "Words."),))
    hers, theirs = play.now.followups
    assert (hers.kind, theirs.kind) == (FollowUpKind.TELL_PERSON, FollowUpKind.REVIEW_USE)
    codes_of = []
    actor = c.Actor(CONSENT.id, CONSENT.name)
    for task in (hers, theirs):
        command = c.FinishFollowUp(
            id="x", actor=actor, at=play.at, case_id="case", number=task.number, note="Done."
        )  # fmt: skip
        refusal = may_give(play.now, CONSENT, STANDARD, command)
        codes_of.append(refusal.code if refusal else "")
    assert codes_of == ["", "not_yours"]


@pytest.mark.feature("C2")
def test_who_would_receive_it_has_no_part_in_the_answer() -> None:
    received = Recipients((Recipient("Guardian", GUARDIAN.email, "Guardian", ("risk", "record")),))
    play = Play().to("adjudication", recipients=received)
    assert permitted(play.now, GUARDIAN, STANDARD)[c.Decide.type] is not None
    refusal = worker_refusal(play.now, GUARDIAN, STANDARD, command=c.Decide.type)
    assert refusal is not None, "nor can the work be given to her"
    assert refusal.code == "own_case"


@pytest.mark.feature("C18")
def test_the_vote_that_decides_calls_nobody_to_vote() -> None:
    play = Play().to("adjudication")
    play.do(c.DemandSecond, GUARDIAN, reason="The whole record is asked for.")
    told = []
    for who in (GUARDIAN, DEPUTY):
        before = play.now
        happened = play.decide("share", "refuse", who=who)
        voted = [event for event in happened if isinstance(event, e.AdjudicatorVoted)]
        told.append([notice.kind for notice in notices(before, voted, play.now, STANDARD)])
    assert told == [[NoticeKind.YOUR_TURN], []]


@pytest.mark.feature("C2")
def test_who_stands_aside_without_the_case_leaves_it_with_who_has_it() -> None:
    play = Play().to("adjudication")
    before = play.now
    happened = play.do(c.DeclareConflict, GUARDIAN, reason="A cousin.")
    assert [notice.kind for notice in notices(before, happened, play.now, STANDARD)] == [NoticeKind.STOOD_ASIDE]
    play = Play().to("adjudication")
    play.case = replace(play.now, assignee=GUARDIAN.id)
    before = play.now
    happened = play.do(c.DeclareConflict, GUARDIAN, reason="A cousin.")
    kinds = [notice.kind for notice in notices(before, happened, play.now, STANDARD)]
    assert kinds == [NoticeKind.STOOD_ASIDE, NoticeKind.YOUR_TURN]
