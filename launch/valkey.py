"""An embedded Valkey (or Redis): Celery's queue and counters, all of which may be thrown away."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import redis

from launch import binaries, processes
from launch.saying import Trouble


class Valkey:
    """One Valkey under a home, by password on loopback only. It keeps nothing on disk."""

    name = "valkey"
    gentle = signal.SIGTERM

    def __init__(self, home: Path, *, port: int, password: str, log: Path) -> None:
        self.port = port
        self.password = password
        self.log = log
        self.folder = home / "valkey"
        self.account = processes.server_account()
        self.program = binaries.reachable(binaries.valkey_program(), account=self.account)

    @property
    def url(self) -> str:
        """Where the product finds its queue."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Make its working folder and stop what an earlier start left running."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.account is not None:
            os.chown(self.folder, self.account.uid, self.account.gid)
        self.clear_leftovers()

    def clear_leftovers(self) -> None:
        """Stop a server that a killed start has left in this home."""
        processes.end_all(processes.processes_in(self.folder))

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it is not ready yet."""
        self.clear_leftovers()
        settings = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",  # a queue must refuse loudly, never forget quietly
            "crash-log-enabled no",  # its dumps would copy messages into the log
        ]
        with self.log.open("ab") as output:
            process = processes.spawn(
                [self.program, "-"],  # settings come by pipe: a password never stands on a command line
                environment=processes.plain_environment(),
                folder=self.folder,
                output=output,
                account=self.account,
                stdin=subprocess.PIPE,
            )
        assert process.stdin is not None
        process.stdin.write("\n".join(settings).encode() + b"\n")
        process.stdin.close()
        return process

    def wait_ready(self, process: subprocess.Popen[bytes], *, seconds: float = 20) -> None:
        """Wait until it answers. Raises Trouble with the log's last words."""
        until = time.monotonic() + seconds
        client = redis.Redis.from_url(self.url, socket_connect_timeout=2)
        try:
            while process.poll() is None and time.monotonic() < until:
                try:
                    client.ping()
                    return
                except redis.RedisError:
                    time.sleep(0.05)
        finally:
            client.close()
        raise Trouble(
            "The queue (Valkey) did not start. Its last words:\n" + processes.last_lines(self.log),
            f"Nothing was lost; put it right and start again. The whole log: {self.log}",
        )
