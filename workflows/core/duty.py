"""The duty to share information about a child in England: five questions (Children Act 2004, s.16LA).

Where it applies the question is no longer whether one may share, but whether sharing would do the child more
harm than not sharing. When it came into force is known from a secondary source only, so what is said here waits
for review by a practitioner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.core import sources
from workflows.core.ages import is_child
from workflows.core.paragraph18 import BodyFacts
from workflows.core.request import Request
from workflows.core.sources import Source

IN_FORCE_FROM = date(2026, 9, 30)
"""The first day of the duty, as a secondary source tells."""
NATION = "england"
DECLINE_REASONS = ("not_relevant", "would_not_facilitate", "detriment", "not_held", "not_necessary")
"""Codes of the only reasons for which an item may be declined where the duty applies."""


class Applies(StrEnum):
    """Whether there is a duty."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class QuestionNow(StrEnum):
    """What the decision is about, in words."""

    MAY_WE = "may we"
    MORE_DETRIMENT = "is there more detriment in sharing than not"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAnswers:
    """What people have answered. None: not yet. The first two questions are about the organisations."""

    relevant: bool | None = None
    """Is the information relevant to safeguarding or promoting the welfare of the child?"""
    may_facilitate: bool | None = None
    """May it help the recipient in its work for children?"""
    more_detrimental: bool | None = None
    """Would it be worse for this child to share than not to share?"""
    detriment_because: str = ""


NO_ANSWERS = DutyAnswers()


@dataclass(frozen=True, slots=True)
class DutyQuestion:
    """One of the five questions with its answer. None: open."""

    code: str
    ask: str
    answer: bool | None


@dataclass(frozen=True, slots=True)
class Duty:
    """What the five questions come to, and why."""

    applies: Applies
    answers: tuple[DutyQuestion, ...]
    question_now: QuestionNow
    because: tuple[str, ...]
    awaiting_review: bool
    source: Source = sources.DUTY
    in_force_source: Source = sources.DUTY_START

    @property
    def article_6(self) -> str:
        """The basis that follows from a duty; empty when there is none."""
        return "6(1)(c)" if self.applies is Applies.YES else ""

    @property
    def decline_reasons(self) -> tuple[str, ...]:
        """Where the duty is the question, the only reasons for declining an item; empty: all reasons are open."""
        return DECLINE_REASONS if self.question_now is QuestionNow.MORE_DETRIMENT else ()


def duty_to_share(
    request: Request, *, holder: BodyFacts, requester: BodyFacts, on: date, answers: DutyAnswers = NO_ANSWERS
) -> Duty:
    """Whether the holder has a duty to share on the day ``on``, and which question that leaves.

    The request counts as one about a child when anybody in it is under 18 on that day.
    """
    questions = _questions(holder, requester, answers)
    in_force = on >= IN_FORCE_FROM
    if outside := _outside(request, holder, requester, on=on):
        return Duty(Applies.NO, questions, QuestionNow.MAY_WE, outside, in_force)
    *conditions, detriment = questions
    unmet = tuple(_NOT[each.code] for each in conditions if each.answer is False)
    if unmet:
        return Duty(Applies.NO, questions, QuestionNow.MAY_WE, unmet, in_force)
    unknown = _age_unknown(request, on=on)
    still = (*unknown, *(_OPEN[each.code] for each in conditions if each.answer is None))
    if still:
        return Duty(Applies.UNCLEAR, questions, QuestionNow.MAY_WE, still, in_force)
    applies, because = _detriment(detriment, answers)
    return Duty(applies, questions, QuestionNow.MORE_DETRIMENT, (because,), in_force)


def _questions(holder: BodyFacts, requester: BodyFacts, answers: DutyAnswers) -> tuple[DutyQuestion, ...]:
    return (
        DutyQuestion("holder_covered", "Is the holder one of the bodies that have the duty?", holder.covered),
        DutyQuestion("recipient_covered", "Is the recipient one of them too?", requester.covered),
        DutyQuestion(
            "relevant", "Is it relevant to safeguarding the child or promoting her welfare?", answers.relevant
        ),
        DutyQuestion("may_facilitate", "May it help the recipient in its work?", answers.may_facilitate),
        DutyQuestion(
            "more_detrimental", "Would it be worse for this child to share than not?", answers.more_detrimental
        ),
    )


_NOT = {
    "holder_covered": "The holder is none of the bodies that have the duty.",
    "recipient_covered": "The recipient is none of the bodies to which the duty is owed.",
    "relevant": "The information is not relevant to safeguarding the child or promoting her welfare.",
    "may_facilitate": "The information would not help the recipient in its work.",
}
_OPEN = {
    "holder_covered": "It is not known whether the holder is one of the bodies that have the duty.",
    "recipient_covered": "It is not known whether the recipient is one of them.",
    "relevant": "Nobody has said whether the information is relevant to the child's safety or welfare.",
    "may_facilitate": "Nobody has said whether the information may help the recipient in its work.",
}


def _outside(request: Request, holder: BodyFacts, requester: BodyFacts, *, on: date) -> tuple[str, ...]:
    reasons = []
    if on < IN_FORCE_FROM:
        reasons.append("The duty began on 30 September 2026.")
    if any(body.nation.strip().lower() != NATION for body in (holder, requester)):
        reasons.append("The duty is for England; another nation's law applies to one of the two sides.")
    if not any(is_child(person.born, on=on) is not False for person in request.people):
        reasons.append("Nobody in the request is under 18.")
    return tuple(reasons)


def _age_unknown(request: Request, *, on: date) -> tuple[str, ...]:
    known = any(is_child(person.born, on=on) for person in request.people)
    return () if known else ("It is not known whether anybody in the request is under 18.",)


def _detriment(question: DutyQuestion, answers: DutyAnswers) -> tuple[Applies, str]:
    if question.answer is None:
        return Applies.UNCLEAR, "The duty applies, unless sharing would be worse for this child than not sharing."
    if not question.answer:
        return Applies.YES, "The duty applies: sharing would not be worse for this child than not sharing."
    if not answers.detriment_because.strip():
        return Applies.UNCLEAR, "Say why sharing would be worse for this child than not sharing."
    return Applies.NO, "Sharing would be worse for this child than not sharing, for the reason given."
