"""Who stands in for whom, on which request, and what is recorded of it: the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.core.play import (
    ASKER,
    DEPUTY,
    EMERGENCY,
    GUARDIAN,
    HOLDER,
    IG,
    MANAGER,
    REQUESTER,
    STANDARD,
    START,
    Play,
    person,
    spoken,
)
from workflows.core import commands as c
from workflows.core.absences import (
    DEPTH,
    MOST_DEPUTIES,
    Absence,
    Member,
    Someone,
    StandIn,
    Wanted,
    deputies_of,
    faults,
    lendable,
    running,
    stands_in,
)
from workflows.core.acting import actor_of
from workflows.core.aside import Conflict
from workflows.core.case import Case
from workflows.core.definition import CommandType, Role, StageKind
from workflows.core.identity import identity_refusal
from workflows.core.notices import Audience, Notice, NoticeKind, desk
from workflows.core.passing_on import passed_on
from workflows.core.permissions import Principal, Relation, permitted, relations
from workflows.core.reveal import Reveal
from workflows.core.standing_in import Swap, acts_for, alone, has_it, kept_out, standing, swaps, whereabouts
from workflows.core.telling import among, is_away, still_true
from workflows.core.votes import waiting_for_second

pytestmark = pytest.mark.feature("C11")

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
GUARDIAN_ROLE = frozenset({Role.CALDICOTT_GUARDIAN})


def someone(name: str) -> Someone:
    return Someone(name, name.title(), f"{name}@x.example")


def away(
    name: str, *deputies: str, roles: frozenset[Role] = GUARDIAN_ROLE, ended_at: datetime | None = None,
    start: datetime = BEGIN, until: datetime = END, org: str = HOLDER,
) -> Absence:  # fmt: skip
    return Absence(
        id=f"absence-of-{name}", organisation_id=org, person=someone(name), start=start, until=until,
        deputies=tuple(map(someone, deputies)), roles=roles, ended_at=ended_at,
    )  # fmt: skip


def with_absences(who: Principal, *absences: Absence, at: datetime = START) -> Principal:
    now = running(absences, at=at)
    return replace(who, standing=stands_in(who.id, now), away=now)


def for_whom(who: str, *absences: Absence, at: datetime = START) -> set[str]:
    return {each.absent.id for each in stands_in(who, running(absences, at=at))}


# --- Chains, loops and ends


def test_the_deputy_of_an_absent_deputy_gets_the_tasks_of_both() -> None:
    chain = (away("a", "b"), away("b", "c", roles=frozenset({Role.IG_LEAD})))
    assert for_whom("c", *chain) == {"a", "b"}
    assert for_whom("b", *chain) == set()
    a_for = next(each for each in stands_in("c", chain) if each.absent.id == "a")
    assert a_for.roles == GUARDIAN_ROLE, "the roles of each, not of both"


def test_a_chain_that_comes_back_ends_and_leads_to_nobody() -> None:
    loop = (away("a", "b"), away("b", "a"))
    assert deputies_of(loop[0], loop) == ()
    assert for_whom("a", *loop) == for_whom("b", *loop) == set()
    longer = (away("a", "b", "z"), away("b", "c"), away("c", "a", "b"))
    assert deputies_of(longer[0], longer) == (someone("z"),)


def test_a_chain_is_followed_to_the_stated_depth() -> None:
    names = [f"p{number}" for number in range(DEPTH + 2)]
    chain = tuple(away(here, then) for here, then in pairwise(names))
    assert for_whom(names[-1], *chain[1:]) == set(names[1:-1])
    assert names[0] not in for_whom(names[-1], *chain), "one step too far"


def test_it_begins_and_ends_on_time_with_no_job() -> None:
    absence = away("a", "b")
    for at, found in (
        (BEGIN - timedelta(microseconds=1), set()),
        (BEGIN, {"a"}),
        (END - timedelta(microseconds=1), {"a"}),
        (END, set()),
    ):
        assert for_whom("b", absence, at=at) == found
    early = away("a", "b", ended_at=START)
    assert for_whom("b", early, at=START - timedelta(seconds=1)) == {"a"}
    assert for_whom("b", early, at=START) == set()
    assert early.over_at == START


def test_the_order_of_deputies_is_kept_and_one_absence_is_of_one_organisation() -> None:
    absences = (away("a", "b", "c", "d"), away("b", "e"), away("c", "f", org="elsewhere"))
    assert [each.id for each in deputies_of(absences[0], absences)] == ["e", "c", "d"]
    assert lendable({Role.ADMINISTRATOR, Role.REQUESTER, Role.AUDITOR, Role.MANAGER}) == {Role.MANAGER}
    assert for_whom("b", away("a", "b", roles=frozenset())) == set()


# --- On one request


def at_adjudication() -> Case:
    return Play().to("adjudication").now


BEA, CAY = person("bea", (HOLDER, Role.CONSENT_OFFICER)), person("cay", (HOLDER, Role.REQUESTER))


def test_the_deputy_may_decide_in_the_absent_persons_name_and_only_meanwhile() -> None:
    case = at_adjudication()
    assert permitted(case, BEA, STANDARD)[CommandType.DECIDE] is not None
    bea = with_absences(BEA, away("guardian", "bea"))
    assert permitted(case, bea, STANDARD)[CommandType.DECIDE] is None
    assert Relation.WORKER in relations(case, with_absences(CAY, away("guardian", "cay")), STANDARD)
    after = with_absences(BEA, away("guardian", "bea"), at=END)
    assert permitted(case, after, STANDARD)[CommandType.DECIDE] is not None
    given = replace(case, assignee="guardian")
    assert permitted(given, bea, STANDARD)[CommandType.DECIDE] is None
    assert permitted(given, DEPUTY, STANDARD)[CommandType.DECIDE] is not None
    assert has_it(given, bea)
    assert not has_it(given, alone(bea))


def test_a_deputy_who_made_the_request_is_passed_over() -> None:
    case = at_adjudication()
    absence = away("guardian", "requester", "bea")
    asker = with_absences(replace(REQUESTER, memberships=REQUESTER.memberships | CAY.memberships), absence)
    refusal = permitted(case, asker, STANDARD)[CommandType.DECIDE]
    assert refusal is not None
    assert refusal.code == "own_case"
    assert permitted(case, with_absences(BEA, absence), STANDARD)[CommandType.DECIDE] is None
    assert swaps(case, (absence,)) == (Swap("guardian", HOLDER, GUARDIAN_ROLE, "bea"),)
    other = away("guardian", "bea", "cay")
    assert not standing(case, with_absences(CAY, other)), "the first who can is there"


@pytest.mark.parametrize("part", ["adviser", "conflicted", "recipient", "voted"])
@pytest.mark.parametrize("whose", ["bea", "guardian"])
def test_separation_is_kept_on_both_persons(part: str, whose: str) -> None:
    play = Play().to("adjudication")
    if part == "voted":
        play.do(c.DemandSecond, GUARDIAN, reason="Two pairs of eyes.")
    case = play.now
    absence = away("guardian", "bea", "cay")
    if part == "adviser":
        case = replace(case, advice=(replace(case.advice[0], by=whose),))
    elif part == "conflicted":
        who = GUARDIAN if whose == "guardian" else BEA
        play.do(c.DeclareConflict, who, reason="A cousin.")
        case = play.now
    elif part == "recipient":
        first = case.request.recipients[0]
        recipients = (replace(first, email=f"{whose}@x.example"), *case.request.recipients[1:])
        case = replace(case, request=replace(case.request, recipients=recipients))
    else:
        play.decide("share", "refuse", who=GUARDIAN if whose == "guardian" else BEA)
        case = play.now
    for who in (BEA, CAY):
        deputy = with_absences(who, absence)
        refusal = permitted(case, deputy, STANDARD)[CommandType.DECIDE]
        if whose == "bea" and who is CAY:
            assert refusal is None, "the next deputy takes it"
        else:
            assert refusal is not None
    assert swaps(case, (absence,))[0].to == ("cay" if whose == "bea" else "")


def test_one_vote_is_for_both() -> None:
    play = Play().to("adjudication")
    play.do(c.DemandSecond, GUARDIAN, reason="Two pairs of eyes.")
    actor = c.Actor("bea", "Bea for Guardian", "Caldicott Guardian", HOLDER, stands_in_for="guardian")
    (event,) = play.decide("share", "refuse", who=BEA, actor=actor)
    assert (event.by, event.stood_in_for) == ("bea", "guardian")
    assert waiting_for_second(play.now) == {"bea", "guardian"}
    assert {"bea", "guardian"} <= kept_out(play.now)
    refusal = permitted(play.now, GUARDIAN, STANDARD)[CommandType.DECIDE]
    assert refusal is not None
    assert refusal.code == "voted"


def test_what_was_advised_for_somebody_bars_her_as_well() -> None:
    play = Play().to("ig_advice")
    actor = c.Actor("bea", "Bea for Ig", "Information governance lead", HOLDER, stands_in_for="ig")
    play.do(c.Advise, BEA, actor=actor, advice=c.AdviceType.SUPPORTS)
    assert play.now.advisers == {"bea", "ig"}
    assert play.now.advice[-1].by_name == "Bea for Ig"
    both = replace(IG, memberships=IG.memberships | GUARDIAN.memberships)
    refusal = permitted(play.now, both, STANDARD)[CommandType.DECIDE]
    assert refusal is not None
    assert refusal.code == "advised"
    third = with_absences(CAY, away("ig", "cay"))
    assert permitted(play.now, third, STANDARD)[CommandType.DECIDE] is not None


def test_a_role_of_her_own_counts_before_one_that_is_lent_only_when_the_workflow_says_so() -> None:
    case = at_adjudication()
    performers = STANDARD.performers(case.stage, CommandType.DECIDE)
    deputy = with_absences(DEPUTY, away("guardian", "deputy"))
    found = acts_for(case, deputy, performers=performers, organisation_id=HOLDER)
    assert found is not None
    assert (found[0], found[1].absent.id if found[1] else "") == (Role.CALDICOTT_GUARDIAN, "guardian")
    other = person("other", (HOLDER, Role.CALDICOTT_GUARDIAN))
    fellow = with_absences(other, away("guardian", "other"))
    own = acts_for(case, fellow, performers=performers, organisation_id=HOLDER)
    assert own == (Role.CALDICOTT_GUARDIAN, None)
    given = replace(case, assignee="guardian")
    theirs = acts_for(given, fellow, performers=performers, organisation_id=HOLDER)
    assert theirs is not None
    assert theirs[1] is not None, "what was given to her is worked in her name"
    assert acts_for(case, CAY, performers=performers, organisation_id=HOLDER) is None


def test_letters_follow_the_work() -> None:
    case = replace(at_adjudication(), assignee="guardian")
    bea = with_absences(BEA, away("guardian", "bea"))
    assert among(desk(case, STANDARD), bea, case)
    assert not among(desk(case, STANDARD), BEA, case)
    title = STANDARD.stage(case.stage).title
    assert still_true(NoticeKind.YOUR_TURN, case, STANDARD, person=bea, stage_title=title)
    assert not still_true(NoticeKind.YOUR_TURN, case, STANDARD, person=BEA, stage_title=title)


def test_nobody_answers_what_was_asked_in_her_own_name() -> None:
    play = Play().to("ig_advice")
    actor = c.Actor("bea", "Bea for Ig", "", HOLDER, stands_in_for="guardian")
    play.do(c.AskIdentity, IG, actor=actor, label=play.now.request.people[0].label, reason="To be certain who it is.")
    ask: Reveal = play.now.reveals[0]
    assert ask.concerns("guardian")
    refusal = identity_refusal(play.now, GUARDIAN, STANDARD, command=CommandType.GRANT_IDENTITY)
    assert refusal is not None
    assert refusal.code == "own_ask"


def test_nobody_stands_in_on_a_draft() -> None:
    bea = with_absences(BEA, away("guardian", "bea"))
    assert standing(Play().start().now, bea) == ()
    assert isinstance(bea.standing[0], StandIn)
    assert bea.organisations_as(Role.CALDICOTT_GUARDIAN) == {HOLDER}


# --- What is asked for


MEMBERS = {
    each.id: Member(Someone(each.id, each.name, each.email), each.roles_in(HOLDER))
    for each in (GUARDIAN, DEPUTY, IG, MANAGER, BEA, CAY, person("admin", (HOLDER, Role.ADMINISTRATOR)))
} | {"gone": Member(someone("gone"), GUARDIAN_ROLE, disabled=True)}


def codes(*, known: tuple[Absence, ...] = (), **changes: object) -> set[str]:
    wanted = Wanted(
        organisation_id=HOLDER, person_id="guardian", start=START, until=START + timedelta(days=9), deputies=("bea",)
    )
    asked = replace(wanted, **changes)  # type: ignore[arg-type]
    return {refusal.code for refusal in faults(asked, members=MEMBERS, known=known, at=START)}


def test_what_is_asked_for_in_order_is_taken() -> None:
    assert codes() == set()
    assert codes(roles=GUARDIAN_ROLE, reason="annual leave", deputies=("bea", "ig")) == set()
    assert codes(known=(away("bea", "ig"),)) == set(), "a chain that ends somewhere is no fault"
    assert codes(known=(away("bea", "guardian", org="elsewhere"),)) == set()
    diamond = (away("bea", "ig", "deputy"), away("ig", "manager"), away("deputy", "ig"))
    assert codes(known=diamond) == set(), "two ways to the same person are no loop"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("not_member", {"person_id": "stranger"}),
        ("not_member", {"person_id": "gone"}),
        ("dates_reversed", {"until": START - timedelta(days=1)}),
        ("dates_past", {"start": START - timedelta(days=3), "until": START}),
        ("too_far", {"until": START + timedelta(days=400)}),
        ("overlap", {"known": (away("guardian", "ig"),)}),
        ("nothing_to_lend", {"person_id": "cay"}),
        ("roles_unknown", {"roles": frozenset()}),
        ("roles_unknown", {"roles": frozenset({Role.MANAGER})}),
        ("no_deputies", {"deputies": ()}),
        ("too_many", {"deputies": tuple(f"p{number}" for number in range(MOST_DEPUTIES + 1))}),
        ("twice", {"deputies": ("bea", "bea")}),
        ("herself", {"deputies": ("guardian",)}),
        ("not_eligible", {"deputies": ("stranger",)}),
        ("not_eligible", {"deputies": ("gone",)}),
        ("not_eligible", {"deputies": ("admin",)}),
        ("too_long", {"reason": "x" * 101}),
        ("bad_characters", {"reason": "a\x00b"}),
        ("loop", {"known": (away("bea", "guardian"),)}),
        ("loop", {"known": (away("bea", "ig"), away("ig", "bea", "guardian"))}),
    ],
)
def test_what_is_wrong_is_named(code: str, changes: dict[str, object]) -> None:
    found = codes(**changes)  # type: ignore[arg-type]
    assert code in found


def test_an_absence_that_ended_early_is_no_longer_in_the_way() -> None:
    assert codes(known=(away("guardian", "ig", ended_at=START),)) == set()


# --- Letters, and in whose name


def told(case: Case, kind: NoticeKind, audience: Audience, *absences: Absence) -> list[Notice]:
    notice = Notice(kind, audience, STANDARD.stage(case.stage).title)
    return passed_on([notice], swaps(case, absences), case, STANDARD)


def test_whoever_stands_in_is_told_and_the_absent_person_is_not() -> None:
    case = at_adjudication()
    absence = away("guardian", "bea")
    (work,) = told(case, NoticeKind.YOUR_TURN, desk(case, STANDARD), absence)
    assert work.audience.people == ("bea",)
    assert "guardian" in work.audience.excluding
    (hers,) = told(case, NoticeKind.CHASE, Audience(people=("guardian",)), absence)
    assert hers.audience == Audience(people=("bea",))
    (other,) = told(case, NoticeKind.YOUR_TURN, desk(case, STANDARD), away("guardian", "bea", org="elsewhere"))
    assert other.audience == desk(case, STANDARD)
    barred = replace(desk(case, STANDARD), excluding=("guardian",))
    (without,) = told(case, NoticeKind.YOUR_TURN, barred, absence)
    assert without.audience == barred, "nobody stands in for who is kept out"
    asker = away("requester", "bea", roles=frozenset({Role.CONSENT_OFFICER}))
    (own,) = told(case, NoticeKind.DECIDED, Audience(people=("requester",)), asker)
    assert own.audience == Audience(people=("requester",)), "what one asked for oneself is one's own"
    both = Audience(people=("requester",), organisation=ASKER, roles=(Role.MANAGER,))
    manager = away("requester", "bea", roles=frozenset({Role.MANAGER}), org=ASKER)
    (kept,) = told(case, NoticeKind.FOLLOW_UP, both, manager)
    assert "requester" in kept.audience.people


def test_managers_are_told_where_nobody_stands_in() -> None:
    case = at_adjudication()
    nobody = away("guardian", "ig")
    (alert,) = told(case, NoticeKind.CHASE, Audience(people=("guardian",)), nobody)
    assert alert.kind is NoticeKind.NOBODY_STANDS_IN
    assert alert.audience.roles == (Role.MANAGER,)
    assert told(case, NoticeKind.PROGRESS, Audience(people=("guardian",)), nobody) == []


def test_where_somebody_is_is_told_in_words() -> None:
    case = at_adjudication()
    absence = away("guardian", "ig", "bea")
    assert whereabouts("Guardian", "guardian", ()) == "Guardian"
    assert whereabouts("Guardian", "guardian", (absence,)) == "Guardian (away, Ig stands in)"
    assert whereabouts("Guardian", "guardian", (absence,), case) == "Guardian (away, Bea stands in)"
    alone_ = away("guardian", "ig")
    assert whereabouts("Guardian", "guardian", (alone_,), case) == "Guardian (away, nobody stands in)"
    aside = replace(case, conflicts=(Conflict("guardian", "A cousin.", START),))
    assert whereabouts("Guardian", "guardian", (absence,), aside) == "Guardian (away, nobody stands in)"


def actor(case: Case, who: Principal, kind: type[c.Command], *, title: str = "", **fields: object) -> c.Actor:
    command = kind(id="x", actor=c.Actor(who.id, who.name), at=START, case_id="case", **fields)  # type: ignore[arg-type]
    return actor_of(case, who, STANDARD, command, adjudicator_title=title)


def test_the_record_names_both_and_the_position_of_who_is_away() -> None:
    case = at_adjudication()
    bea = with_absences(BEA, away("guardian", "bea"))
    by = actor(case, bea, c.Decide, items=())
    assert (by.name, by.position, by.stands_in_for) == ("Bea for Guardian", "Caldicott Guardian", "guardian")
    own = actor(case, GUARDIAN, c.Decide, items=())
    assert (own.name, own.position, own.stands_in_for) == ("Guardian", "Caldicott Guardian", "")
    assert actor(case, REQUESTER, c.Withdraw, reason="x").position == "Requester"
    decider = person("decider", (HOLDER, Role.ADJUDICATOR))
    assert actor(case, decider, c.Decide, items=(), title="Information Owner").position == "Information Owner"


def test_what_is_not_a_stages_work_is_done_in_ones_own_name_where_one_may() -> None:
    case = at_adjudication()
    managing = away("manager", "guardian", roles=frozenset({Role.MANAGER}))
    stands = with_absences(GUARDIAN, away("deputy", "guardian", roles=frozenset({Role.IG_LEAD})), managing)
    chased = actor(case, stands, c.Chase)
    assert (chased.name, chased.position) == ("Guardian for Manager", "Manager")
    assert actor(case, stands, c.DeclareConflict, reason="x").stands_in_for == ""
    assert actor(case, MANAGER, c.Chase).position == "Manager"
    useless = with_absences(GUARDIAN, away("deputy", "guardian", roles=frozenset({Role.IG_LEAD})))
    assert actor(case, useless, c.Chase).stands_in_for == ""
    assert actor(case, MANAGER, c.Decide, items=()).position == "Manager"


def test_in_the_review_of_a_share_neither_who_shared_nor_who_advised_stands_in() -> None:
    shared = Play(definition=EMERGENCY).to_share()
    shared.do(c.ShareNow, IG, share=spoken(), actor=c.Actor("bea", "Bea", stands_in_for="ig"))
    assert {"bea", "ig"} <= kept_out(shared.now)
    decided = Play().to("adjudication").now
    assert "ig" in kept_out(replace(decided, kind=StageKind.REVIEW))


def test_who_is_barred_from_the_work_does_it_for_nobody() -> None:
    case = replace(at_adjudication(), advice=())
    bea = with_absences(BEA, away("guardian", "bea"))
    advised = replace(case, advice=(replace(at_adjudication().advice[0], by="bea"),))
    assert standing(advised, bea)
    assert not standing(advised, bea, to_work=True)


def test_who_is_away_is_not_called_to_act() -> None:
    case = at_adjudication()
    title = STANDARD.stage(case.stage).title
    gone = with_absences(GUARDIAN, away("guardian", "bea"))
    assert is_away(case, gone)
    assert not is_away(case, with_absences(GUARDIAN, away("guardian", "bea", org="elsewhere")))
    assert not still_true(NoticeKind.YOUR_TURN, case, STANDARD, person=gone, stage_title=title)
    assert still_true(NoticeKind.PROGRESS, case, STANDARD, person=gone, stage_title=title)
    assert with_absences(BEA, away("guardian", "bea")).standing_only(bea_for()).standing == (bea_for(),)


def bea_for() -> StandIn:
    return with_absences(BEA, away("ig", "bea")).standing[0]
