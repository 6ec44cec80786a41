"""Definitions and calendars as the service uses them: loaded once per process, by their immutable key."""

from __future__ import annotations

from datetime import datetime
from threading import Lock
from time import monotonic

from workflows.core.calendars import WorkingCalendar
from workflows.core.case import Case
from workflows.core.definition import Definition, DefinitionRef
from workflows.core.packs import Pack
from workflows.core.pinned import ruled
from workflows.core.recounting import base_of
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.loader import load
from workflows.service.calendar_versions import current_name, made_calendar
from workflows.service.pinning import pinned
from workflows.store import definitions as store
from workflows.store import variants
from workflows.store.engine import Connection, Engine, glance

LOOK_AGAIN = 60.0
"""Seconds after which a pack that was not published is looked for once more."""


class UnknownWorkflow(LookupError):
    """No version of this workflow has been published."""


class DamagedWorkflow(RuntimeError):
    """What is stored of a version is not what was published under its digest: nothing is ruled by it."""


class Library:
    """Published versions of workflows and packs (immutable, so never read twice) and the working calendars."""

    def __init__(self) -> None:
        self._definitions: dict[tuple[str, int], Definition] = {}
        self._varied_ones: dict[tuple[str, int, str], Definition] = {}
        self._packs: dict[str, Pack] = {}
        self._unpublished: dict[str, float] = {}
        self._calendars: dict[str, WorkingCalendar] = {}
        self._engine: Engine | None = None
        self._lock = Lock()

    def definition(self, connection: Connection, ref: DefinitionRef) -> Definition:
        """The version a case is pinned to. Raises UnknownWorkflow when the row is gone."""
        return self._varied(self.version(connection, ref.workflow, ref.version), ref.variant)

    def version(self, connection: Connection, workflow: str, version: int) -> Definition:
        """One published version. Raises UnknownWorkflow, or DamagedWorkflow for what is not what was published."""
        key = (workflow, version)
        found = self._definitions.get(key)
        if found is None:
            row = store.one(connection, workflow, version)
            if row is None:
                raise UnknownWorkflow(f"{workflow} version {version} has not been published")
            read = load(row.source, source=f"{workflow} {version}")
            if read.ref != DefinitionRef(workflow, version, row.digest):
                raise DamagedWorkflow(f"{workflow} version {version} is not what was published: its text has changed")
            with self._lock:
                found = self._definitions.setdefault(key, read)
        return found

    def latest(self, connection: Connection, workflow: str) -> Definition:
        """The version that new cases start on. Raises UnknownWorkflow."""
        published = store.latest(connection, workflow)
        if published is None:
            raise UnknownWorkflow(f"no version of {workflow} has been published")
        return self.version(connection, workflow, published.version)

    def for_new_cases(self, connection: Connection, workflow: str, *, organisation: str) -> Definition:
        """The latest version, with the variant that an organisation has chosen, if it has one. Raises UnknownWorkflow.

        A variant that this version no longer has is left: the usual times count, and the case is pinned to them.
        """
        latest = self.latest(connection, workflow)
        if not latest.variants:
            return latest
        chosen = variants.chosen(connection, organisation, workflow)
        return self._varied(latest, chosen if chosen in latest.variants else "")

    def _varied(self, definition: Definition, variant: str) -> Definition:
        if not variant:
            return definition
        key = (definition.ref.workflow, definition.ref.version, variant)
        found = self._varied_ones.get(key)
        if found is None:
            with self._lock:
                found = self._varied_ones.setdefault(key, definition.as_variant(variant))
        return found

    def ruling(self, connection: Connection, case: Case) -> Definition:
        """The version a case is pinned to, with the reasons of its packs. Raises UnknownWorkflow."""
        return ruled(self.definition(connection, case.definition), self.packs(connection, case.packs))

    def packs(self, connection: Connection, names: tuple[str, ...]) -> tuple[Pack, ...]:
        """The versions of packs with these names, in their order; names of which nothing was published are left out."""
        wanted = tuple(name for name in names if name not in self._packs and not self._known_missing(name))
        if wanted:
            found = {str(pack.ref): pack for pack in pinned(connection, wanted)}
            with self._lock:
                self._packs.update(found)
                self._unpublished.update({name: monotonic() for name in wanted if name not in found})
        return tuple(self._packs[name] for name in names if name in self._packs)

    def _known_missing(self, name: str) -> bool:
        return monotonic() - self._unpublished.get(name, float("-inf")) < LOOK_AGAIN

    def calendar(self, name: str) -> WorkingCalendar:
        """A working calendar by its full name: "scotland", or a version of it. Raises KeyError for an unknown one.

        Versions never change, so each is read once; one that another process has just put in force is looked up.
        """
        known = seed_calendars().get(name) or self._calendars.get(name)
        if known is None:
            if self._engine is None:
                raise KeyError(name)
            with glance(self._engine) as connection:
                found = made_calendar(connection, name)
            with self._lock:
                known = self._calendars.setdefault(name, found)
        return known

    def counts_by(self, connection: Connection, calendar: str, *, organisation: str, at: datetime) -> str:
        """The full name of the calendar by which a request that begins now at this organisation is counted."""
        return current_name(connection, base_of(calendar), organisation=organisation, at=at)

    def bind(self, engine: Engine) -> Library:
        """Let versions of calendars be looked up with this engine; the library itself."""
        self._engine = engine
        return self


CALENDARS = {
    "England": "england-and-wales",
    "Wales": "england-and-wales",
    "Scotland": "scotland",
    "Northern Ireland": "northern-ireland",
}
"""Which working calendar an organisation's nation follows."""
