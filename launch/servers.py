"""The two servers that Gatehouse stands on, PostgreSQL and Valkey, started together and stopped together.

GATEHOUSE_DATABASE_URL and GATEHOUSE_REDIS_URL name servers that run elsewhere; what they name is not started.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from launch import processes
from launch.postgres import Postgres
from launch.valkey import Valkey

DATABASE_SETTING = "GATEHOUSE_DATABASE_URL"
REDIS_SETTING = "GATEHOUSE_REDIS_URL"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers answer. The addresses hold passwords: never print them into a log."""

    database: str
    redis: str


@dataclass(slots=True)
class Servers:
    """The servers that we start ourselves, and the addresses of all that the product needs."""

    own: tuple[Postgres | Valkey, ...]
    addresses: Addresses
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def postgres(self) -> Postgres | None:
        """Our own PostgreSQL, or None where one elsewhere is named."""
        return next((server for server in self.own if isinstance(server, Postgres)), None)

    def prepare(self) -> None:
        """Clear leftovers away and make what is missing; starts nothing that stays."""
        for server in self.own:
            server.prepare()

    def start(self) -> None:
        """Start them and wait until all answer. Raises Trouble, and leaves none running then."""
        self.prepare()
        try:
            for server in self.own:
                self.running[server.name] = server.start()
            for server in self.own:
                server.wait_ready(self.running[server.name])
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop them; what was written stays written."""
        for server in reversed(self.own):
            process = self.running.pop(server.name, None)
            if process is not None:
                processes.stop(process, gentle=server.gentle, seconds=20)


def make_servers(
    home: Path,
    *,
    database_password: str,
    redis_password: str,
    database_port: int | None = None,
    redis_port: int | None = None,
    durable: bool = True,
    elsewhere: Mapping[str, str] | None = None,
) -> Servers:
    """Servers under a home, not started. A port that was used before is used again while it is free.

    `elsewhere` holds the two settings for servers that run already; the process's own by default.
    """
    named = os.environ if elsewhere is None else elsewhere
    logs = home / "logs"
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    own: list[Postgres | Valkey] = []
    database, queue = named.get(DATABASE_SETTING, ""), named.get(REDIS_SETTING, "")
    if not database:
        log = logs / "postgres.log"
        port = _port(database_port)
        postgres = Postgres(home, port=port, password=database_password, log=log, durable=durable)
        own.append(postgres)
        database = postgres.url
    if not queue:
        valkey = Valkey(home, port=_port(redis_port), password=redis_password, log=logs / "valkey.log")
        own.append(valkey)
        queue = valkey.url
    return Servers(own=tuple(own), addresses=Addresses(database=database, redis=queue))


def _port(wanted: int | None) -> int:
    return wanted if wanted and processes.port_is_free(wanted) else processes.free_port()


@contextmanager
def passing_servers(folder: Path, *, durable: bool = False) -> Iterator[Addresses]:
    """Servers in a folder of your own for as long as the block lasts: for tests and benches.

    Unless `durable`, the database does not wait for the disk: quick, and lost with the machine.
    """
    servers = make_servers(
        folder,
        database_password=secrets.token_urlsafe(24),
        redis_password=secrets.token_urlsafe(24),
        durable=durable,
        elsewhere={},
    )
    servers.start()
    try:
        yield servers.addresses
    finally:
        servers.stop()
