"""Events: what happened, in the past tense. One event per intent; together they are the record.

Fields named in ``PERSONAL`` hold free text or facts about people. They are stored beside the sealed
entry, bound to it by a keyed commitment, so that they can one day be erased without breaking the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from workflows.core.adopting import VersionAdopted as VersionAdopted
from workflows.core.commands import AdviceType, ConsentFinding, ItemContent, ItemDecision, PersonFinding
from workflows.core.completing import StageCompleted as StageCompleted
from workflows.core.cpis import CpisChecked as CpisChecked
from workflows.core.definition import DefinitionRef, Urgency
from workflows.core.emergency_parts import SharedNow as SharedNow
from workflows.core.emergency_parts import ShareReviewed as ShareReviewed
from workflows.core.evidence import PrincipleEvidence
from workflows.core.extending import ClockExtended as ClockExtended
from workflows.core.fields import Answer
from workflows.core.followups import FollowUpDone as FollowUpDone
from workflows.core.followups import FollowUpOpened as FollowUpOpened
from workflows.core.followups import FollowUpReminded as FollowUpReminded
from workflows.core.grounds import BasisOverride
from workflows.core.happening import ClockStart as ClockStart
from workflows.core.happening import Event as Event
from workflows.core.happening import Move as Move
from workflows.core.questions import QuestionGivenBack as QuestionGivenBack
from workflows.core.recounting import ClockRecounted as ClockRecounted
from workflows.core.request import Answers, Purpose, Request, Task
from workflows.core.rounds import Challenged as Challenged
from workflows.core.rounds import Reopened as Reopened
from workflows.core.rounds import SentBack as SentBack
from workflows.core.silence import NotSharedByDefault as NotSharedByDefault
from workflows.core.unheard import NobodyTold as NobodyTold
from workflows.core.uses import UseReviewed as UseReviewed
from workflows.core.uses import UseReviewMissed as UseReviewMissed
from workflows.core.weighing import UNWEIGHED, RiskAssessment
from workflows.core.withdrawing import ConsentTakenBack as ConsentTakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """A draft was begun. ``public``: it is an application from the public, which ``by`` took, or nobody here.

    ``system`` is another one that sent it whole, under a reference of its own that may tell of somebody;
    ``by_operator``: whoever runs the house brought it in, in the name of ``by``; ``account``: a system's account did.
    """

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"answers", "application", "system_reference"})
    case_id: str
    reference: str
    definition: DefinitionRef
    packs: tuple[str, ...]
    requester_org: str
    holder_org: str
    calendar: str
    like: str
    answers: Request
    group: str = ""
    public: bool = False
    application: tuple[Answer, ...] = ()
    system: str = ""
    system_reference: str = ""
    by_operator: bool = False
    account: str = ""
    account_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersChosen(Event):
    """The requester said which other organisations get the request as well."""

    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Event):
    """One task of the draft was saved. ``urgency`` is repeated outside the personal part: lists need it."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"answers"})
    task: Task
    answers: Answers
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Event):
    """The request was sent. ``packs`` are the versions that it is pinned to; none: those that the draft began with."""

    round: int
    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """The requester took the request back. ``discarded``: it was a draft that nobody else had seen, and is not kept."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str
    discarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded(Event):
    """The consent officer recorded a finding."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"note", "people"})
    finding: ConsentFinding
    covers_all: bool
    note: str
    people: tuple[PersonFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Event):
    """A question went back to the requester. ``number`` counts questions on the case from 1."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"question", "harm_of_waiting"})
    number: int
    question: str
    items: tuple[str, ...] = ()
    harm_of_waiting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """The requester answered."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"answer"})
    number: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised(Event):
    """Advice was given. ``by_name`` and ``position`` are kept for the decision record."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "conditions", "redirect", "by_name"})
    advice: AdviceType
    why: str
    conditions: tuple[str, ...]
    delegated_release: bool
    redirect: str
    by_name: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected(Event):
    """The request was out of scope. The names are not kept: only how many people and items there were."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"kept", "why", "redirect"})
    kept: Purpose
    why: str
    redirect: str
    people: int
    items: int
    recipients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Event):
    """Every item was decided. ``delegated``: under consent, without an adjudicator.

    ``overrides`` are what it went against of the advice about the basis; ``question`` is what was decided, in the
    words of the duty to share. ``panel`` says how two adjudicators came to it, where two were needed.
    """

    PERSONAL: ClassVar[frozenset[str]] = frozenset(
        {
            "items", "harm_of_sharing", "harm_of_not_sharing", "conditions", "would_change_it", "by_name", "overrides",
            "risk_of_sharing", "risk_of_not_sharing", "retention", "onward", "evidence",
        }
    )  # fmt: skip
    outcome: str
    delegated: bool
    items: tuple[ItemDecision, ...]
    harm_of_sharing: str
    harm_of_not_sharing: str
    conditions: tuple[str, ...]
    review_by: date | None
    would_change_it: str
    by_name: str
    position: str
    overrides: tuple[BasisOverride, ...] = ()
    question: str = ""
    risk_of_sharing: RiskAssessment = UNWEIGHED
    risk_of_not_sharing: RiskAssessment = UNWEIGHED
    retention: str = ""
    onward: str = ""
    evidence: tuple[PrincipleEvidence, ...] = ()
    panel: str = ""
    challenge: str = ""
    of_round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondAdjudicatorDemanded(Event):
    """Whoever could have decided alone wants a second adjudicator."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicatorVoted(Event):
    """One of two adjudicators has decided. ``vote`` is that whole decision: nothing of it stands outside."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"vote"})
    number: int
    sitting: int
    vote: tuple[Decided, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Event):
    """Approved items were released. ``keys`` are outside the personal part; the words are inside."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"contents"})
    keys: tuple[str, ...]
    contents: tuple[ItemContent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chased(Event):
    """A manager reminded whoever has the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned(Event):
    """The case was given to one person."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})
    to_person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictDeclared(Event):
    """Whoever did this has an interest of her own in the case, and stands aside from now on."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAsked(Event):
    """Whoever advises asked to see who stands behind a label. ``number`` counts such requests from 1."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"label", "reason"})
    number: int
    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityGranted(Event):
    """It was shown, up to the instant ``until``."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"answer"})
    number: int
    until: datetime
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRefused(Event):
    """It was not shown."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"answer"})
    number: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded(Event):
    """A reminder rung was reached, on this version of this clock."""

    rung: str
    clock: int
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BecameOverdue(Event):
    """The stage's time ran out."""

    rung: str
    clock: int
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """An escalation rung was reached; ``told`` says who, in words."""

    rung: str
    clock: int
    told: str
    version: int = 0


ERASED: Mapping[str, str] = {
    "Started": "answers",
    "Saved": "answers",
    "FollowUpOpened": "note",
    "FollowUpDone": "note",
    "Reopened": "items",
    "Challenged": "grounds",
    "SentBack": "why",
    "ClockExtended": "reason",
    "StageCompleted": "answers",
    "CpisChecked": "details",
}
"""What is destroyed when a request is redirected, or a draft is discarded: event type -> personal part."""


def erasing(event: Event) -> bool:
    """Whether this event destroys the personal parts of earlier ones."""
    return isinstance(event, Redirected) or (isinstance(event, Withdrawn) and event.discarded)


EVENTS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        Started, HoldersChosen, Saved, Submitted, Withdrawn, ConsentRecorded, Asked, Answered, Advised, Redirected,
        Decided, SecondAdjudicatorDemanded, AdjudicatorVoted, Released, Chased, Reassigned, ConflictDeclared,
        IdentityAsked, IdentityGranted, IdentityRefused, Reminded, BecameOverdue, Escalated, NotSharedByDefault,
        ConsentTakenBack, SharedNow, ShareReviewed, ClockExtended, ClockRecounted,
        QuestionGivenBack, NobodyTold, VersionAdopted,
        FollowUpOpened, FollowUpDone, FollowUpReminded,
        Reopened, Challenged, SentBack, UseReviewed, UseReviewMissed, StageCompleted,
        CpisChecked,
    )
}  # fmt: skip
"""Every event by its name, as it is stored."""
