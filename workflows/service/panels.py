"""What a page says of two adjudicators: who is still to decide, and the votes that this viewer may read."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.core.case import Case
from workflows.core.definition import Definition, StageKind
from workflows.core.panel import by_workflow, demanded, differing, two_needed
from workflows.core.permissions import Principal, Relation
from workflows.core.visibility import Look
from workflows.core.votes import Vote, sitting


@dataclass(frozen=True, slots=True)
class PanelView:
    """Two adjudicators, for one viewer. ``votes`` holds only what she may read."""

    needed: bool
    why: str
    decided: int
    """How many of the two have decided in the sitting that goes on: none or one."""
    mine: bool
    """Whether the one who has decided is the viewer."""
    differ: tuple[str, ...]
    """Keys of the items about which two adjudicators differ, while nobody has settled it."""
    settles: bool
    """Whether a decision of this viewer would settle it."""
    votes: tuple[Vote, ...]


def panel_view(case: Case, person: Principal, definition: Definition, seen: Look, *, read: Case) -> PanelView | None:
    """None where one adjudicator is enough and no vote may be read, and for everybody outside the holder.

    ``read`` is the case in the words that this viewer may read.
    """
    votes = tuple(vote for vote in read.votes if vote.number in seen.votes)
    inside = Relation.WORKER in seen.relations
    needed = inside and case.kind is StageKind.ADJUDICATION and two_needed(case, definition)
    if not needed and not votes:
        return None
    now = sitting(case)
    differ = differing(now.differ[0].decided[0], now.differ[1].decided[0]) if needed and now.differ else ()
    return PanelView(
        needed=needed,
        why=_why(read, definition) if needed else "",
        decided=len(now.open) if needed else 0,
        mine=any(vote.by == person.id for vote in now.open),
        differ=differ,
        settles=bool(differ) and person.id not in {vote.by for vote in now.differ},
        votes=votes,
    )


def _why(case: Case, definition: Definition) -> str:
    if demanded(case):
        return next(demand.reason for demand in reversed(case.seconds) if demand.round == case.round)
    need = by_workflow(case, definition)
    return need.say if need else ""
