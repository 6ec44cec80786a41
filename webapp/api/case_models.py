"""A request as the API shows it to one person: what she may not see is null or empty, never merely left unlabelled."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from webapp.api.cpis_models import CpisCheckShown
from webapp.api.models import StandingModel, Told
from webapp.intake.whole import RequestModel
from workflows.core.case import Advice, ConsentCheck, Decision, Question
from workflows.core.commands import ItemDecision
from workflows.core.visibility import Identity
from workflows.core.weighing import RiskAssessment
from workflows.service.views import CasePage, ContentView, PersonView


class PersonShown(Told):
    """A person of the request. Who may only know her by her label gets nothing else that tells who she is."""

    label: str = Field(examples=["Child P"])
    roles: list[str] = Field(examples=[["protected"]])
    relation: str
    contact: str
    age_band: str = Field(description="About how old she is; empty where that is not known.")
    name: str = Field(description="Empty where you may not see it.")
    born: date | None = Field(description="Null where you may not see it.")
    nhs_number: str = Field(description="Empty where you may not see it.")
    capacity: str
    competence: str

    @classmethod
    def of(cls, person: PersonView) -> PersonShown:
        """The view as it is shown."""
        return cls(**{**{name: getattr(person, name) for name in cls.model_fields}, "roles": list(person.roles)})


class ConsentCheckShown(Told):
    """What the consent officer found."""

    finding: str
    covers_all: bool
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, check: ConsentCheck, by: str) -> ConsentCheckShown:
        """The check as it is shown."""
        return cls(finding=check.finding, covers_all=check.covers_all, note=check.note, by=by, at=check.at)


class AdviceShown(Told):
    """One advice."""

    advice: str
    why: str
    conditions: list[str]
    delegated_release: bool
    by: str
    at: datetime
    round: int

    @classmethod
    def of(cls, advice: Advice) -> AdviceShown:
        """The advice as it is shown."""
        return cls(
            advice=advice.advice, why=advice.why, conditions=list(advice.conditions),
            delegated_release=advice.delegated_release, by=advice.by_name, at=advice.at, round=advice.round,
        )  # fmt: skip


class QuestionShown(Told):
    """A question to the requester, and the answer."""

    question: str
    items: list[str] = Field(description="Keys of what it is about.")
    asked_at: datetime
    answer: str = Field(description="Empty while there is none.")
    answered_at: datetime | None

    @classmethod
    def of(cls, question: Question) -> QuestionShown:
        """The question as it is shown."""
        return cls(
            question=question.question, items=list(question.items), asked_at=question.asked_at,
            answer=question.answer, answered_at=question.answered_at,
        )  # fmt: skip


class ItemDecisionShown(Told):
    """The decision on one item."""

    key: str
    outcome: str
    reason: str
    text: str
    reduction: str
    how: str | None
    also: str

    @classmethod
    def of(cls, item: ItemDecision) -> ItemDecisionShown:
        """The decision as it is shown."""
        return cls(**{name: getattr(item, name) for name in cls.model_fields})


class RiskShown(Told):
    """One side of the scales."""

    likelihood: str | None
    severity: str | None
    affected: str
    evidence: str

    @classmethod
    def of(cls, risk: RiskAssessment) -> RiskShown:
        """The assessment as it is shown."""
        return cls(**{name: getattr(risk, name) for name in cls.model_fields})


class DecisionShown(Told):
    """The decision of one round."""

    outcome: str
    delegated: bool
    items: list[ItemDecisionShown]
    harm_of_sharing: str
    harm_of_not_sharing: str
    risk_of_sharing: RiskShown
    risk_of_not_sharing: RiskShown
    conditions: list[str]
    retention: str
    onward: str
    review_by: date | None
    would_change_it: str
    by: str
    position: str
    at: datetime
    round: int

    @classmethod
    def of(cls, decision: Decision) -> DecisionShown:
        """The decision as it is shown."""
        plain = (
            "delegated", "harm_of_sharing", "harm_of_not_sharing", "retention", "onward", "review_by",
            "would_change_it", "position", "at", "round",
        )  # fmt: skip
        return cls(
            **{name: getattr(decision, name) for name in plain},
            outcome=decision.outcome,
            items=[ItemDecisionShown.of(each) for each in decision.items],
            risk_of_sharing=RiskShown.of(decision.risk_of_sharing),
            risk_of_not_sharing=RiskShown.of(decision.risk_of_not_sharing),
            conditions=list(decision.conditions),
            by=decision.by_name,
        )


class ContentShown(Told):
    """The words that were released to you for one item, and on which terms."""

    key: str
    text: str
    reduction: str
    conditions: list[str]
    retention: str
    onward: str
    review_by: date | None

    @classmethod
    def of(cls, content: ContentView) -> ContentShown:
        """The view as it is shown."""
        return cls(
            key=content.item.key, text=content.text, reduction=content.reduction, conditions=list(content.conditions),
            retention=content.retention, onward=content.onward, review_by=content.review_by,
        )  # fmt: skip


class ContentsShown(Told):
    """All that was released to you."""

    contents: list[ContentShown]


class Findings(Told):
    """What has been found, advised, asked and decided, as far as you may see it."""

    consent_check: ConsentCheckShown | None
    cpis_checks: list[CpisCheckShown]
    advice: list[AdviceShown]
    questions: list[QuestionShown]
    decisions: list[DecisionShown]
    released_at: datetime | None
    released: list[str] = Field(description="Keys of the items that were shared.")
    to_release: list[str] = Field(description="Keys of the items that were approved and wait to be shared.")
    mine: list[str] = Field(description="Keys of the items that were released to you: read them at contents.")

    @classmethod
    def of(cls, page: CasePage, *, now: datetime) -> Findings:
        """What the page shows."""
        check, whole = page.consent_check, page.look.identity is Identity.FULL
        return cls(
            consent_check=ConsentCheckShown.of(check, page.consent_by) if check else None,
            cpis_checks=[CpisCheckShown.of(each, now=now, whole=whole) for each in page.cpis],
            advice=[AdviceShown.of(each) for each in page.advice],
            questions=[QuestionShown.of(each) for each in page.questions],
            decisions=[DecisionShown.of(each) for each in page.decisions],
            released_at=page.released_at,
            released=list(page.released),
            to_release=list(page.to_release) if page.decisions else [],
            mine=list(page.my_contents),
        )


class CaseShown(Told):
    """A request, for you: where it stands, what it asks for, and what came of it."""

    standing: StandingModel
    requester: str = Field(description="Who asks, by name.")
    awaits: str = Field(description="Who has the next move, in words.")
    assigned_to: str
    people: list[PersonShown]
    request: RequestModel | None = Field(description="What it says, as far as you may see it; null where you may not.")
    findings: Findings
