"""A workflow as people see it: the drawing, and the same in words for whoever cannot or would rather not look at it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from webapp.views.showing import counted
from workflows.core.definition import CommandRule, CommandType, Definition, Need, Side, Stage, StageKind
from workflows.core.permissions import ROLE_TITLES
from workflows.definitions.route_words import (
    Ladder,
    Step,
    clock_words,
    command_words,
    ladders,
    moment_words,
    rung_words,
    steps,
    who_words,
)
from workflows.definitions.svg import svg

SIDES = {Side.REQUESTER: "The requester’s move", Side.HOLDER: "The holder’s move", Side.NOBODY: "Nobody’s move"}


@dataclass(frozen=True, slots=True)
class Way:
    """One route in words."""

    words: str
    condition: str
    targets: tuple[tuple[str, str], ...]
    """Name and title of each stage that it can lead to."""


@dataclass(frozen=True, slots=True)
class Told:
    """One command with what it needs and where it leads."""

    name: str
    who: str
    ways: tuple[Way, ...]
    needs: tuple[Need, ...]
    needs_words: str


@dataclass(frozen=True, slots=True)
class StageWords:
    """One stage in words."""

    name: str
    title: str
    kind: str
    side: str
    who: str
    time: str
    commands: tuple[Told, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class LadderWords:
    """One ladder in words."""

    stages: tuple[tuple[str, str], ...]
    rungs: tuple[tuple[str, str], ...]


def drawn(definition: Definition, *, key: str = "flow") -> Markup:
    """The drawing of a workflow with its list; ``key`` tells two drawings of one page apart."""
    found = steps(definition)
    return Markup(  # noqa: S704 - a template, which escapes
        render_template(
            "workflows/diagram.html",
            key=key,
            picture=Markup(svg(definition, key=key)),  # noqa: S704 - written by us, every word escaped
            title=definition.title,
            stages=[_stage(stage, definition, found) for stage in definition.stages.values()],
            ladders=[_ladder(each) for each in ladders(definition)],
        )
    )


def _stage(stage: Stage, definition: Definition, found: tuple[Step, ...]) -> StageWords:
    closed = stage.kind is StageKind.CLOSED
    return StageWords(
        name=stage.name,
        title=stage.title,
        kind=stage.kind.value.replace("_", " "),
        side=SIDES[stage.side],
        who=who_words(stage) if stage.side is Side.HOLDER else "",
        time=clock_words(stage),
        commands=tuple(
            _command(command, rule, definition, [s for s in found if (s.source, s.command) == (stage.name, command)])
            for command, rule in stage.commands.items()
        ),
        closed=closed,
    )


def _command(command: CommandType, rule: CommandRule, definition: Definition, led: list[Step]) -> Told:
    ways = []
    for place in dict.fromkeys(step.place for step in led):
        these = [step for step in led if step.place == place]
        targets = tuple((step.target, definition.stages[step.target].title) for step in these)
        ways.append(Way(these[0].few, these[0].when, targets))
    needs = (*rule.needs, *rule.options.values())
    who = ", ".join(ROLE_TITLES[role] for role in rule.roles)
    return Told(command_words(command), who, tuple(ways), needs, counted(len(needs), "condition"))


def _ladder(ladder: Ladder) -> LadderWords:
    return LadderWords(
        tuple((stage.name, stage.title) for stage in ladder.stages),
        tuple((moment_words(rung), rung_words(rung)) for rung in ladder.rungs),
    )
