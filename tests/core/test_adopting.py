"""A request comes to another version: only where what has been done stays what it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.play import CONSENT, GUARDIAN, IG, REQUESTER, STANDARD, Play, person
from workflows.core import commands as c
from workflows.core.adopting import Stages, completed, obstacles
from workflows.core.case import Case
from workflows.core.definition import Definition, Role, StageKind
from workflows.core.due import due
from workflows.core.happening import Move
from workflows.core.notices import NoticeKind, notices
from workflows.core.refusals import Refused
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.loader import load, read_builtin

pytestmark = pytest.mark.feature("C15")
ADMIN = person("admin", ("any-org", Role.ADMINISTRATOR))


def version(*changes: tuple[str, str], number: int = 2) -> Definition:
    """The standard workflow as another version, with parts of its text replaced."""
    text = read_builtin("standard").replace("\nversion: 1\n", f"\nversion: {number}\n")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return load(text)


RENAMED = version(("ig_advice", "advice_of_the_lead"))
"""The same, with one stage called otherwise everywhere."""
LONGER = version(
    ("priority: {length: 2 working_days,", "priority: {length: 3 working_days,"),
    ("priority: {length: 1 working_days,", "priority: {length: 4 working_days,"),
)
OTHERS = version(("    roles: [consent_officer]\n", "    roles: [consent_officer, ig_lead]\n"))
MAPPED: Stages = (("ig_advice", "advice_of_the_lead"),)


def steps(play: Play) -> tuple[str, ...]:
    return completed(
        each.stages if hasattr(each, "stages") and hasattr(each, "kept") else each.move
        for each in play.events
        if each.move is not None or hasattr(each, "kept")
    )


def adopt(play: Play, to: Definition, stages: Stages = (), **more: object) -> Case:
    """The request comes to a version, which rules it from then on."""
    fields = {"to": to.ref, "target": to, "stages": stages, "why": "Shorter times.", "passed": steps(play), **more}
    play.do(c.AdoptVersion, ADMIN, **fields)
    play.definition = to
    return play.now


def codes(play: Play, to: Definition, stages: Stages = ()) -> list[str]:
    return [each.code for each in obstacles(play.now, play.definition, to, stages, passed=steps(play))]


def test_a_request_goes_on_under_the_other_version_and_its_clock_keeps_its_length() -> None:
    play = Play().to("consent_check")
    before = play.now
    case = adopt(play, LONGER)
    assert case.definition == LONGER.ref
    assert (case.clock, case.stage_since, case.stage) == (before.clock, before.stage_since, before.stage)
    event = play.events[-1]
    assert before.clock is not None
    assert event.kept == before.clock.length  # type: ignore[attr-defined]
    assert event.move is None
    play.do(c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="Refused.")
    assert play.now.clock is not None
    assert play.now.clock.length.amount == 3


def test_a_stage_that_is_called_otherwise_is_found_by_its_new_name_everywhere() -> None:
    play = Play().to("ig_advice")
    play.do(c.Ask, IG, question="Which months?")
    asked = play.now
    assert codes(play, RENAMED)[0] == "adopt_stage_gone"
    assert codes(play, RENAMED, MAPPED) == []
    case = adopt(play, RENAMED, MAPPED)
    assert (case.stage, case.back_to) == (asked.stage, "advice_of_the_lead")
    assert case.held is not None
    assert case.held.stage == "advice_of_the_lead"
    assert {each.stage for each in case.questions} == {"advice_of_the_lead"}
    assert {each.stage for each in case.past_clocks} <= set(RENAMED.stages)
    play.do(c.Answer, REQUESTER, answer="October.")
    assert play.now.stage == "advice_of_the_lead"
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert play.now.kind is StageKind.ADJUDICATION
    assert "advice_of_the_lead" in steps(play)


def test_the_rungs_that_were_climbed_stay_so_and_those_to_come_are_the_other_versions() -> None:
    play = Play().to("consent_check")
    assert play.now.clock is not None
    play.do(c.Remind, rung="half", clock=play.now.clock.number)
    case = adopt(play, LONGER)
    keys = {each.rung for each in due(case, LONGER, seed_calendars()[case.calendar])}
    assert "half" not in keys
    assert keys == {each.key for each in LONGER.stage(case.stage).ladder if case.urgency in each.when} - {"half"}


@pytest.mark.parametrize(
    ("to", "stages", "code"),
    [
        (RENAMED, (), "adopt_step_gone"),
        (OTHERS, (), "adopt_step_changed"),
        (replace(STANDARD, ref=replace(STANDARD.ref, digest=STANDARD.ref.digest)), (), "adopt_same"),
        (version(number=3), (("adjudication", "release"),), "adopt_other_kind"),
        (replace(version(), categories={}), (), "adopt_words_gone"),
        (replace(version(), silo=True), (), "adopt_silo"),
        (replace(version(), ref=replace(STANDARD.ref, version=0)), (), "adopt_not_back"),
        (replace(version(), ref=replace(version().ref, workflow="emergency")), (), "adopt_same"),
    ],
)
def test_what_would_change_what_has_been_done_is_declined_with_the_reason(
    to: Definition, stages: Stages, code: str
) -> None:
    play = Play().to("adjudication")
    assert code in codes(play, to, stages)
    with pytest.raises(Refused) as refused:
        adopt(play, to, stages)
    assert code in {each.code for each in refused.value.refusals}
    assert play.now.definition == STANDARD.ref


def test_what_has_ended_keeps_its_version() -> None:
    play = Play().to("consent_check")
    play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert codes(play, LONGER) == ["adopt_closed"]


def test_without_a_reason_or_a_version_nothing_happens() -> None:
    play = Play().to("consent_check")
    for fields, code in (({"why": " "}, "words_missing"), ({"target": None}, "adopt_unknown")):
        with pytest.raises(Refused) as refused:
            adopt(play, LONGER, **fields)
        assert refused.value.code == code


def test_it_goes_back_while_no_step_has_been_completed_since() -> None:
    play = Play().to("ig_advice")
    before = play.now
    adopt(play, RENAMED, MAPPED)
    case = adopt(play, STANDARD)
    assert (case.definition, case.stage, case.clock, case.undoable) == (
        before.definition, before.stage, before.clock, (),
    )  # fmt: skip
    adopt(play, RENAMED, MAPPED)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    assert codes(play, STANDARD) == ["adopt_not_back"]


def test_each_step_back_leads_to_where_it_came_from() -> None:
    play = Play().to("consent_check")
    third = version(number=3)
    adopt(play, LONGER)
    adopt(play, third)
    assert codes(play, STANDARD) == ["adopt_not_back"]
    adopt(play, LONGER)
    assert adopt(play, STANDARD).definition == STANDARD.ref


def test_whoever_has_it_by_name_is_told_where_others_have_it_now() -> None:
    play = Play().to("consent_check")
    play.do(c.Reassign, GUARDIAN, to_person=CONSENT.id, to_eligible=True, reason="Leave.")
    before = play.now
    case = adopt(play, OTHERS, keeps_assignee=False)
    assert case.assignee == ""
    told = [each.kind for each in notices(before, play.events[-1:], case, OTHERS)]
    assert told == [NoticeKind.YOUR_TURN]
    other = Play().to("consent_check")
    before = other.now
    case = adopt(other, LONGER)
    assert notices(before, other.events[-1:], case, LONGER) == []


def test_a_stage_that_a_question_interrupts_is_completed_only_when_it_is_left_for_good() -> None:
    kind = StageKind.CHECK
    asked = [Move("a", kind), Move("b", kind), Move("q", kind, pause=True)]
    assert completed(asked) == ("a",)
    assert completed([*asked, Move("b", kind, resume=True)]) == ("a", "q")
    assert completed([*asked, Move("z", kind)]) == ("a", "q", "b")
    assert completed([*asked, (("b", "B"), ("a", "A")), Move("z", kind)]) == ("A", "q", "B")
