"""Broken workflows by the hundred: each made from a shipped one by one change, with the rules that may refuse it.

A change that leaves the workflow good is allowed where ``harmless`` says so: then its ways are looked at instead.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from workflows.core.case import Outcome
from workflows.core.definition import CommandType, Role, StageKind, Urgency
from workflows.definitions.loader import read_builtin
from workflows.definitions.source import read

Value = dict[str, Any]
SEED = 20261123


@dataclass(frozen=True)
class Mutant:
    """One change of the workflow ``base``: its value, and which rules may refuse it."""

    base: str
    kind: str
    what: str
    value: Value
    rules: frozenset[str]
    harmless: bool = False


def rules(*names: str) -> frozenset[str]:
    return frozenset(names)


WAYS = rules(
    "unreachable-stage", "dead-end", "decision-bypassed", "release-bypassed", "outcome-mismatch", "draft-again",
    "ask-without-answer-stage", "answer-without-question", "withdraw-elsewhere", "round-elsewhere",
    "share-not-reviewed", "unknown-target", "back-misplaced",
    # And where there are forms: what is asked too late, or never, and what nobody rules about.
    "ruling-bypassed", "guard-unknown-answer", "document-not-used", "outcome-not-used", "letter-tells",
    "enquirer-rules", "silo-extension", "variant-unknown-stage",
)  # fmt: skip
"""What may be wrong once a way leads elsewhere."""
KINDS = WAYS | rules(
    "command-not-for-kind", "closed-with-commands", "closed-without-outcome", "outcome-while-open", "wrong-side",
    "role-not-for-stage", "no-performer", "missing-key", "length-missing", "length-not-used", "no-clock",
    "no-ladder", "clock-not-used", "extension-not-used", "pause-without-cap", "give-back-misplaced",
    "adviser-decides", "start-not-draft", "save-moves", "route-missing", "command-moves", "role-not-of-stage",
    "no-reason-for-outcome", "transition-by-nobody", "unknown-option", "fields-not-for-kind", "fields-missing",
    "fields-not-asked", "person-too-late", "people-too-early", "nobody-to-answer", "from-not-used",
    "variant-without-clock", "variant-changes-nothing", "silo-open-to-managers", "safe-contact-field",
)  # fmt: skip
"""What may be wrong once a stage is of another kind."""
WORDINGS = rules(
    "fields-not-asked", "fields-missing", "safe-contact-not-used", "safe-contact-missing", "safe-contact-field",
    "unknown-document", "document-not-used", "unknown-outcome", "guard-unknown-answer", "nothing-to-choose",
    "no-reason-for-outcome",
)  # fmt: skip
"""What may be wrong once a form, a wording or an end of the workflow's own is gone."""


@cache
def of(base: str) -> Value:
    """The workflow. It is never changed: whoever wants another one puts it together anew."""
    value: Value = read(read_builtin(base), source=base).value
    return value


def _stages(value: Value) -> Iterator[tuple[str, Value]]:
    yield from value["stages"].items()


def _commands(value: Value) -> Iterator[tuple[str, str]]:
    for name, stage in _stages(value):
        yield from ((name, command) for command in stage.get("commands", {}))


def _routes(value: Value) -> list[tuple[str, str, int]]:
    """Every route: stage, command and its place; -1 for to."""
    found = []
    for name, command in _commands(value):
        rule = value["stages"][name]["commands"][command]
        found += [(name, command, -1)] if rule.get("to") else []
        found += [(name, command, index) for index in range(len(rule.get("routes") or ()))]
    return found


def _to(where: tuple[str, str, int]) -> tuple[Any, ...]:
    """The way to the target of a route."""
    stage, command, place = where
    return ("stages", stage, "commands", command, *(("routes", place) if place >= 0 else ()), "to")


def _guards(value: Value) -> list[tuple[Any, ...]]:
    """The way to every condition, its own key last."""
    found: list[tuple[Any, ...]] = []
    for name, command in _commands(value):
        rule, here = value["stages"][name]["commands"][command], ("stages", name, "commands", command)
        found += [(*here, "routes", n, "when") for n, each in enumerate(rule.get("routes") or ()) if each.get("when")]
        found += [(*here, "needs", n, "needs") for n in range(len(rule.get("needs", ())))]
        found += [(*here, "options", each, "needs") for each in rule.get("options", {})]
    for name, stage in _stages(value):
        asked = enumerate(stage.get("fields", ()))
        found += [("stages", name, "fields", index, "when") for index, field in asked if field.get("when")]
    return found


def put(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    """The value with something else at the end of a way; what is beside the way is shared, nothing is changed."""
    if not way:
        return new
    made = value.copy()
    made[way[0]] = put(value[way[0]] if len(way) > 1 else None, way[1:], new)
    return made


def take(value: Any, way: tuple[Any, ...]) -> Any:
    """The value without what is at the end of a way."""
    made = value.copy()
    if len(way) == 1:
        del made[way[0]]
    else:
        made[way[0]] = take(value[way[0]], way[1:])
    return made


def _at(value: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        value = value[key]
    return value


def keys_deleted(base: str) -> Iterator[Mutant]:
    """A key of the file or of a stage is not there."""
    free = {"status", "source", "packs", "identity_shown_for", "calendar", "at_once", "sensitive", "silo", "variants"}
    for key in of(base):
        wrong = WORDINGS | rules("unknown-ladder" if key == "ladders" else "missing-key")
        yield Mutant(base, "key deleted", key, take(of(base), (key,)), wrong, harmless=key in free)
    missing = {
        "kind": rules("missing-key"), "title": rules("missing-key"), "asked": rules("missing-key"),
        "roles": rules("no-performer", "role-not-of-stage"), "clock": rules("no-clock"), "ladder": rules("no-ladder"),
        "outcome": rules("closed-without-outcome"), "lengths": rules("length-missing"),
        "commands": rules("dead-end", "unreachable-stage", "ask-without-answer-stage"), "fields": WORDINGS,
    }  # fmt: skip
    for name, stage in _stages(of(base)):
        for key in stage:
            harmless = key == "side" or (key == "roles" and stage["kind"] in ("draft", "information_needed"))
            harmless = harmless or (key == "commands" and stage["kind"] == StageKind.CLOSED)
            value = take(of(base), ("stages", name, key))
            yield Mutant(base, "key deleted", f"{name}.{key}", value, missing.get(key, rules()), harmless=harmless)


def targets_renamed(base: str) -> Iterator[Mutant]:
    """A route leads to a stage that is not there."""
    for where in _routes(of(base)):
        value = put(of(base), _to(where), "nowhere")
        yield Mutant(base, "target renamed", str(where), value, rules("unknown-target"))


def routes_retargeted(base: str) -> Iterator[Mutant]:
    """A route leads to another stage: also in circles, and past the decision."""
    for where in _routes(of(base)):
        for name in [*of(base)["stages"], "back"]:
            if _at(of(base), _to(where)) != name:
                value = put(of(base), _to(where), name)
                yield Mutant(base, "route retargeted", f"{where} to {name}", value, WAYS, harmless=True)


def kinds_swapped(base: str) -> Iterator[Mutant]:
    """A stage is of another kind."""
    for name, stage in _stages(of(base)):
        for kind in StageKind:
            if kind != stage["kind"]:
                value = put(of(base), ("stages", name, "kind"), kind.value)
                yield Mutant(base, "kind swapped", f"{name} is {kind}", value, KINDS, harmless=True)


def stages_removed(base: str) -> Iterator[Mutant]:
    """A stage is gone: with routes that led there, or with these led on to where it led."""
    for name in of(base)["stages"]:
        gone = take(of(base), ("stages", name))
        leading = [where for where in _routes(gone) if _at(gone, _to(where)) == name]
        wrong = rules("unknown-target", "start-missing")
        yield Mutant(base, "stage removed", name, gone, wrong | WAYS, harmless=not leading)
        led = {_at(of(base), _to(where)) for where in _routes(of(base)) if where[0] == name}
        for target in sorted(led - {name, "back"}):
            value = gone
            for where in leading:
                value = put(value, _to(where), target)
            value = put(value, ("start",), target if value["start"] == name else value["start"])
            wrong = WAYS | rules("start-not-draft", "route-unreachable")
            yield Mutant(base, "stage cut out", f"{name}, on to {target}", value, wrong, harmless=True)


def roles_given(base: str) -> Iterator[Mutant]:
    """Somebody has work who must not."""
    advising = {
        role for _, stage in _stages(of(base))
        for role in (stage.get("commands", {}).get("advise") or {}).get("roles", stage.get("roles", ()))
        if "advise" in stage.get("commands", {})
    }  # fmt: skip
    for name, stage in _stages(of(base)):
        if stage["kind"] == StageKind.CLOSED:
            continue
        held = list(stage.get("roles", ()))
        holder = stage["kind"] not in (StageKind.DRAFT, StageKind.INFORMATION_NEEDED)
        for role in Role:
            value = put(of(base), ("stages", name, "roles"), [*held, role.value])
            wrong, harmless = rules("role-not-for-stage"), False
            if holder and role not in (Role.REQUESTER, Role.ADMINISTRATOR, Role.AUDITOR):
                wrong = rules("adviser-decides", "role-not-for-stage", "enquirer-rules", "silo-open-to-managers")
                harmless = True
                if stage["kind"] == StageKind.ADJUDICATION and role.value in advising:
                    harmless = False
            elif not holder and role is Role.REQUESTER:
                harmless = True
            yield Mutant(base, "role given", f"{role} at {name}", value, wrong, harmless=harmless)
        value = put(of(base), ("stages", name, "roles"), [*held, "wizard"])
        yield Mutant(base, "role given", f"a wizard at {name}", value, rules("unknown-role"))


def guards_broken(base: str) -> Iterator[Mutant]:
    """A condition is cut short, misspelt, always met, never met, or turned round."""
    for way in _guards(of(base)):
        old = _at(of(base), way)
        cut = str(old)[: max(len(str(old)) // 2, 1)]
        for words, new, wrong, harmless in (
            ("cut", f"({cut}", rules("bad-guard", "guard-unknown-fact"), False),
            ("misspelt", f"({old}) && chekc.done", rules("guard-unknown-fact"), False),
            ("unknown part", f"({old}) && check.dnoe", rules("guard-unknown-fact"), False),
            ("never", "false", rules("guard-never-met", "unreachable-stage", *WAYS), False),
            ("always", "true", WAYS | rules("route-unreachable", "delegation-too-wide"), "routes" not in way),
            ("turned round", f"!({old})", WAYS | rules("delegation-too-wide"), True),
            ("no question", "size(items)", rules("bad-guard"), False),
            ("a program", " && ".join(["true"] * 300), rules("bad-guard"), False),
        ):
            value = put(of(base), way, new)
            yield Mutant(base, "condition broken", f"{words}: {way}", value, wrong, harmless=harmless)


def clocks_removed(base: str) -> Iterator[Mutant]:
    """A clock lacks an urgency, or has a length that nobody can wait."""
    lengths = ("999999999 working_days", "0 hours", "-1 hours", "2 days", "two hours", "1.5 hours", "", "1e9 hours")
    for name, stage in _stages(of(base)):
        for urgency in stage.get("clock", {}):
            here = ("stages", name, "clock", urgency)
            yield Mutant(
                base,
                "clock removed",
                f"{name}, {urgency}",
                take(of(base), here),
                rules("clock-urgency-missing", "no-clock"),
            )
            for length in lengths:
                value = put(of(base), (*here, "length"), length)
                yield Mutant(base, "clock broken", f"{name}, {urgency}: {length}", value, rules("bad-length"))


def ladders_broken(base: str) -> Iterator[Mutant]:
    """A ladder lacks a step, has one twice, or its steps stand the other way round."""
    wrong = rules("ladder-without-overdue", "pause-without-cap", "no-escalation")
    for name, ladder in of(base)["ladders"].items():
        here = ("ladders", name)
        for index, rung in enumerate(ladder):
            gone = take(of(base), (*here, index))
            harmless = rung["action"] not in ("overdue", "give_back")
            yield Mutant(base, "step removed", f"{name}, {rung['key']}", gone, wrong, harmless=harmless)
            twice = put(of(base), here, [*ladder[:index], rung, *ladder[index:]])
            yield Mutant(base, "step twice", f"{name}, {rung['key']}", twice, rules("rung-repeated"))
            for key in rung:
                less = take(of(base), (*here, index, key))
                told = rules("missing-key", "rung-tells-nobody")
                yield Mutant(base, "step without", f"{name}, {rung['key']}, {key}", less, told)
            never = put(of(base), (*here, index, "when"), {})
            yield Mutant(base, "step never", f"{name}, {rung['key']}", never, rules("rung-never-falls", *wrong))
        value = put(of(base), here, list(reversed(ladder)))
        yield Mutant(base, "steps turned round", name, value, rules("rung-out-of-order", "give-back-not-last"))
        for other in set(of(base)["ladders"]) - {name}:
            for stage, each in _stages(of(base)):
                if each.get("ladder") == name:
                    value = put(of(base), ("stages", stage, "ladder"), other)
                    told = rules("pause-without-cap", "give-back-misplaced", "rung-before-start", "no-escalation")
                    yield Mutant(base, "ladder swapped", f"{stage}: {other}", value, told, harmless=True)


def commands_changed(base: str) -> Iterator[Mutant]:
    """A command is gone, is there where it cannot be, or leads nowhere."""
    for name, command in _commands(of(base)):
        here = ("stages", name, "commands", command)
        value = take(of(base), here)
        yield Mutant(base, "command removed", f"{name}, {command}", value, WAYS, harmless=True)
        empty = put(of(base), here, {})
        rule = of(base)["stages"][name]["commands"][command]
        stays = not rule.get("to") and not rule.get("routes")
        yield Mutant(
            base,
            "command emptied",
            f"{name}, {command}",
            empty,
            WAYS | rules("route-missing", "adviser-decides"),
            harmless=stays,
        )
    for name, stage in _stages(of(base)):
        for command in CommandType:
            if command.value in stage.get("commands", {}):
                continue
            commands = {**stage.get("commands", {}), command.value: {"to": name}}
            value = put(of(base), ("stages", name, "commands"), commands)
            wrong = KINDS | rules("draft-again")
            yield Mutant(base, "command added", f"{name}, {command}", value, wrong, harmless=True)


def outcomes_swapped(base: str) -> Iterator[Mutant]:
    """A closed stage says another end."""
    for name, stage in _stages(of(base)):
        for outcome in [*Outcome, "lost"] if stage["kind"] == StageKind.CLOSED else ():
            if outcome != stage["outcome"]:
                value = put(of(base), ("stages", name, "outcome"), str(outcome))
                wrong = WAYS | rules("unknown-outcome", "closed-with-commands")
                yield Mutant(base, "outcome swapped", f"{name}: {outcome}", value, wrong, harmless=outcome != "lost")


SHAPES = rules(
    "wrong-type", "missing-key", "text-empty", "text-too-long", "bad-name", "bad-version", "bad-format", "bad-length",
    "unknown-kind", "unknown-role", "unknown-side", "unknown-urgency", "unknown-command", "unknown-calendar",
    "unknown-ladder", "start-missing", "unknown-key", "no-performer", "nothing-to-choose", "no-clock", "no-ladder",
    "unknown-action", "bad-due-time",
)  # fmt: skip


def shapes_broken(base: str) -> Iterator[Mutant]:
    """A value is huge, empty, or of another sort."""
    odd: tuple[Any, ...] = (None, [], {}, 0, -1, 10**14, True, "", " ", "x" * 5_000, ["x"], {"x": {}}, "\u202e")
    value = of(base)
    ways: list[tuple[Any, ...]] = [(key,) for key in value]
    ways += [("stages", name, key) for name, stage in _stages(value) for key in stage if name != "withdrawn"]
    for way in ways:
        for new in odd:
            changed = put(of(base), way, new)
            wrong = SHAPES | KINDS | WORDINGS | rules("unknown-sensitive-category", "no-reason-for-outcome")
            yield Mutant(base, "value broken", f"{way}: {str(new)[:10]!r}", changed, wrong, harmless=True)


def things_added(base: str) -> Iterator[Mutant]:
    """There is something more than there should be."""
    for name, stage in _stages(of(base)):
        value = put(of(base), ("stages", name, "colour"), "red")
        yield Mutant(base, "key added", name, value, rules("unknown-key"))
        twin = put(of(base), ("stages", f"{name}_again"), stage)
        yield Mutant(base, "stage twice", name, twin, rules("unreachable-stage"))
        for urgency in Urgency:
            if stage["kind"] in (StageKind.CLOSED, StageKind.DRAFT):
                value = put(of(base), ("stages", name, "clock"), {urgency.value: {"length": f"1 {'hours'}"}})
                yield Mutant(base, "clock added", name, value, rules("clock-not-used"))
    for where in _guards(of(base)):
        if where[4] == "needs":
            needs = _at(of(base), where[:5])
            value = put(of(base), where[:5], [*needs, needs[where[5]]])
            yield Mutant(base, "condition twice", str(where), value, rules("duplicate-code"))
    for index, _ in enumerate(of(base)["reasons"]):
        given = of(base)["reasons"]
        value = put(of(base), ("reasons",), [*given, given[index]])
        yield Mutant(base, "reason twice", str(index), value, rules("duplicate-code"))
        value = take(of(base), ("reasons", index))
        yield Mutant(base, "reason removed", str(index), value, rules("no-reason-for-outcome"), harmless=True)


OPERATORS: tuple[Callable[[str], Iterator[Mutant]], ...] = (
    keys_deleted, targets_renamed, routes_retargeted, kinds_swapped, stages_removed, roles_given, guards_broken,
    clocks_removed, ladders_broken, commands_changed, outcomes_swapped, shapes_broken, things_added,
)  # fmt: skip


def some(operator: Callable[[str], Iterator[Mutant]], base: str, most: int) -> list[Mutant]:
    """Mutants of one operator, at most so many: the same ones in every run, drawn without favour."""
    found = list(operator(base))
    if len(found) <= most:
        return found
    return random.Random(f"{SEED} {operator.__name__} {base}").sample(found, most)
