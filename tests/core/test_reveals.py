"""Asking to see an identity: who may ask, who may answer, for how long, and what stays. No database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.core.play import ASKER, CONSENT, GUARDIAN, HOLDER, IG, MANAGER, OUTSIDER, REQUESTER, STANDARD, Play, person
from workflows.core import commands as c
from workflows.core.definition import CommandType, Role
from workflows.core.notices import NoticeKind, notices
from workflows.core.permissions import Principal, permitted
from workflows.core.refusals import Refused
from workflows.core.reveal import RevealState, open_asks, visible_labels
from workflows.core.telling import still_true

WHY = "The two children may be one."
ENOUGH = "Labels are enough for this."
LABEL = "Child P"
DEPUTY = person("deputy", (HOLDER, Role.DEPUTY_GUARDIAN))
ADJUDICATOR = person("adjudicator", (HOLDER, Role.ADJUDICATOR))
BOTH = person("both", (HOLDER, Role.IG_LEAD), (HOLDER, Role.CALDICOTT_GUARDIAN))
SECOND = person("second", (HOLDER, Role.IG_LEAD))
TURNCOAT = person("requester", (ASKER, Role.REQUESTER), (HOLDER, Role.CALDICOTT_GUARDIAN))
ASK, GRANT, REFUSE = CommandType.ASK_IDENTITY, CommandType.GRANT_IDENTITY, CommandType.REFUSE_IDENTITY

pytestmark = pytest.mark.feature("C1")


def asked(play: Play | None = None, by: Principal = IG, **fields: Any) -> Play:
    """A case at advice in which somebody has asked to see Child P."""
    play = play or Play().to("ig_advice")
    play.do(c.AskIdentity, by, **{"label": LABEL, "reason": WHY, **fields})
    return play


def codes(act: Callable[[], object]) -> list[str]:
    """The codes with which this is refused."""
    with pytest.raises(Refused) as refused:
        act()
    assert all(refusal.say.endswith(".") for refusal in refused.value.refusals)
    return [refusal.code for refusal in refused.value.refusals]


def code(play: Play, who: Principal, command: CommandType) -> str:
    """Why somebody may not give a command; nothing when she may."""
    refusal = permitted(play.now, who, play.definition)[command]
    return refusal.code if refusal else ""


def test_an_identity_is_seen_by_who_asked_from_the_grant_until_the_time_is_over() -> None:
    play = asked()
    assert visible_labels(play.now.reveals, IG.id, now=play.at) == frozenset()
    play.do(c.GrantIdentity, GUARDIAN, number=1, answer=" Go on. ")
    (one,) = play.now.reveals
    assert (one.state, one.granted_by, one.answer, one.reason) == (RevealState.GRANTED, GUARDIAN.id, "Go on.", WHY)
    length = STANDARD.identity_shown_for
    assert length is not None
    assert one.until == play.at + timedelta(hours=length.amount)
    for now, seen in ((play.at, True), (play.at - timedelta(seconds=1), False), (one.until, False)):
        assert visible_labels(play.now.reveals, IG.id, now=now) == (frozenset({LABEL}) if seen else frozenset())
    assert visible_labels(play.now.reveals, GUARDIAN.id, now=play.at) == frozenset()
    assert open_asks(play.now.reveals) == ()


def test_a_refusal_stays_and_asking_again_adds() -> None:
    play = asked()
    play.do(c.RefuseIdentity, CONSENT, number=1, answer=ENOUGH)
    (first,) = play.now.reveals
    assert (first.state, first.refused_by, first.answer) == (RevealState.REFUSED, CONSENT.id, ENOUGH)
    asked(play)
    assert play.now.reveals[0] == first
    assert open_asks(play.now.reveals) == play.now.reveals[1:]
    play.do(c.GrantIdentity, DEPUTY, number=2)
    assert play.now.reveals[0] == first
    assert play.now.reveals[1].number == 2


def test_asking_again_after_the_time_is_over() -> None:
    play = asked()
    play.do(c.GrantIdentity, GUARDIAN, number=1)
    play.at -= timedelta(minutes=1)
    assert codes(lambda: asked(play)) == ["visible_already"]
    asked(play, label="Adult A")
    assert len(asked(play).now.reveals) == 3, "an hour later it is hidden again, and can be asked for again"


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (IG, ""), (SECOND, ""), (BOTH, ""), (MANAGER, "not_yours"), (GUARDIAN, "not_yours"),
        (CONSENT, "not_yours"), (OUTSIDER, "not_found"), (REQUESTER, "own_case"), (TURNCOAT, "own_case"),
    ],
)  # fmt: skip
def test_only_who_works_on_it_may_ask(who: Principal, refused: str) -> None:
    assert code(Play().to("ig_advice"), who, ASK) == refused


def test_who_may_ask_at_other_times() -> None:
    draft, check, release = Play().start(), Play().to("consent_check"), Play().to("release")
    assert code(draft, REQUESTER, ASK) == "wrong_stage"
    assert code(check, CONSENT, ASK) == "visible_already"
    assert code(check, IG, ASK) == "not_yours"
    assert code(release, IG, ASK) == "visible_already"
    given = Play().to("ig_advice")
    given.do(c.Reassign, MANAGER, to_person=SECOND.id, to_eligible=True, reason="Leave.")
    assert (code(given, IG, ASK), code(given, SECOND, ASK)) == ("assigned", "")
    closed = Play().to("ig_advice")
    closed.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert code(closed, IG, ASK) == "wrong_stage"


def test_what_is_asked_must_be_whole() -> None:
    play = Play().to("ig_advice")
    assert codes(lambda: asked(play, label="Child Z", reason=" too short ")) == ["not_in_request", "reason_short"]
    assert codes(lambda: asked(play, reason="x" * 4_001)) == ["too_long"]
    assert codes(lambda: asked(play, reason="see\x00the child")) == ["bad_characters"]
    asked(play)
    assert codes(lambda: asked(play)) == ["asked_already"]
    assert len(asked(play, by=SECOND).now.reveals) == 2


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (GUARDIAN, ""), (DEPUTY, ""), (CONSENT, ""), (ADJUDICATOR, ""), (IG, "not_yours"), (SECOND, "not_yours"),
        (BOTH, "advised"), (MANAGER, "not_yours"), (OUTSIDER, "not_found"), (REQUESTER, "own_case"),
        (TURNCOAT, "own_case"),
    ],
)  # fmt: skip
def test_who_may_answer(who: Principal, refused: str) -> None:
    play = asked()
    assert (code(play, who, GRANT), code(play, who, REFUSE)) == (refused, refused)


def test_who_may_not_answer() -> None:
    assert code(Play().to("ig_advice"), GUARDIAN, GRANT) == "nothing_asked"
    play = asked(by=BOTH)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert code(play, BOTH, GRANT) == "own_ask", "at adjudication she sees names, and still may not answer herself"
    assert code(play, GUARDIAN, GRANT) == ""
    assert codes(lambda: play.do(c.GrantIdentity, BOTH, number=1)) == ["own_ask"]
    assert codes(lambda: play.do(c.GrantIdentity, GUARDIAN, number=2)) == ["nothing_asked"]


def test_an_answer_is_given_once_and_whole() -> None:
    play = asked()
    assert codes(lambda: play.do(c.RefuseIdentity, GUARDIAN, number=1, answer="no")) == ["reason_short"]
    assert codes(lambda: play.do(c.GrantIdentity, GUARDIAN, number=1, answer="x" * 4_001)) == ["too_long"]
    assert play.now.reveals[0].state is RevealState.ASKED
    play.do(c.RefuseIdentity, GUARDIAN, number=1, answer=ENOUGH)
    assert codes(lambda: play.do(c.GrantIdentity, GUARDIAN, number=1)) == ["answered_already"]


def test_a_workflow_that_does_not_say_for_how_long_shows_nothing() -> None:
    play = asked()
    play.definition = replace(STANDARD, identity_shown_for=None)
    assert (code(play, IG, ASK), code(play, GUARDIAN, GRANT)) == ("no_reveals", "no_reveals")
    assert codes(lambda: play.do(c.GrantIdentity, GUARDIAN, number=1)) == ["no_reveals"]


def test_who_may_answer_is_told_and_so_is_who_asked() -> None:
    play = asked()
    before = replace(play.now, reveals=())
    (notice,) = notices(before, play.events[-1:], play.now, STANDARD)
    assert notice.kind is NoticeKind.IDENTITY_ASKED
    assert Role.CALDICOTT_GUARDIAN in notice.audience.roles
    assert {IG.id, REQUESTER.id} <= set(notice.audience.excluding)

    def still(who: Principal) -> bool:
        return still_true(NoticeKind.IDENTITY_ASKED, play.now, STANDARD, person=who, stage_title=notice.stage_title)

    assert still(GUARDIAN)
    assert not still(IG)
    before = play.now
    play.do(c.RefuseIdentity, GUARDIAN, number=1, answer=ENOUGH)
    (notice,) = notices(before, play.events[-1:], play.now, STANDARD)
    assert (notice.kind, notice.audience.people) == (NoticeKind.IDENTITY_ANSWERED, (IG.id,))
    assert not still(GUARDIAN)
