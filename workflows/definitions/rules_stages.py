"""Rules about stages by themselves: their kind, commands, targets, performers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.core.case import Outcome
from workflows.core.definition import BACK, LENGTHS, MASTER, STAYING, CommandType, Role, Side, StageKind
from workflows.definitions.faults import Fault
from workflows.definitions.loader import routes_of, side_of
from workflows.definitions.models import StageModel
from workflows.definitions.subject import Subject

REQUESTER_KINDS = frozenset({StageKind.DRAFT, StageKind.INFORMATION_NEEDED})
"""Kinds in which the requester has the next move."""

NEVER_PERFORMERS = frozenset({Role.REQUESTER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that never work on a request at the organisation that holds the information."""

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
KNOWN_PLACEHOLDERS = frozenset({"{items}"})
"""What pages fill in where ``asked`` is shown: the number of items, in words."""

DECIDED = frozenset({Outcome.SHARED, Outcome.PARTLY_SHARED, Outcome.DECLINED})
"""Outcomes that came of a decision: such a request can be reopened or challenged."""

AGAIN: dict[CommandType, frozenset[StageKind]] = {
    CommandType.REOPEN: frozenset({StageKind.ADVICE, StageKind.ADJUDICATION}),
    CommandType.CHALLENGE: frozenset({StageKind.ADJUDICATION}),
    CommandType.SEND_BACK: frozenset({StageKind.ADVICE}),
}
"""Where a further round may begin."""

OPTIONS = {
    CommandType.ADVISE: frozenset({"delegated_release"}),
    CommandType.DECIDE: frozenset({"two_adjudicators"}),
}
"""What a command may offer besides itself."""


def commands(subject: Subject) -> Iterator[Fault]:
    """A stage allows only what its kind can do, and says where each command leads."""
    for name, stage, command, rule in subject.commands():
        here = ("stages", name, "commands", command.value)
        allowed = MASTER[stage.kind]
        if stage.kind is StageKind.CLOSED and (command not in allowed or stage.outcome not in DECIDED):
            say = f"“{name}” is closed, so nothing can be done there. Delete its commands, or change kind."
            yield subject.fault("closed-with-commands", say, *here)
            continue
        if command not in allowed:
            names = ", ".join(sorted(allowed)) or "no commands"
            say = f"A stage of kind {stage.kind} cannot have “{command}”; it can have {names}. Delete it."
            yield subject.fault("command-not-for-kind", say, *here)
        if rule.to is not None and rule.routes is not None:
            yield subject.fault("to-and-routes", "Write either to or routes here, not both.", *here)
        moves = bool(routes_of(rule))
        stays = command in STAYING.get(stage.kind, frozenset())
        if command is CommandType.SAVE and moves:
            yield subject.fault("save-moves", "Saving leaves the request where it is. Write save: {}", *here)
        elif stays and moves:
            say = f"At a stage of kind {stage.kind}, “{command}” leaves the request where it is. Delete its routes."
            yield subject.fault("command-moves", say, *here)
        if not stays and not moves:
            say = f"Nothing says where “{command}” leads. Add to: and the name of a stage."
            yield subject.fault("route-missing", say, *here)
        for option in sorted(rule.options.keys() - OPTIONS.get(command, frozenset())):
            say = f"“{command}” has no option “{option}”. Delete it, or correct its name."
            yield subject.fault("unknown-option", say, *here, "options", option)


def own_roles(subject: Subject) -> Iterator[Fault]:
    """A command can be kept for some roles of its stage, not for others."""
    for name, stage, command, rule in subject.commands():
        for index, role in enumerate(rule.roles):
            if role not in stage.roles:
                say = f"“{role}” has no work at “{name}”. Add it to the roles of the stage, or delete it here."
                yield subject.fault("role-not-of-stage", say, "stages", name, "commands", command.value, "roles", index)


def lengths(subject: Subject) -> Iterator[Fault]:
    """A stage gives the lengths of time that its kind asks for besides the clock, in their units."""
    for name, stage in subject.stages():
        wanted = LENGTHS.get(stage.kind, {})
        here = ("stages", name, "lengths")
        for key in sorted(stage.lengths.keys() - wanted.keys()):
            say = f"A stage of kind {stage.kind} has no use for the length “{key}”. Delete it."
            yield subject.fault("length-not-used", say, *here, key)
        for key, unit in wanted.items():
            if key not in stage.lengths:
                say = f"“{name}” must say the length “{key}”, in {unit}. Add it under lengths:."
                yield subject.fault("length-missing", say, "stages", name)
            elif stage.lengths[key].unit is not unit:
                yield subject.fault("length-unit", f"This length must be in {unit}. Write it so.", *here, key)


def reviewed(subject: Subject) -> Iterator[Fault]:
    """What is shared in an emergency is looked at afterwards: the share itself leads to the review."""
    for way in subject.ways:
        target = subject.model.stages.get(way.to)
        if way.command is CommandType.SHARE_NOW and target is not None and target.kind is not StageKind.REVIEW:
            say = "Sharing in an emergency must lead to a stage of kind review. Name that stage."
            yield subject.fault("share-not-reviewed", say, *way.path)


def targets(subject: Subject) -> Iterator[Fault]:
    """Every route leads to a stage that is there; only an answer goes back; questions and answers match."""
    stages = subject.model.stages
    for way in subject.ways:
        target = stages.get(way.to)
        if way.to == BACK:
            if way.command is not CommandType.ANSWER:
                say = "Only an answer can go back to where the question came from. Name a stage."
                yield subject.fault("back-misplaced", say, *way.path)
        elif target is None:
            say = f"There is no stage “{way.to}”. Correct the name, or add the stage."
            yield subject.fault("unknown-target", say, *way.path)
        elif way.command is CommandType.ASK:
            if target.kind is not StageKind.INFORMATION_NEEDED or CommandType.ANSWER not in target.commands:
                say = f"A question must lead to a stage of kind information_needed with answer; not “{way.to}”."
                yield subject.fault("ask-without-answer-stage", f"{say} Name another, or add it.", *way.path)
        elif target.kind is StageKind.INFORMATION_NEEDED:
            say = f"“{way.to}” waits for an answer, so only ask can lead there. Name another stage."
            yield subject.fault("answer-without-question", say, *way.path)
        elif way.command is CommandType.WITHDRAW and target.outcome != Outcome.WITHDRAWN:
            say = "Withdrawing must lead to a closed stage with outcome: withdrawn. Name that stage."
            yield subject.fault("withdraw-elsewhere", say, *way.path)
        elif way.command in AGAIN and target.kind not in AGAIN[way.command]:
            kinds = " or ".join(sorted(AGAIN[way.command]))
            say = f"“{way.command}” must lead to a stage of kind {kinds}. Name such a stage."
            yield subject.fault("round-elsewhere", say, *way.path)


def routes(subject: Subject) -> Iterator[Fault]:
    """Of several routes, the last and only the last is taken always."""
    for name, _, command, rule in subject.commands():
        here = ("stages", name, "commands", command.value, "routes")
        given = rule.routes or []
        for index, route in enumerate(given):
            if route.when is None and index < len(given) - 1:
                say = "This route has no when, so the routes after it are never taken. Move it to the end."
                yield subject.fault("route-unreachable", say, *here, index + 1)
        if given and given[-1].when is not None:
            say = "When no condition is met, nothing says where to go. End with a route that has no when."
            yield subject.fault("no-default-route", say, *here, len(given) - 1)


def performers(subject: Subject) -> Iterator[Fault]:
    """Every stage has somebody to do its work, on the side that its kind belongs to."""
    for name, stage in subject.stages():
        here = ("stages", name)
        if name == BACK:
            say = "A stage cannot be called back: that word means where a question came from. Rename it."
            yield subject.fault("bad-name", say, *here)
        side, meant = side_of(stage), _side(stage)
        if side is not meant:
            say = f"A stage of kind {stage.kind} is on the side “{meant}”. Correct or delete side."
            yield subject.fault("wrong-side", say, *here, "side")
        if stage.kind is StageKind.CLOSED:
            continue
        if not stage.asked:
            say = "“asked” is missing here. Say in a few words what is to be done, such as: Decide each item."
            yield subject.fault("missing-key", say, *here)
        for found in PLACEHOLDER.findall(stage.asked or ""):
            if found not in KNOWN_PLACEHOLDERS:
                say = f"Nothing is filled in for “{found}”. Use {', '.join(KNOWN_PLACEHOLDERS)} or words."
                yield subject.fault("unknown-placeholder", say, *here, "asked")
        if meant is Side.HOLDER and not stage.roles:
            yield subject.fault("no-performer", f"Nobody can work on “{name}”. Add roles: with a list.", *here)
        for index, role in enumerate(stage.roles):
            if (role in NEVER_PERFORMERS) if meant is Side.HOLDER else (role is not Role.REQUESTER):
                say = f"“{role}” cannot have work at “{name}”. Delete it here."
                yield subject.fault("role-not-for-stage", say, *here, "roles", index)


def _side(stage: StageModel) -> Side:
    if stage.kind is StageKind.CLOSED:
        return Side.NOBODY
    return Side.REQUESTER if stage.kind in REQUESTER_KINDS else Side.HOLDER


def outcomes(subject: Subject) -> Iterator[Fault]:
    """A closed stage says how the request ended; an open one does not."""
    own = [each.value for each in Outcome if each is not Outcome.OWN] + list(subject.model.outcomes)
    known = ", ".join(own)
    for name, stage in subject.stages():
        here = ("stages", name)
        if stage.kind is not StageKind.CLOSED:
            if stage.outcome is not None:
                say = f"“{name}” is not closed, so it has no outcome yet. Delete outcome, or set kind: closed."
                yield subject.fault("outcome-while-open", say, *here, "outcome")
        elif stage.outcome is None:
            say = f"“{name}” is closed but does not say how it ended. Add outcome: with one of {known}."
            yield subject.fault("closed-without-outcome", say, *here)
        elif stage.outcome not in own:
            say = f"There is no outcome “{stage.outcome}”. Use one of {known}."
            yield subject.fault("unknown-outcome", say, *here, "outcome")


RULES = (commands, own_roles, lengths, reviewed, targets, routes, performers, outcomes)
