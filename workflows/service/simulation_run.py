"""Running a simulation: reading as of one moment, replaying, and noting how far it is.

One transaction, REPEATABLE READ and READ ONLY, reads everything: all requests are looked at as of one moment, and
PostgreSQL itself would refuse a write. It lasts for LONGEST at most, so that it does not keep vacuum from its work for
long; requests go through it a batch at a time, and what is remembered of them is their counts and ten of each kind.
What was found and how far it is go into short transactions of their own, on another connection.

A worker that is lost leaves a lease behind. When that is over the run begins anew; after ATTEMPTS it is said to be
stopped. A worker that was only slow finds that the run is no longer its own, and writes nothing more.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from workflows.core.case import Case
from workflows.core.definition import Definition, Reason
from workflows.core.packs import PackRef
from workflows.core.pinned import reasons_of
from workflows.core.register import canonical
from workflows.core.simulated import Chosen, Ground, Replayed
from workflows.core.simulating import replay
from workflows.core.simulating_report import Summary, Tally
from workflows.definitions.faults import BadDefinition
from workflows.definitions.loader import load
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, Unavailable, reading, transaction
from workflows.store import clock, definitions, histories, people, simulations, streams
from workflows.store.simulations import Claimed

LONGEST = 240.0
"""Seconds after which a run is stopped: fewer requests must be chosen."""
LEASE = timedelta(seconds=60)
"""How long nothing may be heard of a run before its worker counts as lost."""
ATTEMPTS = 3
WORKER, TIME, FAULT, TEXT = "worker", "time", "fault", "text"
"""Why a run was stopped: its worker was lost, it took too long, something went wrong, or the text does not run."""
log = logging.getLogger(__name__)

Kept = Callable[[Sequence[Replayed], int, int], None]
"""Told of each batch: what was found, how many have been looked at, and how many there are."""


class TookTooLong(Exception):
    """It was not done after LONGEST; nothing of it counts."""


class NotMine(Exception):
    """Another worker has taken the run over."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a round did: runs that were finished, and those that were stopped."""

    done: int = 0
    stopped: int = 0


def compare(
    engine: Engine,
    library: Library,
    candidate: Definition,
    chosen: Chosen,
    *,
    kept: Kept = lambda found, done, total: None,
    seconds: float = LONGEST,
) -> Summary:
    """Replay the chosen requests under ``candidate``; nothing is changed. Raises TookTooLong, Unavailable, Busy."""
    until = time.monotonic() + seconds
    tally = Tally()
    with reading(engine) as connection:
        streams.one_moment(connection)
        total = histories.count(connection, candidate.ref.workflow, chosen)
        ground = ground_of(connection, library.bind(engine), candidate, pack=chosen.pack)
        apart = _apart(connection, library, candidate.ref.workflow)
        kept((), 0, total)
        with closing(histories.read(connection, candidate.ref.workflow, chosen)) as batches:
            for batch in batches:
                found = [replay(each.commands, ground, erased=each.erased) for each in batch]
                there = [each for each in found if each is not None]
                for each in there:
                    tally.add(each)
                kept(there, tally.requests, total)
                if time.monotonic() > until:
                    raise TookTooLong
    return tally.summary(candidate, ground.crew, apart=apart)


def _apart(connection: Connection, library: Library, workflow: str) -> bool:
    """Whether any version of a workflow keeps its requests from all but its own roles."""
    every = definitions.every(connection)
    return any(library.version(connection, workflow, each.version).silo for each in every if each.workflow == workflow)


def ground_of(connection: Connection, library: Library, candidate: Definition, *, pack: str = "") -> Ground:
    """What a replay asks, as of the moment of this transaction."""
    now = clock.now(connection)
    nations = {each.id: each.calendar for each in people.all_organisations(connection)}
    names: dict[str, str] = {}

    def calendar_of(case: Case) -> str:
        """Only a version that counts by another calendar than the request's own makes a difference of its own."""
        if library.definition(connection, case.definition).calendar == candidate.calendar:
            return ""
        holder = case.holder_org
        if holder not in names:
            base = candidate.calendar or nations[holder]
            names[holder] = library.counts_by(connection, base, organisation=holder, at=now)
        return names[holder]

    def tried_reasons(case: Case) -> tuple[Reason, ...] | None:
        """Those of the packs that the request is pinned to, with the one that is tried in its place."""
        if not pack:
            return None
        mine = PackRef.read(pack).pack
        names = tuple(each for each in case.packs if PackRef.read(each).pack != mine)
        return reasons_of(library.packs(connection, (*names, pack))) or candidate.reasons

    return Ground(
        candidate=candidate,
        rules_of=lambda ref: library.definition(connection, ref),
        days_of=library.calendar,
        now=now,
        crew=histories.crew(connection),
        calendar_of=calendar_of,
        reasons_of=tried_reasons,
        variants={key: candidate.as_variant(key) for key in candidate.variants},
    )


def work(engine: Engine, library: Library, *, seconds: float = LONGEST) -> Worked:
    """Run the simulation that has waited longest, or whose worker was lost; at most one, so that others have a turn.

    Raises Unavailable: the run stays claimed, and is taken up again when the lease is over.
    """
    with transaction(engine) as connection:
        lost = simulations.stop_lost(connection, most=ATTEMPTS)
        mine = simulations.claim(connection, lease=LEASE)
    if mine is None:
        return Worked(stopped=len(lost))
    done = carry_out(engine, library, mine, seconds=seconds)
    return Worked(int(done), len(lost) + int(not done))


def carry_out(engine: Engine, library: Library, mine: Claimed, *, seconds: float = LONGEST) -> bool:
    """Run a simulation that has been claimed, and keep its report; False when it was stopped. Raises Unavailable."""
    done = 0

    def kept(found: Sequence[Replayed], so_far: int, total: int) -> None:
        nonlocal done
        done = so_far
        with transaction(engine) as connection:
            if not simulations.move_on(connection, mine, done=so_far, total=total, lease=LEASE):
                raise NotMine
            simulations.keep(connection, mine, found)

    try:
        candidate = load(mine.source, source="version")
        summary = compare(engine, library, candidate, mine.chosen, kept=kept, seconds=seconds)
    except NotMine:
        return False
    except Unavailable:
        raise
    except Exception as fault:  # noqa: BLE001  one run that fails must not stop those that wait behind it
        _stop(engine, mine, _why(fault))
        return False
    text = simulations.report_text(summary)
    with transaction(engine) as connection:
        return simulations.finish(connection, mine, done=done, report=text, digest=digest_of(text))


def digest_of(report: str) -> str:
    """SHA-256 (hexadecimal) of a report: what a decision that rests on it can name."""
    return hashlib.sha256(canonical(json.loads(report))).hexdigest()


def _why(fault: Exception) -> str:
    match fault:
        case TookTooLong():
            return TIME
        case BadDefinition():
            return TEXT
        case _:
            # The kind of fault only: its words could name people.
            log.error("a simulation was stopped: %s", type(fault).__name__)
            return FAULT


def _stop(engine: Engine, mine: Claimed, why: str) -> None:
    with transaction(engine) as connection:
        simulations.stop(connection, mine, why=why)
