"""Rules about the ways through a workflow: all stages in use, no trap, no way around the decision."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from workflows.core.definition import BACK, CommandType, Role, StageKind
from workflows.definitions.faults import Fault
from workflows.definitions.guard_words import UNREADABLE, without_literals
from workflows.definitions.source import Path
from workflows.definitions.subject import SHARING, Subject, Way, reach

DELEGATED = re.compile(r"(?:advice|command)\.delegated_release(?:\s*==\s*true)?")
"""The one condition that makes advice count as a decision."""


def start(subject: Subject) -> Iterator[Fault]:
    """The workflow begins at a draft that is there."""
    first = subject.model.stages.get(subject.model.start)
    if first is None:
        say = f"There is no stage “{subject.model.start}” to start at. Name the draft stage."
        yield subject.fault("start-missing", say, "start")
    elif first.kind is not StageKind.DRAFT:
        say = f"A request starts as a draft, but “{subject.model.start}” is a {first.kind}. Name the draft."
        yield subject.fault("start-not-draft", say, "start")


def unreachable(subject: Subject) -> Iterator[Fault]:
    """Every stage can be reached, and not only by going back to it."""
    if subject.model.start not in subject.model.stages:
        return
    reached = reach(
        subject.model.start, [way for way in subject.ways if way.to != BACK and way.to in subject.model.stages]
    )
    for name, _ in subject.stages():
        if name not in reached:
            say = f"No request can get to “{name}”. Let a route lead there, or delete the stage."
            yield subject.fault("unreachable-stage", say, "stages", name)


def dead_end(subject: Subject) -> Iterator[Fault]:
    """From every open stage work can come to an end; to give up is not an end of the work."""
    stages = subject.model.stages
    for name, _ in subject.open_stages():
        ahead = subject.reached(name, by=lambda way: way.command is not CommandType.WITHDRAW)
        if not any(stages[each].kind is StageKind.CLOSED for each in ahead):
            say = f"A request at “{name}” can never be finished. Let a route lead on towards a closed stage."
            yield subject.fault("dead-end", say, "stages", name)


def bypass(subject: Subject) -> Iterator[Fault]:
    """Nothing is shared without a decision, and nothing counts as shared before it was released."""
    yield from _around(
        subject,
        "decision-bypassed",
        "a stage of kind adjudication, or advice with the condition advice.delegated_release",
        lambda way: not _decides(subject, way),
    )
    yield from _around(
        subject,
        "release-bypassed",
        "a stage of kind release",
        lambda way: way.command not in (CommandType.RELEASE, CommandType.SHARE_NOW),
    )


def _around(subject: Subject, rule: str, missing: str, by: Callable[[Way], bool]) -> Iterator[Fault]:
    stages = subject.model.stages
    found = subject.reached(subject.model.start, by=by)
    for name, stage in subject.stages():
        if stage.kind is StageKind.CLOSED and stage.outcome in SHARING and found.get(name):
            route = found[name]
            words = " → ".join([subject.model.start, *(way.to for way in route)])
            before_release = [way for way in route if stages[way.stage].kind is not StageKind.RELEASE]
            last = (before_release or route)[-1]
            say = f"This way shares information without {missing}: {words}. Lead it there first."
            yield subject.fault(rule, say, *last.path)


def _decides(subject: Subject, way: Way) -> bool:
    """Whether taking this way means that the request has been decided."""
    kind = subject.model.stages[way.stage].kind
    if kind is StageKind.ADJUDICATION:
        return way.command is CommandType.DECIDE
    if kind is StageKind.EMERGENCY:
        # Who shares in an emergency decides; that the review follows is a rule of its own.
        return way.command is CommandType.SHARE_NOW
    return kind is StageKind.ADVICE and way.command is CommandType.ADVISE and demands_delegation(way.when)


def demands_delegation(guard: str | None) -> bool:
    """Whether a guard can only be met when release was delegated: the flag is one of its && parts.

    Careful on purpose: a guard that is hard to read, or has an "or" outside brackets, does not count.
    """
    if guard is None or UNREADABLE.search(guard):
        return False
    before = ""
    parts = without_literals(guard).split("&&")
    balanced: list[str] = []
    for part in parts:
        if _balanced(before) and _balanced(part):
            balanced.append(part)
        before += part
    outside = _outside_brackets("&&".join(parts))
    return "||" not in outside and "?" not in outside and any(DELEGATED.fullmatch(p.strip()) for p in balanced)


def _balanced(text: str) -> bool:
    return text.count("(") + text.count("[") + text.count("{") == text.count(")") + text.count("]") + text.count("}")


def _outside_brackets(text: str) -> str:
    kept: list[str] = []
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            kept.append(character)
    return "".join(kept)


def advisers(subject: Subject) -> Iterator[Fault]:
    """Who advises does not decide, not even on other requests by role: the two roles stay apart."""
    advising = {role for _, stage in subject.stages() if stage.kind is StageKind.ADVICE for role in stage.roles}
    for _, stage, command, rule in subject.commands():
        advising.update((rule.roles or stage.roles) if command is CommandType.ADVISE else ())
    for path, roles in _deciding(subject):
        for index, role in enumerate(roles):
            if role in advising:
                say = f"“{role}” advises and may not decide as well. Delete it here, or where it advises."
                yield subject.fault("adviser-decides", say, *path, index)


def _deciding(subject: Subject) -> Iterator[tuple[Path, Sequence[Role]]]:
    """Every list of roles whose members decide, with where it stands."""
    for name, stage in subject.stages():
        here: Path = ("stages", name)
        if stage.kind is StageKind.ADJUDICATION:
            yield (*here, "roles"), stage.roles
        review = stage.commands.get(CommandType.REVIEW_SHARE)
        if review is not None and review.roles:
            yield (*here, "commands", CommandType.REVIEW_SHARE.value, "roles"), review.roles
        elif review is not None:
            yield (*here, "roles"), stage.roles


RULES = (start, unreachable, dead_end, bypass, advisers)
