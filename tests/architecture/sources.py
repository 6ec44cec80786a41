"""The checkout as text: its rooms, their files parsed once, and what git tracks."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("workflows", "webapp", "workers", "launch")


@dataclass(frozen=True)
class Source:
    """One Python file. ``path`` is below the checkout, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())

    def functions(self) -> Iterator[tuple[str, int]]:
        """Every function with its length in lines, decorators not counted."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield node.name, node.end_lineno - node.lineno + 1

    def strings(self) -> Iterator[tuple[int, str]]:
        """Every string in the code with its line; words for people who read the code (docstrings) are left out."""
        words = {id(node) for node in _docstrings(self.tree)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
                yield node.lineno, node.value


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that stand as a statement of their own: under a module, class or function, or after an assignment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


@cache
def room(name: str) -> tuple[Source, ...]:
    """Every Python file of a package, in the order of their paths."""
    return tuple(_read(path) for path in sorted((ROOT / name).rglob("*.py")))


def rooms(*names: str) -> tuple[Source, ...]:
    """Every Python file of some packages; of all four, when none is named."""
    return tuple(source for name in names or ROOMS for source in room(name))


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of a function or method with one of these names, whatever it is called on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def called(call: ast.Call) -> str:
    """The last part of the name that is called: ``commit`` for ``connection.commit()``."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is or would be committed: what git tracks, and what it neither tracks nor ignores.

    In a copy without git (an image, an archive) every file that lies there, except what set-up makes.
    """
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        names = [name for name in found.stdout.split("\0") if name]
    else:
        made = {".venv", "var", "node_modules", "dist", "__pycache__"}
        paths = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
        names = [path.as_posix() for path in paths if not made & set(path.parts)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))
