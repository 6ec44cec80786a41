"""Where in a body a field of the rules stands: the rules name fields as the pages' forms do, the API by pointers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

_INNER = {"content": "text", "override": "reason", "principle": "text"}
"""How the rules call a field of a row, where the row calls it otherwise."""
_ROWS = {"override": "overrides", "principle": "evidence"}
"""Rows that are needed and were not sent, where the field's own name does not tell."""
_SCALES = "_of_"


def place_in(body: BaseModel, field: str) -> str:
    """The JSON pointer of a field of the rules within ``body``; empty for what is not said in one place."""
    if not field or field in type(body).model_fields:
        return f"/{field}" if field else ""
    head, dash, tail = field.partition("-")
    if dash:
        return _in_rows(body, head, tail)
    return next(_inside(body, field), "")


def _in_rows(body: BaseModel, head: str, tail: str) -> str:
    """ "reason-gp" is the reason of the row whose key is gp, "finding-2" the finding of the second row."""
    inner = _INNER.get(head, head)
    known = [(name, row) for name, row in _lists(body) if inner in row.model_fields]
    known = [each for each in known if each[0] == _ROWS.get(head, each[0])]
    for name, _ in known:
        rows = getattr(body, name)
        for index, row in enumerate(rows):
            if tail in (getattr(row, "key", None), getattr(row, "code", None)):
                return f"/{name}/{index}/{inner}"
        if tail.isdecimal() and 0 < int(tail) <= len(rows):
            return f"/{name}/{int(tail) - 1}/{inner}"
    # What is not there stands nowhere: the list lacks it.
    return f"/{known[0][0]}" if known else next((f"/{name}" for name, _ in _lists(body)), "")


def _inside(body: BaseModel, field: str) -> Iterator[str]:
    """Within a part of the body: "authority_name", "plan_start", "likelihood_of_sharing"."""
    part, of, side = field.partition(_SCALES)
    for name in type(body).model_fields:
        value = getattr(body, name)
        if isinstance(value, BaseModel):
            if of and name.endswith(f"{_SCALES}{side}") and part in type(value).model_fields:
                yield f"/{name}/{part}"
            rest = field.removeprefix(f"{name}_")
            if rest != field and rest in type(value).model_fields:
                yield f"/{name}/{rest}"
    for name, row in _lists(body):
        rest = field.removeprefix(f"{name.removesuffix('s')}_")
        if rest != field and rest in row.model_fields:
            # The rules do not say of which row: of one alone it is clear.
            yield f"/{name}/0/{rest}" if len(getattr(body, name)) == 1 else f"/{name}"


def _lists(body: BaseModel) -> Iterator[tuple[str, type[BaseModel]]]:
    """The fields of a body that are lists of rows, each with what its rows are made of."""
    for name, field in type(body).model_fields.items():
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield name, inner
