"""Makes the environment that Gatehouse runs in, then hands over to it.

Only the standard library may be used here: nothing else is there yet. The environment is made from the
hash-pinned lists in requirements/, and a stamp inside it says which lists it holds, so that the next start
costs nothing. Whatever goes wrong is told in words; running the same command again goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
STAMP = "gatehouse-installed.json"
#: Commands that the launcher answers itself, so that they work while the product itself does not import.
OWN_COMMANDS = ("up", "servers", "test", "check", "bench")
#: Commands that need the tools of requirements/tests.lock as well.
TEST_COMMANDS = ("test", "check", "bench")
MINIMUM = (3, 11)
NETWORK_SIGNS = re.compile(
    r"NewConnectionError|Failed to establish|name resolution|Name or service not known|Max retries|"
    r"Network is unreachable|ConnectTimeout|ReadTimeout|Connection refused|ProxyError|"
    r"Could not fetch URL|No matching distribution|from versions: none",
    re.IGNORECASE,
)


class Stop(Exception):
    """The environment cannot be made; the text says why and what to do."""


def environment_folder() -> Path:
    """The folder of the environment: GATEHOUSE_VENV where it is set, else .venv in the checkout."""
    named = os.environ.get("GATEHOUSE_VENV")
    return Path(named).expanduser().absolute() if named else ROOT / ".venv"


def python_of(folder: Path) -> Path:
    """The interpreter inside an environment."""
    return folder / "bin" / "python"


def digest_of(lock: Path) -> str:
    """What the stamp remembers of a list of libraries."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def read_stamp(folder: Path) -> dict[str, str]:
    """The lists that an environment holds: name of list to digest; empty when unknown."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(folder: Path, stamp: dict[str, str]) -> None:
    """Write the stamp whole or not at all: a torn one would hide a half-made environment."""
    part = folder / (STAMP + ".part")
    part.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    part.replace(folder / STAMP)


def works(folder: Path) -> bool:
    """Whether the environment's interpreter starts, is new enough and finds its libraries."""
    # After an upgrade of the machine's Python the interpreter starts but looks for its libraries elsewhere.
    probe = (
        "import os, sys, sysconfig;"
        "sys.exit(sys.version_info < (3, 11) or not os.path.isdir(sysconfig.get_path('purelib')))"
    )
    command = [str(python_of(folder)), "-c", probe]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
    except OSError:
        return False


def wanted_lists(command: str) -> list[str]:
    """Which lists a command needs, in the order of installing."""
    return ["everyday", "tests"] if command in TEST_COMMANDS else ["everyday"]


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one bootstrap at a time work on an environment; a second waits and then finds it made."""
    import fcntl

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = folder.with_name(folder.name + ".lock").open("w", encoding="utf-8")
    except OSError as problem:
        raise Stop(
            f"{folder.parent} cannot be written to ({problem.strerror}), and the environment goes there.\n"
            "Name another place for it: GATEHOUSE_VENV=/some/folder ./gatehouse ..."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("  Another start is making the environment; waiting for it ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment(folder: Path) -> None:
    """Make the bare environment, with pip inside where the machine's Python can do so."""
    import venv

    begun = folder / (STAMP + ".begun")
    ours = begun.exists() or (folder / "pyvenv.cfg").exists()
    if folder.exists() and not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(
            f"{folder} exists but is not a Python environment, so it is left alone.\n"
            "Move it away, or name another place: GATEHOUSE_VENV=/some/folder ./gatehouse ..."
        )
    print(f"Making the environment in {folder} ...", flush=True)
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        begun.write_text("made by ./gatehouse\n", encoding="utf-8")
        venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    except OSError as problem:
        raise Stop(
            f"The environment in {folder} cannot be made: {problem}.\n"
            "Free the place, or name another one: GATEHOUSE_VENV=/some/folder ./gatehouse ..."
        ) from None


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def pip_command(folder: Path) -> list[str]:
    """A pip that installs into the environment: its own, one made by ensurepip, or the machine's."""
    python = str(python_of(folder))
    if _succeeds(python, "-m", "pip", "--version"):
        return [python, "-m", "pip"]
    # Debian takes ensurepip out, and may leave an empty folder that still imports.
    probe = "import ensurepip, sys; sys.exit(not hasattr(ensurepip, 'bootstrap'))"
    if _succeeds(python, "-c", probe) and _succeeds(python, "-m", "ensurepip", "--default-pip"):
        return [python, "-m", "pip"]
    machine = [sys.executable, "-m", "pip"]
    if _succeeds(*machine, "--python", python, "--version"):
        return [*machine, "--python", python]
    raise Stop(
        "This Python has neither pip nor ensurepip, so no library can be installed.\n"
        "Install one of them (on Debian or Ubuntu: apt install python3-venv) and run the same command again."
    )


def follow(output: IO[str], log: IO[str], total: int) -> None:
    """Copy pip's output to the log and say every few seconds how far it is."""
    begun, fetched, said, live, installing = time.monotonic(), 0, 0.0, sys.stdout.isatty(), False
    for line in output:
        log.write(line)
        if line.startswith(("Collecting", "Requirement already satisfied")):
            fetched += 1
        was, installing = installing, installing or line.startswith("Installing collected")
        now = time.monotonic()
        if installing != was or now - said >= (0.2 if live else 5):
            said = now
            words = (
                f"  installing {total} libraries ({now - begun:.0f} s so far)"
                if installing
                else f"  fetching libraries: {min(fetched, total)} of {total}"
            )
            print(f"\r\033[K{words}" if live else words, end="" if live else "\n", flush=True)
    if live:
        print("\r\033[K", end="", flush=True)


def install(folder: Path, name: str) -> None:
    """Install one list; pip's own words are shown only when it fails."""
    lock = LOCKS / f"{name}.lock"
    total = len(re.findall(r"^[A-Za-z0-9]", lock.read_text(encoding="utf-8"), re.MULTILINE))
    print(f"Installing the {name} libraries ({total}, each checked against its hash) ...", flush=True)
    options = "--no-input --disable-pip-version-check --progress-bar off --retries 2 --no-deps"
    command = [*pip_command(folder), "install", *options.split(), "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-warn-script-location", "-r", str(lock)]
    log_path = folder / f"install-{name}.log"
    began = time.monotonic()
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore", "PYTHONUNBUFFERED": "1"}
    pip = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    )
    with log_path.open("w", encoding="utf-8") as log, pip:
        try:
            assert pip.stdout is not None
            follow(pip.stdout, log, total)
        except BaseException:
            pip.terminate()
            raise
        code = pip.wait()
    if code != 0:
        raise Stop(explain(log_path))
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


def explain(log_path: Path) -> str:
    """Why an install failed, from pip's own words, and what to do."""
    words = log_path.read_text(encoding="utf-8", errors="replace")
    tail = "\n".join("    " + line for line in words.strip().splitlines()[-8:])
    if "HASHES" in words:
        reason = (
            "A library that was fetched is not the one that the list names: its hash differs.\n"
            "Do not go round this check. Look whether a mirror or cache serves changed files."
        )
    elif "No space left" in words:
        reason = "The disk is full. Free about 500 MB and run the same command again."
    elif NETWORK_SIGNS.search(words):
        reason = (
            "The libraries could not be fetched: the package index could not be reached or lacks one of them.\n"
            "The network is needed for the first install only. Check it (and PIP_INDEX_URL or HTTPS_PROXY if you\n"
            "use a mirror or a proxy), then run the same command again; nothing that was done is lost."
        )
    else:
        reason = "Installing the libraries failed. Run the same command again when its cause is put right."
    return f"{reason}\nThe last words of pip (all of them: {log_path}):\n{tail}"


def ready(folder: Path, lists: list[str]) -> bool:
    """Whether the environment already holds what is wanted."""
    stamp = read_stamp(folder)
    held = all(stamp.get(name) == digest_of(LOCKS / f"{name}.lock") for name in lists)
    return held and python_of(folder).exists()


def prepare(command: str) -> Path:
    """Make or complete the environment for a command; return its folder. Raises Stop."""
    folder, lists = environment_folder(), wanted_lists(command)
    if ready(folder, lists) and works(folder):
        return folder
    with only_one(folder):
        if not works(folder):
            make_environment(folder)
        for name in lists:
            stamp = read_stamp(folder)
            digest = digest_of(LOCKS / f"{name}.lock")
            if stamp.get(name) != digest:
                install(folder, name)
                write_stamp(folder, {**stamp, name: digest})
    return folder


def hand_over(folder: Path, arguments: list[str]) -> NoReturn:
    """Become the product: nothing of the bootstrap stays behind."""
    own = bool(arguments) and arguments[0] in OWN_COMMANDS
    module = "launch" if own else "webapp.cli"
    python = str(python_of(folder))
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), path]) if path else str(ROOT)
    # -P: the folder that the person stands in must not be searched for modules.
    os.execv(python, [python, "-P", "-m", module, *arguments])  # noqa: S606 - no shell is wanted


def main(arguments: list[str] | None = None) -> int:
    """Prepare the environment and hand over; returns an exit code only when that cannot be done."""
    given = sys.argv[1:] if arguments is None else arguments
    if sys.version_info < MINIMUM:
        print("Gatehouse needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".", file=sys.stderr)
        return 1
    try:
        folder = prepare(given[0] if given else "")
    except Stop as reason:
        print(f"\nGatehouse cannot start yet. {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130
    hand_over(folder, given)


if __name__ == "__main__":
    sys.exit(main())
