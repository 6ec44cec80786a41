"""Everything that is wrong with what was sent, in one list; and the taking of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from webapp.intake.reading import Reading, capped
from workflows.core.imported import Fault, FaultyDocument
from workflows.core.permissions import Principal
from workflows.service.intake import Intake, Taken


def faults_in(
    intake: Intake, reading: Reading, *, by: Principal | None, now: datetime, within: str = ""
) -> tuple[Fault, ...]:
    """What is wrong with the shape of the requests, and what the house has against what could be read of them."""
    found = list(reading.faults)
    for each in reading.requests:
        found += intake.check(each.document, by=by, now=now, within=within, bad=each.bad)
    return capped(tuple(dict.fromkeys(found)))


def take(
    intake: Intake, reading: Reading, *, by: Principal | None, now: datetime, within: str = ""
) -> tuple[Taken, ...]:
    """Take every request, or none. Raises FaultyDocument with every fault, Busy, Unavailable."""
    return take_every(intake, [reading], by=by, now=now, within=within)


def take_every(
    intake: Intake, readings: Iterable[Reading], *, by: Principal | None, now: datetime, within: str = ""
) -> tuple[Taken, ...]:  # fmt: skip
    """Take every request of several texts, or none at all. Raises as ``take``."""
    everything = list(readings)
    if any(reading.faults for reading in everything):
        raise FaultyDocument(
            [fault for each in everything for fault in faults_in(intake, each, by=by, now=now, within=within)]
        )
    documents = [each.document for reading in everything for each in reading.requests]
    return intake.take_all(documents, by=by, now=now, within=within)
