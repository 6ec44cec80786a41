"""The published JSON Schema of workflow files (Draft 2020-12), made from the models that read them.

Editors complete and check with it. It says the shape and never more than lint: what lint accepts, it accepts.
"""

from __future__ import annotations

import json
from typing import Any

from workflows.core.definition import LENGTHS, MASTER, CommandType, RungAction, StageKind
from workflows.definitions.keys import COMMANDS, KEYS, key_words, value_words
from workflows.definitions.model_parts import CALLED, FileModel
from workflows.definitions.models import FORMAT, CommandModel, RungModel, StageModel, WorkflowModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = f"urn:{FORMAT.replace('/', ':')}"
FILE = "workflow.schema.json"
"""Its name, beside the shipped workflows."""

_DEFS = "#/$defs/"

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema of a workflow file."""
    made = WorkflowModel.model_json_schema(mode="validation")
    models = {model.__name__: model for model in KEYS}
    pieces: Schema = {}
    for name, said in made.pop("$defs").items():
        pieces[_short(name)] = _described(_walked(said, pieces), models[name])
    root = _described(_walked(made, pieces), WorkflowModel)
    stage = pieces[_short(StageModel.__name__)]
    stage["allOf"] = [_kind(kind) for kind in StageKind]
    pieces[_short(RungModel.__name__)]["allOf"] = [_escalation()]
    ever = frozenset[CommandType]().union(*MASTER.values())
    stage["properties"]["commands"]["properties"] = {
        command.value: {"$ref": _DEFS + _short(CommandModel.__name__), **_said(COMMANDS.get(command, ""))}
        for command in CommandType
        if command in ever
    }
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "Gatehouse workflow",
        **root,
        "$defs": dict(sorted(pieces.items())),
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _short(name: str) -> str:
    return name.removesuffix("Model")


def _walked(said: Any, pieces: Schema) -> Schema:
    """A schema as we publish it: pieces with a name in one place, known keys spelled out, no titles or defaults."""
    made = {key: value for key, value in said.items() if key not in ("title", "default")}
    if "$ref" in made:
        return {"$ref": _DEFS + _short(made["$ref"].removeprefix(_DEFS))}
    if "properties" in made:
        made["properties"] = {key: _walked(each, pieces) for key, each in made["properties"].items()}
    if "items" in made:
        made["items"] = _walked(made["items"], pieces)
    if "anyOf" in made:
        made["anyOf"] = [_walked(each, pieces) for each in made["anyOf"]]
    if "patternProperties" in made:
        made["patternProperties"] = {key: _walked(each, pieces) for key, each in made["patternProperties"].items()}
        made["additionalProperties"] = False
        made.pop("propertyNames", None)
    elif isinstance(made.get("additionalProperties"), dict):
        made |= _spelled_out(made.pop("propertyNames", {}), _walked(made["additionalProperties"], pieces))
    if called := made.pop(CALLED, ""):
        pieces[called] = {**made, **_said(value_words(called))}
        return {"$ref": _DEFS + called}
    return made


def _spelled_out(names: Schema, value: Schema) -> Schema:
    """Keys of which all are known stand as properties: that is what editors complete."""
    if "enum" not in names:
        return {"additionalProperties": value}
    return {"properties": dict.fromkeys(names["enum"], value), "additionalProperties": False}


def _described(said: Schema, model: type[FileModel]) -> Schema:
    """The schema of a model with the words for people."""
    for key, value in said.get("properties", {}).items():
        words, example = key_words(model, key)
        value["description"] = words
        value["examples"] = [example]
    return said


def _said(words: str) -> Schema:
    return {"description": words} if words else {}


def _kind(kind: StageKind) -> Schema:
    """What a stage of one kind may allow, and what it must say."""
    must = ["outcome"] if kind is StageKind.CLOSED else ["asked", *(["lengths"] if LENGTHS.get(kind) else [])]
    commands = {"type": "object", "propertyNames": {"enum": sorted(MASTER[kind])}}
    return _when("kind", kind.value, {"required": must, "properties": {"commands": commands}})


def _escalation() -> Schema:
    """Whom a step tells, and in which words."""
    return _when("action", RungAction.ESCALATE.value, {"required": ["tell", "title"]})


def _when(key: str, value: str, then: Schema) -> Schema:
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}
