"""The tables of keys and values of a workflow file, as a document made from the models that read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.core.case import Outcome
from workflows.core.definition import LENGTHS, MASTER, STAYING, CommandType, Role, RungAction, Side, StageKind, Urgency
from workflows.core.request import Task
from workflows.definitions.keys import ACTIONS, COMMANDS, KEYS, KINDS, VALUES, key_words
from workflows.definitions.model_parts import FileModel
from workflows.definitions.models import WorkflowModel
from workflows.definitions.samples import COMMAND_WORDS, fact_words

TITLES = {
    "Workflow": "The file",
    "Stage": "A stage, under stages",
    "Command": "A command, under commands of a stage",
    "Route": "A route, under routes of a command",
    "Need": "A condition, under needs or options of a command",
    "Clock": "A clock, under clock of a stage",
    "Extension": "More time, under extension of a clock",
    "Rung": "A step of a ladder, under ladders",
    "Reason": "A reason, under reasons",
}
"""Headings of the tables of keys."""


def page(made: str) -> str:
    """The document; ``made`` is the remark that it was made."""
    parts = ["# Keys of a workflow file", "", made, ""]
    parts += ["What each key means. How to read and change a file is told in [workflows.md](workflows.md).", ""]
    for model in KEYS:
        parts += _keys(model)
    parts += _table("Kinds of stage", ("kind", "what happens", "what it can allow", "lengths it needs"), _kinds())
    parts += _table("Commands", ("command", "what it does"), ((f"`{key}`", words) for key, words in COMMANDS.items()))
    parts += _table("Steps of a ladder", ("action", "what it does"), ((f"`{key}`", ACTIONS[key]) for key in RungAction))
    parts += _table("Values", ("value", "how it is written"), _values())
    parts += _table("What a condition can ask about", ("fact", "its parts"), _facts())
    parts += ["## Words that are fixed by the product", ""]
    parts += [f"Roles: {_codes(Role)}.", "", f"How a request can end: {_codes(Outcome)}.", ""]
    return "\n".join(parts).rstrip() + "\n"


def _keys(model: type[FileModel]) -> list[str]:
    name = model.__name__.removesuffix("Model")
    rows = []
    for key, field in model.written().items():
        words, example = key_words(model, key)
        rows.append((f"`{key}`", "yes" if field.is_required() else "", words, f"`{written(example)}`"))
    heading = TITLES.get(name, name)
    return _table(
        heading if model is not WorkflowModel else TITLES["Workflow"], ("key", "must", "what", "such as"), rows
    )


def _kinds() -> Iterator[tuple[str, ...]]:
    for kind in StageKind:
        stays = STAYING.get(kind, frozenset())
        allowed = ", ".join(f"`{each}`" + (" (stays)" if each in stays else "") for each in sorted(MASTER[kind]))
        needed = ", ".join(f"`{key}` in {unit}" for key, unit in LENGTHS.get(kind, {}).items())
        yield f"`{kind}`", KINDS[kind], allowed, needed or "none"


def _values() -> Iterator[tuple[str, ...]]:
    listed = {kind.__name__ for kind in (StageKind, CommandType, Role, Urgency, Side, RungAction, Task)}
    return (row for row in VALUES.items() if row[0] not in listed)


def _facts() -> Iterator[tuple[str, ...]]:
    for fact, words in fact_words().items():
        yield f"`{fact}`", _codes(sorted(words))
    spoken = {word for command in COMMANDS for word in COMMAND_WORDS[command]}
    yield "`command`", f"what is being done, as far as it has codes and flags: {_codes(sorted(spoken))}"


def _codes(words: Any) -> str:
    return ", ".join(f"`{each}`" for each in words)


def _table(heading: str, head: tuple[str, ...], rows: Any) -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [f"## {heading}", "", f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *lines, ""]


def written(value: Any) -> str:
    """A value as one writes it in a file, on one line."""
    if isinstance(value, list):
        return f"[{', '.join(written(each) for each in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
    return str(value)
