"""Consent person by person, and taken back: the rules in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.core.play import CONSENT, GUARDIAN, IG, PARTS, REQUESTER, Play
from workflows.core import commands as c
from workflows.core.consent_people import entries, open_points, rests_on_consent, two_facts
from workflows.core.consenting import ConsentKind, Standing
from workflows.core.definition import CommandType
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.grounds import UNKNOWN_BODIES, basis_advice
from workflows.core.limits import MOST_PEOPLE
from workflows.core.permissions import permitted
from workflows.core.refusals import Refused
from workflows.core.request import (
    Consent,
    ConsentAndOpenness,
    ConsentState,
    Differs,
    Items,
    LegalBasis,
    People,
    Task,
    Told,
)

pytestmark = pytest.mark.feature("C14")
GIVEN = Consent(ConsentState.GIVEN, kinds=("common_law",), pressure="shouting heard", given_on=date(2026, 10, 1))
BASIS = LegalBasis("6(1)(a)", common_law="consent")
BACK = {"person": "Adult A", "how": "verbal", "given_by": "data_subject"}


def given(*differs: Differs) -> dict[str, Any]:
    return {"consent": ConsentAndOpenness(GIVEN, Told(), differs), "basis": BASIS}


def codes(play: Play, kind: type[c.Command], **fields: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        play.do(kind, CONSENT, **fields)
    return [each.code for each in caught.value.refusals]


def test_two_facts_and_what_is_open() -> None:
    assert two_facts(GIVEN)[ConsentKind.UK_GDPR] is Standing.NOT_THE_BASIS
    assert set(two_facts(Consent(ConsentState.GIVEN)).values()) == {None}
    assert set(two_facts(Consent(ConsentState.REFUSED)).values()) == {Standing.REFUSED}
    play = Play().to("consent_check", **given())
    (entry,) = entries(play.now.request)
    found = {each.code for each in open_points(entry, play.now.request, on=date(2026, 11, 2))}
    assert {"wording_missing", "share_anyway_open", "review_missing"} <= found
    other = replace(entry, consent=replace(GIVEN, pressure="", given_on=None))
    assert "pressure_open" in {each.code for each in open_points(other, play.now.request, on=date(2026, 11, 2))}
    assert open_points(replace(entry, consent=Consent()), play.now.request, on=date(2026, 11, 2)) == ()
    assert not rests_on_consent(Play().to("consent_check").now.request)


def finding(**fields: Any) -> c.PersonFinding:
    return replace(c.PersonFinding("Adult A", c.ConsentFinding.NOT_A_BAR, "Because."), **fields)


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ((finding(), finding()), "finding_missing"),
        ((finding(person="Adult Z"),), "foreign_person"),
        ((finding(reason=" "),), "override_reason"),
        ((finding(reason="x" * 4001),), "too_long"),
        ((finding(finding=c.ConsentFinding.VALID),), "valid_without_consent"),
        ((finding(told=True),), "said_missing"),
        ((finding(told=True, said="x" * 4001),), "too_long"),
        ((finding(told=False, revisit_on=date(2027, 1, 1)),), "why_not_missing"),
        ((finding(told=False, told_why="Unsafe."),), "revisit_missing"),
        ((finding(told=False, told_why="Unsafe.", revisit_on=date(2026, 1, 1)),), "revisit_past"),
    ],
)
def test_a_finding_that_is_not_whole_is_refused(people: tuple[c.PersonFinding, ...], code: str) -> None:
    play = Play().to("consent_check")
    whole = {"finding": people[0].finding, "covers_all": False, "note": "Not a bar."}
    assert codes(play, c.RecordConsent, **whole, people=people) == [code]
    not_a_bar = {"finding": c.ConsentFinding.NOT_A_BAR, "covers_all": False, "note": ""}
    assert codes(play, c.RecordConsent, **not_a_bar) == ["override_reason"]


def test_nothing_is_consented_to_for_all_that_was_not_found_for_each() -> None:
    """Or it would be released without anybody deciding it."""
    play = Play().to("consent_check")
    valid = {"finding": c.ConsentFinding.VALID, "note": "All agree."}
    assert codes(play, c.RecordConsent, **valid, covers_all=True) == ["finding_missing"]
    not_sought = (finding(finding=c.ConsentFinding.NOT_SOUGHT),)
    assert codes(play, c.RecordConsent, **valid, covers_all=True, people=not_sought) == ["findings_differ"]
    refused = {"finding": c.ConsentFinding.NOT_A_BAR, "note": "Not a bar."}
    assert codes(play, c.RecordConsent, **refused, covers_all=False, people=not_sought) == ["findings_differ"]
    assert codes(play, c.RecordConsent, **refused, covers_all=True, people=(finding(),)) == ["covers_nothing"]


def test_telling_later_is_a_task_unless_the_person_was_told() -> None:
    for people, due in (
        ((finding(told=True, said="On Monday."),), []),
        ((finding(told=False, told_why="Unsafe.", revisit_on=date(2027, 1, 1)),), [date(2027, 1, 1)]),
        ((finding(),), [date(2026, 11, 16)]),
    ):
        play = Play().to("consent_check")
        play.do(
            c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_A_BAR, covers_all=False, note="No.", people=people
        )
        assert [task.due for task in waiting(play.now, FollowUpKind.TELL_PERSON)] == due


def test_consent_taken_back_waits_for_another_basis() -> None:
    play = Play().to("consent_check", **given())
    play.do(c.WithdrawConsent, REQUESTER, **BACK)
    assert play.now.request.consent.state is ConsentState.WITHDRAWN
    assert len(waiting(play.now, FollowUpKind.REPLACE_BASIS)) == 1
    assert codes(play, c.WithdrawConsent, **BACK) == ["nothing_to_withdraw"]


def test_where_nobody_gave_consent_there_is_no_form_to_take_it_back() -> None:
    """A form that can only be refused is not offered: the case page says why instead."""
    play = Play().to("consent_check")
    offered = permitted(play.now, REQUESTER, play.definition)[CommandType.WITHDRAW_CONSENT]
    assert offered is not None
    assert offered.code == "nothing_to_withdraw"
    play = Play().to("consent_check", **given())
    assert permitted(play.now, REQUESTER, play.definition)[CommandType.WITHDRAW_CONSENT] is None


def test_a_part_is_taken_back_and_the_rest_stands() -> None:
    apart = Differs("Adult A", ("risk", "record"), GIVEN)
    play = Play().to("consent_check", **given(apart))
    play.do(c.WithdrawConsent, CONSENT, **BACK, items=("risk",))
    assert {(each.items, each.consent.state) for each in play.now.request.differs} == {
        (("risk",), ConsentState.WITHDRAWN), (("record",), ConsentState.GIVEN),
    }  # fmt: skip
    play.do(c.WithdrawConsent, CONSENT, **BACK, items=("record",))
    assert len(waiting(play.now, FollowUpKind.REPLACE_BASIS)) == 1


def test_what_one_takes_back_leaves_what_others_gave() -> None:
    first, child = PARTS[Task.PEOPLE].people
    both = People((first, child, replace(first, label="Adult B", name="E. Orrin", nhs_number="")))
    play = Play().to("consent_check", people=both, **given())
    play.do(c.WithdrawConsent, CONSENT, **BACK)
    stands = {(entry.person, entry.consent.state) for entry in entries(play.now.request)}
    assert stands == {("Adult A", ConsentState.WITHDRAWN), ("Adult B", ConsentState.GIVEN)}


@pytest.mark.feature("C6")
def test_what_was_said_of_an_item_that_is_no_longer_asked_for_gives_no_advice() -> None:
    apart = Differs("Adult A", ("record",), replace(GIVEN, state=ConsentState.NOT_SOUGHT))
    play = Play().start().fill(**given(apart))
    day = date(2026, 11, 2)
    about = f"{apart.person}: "
    with_it = basis_advice(play.now.request, UNKNOWN_BODIES, on=day)
    assert any(each.say.startswith(about) for each in with_it)
    play.do(c.Save, REQUESTER, task=Task.ITEMS, answers=Items(play.now.request.items[:1]))
    assert not any(each.say.startswith(about) for each in basis_advice(play.now.request, UNKNOWN_BODIES, on=day))


def test_what_cannot_be_taken_back_is_refused_by_name() -> None:
    play = Play().to("consent_check", **given())
    assert codes(play, c.WithdrawConsent, person="Z", how="", given_by="", note="x" * 4001) == [
        "foreign_person", "how_missing", "by_missing", "too_long",
    ]  # fmt: skip
    assert codes(play, c.WithdrawConsent, **BACK, items=("other",)) == ["foreign_item"]
    play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert codes(play, c.WithdrawConsent, **BACK) == ["wrong_stage"]


def test_nothing_is_released_while_a_basis_is_to_be_replaced() -> None:
    play = Play().to("release")
    saved = replace(play.now.request, consent=GIVEN, basis=BASIS)
    play.case = replace(play.now, request=saved)
    play.do(c.WithdrawConsent, CONSENT, **BACK)
    content = (c.ItemContent("risk", "Words."),)
    assert codes(play, c.Release, contents=content) == ["basis_to_replace"]
    (task,) = waiting(play.now, FollowUpKind.REPLACE_BASIS)
    play.do(c.FinishFollowUp, GUARDIAN, number=task.number, note="Public task.")
    play.do(c.Release, IG, contents=content)
    assert play.now.released == ("risk",)


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ((Differs("Adult Z", (), GIVEN),), "foreign_person"),
        ((Differs("Adult A", ("other",), GIVEN),), "foreign_item"),
        ((Differs("Adult A"),), "consent_missing"),
        ((Differs("Adult A", (), GIVEN),) * 2, "consent_twice"),
        (tuple(Differs("Adult A", (f"item-{n}",), GIVEN) for n in range(MOST_PEOPLE + 1)), "too_many"),
    ],
)
def test_what_differs_is_about_somebody_and_said_once(differs: tuple[Differs, ...], code: str) -> None:
    play = Play().start().fill()
    with pytest.raises(Refused) as caught:
        play.do(c.Save, REQUESTER, task=Task.CONSENT, answers=ConsentAndOpenness(differs=differs))
    assert caught.value.code == code


def test_consent_that_is_not_everybodys_is_not_given() -> None:
    apart = Differs("Adult A", ("risk",), replace(GIVEN, state=ConsentState.REFUSED))
    play = Play().to("ig_advice", **given(apart))
    assert codes(play, c.Advise, advice=c.AdviceType.SUPPORTS, delegated_release=True) == ["delegation_not_allowed"]
