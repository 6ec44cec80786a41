"""The part of JSON Schema (Draft 2020-12) that our schema uses, so that it can be tried out everywhere.

Small on purpose. A keyword that is not known here is an error, so none can be ignored by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]

SAID_ONLY = frozenset({"$schema", "$id", "$defs", "title", "description", "examples", "default", "format"})
"""Keywords that refuse nothing."""

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def refused(value: Any, schema: Schema, root: Schema | None = None, path: str = "") -> list[str]:
    """Everything that the schema has against a value: where, and by which keyword."""
    root = root or schema
    found: list[str] = []
    for keyword, said in schema.items():
        if keyword in SAID_ONLY or keyword in ("then", "properties", "patternProperties"):
            continue
        if not KEYWORDS[keyword](value, said, schema, root, path):
            found.append(f"{path or '/'}: {keyword}")
    for key, part in _parts(value, schema):
        found += refused(part[0], part[1], root, f"{path}/{key}")
    return found


def _parts(value: Any, schema: Schema) -> Iterator[tuple[str, tuple[Any, Schema]]]:
    """The values inside a value, each with the schema that it must hold."""
    if isinstance(value, list) and "items" in schema:
        yield from ((str(index), (each, schema["items"])) for index, each in enumerate(value))
    if isinstance(value, dict):
        for key, each in value.items():
            schemas = _of_key(key, schema)
            yield from ((key, (each, said)) for said in schemas if isinstance(said, dict))


def _of_key(key: str, schema: Schema) -> list[Any]:
    found = [schema["properties"][key]] if key in schema.get("properties", {}) else []
    found += [said for pattern, said in schema.get("patternProperties", {}).items() if _search(pattern, key)]
    return found or [schema.get("additionalProperties", True)]


def _search(pattern: str, text: str) -> bool:
    """As ECMAScript reads a pattern: $ is the very end, also where a line break comes last."""
    return re.search(re.sub(r"\$\Z", r"\\Z", pattern), text) is not None


def _fits(value: Any, schema: Schema, root: Schema) -> bool:
    return not refused(value, schema, root)


def _type(value: Any, said: Any, *_: Any) -> bool:
    return any(TYPES[each](value) for each in ([said] if isinstance(said, str) else said))


def _ref(value: Any, said: str, schema: Schema, root: Schema, path: str) -> bool:
    return _fits(value, root["$defs"][said.removeprefix("#/$defs/")], root)


def _names(value: Any, said: Schema, schema: Schema, root: Schema, path: str) -> bool:
    return not isinstance(value, dict) or all(_fits(key, said, root) for key in value)


def _nothing_else(value: Any, said: Any, schema: Schema, *_: Any) -> bool:
    return said is not False or not isinstance(value, dict) or all(False not in _of_key(key, schema) for key in value)


def _if(value: Any, said: Schema, schema: Schema, root: Schema, path: str) -> bool:
    return not _fits(value, said, root) or _fits(value, schema["then"], root)


KEYWORDS: dict[str, Callable[..., bool]] = {
    "type": _type,
    "$ref": _ref,
    "const": lambda value, said, *_: value == said,
    "enum": lambda value, said, *_: value in said,
    "pattern": lambda value, said, *_: not isinstance(value, str) or _search(said, value),
    "minLength": lambda value, said, *_: not isinstance(value, str) or len(value) >= said,
    "maxLength": lambda value, said, *_: not isinstance(value, str) or len(value) <= said,
    "minimum": lambda value, said, *_: not isinstance(value, int) or value >= said,
    "maximum": lambda value, said, *_: not isinstance(value, int) or value <= said,
    "required": lambda value, said, *_: not isinstance(value, dict) or all(key in value for key in said),
    "items": lambda *_: True,
    "minItems": lambda value, said, *_: not isinstance(value, list) or len(value) >= said,
    "maxItems": lambda value, said, *_: not isinstance(value, list) or len(value) <= said,
    "propertyNames": _names,
    "additionalProperties": _nothing_else,
    "anyOf": lambda value, said, schema, root, path: any(_fits(value, each, root) for each in said),
    "allOf": lambda value, said, schema, root, path: all(_fits(value, each, root) for each in said),
    "if": _if,
}
