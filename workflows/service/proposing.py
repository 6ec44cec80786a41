"""Versions of workflows on the way to be published: proposed by one person, published or turned down by another.

A proposal is kept only when lint has nothing against it. Both acts are sealed on the house's record. Publishing makes
an immutable version on which new requests start; requests that have begun keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from workflows.core.definition import Definition, DefinitionRef
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.core.workflow_versions import answering_refusal, proposing_refusal, words_refusal
from workflows.definitions.lint import load_checked
from workflows.definitions.loader import load
from workflows.service.publishing import check_reach, put
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.shown_workflows import may_read
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import definitions, events, people, streams
from workflows.store import workflow_proposals as store
from workflows.store.workflow_proposals import Proposal

__all__ = ["Proposal", "Proposals"]

MOST_SHOWN = 100
_UNKNOWN = Refusal(NOT_YOURS, "You are no longer known here.")
_NO_PROPOSAL = Refusal(NOT_FOUND, "There is no such proposal.")


class Proposals:
    """Proposed versions, for administrators; managers and auditors may read them. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # --- Reading

    def every(self, person: Principal) -> list[Proposal]:
        """The newest proposals, open ones and answered. Raises Refused (NOT_FOUND)."""
        if not may_read(person):
            raise Refused(_NO_PROPOSAL)
        with reading(self.engine) as connection:
            return store.every(connection, most=MOST_SHOWN)

    def one(self, person: Principal, number: int) -> Proposal:
        """One proposal. Raises Refused (NOT_FOUND) alike for what does not exist and for who may not read it."""
        with reading(self.engine) as connection:
            found = store.one(connection, number) if may_read(person) else None
        if found is None:
            raise Refused(_NO_PROPOSAL)
        return found

    def definition(self, proposal: Proposal) -> Definition:
        """What a proposal says."""
        return load(proposal.source, source=f"proposal {proposal.number}")

    # --- Acts

    def propose(self, text: str, *, source: str, note: str, by: str, command_id: str, at: datetime) -> int:
        """Propose a version; the proposal's number. The same command id again does nothing and gives the same number.

        ``source`` names the text in faults, ``by`` is a person's id.
        Raises BadDefinition (every fault), Refused, Busy, Unavailable.
        """
        ref = load_checked(text, source=source).ref
        check_reach(self.engine, text, source=source)
        with self._act(command_id) as connection:
            if connection is None:
                return self._number_of(command_id)
            person = people.principal(connection, by)
            newest = definitions.latest(connection, ref.workflow)
            waiting = store.open_for(connection, ref.workflow)
            refusal = _UNKNOWN if person is None else proposing_refusal(
                person, version=ref.version, latest=newest.version if newest else 0,
                open_number=waiting.number if waiting else None,
            )  # fmt: skip
            refusal = refusal or words_refusal(note, field="note", missing="Say what changes, and why.")
            if refusal:
                raise Refused(refusal)
            number = store.propose(
                connection, proposal_id=command_id, workflow=ref.workflow, version=ref.version, digest=ref.digest,
                source=text, note=note, at=at, by=by,
            )  # fmt: skip
            record_house(
                connection, kind=HouseEvent.WORKFLOW_PROPOSED, facts={**_named(ref), "proposal": command_id},
                texts={"note": note}, command_id=command_id, by=by, at=at,
            )  # fmt: skip
        return number

    def publish(self, number: int, *, by: str, command_id: str, at: datetime) -> None:
        """Publish what was proposed: new requests start on it from now on. Not for whoever proposed it.

        Raises Refused, BadDefinition where rules of lint have become stricter meanwhile, Busy, Unavailable.
        """
        with self._act(command_id) as connection:
            if connection is None:
                return
            found = _open(connection, number)
            person = people.principal(connection, by)
            refusal = answering_refusal(person, proposed_by=found.proposed_by) if person else _UNKNOWN
            newest = definitions.latest(connection, found.workflow)
            if refusal is None and newest is not None and newest.version >= found.version:
                say = f"Version {newest.version} has been published meanwhile. Turn this down and propose a later one."
                refusal = Refusal("not_newer", say)
            if refusal:
                raise Refused(refusal)
            ref = load_checked(found.source, source=f"proposal {number}").ref
            store.answer(connection, number, published=True, why="", at=at, by=by)
            put(connection, ref, found.source, by=by, at=at, command_id=command_id, proposal=found.id)

    def turn_down(self, number: int, *, why: str, by: str, command_id: str, at: datetime) -> None:
        """Answer a proposal with no; whoever made it may take it back so. Raises Refused, Busy, Unavailable."""
        with self._act(command_id) as connection:
            if connection is None:
                return
            found = _open(connection, number)
            person = people.principal(connection, by)
            # Nobody has to be a second person to leave things as they are.
            refusal = answering_refusal(person, proposed_by="") if person else _UNKNOWN
            refusal = refusal or words_refusal(why, field="why", missing="Say why it is turned down.")
            if refusal:
                raise Refused(refusal)
            store.answer(connection, number, published=False, why=why, at=at, by=by)
            ref = DefinitionRef(found.workflow, found.version, found.digest)
            record_house(
                connection, kind=HouseEvent.WORKFLOW_TURNED_DOWN, facts={**_named(ref), "proposal": found.id},
                texts={"why": why}, command_id=command_id, by=by, at=at,
            )  # fmt: skip

    @contextmanager
    def _act(self, command_id: str) -> Iterator[Connection | None]:
        """A transaction that holds the house's record, so that acts follow one another; None for what is done."""
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            known = events.result_of(connection, command_id)
            if known is not None and known[0] != streams.stream_id(HOUSE):
                raise Refused(Refusal("command_used", "This page was sent for something else before. Open it again."))
            yield None if known else connection

    def _number_of(self, command_id: str) -> int:
        with reading(self.engine) as connection:
            found = next((each for each in store.every(connection, most=MOST_SHOWN) if each.id == command_id), None)
        if found is None:
            raise Refused(Refusal("command_used", "This page was sent for something else before. Open it again."))
        return found.number


def _open(connection: Connection, number: int) -> Proposal:
    found = store.one(connection, number)
    if found is None:
        raise Refused(_NO_PROPOSAL)
    if not found.open:
        raise Refused(Refusal("proposal_answered", "Somebody has answered this proposal already. Open its page again."))
    return found


def _named(ref: DefinitionRef) -> dict[str, object]:
    return {"workflow": ref.workflow, "version": ref.version, "digest": ref.digest}
