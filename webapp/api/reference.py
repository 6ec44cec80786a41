"""The reference as frozen data for a page: every operation, every field in words, every status, every example."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from webapp.api import PREFIX, openapi

LINKED = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class FieldWords:
    """One field: its name, what it is in words, whether it must be there, and what it means."""

    name: str
    kind: str
    needed: bool
    about: str
    model: str = ""
    """The model that it is made of, if it is one with fields of its own."""


@dataclass(frozen=True, slots=True)
class ModelWords:
    """One model with its fields."""

    name: str
    about: str
    fields: tuple[FieldWords, ...]
    kind: str = ""
    """What it is in words, where it has no fields of its own."""


@dataclass(frozen=True, slots=True)
class StatusWords:
    """One status that an operation can answer with."""

    status: str
    about: str


@dataclass(frozen=True, slots=True)
class OperationWords:
    """One operation."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[FieldWords, ...]
    takes: str
    example: str
    says: str
    statuses: tuple[StatusWords, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole: groups of operations by the title of each, and the models that they name."""

    introduction: str
    base: str
    groups: tuple[tuple[str, tuple[OperationWords, ...]], ...]
    models: tuple[ModelWords, ...]


@cache
def reference() -> Reference:
    """The reference, made from the description once."""
    described: dict[str, Any] = json.loads(openapi.text())
    groups: dict[str, list[OperationWords]] = {}
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            groups.setdefault(one["tags"][0], []).append(_operation(path, method, one))
    schemas: dict[str, Any] = described["components"]["schemas"]
    models = tuple(_model(name, schema) for name, schema in sorted(schemas.items()))
    return Reference(
        described["info"]["description"], PREFIX, tuple((tag, tuple(ones)) for tag, ones in groups.items()), models
    )


def _operation(path: str, method: str, one: dict[str, Any]) -> OperationWords:
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    done = next(answer for status, answer in one["responses"].items() if status.startswith("2"))
    return OperationWords(
        name=one["operationId"], method=method.upper(), path=f"{PREFIX}{path}", summary=one["summary"],
        about=one["description"],
        parameters=tuple(
            FieldWords(each["name"], f"{_kind(each['schema'])}, in the {each['in']}", each["required"],
                       each.get("description", ""))
            for each in one.get("parameters", ())
        ),
        takes=_linked(body.get("schema", {})),
        example=json.dumps(body["example"], indent=2, ensure_ascii=False) if body.get("example") is not None else "",
        says=_linked(done["content"]["application/json"]["schema"]),
        statuses=tuple(StatusWords(status, answer["description"]) for status, answer in one["responses"].items()),
    )  # fmt: skip


def _model(name: str, schema: dict[str, Any]) -> ModelWords:
    needed = frozenset(schema.get("required", ()))
    fields = tuple(
        FieldWords(each, _kind(inside), each in needed, inside.get("description", ""), _linked(inside))
        for each, inside in schema.get("properties", {}).items()
    )
    about = " ".join(schema.get("description", "").split())
    return ModelWords(name, about, fields, "" if "properties" in schema else _kind(schema))


def _linked(schema: dict[str, Any]) -> str:
    """The model that a schema names, also as one of several or in a list."""
    for inside in (schema, *schema.get("anyOf", ()), schema.get("items", {})):
        if str(inside.get("$ref", "")).startswith(LINKED):
            return str(inside["$ref"]).removeprefix(LINKED)
        if "$ref" in inside.get("items", {}):
            return str(inside["items"]["$ref"]).removeprefix(LINKED)
    return ""


WORDS = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null",
    "object": "object", "array": "list",
}  # fmt: skip
FORMATS = {"uuid": "id", "date": "day, such as 2026-11-23", "date-time": "time in UTC"}


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(LINKED)
    if "enum" in schema:
        return "one of: " + ", ".join(str(each) or "(empty)" for each in schema["enum"])
    if "const" in schema:
        return str(schema["const"]).lower()
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    words = FORMATS.get(schema.get("format", ""), WORDS.get(kind, kind))
    return f"{words}, at most {schema['maxLength']:,} characters" if "maxLength" in schema else words
