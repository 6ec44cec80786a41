"""Extensions: who may give more time, how much in all, what moves with the due date, and what is said again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.play import CONSENT, GUARDIAN, IG, MANAGER, ON_CALL, PARTS, REQUESTER, STANDARD, THEIR_MANAGER, Play
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.calendars import Length, Unit
from workflows.core.case import Case, apply
from workflows.core.clocks import Extension, due_at, time_left
from workflows.core.definition import CommandType, Urgency
from workflows.core.due import DueItem, due, put_off
from workflows.core.explaining import why_this_date
from workflows.core.notices import NoticeKind, notices
from workflows.core.permissions import permitted, was_escalated_to
from workflows.core.refusals import Refused
from workflows.core.request import Task
from workflows.definitions.calendars import seed_calendars
from workflows.store.mapping import case_from_json, case_to_json

pytestmark = pytest.mark.feature("C8")
CALENDAR = seed_calendars()["england-and-wales"]
FAR = datetime(2027, 6, 1, tzinfo=UTC)


def urgent(urgency: Urgency) -> dict[str, Any]:
    return {Task.PURPOSE.value: replace(PARTS[Task.PURPOSE], urgency=urgency)}


def routine() -> Play:
    """A routine request at the adviser's desk: five working days, and five more allowed."""
    return Play().to("ig_advice", **urgent(Urgency.ROUTINE))


def due_of(case: Case) -> datetime:
    assert case.clock is not None
    found = due_at(case.clock, CALENDAR)
    assert found is not None
    return found


def rungs(case: Case) -> dict[str, DueItem]:
    return {item.rung: item for item in due(case, STANDARD, CALENDAR) if item.clock}


def refused(play: Play, **fields: Any) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        play.do(c.Extend, MANAGER, **{"amount": 1, "reason": "Illness.", **fields})
    return {each.code: each.say for each in caught.value.refusals}


def extend(play: Play, amount: int) -> None:
    """As through the door, which says what is to fall again."""
    at = play.at + timedelta(hours=1)
    actor = c.Actor(MANAGER.id, MANAGER.name)
    probe = c.Extend(id="", actor=actor, at=at, case_id="case", amount=amount, reason="Illness.")
    again = put_off(play.now, probe, STANDARD, CALENDAR)
    play.do(c.Extend, MANAGER, amount=amount, reason="Illness.", again=again)


def test_an_extension_is_kept_in_the_ledger_and_the_due_date_is_worked_out_anew() -> None:
    play = routine()
    before, first = due_of(play.now), rungs(play.now)
    extend(play, 2)
    clock = play.now.clock
    assert clock is not None
    assert clock.length.amount == 5, "the length itself is never edited"
    assert clock.extensions == (Extension(play.at, "manager", 2, "Illness.", "Manager"),)
    assert CALENDAR.working_days_between(before.date(), due_of(play.now).date()) == 2
    assert rungs(play.now)["overdue"].at == due_of(play.now)
    assert all(item.at > first[key].at for key, item in rungs(play.now).items())
    lines = [line for line in why_this_date(clock, CALENDAR, now=FAR) if line.counted]
    assert [line.why for line in lines] == ["working day"] * 5 + ["working day, of the extension"] * 2
    assert due_of(replace(play.now, clock=replace(clock, extensions=()))) == before, "taken away, all is as before"
    assert case_from_json(case_to_json(play.now)) == play.now


def test_before_it_was_given_the_clock_stood_as_it_did() -> None:
    play = routine()
    known = play.at
    before = due_of(play.now)
    extend(play, 2)
    clock = play.now.clock
    assert clock is not None
    assert due_at(clock, CALENDAR, now=known) == before
    assert time_left(clock, CALENDAR, now=known).due_at == before
    assert due_at(clock, CALENDAR, now=play.at) == due_of(play.now)


def test_the_cap_counts_all_extensions_and_its_sentence_names_it() -> None:
    play = routine()
    assert refused(play, amount=6) == {
        "over_cap": "The time here can be extended by 5 working days in all. Write 5 or less."
    }
    extend(play, 3)
    assert refused(play, amount=3) == {
        "over_cap": "The time here can be extended by 5 working days in all, and 3 working days are used. "
        "Write 2 or less."
    }
    extend(play, 2)
    say = "The time for “Information governance advice” has been extended by all of the 5 working days"
    assert refused(play) == {"extension_used": f"{say} that are allowed."}
    assert len(play.now.clock.extensions if play.now.clock else ()) == 2


def test_an_extension_needs_an_amount_and_a_reason() -> None:
    play = routine()
    assert refused(play, amount=0, reason=" \u200b") == {
        "amount_missing": "Write a whole number from 1 to 5.",
        "missing": "Say why more time is needed. The requester reads it.",
    }
    assert set(refused(play, amount=-1)) == {"amount_missing"}
    assert set(refused(play, reason="x" * 4001)) == {"too_long"}
    assert play.now.clock is not None
    assert play.now.clock.extensions == ()


def test_an_emergency_and_a_question_have_no_extension_and_say_so() -> None:
    night = Play().to("ig_advice", **urgent(Urgency.EMERGENCY))
    say = "The time for “Information governance advice” cannot be extended where a request is emergency"
    assert refused(night) == {"no_extension": f"{say}: the workflow allows none."}
    asked = routine()
    asked.do(c.Ask, IG, question="Which months?")
    assert set(refused(asked)) == {"no_extension"}


def test_who_may_extend_and_nobody_her_own() -> None:
    play = routine()

    def code(who: Any, case: Case) -> str:
        refusal = permitted(case, who, STANDARD)[CommandType.EXTEND]
        return refusal.code if refusal else ""

    case = play.now
    assert [code(who, case) for who in (MANAGER, GUARDIAN)] == ["", ""]
    assert [code(who, case) for who in (IG, CONSENT, THEIR_MANAGER)] == ["not_yours"] * 3
    assert code(REQUESTER, case) == "own_case"
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert [code(who, play.now) for who in (MANAGER, GUARDIAN)] == ["", "not_yours"], "not the stage's own people"
    mine = replace(play.now, assignee=MANAGER.id)
    assert code(MANAGER, mine) == "own_case"
    ended = Play().to("partly_shared")
    assert code(MANAGER, ended.now) == "wrong_stage"


def fire(play: Play, *keys: str) -> None:
    kinds = {"half": c.Remind, "overdue": c.MarkOverdue}
    clock = play.now.clock
    assert clock is not None
    for key in keys:
        play.do(kinds.get(key, c.Escalate), rung=key, clock=clock.number, version=clock.version)


def test_what_has_been_climbed_stays_climbed_in_the_next_version() -> None:
    play = routine()
    fire(play, "half")
    extend(play, 2)
    assert play.now.clock is not None
    assert play.now.clock.version == 1
    assert "half" not in rungs(play.now)
    assert {item.version for item in rungs(play.now).values()} == {1}
    with pytest.raises(Refused, match="no_longer_due"):
        play.do(c.MarkOverdue, rung="overdue", clock=play.now.clock.number)


def test_a_lateness_that_was_put_off_is_told_again_when_it_comes() -> None:
    play = routine()
    fire(play, "half")
    play.at = due_of(play.now) + timedelta(hours=5)
    fire(play, "overdue", "deputy")
    assert play.now.overdue
    extend(play, 2)
    assert play.now.overdue is False
    assert set(rungs(play.now)) == {"overdue", "deputy", "manager", "named_senior"}
    assert play.now.clock is not None
    assert play.now.clock.ever_fired == {"half", "overdue", "deputy"}
    play.at = due_of(play.now) + timedelta(hours=1)
    fire(play, "overdue")
    assert play.now.overdue
    assert len(play.now.silences) == 2, "each time that ran out is on record"


def test_who_was_told_of_the_first_lateness_may_still_look() -> None:
    play = routine()
    play.at = due_of(play.now) + timedelta(hours=5)
    fire(play, "half", "overdue", "deputy")
    extend(play, 2)
    assert was_escalated_to(play.now, ON_CALL, STANDARD)


def test_an_extension_that_ends_before_now_leaves_it_late() -> None:
    play = routine()
    fire(play, "half")
    play.at = due_of(play.now) + timedelta(days=20)
    fire(play, "overdue", "deputy", "manager", "named_senior")
    extend(play, 1)
    assert play.now.overdue
    assert rungs(play.now) == {}, "nothing of it is said twice"


def test_the_requester_and_the_desk_are_told_that_the_due_date_moved() -> None:
    play = routine()
    before = play.now
    happened = play.do(c.Extend, MANAGER, amount=1, reason="Illness.")
    told = [(each.kind, each.audience.people or each.audience.roles) for each in
            notices(before, happened, play.now, STANDARD)]  # fmt: skip
    assert told == [
        (NoticeKind.EXTENDED, ("requester",)),
        (NoticeKind.EXTENDED, STANDARD.stage("ig_advice").roles),
    ]


def test_the_reason_goes_when_the_request_is_redirected_and_erased() -> None:
    play = routine()
    extend(play, 1)
    play.do(c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, why="Not ours.", redirect="The council.")
    last = play.now.past_clocks[-1]
    assert [(each.amount, each.reason, each.by_name) for each in last.extensions] == [(1, "", "")]


def test_where_no_clock_runs_there_is_no_time_to_extend() -> None:
    play = routine()
    play.case = replace(play.now, clock=None)
    assert refused(play) == {"no_clock": "No clock is running here, so there is no time to extend."}
    probe = c.Extend(id="", actor=c.Actor("", ""), at=play.at, case_id="case", amount=1, reason="Illness.")
    assert put_off(play.now, probe, STANDARD, CALENDAR) == ()
    assert put_off(routine().now, replace(probe, amount=99), STANDARD, CALENDAR) == ()


def test_an_extension_of_another_clock_changes_nothing() -> None:
    play = routine()
    stray = e.ClockExtended(at=play.at, by="manager", clock=99, more=Length(1, Unit.WORKING_DAYS), reason="x")
    assert apply(play.now, stray).clock == play.now.clock
