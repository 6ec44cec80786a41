"""A request counts by other days from now on: once for each version, never when it has ended; who is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.play import CONSENT, GUARDIAN, REQUESTER, STANDARD, Play
from workflows.core import commands as c
from workflows.core.followups import TITLES, waiting
from workflows.core.notices import Audience, Notice, NoticeKind, notices
from workflows.core.permissions import Principal
from workflows.core.refusals import NO_LONGER_DUE, Refused
from workflows.core.telling import still_true, unheard

pytestmark = pytest.mark.feature("C9")


def recount(play: Play, rung: str, *, moved: timedelta = timedelta(0)) -> list[NoticeKind]:
    """Count again by a version; of what people are told."""
    before, due = play.now, play.at + timedelta(days=2)
    happened = play.do(c.RecountClock, rung=rung, clock=0, due_before=due, due_after=due + moved)
    return [notice.kind for notice in notices(before, happened, play.now, STANDARD)]


def test_it_is_counted_once_for_a_version_and_only_by_its_own_days() -> None:
    play = Play().to("adjudication")
    days = play.now.calendar
    assert recount(play, f"{days}@2", moved=timedelta(days=1)) == [NoticeKind.RECOUNTED, NoticeKind.RECOUNTED]
    assert play.now.clock is not None
    assert play.now.calendar == play.now.clock.calendar == f"{days}@2"
    for wrong in (f"{days}@2", "scotland@3"):
        with pytest.raises(Refused) as refused:
            recount(play, wrong)
        assert refused.value.code == NO_LONGER_DUE
    play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    with pytest.raises(Refused) as refused:
        recount(play, f"{days}@3")
    assert refused.value.code == NO_LONGER_DUE


def test_nobody_is_told_where_the_due_date_stays() -> None:
    play = Play().to("adjudication")
    assert recount(play, f"{play.now.calendar}@2") == []


@pytest.mark.feature("C20")
def test_what_reached_nobody_is_told_to_those_who_can_see_to_it_once() -> None:
    case = Play().to("adjudication").now
    desk = Audience(organisation=case.holder_org)
    lost = [
        Notice(NoticeKind.YOUR_TURN, desk, "Decision"),
        Notice(NoticeKind.ESCALATION, desk, "Decision"),
        Notice(NoticeKind.PROGRESS, Audience(people=("gone",)), "Decision"),
    ]
    (alert,) = unheard(lost, case, STANDARD)
    assert (alert.kind, alert.audience.organisation) == (NoticeKind.NOBODY_TOLD, case.holder_org)
    (at_home,) = unheard([Notice(NoticeKind.YOUR_TURN, Audience(people=("gone",)), "Question")], case, STANDARD)
    assert at_home.audience.organisation == case.requester_org


@pytest.mark.feature("C27")
def test_a_follow_up_is_still_told_of_while_it_is_open_and_hers() -> None:
    play = Play().to("partly_shared")
    (task,) = waiting(play.now)

    def told(who: Principal) -> bool:
        kind, title = NoticeKind.FOLLOW_UP, TITLES[task.kind]
        return still_true(kind, play.now, STANDARD, person=who, stage_title=title)

    assert told(CONSENT)
    assert not told(GUARDIAN)
    play.do(c.FinishFollowUp, CONSENT, number=task.number, note="He was told on Monday.")
    assert not told(CONSENT)
