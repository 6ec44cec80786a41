"""Keeps a handful of processes alive, and ends them all when it is told to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launch import processes
from launch.saying import Trouble, warn

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive: how to start it, how to stop it, where its words go."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    gentle: int = signal.SIGTERM
    seconds: float = 8
    """How long it may take to stop before it is killed."""
    group: int = 1
    """Those of a higher group stop first."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a process may die before it is given up; all lengths in seconds."""

    first_pause: float = 0.2
    longest_pause: float = 10
    window: float = 60
    most_deaths: int = 6
    """More deaths than this within the window, and everything is stopped."""


@dataclass(slots=True)
class _Watched:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)
    start_at: float = 0


class Supervisor:
    """Starts children in order, restarts those that die, stops them group by group.

    Use it from the main thread: the kernel ends the children when the thread that started them ends.
    """

    def __init__(
        self, children: Sequence[Child], *, patience: Patience | None = None, clock: Clock = time.monotonic
    ) -> None:
        self._watched = [_Watched(child=child) for child in children]
        self._patience = patience or Patience()
        self._clock = clock

    def start(self, names: Collection[str] | None = None) -> None:
        """Start the named children, or all, that are not running. No names at all start nobody."""
        for watched in self._watched:
            if watched.process is None and (names is None or watched.child.name in names):
                watched.process = watched.child.start()

    def process(self, name: str) -> subprocess.Popen[bytes] | None:
        """The running process of a child; None while it is between two lives."""
        return next((watched.process for watched in self._watched if watched.child.name == name), None)

    def look(self) -> None:
        """Notice deaths and start again what is due. Raises Trouble when a child dies too often."""
        now = self._clock()
        for watched in self._watched:
            if watched.process is not None and watched.process.poll() is not None:
                self._mourn(watched, now=now)
            if watched.process is None and watched.deaths and now >= watched.start_at:
                watched.process = watched.child.start()

    def watch(self, *, every: float = 0.2) -> None:
        """Look again and again until interrupted (KeyboardInterrupt) or a child is given up (Trouble)."""
        while True:
            self.look()
            time.sleep(every)

    def stop(self) -> None:
        """Stop all, the highest group first; those of one group side by side, and none left behind."""
        alive = [(watched.child, watched.process) for watched in self._watched if watched.process is not None]
        for group in sorted({child.group for child, _ in alive}, reverse=True):
            members = [(child, process) for child, process in alive if child.group == group]
            for child, process in members:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(child.gentle)
            began = self._clock()
            for child, process in members:
                left = max(0.1, child.seconds - (self._clock() - began))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=left)
                _kill_session(process)  # the child, if it would not stop, and whatever it has left behind
                process.wait()
        for watched in self._watched:
            watched.process = None

    def kill(self) -> None:
        """End all at once, without asking."""
        for watched in self._watched:
            if watched.process is not None:
                _kill_session(watched.process)

    def _mourn(self, watched: _Watched, *, now: float) -> None:
        assert watched.process is not None
        code = watched.process.returncode
        watched.process = None
        watched.deaths.append(now)
        while watched.deaths and now - watched.deaths[0] > self._patience.window:
            watched.deaths.popleft()
        name, log = watched.child.name, watched.child.log
        how = f"was ended by signal {-code}" if code < 0 else f"ended by itself with code {code}"
        if len(watched.deaths) > self._patience.most_deaths:
            raise Trouble(
                f"{name} {how}, for the {len(watched.deaths)}th time within {self._patience.window:.0f} seconds. "
                f"Everything is stopped. Its last words:\n{processes.last_lines(log)}",
                f"The data is safe. The whole log: {log}",
            )
        pause = min(self._patience.longest_pause, self._patience.first_pause * 2 ** (len(watched.deaths) - 1))
        watched.start_at = now + pause
        warn(f"!! {name} {how}; starting it again in {pause:.1f} s (log: {log})")


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a child's whole session: every child leads one of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
