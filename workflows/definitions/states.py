"""A workflow as a picture: the state diagram that docs/states.md shows, in Mermaid's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows.core.definition import BACK, CommandType, Definition, Route, Stage, StageKind

_ENTITIES = {ord(character): f"#{ord(character)};" for character in '#;:<>"{}%`'}
"""Characters that mean something to Mermaid, as it wants them written inside a label."""


def mermaid(definition: Definition) -> str:
    """The state diagram of a definition, ending in a line break; the same definition gives the same text."""
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _lines(definition))]) + "\n"


def page(definitions: Iterable[Definition]) -> str:
    """The whole of docs/states.md: a heading and a diagram for each definition."""
    parts = ["# Stages of each workflow\n\nDrawn from the definitions; when one changes, draw this again.\n"]
    for definition in definitions:
        parts.append(
            f"## {definition.title} ({definition.ref.workflow}, version {definition.ref.version})\n\n"
            f"{definition.summary}\n\n```mermaid\n{mermaid(definition)}```\n"
        )
    return "\n".join(parts)


def _lines(definition: Definition) -> Iterator[str]:
    for stage in definition.stages.values():
        yield f'state "{_label(stage.title)}" as {stage.name}'
    yield f"[*] --> {definition.first}"
    for stage in definition.stages.values():
        for command, rule in stage.commands.items():
            for index, route in enumerate(rule.routes):
                label = _label(_words(command, route, after=index > 0))
                for target in _targets(definition, stage, route):
                    yield f"{stage.name} --> {target} : {label}"
        if stage.kind is StageKind.CLOSED:
            yield f"{stage.name} --> [*]"


def _targets(definition: Definition, stage: Stage, route: Route) -> list[str]:
    """Where a route leads; ``back`` leads to each stage that asks from there."""
    if route.to != BACK:
        return [route.to]
    return [
        asker.name
        for asker in definition.stages.values()
        if (rule := asker.commands.get(CommandType.ASK)) and any(each.to == stage.name for each in rule.routes)
    ]


def _words(command: CommandType, route: Route, *, after: bool) -> str:
    name = command.value.replace("_", " ")
    if route.when is not None:
        return f"{name}, if {' '.join(route.when.text.split())}"
    return f"{name}, otherwise" if after else name


def _label(text: str) -> str:
    return text.translate(_ENTITIES)
