"""Questions to the requester, and what becomes of them on the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.core.happening import Event

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.events import Answered, Asked


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the requester and, once given, the answer."""

    number: int
    question: str
    asked_by: str
    asked_at: datetime
    stage: str
    answer: str = ""
    answered_at: datetime | None = None
    items: tuple[str, ...] = ()
    harm_of_waiting: str = ""
    given_back_at: datetime | None = None
    """When it went back to who asked it, because no answer came for as long as the workflow waits."""

    @property
    def waits(self) -> bool:
        """Whether it still waits for its answer."""
        return self.answered_at is None and self.given_back_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionGivenBack(Event):
    """No answer came for as long as the workflow waits: the request went back to where the question was asked."""

    rung: str
    clock: int
    number: int
    version: int = 0


def given_back(case: Case, event: QuestionGivenBack) -> Case:
    """The fold of a question that was given back. The clock it waited on keeps the rung; the move stops it."""
    questions = tuple(replace(q, given_back_at=event.at) if q.number == event.number else q for q in case.questions)
    clock = replace(case.clock, fired=(*case.clock.fired, event.rung)) if case.clock else None
    return replace(case, questions=questions, clock=clock)


def asked(case: Case, event: Asked) -> Case:
    """The fold of a question."""
    question = Question(
        event.number, event.question, event.by, event.at, case.stage,
        items=event.items, harm_of_waiting=event.harm_of_waiting,
    )  # fmt: skip
    return replace(case, questions=(*case.questions, question))


def answered(case: Case, event: Answered) -> Case:
    """The fold of an answer."""
    questions = tuple(
        replace(q, answer=event.answer, answered_at=event.at) if q.number == event.number else q for q in case.questions
    )
    return replace(case, questions=questions)
