"""Open requests are brought to another version of their workflow: previewed, asked for, carried out one by one.

Whoever does that is an administrator and sees nothing of what a request says: its reference, the titles of stages, and
why it is declined. Each request is one command through the door, which asks the rule once more under the request's
lock: one that has gone on meanwhile is judged as it is then. Stopped in the middle, it goes on with those that wait; a
command has one id for each request and move, so nothing happens twice. The way back is the same act.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from workflows.core.adopting import MOST_WHY, AdoptVersion, Stages, completed, obstacles
from workflows.core.commands import Actor
from workflows.core.definition import Definition, Role, StageKind
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.service.adopting import OPERATOR, target_of
from workflows.service.execute import execute
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Busy, Connection, Engine, Unavailable, reading, transaction
from workflows.store import events, people, streams
from workflows.store import moves as store
from workflows.store.moves import Moving, Result

__all__ = ["FEW", "Moving", "Occupied", "Preview", "Previewed", "Result", "VersionMoves", "move_on"]

FEW = 20
"""So many requests are moved at once, while the administrator waits; more go in the background."""
BATCH = 200
MOST_SHOWN = 200
MOST_TRIES = 20
"""After so many tries that failed for no reason of the rule a request is given up, and says so."""
READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Who is shown references of requests that she may not open."""
_COMMAND_IDS = UUID("2f0c6d1e-7a84-5f0e-9d53-1f6b8f3f6a55")
_FIRST = str(UUID(int=0))
_NO_MOVE = Refusal(NOT_FOUND, "There is no such page, or it is not for you.")
_GONE = "Whoever asked for it is no longer an administrator here."
_FAULT = "It could not be done because of a fault, which is in the log of the service."
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Previewed:
    """One open request: where it stands, and why it would be declined (nothing when it would be done)."""

    reference: str
    stage: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Occupied:
    """A stage of the version that is left, which the other does not have as it is, and what could take its place."""

    name: str
    title: str
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of a move now. ``rows`` are the first of them, those that would be declined before others."""

    before: Definition
    after: Definition
    stages: Stages
    able: int
    declined: int
    reasons: tuple[tuple[str, int], ...]
    rows: tuple[Previewed, ...]
    to_map: tuple[Occupied, ...]


class VersionMoves:
    """Moves of open requests between versions, for administrators; auditors may read. Safe to share by threads."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self.engine = engine
        self.library = library.bind(engine)

    # --- Reading

    def preview(self, person: Principal | None, workflow: str, before: int, after: int, stages: Stages = ()) -> Preview:
        """What would come of it as requests are now. Nothing is changed. ``person`` None: the command line.

        Raises Refused (NOT_FOUND for who may not, or for versions that there are not; a mapping that cannot be).
        """
        _check(person)
        with reading(self.engine) as connection:
            old, new = self._versions(connection, workflow, before, after)
            stages = tuple((name, to) for name, to in stages if to)
            _check_mapping(old, new, stages)
            return self._preview(connection, old, new, stages)

    def _preview(self, connection: Connection, old: Definition, new: Definition, stages: Stages) -> Preview:
        reasons: Counter[str] = Counter()
        able, declined = 0, 0
        fine: list[Previewed] = []
        not_fine: list[Previewed] = []
        for reference, stage, said in self._judged(connection, old, new, stages):
            reasons.update(dict.fromkeys(said, 1))
            able, declined = able + (not said), declined + bool(said)
            rows = not_fine if said else fine
            if len(rows) < MOST_SHOWN:
                rows.append(Previewed(reference, stage, said))
        return Preview(
            old, new, stages, able, declined, tuple(reasons.most_common()), (*not_fine, *fine)[:MOST_SHOWN],
            to_map=tuple(_to_map(old, new)) if new.ref.version > old.ref.version else (),
        )  # fmt: skip

    def _judged(
        self, connection: Connection, old: Definition, new: Definition, stages: Stages
    ) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Each open request: its reference, the title of its stage, and why it would be declined."""
        after, library = _FIRST, self.library
        while page := store.open_cases(connection, old.ref.workflow, old.ref.version, after=after, most=BATCH):
            steps = store.steps_of(connection, [case.id for case in page])
            for case in page:
                target = target_of(connection, library, case, new.ref)
                assert target is not None, "both versions have been read"
                passed = completed(steps.get(case.id, []))
                found = obstacles(case, library.ruling(connection, case), target, stages, passed=passed)
                yield case.reference, old.stage(case.stage).title, tuple(each.say for each in found)
            after = page[-1].id

    def _versions(
        self, connection: Connection, workflow: str, before: int, after: int
    ) -> tuple[Definition, Definition]:
        try:
            old = self.library.version(connection, workflow, before)
            new = self.library.version(connection, workflow, after)
        except UnknownWorkflow:
            raise Refused(_NO_MOVE) from None
        if before == after:
            raise Refused(_NO_MOVE)
        return old, new

    def one(self, person: Principal, number: int) -> Moving:
        """One move and how far it is. Raises Refused (NOT_FOUND)."""
        with reading(self.engine) as connection:
            found = store.one(connection, number) if _reads(person) else None
        if found is None:
            raise Refused(_NO_MOVE)
        return found

    def every(self, person: Principal, workflow: str) -> list[Moving]:
        """The newest moves of a workflow; none for who may not read them."""
        if not _reads(person):
            return []
        with reading(self.engine) as connection:
            return store.every(connection, workflow, most=MOST_SHOWN)

    def results(self, person: Principal, moving: Moving, *, page: int = 1) -> tuple[list[Result], bool]:
        """What came of each request, those that were declined first; and whether there are more."""
        if not _reads(person):
            raise Refused(_NO_MOVE)
        with reading(self.engine) as connection:
            rows = store.results(connection, moving.id, most=MOST_SHOWN + 1, skip=(page - 1) * MOST_SHOWN)
        return rows[:MOST_SHOWN], len(rows) > MOST_SHOWN

    # --- Acts

    def begin(
        self, workflow: str, before: int, after: int, stages: Stages, *, why: str, by: str, command_id: str,
        at: datetime,
    ) -> Moving:  # fmt: skip
        """Ask for every open request of a version to be moved; nothing is moved yet. ``by`` "": the command line.

        The same command id again gives the same move. Raises Refused, Busy, Unavailable.
        """
        with transaction(self.engine) as connection:
            streams.lock(connection, HOUSE)
            known = store.by_id(connection, command_id)
            if known is not None:
                return known
            person = people.principal(connection, by) if by else None
            if by and person is None:
                raise Refused(_NO_MOVE)
            _check(person)
            stages = tuple((name, to) for name, to in stages if to)
            _check_mapping(*self._versions(connection, workflow, before, after), stages)
            if not why.strip() or len(why) > MOST_WHY:
                raise Refused(Refusal("words_missing", f"Say why, in at most {MOST_WHY} characters.", field="why"))
            if any(each.workflow == workflow for each in store.running(connection)):
                say = "Requests of this workflow are being moved at this moment. Wait until that has ended."
                raise Refused(Refusal("move_running", say))
            number, total = store.begin(
                connection, move_id=command_id, workflow=workflow, before=before, after=after, stages=stages, why=why,
                by=by, at=at,
            )  # fmt: skip
            facts = {
                "workflow": workflow, "before": before, "after": after, "stages": [list(each) for each in stages],
                "move": command_id, "requests": total,
            }  # fmt: skip
            record_house(
                connection, kind=HouseEvent.VERSION_MOVE_BEGUN, facts=facts, texts={"why": why},
                command_id=command_id, by=by, at=at,
            )  # fmt: skip
            found = store.one(connection, number)
        assert found is not None
        return found

    def carry_out(self, moving: Moving, *, at: datetime, seconds: float) -> tuple[int, int, int]:
        """Do what waits of one move; how many were done, declined, and are to be tried again."""
        return _carry_on(self.engine, self.library, moving, now=at, most=BATCH, until=time.monotonic() + seconds)


def move_on(engine: Engine, library: Library, *, now: datetime, most: int, until: float) -> tuple[int, int, int]:
    """Do what waits of every move; how many were done, declined, and are to be tried again. The sweep calls it."""
    with reading(engine) as connection:
        going_on = store.running(connection)
    counts = (0, 0, 0)
    for each in going_on:
        more = _carry_on(engine, library, each, now=now, most=most, until=until)
        counts = (counts[0] + more[0], counts[1] + more[1], counts[2] + more[2])
    return counts


def _carry_on(
    engine: Engine, library: Library, moving: Moving, *, now: datetime, most: int, until: float
) -> tuple[int, int, int]:
    with reading(engine) as connection:
        person = people.principal(connection, moving.asked_by) if moving.asked_by else None
        to = library.version(connection, moving.workflow, moving.after).ref
    actor = Actor(moving.asked_by, person.name if person else "") if moving.asked_by else OPERATOR
    counts, after = [0, 0, 0], _FIRST
    while time.monotonic() < until:
        with reading(engine) as connection:
            page = store.waiting(connection, moving.id, after=after, most=most)
        for case_id in page:
            command = AdoptVersion(
                id=command_id(moving, case_id), actor=actor, at=now, case_id=case_id, to=to, stages=moving.stages,
                why=moving.why,
            )  # fmt: skip
            counts[_move(engine, library, moving, command)] += 1
        if len(page) < most:
            break
        after = page[-1]
    if not counts[2]:
        _end(engine, moving, now=now)
    return counts[0], counts[1], counts[2]


def command_id(moving: Moving, case_id: str) -> str:
    """The id of the command for one request of a move: always the same, so that it cannot happen twice."""
    return str(uuid5(_COMMAND_IDS, f"{moving.id}/{case_id}"))


def _move(engine: Engine, library: Library, moving: Moving, command: AdoptVersion) -> int:
    """One request: 0 when it was done, 1 when it was declined, 2 when it is to be tried again."""
    try:
        execute(engine, library, command)
    except Refused as refused:
        if _done_before(engine, command):
            return _noted(engine, moving, command, state="done")
        says = [_GONE if each.code == NOT_FOUND else each.say for each in refused.refusals]
        return _noted(engine, moving, command, state="declined", say=" ".join(says))
    except Unavailable:
        raise
    except Exception as fault:  # noqa: BLE001  one case that cannot be served must not stop the others
        reason = "busy" if isinstance(fault, Busy) else type(fault).__name__
        log.warning("a request could not be moved to another version: case %s: %s", command.case_id, reason)
        with transaction(engine) as connection:
            tries = store.tried(connection, moving.id, command.case_id)
        return _noted(engine, moving, command, state="declined", say=_FAULT) if tries >= MOST_TRIES else 2
    return _noted(engine, moving, command, state="done")


def _done_before(engine: Engine, command: AdoptVersion) -> bool:
    """Whether it happened, and the service stopped before that was noted here."""
    with reading(engine) as connection:
        return events.result_of(connection, command.id) is not None


def _noted(engine: Engine, moving: Moving, command: AdoptVersion, *, state: str, say: str = "") -> int:
    with transaction(engine) as connection:
        store.note(connection, moving.id, command.case_id, state=state, say=say, at=command.at)
    return 0 if state == "done" else 1


def _end(engine: Engine, moving: Moving, *, now: datetime) -> None:
    """Seal what came of it, once nothing waits."""
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        found = store.by_id(connection, moving.id)
        if found is None or found.waiting or not store.end(connection, moving.id, at=now):
            return
        facts = {
            "workflow": found.workflow, "before": found.before, "after": found.after, "move": found.id,
            "done": found.done, "declined": found.declined,
        }  # fmt: skip
        record_house(
            connection, kind=HouseEvent.VERSION_MOVE_ENDED, facts=facts, texts={},
            command_id=str(uuid5(_COMMAND_IDS, f"{found.id}/ended")), by=found.asked_by, at=now,
        )  # fmt: skip


def _to_map(old: Definition, new: Definition) -> Iterator[Occupied]:
    for name, stage in old.stages.items():
        there = new.stages.get(name)
        if stage.kind is StageKind.CLOSED or (there is not None and there.kind is stage.kind):
            continue
        places = tuple((each.name, each.title) for each in new.stages.values() if each.kind is stage.kind)
        yield Occupied(name, stage.title, places)


def _check_mapping(old: Definition, new: Definition, stages: Stages) -> None:
    """Raises Refused for a stage that there is not, and for one of another kind."""
    for name, to in stages:
        left, there = old.stages.get(name), new.stages.get(to)
        if left is None or there is None or left.kind is not there.kind:
            say = "Choose a stage of the same kind for each stage that is gone."
            raise Refused(Refusal("mapping", say, field=f"stage-{name}" if left else ""))


def _reads(person: Principal) -> bool:
    return any(each.role in READERS for each in person.memberships)


def _check(person: Principal | None) -> None:
    """Raises Refused unless the person is an administrator, or it is the command line (None)."""
    if person is None or any(each.role is Role.ADMINISTRATOR for each in person.memberships):
        return
    if _reads(person):
        raise Refused(Refusal(NOT_YOURS, "Only an administrator can move requests to another version."))
    raise Refused(_NO_MOVE)
