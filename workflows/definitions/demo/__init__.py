"""Demo data: fictional organisations, people and requests, as plain values read from the files beside this one."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from ruamel.yaml import YAML

_HERE = "workflows.definitions.demo"


@cache
def read(name: str) -> dict[str, Any]:
    """One file by its name without ending. The value is shared: do not change it."""
    text = resources.files(_HERE).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found
