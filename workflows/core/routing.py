"""Where a command leads: the stage's rule for it, its needs, and the first route whose guard is met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.case import Case, apply
from workflows.core.definition import (
    AFTER_THE_END,
    ANYTIME_COMMANDS,
    BACK,
    CLOCK_COMMANDS,
    COLLEAGUE_COMMANDS,
    CONTEXT_COMMANDS,
    DECIDER_COMMANDS,
    DRAFTING_COMMANDS,
    IDENTITY_COMMANDS,
    MANAGER_COMMANDS,
    ClockFrom,
    CommandType,
    Definition,
    Stage,
    StageKind,
)
from workflows.core.facts import facts
from workflows.core.refusals import WRONG_STAGE, Refusal, Refused

Events = list[e.Event]


def check_stage(case: Case, command: CommandType, definition: Definition) -> None:
    """Raises Refused when the case's stage does not allow the command."""
    refusal = stage_refusal(case, command, definition)
    if refusal is not None:
        raise Refused(refusal)


def stage_refusal(case: Case, command: CommandType, definition: Definition) -> Refusal | None:
    """Why the stage does not allow the command, or None."""
    if command in ANYTIME_COMMANDS:
        return None
    if case.closed:
        open_still = command in AFTER_THE_END and definition.rule(case.stage, command) is not None
        return None if open_still else Refusal(WRONG_STAGE, "This request is closed.")
    if command in MANAGER_COMMANDS | COLLEAGUE_COMMANDS | IDENTITY_COMMANDS | CONTEXT_COMMANDS:
        return Refusal(WRONG_STAGE, "This request has not been sent yet.") if case.submitted_at is None else None
    if command in CLOCK_COMMANDS:
        return None
    if command in DRAFTING_COMMANDS and case.kind is StageKind.DRAFT:
        return None
    if command in DECIDER_COMMANDS and case.kind is StageKind.ADJUDICATION:
        return None
    if definition.rule(case.stage, command) is None:
        title = definition.stage(case.stage).title
        return Refusal(WRONG_STAGE, f"This cannot be done while the request is at “{title}”.")
    return None


def check_needs(case: Case, command: c.Command, definition: Definition) -> None:
    """Raises Refused with each need of the stage's rule that is not met."""
    refuse_all(unmet(case, command, definition))


def unmet(case: Case, command: c.Command, definition: Definition) -> list[Refusal]:
    """Each need of the stage's rule that is not met."""
    rule = definition.rule(case.stage, command.type)
    if rule is None or not rule.needs:
        return []
    known = facts(case, command, definition)
    return [Refusal(need.code, need.say, need.field, need.task) for need in rule.needs if not need.needs.met(known)]


def refuse_all(refusals: Iterable[Refusal]) -> None:
    found = tuple(refusals)
    if found:
        raise Refused(found)


def move_to(stage: Stage, case: Case, *, pause: bool = False) -> e.Move:
    """The move into ``stage``, with the clock that its definition gives this urgency."""
    rule = stage.clocks.get(case.urgency)
    since = case.submitted_at if rule and rule.since is ClockFrom.SUBMISSION else None
    clock = e.ClockStart(rule.length, rule.due_time.isoformat("minutes"), since) if rule else None
    return e.Move(stage.name, stage.kind, clock, pause=pause, outcome=stage.outcome)


def route(case: Case, command: c.Command, definition: Definition, *, events: Events) -> e.Move:
    """Where the command leads, judged on the case as it will be once ``events`` have happened."""
    after = case
    for event in events:
        after = apply(after, event)
    rule = definition.rule(case.stage, command.type)
    known = facts(after, command, definition)
    for each in rule.routes if rule else ():
        if each.when is None or each.when.met(known):
            if each.to == BACK:
                assert case.back_kind is not None
                return e.Move(case.back_to, case.back_kind, resume=True)
            return move_to(definition.stage(each.to), after, pause=command.type is CommandType.ASK)
    raise Refused(Refusal("no_route", "The workflow gives this no next stage. Tell your administrator."))


def with_move(case: Case, command: c.Command, definition: Definition, events: Events) -> Events:
    return [*events[:-1], replace(events[-1], move=route(case, command, definition, events=events))]
