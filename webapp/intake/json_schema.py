"""The published JSON Schema (Draft 2020-12) of a whole request, made from the models that read it."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from webapp.intake.document import FORMAT, DocumentModel, DocumentsModel
from webapp.intake.samples import consented, overriding

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = f"urn:{FORMAT.replace('/', ':')}"
FILE = "docs/request.schema.json"

_DEFS = "#/$defs/"

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema of one request, or of several."""
    models = (DocumentModel, DocumentsModel)
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=_DEFS + "{model}")
    pieces = {_short(name): _walked(said) for name, said in sorted(made["$defs"].items())}
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "A whole request to Gatehouse",
        "description": "One request, or several of them; docs/intake.md says how to write one.",
        "examples": [consented(), overriding()],
        "anyOf": [{"$ref": _DEFS + _short(model.__name__)} for model in models],
        "$defs": pieces,
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _short(name: str) -> str:
    return name.removesuffix("Model")


def _walked(said: Any) -> Any:
    """A schema as we publish it: without titles that only repeat the key, names without “Model”."""
    if isinstance(said, list):
        return [_walked(each) for each in said]
    if not isinstance(said, dict):
        return said
    made = {key: value if key in _AS_IT_IS else _walked(value) for key, value in said.items() if not _title(key, value)}
    if "$ref" in made:
        made["$ref"] = _DEFS + _short(made["$ref"].removeprefix(_DEFS))
    return made


_AS_IT_IS = frozenset({"examples", "enum", "const", "default"})


def _title(key: str, value: object) -> bool:
    """Whether this is the keyword, and not a key of ours that is called so."""
    return key == "title" and isinstance(value, str)
