"""Passwords: argon2id, a bounded number of hashes at a time, the same work for known and unknown people."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 15
LONGEST_BYTES = 1024


class TooBusy(Exception):
    """So many people are signing in that this one did not get a turn in time."""


class UnfitPassword(ValueError):
    """The password cannot be accepted; the message says why and never repeats it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: memory in KiB, passes, lanes. The default takes about 60 ms."""

    memory: int = 46 * 1024
    passes: int = 2
    lanes: int = 1


class Passwords:
    """Makes and checks hashes. ``at_once`` bounds the memory that sign-ins can take together."""

    def __init__(self, cost: Cost | None = None, *, at_once: int = 2, patience: float = 10.0) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)
        self._turns = BoundedSemaphore(at_once)
        self._patience = patience

    def hash(self, password: str) -> str:
        """A new hash. Raises UnfitPassword, TooBusy."""
        if len(password) < SHORTEST:
            raise UnfitPassword(f"A password must have at least {SHORTEST} characters.")
        if len(password.encode(errors="surrogatepass")) > LONGEST_BYTES:
            raise UnfitPassword(f"A password must have at most {LONGEST_BYTES} bytes.")
        with self._turn():
            return self._hasher.hash(_spelled(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether the password is the one; without a stored hash the same work is done for nothing.

        Raises TooBusy.
        """
        decoy = self._decoy
        fits = len(password) <= LONGEST_BYTES
        with self._turn():
            try:
                self._hasher.verify(stored or decoy, _spelled(password) if fits else "")
            except (VerificationError, InvalidHashError):
                return False
            return bool(stored) and fits

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made more cheaply than hashes are made now."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(secrets.token_bytes(32))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._patience):
            raise TooBusy
        try:
            yield
        finally:
            self._turns.release()


def _spelled(password: str) -> bytes:
    """One spelling for what looks the same: keyboards differ in how they send accents."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
