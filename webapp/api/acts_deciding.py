"""What whoever decides does: decide item by item, send back for advice, ask for a second adjudicator, open again."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from webapp.api.acting import Act, Known, declare_acts
from webapp.api.models import Sent
from webapp.intake.shapes import Day
from workflows.core import commands as c
from workflows.core.definition import CommandType
from workflows.core.evidence import PrincipleEvidence
from workflows.core.grounds import BasisOverride
from workflows.core.limits import LINE, MOST_ITEMS, TEXT
from workflows.core.weighing import Likelihood, RiskAssessment, Severity


class ItemDecisionModel(Sent):
    """The decision on one item."""

    key: str = Field(max_length=40, description="The key of the item.")
    outcome: c.ItemOutcome
    reason: str = Field(max_length=LINE, description="The code of the reason, from the pinned reasons.")
    text: str = Field(default="", max_length=TEXT, description="The reason in your own words.")
    reduction: str = Field(default="", max_length=TEXT, description="What is left of it, where it is shared reduced.")
    how: c.Reduction | None = Field(default=None, description="In which way it is reduced.")
    also: str = Field(default="", max_length=LINE, description="The reason behind one that is never enough by itself.")


class RiskModel(Sent):
    """One side of the scales: how likely the harm is, how bad, to whom, and what that rests on."""

    likelihood: Likelihood | None = None
    severity: Severity | None = None
    affected: str = Field(default="", max_length=TEXT)
    evidence: str = Field(default="", max_length=TEXT)

    def risk(self) -> RiskAssessment:
        """As the rules take it."""
        return RiskAssessment(self.likelihood, self.severity, self.affected, self.evidence)


class OverrideModel(Sent):
    """Sharing against advice about the legal basis, with the reason."""

    code: str = Field(max_length=LINE, description="Which advice.")
    reason: str = Field(max_length=TEXT)


class EvidenceModel(Sent):
    """What shows that a principle was kept."""

    code: str = Field(max_length=LINE, description="The code of the principle in the pinned pack.")
    text: str = Field(max_length=TEXT)


class DecideBody(Act):
    """Decide, item by item. Both risks are weighed; there is no decision on everything at once."""

    command: ClassVar[CommandType] = CommandType.DECIDE
    items: tuple[ItemDecisionModel, ...] = Field(max_length=MOST_ITEMS)
    harm_of_sharing: str = Field(default="", max_length=TEXT)
    harm_of_not_sharing: str = Field(default="", max_length=TEXT)
    risk_of_sharing: RiskModel = RiskModel()
    risk_of_not_sharing: RiskModel = RiskModel()
    conditions: tuple[str, ...] = Field(default=(), max_length=20)
    retention: str = Field(default="", max_length=TEXT, description="How long the recipient may keep it.")
    onward: str = Field(default="", max_length=TEXT, description="With whom she may share it.")
    review_by: Day | None = Field(default=None, description="When a continuing use is looked at again.")
    would_change_it: str = Field(default="", max_length=TEXT, description="What would change the decision.")
    overrides: tuple[OverrideModel, ...] = Field(default=(), max_length=40)
    evidence: tuple[EvidenceModel, ...] = Field(default=(), max_length=40)

    def build(self, **stamp: Any) -> c.Command:
        return c.Decide(
            **stamp,
            items=tuple(c.ItemDecision(**each.model_dump()) for each in self.items),
            harm_of_sharing=self.harm_of_sharing,
            harm_of_not_sharing=self.harm_of_not_sharing,
            risk_of_sharing=self.risk_of_sharing.risk(),
            risk_of_not_sharing=self.risk_of_not_sharing.risk(),
            conditions=self.conditions,
            retention=self.retention,
            onward=self.onward,
            review_by=self.review_by,
            would_change_it=self.would_change_it,
            overrides=tuple(BasisOverride(each.code, each.reason) for each in self.overrides),
            evidence=tuple(PrincipleEvidence(each.code, each.text) for each in self.evidence),
        )


class SendBackBody(Act):
    """Ask for more advice before deciding."""

    command: ClassVar[CommandType] = CommandType.SEND_BACK
    why: str = Field(max_length=TEXT)

    def build(self, **stamp: Any) -> c.Command:
        return c.SendBack(**stamp, why=self.why)


class DemandSecondBody(Act):
    """Have a second adjudicator decide as well, apart from the first."""

    command: ClassVar[CommandType] = CommandType.DEMAND_SECOND
    reason: str = Field(max_length=TEXT)

    def build(self, **stamp: Any) -> c.Command:
        return c.DemandSecond(**stamp, reason=self.reason)


declare_acts(
    (
        Known(
            DecideBody, "Decide, item by item",
            {
                "items": [
                    {
                        "key": "risk", "outcome": "share", "reason": "necessary",
                        "text": "It bears directly on the child's safety.",
                    },
                    {
                        "key": "record", "outcome": "refuse", "reason": "not_necessary",
                        "text": "The summary says all that is needed.",
                    },
                ],
                "harm_of_sharing": "He may leave treatment.",
                "harm_of_not_sharing": "The assessment would miss his recent risk.",
                "risk_of_sharing": {"likelihood": "possible", "severity": "minor", "affected": "Adult A"},
                "risk_of_not_sharing": {"likelihood": "likely", "severity": "grave", "affected": "Child P"},
                "would_change_it": "A new diagnosis.",
            },
        ),
        Known(SendBackBody, "Ask for more advice first", {"why": "Is the legal basis right?"}),
        Known(DemandSecondBody, "Ask for a second adjudicator", {"reason": "A whole record is asked for."}),
    )
)  # fmt: skip
