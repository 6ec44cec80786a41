"""Another system, as tests see it: a receiver in a process of its own, which is killed, and a reader of the events."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from launch.processes import free_port
from tests.workers.house import House
from workflows.service.announcing import Announcements

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Outside:
    """Another system: a receiver that can be killed, and what it has read of the events."""

    house: House
    folder: Path
    port: int = field(default_factory=free_port)
    secret: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Take messages on the same port as before."""
        command = [sys.executable, "-m", "tests.workers.receiver_process", str(self.port), str(self.folder / "got")]
        environment = {**os.environ, "RECEIVER_SECRET": self.secret, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, env=environment, cwd=self.folder)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def got(self) -> list[str]:
        """The ids of the events that came as messages."""
        path = self.folder / "got"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [json.loads(line)[1] for line in lines]

    def read(self, cursor: str, *, most: int = 7) -> list[str]:
        """The ids of all events after a cursor, page by page."""
        found, more = [], True
        while more:
            page = Announcements(self.house.engine).after(self.house.organisations["holder"], cursor, most)
            found += [each.id for each in page.events]
            cursor, more = page.next_cursor, page.more
        return found
