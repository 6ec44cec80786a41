"""The ways through a workflow in words: what leads where, on which condition, and who is told when nothing happens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.core.clocks import length_words
from workflows.core.definition import (
    BACK,
    ClockFrom,
    ClockRule,
    CommandType,
    Definition,
    Route,
    Rung,
    RungAction,
    Side,
    Stage,
    Urgency,
    When,
)
from workflows.core.permissions import ROLE_TITLES

RETURNS = frozenset({CommandType.ANSWER, CommandType.SEND_BACK, CommandType.REOPEN, CommandType.CHALLENGE})
"""Commands that go back to what has been before."""
ASIDE = RETURNS | {CommandType.ASK, CommandType.WITHDRAW}
"""Commands that are not the way of an ordinary request."""
OTHERWISE = "otherwise"
COMPLICATED = "on a condition"
MOST_PARTS = 2
"""Conditions of more parts are not told in a few words."""

_SAME = re.compile(r"(?:answers\.)?(\w+)\.(\w+)\s*(==|!=)\s*'([^']*)'")
_FLAG = re.compile(r"(!?)\s*(?:answers\.)?(\w+)\.(\w+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One route of a stage: the stage that it leads to, what leads there, and on which condition."""

    source: str
    target: str
    command: CommandType
    place: int
    """The place among the routes of its command."""
    when: str = ""
    """The condition as the file has it; empty: always, or when no other was met."""
    few: str = ""
    """The condition in a few words."""

    @property
    def back(self) -> bool:
        """Whether it returns to what has been before."""
        return self.command in RETURNS

    @property
    def words(self) -> str:
        """What leads there, and when: a few words."""
        return f"{command_words(self.command)}: {self.few}" if self.few else command_words(self.command)


def steps(definition: Definition) -> tuple[Step, ...]:
    """Every way of a workflow, in the order of the file; an answer goes back to each stage that asks."""
    return tuple(
        Step(stage.name, target, command, place, _text(route), _few(route, place))
        for stage in definition.stages.values()
        for command, rule in stage.commands.items()
        for place, route in enumerate(rule.routes)
        for target in _targets(definition, stage, route)
    )


def _targets(definition: Definition, stage: Stage, route: Route) -> Iterator[str]:
    if route.to != BACK:
        yield route.to
        return
    for asker in definition.stages.values():
        rule = asker.commands.get(CommandType.ASK)
        if rule is not None and any(each.to == stage.name for each in rule.routes):
            yield asker.name


def _text(route: Route) -> str:
    return " ".join(route.when.text.split()) if route.when else ""


def _few(route: Route, place: int) -> str:
    if route.when is not None:
        return condition_words(route.when.text)
    return OTHERWISE if place else ""


def command_words(command: CommandType) -> str:
    """The name of a command: Record consent."""
    return command.value.replace("_", " ").capitalize()


def condition_words(guard: str) -> str:
    """A condition in a few words: outcome is declined. One that is not simple is only said to be there."""
    parts = [_part(each.strip()) for each in guard.split("&&")]
    if not all(parts) or len(parts) > MOST_PARTS:
        return COMPLICATED
    return " and ".join(parts)


def _part(text: str) -> str:
    if same := _SAME.fullmatch(text):
        _, name, sign, value = same.groups()
        name, value = _spoken(name), _spoken(value)
        if not value:
            return f"{name} is said" if sign == "!=" else f"no {name}"
        return f"{name} is {value}" if sign == "==" else f"{name} is not {value}"
    if flag := _FLAG.fullmatch(text):
        turned, fact, name = flag.groups()
        words = f"{fact} {name}" if name in ("changed", "done", "given", "made") else _spoken(name)
        return f"not {words}" if turned else words
    return ""


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def who_words(stage: Stage) -> str:
    """Who works at a stage."""
    if stage.side is Side.REQUESTER:
        return "Requester"
    return ", ".join(ROLE_TITLES[role] for role in stage.roles)


def clock_words(stage: Stage) -> str:
    """How long a stage may take: routine 5 working days, emergency 2 hours. Empty where no clock runs."""
    return by_urgency({urgency: _length(clock) for urgency, clock in stage.clocks.items()})


def _length(clock: ClockRule) -> str:
    since = " from when it was sent" if clock.since is ClockFrom.SUBMISSION else ""
    return f"{length_words(clock.length)}{since}"


def by_urgency(words: Mapping[Urgency, str]) -> str:
    """Words that may differ from urgency to urgency; said once where they do not."""
    if len(set(words.values())) == 1 and len(words) == len(Urgency):
        return next(iter(words.values()))
    return ", ".join(f"{urgency} {said}" for urgency, said in words.items())


def rung_words(rung: Rung) -> str:
    """What a step of a ladder does."""
    match rung.action:
        case RungAction.ESCALATE:
            return f"tell {rung.tell_title or ', '.join(ROLE_TITLES[role] for role in rung.tell)}"
        case RungAction.GIVE_BACK:
            return "the question goes back"
        case RungAction.OVERDUE:
            return "overdue"
        case RungAction.REMIND:
            return "remind"


def moment_words(rung: Rung) -> str:
    """When a step of a ladder falls."""
    return by_urgency({urgency: _moment(when) for urgency, when in rung.when.items()})


def _moment(when: When) -> str:
    if when.fraction is not None:
        return f"after {when.fraction:.0%} of the time"
    if when.before_due is not None:
        return f"{length_words(when.before_due)} before time is out"
    assert when.after_due is not None
    return f"{length_words(when.after_due)} late" if when.after_due.amount else "when time is out"


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder, and the stages that climb it."""

    rungs: tuple[Rung, ...]
    stages: tuple[Stage, ...]


def ladders(definition: Definition) -> tuple[Ladder, ...]:
    """Each different ladder once, in the order in which stages name them."""
    found: dict[str, Ladder] = {}
    for stage in definition.stages.values():
        if stage.ladder:
            known = found.get(repr(stage.ladder), Ladder(stage.ladder, ()))
            found[repr(stage.ladder)] = Ladder(known.rungs, (*known.stages, stage))
    return tuple(found.values())
