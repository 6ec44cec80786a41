"""The post: claims mails from the outbox, asks whether each is still true, and records what became of it.

At least once: a mail is marked sent only after the mail server has taken it, so a worker that is killed in
between leaves a row that is sent again, under the same Message-ID. No network is used inside a transaction.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.core.notices import OF_STANDING_IN, OF_THE_HOUSE, NoticeKind
from workflows.core.standing_in import swaps
from workflows.core.telling import LADDER, PASSED_ON, is_away, says_more, still_true
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import cases, clock, holiday_feed, notices, outbox
from workflows.store.outbox import Leased

LEASE = timedelta(seconds=60)
"""How long a claimed mail is left alone: after a killed worker it is sent again this much later."""

SENDING = 30.0
"""Seconds after which no further mail of a batch is begun, so that none is sent after its lease."""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
FEWEST_TRIES = 8
"""A mail is not given up before so many tries, even if its time is over."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail may know, and nothing else: no name, no text that a person has written."""

    id: str
    message_id: str
    address: str
    kind: NoticeKind
    case_id: str
    reference: str
    stage_title: str
    due_at: datetime | None
    attempts: int


class Fate(StrEnum):
    """What the mail server made of a letter."""

    SENT = "sent"
    LATER = "later"
    UNREACHABLE = "unreachable"
    """As LATER, and nobody answers: no other letter need be tried this round."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Sending:
    """The answer of a sender; ``why`` is a code or a fault's kind, never the server's own words.

    ``receipt`` is what the server calls what it took, where it can be asked later whether that arrived.
    """

    fate: Fate
    why: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Letters to send now; how many others were void; ``full`` when more may be waiting."""

    letters: tuple[Letter, ...]
    superseded: int
    full: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """What a round did."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    superseded: int = 0


def drain(
    engine: Engine,
    library: Library,
    send: Callable[[Letter], Sending],
    *,
    most: int = 20,
    seconds: float = SENDING,
    in_hours: bool = False,
) -> Posted:
    """Send what waits, ``most`` claimed at a time, until nothing is left or ``seconds`` are over.

    ``in_hours`` leaves what is not urgent until the service is open.

    Raises Unavailable when the database cannot be reached; mails in hand are then sent again later.
    """
    until = time.monotonic() + seconds
    fates: Counter[str] = Counter()
    more = True
    while more and time.monotonic() < until:
        batch = claim(engine, library, most=most, in_hours=in_hours)
        fates["superseded"] += batch.superseded
        more = batch.full
        for letter in batch.letters:
            if time.monotonic() >= until or fates["unreachable"]:
                put_back(engine, letter)
                more = False
            else:
                fates.update(_send(engine, send, letter))
    return Posted(fates["sent"], fates["later"], fates["dead"], fates["superseded"])


def claim(engine: Engine, library: Library, *, most: int = 20, in_hours: bool = False) -> Claimed:
    """Lease up to ``most`` mails; those that are no longer true are ended here and never sent.

    ``in_hours`` leaves those alone that wait until a service opens.
    """
    letters: list[Letter] = []
    ended = 0
    with transaction(engine) as connection:
        held = clock.now(connection) if in_hours else None
        mails = outbox.claim(connection, most=most, lease=LEASE, held=held)
        for mail in mails:
            try:
                why = void(connection, library, mail)
            except (LookupError, ValueError) as fault:
                # A row that cannot be understood must not hold up the others.
                outbox.retry(connection, mail.id, type(fault).__name__, wait=LONGEST_WAIT, tries=FEWEST_TRIES)
                continue
            if why:
                outbox.superseded(connection, mail.id, why)
                ended += 1
            else:
                letters.append(letter_of(mail))
    return Claimed(tuple(letters), superseded=ended, full=len(mails) == most)


def sent(engine: Engine, letter: Letter, receipt: str = "") -> None:
    """The mail server has taken the letter."""
    with transaction(engine) as connection:
        outbox.sent(connection, letter.id, receipt)


def retry(engine: Engine, letter: Letter, why: str) -> bool:
    """Try again later, each time after a longer wait; True when it was given up instead."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(letter.attempts - 1, 10))
    with transaction(engine) as connection:
        return outbox.retry(connection, letter.id, why, wait=wait, tries=FEWEST_TRIES)


def never(engine: Engine, letter: Letter, why: str) -> None:
    """The mail server has refused it for good."""
    with transaction(engine) as connection:
        outbox.dead(connection, letter.id, why)


def put_back(engine: Engine, letter: Letter) -> None:
    """Not begun in time: whoever comes next may send it at once."""
    with transaction(engine) as connection:
        outbox.put_back(connection, letter.id)


def undeliverable(engine: Engine) -> int:
    """How many mails were given up: shown to people, because nobody else would notice."""
    with reading(engine) as connection:
        return outbox.undeliverable(connection)


def held(engine: Engine) -> tuple[int, datetime | None]:
    """How many mails wait until a service opens, and when (aware UTC, the product's time) the first of them goes."""
    with reading(engine) as connection:
        return outbox.held(connection, now=clock.now(connection))


def _send(engine: Engine, send: Callable[[Letter], Sending], letter: Letter) -> list[str]:
    """Send one letter and write down what became of it; the counters that this adds one to."""
    try:
        answer = send(letter)
    except Exception as fault:  # noqa: BLE001  one letter that cannot be written must not stop the others
        answer = Sending(Fate.LATER, type(fault).__name__)
    if answer.fate is Fate.SENT:
        sent(engine, letter, answer.receipt)
        return ["sent"]
    if answer.fate is Fate.NEVER:
        never(engine, letter, answer.why)
        given_up = True
    else:
        given_up = retry(engine, letter, answer.why)
    if given_up:
        log.error("mail %s about case %s was given up: %s", letter.id, letter.case_id, answer.why)
    return ["dead" if given_up else "later", *(["unreachable"] if answer.fate is Fate.UNREACHABLE else [])]


def void(connection: Connection, library: Library, mail: Leased) -> str:
    """Why the mail should not go any more, or nothing."""
    if mail.disabled:
        return "the person has left"
    if mail.kind in OF_STANDING_IN:
        person = cases.principal(connection, mail.person_id)
        lasts = mail.kind == NoticeKind.STANDS_IN_NO_MORE or bool(person and person.standing)
        return "" if lasts else "no longer so"
    if mail.kind in OF_THE_HOUSE:
        state = holiday_feed.read(connection)
        return "" if state is not None and state.told_at is not None else "no longer so"
    case = cases.read(connection, mail.case_id)
    person = cases.principal(connection, mail.person_id)
    if case is None or person is None:
        return "the case or the person is gone"
    definition = library.definition(connection, case.definition)
    if mail.kind in PASSED_ON and is_away(case, person):
        # Written before she went: whoever stands in gets it in her place.
        to = next((each.to for each in swaps(case, person.away) if each.absent == person.id), "")
        if to and definition.stage(case.stage).title == mail.stage_title:
            notices.pass_on(connection, mail.id, to=to)
        return "the person is away"
    kind = NoticeKind(mail.kind)
    if not still_true(kind, case, definition, person=person, stage_title=mail.stage_title):
        return "no longer so"
    if kind in LADDER:
        for other, later in outbox.beside(connection, mail):
            # Only what will itself be sent may take its place.
            if says_more(NoticeKind(other), kind, later=later) and still_true(
                NoticeKind(other), case, definition, person=person, stage_title=mail.stage_title
            ):
                return "another mail says more"
    return ""


def letter_of(mail: Leased) -> Letter:
    return Letter(
        mail.id, mail.message_id, mail.email, NoticeKind(mail.kind), mail.case_id, mail.reference,
        mail.stage_title, mail.due_at, mail.attempts,
    )  # fmt: skip
