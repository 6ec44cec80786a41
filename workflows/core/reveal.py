"""The record of who asked to see an identity, what was answered, and until when it could be seen (C1).

A request to see is never changed into another: a refusal stays where it is, and asking again adds a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workflows.core import events as e

if TYPE_CHECKING:
    from workflows.core.case import Case


class RevealState(StrEnum):
    """Where one request to see stands. That the time of a granted one is over is no state of its own."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """One request to see who stands behind one label. ``number`` counts from 1 within the case.

    ``at`` is when it was granted or refused, ``until`` the first instant at which the identity is hidden again;
    all times are aware UTC. ``answer`` is why it was refused, or what was said with the grant.
    """

    number: int
    label: str
    asked_by: str
    asked_at: datetime
    reason: str
    asked_for: str = ""
    granted_by: str = ""
    refused_by: str = ""
    at: datetime | None = None
    until: datetime | None = None
    answer: str = ""

    @property
    def state(self) -> RevealState:
        """Asked, granted or refused."""
        if self.granted_by:
            return RevealState.GRANTED
        return RevealState.REFUSED if self.refused_by else RevealState.ASKED

    def concerns(self, person_id: str) -> bool:
        """Whether she asked, or somebody did in her name: then another must answer."""
        return person_id in (self.asked_by, self.asked_for)

    def shows(self, *, now: datetime) -> bool:
        """Whether the identity may be seen at this instant."""
        return self.at is not None and self.until is not None and self.at <= now < self.until


Reveals = tuple[Reveal, ...]
"""All requests to see of one case, oldest first."""


def visible_labels(reveals: Reveals, person_id: str, *, now: datetime) -> frozenset[str]:
    """The labels whose identity this person may see at this instant because it was granted to her."""
    return frozenset(reveal.label for reveal in reveals if reveal.asked_by == person_id and reveal.shows(now=now))


def open_asks(reveals: Reveals) -> Reveals:
    """Those that wait for an answer, oldest first."""
    return tuple(reveal for reveal in reveals if reveal.state is RevealState.ASKED)


def _asked(case: Case, event: e.IdentityAsked) -> Case:
    """The fold: one more request to see."""
    new = Reveal(
        number=event.number, label=event.label, asked_by=event.by, asked_at=event.at, reason=event.reason,
        asked_for=event.stood_in_for,
    )  # fmt: skip
    return replace(case, reveals=(*case.reveals, new))


def _granted(case: Case, event: e.IdentityGranted) -> Case:
    """The fold: it may be seen until then."""
    return _with(case, event.number, granted_by=event.by, at=event.at, until=event.until, answer=event.answer)


def _refused(case: Case, event: e.IdentityRefused) -> Case:
    """The fold: it may not be seen."""
    return _with(case, event.number, refused_by=event.by, at=event.at, answer=event.answer)


def _with(case: Case, number: int, **changes: object) -> Case:
    changed = tuple(
        replace(each, **changes) if each.number == number else each  # type: ignore[arg-type]
        for each in case.reveals
    )
    return replace(case, reveals=changed)


FOLDS: Mapping[type[e.Event], Callable[[Case, Any], Case]] = {
    e.IdentityAsked: _asked,
    e.IdentityGranted: _granted,
    e.IdentityRefused: _refused,
}
"""What each event about seeing an identity changes in a case."""
