"""Did it arrive? Mails that were taken are asked about, as long as whoever took them may still say that it failed.

A mail that was taken and then returned is as undelivered as one that nobody took, and is shown with those. What is
asked is bounded: a few at a time, each less and less often, and after some days no more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from workflows.service.unit_of_work import Engine, transaction
from workflows.store import receipts
from workflows.store.outbox import FIRST_ASK

LONGEST = timedelta(hours=6)
"""The longest time between one question about a mail and the next."""
GIVE_UP = timedelta(days=4)
"""Nobody asks about a mail that was sent longer ago: a mailbox that is full is given up after three days."""
ASKING = 20.0
"""Seconds after which no further question is asked in one round."""

log = logging.getLogger(__name__)


class Arrival(StrEnum):
    """What whoever took a mail says of it now."""

    ARRIVED = "arrived"
    ON_ITS_WAY = "on_its_way"
    FAILED = "failed"
    FORGOTTEN = "forgotten"
    """It is not known there any more."""
    UNREACHABLE = "unreachable"
    """Nobody answers: no other need be asked about in this round."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer; ``why`` is a status, never anybody's own words."""

    arrival: Arrival
    why: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a round found."""

    arrived: int = 0
    failed: int = 0
    waiting: int = 0


def ask(engine: Engine, look: Callable[[str], Heard], *, most: int = 50, seconds: float = ASKING) -> Asked:
    """Ask about up to ``most`` receipts whose time has come. Raises Unavailable when the database cannot be reached."""
    until = time.monotonic() + seconds
    with transaction(engine) as connection:
        found = receipts.claim(connection, most=most, first=FIRST_ASK, longest=LONGEST, give_up=GIVE_UP)
    arrived = failed = waiting = 0
    for receipt in found:
        if time.monotonic() >= until:
            break
        heard = look(receipt)
        if heard.arrival is Arrival.UNREACHABLE:
            break
        with transaction(engine) as connection:
            if heard.arrival in (Arrival.ARRIVED, Arrival.FORGOTTEN):
                receipts.arrived(connection, receipt)
                arrived += heard.arrival is Arrival.ARRIVED
            elif heard.arrival is Arrival.FAILED:
                failed += receipts.failed(connection, receipt, heard.why)
                log.error("a mail that was taken did not arrive: receipt %s: %s", receipt, heard.why)
            else:
                waiting += 1
    return Asked(arrived, failed, waiting)
