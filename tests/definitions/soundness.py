"""What must hold for every workflow, worked out from the loaded definition without any of lint's own rules."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from workflows.core.case import Outcome
from workflows.core.commands import AdviceType
from workflows.core.definition import (
    BACK,
    LENGTHS,
    MASTER,
    CommandType,
    Definition,
    Role,
    Route,
    RungAction,
    Side,
    Stage,
    StageKind,
    Urgency,
)
from workflows.core.facts import facts
from workflows.definitions import samples

State = tuple[str, bool, bool, str]
"""A stage, whether the request was decided on the way there, whether anything was released, which stage asks."""

WORKERS = frozenset(Role) - {Role.REQUESTER, Role.ADMINISTRATOR, Role.AUDITOR}
SHARING = {Outcome.SHARED.value, Outcome.PARTLY_SHARED.value}


def unsound(definition: Definition) -> Iterator[str]:
    """Everything that must not be, in words; nothing for a workflow that people can be given."""
    stages = definition.stages
    drafts = [name for name, stage in stages.items() if stage.kind is StageKind.DRAFT]
    if drafts != [definition.first]:
        yield f"it starts at {definition.first}, and its drafts are {drafts}"
    reached = {name for name, *_ in _states(definition)}
    yield from (f"nobody gets to {name}" for name in stages if name not in reached)
    yield from (f"nobody gets away from {name}" for name in reached if not _ends(definition, name))
    for name, decided, released, _ in _states(definition):
        ends = stages[name].outcome if stages[name].kind is StageKind.CLOSED else ""
        own = definition.outcomes.get(ends)
        if (ends in SHARING or (own is not None and own.shares)) and not decided:
            yield f"{name} is reached without a decision"
        if ends in SHARING and not released:
            yield f"{name} is reached before anything was released"
    advising = set(_performers(definition, CommandType.ADVISE))
    deciding = {*_performers(definition, CommandType.DECIDE), *_performers(definition, CommandType.REVIEW_SHARE)}
    if advising & deciding:
        yield f"{advising & deciding} advise and decide"
    enquiring = set(_roles(definition, StageKind.ENQUIRY, before_ruling=True))
    ruling = set(_roles(definition, StageKind.RULING))
    if enquiring & ruling:
        yield f"{enquiring & ruling} enquire and rule"
    for stage in stages.values():
        yield from _stage(stage, definition)


def _roles(definition: Definition, kind: StageKind, *, before_ruling: bool = False) -> Iterator[Role]:
    """Who works at stages of a kind; if asked, only at those after which a ruling can still come."""
    for stage in definition.stages.values():
        if stage.kind is kind and (not before_ruling or _ruling_ahead(definition, stage.name)):
            yield from stage.roles


def _ruling_ahead(definition: Definition, start: str) -> bool:
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            here = definition.stages[name]
            routes = [route for rule in here.commands.values() for route in rule.routes]
            waiting += [to for route in routes for to in _targets(definition, here, route)]
    return any(definition.stages[name].kind is StageKind.RULING for name in seen)


def _stage(stage: Stage, definition: Definition) -> Iterator[str]:
    if not stage.commands.keys() <= MASTER[stage.kind]:
        yield f"{stage.name} can do what its kind cannot"
    if stage.kind is StageKind.CLOSED:
        if stage.outcome not in {*Outcome, *definition.outcomes}:
            yield f"{stage.name} ends in no way that there is"
        return
    if definition.silo and Role.MANAGER in stage.roles:
        yield f"managers know of {stage.name}"
    if stage.side is Side.HOLDER and (not stage.roles or not set(stage.roles) <= WORKERS):
        yield f"{stage.name} is worked on by {stage.roles}"
    if not LENGTHS.get(stage.kind, {}).keys() <= stage.lengths.keys():
        yield f"{stage.name} lacks a length"
    if stage.kind is StageKind.DRAFT:
        return
    if stage.clocks.keys() != set(Urgency):
        yield f"{stage.name} could wait for ever"
    actions = [rung.action for rung in stage.ladder]
    if actions.count(RungAction.OVERDUE) != 1:
        yield f"nobody is told that {stage.name} is late"
    onward = [rung for rung in stage.ladder if rung.action in (RungAction.ESCALATE, RungAction.GIVE_BACK)]
    if {urgency for rung in onward for urgency in rung.when} != set(Urgency):
        yield f"nobody but whoever has it is told that {stage.name} is late"
    if (RungAction.GIVE_BACK in actions) != (stage.kind is StageKind.INFORMATION_NEEDED):
        yield f"{stage.name} gives back what it should not, or never gives back"


def _performers(definition: Definition, command: CommandType) -> Iterator[Role]:
    for stage in definition.stages.values():
        if command in stage.commands:
            yield from definition.performers(stage.name, command)


def _states(definition: Definition) -> set[State]:
    """Every state in reach of the start."""
    found: set[State] = set()
    waiting: deque[State] = deque([(definition.first, False, False, "")])
    while waiting:
        state = waiting.popleft()
        if state in found or state[0] not in definition.stages:
            continue
        found.add(state)
        stage = definition.stages[state[0]]
        for command, rule in stage.commands.items():
            for route in rule.routes:
                decided = state[1] or _decides(stage, command, route, definition)
                released = state[2] or command in (CommandType.RELEASE, CommandType.SHARE_NOW)
                asker = stage.name if command is CommandType.ASK else state[3]
                waiting.append((state[3] if route.to == BACK else route.to, decided, released, asker))
    return found


def _decides(stage: Stage, command: CommandType, route: Route, definition: Definition) -> bool:
    if command in (CommandType.DECIDE, CommandType.SHARE_NOW):
        return True
    if command is CommandType.COMPLETE:
        return stage.kind is StageKind.RULING
    if command is not CommandType.ADVISE or stage.kind is not StageKind.ADVICE or route.when is None:
        return False
    # A release that nobody delegated must not take this route, whatever the advice is.
    case = samples.ordinary_case()
    for advice in AdviceType:
        said = samples.advise(advice)
        if route.when.met(facts(samples.advised(case, said), said, definition)):
            return False
    return True


def _targets(definition: Definition, stage: Stage, route: Route) -> list[str]:
    if route.to != BACK:
        return [route.to]
    askers = definition.stages.values()
    return [each.name for each in askers if any(r.to == stage.name for r in _routes(each, CommandType.ASK))]


def _routes(stage: Stage, command: CommandType) -> tuple[Route, ...]:
    rule = stage.commands.get(command)
    return rule.routes if rule else ()


def _ends(definition: Definition, start: str) -> bool:
    """Whether work that stands at a stage can come to an end otherwise than by being given up."""
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        stage = definition.stages[name]
        if stage.kind is StageKind.CLOSED:
            return True
        if name in seen:
            continue
        seen.add(name)
        for command, rule in stage.commands.items():
            if command is not CommandType.WITHDRAW:
                waiting += [to for route in rule.routes for to in _targets(definition, stage, route)]
    return False
