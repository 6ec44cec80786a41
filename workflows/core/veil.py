"""What lies between an adviser and who the people are: a whole case and its history without identity (C1).

Every text is masked unless its field is known to hold a code, so that a field that is added later is masked
before anybody has thought of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar, cast

from workflows.core.case import Case
from workflows.core.events import Event
from workflows.core.field_kinds import CODED, FieldClass
from workflows.core.fields import Answer
from workflows.core.masking import mask_of, masked
from workflows.core.request import Period, Person, Request
from workflows.core.visibility import Identity

CODES = frozenset(
    {
        "account", "account_name",
        "again", "back_to", "by_name", "calendar", "category", "definition", "digest", "due_time", "fired", "held_back",
        "holder_org", "id", "items", "key", "keys", "kind", "like", "outcome", "packs", "panel", "position",
        "reference", "released", "requester_org", "rung", "stage", "task", "threshold", "workflow",
        "Escalated.told", "ItemDecision.reason", "Pause.reason",
        "ItemDecision.also", "PrincipleEvidence.code", "FollowUp.about", "FollowUpOpened.about",
    }
)  # fmt: skip
"""Fields whose texts are codes of the product, or name colleagues in the work; "Type.field" where the name is common.

What is no text (items of a request, for example) is looked into also under these names.
"""
WITHHELD = "[Not shown: the names to hide in it were erased]"
"""Stands for a text of a case whose people were erased: what is no longer known cannot be hidden."""
REDIRECT = "redirect"
"""The field that says where a request should go instead: it is written for others, and is needed most when the
people are erased."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Veil:
    """How one viewer sees one case: ``text`` is what becomes of each text. Make it with ``veil_of``."""

    labels: tuple[str, ...]
    """For each person of the request in order: what she is called."""
    lifted: bool
    """Whether nothing is hidden."""
    text: Callable[[str], str]
    where: Callable[[str], str]
    """What becomes of the words that say where a request should go instead."""
    births: frozenset[date]
    request: Request
    """The request as this viewer may read it."""

    def case(self, case: Case) -> Case:
        """The case as this viewer may read it."""
        if self.lifted:
            return case
        return replace(cast(Case, self._over(replace(case, request=Request()))), request=self.request)

    def event(self, event: Event) -> Event:
        """What happened, as this viewer may read it."""
        return event if self.lifted else self.over(event)

    def over(self, value: T) -> T:
        """Any frozen data, tuple or text as this viewer may read it."""
        return value if self.lifted else cast(T, self._over(value))

    def _over(self, value: Any, *, code: bool = False) -> Any:
        if isinstance(value, str):
            # A code (an enum) is a text too, and stays what it is, as do ids.
            plain = type(value) is str and not code and not _ID.fullmatch(value)
            return self.text(value) if plain and value else value
        if isinstance(value, tuple):
            return tuple(self._over(each, code=code) for each in value)
        if isinstance(value, Mapping):
            return {key: self._over(each, code=code) for key, each in value.items()}
        if isinstance(value, Request):
            return self.request
        if isinstance(value, Period):
            return replace(value, start=self._day(value.start), end=self._day(value.end))
        if isinstance(value, Answer):
            return self._answer(value)
        if isinstance(value, Person):
            value = replace(value, name="", born=None, nhs_number="")
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value)
        return value

    def _fields(self, value: Any) -> Any:
        kind = type(value).__name__
        seen = {}
        for each in fields(value):
            known, old = {each.name, f"{kind}.{each.name}"}, getattr(value, each.name)
            if each.name == REDIRECT and isinstance(old, str):
                seen[each.name] = self.where(old)
            else:
                seen[each.name] = self._over(old, code=not known.isdisjoint(CODES))
        return replace(value, **seen)

    def _answer(self, value: Answer) -> Answer:
        """An answer of a form: only what is plain may be read, words of it masked."""
        if value.read_by is not FieldClass.PLAIN:
            return value.hidden()
        return value if value.type in CODED else replace(value, text=self.text(value.text))

    def _day(self, day: date | None) -> date | None:
        """A day, unless it is somebody's date of birth."""
        return None if day in self.births else day


def veil_of(case: Case, identity: Identity, *, on: date) -> Veil:
    """The veil for who sees this much of the people's identity. ``on`` is the day for which ages are told."""
    request = case.request
    if identity is Identity.FULL:
        labels = tuple(person.label for person in request.people)
        return Veil(labels, lifted=True, text=str, where=str, births=frozenset(), request=request)
    mask = mask_of(request, on=on)
    if case.counts is not None:
        return Veil((), lifted=False, text=_withheld, where=mask.text, births=frozenset(), request=Request())
    births = frozenset(person.born for person in request.people if person.born is not None)
    plain = Veil(mask.labels, lifted=False, text=mask.text, where=mask.text, births=births, request=Request())
    hidden = masked(request, mask)
    return replace(plain, request=replace(hidden, items=plain.over(hidden.items)))


def _withheld(_text: str) -> str:
    return WITHHELD
