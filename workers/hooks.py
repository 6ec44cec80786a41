"""Handing a webhook to its receiver: signed after the Standard Webhooks specification, over a checked connection.

The host name is looked up once for each try, what it stands for is checked, and the connection is made to what was
checked, under the name that the certificate must bear: a name that says something else a moment later leads nowhere.
No redirect is followed, nothing that the receiver writes is read beyond its status, and everything together may take no
longer than a stated time.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx
from standardwebhooks import Webhook

from workflows.core.refusals import Refused
from workflows.service.calling import Answer, Fate, Message
from workflows.service.webhooks import Resolve, addresses_of, resolved

TIMEOUT = 15.0
"""Seconds for a whole conversation with a receiver."""
GONE = 410
AGENT = "Gatehouse-Webhooks"


@dataclass(frozen=True, slots=True)
class HookSender:
    """Sends messages. ``local`` lets receivers on one's own network through."""

    local: bool = False
    timeout: float = TIMEOUT
    resolve: Resolve = resolved
    trust: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)

    def send(self, message: Message) -> Answer:
        """Hand one message over. Never raises for what a receiver or a network does."""
        try:
            addresses = addresses_of(message.url, local=self.local, resolve=self.resolve)
        except Refused as refused:
            return Answer(Fate.FAILED, refused.code)
        careful = _Careful(addresses, time.monotonic() + self.timeout)
        try:
            with httpcore.ConnectionPool(ssl_context=self.trust, network_backend=careful, retries=0) as pool:
                return _understood(self._status(pool, message))
        except (httpcore.TimeoutException, _TooLate):
            return Answer(Fate.FAILED, "no answer in time")
        except (ssl.SSLError, httpcore.ConnectError) as fault:
            known = (
                isinstance(fault, ssl.SSLError) or "CERTIFICATE" in str(fault).upper() or "SSL" in str(fault).upper()
            )
            return Answer(
                Fate.FAILED, "the certificate or its encryption is not accepted" if known else "no connection"
            )
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as fault:
            return Answer(Fate.FAILED, type(fault).__name__)

    def _status(self, pool: httpcore.ConnectionPool, message: Message) -> int:
        content = message.body.encode()
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self.timeout)
        with pool.stream(
            "POST", message.url, headers=signed(message, at=datetime.now(UTC)), content=content,
            extensions={"timeout": limits},
        ) as answer:  # fmt: skip
            # Its words are left unread: the connection is closed on them.
            return int(answer.status)


def signed(message: Message, *, at: datetime) -> list[tuple[str, str]]:
    """The headers of a message that is sent at an instant. Every secret that counts has signed it."""
    signatures = [
        Webhook(secret).sign(msg_id=message.id, timestamp=at, data=message.body) for secret in message.secrets
    ]
    return [
        ("content-type", "application/json"),
        ("user-agent", AGENT),
        ("webhook-id", message.id),
        ("webhook-timestamp", str(int(at.timestamp()))),
        ("webhook-signature", " ".join(signatures)),
    ]


def _understood(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(Fate.TAKEN, str(status))
    return Answer(Fate.GONE if status == GONE else Fate.FAILED, str(status))


class _TooLate(Exception):
    """The whole took too long, though each part of it may have been quick."""


class _Careful(httpcore.NetworkBackend):
    """Connects only to the addresses that were checked, whatever the name says by now, and only until an instant."""

    def __init__(self, addresses: Sequence[str], until: float) -> None:
        self._addresses = addresses
        self._until = until
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the addresses that answers. ``host`` is not looked up again."""
        fault: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                stream = self._plain.connect_tcp(
                    address, port, _left(self._until, timeout), local_address, socket_options
                )
                return _Hurried(stream, self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                fault = failed
        raise fault


class _Hurried(httpcore.NetworkStream):
    """A connection on which nothing may be done after an instant: one that drips holds up nobody for long."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes."""
        return self._stream.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of these bytes."""
        self._stream.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        """The end of it."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """From here on encrypted, under the host's name."""
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._until, timeout))
        return _Hurried(stream, self._until)

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _TooLate
    return left if timeout is None else min(left, timeout)
