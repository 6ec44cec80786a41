"""Rules about what has the right shape and still makes no sense: what can never happen, or by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.core.definition import REQUESTER_COMMANDS, Definition, Role, StageKind
from workflows.core.guards import FACTS, compile_guard
from workflows.definitions.faults import Fault
from workflows.definitions.guard_words import UNREADABLE, without_literals
from workflows.definitions.loader import guards
from workflows.definitions.subject import Subject

_FACT = re.compile(rf"\b(?:{'|'.join(FACTS)})\b")


def drafts(subject: Subject) -> Iterator[Fault]:
    """A request is a draft once: what has been sent is not unsent."""
    for way in subject.ways:
        target = subject.model.stages.get(way.to)
        if target is not None and target.kind is StageKind.DRAFT:
            say = f"“{way.to}” is a draft, and a request that was sent is none. Name another stage."
            yield subject.fault("draft-again", say, *way.path)


def by_nobody(subject: Subject) -> Iterator[Fault]:
    """What only the requester can do is kept for no other role."""
    for name, _, command, rule in subject.commands():
        if command in REQUESTER_COMMANDS and rule.roles and Role.REQUESTER not in rule.roles:
            say = f"Only whoever made the request can “{command}”, so nobody could do it. Delete roles here."
            yield subject.fault("transition-by-nobody", say, "stages", name, "commands", command.value, "roles")


def codes(subject: Subject) -> Iterator[Fault]:
    """Each condition of a command has a code of its own: other programs tell them apart by it."""
    for name, _, command, rule in subject.commands():
        given = [need.code for need in rule.needs]
        for index, code in enumerate(given):
            if given.index(code) != index:
                say = f"Two conditions have the code “{code}”. Rename or delete one."
                yield subject.fault(
                    "duplicate-code", say, "stages", name, "commands", command.value, "needs", index, "code"
                )


def conditions(subject: Subject, definition: Definition) -> Iterator[Fault]:
    """A condition can be met."""
    for path, text in guards(subject.model):
        if always(text) is False:
            say = "This condition is never met, whatever the request says. Ask about the request, or delete it."
            yield subject.fault("guard-never-met", say, *path)


def shadowed(subject: Subject, definition: Definition) -> Iterator[Fault]:
    """No route stands under one that is always taken before it."""
    for name, _, command, rule in subject.commands():
        seen: set[str] = set()
        for index, route in enumerate(rule.routes or []):
            if route.when is None:
                continue
            asked = " ".join(route.when.split())
            path = ("stages", name, "commands", command.value, "routes")
            if asked in seen:
                say = "A route above this one has the same condition, so this one is never taken. Delete one."
                yield subject.fault("route-unreachable", say, *path, index)
            elif always(route.when) and index < len(rule.routes or []) - 1:
                say = "The route above this one is always taken. Mend its condition, or delete this one."
                yield subject.fault("route-unreachable", say, *path, index + 1)
            seen.add(asked)


def always(text: str) -> bool | None:
    """The answer of a condition that does not ask about the request; None for one that does."""
    if _FACT.search(text if UNREADABLE.search(text) else without_literals(text)):
        return None
    return compile_guard(text).met({})


RULES = (drafts, by_nobody, codes)
TRIED_RULES = (conditions, shadowed)
"""Rules that need conditions which can be used."""
