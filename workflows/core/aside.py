"""Conflicts of interest: who must stand aside from a case, because she said so or because the request hints at it.

Standing aside takes the case away at once: its pages are not found, lists and letters leave it out, and nothing
can be done on it. What is looked at is the person and the words of the request, never a list of names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from workflows.core.case import Case
    from workflows.core.events import ConflictDeclared
    from workflows.core.request import Request

MARKS = "()[],.;:“”\"'’"
"""What may stand around a word without being part of it."""
SHORTEST_NAME = 2
"""A shorter word is an initial: it says nothing about who somebody is related to."""


class Named(Protocol):
    """A person as far as her name and address tell whether she must stand aside."""

    @property
    def id(self) -> str:
        """Her id."""
        ...

    @property
    def name(self) -> str:
        """Her name."""
        ...

    @property
    def email(self) -> str:
        """Her address."""
        ...


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody at the holder has declared an interest of her own; ``why`` is kept on the record."""

    person: str
    why: str
    at: datetime


def declared(case: Case, event: ConflictDeclared) -> Case:
    """The fold: the person stands aside, and what was given to her alone is everybody's again."""
    left = "" if case.assignee == event.by else case.assignee
    return replace(case, assignee=left, conflicts=(*case.conflicts, Conflict(event.by, event.reason, event.at)))


def conflicted(case: Case) -> frozenset[str]:
    """Everyone who has declared a conflict on this case."""
    return frozenset(conflict.person for conflict in case.conflicts)


def kin(request: Request) -> frozenset[str]:
    """Surnames and addresses of the people in a request, in small letters: whoever shares one stands aside."""
    found: set[str] = set()
    for person in request.people:
        found |= surnames(person.name)
        found |= {word for word in _words(person.contact) if "@" in word}
    return frozenset(found | {recipient.email.lower() for recipient in request.recipients if recipient.email})


def names_of(person: Named) -> tuple[str, ...]:
    """What a person's own name and address would be among the ``kin`` of a request."""
    words = _words(person.name)
    return (*words[-1:], person.email.lower())


def stands_aside(case: Case, person: Named) -> bool:
    """Whether this person may have no part in the holder's work on the case."""
    return person.id in conflicted(case) or (
        person.id != case.requester and not kin(case.request).isdisjoint(names_of(person))
    )


def surnames(name: str) -> set[str]:
    """Every word of a name but the first; the only word of a short one. Initials are left out."""
    words = _words(name)
    rest = words[1:] if len(words) > 1 else words
    return {word for word in rest if len(word) >= SHORTEST_NAME}


def _words(text: str) -> list[str]:
    found = (word.strip(MARKS).lower() for word in text.split())
    return [word for word in found if word]
