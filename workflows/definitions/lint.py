"""Is this a workflow that people could be given? Asked before a version is published, answered line by line.

Three steps, each only when the one before found nothing: the file can be read; its parts have the right
shape; they make sense together. A fault says its rule, its line and how to mend it; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from workflows.core.definition import Definition, Role
from workflows.definitions import (
    guard_words,
    rules_decisions,
    rules_fields,
    rules_ladders,
    rules_paths,
    rules_sense,
    rules_stages,
    rules_time,
)
from workflows.definitions.faults import BadDefinition, Fault
from workflows.definitions.field_checks import reference_faults
from workflows.definitions.loader import definition_of, guard_faults, ladder_faults, load, shape
from workflows.definitions.source import Source, read
from workflows.definitions.subject import Subject

Rule = Callable[[Subject], Iterator[Fault]]

RULES: tuple[Rule, ...] = (
    *rules_stages.RULES,
    *rules_paths.RULES,
    *rules_time.RULES,
    *rules_ladders.RULES,
    *rules_decisions.RULES,
    *rules_fields.RULES,
    *guard_words.RULES,
    *rules_sense.RULES,
)

TRIED_RULES = (*rules_decisions.TRIED_RULES, *rules_sense.TRIED_RULES)
"""Rules about conditions that can be used, and what comes of them."""


def check(text: str, *, source: str) -> tuple[Fault, ...]:
    """Every fault in ``text``, in the order of lines; empty for a good one. ``source`` names the file."""
    return _check(text, source)


# Reading a file with every line number takes a tenth of a second, and the same text is asked about again:
# when it is uploaded, looked at, and published.
@lru_cache(maxsize=16)
def _check(text: str, source: str) -> tuple[Fault, ...]:
    try:
        where = read(text, source=source)
    except BadDefinition as bad:
        return bad.faults
    return check_source(where)


def check_source(where: Source) -> tuple[Fault, ...]:
    """The same of a file that has been read."""
    try:
        subject = Subject(where, shape(where))
    except BadDefinition as bad:
        return bad.faults
    found = [fault for rule in RULES for fault in rule(subject)]
    model = subject.model
    broken = [*guard_faults(where, model), *ladder_faults(where, model), *reference_faults(where, model)]
    if not broken:
        definition = definition_of(where, subject.model)
        found.extend(fault for tried in TRIED_RULES for fault in tried(subject, definition))
    return tuple(sorted({*found, *broken}))


def unheard(text: str, *, source: str, held: Collection[Role]) -> tuple[Fault, ...]:
    """The stages and steps of a good workflow that would reach nobody; ``held``: the roles that somebody has somewhere.

    Asked where people are known: when a version is published for them.
    """
    return _unheard(text, source, frozenset(held))


@lru_cache(maxsize=16)
def _unheard(text: str, source: str, held: frozenset[Role]) -> tuple[Fault, ...]:
    where = read(text, source=source)
    return tuple(sorted(set(rules_ladders.unheld(Subject(where, shape(where)), held))))


def load_checked(text: str, *, source: str) -> Definition:
    """The definition, once lint has nothing against it: what publishing a version must call.

    Raises:
        BadDefinition: with every fault found.
    """
    if faults := check(text, source=source):
        raise BadDefinition(faults)
    return load(text, source=source)
