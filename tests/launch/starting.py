"""Starting the launcher as a person would: as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def clean_environment() -> dict[str, str]:
    """Ours without any setting of Gatehouse."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def launch_command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "launch", *arguments]


def launch_to_end(*arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run the launcher until it ends by itself."""
    return subprocess.run(
        launch_command(*arguments),
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def wait_for(happened: Callable[[], bool], *, seconds: float = 60, what: str = "it") -> None:
    """Wait until something has happened; fail, saying what did not, when it takes longer than a busy machine needs."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not happen within {seconds} seconds")
        time.sleep(0.1)


@contextmanager
def launched(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The launcher while the block lasts; ended gently after it where it still runs."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch_command(*arguments),
            env=clean_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
