"""Who may do what, and who sees what: separation of duties on the person, whatever her other roles."""

from __future__ import annotations

import itertools

import pytest

from tests.core.play import (
    ASKER,
    CONSENT,
    GUARDIAN,
    HOLDER,
    IG,
    MANAGER,
    OUTSIDER,
    REQUESTER,
    STANDARD,
    THEIR_MANAGER,
    Play,
    changed,
    person,
)
from workflows.core import commands as c
from workflows.core.definition import CLOCK_COMMANDS, CommandType, Role
from workflows.core.matrix import COMMANDS, matrix
from workflows.core.permissions import Membership, Principal, Relation, may_know, permitted, relations, role_words
from workflows.core.refusals import NOT_FOUND, not_found
from workflows.core.visibility import Identity, look

ADVISE, DECIDE, CHASE = CommandType.ADVISE, CommandType.DECIDE, CommandType.CHASE


def code(play: Play, who: Principal, command: CommandType) -> str:
    refusal = permitted(play.now, who, STANDARD)[command]
    return refusal.code if refusal else ""


def with_roles(who: Principal, *extra: tuple[str, Role]) -> Principal:
    held = who.memberships | {Membership(organisation, role) for organisation, role in extra}
    return changed(who, memberships=frozenset(held))


@pytest.mark.feature("C19")
@pytest.mark.parametrize("extra", [combo for n in (1, 2) for combo in itertools.combinations(Role, n)])
def test_the_requester_and_the_adviser_never_decide_whatever_else_they_are(extra: tuple[Role, ...]) -> None:
    play = Play().to("adjudication")
    roles = [(HOLDER, role) for role in (*extra, Role.CALDICOTT_GUARDIAN)] + [(ASKER, Role.REQUESTER)]
    assert code(play, with_roles(REQUESTER, *roles), DECIDE) == "own_case"
    assert code(play, with_roles(IG, *roles), DECIDE) == "advised"
    assert code(play, with_roles(IG, *roles), CommandType.ASK) == "advised"
    recipient = changed(with_roles(person("x"), *roles), email="requester@x.example")
    assert code(play, recipient, DECIDE) == "not_found", "whoever is named to receive it stands aside"


@pytest.mark.feature("C19")
def test_an_administrator_cannot_decide_or_even_know() -> None:
    play = Play().to("adjudication")
    admin = person("admin", (HOLDER, Role.ADMINISTRATOR), (ASKER, Role.ADMINISTRATOR))
    assert {refusal.code if refusal else "" for refusal in permitted(play.now, admin, STANDARD).values()} == {
        "not_found"
    }


def test_a_draft_is_its_owners_alone() -> None:
    play = Play().start()
    assert relations(play.now, REQUESTER, STANDARD) == {Relation.OWNER}
    for other in (CONSENT, GUARDIAN, MANAGER, THEIR_MANAGER, OUTSIDER):
        assert not may_know(play.now, other, STANDARD)
    assert code(play, REQUESTER, CHASE) == "wrong_stage"


def test_stage_roles_and_assignment() -> None:
    play = Play().to("ig_advice")
    assert code(play, IG, ADVISE) == ""
    assert code(play, CONSENT, ADVISE) == "not_yours"
    assert code(play, IG, DECIDE) == "wrong_stage"
    assert code(play, IG, CommandType.WITHDRAW) == "not_yours"
    assert code(play, REQUESTER, CommandType.WITHDRAW) == ""
    play.do(c.Reassign, MANAGER, to_person="other-ig", to_eligible=True, reason="Leave.")
    assert code(play, IG, ADVISE) == "assigned"
    assert code(play, person("other-ig", (HOLDER, Role.IG_LEAD)), ADVISE) == ""


def test_managers_mind_the_clock_of_their_own_side() -> None:
    play = Play().to("ig_advice")
    assert code(play, MANAGER, CHASE) == code(play, MANAGER, CommandType.REASSIGN) == ""
    assert code(play, THEIR_MANAGER, CHASE) == ""
    assert code(play, THEIR_MANAGER, CommandType.REASSIGN) == "not_yours"
    assert code(play, with_roles(REQUESTER, (HOLDER, Role.MANAGER)), CHASE) == "own_case"
    assert code(play, IG, CHASE) == "not_yours"
    assert code(play, MANAGER, CommandType.REMIND) == "clock_only"


@pytest.mark.feature("C20")
def test_whoever_the_ladder_told_can_look_and_chase_but_not_read() -> None:
    senior = person("senior", (HOLDER, Role.NAMED_SENIOR))
    play = Play().to("ig_advice")
    assert not may_know(play.now, senior, STANDARD)
    number = play.now.clock.number if play.now.clock else 0
    play.do(c.Escalate, rung="named_senior", clock=number)
    assert relations(play.now, senior, STANDARD) == {Relation.ESCALATED}
    assert not may_know(play.now, person("elsewhere", (ASKER, Role.NAMED_SENIOR)), STANDARD)
    assert code(play, senior, CHASE) == ""
    assert code(play, senior, CommandType.REASSIGN) == "not_yours"
    seen = look(play.now, senior, STANDARD)
    assert (seen.identity, seen.request, seen.advice, seen.contents) == (Identity.NONE, False, False, ())
    play.do(c.Ask, IG, question="Who?")
    assert may_know(play.now, senior, STANDARD)
    number = play.now.clock.number if play.now.clock else 0
    play.do(c.Escalate, rung="manager", clock=number)
    assert Relation.ESCALATED in relations(play.now, THEIR_MANAGER, STANDARD)


def test_outsiders_are_told_nothing() -> None:
    play = Play().to("ig_advice")
    answers = permitted(play.now, OUTSIDER, STANDARD)
    assert set(answers) == set(CommandType) - {CommandType.START}
    assert {refusal.code for refusal in answers.values() if refusal} == {"not_found"}


def test_looks() -> None:
    play = Play().to("ig_advice")
    adviser = look(play.now, IG, STANDARD)
    assert (adviser.identity, adviser.advice, adviser.contents) == (Identity.LABELS, True, ())
    assert look(play.now, CONSENT, STANDARD).identity is Identity.FULL
    assert look(play.now, with_roles(CONSENT, (HOLDER, Role.IG_LEAD)), STANDARD).identity is Identity.LABELS
    manager = look(play.now, MANAGER, STANDARD)
    assert (manager.identity, manager.request, manager.decision) == (Identity.NONE, False, False)
    mine = look(play.now, REQUESTER, STANDARD)
    assert (mine.identity, mine.advice, mine.request) == (Identity.FULL, False, True)
    assert look(play.now, OUTSIDER, STANDARD).nothing
    release = Play().to("release")
    assert look(release.now, IG, STANDARD).identity is Identity.FULL


def test_recipients_see_only_what_is_released_to_them() -> None:
    reader = changed(person("reader"), email="requester@x.example")
    play = Play().to("release")
    assert look(play.now, reader, STANDARD).nothing
    play.do(c.Release, IG, contents=(c.ItemContent("risk", "Words."),))
    seen = look(play.now, reader, STANDARD)
    assert seen.relations == {Relation.RECIPIENT}
    assert (seen.contents, seen.identity, seen.advice) == (("risk",), Identity.FULL, False)
    assert look(play.now, GUARDIAN, STANDARD).contents == ()
    assert look(play.now, REQUESTER, STANDARD).contents == ("risk",)


def test_where_a_person_has_roles() -> None:
    both = with_roles(REQUESTER, (HOLDER, Role.MANAGER))
    assert both.organisations() == {ASKER, HOLDER}
    assert both.organisations_as(Role.MANAGER) == {HOLDER}
    assert both.organisations_as(Role.AUDITOR) == frozenset()


def test_not_found_is_one_answer() -> None:
    refused = not_found()
    assert refused.code == NOT_FOUND
    assert refused.refusals == not_found().refusals


def test_words_for_roles() -> None:
    assert role_words((Role.IG_LEAD, Role.MANAGER)) == "the Information governance lead or the Manager"
    assert role_words(()) == "nobody"


@pytest.mark.feature("C17")
def test_the_matrix_asks_every_stage_person_and_command() -> None:
    cells = matrix(STANDARD)
    stages = {cell.stage for cell in cells}
    people = {cell.who for cell in cells}
    assert stages == set(STANDARD.stages)
    assert len(cells) == len(stages) * len(people) * len(COMMANDS)
    assert not {cell.command for cell in cells} & CLOCK_COMMANDS
    allowed = {(cell.stage, cell.who) for cell in cells if not cell.refused and cell.command is DECIDE}
    assert allowed == {
        (stage, who)
        for stage in ("adjudication", "decision_review")
        for who in ("Caldicott Guardian", "Deputy Caldicott Guardian", "Adjudicator")
    }
    assert all(cell.refused for cell in cells if cell.who in ("Somebody else", "Administrator at the holder"))
