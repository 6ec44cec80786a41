"""Completing a stage on a form: the command, what happened, what a case keeps of it, and who took part.

An enquiry is work that is recorded in fields; a ruling is a decision taken on a form instead of item by item.
Whoever took part in an enquiry before the ruling may not take it, however many roles she has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from workflows.core.commanding import Command
from workflows.core.definition import CommandType, Stage, StageKind
from workflows.core.fields import Answer
from workflows.core.happening import Event, both
from workflows.core.refusals import Refusal

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.events import Started

ENQUIRED = "enquired"
"""The code of the refusal for whoever took part in the enquiry."""
ON_A_FORM = frozenset({StageKind.ENQUIRY, StageKind.RULING})
"""Kinds of stage that are completed on a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(Command):
    """Complete the stage with the answers to its fields, as the form sent them: texts by name (``fields.Raw``)."""

    type: ClassVar[CommandType] = CommandType.COMPLETE
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCompleted(Event):
    """A stage was completed on its form. ``stage`` and ``kind`` stay for ever, what was answered is personal."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"answers", "by_name"})
    stage: str
    kind: StageKind
    round: int
    answers: tuple[Answer, ...]
    by_name: str
    position: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What was answered at one stage in one round, by whom and when."""

    stage: str
    kind: StageKind
    answers: tuple[Answer, ...]
    by: str
    by_name: str
    position: str
    at: datetime
    round: int
    stood_in_for: str = ""

    def answer(self, key: str) -> Answer | None:
        """The answer to one field; None where it was not asked or not answered."""
        return next((each for each in self.answers if each.key == key), None)


def completed(case: Case, event: StageCompleted) -> Case:
    """The fold: one more stage is complete."""
    more = Completion(
        event.stage, event.kind, event.answers, event.by, event.by_name, event.position, event.at, event.round,
        event.stood_in_for,
    )  # fmt: skip
    return replace(case, completions=(*case.completions, more))


def applied(event: Started) -> tuple[Completion, ...]:
    """What an application from the public answered; nothing for other cases. Who took it has no part in them."""
    if not event.public or event.move is None:
        return ()
    return (Completion(event.move.stage, StageKind.DRAFT, event.application, event.by, "", "", event.at, 1),)


def enquirers(completions: Iterable[Completion]) -> frozenset[str]:
    """Everyone who took part in an enquiry, or in whose name somebody did."""
    return both(each for each in completions if each.kind is StageKind.ENQUIRY)


def enquiry_refusal(case: Case, person_id: str, stage: Stage) -> Refusal | None:
    """Why somebody who took part in the enquiry may not take this stage, or None."""
    if stage.kind is not StageKind.RULING or person_id not in case.advisers:
        return None
    say = f"You took part in the enquiry before this, so another person must take “{stage.title}”, whatever your roles."
    return Refusal(ENQUIRED, say)


def latest(completions: Iterable[Completion], stage: str) -> Completion | None:
    """What was answered last at a stage; None where it was not completed."""
    found = [each for each in completions if each.stage == stage]
    return found[-1] if found else None


def answers_of(completions: Iterable[Completion]) -> dict[str, dict[str, Any]]:
    """What guards see: by stage and field the latest answers, as codes, yes or no, days and numbers; never words."""
    return {each.stage: {one.key: one.fact for one in each.answers} for each in completions}


def forgotten(completions: Iterable[Completion]) -> tuple[Completion, ...]:
    """The completions of a case whose details are erased: that they were, and nothing that was said."""
    return tuple(replace(each, answers=(), by_name="") for each in completions)
