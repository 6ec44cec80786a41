"""Published versions of workflows as pages show them: for whoever runs, manages or audits, and without any case."""

from __future__ import annotations

import re

from workflows.core.definition import Definition, Role
from workflows.core.permissions import Principal
from workflows.core.refusals import not_found
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.unit_of_work import Engine, reading
from workflows.store import definitions
from workflows.store.definitions import Listed

__all__ = ["READERS", "Listed", "may_read", "shown", "versions"]

READERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.AUDITOR})
"""Who may read workflows, in whichever organisation the role is held."""

NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
"""What a workflow may be called in an address."""


def may_read(person: Principal) -> bool:
    """Whether this person may read workflows."""
    return any(each.role in READERS for each in person.memberships)


def shown(engine: Engine, library: Library, person: Principal, workflow: str, version: int) -> Definition:
    """One published version. Raises Refused (NOT_FOUND) alike for what does not exist and for who may not read it."""
    if not may_read(person) or not NAME.fullmatch(workflow):
        raise not_found()
    with reading(engine) as connection:
        try:
            return library.version(connection, workflow, version)
        except UnknownWorkflow:
            raise not_found() from None


def versions(engine: Engine, person: Principal) -> list[Listed]:
    """Every published version by workflow, the newest first. Raises Refused (NOT_FOUND) for who may not read it."""
    if not may_read(person):
        raise not_found()
    with reading(engine) as connection:
        found = definitions.every(connection)
    found.sort(key=lambda each: each.version, reverse=True)
    return sorted(found, key=lambda each: each.workflow)


def latest_before(
    engine: Engine, library: Library, person: Principal, workflow: str, version: int
) -> Definition | None:
    """The newest published version below ``version``; None for the first. Raises Refused (NOT_FOUND) as ``shown``."""
    numbers = [each.version for each in versions(engine, person) if each.workflow == workflow]
    below = max((number for number in numbers if number < version), default=None)
    return shown(engine, library, person, workflow, below) if below is not None else None


def source_of(engine: Engine, person: Principal, workflow: str, version: int) -> str:
    """The text of one published version. Raises Refused (NOT_FOUND) as ``shown``."""
    if not may_read(person) or not NAME.fullmatch(workflow):
        raise not_found()
    with reading(engine) as connection:
        found = definitions.source(connection, workflow, version)
    if found is None:
        raise not_found()
    return found
