"""Conflicts of interest: declared or hinted at, they take the case away at once and stay on record."""

from __future__ import annotations

import pytest

from tests.core.play import CONSENT, GUARDIAN, HOLDER, IG, MANAGER, REQUESTER, STANDARD, Play, changed, person
from workflows.core import commands as c
from workflows.core.aside import kin, names_of, stands_aside, surnames
from workflows.core.definition import CommandType, Role
from workflows.core.notices import NoticeKind, desk, notices
from workflows.core.permissions import may_know, permitted, worker_refusal
from workflows.core.refusals import Refused
from workflows.core.telling import still_true
from workflows.core.visibility import look

pytestmark = pytest.mark.feature("C18")
DECLARE, DECIDE = CommandType.DECLARE_CONFLICT, CommandType.DECIDE


@pytest.mark.feature("C19")
def test_who_declares_a_conflict_loses_the_case_at_once() -> None:
    play = Play().to("adjudication")
    assert permitted(play.now, GUARDIAN, STANDARD)[DECLARE] is None
    play.do(c.Reassign, MANAGER, to_person=GUARDIAN.id, to_eligible=True, reason="Leave.")
    before = play.now
    happened = play.do(c.DeclareConflict, GUARDIAN, reason="He is my brother-in-law.")
    assert not may_know(play.now, GUARDIAN, STANDARD)
    assert look(play.now, GUARDIAN, STANDARD).nothing
    assert {refusal.code for refusal in permitted(play.now, GUARDIAN, STANDARD).values() if refusal} == {"not_found"}
    assert play.now.assignee == "", "what was given to her alone is everybody's again"
    assert [(one.person, one.why) for one in play.now.conflicts] == [(GUARDIAN.id, "He is my brother-in-law.")]
    told = {notice.kind: notice.audience for notice in notices(before, happened, play.now, STANDARD)}
    assert set(told) == {NoticeKind.STOOD_ASIDE, NoticeKind.YOUR_TURN}
    assert all(GUARDIAN.id in audience.excluding for audience in told.values())
    assert told[NoticeKind.STOOD_ASIDE].roles == (Role.MANAGER,)


def test_a_manager_can_stand_aside_and_gives_nobody_the_case_who_did() -> None:
    play = Play().to("adjudication")
    play.do(c.DeclareConflict, GUARDIAN, reason="We are neighbours.")
    refusal = worker_refusal(play.now, GUARDIAN, STANDARD, command=DECIDE)
    assert refusal is not None
    assert refusal.code == "conflict_of_interest"
    assert permitted(play.now, MANAGER, STANDARD)[DECLARE] is None
    play.do(c.DeclareConflict, MANAGER, reason="We are neighbours.")
    assert not may_know(play.now, MANAGER, STANDARD)


def test_only_the_holders_people_declare_and_only_while_the_request_is_open() -> None:
    play = Play().to("adjudication")
    for who, code in ((REQUESTER, "not_yours"), (person("stranger"), "not_found")):
        refusal = permitted(play.now, who, STANDARD)[DECLARE]
        assert refusal is not None
        assert refusal.code == code
    with pytest.raises(Refused) as caught:
        play.do(c.DeclareConflict, GUARDIAN, reason="  ")
    assert caught.value.refusals[0].field == "reason"
    for stage in ("draft", "partly_shared"):
        refusal = permitted(Play().to(stage).now, CONSENT, STANDARD)[DECLARE]
        assert refusal is not None


@pytest.mark.feature("C19")
@pytest.mark.parametrize(
    ("name", "email"),
    [("Dr Ann Orrin", "a@x.example"), ("ANN ORRIN", "a@x.example"), ("Ann Smith", "requester@x.example")],
)
def test_a_shared_surname_or_address_takes_the_case_away(name: str, email: str) -> None:
    roles = [(HOLDER, role) for role in (Role.CALDICOTT_GUARDIAN, Role.MANAGER)]
    cousin = changed(person("cousin", *roles), name=name, email=email)
    play = Play().to("adjudication")
    assert stands_aside(play.now, cousin)
    assert not may_know(play.now, cousin, STANDARD)
    assert not still_true(
        NoticeKind.YOUR_TURN, play.now, STANDARD, person=cousin, stage_title=STANDARD.stage("adjudication").title
    )
    assert not set(names_of(cousin)).isdisjoint(desk(play.now, STANDARD).kin)
    stranger = changed(cousin, name="Ann Smith", email="a@x.example")
    assert not stands_aside(play.now, stranger)
    assert permitted(play.now, stranger, STANDARD)[DECIDE] is None


def test_what_counts_as_a_surname() -> None:
    assert surnames("D. Orrin") == {"orrin"}
    assert surnames("Maria de la Cruz") == {"de", "la", "cruz"}
    assert surnames("Baby Sable (unborn)") == {"sable", "unborn"}
    assert surnames("Orrin") == {"orrin"}
    assert surnames("R. S.") == set()
    assert surnames(" ") == set()
    request = Play().to("adjudication").now.request
    assert kin(request) == {"orrin", "requester@x.example"}


def test_the_requester_is_no_stranger_to_her_own_request() -> None:
    play = Play().to("ig_advice")
    assert not stands_aside(play.now, changed(REQUESTER, name="Ann Orrin"))
    assert not stands_aside(play.now, IG)
