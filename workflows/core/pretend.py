"""A pretend case: a way through a workflow, step by step, by the rules that real cases follow. Nothing is stored.

The way is a list of codes, such as ``submit``, ``record_consent:not_a_bar``, ``advise:supports``. Each code is one
command given to the real rulebook; whoever may give it by the real permissions gives it. What a step meets and where
it leads is told with the guard that decided it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core import pretend_forms as forms
from workflows.core.calendars import CalendarHorizon, WorkingCalendar
from workflows.core.case import Case, apply
from workflows.core.clocks import due_at
from workflows.core.definition import CommandType, Definition, Role, Route, RungAction, Side, Stage
from workflows.core.due import due
from workflows.core.facts import facts
from workflows.core.permissions import ROLE_TITLES, Membership, Principal, permitted
from workflows.core.pretend_samples import (
    CASE_ID,
    OWNER,
    SAMPLES,
    Fields,
    Setting,
    Ways,
    pretend_check,
    pretend_request,
)
from workflows.core.refusals import Refusal, Refused
from workflows.core.request import Request
from workflows.core.rulebook import handle

MOST_STEPS = 40
"""A way that is longer goes round in circles."""
ASKER, HOLDER = "pretend-asking", "pretend-holding"
PAUSE = timedelta(hours=1)
"""Between two steps."""


@dataclass(frozen=True, slots=True)
class Met:
    """One route that was looked at: its guard (empty: none) and whether it was met."""

    guard: str
    to: str
    met: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be done now: its code, by which roles, and where it leads, or why it is refused."""

    command: CommandType
    way: str
    roles: tuple[Role, ...]
    to: Stage | None = None
    looked_at: tuple[Met, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    """The answers on a form that decide where it leads: each question and its answer, in words."""

    @property
    def code(self) -> str:
        """What stands for this choice in the list."""
        return f"{self.command.value}:{self.way}" if self.way else self.command.value


@dataclass(frozen=True, slots=True)
class RungDue:
    """One step of the ladder that is to come."""

    key: str
    action: RungAction
    at: datetime
    tell: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the pretend case stands: the stage, whose move it is, until when, and what can be done."""

    stage: Stage
    at: datetime
    due_at: datetime | None
    rungs: tuple[RungDue, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken: from where, which choice, and where it led."""

    number: int
    before: Stage
    choice: Choice


@dataclass(frozen=True, slots=True)
class Walk:
    """The way so far and where it has led. ``wrong`` says which step could not be taken, and why."""

    taken: tuple[Taken, ...]
    now: Standing
    wrong: Refusal | None = None


def walk(
    definition: Definition, setting: Setting, steps: Sequence[str], *, at: datetime, calendar: WorkingCalendar
) -> Walk:
    """Take the steps in turn, as far as they can be taken. Raises Refused where the workflow lets no case begin."""
    case = _begun(definition, setting, at=at, calendar=calendar)
    taken: list[Taken] = []
    wrong: Refusal | None = None
    for number, code in enumerate(steps, 1):
        at += PAUSE
        found = _found(case, definition, code, number=number, at=at)
        if isinstance(found, Refusal):
            wrong = found
            break
        choice, after = found
        taken.append(Taken(number, definition.stage(case.stage), choice))
        case = after
    return Walk(tuple(taken), _standing(case, definition, at=at, calendar=calendar), wrong)


def _begun(definition: Definition, setting: Setting, *, at: datetime, calendar: WorkingCalendar) -> Case:
    public, first = definition.public, definition.stage(definition.first)
    start = c.Start(
        id=CASE_ID, actor=c.PUBLIC if public else c.Actor(OWNER, "The pretend requester"), at=at, case_id=CASE_ID,
        reference="Pretend", requester_org=HOLDER if public else ASKER, holder_org=HOLDER, calendar=calendar.id,
        workflow=definition.ref.workflow, answers=Request() if public else pretend_request(setting, definition),
        public=public, send=public, application=forms.filled_in(first, "", ()) if public else {},
    )  # fmt: skip
    case = None
    for event in handle(None, start, definition):
        case = apply(case, event)
    assert case is not None
    return replace(case, cpis=(pretend_check(at),)) if setting.cpis and not public else case


def _found(
    case: Case, definition: Definition, code: str, *, number: int, at: datetime
) -> tuple[Choice, Case] | Refusal:
    """The choice of one step and the case after it, or why the step cannot be taken."""
    if number > MOST_STEPS:
        return Refusal("too_many_steps", f"A pretend case takes at most {MOST_STEPS} steps. Start again.")
    command, _, way = code.partition(":")
    title = definition.stage(case.stage).title
    for choice, after in _tried(case, definition, at=at, only=(command, way)):
        if (choice.command.value, choice.way) == (command, way):
            if after is None:
                say = f"Step {number} cannot be taken at “{title}”: {choice.refusals[0].say}"
                return Refusal(choice.refusals[0].code, say)
            return choice, after
    say = f"Step {number} is not one of the choices at “{title}”, so the way ends before it. Choose again from here."
    return Refusal("unknown_step", say)


def _standing(case: Case, definition: Definition, *, at: datetime, calendar: WorkingCalendar) -> Standing:
    stage = definition.stage(case.stage)
    try:
        ends = due_at(case.clock, calendar) if case.clock else None
        coming = due(case, definition, calendar) if case.clock else []
    except CalendarHorizon:
        ends, coming = None, []
    ladder = {rung.key: rung for rung in stage.ladder}
    rungs = tuple(
        RungDue(item.rung, ladder[item.rung].action, item.at, ladder[item.rung].tell)
        for item in coming
        if item.rung in ladder
    )
    choices = tuple(choice for choice, _ in _tried(case, definition, at=at + PAUSE))
    return Standing(stage, at, ends, rungs, choices)


def _tried(
    case: Case, definition: Definition, *, at: datetime, only: tuple[str, str] | None = None
) -> Iterator[tuple[Choice, Case | None]]:
    """Every choice at this stage (or the one asked for) with the case after it; None where the rules refuse it."""
    for command in definition.stage(case.stage).commands:
        if only and only[0] != command:
            continue
        kind, ways = _ways(definition.stage(case.stage), command)
        if kind is None:
            continue
        performers = _performers(case, definition, command)
        for way, fields in ways.items():
            if only and only[1] != way:
                continue
            actor = _actor(performers[0] if performers else None)
            made = kind(
                id=str(uuid5(UUID(CASE_ID), f"{case.version}/{command}/{way}")), actor=actor, at=at, case_id=case.id,
                **fields(case, definition, at),
            )  # fmt: skip
            words = forms.said(definition.stage(case.stage), way) if command is CommandType.COMPLETE else ()
            yield _outcome(case, definition, made, Choice(command, way, tuple(performers), said=words))
    yield from _unanswered(case, definition, at=at)


def _ways(stage: Stage, command: CommandType) -> tuple[type[c.Command] | None, Ways]:
    """The command and the ways to give it; None for one that does not move a case."""
    if command is not CommandType.COMPLETE:
        return SAMPLES.get(command, (None, {}))

    def filled(way: str) -> Callable[[Case, Definition, datetime], Fields]:
        def fields(case: Case, _definition: Definition, _at: datetime) -> Fields:
            return {"answers": forms.filled_in(stage, way, [person.label for person in case.request.people])}

        return fields

    return c.Complete, {way: filled(way) for way in forms.ways(stage)}


def _unanswered(case: Case, definition: Definition, *, at: datetime) -> Iterator[tuple[Choice, Case | None]]:
    """What the clock does where a question is not answered."""
    clock = case.clock
    for rung in definition.stage(case.stage).ladder:
        if clock is not None and rung.action is RungAction.GIVE_BACK:
            made = c.GiveBack(id=CASE_ID, actor=c.CLOCK, at=at, case_id=case.id, rung=rung.key, clock=clock.number)
            yield _outcome(case, definition, made, Choice(CommandType.GIVE_BACK, "", ()))


def _outcome(case: Case, definition: Definition, command: c.Command, choice: Choice) -> tuple[Choice, Case | None]:
    """Give the command to the rulebook: where it leads and by which guard, or why it is refused."""
    try:
        happened = handle(case, command, definition)
    except Refused as refused:
        return replace(choice, refusals=refused.refusals), None
    after, unmoved = case, case
    for event in happened:
        after, unmoved = apply(after, event), apply(unmoved, _without_move(event))
    looked_at = tuple(_looked_at(case, unmoved, command, definition))
    return replace(choice, to=definition.stage(after.stage), looked_at=looked_at), after


def _without_move(event: e.Event) -> e.Event:
    return replace(event, move=None) if event.move is not None else event


def _looked_at(case: Case, after: Case, command: c.Command, definition: Definition) -> Iterator[Met]:
    """The routes in their order, up to the one that was taken: judged on what the rulebook judges them on."""
    rule = definition.rule(case.stage, command.type)
    known = facts(after, command, definition)
    for route in rule.routes if rule else ():
        met = route.when is None or route.when.met(known)
        yield Met(route.when.text if route.when else "", _target(route, case, definition), met)
        if met:
            return


def _target(route: Route, case: Case, definition: Definition) -> str:
    name = route.to if route.to in definition.stages else case.back_to
    return definition.stages[name].title if name in definition.stages else ""


def _performers(case: Case, definition: Definition, command: CommandType) -> list[Role]:
    """The roles whose holder may give the command now, by the one permission function."""
    stage = definition.stage(case.stage)
    roles = [*definition.performers(case.stage, command), Role.REQUESTER, *_working(definition)]
    found = [
        role for role in dict.fromkeys(roles) if permitted(case, _holder(role, stage), definition)[command] is None
    ]
    return [role for role in found if role is Role.REQUESTER] or found


def _working(definition: Definition) -> Iterator[Role]:
    for stage in definition.stages.values():
        yield from stage.roles if stage.side is Side.HOLDER else ()


def _holder(role: Role, stage: Stage) -> Principal:
    """Somebody who has one role: another person for each, so that nobody stands in her own way by chance."""
    if role is Role.REQUESTER:
        return Principal(OWNER, "Requester", "requester@gatehouse.example", frozenset({Membership(ASKER, role)}))
    name = f"pretend-{role.value}-{stage.name}"
    return Principal(name, ROLE_TITLES[role], f"{name}@gatehouse.example", frozenset({Membership(HOLDER, role)}))


def _actor(role: Role | None) -> c.Actor:
    if role is None or role is Role.REQUESTER:
        return c.Actor(OWNER, "The pretend requester", ROLE_TITLES[Role.REQUESTER], ASKER)
    return c.Actor(f"pretend-{role.value}", ROLE_TITLES[role], ROLE_TITLES[role], HOLDER)
