"""The duty to share in England: five questions, by date, nation, child and bodies. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from workflows.core.duty import DECLINE_REASONS, Applies, Duty, DutyAnswers, QuestionNow, duty_to_share
from workflows.core.paragraph18 import BodyFacts
from workflows.core.request import Person, Request

TODAY = date(2026, 11, 22)
BODY = BodyFacts(nation="England", public_authority=True, covered=True)
CHILD = Person("Child P", born=date(2021, 5, 19))
ADULT = Person("Adult A", born=date(1990, 7, 2))
YES = DutyAnswers(relevant=True, may_facilitate=True, more_detrimental=False)

pytestmark = pytest.mark.feature("C14")


def duty(*people: Person, **changes: Any) -> Duty:
    """The duty in a case where it applies, with changes."""
    given: dict[str, Any] = {"holder": BODY, "requester": BODY, "on": TODAY, "answers": YES, **changes}
    found = duty_to_share(Request(people=people or (ADULT, CHILD)), **given)
    assert found.because
    assert all(why.endswith(".") for why in found.because)
    assert [question.code for question in found.answers] == [
        "holder_covered", "recipient_covered", "relevant", "may_facilitate", "more_detrimental",
    ]  # fmt: skip
    return found


def test_four_times_yes_and_no_detriment_is_a_duty() -> None:
    found = duty()
    assert found.applies is Applies.YES
    assert found.question_now is QuestionNow.MORE_DETRIMENT
    assert found.question_now.value == "is there more detriment in sharing than not"
    assert found.article_6 == "6(1)(c)"
    assert found.decline_reasons == DECLINE_REASONS
    assert found.awaiting_review
    assert found.source.confirmed
    assert not found.in_force_source.confirmed


def test_it_begins_on_the_thirtieth_of_september() -> None:
    before = duty(on=date(2026, 9, 29))
    assert (before.applies, before.question_now, before.awaiting_review) == (Applies.NO, QuestionNow.MAY_WE, False)
    assert before.question_now.value == "may we"
    assert before.decline_reasons == ()
    assert duty(on=date(2026, 9, 30)).applies is Applies.YES


@pytest.mark.parametrize("side", ["holder", "requester"])
def test_it_is_for_england_and_covered_bodies(side: str) -> None:
    wales = duty(**{side: replace(BODY, nation="Wales")})
    assert (wales.applies, wales.article_6) == (Applies.NO, "")
    assert duty(**{side: replace(BODY, nation=" ENGLAND ")}).applies is Applies.YES
    assert duty(**{side: replace(BODY, covered=False)}).applies is Applies.NO
    unknown = duty(**{side: replace(BODY, covered=None)})
    assert (unknown.applies, unknown.question_now) == (Applies.UNCLEAR, QuestionNow.MAY_WE)


def test_it_is_for_children() -> None:
    assert duty(ADULT).applies is Applies.NO
    assert duty(replace(CHILD, born=date(2008, 11, 22))).applies is Applies.NO
    assert duty(replace(CHILD, born=date(2008, 11, 23))).applies is Applies.YES
    assert duty(ADULT, replace(CHILD, born=None)).applies is Applies.UNCLEAR
    assert len(duty(ADULT, on=date(2026, 9, 1), holder=replace(BODY, nation="Wales")).because) == 3


def answered(question: str, answer: bool | None) -> DutyAnswers:
    """The answers with another one to this question."""
    changes: dict[str, Any] = {question: answer}
    return replace(YES, **changes)


@pytest.mark.parametrize("question", ["relevant", "may_facilitate"])
def test_the_two_questions_about_the_information(question: str) -> None:
    no = duty(answers=answered(question, False))
    assert (no.applies, no.question_now) == (Applies.NO, QuestionNow.MAY_WE)
    still = duty(answers=answered(question, None))
    assert (still.applies, still.question_now) == (Applies.UNCLEAR, QuestionNow.MAY_WE)


def test_detriment_is_the_only_way_out_and_needs_a_reason() -> None:
    still = duty(answers=replace(YES, more_detrimental=None))
    assert (still.applies, still.question_now) == (Applies.UNCLEAR, QuestionNow.MORE_DETRIMENT)
    bare = duty(answers=replace(YES, more_detrimental=True, detriment_because=" "))
    assert (bare.applies, bare.question_now) == (Applies.UNCLEAR, QuestionNow.MORE_DETRIMENT)
    out = duty(answers=replace(YES, more_detrimental=True, detriment_because="She would run away again."))
    assert (out.applies, out.question_now, out.article_6) == (Applies.NO, QuestionNow.MORE_DETRIMENT, "")
    assert out.decline_reasons == DECLINE_REASONS


def test_without_answers_nothing_is_decided() -> None:
    found = duty_to_share(Request(people=(CHILD,)), holder=BODY, requester=BODY, on=TODAY)
    assert found.applies is Applies.UNCLEAR
    assert len(found.because) == 2
