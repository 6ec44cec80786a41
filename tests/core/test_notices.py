"""Who is told, what falls due, and what guards may ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.core.play import CONSENT, HOLDER, IG, MANAGER, PARTS, REQUESTER, STANDARD, Play, changed
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import apply
from workflows.core.definition import BACK, CommandType, Role
from workflows.core.due import due
from workflows.core.facts import facts
from workflows.core.guards import MAX_LENGTH, GuardError, compile_guard
from workflows.core.notices import Audience, NoticeKind, desk, notices
from workflows.core.request import Consent, ConsentAndOpenness, LegalBasis, Task, Told
from workflows.definitions.calendars import seed_calendars

CALENDAR = seed_calendars()["england-and-wales"]


def told(play: Play, kind: type[c.Command], who: object = None, **fields: object) -> dict[NoticeKind, Audience]:
    before = play.case
    happened = play.do(kind, who, **fields)  # type: ignore[arg-type]
    return {notice.kind: notice.audience for notice in notices(before, happened, play.now, STANDARD)}


def at_holder(*roles: Role, excluding: tuple[str, ...] = ("requester",)) -> Audience:
    return Audience(organisation=HOLDER, roles=roles, excluding=excluding, kin=("orrin", "requester@x.example"))


def test_each_step_tells_whoever_must_know() -> None:
    play = Play().start().fill()
    requester = Audience(people=("requester",))
    assert told(play, c.Submit, REQUESTER) == {NoticeKind.YOUR_TURN: at_holder(Role.CONSENT_OFFICER)}
    checked = told(play, c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="x")
    assert checked == {NoticeKind.YOUR_TURN: at_holder(Role.IG_LEAD), NoticeKind.PROGRESS: requester}
    assert told(play, c.Ask, IG, question="Who?") == {NoticeKind.QUESTION: requester}
    assert told(play, c.Answer, REQUESTER, answer="Her.") == {NoticeKind.ANSWERED: at_holder(Role.IG_LEAD)}
    assert told(play, c.Chase, MANAGER) == {NoticeKind.CHASE: at_holder(Role.IG_LEAD)}
    moved = told(play, c.Reassign, MANAGER, to_person="ig", to_eligible=True, reason="Leave.")
    assert moved == {NoticeKind.REASSIGNED: Audience(people=("ig",))}
    advised = told(play, c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    guardians = STANDARD.stage("adjudication").roles
    assert advised[NoticeKind.YOUR_TURN] == at_holder(*guardians, excluding=("ig", "requester"))
    number = play.now.clock.number if play.now.clock else 0
    assert set(told(play, c.Remind, rung="half", clock=number)) == {NoticeKind.REMINDER}
    assert set(told(play, c.MarkOverdue, rung="overdue", clock=number)) == {NoticeKind.OVERDUE, NoticeKind.FOLLOW_UP}
    senior = told(play, c.Escalate, rung="named_senior", clock=number)
    assert senior == {NoticeKind.ESCALATION: at_holder(Role.NAMED_SENIOR, excluding=())}


def test_decision_release_and_endings() -> None:
    play = Play().to("adjudication")
    before = play.case
    happened = play.decide("share", "refuse")
    kinds = {notice.kind for notice in notices(before, happened, play.now, STANDARD)}
    assert kinds == {NoticeKind.DECIDED, NoticeKind.YOUR_TURN}
    released = told(play, c.Release, IG, contents=(c.ItemContent("risk", "Words."),))
    assert released[NoticeKind.RELEASED] == Audience(emails=("requester@x.example",))
    assert NoticeKind.ENDED in released
    declined = Play().to("adjudication")
    before = declined.case
    happened = declined.decide("refuse", "refuse")
    assert [n.kind for n in notices(before, happened, declined.now, STANDARD)] == [NoticeKind.DECIDED]


def test_withdrawing_tells_the_holder_only_of_what_was_sent() -> None:
    draft = Play().start()
    assert told(draft, c.Withdraw, REQUESTER, reason="x") == {}
    asked = Play().to("ig_advice")
    asked.do(c.Ask, IG, question="Who?")
    gone = told(asked, c.Withdraw, REQUESTER, reason="x")
    assert gone == {NoticeKind.ENDED: at_holder(Role.IG_LEAD, excluding=())}
    out = Play().to("ig_advice")
    kinds = told(out, c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, redirect="Elsewhere")
    assert kinds[NoticeKind.ENDED] == Audience(people=("requester",))


def test_desks() -> None:
    play = Play().to("partly_shared")
    assert desk(play.now, STANDARD) == Audience()
    waiting = Play().to("ig_advice")
    waiting.do(c.Ask, IG, question="Who?")
    assert desk(waiting.now, STANDARD) == Audience(people=("requester",))
    lost = e.Escalated(at=waiting.at, by="", rung="invented", clock=1, told="")
    assert notices(waiting.now, [lost], waiting.now, STANDARD) == []
    climbed = e.Escalated(at=waiting.at, by="", rung="manager", clock=1, told="")
    audience = notices(waiting.now, [climbed], waiting.now, STANDARD)[0].audience
    assert audience == Audience(organisation="asker-org", roles=(Role.MANAGER,))
    gone = e.Withdrawn(at=waiting.at, by="requester", reason="x")
    odd = changed(waiting.now, back_to="", stage="information_needed")
    assert notices(odd, [gone], waiting.now, STANDARD) == []


TOLD = ConsentAndOpenness(PARTS[Task.CONSENT].consent, Told(True))
"""The person has been told, so that nothing is to be followed up and only the clock's own work is due."""


def test_what_falls_due_follows_the_clock() -> None:
    play = Play().to("ig_advice", consent=TOLD)
    items = due(play.now, STANDARD, CALENDAR)
    assert [item.rung for item in items] == ["half", "overdue", "deputy", "manager", "named_senior"]
    assert items == sorted(items, key=lambda item: item.at)
    # Priority advice has 2 working days from Monday 2 November: due Wednesday 4 November at 17:00.
    assert items[1].at == datetime(2026, 11, 4, 17, tzinfo=UTC)
    assert items[2].at == items[1].at + timedelta(hours=2)
    assert items[4].at == datetime(2026, 11, 5, 17, tzinfo=UTC)
    assert {item.command for item in items} == {CommandType.REMIND, CommandType.MARK_OVERDUE, CommandType.ESCALATE}
    play.do(c.Remind, rung="half", clock=items[0].clock)
    assert due(play.now, STANDARD, CALENDAR)[0].rung == "overdue"
    assert due(Play().start().now, STANDARD, CALENDAR) == []
    assert due(Play().to("partly_shared", consent=TOLD).now, STANDARD, CALENDAR) == []


def test_a_ladder_may_leave_an_urgency_out() -> None:
    play = Play().to("ig_advice", consent=TOLD)
    stage = STANDARD.stage("ig_advice")
    short = changed(stage, ladder=(changed(stage.ladder[0], when={}), stage.ladder[1]))
    other = changed(STANDARD, stages={**STANDARD.stages, "ig_advice": short})
    assert [item.rung for item in due(play.now, other, CALENDAR)] == ["overdue"]


def test_a_clock_can_be_paused_altogether() -> None:
    play = Play().to("ig_advice", consent=TOLD)
    play.do(c.Ask, IG, question="Who?")
    assert play.now.held is not None
    paused = changed(play.now, clock=play.now.held, held=None)
    assert due(paused, STANDARD, CALENDAR) == []


def test_facts_hold_codes_and_never_words() -> None:
    play = Play().to("adjudication")
    play.decide("share", "refuse")
    probe = c.Withdraw(id="1", actor=c.CLOCK, at=play.at, case_id="case", reason="Secret reason")
    known = facts(play.now, probe, STANDARD)
    assert known["items"][0]["sensitive"] is True
    assert known["consent"]["state"] == "refused"
    assert known["consent"]["told"] is False
    assert known["decision"] == {"made": True, "outcome": "partly_shared"}
    assert known["advice"]["advice"] == "supports"
    assert known["check"]["finding"] == "not_a_bar"
    text = repr(known)
    assert not [word for word in ("Orrin", "Secret", "9990041199", "Trust is lost") if word in text]
    bare = facts(Play().start().now, probe, STANDARD)
    assert "state" not in bare["consent"]
    assert "told" not in bare["consent"]
    assert bare["advice"]["given"] is bare["check"]["done"] is bare["decision"]["made"] is False


def test_guards_are_bounded_and_closed() -> None:
    assert compile_guard("request.threshold == 'none'").met({"request": {"threshold": "none"}})
    assert not compile_guard("request.threshold == 'none'").met({"request": {}})
    assert not compile_guard("request.threshold").met({"request": {"threshold": "none"}})
    assert compile_guard("true") == compile_guard("true")
    for text in ("os.system('x')", "1 + 1", "request.", "'" + "x" * MAX_LENGTH):
        with pytest.raises(GuardError):
            compile_guard(text)
    nested = "items.all(a, items.all(b, items.all(c, items.all(d, items.all(e, true)))))"
    assert not compile_guard(nested).met({"items": list(range(100))})


def test_the_case_keeps_what_it_does_not_know() -> None:
    play = Play().to("ig_advice")
    clock = play.now.clock
    late = e.Reminded(at=play.at, by="", rung="half", clock=99)
    assert apply(play.now, late).clock == clock
    chased = e.Chased(at=play.at, by="manager")
    version = play.now.version + 1
    assert apply(play.now, chased) == changed(play.now, version=version, settled=version)
    assert play.now.open_question is None
    assert play.now.request.item("nothing") is None
    assert STANDARD.reason("nothing") is None
    assert BACK == "back"
    later = changed(play.now, round=2)
    assert later.latest_advice is None
    assert PARTS[Task.BASIS] == play.now.request.basis
    assert isinstance(play.now.request.basis, LegalBasis)
    assert ConsentAndOpenness().consent == Consent()


def test_a_move_without_a_clock_to_pause_or_resume() -> None:
    play = Play().start()
    move = e.Move("information_needed", STANDARD.stage("information_needed").kind, pause=True)
    paused = apply(play.now, e.Asked(at=play.at, by="ig", number=1, question="?", move=move))
    assert (paused.held, paused.back_to) == (None, "draft")
    back = e.Move("draft", STANDARD.stage("draft").kind, resume=True)
    assert apply(paused, e.Answered(at=play.at, by="requester", number=1, answer="!", move=back)).clock is None
