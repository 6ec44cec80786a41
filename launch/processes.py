"""Starting, finding and stopping processes so that none is left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launch.saying import Trouble

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the servers run as, when it is not the one that started us."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """The account for the database and the queue: nobody when root started us, else None (our own).

    PostgreSQL refuses to run as root, and it will not run as a uid that has no name on this machine.
    """
    try:
        mine = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Trouble(
            f"The user id {os.geteuid()} has no name on this machine, and PostgreSQL will not start without one.",
            "Run Gatehouse as a user that exists, or name a database that runs elsewhere: "
            "GATEHOUSE_DATABASE_URL and GATEHOUSE_REDIS_URL.",
        ) from None
    if mine.pw_uid != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble(
            "PostgreSQL will not run as root, and this machine has no user called nobody to run it as.",
            "Run Gatehouse as an ordinary user.",
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _before_exec(death_signal: int, parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask to be told when its parent dies."""

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    folder: Path,
    output: IO[bytes] | int,
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a process in its own session, so that Ctrl-C at the terminal reaches only us.

    On Linux the kernel sends it `death_signal` when the thread that started it ends, however that happens:
    call this from the main thread only.
    """
    with warnings.catch_warnings():
        # Python 3.12 warns of forking beside other threads; what runs between is one system call.
        warnings.simplefilter("ignore", DeprecationWarning)
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(environment),
            cwd=folder,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            preexec_fn=_before_exec(death_signal, os.getpid()),
        )


def plain_environment() -> dict[str, str]:
    """An environment for servers: nothing of the person's own settings reaches them."""
    kept = ("PATH", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def free_port() -> int:
    """A loopback TCP port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Whether a loopback TCP port can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs (a zombie does not count)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the program's name; empty where there is no such file."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _state(pid: int) -> str:
    fields = _stat_fields(pid)
    return fields[0] if fields else ""


def birth_of(pid: int) -> str:
    """A mark that tells a process from a later one with the same id; empty when unknown."""
    fields = _stat_fields(pid)
    return fields[19] if len(fields) > 19 else ""


def processes_in(folder: Path) -> list[int]:
    """Ids of the processes whose working folder is this one (Linux; elsewhere none are found)."""
    found: list[int] = []
    wanted = str(folder.resolve())
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            pid = int(entry.name)
            if str((entry / "cwd").readlink()) == wanted and pid != os.getpid() and _state(pid) != "Z":
                found.append(pid)
    return sorted(found)


def wait_gone(pids: Sequence[int], *, seconds: float) -> list[int]:
    """Wait until processes have ended; return those that have not after so many seconds."""
    until = time.monotonic() + seconds
    left = list(pids)
    while left and time.monotonic() < until:
        left = [pid for pid in left if is_alive(pid)]
        if left:
            time.sleep(0.05)
    return left


def end_all(pids: Sequence[int], *, gentle: int = signal.SIGTERM, seconds: float = 5) -> None:
    """Ask processes to end, wait, and kill those that have not ended after so many seconds."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, gentle)
    for pid in wait_gone(pids, seconds=seconds):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    wait_gone(pids, seconds=2)


def stop(process: subprocess.Popen[bytes], *, gentle: int = signal.SIGTERM, seconds: float = 8) -> int:
    """Stop a child gently, then by force with everything in its session; return its exit code."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(gentle)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def last_lines(log: Path, *, count: int = 12) -> str:
    """The end of a log, indented for showing to a person."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    except OSError:
        return "    (no log)"
    return "\n".join("    " + line for line in lines) or "    (the log is empty)"
