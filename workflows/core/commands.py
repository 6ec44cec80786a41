"""Commands: what a person, or the clock, asks for. Imperative names, plain data.

A command brings everything the rulebook needs: its own id (made by the form, so that a double click
has the same id), who asks, when, and the version of the case that the person was looking at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from workflows.core.adopting import AdoptVersion as AdoptVersion
from workflows.core.commanding import CLOCK as CLOCK
from workflows.core.commanding import PUBLIC as PUBLIC
from workflows.core.commanding import Actor as Actor
from workflows.core.commanding import Command as Command
from workflows.core.completing import Complete as Complete
from workflows.core.cpis import RecordCpisCheck as RecordCpisCheck
from workflows.core.definition import CommandType
from workflows.core.evidence import PrincipleEvidence
from workflows.core.extending import Extend as Extend
from workflows.core.grounds import UNKNOWN_BODIES, BasisOverride, Bodies
from workflows.core.imported import Origin
from workflows.core.request import Answers, Request, Task
from workflows.core.round_commands import Challenge as Challenge
from workflows.core.round_commands import Reopen as Reopen
from workflows.core.round_commands import ReviewUse as ReviewUse
from workflows.core.round_commands import SendBack as SendBack
from workflows.core.sharing import ItemContent as ItemContent
from workflows.core.sharing import ReviewFinding as ReviewFinding
from workflows.core.sharing import Share as Share
from workflows.core.sharing import ShareHow as ShareHow
from workflows.core.silent_parts import AwayThen as AwayThen
from workflows.core.verdicts import AdviceType as AdviceType
from workflows.core.verdicts import ConsentFinding as ConsentFinding
from workflows.core.verdicts import ItemOutcome as ItemOutcome
from workflows.core.verdicts import Reduction as Reduction
from workflows.core.weighing import UNWEIGHED, RiskAssessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Command):
    """Begin a request to one holder. ``answers`` is what an earlier request lent, or one page asked.

    ``send`` sends it at once. ``share`` records with it what the holder has shared already, or shares now;
    ``by_manager`` and ``packs`` (as of Submit) are filled in by the door. ``origin``: another system sends it, whole.
    """

    type: ClassVar[CommandType] = CommandType.START
    reference: str
    requester_org: str
    holder_org: str
    calendar: str
    like: str = ""
    answers: Request = Request()
    workflow: str = "standard"
    send: bool = False
    share: Share | None = None
    by_manager: bool = False
    packs: tuple[str, ...] = ()
    group: str = ""
    """The group of a track. Only the door begins tracks."""
    public: bool = False
    """An application from the public: nobody here is its requester, also where somebody takes it by telephone."""
    application: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What was answered to the fields of the application, as the form sent it (``fields.Raw``)."""
    origin: Origin | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseHolders(Command):
    """Which other organisations get the request as well, by id; each makes a track of its own."""

    type: ClassVar[CommandType] = CommandType.CHOOSE_HOLDERS
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Save(Command):
    """Save one task of a draft."""

    type: ClassVar[CommandType] = CommandType.SAVE
    task: Task
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Command):
    """Send the draft to the holder. ``packs`` are the versions in force at that instant, which the door fills in."""

    type: ClassVar[CommandType] = CommandType.SUBMIT
    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """Take the request back, with a reason."""

    type: ClassVar[CommandType] = CommandType.WITHDRAW
    reason: str


@dataclass(frozen=True, slots=True)
class PersonFinding:
    """What the consent officer found of one person (a label), and whether she has been told.

    ``reason`` is why a refusal is not a bar: an override is never recorded without it. ``told`` None: not said.
    ``revisit_on`` is the day on which "not told" is looked at again.
    """

    person: str
    finding: ConsentFinding
    reason: str = ""
    told: bool | None = None
    said: str = ""
    told_why: str = ""
    revisit_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent(Command):
    """The consent officer's finding. ``covers_all``: the consent covers every item and recipient.

    ``people`` are the findings for each entry of the request, in its order; empty when one finding is for all.
    """

    type: ClassVar[CommandType] = CommandType.RECORD_CONSENT
    finding: ConsentFinding
    covers_all: bool
    note: str
    people: tuple[PersonFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent(Command):
    """Somebody took back her consent, for some items or for all when none are named. It needs no reason."""

    type: ClassVar[CommandType] = CommandType.WITHDRAW_CONSENT
    person: str
    how: str
    given_by: str
    items: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Command):
    """Return the case to the requester with a question; the stage's clock pauses.

    ``items`` are keys of what it is about, when not the whole. ``harm_of_waiting``: who asks instead of deciding
    says what could happen meanwhile.
    """

    type: ClassVar[CommandType] = CommandType.ASK
    question: str
    items: tuple[str, ...] = ()
    harm_of_waiting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Command):
    """The requester's answer; the clock runs on."""

    type: ClassVar[CommandType] = CommandType.ANSWER
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise(Command):
    """Information-governance advice: recorded, not binding."""

    type: ClassVar[CommandType] = CommandType.ADVISE
    advice: AdviceType
    why: str = ""
    conditions: tuple[str, ...] = ()
    delegated_release: bool = False
    redirect: str = ""
    bodies: Bodies = UNKNOWN_BODIES
    """What the rules need to know of both organisations: the door brings it."""


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """The decision on one item. ``how`` is the way in which it is reduced, if it is; ``reduction`` says it in words.

    ``also`` is the reason behind one that is never enough by itself.
    """

    key: str
    outcome: ItemOutcome
    reason: str
    text: str = ""
    reduction: str = ""
    how: Reduction | None = None
    also: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Command):
    """The adjudicator's decision, item by item, both risks weighed.

    ``retention`` and ``onward`` say how long the recipient may keep what is shared, and with whom she may share it.
    """

    type: ClassVar[CommandType] = CommandType.DECIDE
    items: tuple[ItemDecision, ...]
    harm_of_sharing: str = ""
    harm_of_not_sharing: str = ""
    conditions: tuple[str, ...] = ()
    review_by: date | None = None
    would_change_it: str = ""
    overrides: tuple[BasisOverride, ...] = ()
    bodies: Bodies = UNKNOWN_BODIES
    """What the rules need to know of both organisations: the door brings it."""
    risk_of_sharing: RiskAssessment = UNWEIGHED
    risk_of_not_sharing: RiskAssessment = UNWEIGHED
    retention: str = ""
    onward: str = ""
    evidence: tuple[PrincipleEvidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Command):
    """Release the approved items: the holder enters the content of each."""

    type: ClassVar[CommandType] = CommandType.RELEASE
    contents: tuple[ItemContent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareNow(Command):
    """Share in an emergency, before any review. ``by_manager`` is filled in by the door."""

    type: ClassVar[CommandType] = CommandType.SHARE_NOW
    share: Share
    by_manager: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewShare(Command):
    """What the review of an emergency share found, and what is to be learnt from it."""

    type: ClassVar[CommandType] = CommandType.REVIEW_SHARE
    finding: ReviewFinding
    why: str = ""
    learning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase(Command):
    """A manager reminds whoever has the case."""

    type: ClassVar[CommandType] = CommandType.CHASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Command):
    """A manager gives the case to one named person who may do the work."""

    type: ClassVar[CommandType] = CommandType.REASSIGN
    to_person: str
    to_eligible: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareConflict(Command):
    """Somebody at the holder has an interest of her own in the case, and stands aside."""

    type: ClassVar[CommandType] = CommandType.DECLARE_CONFLICT
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSecond(Command):
    """Somebody who may decide wants a second adjudicator to decide as well, apart from the first."""

    type: ClassVar[CommandType] = CommandType.DEMAND_SECOND
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskIdentity(Command):
    """Whoever advises asks to see who stands behind one label."""

    type: ClassVar[CommandType] = CommandType.ASK_IDENTITY
    label: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantIdentity(Command):
    """Another person shows the identity, for as long as the workflow says."""

    type: ClassVar[CommandType] = CommandType.GRANT_IDENTITY
    number: int
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseIdentity(Command):
    """Another person does not show it, and says why."""

    type: ClassVar[CommandType] = CommandType.REFUSE_IDENTITY
    number: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung(Command):
    """What the commands of the clock have in common: which rung, of which clock, in which version of it."""

    rung: str
    clock: int
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind(Rung):
    """Tell whoever has the case that time is passing."""

    type: ClassVar[CommandType] = CommandType.REMIND


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOverdue(Rung):
    """Record that the stage's time has run out. The door fills in ``who`` had the case, by name, and who was away."""

    type: ClassVar[CommandType] = CommandType.MARK_OVERDUE
    who: str = ""
    away: tuple[AwayThen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Rung):
    """Tell the next person up."""

    type: ClassVar[CommandType] = CommandType.ESCALATE


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack(Rung):
    """Give a question that was not answered back to who asked it."""

    type: ClassVar[CommandType] = CommandType.GIVE_BACK


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindFollowUp(Rung):
    """Tell whoever a follow-up is for that its day has come. It belongs to no clock."""

    type: ClassVar[CommandType] = CommandType.REMIND_FOLLOW_UP


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishFollowUp(Command):
    """Write that a follow-up has been done, and how."""

    type: ClassVar[CommandType] = CommandType.FINISH_FOLLOW_UP
    number: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseRecheck(Rung):
    """Ask whoever decides whether a newer version of a policy pack matters here. ``rung`` names it: pack/version."""

    type: ClassVar[CommandType] = CommandType.RAISE_RECHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class RecountClock(Rung):
    """Count an open request by another version of its calendar, which ``rung`` names.

    The door fills in when the clock falls due by each; None while no clock runs.
    """

    type: ClassVar[CommandType] = CommandType.RECOUNT_CLOCK
    due_before: datetime | None = None
    due_after: datetime | None = None


RUNG_COMMANDS: dict[CommandType, type[Rung]] = {
    CommandType.REMIND: Remind,
    CommandType.MARK_OVERDUE: MarkOverdue,
    CommandType.ESCALATE: Escalate,
    CommandType.GIVE_BACK: GiveBack,
    CommandType.REMIND_FOLLOW_UP: RemindFollowUp,
    CommandType.RAISE_RECHECK: RaiseRecheck,
    CommandType.RECOUNT_CLOCK: RecountClock,
}
"""The command that each clock command type builds."""
