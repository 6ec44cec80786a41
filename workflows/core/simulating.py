"""What would this request have done under another version of its workflow? A replay of its record, which it only reads.

The recorded events are walked in the order of time. Where a stage was left, the version is asked where the same step
would lead, with the facts as they were then; how long each stage may take is counted by its rules at the same instants,
with the pauses and the extensions that there were. Where the ways part, that is said and nothing after it is compared:
what people would have done at another stage is never made up.

Nothing here raises: a stage, a route or a fact that the version does not have is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.adopting import VersionAdopted
from workflows.core.case import Case, Outcome, apply
from workflows.core.definition import (
    BACK,
    CLOCK_COMMANDS,
    REQUESTER_COMMANDS,
    CommandRule,
    CommandType,
    Definition,
    Need,
    Reason,
    Role,
    RungAction,
    Side,
    Stage,
)
from workflows.core.facts import Facts, facts
from workflows.core.permissions import role_words
from workflows.core.simulated import Difference, Ground, Kind, Partial, Replayed, hands
from workflows.core.simulating_time import Timed, Visits, timed
from workflows.core.timeliness import Result

COMMAND_OF: Mapping[str, CommandType] = {
    "Submitted": CommandType.SUBMIT,
    "Withdrawn": CommandType.WITHDRAW,
    "ConsentRecorded": CommandType.RECORD_CONSENT,
    "Asked": CommandType.ASK,
    "Answered": CommandType.ANSWER,
    "QuestionGivenBack": CommandType.GIVE_BACK,
    "Advised": CommandType.ADVISE,
    "SharedNow": CommandType.SHARE_NOW,
    "Decided": CommandType.DECIDE,
    "Released": CommandType.RELEASE,
    "ShareReviewed": CommandType.REVIEW_SHARE,
    "Reopened": CommandType.REOPEN,
    "Challenged": CommandType.CHALLENGE,
    "SentBack": CommandType.SEND_BACK,
    "StageCompleted": CommandType.COMPLETE,
}
"""Which command an event comes of. Of several events of one command the first that stands here tells it."""
FIRST = ("SharedNow",)
"""Events that tell it wherever they stand among the others."""
DELEGATED = "delegated_release"
STAYS = "It would stay there: a question that nobody answers never goes back"


def replay(history: Iterable[Sequence[e.Event]], ground: Ground, *, erased: bool = False) -> Replayed | None:
    """One request, given as the events of each command in order; None where nothing was ever begun.

    ``erased``: what the requester wrote is gone, so guards have nothing to judge by.
    """
    every = list(history)
    renamed = [dict(each.stages) for events in every for each in events if isinstance(each, VersionAdopted)]
    walk = _Walk(ground, erased, ground.candidate, tuple(renamed))
    for events in every:
        walk.take(events)
    return walk.found()


@dataclass(slots=True)
class _Walk:
    """Where the replay stands. ``over``: the ways have parted, so nothing that comes later is compared.

    ``ahead``: what stages are called from a change of version on that is still to come.
    """

    ground: Ground
    erased: bool
    candidate: Definition
    ahead: tuple[Mapping[str, str], ...]
    case: Case | None = None
    over: bool = False
    visits: Visits = field(default_factory=Visits)
    differences: list[Difference] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    partial: set[Partial] = field(default_factory=set)

    def take(self, events: Sequence[e.Event]) -> None:
        """The events of one command."""
        since: list[e.Event] = []
        start = self.case
        for event in events:
            before = self.case
            if before is None and not isinstance(event, e.Started):
                return
            if isinstance(event, e.Started):
                self.candidate = self.ground.under(event.definition.variant)
            since.append(event)
            self.case = _as_urgent(apply(before, event), event)
            if isinstance(event, VersionAdopted):
                self.ahead = self.ahead[1:]
            if isinstance(event, e.ClockExtended):
                self.visits.extended(event)
            elif isinstance(event, e.ClockRecounted):
                self.visits.counted_by(event.calendar)
            elif isinstance(event, e.Decided) and before is not None:
                self._weigh(before, event, events)
            if event.move is None:
                continue
            if not self.over:
                self._judge(start, before, event, since)
            self.visits.moved(event, before, self.case, compared=not self.over, stage=self._named(event.move.stage))
            if not self.over:
                self.reached.append(self._named(event.move.stage))
            since, start = [], self.case

    def _named(self, stage: str) -> str:
        """What a stage is called in the end: that is the name by which the version is asked for it."""
        for names in self.ahead:
            stage = names.get(stage, stage)
        return stage

    def _weigh(self, before: Case, event: e.Decided, events: Sequence[e.Event]) -> None:
        """Whether the reasons for the decision are still reasons. Some the product gives by itself, not a person."""
        by_itself = event.delegated or any(isinstance(each, e.SharedNow) for each in events)
        known = None if by_itself or self.over else self.ground.reasons_of(before)
        fault = next(reason_faults(event.items, known), "") if known is not None else ""
        if fault:
            stage = self._own(before).stages.get(before.stage)
            title = stage.title if stage else before.stage
            self.differences.append(Difference(Kind.REFUSED, title, "Decided", fault, event.at))
            self.over = True

    def _judge(self, start: Case | None, before: Case | None, event: e.Event, since: Sequence[e.Event]) -> None:
        """Whether the version leads to where the record says that it went; ``start`` is the case before the command."""
        assert event.move is not None
        candidate = self.candidate
        if before is None or start is None:
            self._went(candidate.first, event, None)
            return
        command = command_of(since)
        if command is None:
            self.partial.add(Partial.UNKNOWN)
            self._went(self._named(event.move.stage), event, before)
            return
        self._compare_people(before, event, command)
        if command is CommandType.GIVE_BACK:
            ladder = candidate.stage(self._named(before.stage)).ladder
            if not any(each.action is RungAction.GIVE_BACK and before.urgency in each.when for each in ladder):
                self._part(Kind.ROUTE, event, before, STAYS)
            return
        self._went(self._leads(start, before, event, since, command), event, before)

    def _leads(
        self, start: Case, before: Case, event: e.Event, since: Sequence[e.Event], command: CommandType
    ) -> str | Difference:
        """The stage that the version leads to, or what stands against the step."""
        rule = self.candidate.rule(self._named(before.stage), command)
        said = f"“{command_words(command)}” is not allowed there"
        if rule is None or event.move is None:
            return self._difference(Kind.DEAD_END, event, before, said)
        own, went = self._own(before), self._named(event.move.stage)
        then = own.stages[before.stage].commands.get(command) if before.stage in own.stages else None
        if (need := self._unmet(start, rule, then, command, since)) is not None:
            return self._difference(Kind.REFUSED, event, before, need.say)
        if then is not None and then.routes == rule.routes and own.sensitive == self.candidate.sensitive:
            # The same conditions on the same facts: it went where they lead.
            return went
        if self.erased and any(each.when is not None for each in rule.routes):
            self.partial.add(Partial.ERASED)
            ways = {each.to for each in rule.routes}
            return went if went in ways else rule.routes[-1].to
        judged = apply(before, replace(event, move=None))
        known = said_facts(judged, since, self.candidate, command)
        to = next((each.to for each in rule.routes if each.when is None or each.when.met(known)), None)
        if to is None:
            return self._difference(Kind.DEAD_END, event, before, "None of its routes is for such a request")
        return self._named(before.back_to) if to == BACK else to

    def _unmet(
        self, start: Case, rule: CommandRule, then: CommandRule | None, command: CommandType, since: Sequence[e.Event]
    ) -> Need | None:
        """The first need of the version that the request did not meet then. What was asked then as well was met."""
        delegated = any(isinstance(each, e.Advised) and each.delegated_release for each in since)
        options = [need for name, need in rule.options.items() if delegated and name == DELEGATED]
        asked = {each.needs for each in (*then.needs, *then.options.values())} if then else set()
        needs = [each for each in (*rule.needs, *options) if each.needs not in asked]
        if not needs:
            return None
        if self.erased:
            self.partial.add(Partial.ERASED)
            return None
        known = said_facts(start, since, self.candidate, command)
        return next((need for need in needs if not need.needs.met(known)), None)

    def _went(self, led: str | Difference, event: e.Event, before: Case | None) -> None:
        """Note where the version leads, where that is not where it went."""
        assert event.move is not None
        if isinstance(led, Difference):
            self.differences.append(led)
            self.over = True
            return
        stage = self.candidate.stages.get(led)
        if stage is None:
            self._part(Kind.DEAD_END, event, before, f"The version has no stage “{led}”")
        elif led != self._named(event.move.stage):
            self.reached.append(led)
            self._part(Kind.ROUTE, event, before, stage.title)

    def _part(self, kind: Kind, event: e.Event, before: Case | None, after: str) -> None:
        self.differences.append(self._difference(kind, event, before, after))
        self.over = True

    def _difference(self, kind: Kind, event: e.Event, before: Case | None, after: str) -> Difference:
        assert event.move is not None
        own = self._own(before)
        left = own.stages.get(before.stage) if before else None
        went = own.stages.get(event.move.stage)
        to = went.title if went else event.move.stage
        return Difference(kind, left.title if left else "", to, after, event.at)

    def _own(self, case: Case | None) -> Definition:
        """The version that the request ran on."""
        return self.ground.rules_of(case.definition) if case is not None else self.candidate

    def _compare_people(self, before: Case, event: e.Event, command: CommandType) -> None:
        """Whether others could have done it. One finding for the first stage where that is so; ``more`` counts on."""
        own, other = self._own(before).stages.get(before.stage), self.candidate.stages.get(self._named(before.stage))
        if own is None or other is None or Side.HOLDER not in (own.side, other.side):
            return
        was = _performers(self._own(before), own, command)
        will = _performers(self.candidate, other, command)
        if frozenset(was) == frozenset(will):
            return
        if self.differences:
            # Until the ways part there is no difference of another kind.
            self.differences[0] = replace(self.differences[0], more=self.differences[0].more + 1)
            return
        able = hands(self.ground.crew, before.holder_org, will)
        could = hands(self.ground.crew, before.holder_org, was)
        note = f"Able there today: {len(able)}, not {len(could)}."
        if command not in REQUESTER_COMMANDS | CLOCK_COMMANDS and event.by in could - able:
            note += " Whoever did it then could not."
        words = (role_words(was), role_words(will))
        self.differences.append(Difference(Kind.DECIDER, own.title, *words, event.at, note=note))

    # --- What came of it

    def found(self) -> Replayed | None:
        """All of it, once the record has been walked to its end."""
        case = self.case
        if case is None:
            return None
        own = self._own(case)
        other = self.ground.calendar_of(case)
        stays = list(
            timed(
                self.visits, self.candidate, own.stages.get, self.ground.days_of, other=other,
                now=self.ground.now,
            )
        )  # fmt: skip
        if any(each.beyond for each in stays):
            self.partial.add(Partial.CALENDAR)
        before, after = _result(case, stays), self._result_after(case, stays)
        differences = [*self._due(stays), *self.differences]
        if after is not None and after is not before:
            differences.insert(0, self._flip(before, after, stays))
        return Replayed(
            case.id, case.reference, case.holder_org, case.submitted_at, not case.closed, tuple(differences), before,
            after, tuple(dict.fromkeys(self.reached)), frozenset(self.partial),
        )  # fmt: skip

    def _result_after(self, case: Case, stays: Sequence[Timed]) -> Result | None:
        if any(each.late_after for each in stays):
            return Result.LATE
        if self.over or any(each.beyond for each in stays):
            return None
        return Result.NOT_COUNTED if case.outcome is Outcome.WITHDRAWN else Result.IN_TIME

    def _due(self, stays: Sequence[Timed]) -> list[Difference]:
        """The stay whose due date moves most; how many others move as well."""
        moved = sorted((each for each in stays if each.differs), key=lambda each: abs(each.shift), reverse=True)
        if not moved:
            return []
        most = moved[0]
        return [
            Difference(
                Kind.DUE, most.title, "", "", most.visit.started_at, most.due_before, most.due_after,
                abs(most.shift), len(moved) - 1,
                "More time was given that this version would not give." if most.less else "",
            )
        ]  # fmt: skip

    def _flip(self, before: Result, after: Result, stays: Sequence[Timed]) -> Difference:
        """The stay that makes the result another one."""
        late = after is Result.LATE
        flips = [each for each in stays if each.visit.compared and each.late_after is late is not each.late_before]
        most = flips[0]
        due = most.due_after if late else most.due_before
        end = most.visit.ended_at or self.ground.now
        weight = abs(int((end - due).total_seconds())) if due else 0
        return Difference(
            Kind.RESULT, most.title, before.value, after.value, end, most.due_before, most.due_after, weight,
            len(flips) - 1,
        )  # fmt: skip


def _result(case: Case, stays: Sequence[Timed]) -> Result:
    """What the record says: late when a stage of the holder was, or is by now."""
    if any(each.late_before for each in stays):
        return Result.LATE
    return Result.NOT_COUNTED if case.outcome is Outcome.WITHDRAWN else Result.IN_TIME


def command_of(events: Sequence[e.Event]) -> CommandType | None:
    """The command that these events come of; None for what no rule of a stage decides."""
    names = [type(each).__name__ for each in events]
    told = [name for name in FIRST if name in names] + names
    return next((COMMAND_OF[name] for name in told if name in COMMAND_OF), None)


def command_words(command: CommandType) -> str:
    """A command as people say it."""
    return command.value.replace("_", " ").capitalize()


def said_facts(case: Case, events: Sequence[e.Event], definition: Definition, command: CommandType) -> Facts:
    """The facts that guards may ask about, with what the command said as its events still tell it."""
    stand_in = c.Chase(id="", actor=c.CLOCK, at=events[-1].at, case_id=case.id)
    said: Facts = {}
    for event in events:
        for each in fields(event):
            value = getattr(event, each.name)
            if isinstance(value, bool | int) or (isinstance(value, str) and hasattr(value, "value")):
                said[each.name] = getattr(value, "value", value)
    return {**facts(case, stand_in, definition), "command": {**said, "type": command.value}}


def reason_faults(items: Iterable[c.ItemDecision], known: Sequence[Reason]) -> Iterator[str]:
    """What is wrong with the reasons of a decision, were these all that there are."""
    by_code = {each.code: each for each in known}
    for each in items:
        for code in (each.reason, each.also) if each.also else (each.reason,):
            reason = by_code.get(code)
            if reason is None:
                yield f"The reason “{code.replace('_', ' ')}” is not in these packs"
            elif each.outcome.value not in reason.outcomes:
                yield f"The reason “{reason.words}” is not for such a decision"
        reason = by_code.get(each.reason)
        if reason is not None and not reason.stands_alone and not each.also:
            yield f"The reason “{reason.words}” would need the reason behind it"


def _performers(definition: Definition, stage: Stage, command: CommandType) -> tuple[Role, ...]:
    """Whose work the stage is, where the requester or the clock ended it; else who could give the command."""
    if command in REQUESTER_COMMANDS | CLOCK_COMMANDS:
        return stage.roles
    return definition.performers(stage.name, command)


def _as_urgent(case: Case, event: e.Event) -> Case:
    """How urgent it was stands beside what was written, and outlives it."""
    if not isinstance(event, e.Saved) or event.urgency is None or event.urgency is case.urgency:
        return case
    purpose = replace(case.request.purpose, urgency=event.urgency)
    return replace(case, request=replace(case.request, purpose=purpose))
