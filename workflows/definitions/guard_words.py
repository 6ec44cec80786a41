"""The names that a guard uses, so that a misspelt fact is found before it silently counts as no."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflows.core.definition import CommandType
from workflows.definitions.faults import Fault
from workflows.definitions.loader import guards
from workflows.definitions.samples import COMMAND_WORDS, fact_words
from workflows.definitions.subject import Subject

UNREADABLE = re.compile(r"\\|'''|\"\"\"|//")
"""CEL that the plain reading here does not follow: escapes, long texts, comments."""

_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_FIELD = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\.([A-Za-z_]\w*)\b(?!\s*\()")
_EACH = re.compile(r"(?<![\w.])([a-z]+)\.(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")


def without_literals(text: str) -> str:
    """The guard with every quoted text emptied."""
    return _LITERAL.sub("''", text)


def unknown_words(text: str, command: CommandType) -> list[str]:
    """Every ``fact.name`` in the guard that no case ever has, each once."""
    if UNREADABLE.search(text):
        return []
    plain = without_literals(text)
    known: dict[str, frozenset[str]] = {**fact_words(), "command": COMMAND_WORDS[command]}
    known.update(_each_words(plain, known))
    return list(
        dict.fromkeys(
            f"{fact}.{name}" for fact, name in _FIELD.findall(plain) if fact in known and name not in known[fact]
        )
    )


def _each_words(plain: str, known: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """What may be asked of the ``i`` in ``items.all(i, ...)``; a name used twice may ask for both."""
    found: dict[str, frozenset[str]] = {}
    for fact, name in _EACH.findall(plain):
        if fact in known:
            found[name] = found.get(name, frozenset()) | known[fact]
    return found


def words(subject: Subject) -> Iterator[Fault]:
    """Guards ask only for what a case can have."""
    for path, text in guards(subject.model):
        command = CommandType(str(path[3])) if path[2] == "commands" else CommandType.COMPLETE
        for word in unknown_words(text, command):
            say = f"This guard asks for “{word}”, which no case has, so it is never met. Correct the name."
            yield subject.fault("guard-unknown-fact", say, *path)


RULES = (words,)
