"""YAML text -> plain values that remember their lines, refusing everything a workflow has no use for.

The text is read event by event, so a hostile one is given up after a bounded amount of work: nothing is
built from tags, nothing is expanded from aliases, and depth and size are counted while reading. Only the
YAML 1.2 core words for null, truth and whole numbers mean anything; all else is text, and so is every key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from workflows.definitions.faults import BadDefinition, Fault

MOST_CHARACTERS = 256 * 1024
"""The longest text that is read at all; the standard workflow has some 12,000 characters."""
MOST_NODES = 10_000
MOST_DEPTH = 24

Path = tuple[str | int, ...]
"""Where a value stands: the keys and positions that lead to it."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TROUBLE = (
    YAMLError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, AssertionError,
    RuntimeError, StopIteration,
)  # fmt: skip
"""Everything that the YAML library has been seen to raise on broken text; all of it means: not YAML."""


@dataclass(frozen=True)
class Source:
    """A text that has been read: its value, and the line (from 1) of each part of it."""

    name: str
    value: Any
    lines: dict[Path, int] = field(repr=False)
    twice: tuple[Fault, ...] = ()

    def line(self, *path: str | int) -> int:
        """The line of the part at ``path``; of the nearest part around it, when there is none."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, rule: str, say: str, *path: str | int) -> Fault:
        """A fault at ``path``."""
        return Fault(self.line(*path), rule, say, self.name)


def read(text: str, *, source: str) -> Source:
    """Read ``text``; ``source`` is the file name that faults show.

    Raises:
        BadDefinition: not YAML, or YAML with something that is not accepted; with the line.
    """
    if len(text) > MOST_CHARACTERS:
        say = f"The file has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read. Make it shorter."
        raise BadDefinition([Fault(1, "yaml-too-big", say, source)])
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        say = "The file holds a character that cannot be shown. Delete it."
        raise BadDefinition([Fault(line, "yaml-syntax", say, source)])
    return _Reader(text, source).read()


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.lines: dict[Path, int] = {}
        self.twice: list[Fault] = []
        self.nodes = 0
        self.events: Iterator[Event] = iter(())

    def read(self) -> Source:
        try:
            self.events = YAML(typ="safe", pure=True).parse(self.text)
            value = self._document()
        except BadDefinition:
            raise
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = str(error.problem or error.context or "it cannot be read").strip().rstrip(".")
            self._refuse("yaml-syntax", f"This is not YAML: {problem}. Look at the indents and quotes.", mark)
        except _TROUBLE:
            self._refuse("yaml-syntax", "This is not YAML that can be read. Look at its indents and quotes.")
        return Source(self.source, value, self.lines, tuple(self.twice))

    def _document(self) -> Any:
        value: Any = None
        for event in self.events:
            match event:
                case StreamStartEvent():
                    continue
                case DocumentStartEvent():
                    if event.version or event.tags:
                        say = "Leave out the line that begins with %: YAML 1.2 is always meant."
                        self._refuse("yaml-syntax", say, event.start_mark)
                    if self.nodes:
                        say = "Keep one workflow in one file: begin no second document with ---."
                        self._refuse("yaml-syntax", say, event.start_mark)
                    value = self._value(next(self.events), ())
                case DocumentEndEvent():
                    continue
        return value

    def _value(self, event: Event, path: Path) -> Any:
        self._admit(event, path)
        match event:
            case ScalarEvent():
                return _plain(event.value) if event.implicit[0] else self._checked(event)
            case SequenceStartEvent():
                return self._sequence(path)
            case MappingStartEvent():
                return self._mapping(path)
        raise AssertionError(f"a value cannot begin with {event!r}")

    def _admit(self, event: Event, path: Path) -> None:
        """Refuse what a workflow has no use for, before anything is done about it."""
        mark = event.start_mark
        self.nodes += 1
        if self.nodes > MOST_NODES:
            say = f"The file holds more than {MOST_NODES:,} values. Make it shorter."
            self._refuse("yaml-too-big", say, mark)
        if len(path) > MOST_DEPTH:
            say = f"Values are nested more than {MOST_DEPTH} deep here; a workflow needs less. Make it flatter."
            self._refuse("yaml-too-big", say, mark)
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            say = "Anchors (&name) and aliases (*name) are not accepted. Write the value out at each place."
            self._refuse("yaml-alias", say, mark)
        if getattr(event, "tag", None) is not None:
            say = "Tags (words that begin with !) are not accepted. Delete it; put text into quotes."
            self._refuse("yaml-tag", say, mark)
        self.lines.setdefault(path, _line(mark))

    def _checked(self, event: ScalarEvent) -> str:
        value = str(event.value)
        if _FORBIDDEN.search(value):
            say = "This text holds a character that cannot be shown, written as an escape. Delete it."
            self._refuse("yaml-syntax", say, event.start_mark)
        return value

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            self._admit(event, path)
            if not isinstance(event, ScalarEvent):
                self._refuse("yaml-syntax", "A key must be one word, not a list or mapping.", event.start_mark)
            key = self._checked(event)
            if key in values:
                first = self.lines[(*path, key)]
                say = f"“{key}” is given twice; the first is on line {first}. Keep one of them."
                self.twice.append(Fault(_line(event.start_mark), "duplicate-key", say, self.source))
            self.lines[(*path, key)] = _line(event.start_mark)
            values[key] = self._value(next(self.events), (*path, key))
        return values

    def _refuse(self, rule: str, say: str, mark: Any = None) -> NoReturn:
        raise BadDefinition([Fault(_line(mark), rule, say, self.source), *self.twice])


def _plain(text: str) -> Any:
    """What an unquoted word means in the YAML 1.2 core schema, without fractions: nothing here needs them."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark is not None else 1
