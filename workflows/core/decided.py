"""A decision as a case keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from workflows.core.commands import ItemDecision, ItemOutcome
from workflows.core.evidence import PrincipleEvidence
from workflows.core.grounds import BasisOverride
from workflows.core.outcomes import Outcome
from workflows.core.weighing import UNWEIGHED, RiskAssessment


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision of one round."""

    outcome: Outcome
    delegated: bool
    items: tuple[ItemDecision, ...]
    harm_of_sharing: str
    harm_of_not_sharing: str
    conditions: tuple[str, ...]
    review_by: date | None
    would_change_it: str
    by: str
    by_name: str
    position: str
    at: datetime
    round: int
    overrides: tuple[BasisOverride, ...] = ()
    question: str = ""
    risk_of_sharing: RiskAssessment = UNWEIGHED
    risk_of_not_sharing: RiskAssessment = UNWEIGHED
    retention: str = ""
    onward: str = ""
    panel: str = ""
    evidence: tuple[PrincipleEvidence, ...] = ()
    stood_in_for: str = ""
    challenge: str = ""
    of_round: int = 0
    """What came of a challenge (a Finding), and of the decision of which round; empty for other decisions."""

    def approved(self) -> tuple[str, ...]:
        """Keys of the items that are to be shared, whole or reduced."""
        return tuple(item.key for item in self.items if item.outcome is not ItemOutcome.REFUSE)
