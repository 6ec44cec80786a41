"""A pretend case walks by the real rules: each choice, why it leads where it leads, and nothing that is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.core.play import CSODS, EMERGENCY, STANDARD
from workflows.core.definition import CommandType, Definition, RungAction, StageKind, Urgency
from workflows.core.pretend import MOST_STEPS, Choice, Met, Walk, walk
from workflows.core.pretend_samples import SAMPLES, Setting
from workflows.core.request import ConsentState
from workflows.definitions.calendars import seed_calendars

pytestmark = [pytest.mark.feature("C7"), pytest.mark.feature("C16")]
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CALENDAR = seed_calendars()["england-and-wales"]


def go(*steps: str, definition: Definition = STANDARD, at: datetime = AT, **made_up: object) -> Walk:
    return walk(definition, replace(Setting(), **made_up), steps, at=at, calendar=CALENDAR)  # type: ignore[arg-type]


def choices(found: Walk) -> dict[str, Choice]:
    return {each.code: each for each in found.now.choices}


def test_a_whole_way_and_why_each_step_led_where_it_led() -> None:
    found = go("submit", "record_consent:valid", "advise:supports", "decide:part", "release")
    assert found.wrong is None
    assert [each.choice.to.name for each in found.taken if each.choice.to] == [
        "consent_check", "ig_advice", "adjudication", "release", "partly_shared",
    ]  # fmt: skip
    assert found.taken[2].choice.looked_at == (
        Met("advice.advice == 'out_of_scope'", "Redirected", False),
        Met("advice.delegated_release", "Release", False),
        Met("", "Adjudication", True),
    )
    assert found.now.stage.name == "partly_shared"
    assert found.now.due_at is None
    assert set(choices(found)) == {"reopen:changed", "reopen:same", "challenge"}


def test_the_time_and_the_ladder_are_those_of_the_stage() -> None:
    now = go("submit", urgency=Urgency.PRIORITY).now
    assert now.due_at == datetime(2026, 11, 3, 17, tzinfo=UTC)
    assert [each.key for each in now.rungs] == ["half", "overdue", "deputy", "manager", "named_senior"]
    assert now.rungs[1].action is RungAction.OVERDUE
    assert not go("submit", at=datetime(2099, 1, 1, tzinfo=UTC)).now.rungs, "bank holidays so far ahead are not known"


def test_what_the_rules_refuse_is_told_with_the_reason() -> None:
    delegated = choices(go("submit", "record_consent:valid_for_all", sensitive=True))["advise:delegated"]
    assert delegated.to is None
    assert [each.code for each in delegated.refusals] == ["delegation_not_allowed"]
    allowed = choices(go("submit", "record_consent:valid_for_all"))["advise:delegated"]
    assert allowed.to is not None
    assert (allowed.to.name, allowed.looked_at[-1]) == ("release", Met("advice.delegated_release", "Release", True))


def test_what_is_made_up_changes_the_way() -> None:
    assert choices(go(threshold="none"))["submit"].looked_at == (
        Met("request.threshold == 'none'", "Information governance advice", True),
    )
    refused = choices(go("submit", consent=ConsentState.REFUSED))
    assert refused["record_consent:not_a_bar"].to is not None


def test_each_choice_is_for_those_whom_the_permissions_let() -> None:
    found = choices(go("submit", "record_consent:valid", "advise:supports"))
    assert [role.value for role in found["decide:share"].roles] == [
        "caldicott_guardian", "deputy_guardian", "adjudicator",
    ]  # fmt: skip
    assert [role.value for role in found["withdraw"].roles] == ["requester"]


def test_a_question_that_nobody_answers_goes_back() -> None:
    asked = go("submit", "ask")
    back = choices(asked)["give_back"]
    assert back.to is not None
    assert back.to.name == "consent_check"
    assert choices(asked)["answer"].looked_at == (Met("", "Consent check", True),)
    assert go("submit", "ask", "give_back").now.stage.name == "consent_check"


def test_rounds_and_emergencies_walk_as_well() -> None:
    first = ("submit", "record_consent:valid", "advise:supports", "decide:refuse")
    assert go(*first, "challenge").now.stage.name == "decision_review"
    assert go(*first, "reopen:changed", "send_back").now.stage.name == "ig_advice"
    night = go(
        "submit", "share_now:part", "review_share:not_justified", definition=EMERGENCY, urgency=Urgency.EMERGENCY
    )
    assert night.now.stage.kind is StageKind.CLOSED


@pytest.mark.parametrize(
    ("steps", "code", "taken"),
    [
        (["decide:share"], "unknown_step", 0),
        (["submit", "record_consent:forged"], "unknown_step", 1),
        (["submit", "<script>"], "unknown_step", 1),
        (["submit", "record_consent:not_a_bar", "advise:delegated"], "delegation_not_allowed", 2),
        (["submit", *["ask", "answer"] * MOST_STEPS], "too_many_steps", MOST_STEPS),
    ],
)
def test_a_step_that_cannot_be_taken_ends_the_way_and_says_why(steps: list[str], code: str, taken: int) -> None:
    found = go(*steps, sensitive=True)
    assert found.wrong is not None
    assert (found.wrong.code, len(found.taken)) == (code, taken)
    assert "<script>" not in found.wrong.say


SENT, ADVISED = "submit record_consent:valid", "submit record_consent:valid advise:supports"
CONTACT = "complete:danger_now=no,goes_on=no,scope=in_scope"
MET = f"{CONTACT} complete:verified=verified"
WAYS = {
    "standard": (
        "withdraw", "submit ask give_back withdraw", "submit ask answer", f"{SENT} ask withdraw",
        f"{ADVISED} send_back", f"{SENT} advise:out_of_scope", f"{ADVISED} ask answer decide:share withdraw",
        f"{ADVISED} withdraw",
        f"{ADVISED} decide:share release reopen:same", f"{ADVISED} decide:share release challenge decide:share",
        f"{ADVISED} decide:part release reopen:changed", f"{ADVISED} decide:part release challenge ask withdraw",
        f"{ADVISED} decide:refuse reopen:same", f"{ADVISED} decide:refuse challenge decide:refuse",
        f"{ADVISED} decide:refuse challenge send_back", f"{ADVISED} decide:refuse challenge withdraw",
        f"{SENT} withdraw",
    ),
    "csods": (
        "withdraw", f"{CONTACT} withdraw", f"{MET} withdraw", f"{MET} complete withdraw",
        f"{MET} complete complete:decision=disclose complete:done=made",
        f"{MET} complete complete:decision=disclose complete:done=not_made",
        f"{MET} complete complete:decision=do_not_disclose",
        "complete:danger_now=yes,goes_on=no,scope=in_scope", "complete:danger_now=no,goes_on=no,scope=out_of_scope",
        f"{CONTACT} complete:verified=not_verified",
    ),
    "emergency": (
        "withdraw", "submit ask answer", "submit ask withdraw", "submit withdraw",
        "submit share_now:all review_share:proportionate", "submit share_now:part review_share:not_justified",
        "submit share_now:none review_share:proportionate",
    ),
}  # fmt: skip
"""Ways that take every step of the two workflows between them."""


@pytest.mark.parametrize("definition", [STANDARD, EMERGENCY, CSODS], ids=lambda each: each.ref.workflow)
def test_every_stage_and_every_command_of_a_shipped_workflow_can_be_tried(definition: Definition) -> None:
    seen, given = set(), set()
    for way in WAYS[definition.ref.workflow]:
        found = go(*way.split(), definition=definition)
        assert found.wrong is None, (way, found.wrong)
        seen |= {found.now.stage.name, *(each.before.name for each in found.taken)}
        given |= {(each.before.name, each.choice.command) for each in found.taken}
    begun = {definition.first} if definition.public else set()
    assert seen | begun == set(definition.stages)
    moves = {(name, command) for name, stage in definition.stages.items() for command in stage.commands}
    missed = {each for each in moves if each[1] in (*SAMPLES, CommandType.COMPLETE) and each[0] not in begun} - given
    assert missed <= {("retrospective_review", CommandType.ADVISE)}


def test_a_form_leads_where_its_answers_say() -> None:
    found = go(definition=CSODS)
    assert found.now.stage.name == "initial_contact"
    out = choices(found)["complete:danger_now=no,goes_on=no,scope=out_of_scope"]
    assert out.to is not None
    assert (out.to.name, dict(out.said)["Is the application in scope?"]) == ("outside_scope", "Out of scope")
    assert [role.value for role in out.roles] == ["enquiry_officer", "csods_coordinator", "scheme_supervisor"]
    assert out.looked_at[-1].met


def test_nothing_that_only_stays_is_a_step() -> None:
    assert CommandType.SAVE not in SAMPLES
