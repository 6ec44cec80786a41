"""A question over the network that ends in time, whatever the other side does.

Built on httpx's own engine: httpx writes the whole address of each request into its log, and that of a question to
CP-IS holds an NHS number.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

MOST_HEAD = 64
"""Headers of an answer that are looked at."""


class NoAnswer(Exception):
    """There was no whole answer; the message is a few words of our own, and ``again`` says whether to try once more."""

    def __init__(self, say: str, *, again: bool = True) -> None:
        super().__init__(say)
        self.say, self.again = say, again


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: its status, what kind of text it is, and the text as it came."""

    status: int
    kind: str
    body: bytes


def get(
    url: str, headers: list[tuple[str, str]], *, seconds: float, most: int, trust: ssl.SSLContext | None = None
) -> Got:
    """Ask. No redirect is followed, no proxy is used, and nothing is unfolded. Raises NoAnswer."""
    until = time.monotonic() + seconds
    limits = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=trust, network_backend=_Until(until), retries=0) as pool,
            pool.stream("GET", url, headers=headers, extensions={"timeout": limits}) as answer,
        ):
            got = bytearray()
            for piece in answer.iter_stream():
                got += piece
                if len(got) > most:
                    raise NoAnswer("its answer is too large", again=False)
            kinds = [value for name, value in answer.headers[:MOST_HEAD] if name.lower() == b"content-type"]
            kind = kinds[0].decode("latin-1").split(";")[0].strip().lower() if kinds else ""
            return Got(answer.status, kind, bytes(got))
    except (httpcore.TimeoutException, _TooLate):
        raise NoAnswer(f"it did not answer within {seconds:g} seconds") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as fault:
        secured = isinstance(fault, ssl.SSLError) or "SSL" in str(fault).upper() or "CERTIFICATE" in str(fault).upper()
        if secured:
            raise NoAnswer("its certificate or encryption is not accepted", again=False) from None
        raise NoAnswer("the connection could not be made, or was broken off") from None


class _TooLate(Exception):
    """The whole took too long, though each part of it may have been quick."""


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _TooLate
    return left if timeout is None else min(left, timeout)


class _Until(httpcore.NetworkBackend):
    """Connections on which nothing may be done after an instant."""

    def __init__(self, until: float) -> None:
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
        """Connect."""
        left = _left(self._until, timeout)
        return _Stream(self._plain.connect_tcp(host, port, left, local_address, socket_options), self._until)


class _Stream(httpcore.NetworkStream):
    """One connection; a service that drips holds up nobody for long."""

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
        """Close it."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on in secret."""
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._until, timeout))
        return _Stream(secured, self._until)

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._stream.get_extra_info(info)
