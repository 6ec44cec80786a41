"""The parts of a BPMN 2.0 process that a workflow becomes: what stands in it, and what leads to what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workflows.core.calendars import Length, Unit
from workflows.core.clocks import length_words
from workflows.core.definition import Definition, Rung, RungAction, Side, Stage, StageKind, Urgency
from workflows.definitions.route_words import (
    Step,
    clock_words,
    command_words,
    moment_words,
    rung_words,
    steps,
    who_words,
)
from workflows.definitions.rules_time import DUE

START = "start"
ISO = {Unit.HOURS: "PT{}H", Unit.CALENDAR_DAYS: "P{}D", Unit.CALENDAR_MONTHS: "P{}M"}
"""Units that ISO 8601 can say. Working time is said in words: only our own calendars can count it."""


@dataclass(frozen=True, slots=True)
class Node:
    """Something that stands in the process. ``tag`` is its name in BPMN."""

    id: str
    tag: str
    name: str
    lane: str
    stage: str
    documentation: tuple[str, ...] = ()
    on: str = ""
    """The task on whose edge it sits."""
    interrupts: bool = False
    timer: str = ""
    message: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One node leads to another."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass
class Process:
    """All of it, with the lanes in which nodes stand."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    lanes: dict[str, str] = field(default_factory=dict)
    """Id of a lane -> its name."""

    def add(self, node: Node) -> Node:
        self.nodes[node.id] = node
        return node

    def lead(self, source: str, target: str, name: str = "", condition: str = "") -> None:
        self.flows.append(Flow(f"flow_{len(self.flows) + 1}", source, target, name, condition))

    def lane(self, name: str) -> str:
        """The id of a lane by its name, made where it is new."""
        for known, words in self.lanes.items():
            if words == name:
                return known
        made = f"lane_{len(self.lanes) + 1}"
        self.lanes[made] = name
        return made


def process(definition: Definition) -> Process:
    """The process that a workflow is."""
    made = Process()
    found = steps(definition)
    first = definition.stages[definition.first]
    made.add(Node(START, "startEvent", "A request is begun", made.lane(_lane(first)), first.name))
    for stage in definition.stages.values():
        _stage(made, stage, [step for step in found if step.source == stage.name])
    made.lead(START, node_id(first.name))
    for stage in definition.stages.values():
        _leave(made, stage, [step for step in found if step.source == stage.name])
        _late(made, stage, found)
    return made


def node_id(stage: str) -> str:
    """The id of what a stage has become."""
    return f"stage_{stage}"


def _lane(stage: Stage) -> str:
    if stage.side is Side.REQUESTER:
        return "The requester"
    return "Ended" if stage.side is Side.NOBODY else f"The holder: {who_words(stage)}"


def _stage(made: Process, stage: Stage, ways: list[Step]) -> None:
    lane = made.lane(_lane(stage))
    if stage.kind is not StageKind.CLOSED:
        made.add(Node(node_id(stage.name), "userTask", stage.title, lane, stage.name, tuple(_told(stage))))
    elif ways:
        made.add(
            Node(node_id(stage.name), "intermediateThrowEvent", stage.title, lane, stage.name, tuple(_told(stage)))
        )
        made.add(Node(f"end_{stage.name}", "endEvent", f"{stage.title}: nothing more", lane, stage.name))
    else:
        made.add(Node(node_id(stage.name), "endEvent", stage.title, lane, stage.name, tuple(_told(stage))))
    if len(ways) > 1 or (ways and stage.kind is StageKind.CLOSED):
        made.add(Node(f"choice_{stage.name}", "exclusiveGateway", "", lane, stage.name))


def _told(stage: Stage) -> Iterator[str]:
    """What is said of a stage in words."""
    if stage.kind is StageKind.CLOSED:
        yield f"Outcome: {stage.outcome.replace('_', ' ')}"
        return
    yield f"Kind: {stage.kind.value.replace('_', ' ')}"
    yield f"Who: {who_words(stage)}"
    if stage.asked:
        yield f"Asked: {stage.asked}"
    if stage.clocks:
        yield f"Time: {clock_words(stage)}"
    for command, rule in stage.commands.items():
        if not rule.routes:
            yield f"{command_words(command)}: leaves the request where it is"
        yield from (f"{command_words(command)} needs: {need.say} [{need.needs.text}]" for need in rule.needs)


def _leave(made: Process, stage: Stage, ways: list[Step]) -> None:
    here, choice = node_id(stage.name), f"choice_{stage.name}"
    if choice in made.nodes:
        made.lead(here, choice)
        here = choice
    for step in ways:
        made.lead(here, node_id(step.target), step.words, step.when)
    if f"end_{stage.name}" in made.nodes:
        made.lead(here, f"end_{stage.name}", "nothing more")


def _late(made: Process, stage: Stage, found: tuple[Step, ...]) -> None:
    """A timer on the edge of the task for each step of its ladder, and what it does."""
    task = node_id(stage.name)
    lane = made.lane(_lane(stage))
    for rung in stage.ladder:
        gives_back = rung.action is RungAction.GIVE_BACK
        when, what = moment_words(rung), rung_words(rung)
        timer = made.add(
            Node(
                f"timer_{stage.name}.{rung.key}", "boundaryEvent", "", lane, stage.name,
                (f"{what}: {when}",), on=task, interrupts=gives_back, timer=_duration(stage, rung),
            )
        )  # fmt: skip
        if gives_back:
            _give_back(made, stage, timer.id, lane, found)
            continue
        told = f"told_{stage.name}.{rung.key}"
        made.add(Node(told, "endEvent", f"{what[:1].upper()}{what[1:]}: {when}", lane, stage.name, message=True))
        made.lead(timer.id, told)


def _give_back(made: Process, stage: Stage, timer: str, lane: str, found: tuple[Step, ...]) -> None:
    """An unanswered question goes to whoever asked: one of those who can."""
    askers = list(dict.fromkeys(step.target for step in found if step.source == stage.name and step.back))
    if len(askers) > 1:
        choice = made.add(Node(f"back_{stage.name}", "exclusiveGateway", "Who asked?", lane, stage.name))
        made.lead(timer, choice.id)
        timer = choice.id
    for asker in askers:
        made.lead(timer, node_id(asker), "unanswered")
    if not askers:
        made.add(Node(f"unanswered_{stage.name}", "endEvent", "Unanswered", lane, stage.name))
        made.lead(timer, f"unanswered_{stage.name}")


def _duration(stage: Stage, rung: Rung) -> str:
    """How long after the stage began, for a routine request: ISO 8601 where that can say it, else words."""
    urgency = Urgency.ROUTINE if Urgency.ROUTINE in rung.when else next(iter(rung.when))
    clock = stage.clocks.get(urgency)
    when = rung.when[urgency]
    if clock is not None and when == DUE:
        return _iso(clock.length)
    return moment_words(rung)


def _iso(length: Length) -> str:
    return ISO[length.unit].format(length.amount) if length.unit in ISO else length_words(length)
