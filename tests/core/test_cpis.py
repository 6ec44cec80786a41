"""A CP-IS check on record: what it must say, who may write it, what it changes, and what guards can ask of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.core.checks import check, plan
from tests.core.play import (
    CONSENT,
    EMERGENCY,
    GUARDIAN,
    HOLDER,
    IG,
    MANAGER,
    ON_CALL,
    OUTSIDER,
    REQUESTER,
    STANDARD,
    START,
    THEIR_MANAGER,
    Play,
    person,
    spoken,
)
from workflows.core import commands as c
from workflows.core.checking import MOST_CHECKS, record_refusal
from workflows.core.cpis import CpisChecked, CpisPlan, CpisResult, CpisSetting, PlanType, cpis_facts
from workflows.core.definition import CommandRule, CommandType, Definition, Need, Role, Side
from workflows.core.facts import facts
from workflows.core.guards import compile_guard
from workflows.core.notices import notices
from workflows.core.permissions import Principal, permitted
from workflows.core.pretend import walk
from workflows.core.pretend_samples import Setting
from workflows.core.refusals import Refused
from workflows.core.request import Period
from workflows.core.veil import veil_of
from workflows.core.visibility import Identity, look
from workflows.definitions.calendars import seed_calendars

pytestmark = pytest.mark.feature("C28")
RECORD = CommandType.RECORD_CPIS_CHECK


def recorded(play: Play, who: Principal = CONSENT, **fields: Any) -> CpisChecked:
    (event,) = play.do(c.RecordCpisCheck, who, **check(at=play.at, **fields))
    assert isinstance(event, CpisChecked)
    return event


def codes(play: Play, **fields: Any) -> list[tuple[str, str]]:
    """What a check is refused for, with the field; nothing has changed."""
    before = play.now
    with pytest.raises(Refused) as caught:
        play.do(c.RecordCpisCheck, CONSENT, **fields)
    assert play.now == before
    return [(each.code, each.field) for each in caught.value.refusals]


def test_a_check_is_put_on_record_and_moves_nothing() -> None:
    play = Play().to("ig_advice")
    before = play.now
    event = recorded(play)
    (kept,) = play.now.cpis
    assert (kept.person, kept.result, kept.side, kept.number) == (
        "Child P", CpisResult.NO_PLAN_RECORDED, Side.HOLDER, 1,
    )  # fmt: skip
    assert (kept.unscheduled, kept.notified, kept.number_used) == (False, False, True)
    assert event.details[0].by_name == "Consent"
    assert event.move is None
    assert (play.now.stage, play.now.clock, play.now.assignee) == (before.stage, before.clock, before.assignee)
    assert notices(before, [event], play.now, play.definition) == [], "nobody is told: whoever decides reads it there"


@pytest.mark.parametrize("setting", CpisSetting)
def test_the_local_authority_is_told_of_unscheduled_care_only(setting: CpisSetting) -> None:
    event = recorded(Play().to("ig_advice"), setting=setting, setting_words="A clinic")
    assert event.notified is event.unscheduled is setting.unscheduled


def test_what_is_otherwise_than_usual_needs_a_reason() -> None:
    play = Play().to("ig_advice")
    ward = {"setting": CpisSetting.PAEDIATRIC_WARD, "notified": False}
    assert codes(play, **check(at=play.at, **ward)) == [("missing", "notified_why")]
    assert recorded(play, **ward, notified_why="The service was down.").notified is False
    assert codes(play, **check(at=play.at, notified=True)) == [("missing", "notified_why")]
    assert recorded(play, notified=True, notified_why="We rang them.").notified is True


def test_a_plan_is_recorded_with_its_dates_and_the_authority() -> None:
    play = Play().to("adjudication")
    plans = (
        CpisPlan(PlanType.CHILD_PROTECTION, Period(date(2026, 3, 2))),
        CpisPlan(PlanType.LOOKED_AFTER, Period(date(2025, 1, 1), date(2026, 2, 1))),
    )
    play.do(c.RecordCpisCheck, GUARDIAN, **plan(at=play.at, plans=plans))
    assert play.now.cpis[0].details[0].plans == plans
    assert play.now.cpis[0].details[0].authority.phone_out_of_hours == "01632 960002"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"person": "Child Z"}, [("foreign_person", "person")]),
        ({"checked_at": None}, [("when_missing", "checked_at")]),
        ({"checked_at": START + timedelta(days=90)}, [("in_future", "checked_at")]),
        ({"checked_at": START - timedelta(days=400)}, [("too_old", "checked_at")]),
        ({"checked_by": " "}, [("missing", "checked_by")]),
        ({"setting": None}, [("setting_missing", "setting")]),
        ({"setting": CpisSetting.OTHER_SCHEDULED}, [("missing", "setting_words")]),
        ({"result": None}, [("result_missing", "result")]),
        ({"result": CpisResult.COULD_NOT_CHECK}, [("missing", "reason")]),
        ({"number_used": False}, [("number_not_used", "number_used")]),
        ({"result": CpisResult.PLAN}, [("plan_missing", "plan_type"), ("missing", "authority_name")]),
        ({"plans": (CpisPlan(PlanType.UNBORN),)}, [("plan_without_result", "result")]),
        ({"evidence": "x" * 201}, [("too_long", "evidence")]),
        ({"reason": "x" * 4001}, [("too_long", "reason")]),
        ({"checked_by": "a\x00b"}, [("bad_characters", "checked_by")]),
    ],
)
def test_what_is_missing_or_wrong_is_refused_by_name(fields: dict[str, Any], found: list[tuple[str, str]]) -> None:
    play = Play().to("ig_advice")
    assert codes(play, **check(at=play.at, **fields)) == found


@pytest.mark.parametrize(
    ("period", "found"),
    [
        (Period(date(2026, 5, 2), date(2026, 5, 1)), [("plan_backwards", "plan_end")]),
        (Period(date(2027, 5, 2)), [("plan_later", "plan_start")]),
    ],
)
def test_dates_of_a_plan_make_sense(period: Period, found: list[tuple[str, str]]) -> None:
    play = Play().to("ig_advice")
    assert codes(play, **plan(at=play.at, plans=(CpisPlan(PlanType.UNBORN, period),))) == found


def test_a_number_that_does_not_pass_the_check_was_not_verified() -> None:
    play = Play().to("ig_advice")
    people = tuple(replace(each, nhs_number="9990041198") for each in play.now.request.people)
    play.case = replace(play.now, request=replace(play.now.request, people=people))
    assert codes(play, **check(at=play.at)) == [("nhs_number", "number_used")]


def test_that_it_could_not_be_checked_is_an_answer_too() -> None:
    play = Play().to("ig_advice")
    event = recorded(
        play, result=CpisResult.COULD_NOT_CHECK, reason="The service did not answer.", number_used=False,
        setting=CpisSetting.AMBULANCE,
    )  # fmt: skip
    assert event.notified is False, "nothing was asked, so nobody was told"


# --- Who may


def test_who_may_record_one_and_who_may_not() -> None:
    play = Play().to("adjudication")
    other = person("other", (HOLDER, Role.REQUESTER))
    answers = {
        who.id: refusal.code if (refusal := permitted(play.now, who, play.definition)[RECORD]) else ""
        for who in (REQUESTER, CONSENT, IG, GUARDIAN, MANAGER, THEIR_MANAGER, OUTSIDER, other)
    }
    assert answers == {
        "requester": "", "consent": "", "ig": "", "guardian": "", "manager": "not_yours",
        "their-manager": "not_yours", "outsider": "not_found", "other": "not_found",
    }  # fmt: skip
    play.do(c.DeclareConflict, GUARDIAN, reason="Cousin.")
    refusal = permitted(play.now, GUARDIAN, play.definition)[RECORD]
    assert refusal is not None
    assert refusal.code == "not_found"


def test_a_recipient_who_works_at_the_holder_records_none() -> None:
    case = Play().to("adjudication").now
    refusal = record_refusal(case, owner=False, worker=True, recipient=True)
    assert refusal is not None
    assert refusal.code == "own_case"
    assert record_refusal(case, owner=True, worker=False, recipient=True) is None, "whoever asks often receives it too"
    nobody = replace(case, request=replace(case.request, people=()))
    refusal = record_refusal(nobody, owner=True, worker=False, recipient=False)
    assert refusal is not None
    assert refusal.code == "nobody_named"


def test_every_open_stage_allows_it_and_no_other() -> None:
    draft = Play().to("draft")
    assert permitted(draft.now, REQUESTER, STANDARD)[RECORD] is not None
    night = Play(EMERGENCY).to_share()
    night.do(c.RecordCpisCheck, ON_CALL, **check(at=night.at, person="Adult A"))
    night.do(c.ShareNow, ON_CALL, share=spoken())
    night.do(c.RecordCpisCheck, GUARDIAN, **check(at=night.at, person="Adult A"))
    assert len(night.now.cpis) == 2
    ended = Play().to("partly_shared")
    refusal = permitted(ended.now, REQUESTER, STANDARD)[RECORD]
    assert refusal is not None
    assert refusal.code == "wrong_stage"
    asked = Play().to("ig_advice")
    asked.do(c.Ask, IG, question="Which months?")
    assert recorded(asked, REQUESTER).side is Side.REQUESTER


def test_there_is_an_end_to_them() -> None:
    play = Play().to("ig_advice")
    (one,) = (recorded(play), play.now.cpis)[1]
    play.case = replace(play.now, cpis=(one,) * MOST_CHECKS)
    refusal = permitted(play.now, CONSENT, play.definition)[RECORD]
    assert refusal is not None
    assert refusal.code == "too_many"


# --- Who reads it


def test_the_requester_reads_her_own_checks_and_not_the_holders() -> None:
    play = Play().to("partly_shared")
    assert look(play.now, REQUESTER, STANDARD).checks == (Side.REQUESTER,)
    assert set(look(play.now, GUARDIAN, STANDARD).checks) == {Side.HOLDER, Side.REQUESTER}
    for who in (MANAGER, THEIR_MANAGER, OUTSIDER, person("recipient")):
        assert look(play.now, who, STANDARD).checks == ()


def test_the_veil_covers_what_a_check_says() -> None:
    play = Play().to("ig_advice")
    words = {"setting_words": "P. Orrin's clinic", "evidence": "Orrin 9990041199", "checked_by": "Dr P. Orrin"}
    period = Period(date(2021, 5, 19), None)
    fields = {**words, "setting": CpisSetting.OTHER_SCHEDULED, "plans": (CpisPlan(PlanType.UNBORN, period),)}
    events = play.do(c.RecordCpisCheck, CONSENT, **plan(at=play.at, **fields))
    veil = veil_of(play.now, Identity.LABELS, on=START.date())
    for seen in (veil.case(play.now).cpis[0], veil.event(events[0])):
        assert "Orrin" not in str(seen)
        assert "9990041199" not in str(seen)
        assert "2021, 5, 19" not in str(seen)
        assert "Child P" in str(seen)


def test_what_it_says_of_people_goes_with_the_request() -> None:
    play = Play().to("ig_advice")
    recorded(play)
    play.do(c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, why="Not ours.", redirect="The council's front desk.")
    (kept,) = play.now.cpis
    assert (kept.details, kept.person, kept.result) == ((), "", CpisResult.NO_PLAN_RECORDED)


# --- What guards can ask


def test_what_guards_can_ask_of_checks() -> None:
    play = Play().to("ig_advice")
    assert cpis_facts((), at=play.at) == {"checked": False, "people": 0, "tried": False, "plan_recorded": False}
    recorded(play, result=CpisResult.COULD_NOT_CHECK, reason="Down.")
    assert cpis_facts(play.now.cpis, at=play.at)["tried"] is True
    assert "age_hours" not in cpis_facts(play.now.cpis, at=play.at)
    play.do(c.RecordCpisCheck, CONSENT, **plan(at=play.at, checked_at=play.at - timedelta(hours=5)))
    recorded(play, person="Adult A", checked_at=play.at - timedelta(hours=3))
    recorded(play, result=CpisResult.COULD_NOT_CHECK, reason="Down.")
    found = cpis_facts(play.now.cpis, at=play.at)
    assert found == {"checked": True, "people": 2, "tried": True, "plan_recorded": True, "age_hours": 5}
    recorded(play)
    assert cpis_facts(play.now.cpis, at=play.at)["plan_recorded"] is False, "the newest answer counts"


@pytest.mark.parametrize("guard", ["cpis.age_hours < 48", "has(cpis.age_hours)", "cpis.checked", "cpis.nothing == 1"])
def test_a_fact_that_is_missing_counts_as_no(guard: str) -> None:
    play = Play().to("ig_advice")
    command = c.Chase(id="1", actor=c.Actor("m", "M"), at=play.at, case_id="case")
    assert compile_guard(guard).met(facts(play.now, command, play.definition)) is False


SAY = "Ask CP-IS about the child first, or record why it cannot be checked. A check counts for two days."


def asking_first() -> Definition:
    """The standard workflow, in which whoever advises needs a fresh check, or a try."""
    stage = STANDARD.stages["ig_advice"]
    rule = stage.commands[CommandType.ADVISE]
    guard = compile_guard("(cpis.checked && cpis.age_hours <= 48) || (cpis.tried && !cpis.checked)")
    asks = replace(rule, needs=(*rule.needs, Need("cpis_missing", SAY, guard)))
    commands: dict[CommandType, CommandRule] = {**stage.commands, CommandType.ADVISE: asks}
    return replace(STANDARD, stages={**STANDARD.stages, "ig_advice": replace(stage, commands=commands)})


def test_a_workflow_can_ask_for_a_check_before_advice() -> None:
    play = Play(asking_first()).to("ig_advice")
    with pytest.raises(Refused) as caught:
        play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert [(each.code, each.say) for each in caught.value.refusals] == [("cpis_missing", SAY)]
    recorded(play, checked_at=play.at - timedelta(days=3))
    with pytest.raises(Refused):
        play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    recorded(play)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert play.now.latest_advice is not None
    tried = Play(asking_first()).to("ig_advice")
    recorded(tried, result=CpisResult.COULD_NOT_CHECK, reason="We have no access.", number_used=False)
    tried.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)


def test_a_pretend_case_says_that_a_check_is_asked_for() -> None:
    found = walk(
        asking_first(), Setting(), ("submit", "record_consent:valid"), at=START,
        calendar=seed_calendars()["england-and-wales"],
    )  # fmt: skip
    (choice,) = [each for each in found.now.choices if each.code == "advise:supports"]
    assert choice.to is None
    assert [(each.code, each.say) for each in choice.refusals] == [("cpis_missing", SAY)]
    found = walk(
        asking_first(), Setting(cpis=True), ("submit", "record_consent:valid", "advise:supports"), at=START,
        calendar=seed_calendars()["england-and-wales"],
    )  # fmt: skip
    assert found.wrong is None
