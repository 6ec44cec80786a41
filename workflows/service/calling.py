"""Sending webhooks: claims messages, hands each to its receiver, and records what became of it.

At least once, as the Standard Webhooks specification has it: the id of a message stays the same however often it is
tried, and receivers tell a repeated one by it. No network is used inside a transaction.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import StrEnum
from uuid import uuid4

from workflows.core.webhooks import TEST
from workflows.service.announcing import place
from workflows.service.posting import Posted
from workflows.service.registering import HouseEvent, record_house
from workflows.service.sealing import Safe, Unreadable
from workflows.service.unit_of_work import Connection, Engine, transaction
from workflows.store import clock, webhooks

LEASE = timedelta(seconds=120)
"""How long a claimed message is left alone: after a killed worker it is sent again this much later."""

SENDING = 30.0
"""Seconds after which no further message is begun, so that none is sent after its lease."""

QUIET = timedelta(minutes=1)
"""A receiver that has failed is left alone for at most so long."""

KEEP = timedelta(days=30)
"""How long messages that were delivered are kept, for the page that shows the last ones."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to hand over: its id, where it goes, the words, and the secrets that sign it, the newest first."""

    id: str
    delivery_id: str
    webhook_id: str
    attempts: int
    url: str
    body: str
    secrets: tuple[str, ...]


class Fate(StrEnum):
    """What a receiver made of a message."""

    TAKEN = "taken"
    GONE = "gone"
    """It says that it will never take one again."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a sender; ``status`` is a code or the kind of a fault, never a receiver's own words."""

    fate: Fate
    status: str


def drain_calls(
    engine: Engine,
    safe: Safe,
    send: Callable[[Message], Answer],
    *,
    waits: Sequence[timedelta],
    most: int = 20,
    seconds: float = SENDING,
) -> Posted:
    """Send what waits, ``most`` claimed at a time, until nothing is left or ``seconds`` are over.

    ``waits`` are the times between one try and the next; after the last try a message is given up.
    Raises Unavailable when the database cannot be reached; messages in hand are then sent again later.
    """
    until = time.monotonic() + seconds
    place(engine)
    fates: Counter[str] = Counter()
    failed: set[str] = set()
    more = True
    while more and time.monotonic() < until:
        messages, more = _claim(engine, safe, waits=waits, most=most)
        for message in messages:
            if time.monotonic() >= until or message.webhook_id in failed:
                with transaction(engine) as connection:
                    webhooks.put_back(connection, message.delivery_id)
                continue
            fate = _send(engine, send, message, waits=waits)
            fates[fate] += 1
            if fate != "sent":
                failed.add(message.webhook_id)
    return Posted(fates["sent"], fates["later"], fates["dead"])


def tidy(engine: Engine) -> int:
    """Forget messages that were delivered long ago; how many."""
    with transaction(engine) as connection:
        return webhooks.tidy(connection, keep=KEEP)


def _claim(
    engine: Engine, safe: Safe, *, waits: Sequence[timedelta], most: int
) -> tuple[list[Message], bool]:  # fmt: skip
    """Messages to send now, and whether more may be waiting. What may not be told any more is forgotten."""
    messages: list[Message] = []
    with transaction(engine) as connection:
        leased = webhooks.claim(connection, most=most, lease=LEASE)
        for each in leased:
            if each.hidden:
                webhooks.forget(connection, each.id)
                continue
            try:
                secrets = tuple(safe.open(one) for one in (each.secret, each.old_secret) if one)
            except Unreadable:
                _try_later(connection, each, "the secret cannot be read", waits)
                continue
            message_id = f"msg_{each.id}"
            messages.append(
                Message(message_id, each.id, each.webhook_id, each.attempts, each.url, body(each), secrets)
            )  # fmt: skip
    return messages, len(leased) == most


def body(message: webhooks.Leased) -> str:
    """The words of a message, always the same for the same message."""
    data: dict[str, str] = {}
    if message.kind != TEST:
        event = {"event_id": message.event_id} if message.event_id else {}
        data = {**event, "case": message.reference or "", "stage": message.stage}
    at = message.happened_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"type": message.kind, "timestamp": at, "data": data}, separators=(",", ":"))


def _send(
    engine: Engine, send: Callable[[Message], Answer], message: Message, *, waits: Sequence[timedelta]
) -> str:  # fmt: skip
    """Send one message and write down what became of it: sent, later or dead."""
    try:
        answer = send(message)
    except Exception as fault:  # noqa: BLE001  one message that cannot be sent must not stop the others
        answer = Answer(Fate.FAILED, type(fault).__name__)
    with transaction(engine) as connection:
        if answer.fate is Fate.TAKEN:
            webhooks.sent(connection, message.delivery_id, answer.status)
            return "sent"
        if answer.fate is Fate.GONE:
            _gone(connection, message)
            return "dead"
        return _try_later(connection, message, answer.status, waits)


def _try_later(
    connection: Connection, message: Message | webhooks.Leased, status: str, waits: Sequence[timedelta]
) -> str:  # fmt: skip
    wait = waits[message.attempts - 1] if message.attempts <= len(waits) else None
    delivery_id = message.delivery_id if isinstance(message, Message) else message.id
    webhooks.retry(connection, delivery_id, status, wait=wait)
    webhooks.leave_alone(connection, message.webhook_id, quiet=min(wait or QUIET, QUIET))
    if wait is None:
        log.error("webhook message %s was given up: %s", delivery_id, status)
        return "dead"
    return "later"


def _gone(connection: Connection, message: Message) -> None:
    """The receiver is switched off, sealed on the house's stream, and what waits for it is given up."""
    at = clock.now(connection)
    organisation = webhooks.switch_off(connection, message.webhook_id, gone=True, at=at)
    if organisation:
        facts = {"webhook": message.webhook_id, "organisation": organisation, "why": "gone"}
        record_house(
            connection, kind=HouseEvent.WEBHOOK_OFF, facts=facts, texts={}, command_id=str(uuid4()), by="", at=at
        )
    log.error("webhook %s was switched off: its receiver says that it is gone", message.webhook_id)
