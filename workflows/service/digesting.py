"""Digests: what people have chosen, and the round that makes and sends them.

One digest for a person and a period, kept by the database: however many workers there are, whatever was missed. It is
sent at least once under one Message-ID, without what is no longer true; nothing is sent when nothing is left.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.core.digests import Choice, last_period
from workflows.core.permissions import Principal
from workflows.service.library import Library
from workflows.service.posting import (
    FEWEST_TRIES,
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    SENDING,
    Fate,
    Letter,
    Posted,
    Sending,
    letter_of,
    void,
)
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import clock, digests, outbox
from workflows.store.notices import GIVE_UP_AFTER

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest may know: for each line what a letter may know, and nothing else."""

    id: str
    message_id: str
    address: str
    lines: tuple[Letter, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Choices:
    """How people are told. Safe to share between threads."""

    engine: Engine

    def of(self, person: Principal) -> Choice:
        """What she has chosen."""
        with reading(self.engine) as connection:
            return digests.choice(connection, person.id)

    def choose(self, person: Principal, chosen: Choice, *, command_id: str, now: datetime) -> None:
        """Keep what she has chosen, sealed on the house's stream; the same again changes nothing."""
        with transaction(self.engine) as connection:
            if digests.choice(connection, person.id) == chosen:
                return
            digests.choose(connection, person.id, chosen)
            facts = {
                "person": person.id, "groups": sorted(each.value for each in chosen.groups),
                "rhythm": chosen.rhythm.value, "hour": chosen.hour,
            }  # fmt: skip
            record_house(
                connection, kind=HouseEvent.MAIL_CHOSEN, facts=facts, texts={}, command_id=command_id,
                by=person.id, at=now,
            )  # fmt: skip


def drain_digests(
    engine: Engine, library: Library, send: Callable[[Digest], Sending], *, seconds: float = SENDING
) -> Posted:
    """Make the digests whose time has come and send them, until none is left or ``seconds`` are over.

    Raises Unavailable when the database cannot be reached; a digest in hand is then sent again later.
    """
    with transaction(engine) as connection:
        now = clock.now(connection)
        for person, choice, first in digests.waiting(connection):
            period = last_period(choice, now)
            if first < period:
                digests.make(connection, person, period=period, patience=GIVE_UP_AFTER)
    until = time.monotonic() + seconds
    done = Posted()
    while time.monotonic() < until:
        with transaction(engine) as connection:
            found = digests.claim(connection, lease=LEASE)
            if found is None:
                break
            digest = _composed(connection, library, found)
        if digest is None:
            done = Posted(done.sent, done.later, done.dead, done.superseded + 1)
            continue
        fate = _send(engine, send, digest)
        done = Posted(
            done.sent + (fate is Fate.SENT),
            done.later + (fate in (Fate.LATER, Fate.UNREACHABLE)),
            done.dead + (fate is Fate.NEVER),
            done.superseded,
        )
        if fate is Fate.UNREACHABLE:
            break
    return done


def _composed(connection: Connection, library: Library, found: digests.Open) -> Digest | None:
    """The digest without what is no longer true; None, and ended, when nothing is left of it."""
    letters = []
    for line in digests.lines(connection, found.id):
        if why := void(connection, library, line):
            outbox.superseded(connection, line.id, why)
        else:
            letters.append(letter_of(line))
    if not letters:
        digests.end(connection, found.id, "superseded", "nothing is left of it")
        return None
    return Digest(found.id, f"<{found.id}@gatehouse>", letters[0].address, tuple(letters), found.attempts)


def _send(engine: Engine, send: Callable[[Digest], Sending], digest: Digest) -> Fate:
    """Send one digest and write down what became of it. NEVER when it was given up."""
    try:
        answer = send(digest)
    except Exception as fault:  # noqa: BLE001  one digest that cannot be written must not stop the others
        answer = Sending(Fate.LATER, type(fault).__name__)
    with transaction(engine) as connection:
        if answer.fate is Fate.SENT:
            digests.end(connection, digest.id, "sent", receipt=answer.receipt)
            return Fate.SENT
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(digest.attempts - 1, 10))
        if answer.fate is Fate.NEVER or digests.retry(connection, digest.id, answer.why, wait=wait, tries=FEWEST_TRIES):
            digests.end(connection, digest.id, "dead", answer.why)
            log.error("digest %s was given up: %s", digest.id, answer.why)
            return Fate.NEVER
    return answer.fate
