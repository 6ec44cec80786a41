"""The pages of an application: which fields stand together, and what was typed into all of them so far.

Everything that was typed travels in the page itself, from page to page, and nowhere else. Somebody who applies may
share her telephone with the person she is afraid of: a draft kept on the server would need a cookie to find it again,
and whoever opened the address next in that browser would be shown it. When the page is left, the draft is gone. It
needs no signature, for whoever could change it is who wrote it, and the rules look at all of it again at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from webapp.views.field_forms import Raw, raw_of
from workflows.core.definition import Definition
from workflows.core.field_kinds import Field, FieldType, SignedHow
from workflows.core.fields import Answer, Asked, answered, asked_of
from workflows.core.refusals import Refusal

ALONE = frozenset({FieldType.PERSON, FieldType.SIGNED, FieldType.CHOICES})
"""Types of questions that are a page by themselves."""
MOST_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One page of questions; ``number`` counts from 1."""

    number: int
    fields: tuple[Field, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its fields."""
        return frozenset(each.key for each in self.fields)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An application as far as it is filled in."""

    definition: Definition
    typed: MultiDict[str, str]
    raw: Raw
    asked: tuple[Field, ...]
    answers: tuple[Answer, ...]
    faults: tuple[Refusal, ...]

    @classmethod
    def read(cls, definition: Definition, typed: MultiDict[str, str], *, at: datetime) -> Sheet:
        """What a posted page says, its own fields and those that it carries."""
        first = definition.stage(definition.first)
        raw = raw_of(typed, first.fields)
        for field in first.fields:
            if field.type is FieldType.SIGNED and field.key in raw:
                # Nobody here has seen a signature: whatever the form says, it was a name that was typed.
                raw[f"{field.key}-how"] = (SignedHow.TYPED_NAME.value,)
        known = Asked(first.name, {}, at, documents=definition.documents)
        answers, faults = answered(first.fields, raw, known)
        return cls(definition, typed, raw, asked_of(first.fields, raw, known), answers, faults)

    def steps(self) -> tuple[Step, ...]:
        """The pages, as what has been answered calls for them."""
        return tuple(Step(number, each) for number, each in enumerate(_together(self.asked), 1))

    def step(self, number: int) -> Step | None:
        """One of them."""
        return next((each for each in self.steps() if each.number == number), None)

    def faults_of(self, step: Step) -> tuple[Refusal, ...]:
        """What is wrong on one page."""
        return tuple(fault for fault in self.faults if fault.field.partition("-")[0] in step.keys)

    def first_wrong(self) -> Step | None:
        """The first page on which something is wrong."""
        return next((step for step in self.steps() if self.faults_of(step)), None)


def _together(fields: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
    """Small questions that follow each other stand on one page, four at most."""
    open_page: list[Field] = []
    for field in fields:
        if field.type in ALONE or len(open_page) == MOST_TOGETHER:
            if open_page:
                yield tuple(open_page)
            open_page = []
        if field.type in ALONE:
            yield (field,)
        else:
            open_page.append(field)
    if open_page:
        yield tuple(open_page)
