"""The form of a stage, as somebody fills it in: what is asked next, what is wrong, and where completing leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workflows.core.answering import asked_at
from workflows.core.case import Case
from workflows.core.commands import Complete
from workflows.core.definition import Definition, Stage
from workflows.core.field_kinds import Field
from workflows.core.fields import Answer, answered, asked_of
from workflows.core.permissions import Principal, may_know
from workflows.core.refusals import Refusal, not_found
from workflows.core.rulebook import handle
from workflows.core.safe_contact import Safely, safely
from workflows.service.library import Library
from workflows.service.unit_of_work import Engine, reading
from workflows.store import cases


@dataclass(frozen=True, slots=True)
class StageForm:
    """A form that has been filled in as far as it is. ``to`` is the stage that it leads to, once nothing is wrong."""

    case: Case
    definition: Definition
    asked: tuple[Field, ...]
    answers: tuple[Answer, ...]
    faults: tuple[Refusal, ...]
    to: Stage | None
    people: tuple[str, ...]
    safely: Safely | None


@dataclass(frozen=True, slots=True)
class StageForms:
    """Looks at forms before they count; nothing is changed here. Safe to share between threads."""

    engine: Engine
    library: Library

    def look(self, person: Principal, command: Complete) -> StageForm:
        """The form as far as it is filled in. Raises Refused (NOT_FOUND) for who may not know of the case."""
        with reading(self.engine) as connection:
            case = cases.read(connection, command.case_id)
            if case is None:
                raise not_found()
            definition = self.library.ruling(connection, case)
        if not may_know(case, person, definition):
            raise not_found()
        asked, fields = asked_at(case, command, definition), definition.stage(case.stage).fields
        answers, faults = answered(fields, command.answers, asked)
        to = None
        if not faults and definition.rule(case.stage, command.type) is not None:
            move = handle(case, replace(command, seen_version=None), definition)[-1].move
            to = definition.stage(move.stage) if move else None
        return StageForm(
            case, definition, asked_of(fields, command.answers, asked), answers, faults, to, tuple(asked.people),
            safely(case, definition),
        )  # fmt: skip
