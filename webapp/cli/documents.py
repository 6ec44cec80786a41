"""Documents generated from the code: states, permissions, features, what a workflow file may say and how it is checked.

The check compares them with what is committed.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from webapp.intake import json_schema as intake_schema
from webapp.intake import page as intake_page
from workflows.core.definition import Definition
from workflows.core.matrix import COMMANDS, NOT_HERE, Cell, matrix
from workflows.definitions import json_schema, key_page, rule_words
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.definitions.states import mermaid

ROOT = Path(__file__).resolve().parents[2]
MADE = "<!-- Made by `./gatehouse docs`. Change the code, then make it again. -->"


def documents(root: Path = ROOT) -> dict[str, str]:
    """Every generated document: its path below ``root`` and the text that it should have."""
    definitions = [load(read_builtin(name)) for name in builtin_names()]
    return {
        "docs/states.md": states(definitions),
        "docs/permissions.md": permissions(definitions),
        "docs/features.md": features(root / "tests"),
        "docs/lint-rules.md": rule_words.page(MADE),
        "docs/workflow-keys.md": key_page.page(MADE),
        f"workflows/definitions/{json_schema.FILE}": json_schema.schema_text(),
        intake_page.FILE: intake_page.page(MADE),
        intake_schema.FILE: intake_schema.schema_text(),
    }


def states(definitions: list[Definition]) -> str:
    """A diagram per workflow."""
    parts = ["# Stages of each workflow", "", MADE]
    for definition in definitions:
        parts += ["", f"## {definition.title} ({definition.ref.workflow}, version {definition.ref.version})"]
        parts += ["", definition.summary, "", "```mermaid", mermaid(definition).rstrip(), "```", ""]
        parts += ["| stage | kind | who | clock: routine, priority, emergency |", "| --- | --- | --- | --- |"]
        for stage in definition.stages.values():
            clocks = ", ".join(
                f"{c.length.amount} {c.length.unit.value}".replace("_", " ") for c in stage.clocks.values()
            )
            who = ", ".join(role.value.replace("_", " ") for role in stage.roles) or "nobody"
            parts.append(f"| {stage.title} | {stage.kind.value.replace('_', ' ')} | {who} | {clocks or 'none'} |")
    return "\n".join(parts) + "\n"


def permissions(definitions: list[Definition]) -> str:
    """Stage x person x command, as the permission function answers."""
    parts = ["# Who may do what", "", MADE, "", "yes: allowed. Otherwise the code of the refusal; a dot means that the"]
    parts.append("stage has no such command. Asked of `permitted`, the function that pages and posts ask too.")
    for definition in definitions:
        parts += ["", f"## {definition.title} ({definition.ref.workflow}, version {definition.ref.version})"]
        cells = matrix(definition)
        for stage in definition.stages.values():
            parts += ["", f"### {stage.title}", ""]
            parts += _table([cell for cell in cells if cell.stage == stage.name])
    return "\n".join(parts) + "\n"


def _table(cells: list[Cell]) -> Iterator[str]:
    used = [c for c in COMMANDS if any(cell.command is c and cell.refused not in NOT_HERE for cell in cells)]
    if not used:
        yield "Nobody can do anything here: the case is closed."
        return
    yield "| who | " + " | ".join(command.value.replace("_", " ") for command in used) + " |"
    yield "| --- |" + " --- |" * len(used)
    rows: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        if cell.command in used:
            rows[cell.who].append({"": "yes", "wrong_stage": "·"}.get(cell.refused, cell.refused))
    for who, answers in rows.items():
        yield f"| {who} | " + " | ".join(answers) + " |"


def features(tests: Path) -> str:
    """Which tests prove which numbered feature, read from their marks without running them."""
    proved: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        for name, ids in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            for feature in ids:
                proved[feature].append(f"{path.relative_to(tests.parent).as_posix()}::{name}")
    parts = ["# Features and the tests that prove them", "", MADE, ""]
    parts += [
        "`./gatehouse test --feature C2` runs the tests of one. A feature that has no line here has no test yet.",
        "",
    ]
    for feature in sorted(proved, key=lambda f: (f[0], int(f[1:]) if f[1:].isdigit() else 0, f)):
        parts.append(f"## {feature}")
        parts += ["", *(f"- {test}" for test in proved[feature]), ""]
    return "\n".join(parts).rstrip() + "\n"


def _marked(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    everywhere = [
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
        for name in _ids(node.value)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.name.startswith(("test", "Test")):
                continue
            ids = everywhere + [name for mark in node.decorator_list for name in _ids(mark)]
            if ids:
                yield node.name, ids


def _ids(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "feature":
            yield from (arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def write(root: Path = ROOT) -> list[str]:
    """Write every document; the paths written."""
    made = documents(root)
    for path, text in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return sorted(made)


def stale(root: Path = ROOT) -> list[str]:
    """Documents that are not what the code says now."""
    return sorted(
        path
        for path, text in documents(root).items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    )
