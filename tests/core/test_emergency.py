"""Emergencies: shared first, reviewed after. What the rulebook does and refuses. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.play import (
    ASKER,
    EMERGENCY,
    GUARDIAN,
    HOLDER,
    IG,
    MANAGER,
    ON_CALL,
    OUTSIDER,
    REQUESTER,
    STANDARD,
    Play,
    person,
    spoken,
)
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Outcome
from workflows.core.definition import CommandType, Role, StageKind
from workflows.core.emergency import SPOKEN_WORDS
from workflows.core.followups import FollowUpKind
from workflows.core.notices import NoticeKind, desk, notices
from workflows.core.permissions import permitted
from workflows.core.refusals import Refused
from workflows.core.visibility import Identity, look

pytestmark = pytest.mark.feature("C10")


def night() -> Play:
    return Play(EMERGENCY).to_share()


def codes(play: Play, kind: type[c.Command], who: object, **fields: object) -> set[tuple[str, str]]:
    before = play.case
    with pytest.raises(Refused) as caught:
        play.do(kind, who, **fields)  # type: ignore[arg-type]
    assert play.case is before
    return {(refusal.code, refusal.field) for refusal in caught.value.refusals}


def test_one_page_sends_it_and_nobody_approves_before_the_share() -> None:
    play = night()
    assert [type(event) for event in play.events] == [e.Started, e.Submitted]
    assert play.now.kind is StageKind.EMERGENCY
    assert permitted(play.now, ON_CALL, EMERGENCY)[CommandType.SHARE_NOW] is None
    earlier = {stage.kind for stage in EMERGENCY.stages.values()} & {StageKind.CHECK, StageKind.ADJUDICATION}
    assert not earlier


def test_the_share_and_the_task_of_its_review_come_from_one_command() -> None:
    play = night()
    happened = play.do(c.ShareNow, ON_CALL, share=spoken())
    assert [type(event) for event in happened] == [e.Decided, e.SharedNow, e.Released]
    case = play.now
    assert case.kind is StageKind.REVIEW
    assert case.clock is not None
    assert case.clock.started_at == play.at
    assert case.released == ("address", "car")
    assert case.shared_now is not None
    assert (case.shared_now.recorded_after, case.shared_now.said_at) == (0, play.at)
    release = happened[-1]
    assert isinstance(release, e.Released)
    assert {content.text for content in release.contents} == {SPOKEN_WORDS}
    found = notices(case, happened, case, EMERGENCY)
    assert {notice.kind for notice in found} == {NoticeKind.DECIDED, NoticeKind.YOUR_TURN}
    assert ON_CALL.id in desk(case, EMERGENCY).excluding


def test_late_recording_says_how_late() -> None:
    play = night()
    said = play.at + timedelta(minutes=18)
    play.do(c.ShareNow, ON_CALL, share=spoken(said_at=said))
    assert play.now.shared_now is not None
    assert play.now.shared_now.recorded_after == 42
    sealed = next(event for event in play.events if isinstance(event, e.SharedNow))
    assert sealed.recorded_after == 42
    assert "recorded_after" not in sealed.PERSONAL


def test_more_than_a_day_late_needs_a_manager() -> None:
    play = night()
    said = play.at + timedelta(hours=1) - timedelta(hours=24, minutes=1)
    late = spoken(said_at=said)
    assert codes(play, c.ShareNow, ON_CALL, share=late) == {("late_needs_manager", "said_at")}
    play = night()
    just = play.at + timedelta(hours=1) - timedelta(hours=24)
    play.do(c.ShareNow, ON_CALL, share=spoken(said_at=just))
    play = night()
    play.do(c.ShareNow, MANAGER, share=late, by_manager=True)
    assert play.now.shared_now is not None
    assert play.now.shared_now.recorded_after == 24 * 60 + 1


def test_the_future_is_refused() -> None:
    play = night()
    soon = play.at + timedelta(hours=1, minutes=1)
    assert codes(play, c.ShareNow, ON_CALL, share=spoken(said_at=soon)) == {("said_in_future", "said_at")}


@pytest.mark.parametrize(
    ("share", "wanted"),
    [
        (spoken("address", "bank"), {("foreign_item", "items"), ("missing", "why_not")}),
        (spoken("address", "address", "car"), {("item_twice", "items")}),
        (spoken("address"), {("missing", "why_not")}),
        (replace(spoken(), items=()), {("missing", "why_not")}),
        (spoken(told=" "), {("missing", "told")}),
        (spoken(call_back_verified=None), {("call_back_missing", "call_back_verified")}),
        (spoken(call_back_verified=False), {("check_missing", "note")}),
        (spoken(told="x" * 201, said_by="x" * 201), {("too_long", "told"), ("too_long", "said_by")}),
        (spoken(note="x" * 4001), {("too_long", "note")}),
        (c.Share(("address", "car"), c.ShareHow.WRITTEN), {("missing", "content-address"), ("missing", "content-car")}),
        (
            spoken(contents=(c.ItemContent("bank", "12"), c.ItemContent("car", "x" * 20_001))),
            {("not_shared", "bank"), ("too_long", "content-car")},
        ),
        (
            spoken(contents=(c.ItemContent("car", "Red"), c.ItemContent("car", "Blue"))),
            {("item_twice", "content-car")},
        ),
    ],
)
def test_a_share_is_refused_by_name(share: c.Share, wanted: set[tuple[str, str]]) -> None:
    assert codes(night(), c.ShareNow, ON_CALL, share=share) == wanted


def test_part_of_it_or_nothing_can_be_shared_with_the_reason_and_is_reviewed_all_the_same() -> None:
    play = night()
    words = (c.ItemContent("address", "1 High Street"),)
    share = c.Share(("address",), c.ShareHow.WRITTEN, words, why_not="The car is not needed.")
    play.do(c.ShareNow, ON_CALL, share=share)
    assert play.now.outcome is Outcome.PARTLY_SHARED
    assert play.now.decision is not None
    assert [item.text for item in play.now.decision.items] == ["", "The car is not needed."]
    play.do(c.ReviewShare, GUARDIAN, finding=c.ReviewFinding.PROPORTIONATE)
    assert (play.now.kind, play.now.outcome) == (StageKind.CLOSED, Outcome.PARTLY_SHARED)
    play = night()
    play.do(c.ShareNow, ON_CALL, share=replace(spoken(), items=(), told="", why_not="No danger."))
    assert (play.now.kind, play.now.released_at) == (StageKind.REVIEW, None)
    play.do(c.ReviewShare, GUARDIAN, finding=c.ReviewFinding.PROPORTIONATE)
    assert play.now.outcome is Outcome.DECLINED


def test_an_unjustified_share_needs_why_and_learning_and_stays_on_record() -> None:
    play = night()
    play.do(c.ShareNow, ON_CALL, share=spoken())
    before = play.now.shared_now
    against = c.ReviewFinding.NOT_JUSTIFIED
    assert codes(play, c.ReviewShare, GUARDIAN, finding=against) == {("missing", "why"), ("missing", "learning")}
    long = {"why": "x" * 4001, "learning": "x" * 4001}
    fine = c.ReviewFinding.PROPORTIONATE
    assert codes(play, c.ReviewShare, GUARDIAN, finding=fine, **long) == {("too_long", "why"), ("too_long", "learning")}
    happened = play.do(c.ReviewShare, GUARDIAN, finding=against, why="No risk to life.", learning="Ring the lead.")
    case = play.now
    assert case.shared_now == before
    assert (case.released, case.outcome) == (("address", "car"), Outcome.SHARED)
    assert case.share_review is not None
    assert case.share_review.finding is against
    (task,) = case.followups
    assert (task.kind, task.is_open) == (FollowUpKind.LEARNING, True)
    assert task.due == play.at.date() + timedelta(days=28)
    assert Role.MANAGER in task.roles
    told = notices(case, happened, case, EMERGENCY)
    assert [(notice.kind, notice.audience.people) for notice in told] == [
        (NoticeKind.ENDED, (REQUESTER.id,)),
        (NoticeKind.ENDED, (ON_CALL.id,)),
    ]


def test_advice_may_come_in_between_and_moves_nothing() -> None:
    play = night()
    play.do(c.ShareNow, ON_CALL, share=spoken())
    clock = play.now.clock
    assert codes(play, c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, redirect="Elsewhere") == {
        ("shared_already", "advice")
    }
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert play.now.latest_advice is not None
    assert (play.now.kind, play.now.clock) == (StageKind.REVIEW, clock)


def test_who_shared_or_advised_does_not_review() -> None:
    both = person("both", (HOLDER, Role.ON_CALL_AUTHORISER), (HOLDER, Role.CALDICOTT_GUARDIAN))
    adviser = person("adviser", (HOLDER, Role.IG_LEAD), (HOLDER, Role.ADJUDICATOR))
    play = night()
    play.do(c.ShareNow, both, share=spoken())
    play.do(c.Advise, adviser, advice=c.AdviceType.SUPPORTS)

    def answer(who: object, command: CommandType = CommandType.REVIEW_SHARE) -> str:
        refusal = permitted(play.now, who, EMERGENCY)[command]  # type: ignore[arg-type]
        return refusal.code if refusal else ""

    assert answer(both) == answer(adviser) == "took_part"
    assert answer(IG) == "not_yours"
    assert answer(GUARDIAN) == ""
    assert answer(GUARDIAN, CommandType.ADVISE) == "not_yours"
    assert answer(REQUESTER) == "own_case"
    assert answer(OUTSIDER) == "not_found"
    play.do(c.Reassign, MANAGER, to_person=GUARDIAN.id, to_eligible=True, reason="Leave")
    assert answer(IG, CommandType.ADVISE) == ""
    assert answer(person("deputy", (HOLDER, Role.DEPUTY_GUARDIAN))) == "assigned"


def test_names_are_for_who_shares_and_who_reviews_not_for_the_adviser() -> None:
    play = night()
    assert look(play.now, ON_CALL, EMERGENCY).identity is Identity.FULL
    assert look(play.now, IG, EMERGENCY).identity is Identity.LABELS
    play.do(c.ShareNow, ON_CALL, share=spoken())
    assert look(play.now, ON_CALL, EMERGENCY).identity is Identity.FULL
    assert look(play.now, IG, EMERGENCY).identity is Identity.LABELS
    assert look(play.now, GUARDIAN, EMERGENCY).identity is Identity.FULL
    other = person("other", (HOLDER, Role.ON_CALL_AUTHORISER))
    assert look(play.now, other, EMERGENCY).identity is Identity.LABELS


def begin(play: Play, definition: object = EMERGENCY, **fields: object) -> list[e.Event]:
    request = night().now.request
    play.definition = definition  # type: ignore[assignment]
    where = {"requester_org": ASKER, "holder_org": HOLDER, "calendar": "england-and-wales"}
    more: dict[str, object] = {"answers": request, "send": True, **where, **fields}
    return play.do(c.Start, ON_CALL, reference="GH-SAID", workflow="emergency", **more)


def test_the_holder_records_what_was_said_already() -> None:
    play = Play()
    share = spoken("address", "car", said_at=play.at + timedelta(minutes=55))
    begin(play, share=share)
    case = play.now
    assert (case.kind, case.requester) == (StageKind.REVIEW, ON_CALL.id)
    assert case.shared_now is not None
    assert (case.shared_now.by, case.shared_now.recorded_after) == (ON_CALL.id, 5)
    review = permitted(case, person(ON_CALL.id, (HOLDER, Role.CALDICOTT_GUARDIAN)), EMERGENCY)
    refusal = review[CommandType.REVIEW_SHARE]
    assert refusal is not None
    assert refusal.code == "own_case"
    told = play.do(c.ReviewShare, GUARDIAN, finding=c.ReviewFinding.PROPORTIONATE)
    found = notices(case, told, play.now, EMERGENCY)
    assert [notice.audience.people for notice in found] == [(ON_CALL.id,)]


def test_what_one_page_sends_is_checked_as_ever_and_nothing_is_half_begun() -> None:
    request = night().now.request
    empty = replace(request, purpose=replace(request.purpose, purpose=""), items=())
    assert codes_of_begin(answers=empty) == {"items_missing", "purpose_missing"}
    strange = replace(request, items=(replace(request.items[0], category="none"),))
    assert codes_of_begin(answers=strange) == {"unknown_category"}
    assert codes_of_begin(share=spoken(told="")) == {"missing"}


def codes_of_begin(**fields: object) -> set[str]:
    play = Play()
    with pytest.raises(Refused) as caught:
        begin(play, **fields)
    assert play.case is None
    return {refusal.code for refusal in caught.value.refusals}


def test_a_workflow_without_an_emergency_takes_no_share() -> None:
    request = replace(night().now.request, items=())
    with pytest.raises(Refused):
        begin(Play(), STANDARD, answers=request, share=spoken())
    assert STANDARD.of_kind(StageKind.EMERGENCY) is None
