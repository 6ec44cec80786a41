"""Definitions and calendars as the service uses them: loaded once per process, by their immutable key."""

from __future__ import annotations

from threading import Lock

from workflows.core.calendars import WorkingCalendar
from workflows.core.definition import Definition, DefinitionRef
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.loader import load
from workflows.store import definitions as store
from workflows.store.engine import Connection


class UnknownWorkflow(LookupError):
    """No version of this workflow has been published."""


class Library:
    """Published workflow versions (immutable, so never read twice) and the working calendars."""

    def __init__(self) -> None:
        self._definitions: dict[tuple[str, int], Definition] = {}
        self._lock = Lock()

    def definition(self, connection: Connection, ref: DefinitionRef) -> Definition:
        """The version a case is pinned to. Raises UnknownWorkflow when the row is gone."""
        return self.version(connection, ref.workflow, ref.version)

    def version(self, connection: Connection, workflow: str, version: int) -> Definition:
        """One published version. Raises UnknownWorkflow."""
        key = (workflow, version)
        found = self._definitions.get(key)
        if found is None:
            source = store.source(connection, workflow, version)
            if source is None:
                raise UnknownWorkflow(f"{workflow} version {version} has not been published")
            with self._lock:
                found = self._definitions.setdefault(key, load(source, source=f"{workflow} {version}"))
        return found

    def latest(self, connection: Connection, workflow: str) -> Definition:
        """The version that new cases start on. Raises UnknownWorkflow."""
        published = store.latest(connection, workflow)
        if published is None:
            raise UnknownWorkflow(f"no version of {workflow} has been published")
        return self.version(connection, workflow, published.version)

    def calendar(self, name: str) -> WorkingCalendar:
        """The working calendar of a nation. Raises KeyError for an unknown one."""
        return seed_calendars()[name]


CALENDARS = {
    "England": "england-and-wales",
    "Wales": "england-and-wales",
    "Scotland": "scotland",
    "Northern Ireland": "northern-ireland",
}
"""Which working calendar an organisation's nation follows."""
