"""Who asked to see an identity, and what was answered, as the people who work on a case see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.permissions import Principal, Relation
from workflows.core.reveal import Reveal, Reveals, RevealState
from workflows.core.visibility import Look
from workflows.store.pages import Line


@dataclass(frozen=True, slots=True)
class RevealView:
    """One request to see an identity. ``mine``: this viewer asked; ``shows``: she can see it now."""

    number: int
    label: str
    state: RevealState
    asked_by: str
    asked_at: datetime
    reason: str
    answered_by: str
    at: datetime | None
    until: datetime | None
    answer: str
    mine: bool
    shows: bool


def views(
    reveals: Reveals, person: Principal, seen: Look, lines: list[Line], *, now: datetime
) -> tuple[RevealView, ...]:
    """All requests to see an identity, oldest first, for who works on the case; for others none.

    ``reveals`` are as this viewer may read them.
    """
    if Relation.WORKER not in seen.relations:
        return ()
    names = {line.event.by: line.by for line in lines}
    return tuple(_view(each, person, names, now=now) for each in reveals)


def _view(reveal: Reveal, person: Principal, names: dict[str, str], *, now: datetime) -> RevealView:
    mine = reveal.asked_by == person.id
    return RevealView(
        number=reveal.number, label=reveal.label, state=reveal.state, asked_by=names.get(reveal.asked_by, ""),
        asked_at=reveal.asked_at, reason=reveal.reason,
        answered_by=names.get(reveal.granted_by or reveal.refused_by, ""), at=reveal.at, until=reveal.until,
        answer=reveal.answer, mine=mine, shows=mine and reveal.shows(now=now),
    )  # fmt: skip
