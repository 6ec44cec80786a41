"""What the rules of lint look at: a file of good shape, and the ways through its stages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from workflows.core.case import Outcome
from workflows.core.definition import BACK, CommandType, StageKind
from workflows.definitions.faults import Fault
from workflows.definitions.loader import routes_of
from workflows.definitions.models import CommandModel, StageModel, WorkflowModel
from workflows.definitions.source import Path, Source

SHARING = frozenset({Outcome.SHARED.value, Outcome.PARTLY_SHARED.value})
"""The outcomes in which somebody receives something."""


@dataclass(frozen=True, slots=True)
class Way:
    """One route out of a stage, as the file has it: ``to`` may be ``back``, or no stage at all."""

    stage: str
    command: CommandType
    to: str
    when: str | None
    path: Path


@dataclass(frozen=True)
class Subject:
    """The file and its parts."""

    source: Source
    model: WorkflowModel

    def fault(self, rule: str, say: str, *path: str | int) -> Fault:
        """A fault of ``rule`` at ``path``."""
        return self.source.fault(rule, say, *path)

    def stages(self) -> Iterator[tuple[str, StageModel]]:
        """Every stage, in the order of the file."""
        yield from self.model.stages.items()

    def open_stages(self) -> Iterator[tuple[str, StageModel]]:
        """Every stage in which work is waiting."""
        return ((name, stage) for name, stage in self.stages() if stage.kind is not StageKind.CLOSED)

    def timed_stages(self) -> Iterator[tuple[str, StageModel]]:
        """Every stage in which somebody waits for somebody: not the draft, and not the end."""
        return ((name, stage) for name, stage in self.open_stages() if stage.kind is not StageKind.DRAFT)

    def commands(self) -> Iterator[tuple[str, StageModel, CommandType, CommandModel]]:
        """Every command of every stage."""
        for name, stage in self.stages():
            for command, rule in stage.commands.items():
                yield name, stage, command, rule

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Every route, in the order of the file."""
        found: list[Way] = []
        for name, _, command, rule in self.commands():
            here: Path = ("stages", name, "commands", command.value)
            short = 1 if rule.to is not None else 0
            for index, each in enumerate(routes_of(rule)):
                path: Path = (*here, "to") if index < short else (*here, "routes", index - short, "to")
                found.append(Way(name, command, each.to, each.when, path))
        return tuple(found)

    @cached_property
    def steps(self) -> tuple[Way, ...]:
        """Every way that leads to a stage, with ``back`` spelled out as each stage that asks from there."""
        found: list[Way] = []
        for way in self.ways:
            if way.to == BACK:
                askers = [w.stage for w in self.ways if w.command is CommandType.ASK and w.to == way.stage]
                found.extend(Way(way.stage, way.command, asker, way.when, way.path) for asker in askers)
            elif way.to in self.model.stages:
                found.append(way)
        return tuple(found)

    def reached(self, start: str, *, by: Callable[[Way], bool] = lambda way: True) -> dict[str, tuple[Way, ...]]:
        """Every stage in reach of ``start`` over ways that pass ``by``, with a shortest route there."""
        return reach(start, [way for way in self.steps if by(way)])


def reach(start: str, ways: Iterable[Way]) -> dict[str, tuple[Way, ...]]:
    """Every stage within reach of ``start``, itself included, with a shortest route."""
    leaving: dict[str, list[Way]] = {}
    for way in ways:
        leaving.setdefault(way.stage, []).append(way)
    found: dict[str, tuple[Way, ...]] = {start: ()}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for way in leaving.get(here, ()):
            if way.to not in found:
                found[way.to] = (*found[here], way)
                waiting.append(way.to)
    return found
