"""A workflow definition as the rulebook sees it: frozen, checked, with its guards compiled.

A definition names stages, roles, routes, clocks and ladders. What a stage *may* do is fixed by its
kind (`MASTER`): a definition narrows the master rulebook and can never widen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum

from workflows.core.calendars import Length, Unit
from workflows.core.field_kinds import Document, Field, OwnOutcome, SafeContact
from workflows.core.guards import Guard
from workflows.core.kinds import ClockFrom as ClockFrom
from workflows.core.kinds import CommandType as CommandType
from workflows.core.kinds import Role as Role
from workflows.core.kinds import Side as Side
from workflows.core.kinds import StageKind as StageKind
from workflows.core.kinds import Urgency as Urgency

STANDING_COMMANDS = frozenset({CommandType.REMIND_FOLLOW_UP, CommandType.RAISE_RECHECK, CommandType.RECOUNT_CLOCK})
"""Commands of the clock that belong to no stage and no rung of a ladder."""

CLOCK_COMMANDS = STANDING_COMMANDS | frozenset(
    {CommandType.REMIND, CommandType.MARK_OVERDUE, CommandType.ESCALATE, CommandType.GIVE_BACK}
)
"""Commands only the clock gives, never a person."""

HOUSE_COMMANDS = frozenset({CommandType.ADOPT_VERSION})
"""Commands of an administrator, who sees nothing of the request: about its workflow, and on none of its pages."""

ANYTIME_COMMANDS = (
    frozenset({CommandType.FINISH_FOLLOW_UP, CommandType.WITHDRAW_CONSENT}) | STANDING_COMMANDS | HOUSE_COMMANDS
)
"""Commands that no stage has to allow. Whether they fit an ended case is a question for their rules."""

MANAGER_COMMANDS = frozenset({CommandType.CHASE, CommandType.REASSIGN, CommandType.EXTEND})
"""Commands a manager may give on any open, submitted case of her organisation; of extending, the clock has its say."""

COLLEAGUE_COMMANDS = frozenset({CommandType.DECLARE_CONFLICT})
"""Commands of everybody who works for the holder, on any open, submitted case: no workflow can leave them out."""

CONTEXT_COMMANDS = frozenset({CommandType.RECORD_CPIS_CHECK})
"""Commands that add to what is known on any open, submitted case and move nothing: no workflow can leave them out."""

DECIDER_COMMANDS = frozenset({CommandType.DEMAND_SECOND})
"""Commands of whoever may decide, at every stage where something is decided: no workflow can leave them out."""

IDENTITY_COMMANDS = frozenset({CommandType.ASK_IDENTITY, CommandType.GRANT_IDENTITY, CommandType.REFUSE_IDENTITY})
"""Commands about seeing who somebody is, on any open, submitted case, where the workflow says for how long."""

DRAFTING_COMMANDS = frozenset({CommandType.CHOOSE_HOLDERS})
"""Commands on every draft, whatever its workflow."""

REQUESTER_COMMANDS = DRAFTING_COMMANDS | frozenset(
    {CommandType.SAVE, CommandType.SUBMIT, CommandType.WITHDRAW, CommandType.ANSWER, CommandType.REOPEN}
)
"""Commands only the person who made the request may give."""

AFTER_THE_END = frozenset({CommandType.REOPEN, CommandType.CHALLENGE, CommandType.REVIEW_USE})
"""Commands that an ended request may still allow: they add to it and clear nothing."""

MASTER: Mapping[StageKind, frozenset[CommandType]] = {
    StageKind.DRAFT: frozenset({CommandType.SAVE, CommandType.SUBMIT, CommandType.WITHDRAW}),
    StageKind.CHECK: frozenset({CommandType.RECORD_CONSENT, CommandType.ASK, CommandType.WITHDRAW}),
    StageKind.ADVICE: frozenset({CommandType.ADVISE, CommandType.ASK, CommandType.WITHDRAW}),
    StageKind.ADJUDICATION: frozenset(
        {CommandType.DECIDE, CommandType.ASK, CommandType.WITHDRAW, CommandType.SEND_BACK}
    ),
    StageKind.INFORMATION_NEEDED: frozenset({CommandType.ANSWER, CommandType.WITHDRAW}),
    StageKind.RELEASE: frozenset({CommandType.RELEASE, CommandType.WITHDRAW}),
    StageKind.EMERGENCY: frozenset({CommandType.SHARE_NOW, CommandType.ASK, CommandType.WITHDRAW}),
    StageKind.REVIEW: frozenset({CommandType.REVIEW_SHARE, CommandType.ADVISE}),
    StageKind.ENQUIRY: frozenset({CommandType.COMPLETE, CommandType.ASK, CommandType.WITHDRAW}),
    StageKind.RULING: frozenset({CommandType.COMPLETE, CommandType.ASK, CommandType.WITHDRAW}),
    StageKind.CLOSED: AFTER_THE_END,
}
"""Which commands a stage of each kind may allow; a definition may leave out but not add."""

STAYING: Mapping[StageKind, frozenset[CommandType]] = {
    StageKind.DRAFT: frozenset({CommandType.SAVE}),
    StageKind.REVIEW: frozenset({CommandType.ADVISE}),
    StageKind.CLOSED: frozenset({CommandType.REVIEW_USE}),
}
"""Commands that leave the case in its stage, with the clock running on."""

LENGTHS: Mapping[StageKind, Mapping[str, Unit]] = {
    StageKind.EMERGENCY: {"late": Unit.HOURS},
    StageKind.REVIEW: {"learning": Unit.CALENDAR_DAYS},
}
"""Lengths of time that a stage must give besides its clock, and the unit of each."""

BACK = "back"
"""The route target that means: the stage that the question came from."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a command leads. The first route whose guard is met is taken; no guard means always."""

    to: str
    when: Guard | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A condition that must hold before a command is carried out, and what to say when it does not.

    ``task`` and ``field`` point a page at what is missing.
    """

    code: str
    say: str
    needs: Guard
    task: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class CommandRule:
    """What a stage says about one command: where it leads, what it needs, and whose it is.

    ``roles`` are those of the stage that may give the command; none named means each of them.
    """

    routes: tuple[Route, ...] = ()
    needs: tuple[Need, ...] = ()
    options: Mapping[str, Need] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How much more time a clock may be given in all, in its own unit, and by which roles at the holder."""

    most: Length
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How long a stage may take, and the civil hour (Europe/London) at which a day clock falls due.

    ``extension`` None: its time is never extended. ``source`` and ``status`` say where the length comes from.
    """

    length: Length
    due_time: time
    extension: ExtensionRule | None = None
    since: ClockFrom = ClockFrom.STAGE
    source: str = ""
    status: str = ""


class RungAction(StrEnum):
    """What a rung of the ladder does."""

    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    GIVE_BACK = "give_back"
    """An unanswered question goes back to who asked it: a pause has an end."""


@dataclass(frozen=True, slots=True)
class When:
    """When a rung falls: a fraction of the clock, or a length after the due instant or before it. One of the three."""

    fraction: float | None = None
    after_due: Length | None = None
    before_due: Length | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a stage's ladder. ``tell`` holds role names, or nothing for whoever has the case."""

    key: str
    action: RungAction
    when: Mapping[Urgency, When]
    tell: tuple[Role, ...] = ()
    tell_title: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a workflow."""

    name: str
    kind: StageKind
    title: str
    side: Side
    asked: str = ""
    roles: tuple[Role, ...] = ()
    commands: Mapping[CommandType, CommandRule] = field(default_factory=dict)
    clocks: Mapping[Urgency, ClockRule] = field(default_factory=dict)
    ladder: tuple[Rung, ...] = ()
    outcome: str = ""
    lengths: Mapping[str, Length] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    """What the stage asks on its form."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code with its words; ``outcomes`` says for which item outcomes it may be used.

    Not ``stands_alone``: never enough by itself, the reason behind it must be given. ``hint`` says when it fits.
    """

    code: str
    words: str
    outcomes: tuple[str, ...]
    stands_alone: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """Other times for some stages, by stage and urgency; which one an organisation uses is pinned into its cases."""

    key: str
    title: str
    source: str
    status: str
    clocks: Mapping[str, Mapping[Urgency, ClockRule]]


@dataclass(frozen=True, slots=True)
class DefinitionRef:
    """Names one immutable version of a workflow, and which of its variants counts (empty: none)."""

    workflow: str
    version: int
    digest: str
    variant: str = ""


@dataclass(frozen=True)
class Definition:
    """One version of one workflow."""

    ref: DefinitionRef
    title: str
    summary: str
    stages: Mapping[str, Stage]
    first: str
    sensitive: frozenset[str]
    categories: Mapping[str, str]
    thresholds: Mapping[str, str]
    reasons: tuple[Reason, ...]
    packs: tuple[str, ...] = ()
    identity_shown_for: Length | None = None
    """How long an identity may be seen once it is shown to whoever advises, in hours; None: it never is."""
    calendar: str = ""
    """The working calendar of its clocks; empty: that of the holder's nation."""
    at_once: frozenset[Urgency] = frozenset({Urgency.EMERGENCY})
    """How urgent a request must be for its mail to go at any hour; other mail waits until the service opens."""
    principles: tuple[str, ...] = ()
    """Codes of the principles of the packs that a request is pinned to."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Letters, and wordings to sign."""
    outcomes: Mapping[str, OwnOutcome] = field(default_factory=dict)
    """Ways to end that the product does not know, by their codes."""
    public: bool = False
    """Whether a case begins with an application from the public, who have no account here."""
    safe_contact: SafeContact | None = None
    silo: bool = False
    """Whether only the holders of the workflow's own roles may know that a case exists."""
    variants: Mapping[str, Variant] = field(default_factory=dict)

    def stage(self, name: str) -> Stage:
        """The stage called ``name``. Raises KeyError for a name that this version does not have."""
        return self.stages[name]

    def performers(self, stage: str, command: CommandType) -> tuple[Role, ...]:
        """The roles that may give ``command`` at ``stage``: those named for it, else those of the stage."""
        rule = self.rule(stage, command)
        return (rule.roles if rule else ()) or self.stages[stage].roles

    def as_variant(self, key: str) -> Definition:
        """The definition with the times of one of its variants. Raises KeyError for a variant that it has not."""
        if not key:
            return self
        chosen = self.variants[key].clocks
        stages = {
            name: replace(stage, clocks={**stage.clocks, **chosen.get(name, {})}) for name, stage in self.stages.items()
        }
        return replace(self, ref=replace(self.ref, variant=key), stages=stages)

    def of_kind(self, kind: StageKind) -> Stage | None:
        """The first stage of a kind, or None where the workflow has none."""
        return next((stage for stage in self.stages.values() if stage.kind is kind), None)

    def rule(self, stage: str, command: CommandType) -> CommandRule | None:
        """What ``stage`` says about ``command``; None when the stage does not allow it."""
        return self.stages[stage].commands.get(command)

    def reason(self, code: str) -> Reason | None:
        """The reason with this code."""
        return next((reason for reason in self.reasons if reason.code == code), None)
