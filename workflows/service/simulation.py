"""Simulations for people: asked for by an administrator, read by managers and auditors too, kept with their change.

A run belongs to the text that it tried, by workflow and digest: whoever publishes that text finds it there. References
are all that is ever shown of a request, and a link only to who may open it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.core.definition import Definition, Role
from workflows.core.permissions import Principal, may_know
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.core.simulated import ASKS, KINDS, MOST, READS, READS_REFERENCES, Chosen, Kind, holds_one
from workflows.core.simulating_report import Ranked
from workflows.definitions.faults import BadDefinition
from workflows.definitions.loader import load
from workflows.service.library import Library
from workflows.service.registering import HouseEvent, record_house
from workflows.service.simulation_run import LEASE, carry_out
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import cases, definitions, packs, people, simulations
from workflows.store.definitions import Listed
from workflows.store.people import Organisation
from workflows.store.simulations import Found, Run

__all__ = ["Found", "Run", "Shown", "Simulations", "Version"]

A_PAGE = 50
MOST_TEXT = 1_000_000
"""The longest text of a workflow that is looked at, in characters."""
_UNKNOWN = Refusal(NOT_FOUND, "There is no such simulation.")


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, as a choice. ``latest``: new requests start on it."""

    workflow: str
    version: int
    digest: str
    latest: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """How one request is shown to somebody: its reference where she may read it, and whether she may open it."""

    reference: str
    opens: bool


class Simulations:
    """Runs, for who may ask for them or read them. Safe to share between threads."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self.engine = engine
        self.library = library.bind(engine)

    # --- Reading

    def versions(self) -> tuple[Version, ...]:
        """Every published version, the newest of each workflow first."""
        with reading(self.engine) as connection:
            return _versions(definitions.every(connection))

    def organisations(self) -> tuple[Organisation, ...]:
        """The organisations whose requests can be chosen, by name."""
        with reading(self.engine) as connection:
            return people.all_organisations(connection)

    def packs(self) -> tuple[str, ...]:
        """Every published version of a policy pack that can be tried, as pack/version."""
        with reading(self.engine) as connection:
            return tuple(sorted(str(each.ref) for each in packs.every(connection)))

    def listing(self, person: Principal, *, page: int = 1, digest: str = "") -> tuple[list[Run], bool]:
        """One page of runs, the newest first, and whether there are more. Raises Refused."""
        _check(person, READS, "Only administrators, managers and auditors can read simulations.")
        with reading(self.engine) as connection:
            skip = (page - 1) * A_PAGE
            found = simulations.every(connection, most=A_PAGE + 1, skip=skip, digest=digest)
        return found[:A_PAGE], len(found) > A_PAGE

    def one(self, person: Principal, run_id: str) -> Run:
        """One run with what it found. Raises Refused (NOT_FOUND) also for who may not read it."""
        with reading(self.engine) as connection:
            found = simulations.one(connection, run_id) if holds_one(person, READS) else None
        if found is None:
            raise Refused(_UNKNOWN)
        return found

    def of_text(self, digest: str) -> list[Run]:
        """The runs that tried a text, the newest first: what a decision to publish it can rest on."""
        with reading(self.engine) as connection:
            return simulations.every(connection, most=A_PAGE, digest=digest)

    def found(self, person: Principal, run_id: str, kind: Kind, *, page: int) -> tuple[list[Found], bool]:
        """One page of the requests that differ in one way, and whether there are more. Raises Refused."""
        self.one(person, run_id)
        with reading(self.engine) as connection:
            rows = simulations.found(connection, run_id, kind, most=A_PAGE + 1, skip=(page - 1) * A_PAGE)
        return rows[:A_PAGE], len(rows) > A_PAGE

    def shown(self, person: Principal, rows: Iterable[Ranked | Found]) -> dict[str, Shown]:
        """How each of a few requests is shown to her, by id. Whether she may open it the rules say, as for its page."""
        references = {row.case_id: row.reference for row in rows}
        if not references:
            return {}
        every = holds_one(person, READS_REFERENCES)
        with reading(self.engine) as connection:
            open_to = self._open_to(connection, person, references)
        return {
            each: Shown(reference if every or each in open_to else "", each in open_to)
            for each, reference in references.items()
        }

    def _open_to(self, connection: Connection, person: Principal, references: Mapping[str, str]) -> frozenset[str]:
        known = cases.read_some(connection, list(references))
        return frozenset(
            case.id for case in known if may_know(case, person, self.library.definition(connection, case.definition))
        )

    # --- Acts

    def ask(self, person: Principal, source: str, chosen: Chosen, *, run_id: str, at: datetime) -> Run:
        """Have a text tried on past and open requests, in the background. The id is the form's.

        Sent twice it is one run, and so is the same question while it is under way. Raises Refused with all that is
        wrong, each fault of the text with its line.
        """
        _check(person, ASKS, "Only an administrator can try a version on past requests.")
        candidate = self.candidate(source)
        _check_chosen(chosen, self.packs())
        with transaction(self.engine) as connection:
            return _asked(connection, candidate, source, chosen, run_id=run_id, by=person.id, at=at)

    def again(self, person: Principal, earlier: str, *, run_id: str, at: datetime) -> Run:
        """The same text on the same choice of requests once more. Raises Refused."""
        _check(person, ASKS, "Only an administrator can try a version on past requests.")
        before = self.one(person, earlier)
        with reading(self.engine) as connection:
            source = simulations.source_of(connection, before.id)
        return self.ask(person, source, before.chosen, run_id=run_id, at=at)

    def now(self, person: Principal, source: str, chosen: Chosen, *, run_id: str, at: datetime) -> Run:
        """Ask, and do the work here instead of leaving it to a worker. Raises Refused, Unavailable."""
        run = self.ask(person, source, chosen, run_id=run_id, at=at)
        with transaction(self.engine) as connection:
            mine = simulations.claim(connection, lease=LEASE, run_id=run.id)
        if mine is not None:
            carry_out(self.engine, self.library, mine)
        return self.one(person, run.id)

    def source(self, workflow: str, version: int) -> str:
        """The text of a published version. Raises Refused (NOT_FOUND)."""
        with reading(self.engine) as connection:
            found = definitions.source(connection, workflow, version)
        if found is None:
            raise Refused(Refusal(NOT_FOUND, "There is no such version."))
        return found

    def candidate(self, source: str) -> Definition:
        """The version that a text is. Raises Refused: it cannot run, or there is no workflow of that name here."""
        if len(source) > MOST_TEXT:
            raise Refused(Refusal("text_long", f"A workflow has at most {MOST_TEXT:,} characters.", "file"))
        try:
            found = load(source, source="file")
        except BadDefinition as bad:
            raise Refused([Refusal(fault.rule, str(fault), "file") for fault in bad.faults]) from None
        if found.ref.workflow not in {each.workflow for each in self.versions()}:
            say = f"No version of “{found.ref.workflow}” has been published here, so it has no requests to try it on."
            raise Refused(Refusal("unknown_workflow", say, "file"))
        return found

    def export(
        self, person: Principal, run_id: str, *, command_id: str, at: datetime
    ) -> list[tuple[Kind, list[Found]]]:  # fmt: skip
        """Every difference, to take along. That somebody took them is put on the house's record. Raises Refused."""
        run = self.one(person, run_id)
        _check(person, READS_REFERENCES, "Only administrators and auditors can take the list along.")
        with transaction(self.engine) as connection:
            rows = [(kind, simulations.found(connection, run_id, kind, most=MOST)) for kind in KINDS]
            facts = {"simulation": run.id, "workflow": run.workflow, "digest": run.digest}
            record_house(
                connection, kind=HouseEvent.SIMULATION_EXPORTED, facts=facts, texts={}, command_id=command_id,
                by=person.id, at=at,
            )  # fmt: skip
        return rows


def _asked(
    connection: Connection, candidate: Definition, source: str, chosen: Chosen, *, run_id: str, by: str, at: datetime
) -> Run:
    ref = candidate.ref
    run = simulations.ask(
        connection, run_id=run_id, workflow=ref.workflow, version=ref.version, digest=ref.digest, source=source,
        chosen=chosen, by=by, at=at,
    )  # fmt: skip
    if run.id == run_id and (run.digest, run.chosen) != (ref.digest, chosen):
        raise Refused(Refusal("command_used", "This page was sent for something else before. Open it again."))
    return run


def _check(person: Principal, roles: frozenset[Role], say: str) -> None:
    if not holds_one(person, roles):
        raise Refused(Refusal(NOT_YOURS, say))


def _check_chosen(chosen: Chosen, packs: Iterable[str]) -> None:
    faults = []
    if chosen.pack and chosen.pack not in packs:
        faults.append(Refusal("pack_unknown", "Choose a published version of a pack, or none.", "pack"))
    if chosen.since and chosen.until and chosen.until < chosen.since:
        faults.append(Refusal("period_wrong", "The period ends before it begins.", "until"))
    if not 1 <= chosen.most <= MOST:
        faults.append(Refusal("most_wrong", f"Write a whole number from 1 to {MOST:,}.", "most"))
    if faults:
        raise Refused(faults)


def _versions(listed: Iterable[Listed]) -> tuple[Version, ...]:
    newest = {each.workflow: each.version for each in listed}
    return tuple(
        Version(each.workflow, each.version, each.digest, newest[each.workflow] == each.version)
        for each in sorted(listed, key=lambda one: (one.workflow, -one.version))
    )
