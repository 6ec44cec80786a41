"""How often the public entrance may be used from one place: counted where sign-ins are, and as little kept."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from workflows.service.office import network
from workflows.service.unit_of_work import Engine, transaction
from workflows.store import attempts

WINDOW = timedelta(minutes=5)
PER_ADDRESS = 5
"""Applications from one household; a library or a family centre sends more slowly than that."""
ALTOGETHER = 120
"""Applications altogether: more is nobody's worry about a child, and would bury those that are."""


class PublicDoor:
    """Counts applications. Neither who applied nor from where can be read from what is counted."""

    def __init__(self, engine: Engine, secret: str) -> None:
        self._engine, self._secret = engine, secret.encode()

    def wait(self, address: str) -> int:
        """Count one application from a network address; the seconds to wait where there were too many, else 0."""
        limits = {self._bucket("application from", network(address)): PER_ADDRESS, "applications": ALTOGETHER}
        with transaction(self._engine) as connection:
            return attempts.take_place(connection, limits, window=WINDOW).wait

    def _bucket(self, kind: str, value: str) -> str:
        return hmac.new(self._secret, f"{kind}:{value}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
