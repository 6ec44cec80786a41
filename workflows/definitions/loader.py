"""Text -> Definition: read, check the shape, compile each guard once, give each stage its ladder.

This is what must hold for a version to run at all. Whether it is a *good* workflow is asked once, before
it is published (`lint.check`): open cases stay on their version, also when later rules are stricter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import ValidationError

from workflows.core.definition import (
    ClockRule,
    CommandRule,
    Definition,
    DefinitionRef,
    ExtensionRule,
    Need,
    Reason,
    Route,
    Rung,
    Side,
    Stage,
    StageKind,
    Variant,
)
from workflows.core.guards import Guard, GuardError, compile_guard
from workflows.definitions import field_parts
from workflows.definitions.faults import BadDefinition, Fault
from workflows.definitions.field_checks import reference_faults
from workflows.definitions.models import (
    ClockModel,
    CommandModel,
    NeedModel,
    RouteModel,
    RungModel,
    StageModel,
    VariantModel,
    WorkflowModel,
)
from workflows.definitions.source import Path, Source, read

_BUILTIN = "workflows.definitions"


def load(text: str, *, source: str = "definition") -> Definition:
    """The definition that ``text`` says; the same text gives the same object.

    Raises:
        BadDefinition: it cannot run; with every fault found, its line in ``source`` and how to mend it.
    """
    return _load(text, source)


def builtin_names() -> tuple[str, ...]:
    """The workflows that the product ships, by name, in the order of the alphabet."""
    files = (each.name for each in resources.files(_BUILTIN).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


def read_builtin(name: str) -> str:
    """The text of a shipped workflow. Raises KeyError for a name that is not shipped."""
    if name not in builtin_names():
        raise KeyError(f"no workflow called {name} is shipped; there are: {', '.join(builtin_names())}")
    return resources.files(_BUILTIN).joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def shape(source: Source) -> WorkflowModel:
    """The parts of a file that has been read. Raises BadDefinition where a key or value is wrong."""
    if source.twice:
        raise BadDefinition(source.twice)
    if not isinstance(source.value, dict):
        say = "A workflow file is a list of keys with values, beginning with format. Write it so."
        raise BadDefinition([source.fault("wrong-type", say)])
    try:
        return WorkflowModel.model_validate(source.value)
    except ValidationError as error:
        raise BadDefinition(shape_faults(source, error)) from None


def guards(model: WorkflowModel) -> Iterator[tuple[Path, str]]:
    """Every guard in the file, with where it stands."""
    for name, stage in model.stages.items():
        for index, asked in enumerate(stage.fields):
            if asked.when is not None:
                yield ("stages", name, "fields", index, "when"), asked.when
        for command, rule in stage.commands.items():
            here: Path = ("stages", name, "commands", command.value)
            for index, route in enumerate(rule.routes or ()):
                if route.when is not None:
                    yield (*here, "routes", index, "when"), route.when
            for index, need in enumerate(rule.needs):
                yield (*here, "needs", index, "needs"), need.needs
            for option, need in rule.options.items():
                yield (*here, "options", option, "needs"), need.needs


def guard_faults(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    """Every guard that is not a yes-or-no question about the facts."""
    for path, text in guards(model):
        try:
            _guard(text)
        except GuardError as error:
            if "undeclared reference" in str(error):
                say = f"This guard speaks of something that is no fact of the case: {error}. Correct the name."
                yield source.fault("guard-unknown-fact", say, *path)
            else:
                yield source.fault("bad-guard", f"This guard cannot be used: {error}. Correct it.", *path)


def ladder_faults(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    """Every stage whose ladder is not in the file."""
    for name, stage in model.stages.items():
        if stage.ladder is not None and stage.ladder not in model.ladders:
            say = f"There is no ladder “{stage.ladder}”. Write it under ladders, or name one that is there."
            yield source.fault("unknown-ladder", say, "stages", name, "ladder")


def digest(value: Any) -> str:
    """SHA-256 (hex) of what a file says; spaces, comments and the order of its keys do not change it."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@lru_cache(maxsize=64)
def _load(text: str, name: str) -> Definition:
    source = read(text, source=name)
    model = shape(source)
    faults = [*guard_faults(source, model), *ladder_faults(source, model), *reference_faults(source, model)]
    if faults:
        raise BadDefinition(faults)
    return definition_of(source, model)


@lru_cache(maxsize=1024)
def _guard(text: str) -> Guard:
    return compile_guard(text)


def definition_of(source: Source, model: WorkflowModel) -> Definition:
    """The definition that a model says; its guards compile and its ladders are there."""
    ladders = {name: tuple(_rung(rung) for rung in rungs) for name, rungs in model.ladders.items()}
    return Definition(
        ref=DefinitionRef(workflow=model.id, version=model.version, digest=digest(source.value)),
        title=model.title,
        summary=model.summary,
        stages={
            name: _stage(name, stage, ladders[stage.ladder] if stage.ladder else ())
            for name, stage in model.stages.items()
        },
        first=model.start,
        sensitive=frozenset(model.sensitive),
        categories=dict(model.categories),
        thresholds=dict(model.thresholds),
        reasons=tuple(Reason(each.code, each.words, tuple(each.outcomes)) for each in model.reasons),
        packs=tuple(model.packs),
        identity_shown_for=model.identity_shown_for,
        calendar=model.calendar or "",
        at_once=frozenset(model.at_once),
        documents={key: field_parts.document(key, each) for key, each in model.documents.items()},
        outcomes={key: field_parts.outcome(key, each) for key, each in model.outcomes.items()},
        public=model.public,
        safe_contact=field_parts.safe_contact(model.safe_contact),
        silo=model.silo,
        variants={key: _variant(key, each) for key, each in model.variants.items()},
    )


def _stage(name: str, model: StageModel, ladder: tuple[Rung, ...]) -> Stage:
    return Stage(
        name=name,
        kind=model.kind,
        title=model.title,
        side=side_of(model),
        asked=model.asked or "",
        roles=tuple(model.roles),
        commands={command: _rule(rule) for command, rule in model.commands.items()},
        clocks={urgency: _clock(clock) for urgency, clock in model.clock.items()},
        ladder=ladder,
        outcome=model.outcome or "",
        lengths=dict(model.lengths),
        fields=tuple(field_parts.field(each, _guard) for each in model.fields),
    )


def _clock(model: ClockModel) -> ClockRule:
    more = ExtensionRule(model.extension.most, tuple(model.extension.roles)) if model.extension else None
    return ClockRule(model.length, model.due_time, more, model.since, model.source or "", model.status or "")


def _variant(key: str, model: VariantModel) -> Variant:
    clocks = {stage: {urgency: _clock(each) for urgency, each in of.items()} for stage, of in model.clocks.items()}
    return Variant(key, model.title, model.source, model.status or "", clocks)


def side_of(model: StageModel) -> Side:
    """Whose move a stage is; where the file does not say, the one that its kind must have."""
    if model.side is not None:
        return model.side
    if model.kind is StageKind.CLOSED:
        return Side.NOBODY
    return Side.REQUESTER if model.kind in (StageKind.DRAFT, StageKind.INFORMATION_NEEDED) else Side.HOLDER


def routes_of(model: CommandModel) -> list[RouteModel]:
    """The ways on: ``to`` is short for a single route without a condition."""
    short = [RouteModel(to=model.to)] if model.to is not None else []
    return short + (model.routes or [])


def _rule(model: CommandModel) -> CommandRule:
    return CommandRule(
        routes=tuple(Route(each.to, _guard(each.when) if each.when is not None else None) for each in routes_of(model)),
        needs=tuple(_need(each) for each in model.needs),
        options={name: _need(each) for name, each in model.options.items()},
        roles=tuple(model.roles),
    )


def _need(model: NeedModel) -> Need:
    task = model.task.value if model.task else ""
    return Need(model.code, model.say, _guard(model.needs), task, model.field or "")


def _rung(model: RungModel) -> Rung:
    return Rung(model.key, model.action, dict(model.when), tuple(model.tell), model.title or "")


_SHAPES = {
    "string_type": "This must be text.",
    "bool_type": "This must be true or false.",
    "dict_type": "This must be keys with values, written as key: value. Write {} for none.",
    "model_type": "This must be keys with values, written as key: value. Write {} for none.",
    "list_type": "This must be a list: lines that begin with a dash, or words between [ and ].",
}


def shape_faults(source: Source, error: ValidationError) -> Iterator[Fault]:
    """What is wrong with the keys and values of a file, each at its line."""
    for each in error.errors(include_url=False, include_input=False):
        path = tuple(part for part in each["loc"] if part != "[key]")
        last = str(path[-1])[:60] if path else ""
        match each["type"]:
            case "missing":
                yield source.fault("missing-key", f"“{last}” is missing here. Add it.", *path)
            case "extra_forbidden":
                yield source.fault("unknown-key", f"“{last}” has no meaning here. Correct it or leave it out.", *path)
            case shape if shape in _SHAPES:
                yield source.fault("wrong-type", _SHAPES[shape], *path)
            case rule:
                yield source.fault(rule, each["msg"], *path)
