"""A home: the one folder that holds all state of a Gatehouse on this machine.

lock            held by whoever uses the home; says who
secrets.json    the product's key and the servers' passwords, readable by the owner only
places.json     the ports that were used last, so that addresses stay the same
pg18/ valkey/   the servers          logs/  what each process said
mail/           each mail of the demo as a file          run/  small files of running processes
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launch.saying import Trouble, warn
from launch.servers import DATABASE_SETTING, Addresses, Servers, make_servers

ROOT = Path(__file__).resolve().parent.parent
MARK = "gatehouse-home.json"
HOME_SETTING = "GATEHOUSE_HOME"
PASSWORD_SETTING = "GATEHOUSE_DEMO_PASSWORD"  # noqa: S105 - the name of a setting
PASSWORD_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "glade", "heron", "ivory", "juniper")


def home_folder(named: str | Path | None = None) -> Path:
    """The folder that a command means: the one given, else GATEHOUSE_HOME, else var/ in the checkout."""
    chosen = named or os.environ.get(HOME_SETTING) or ROOT / "var"
    return Path(chosen).expanduser().absolute()


class Home:
    """A home that may be looked into; `claim` it before changing anything in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets_are_new = False
        self._make_folders()
        self.secrets = self._read_or_make_secrets()

    @property
    def logs(self) -> Path:
        """Where each process's words go."""
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        """Where the demo's mails land."""
        return self.folder / "mail"

    @property
    def run(self) -> Path:
        """Small files of running processes."""
        return self.folder / "run"

    def places(self) -> dict[str, Any]:
        """The ports and choices of the last start; empty at first."""
        return _read_json(self.folder / "places.json")

    def remember(self, **places: object) -> None:
        """Keep ports and choices for the next start and for commands that join in."""
        _write_private(self.folder / "places.json", {**self.places(), **places})

    @contextmanager
    def claim(self, kind: str) -> Iterator[None]:
        """Hold the home for as long as the block lasts. Raises Trouble when somebody holds it.

        The lock is the kernel's: it is gone the moment its holder is, however that ended.
        """
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = _read_json(self.folder / "lock")
                raise HomeInUse(self.folder, holder=holder) from None
            note = json.dumps({"pid": os.getpid(), "kind": kind, "ready": False})
            os.ftruncate(lock, 0)
            os.pwrite(lock, note.encode(), 0)
            self._lock = lock
            yield
            os.ftruncate(lock, 0)
        finally:
            os.close(lock)

    def servers_are_up(self, kind: str) -> None:
        """Tell those who wait beside the lock that they may use the servers."""
        note = json.dumps({"pid": os.getpid(), "kind": kind, "ready": True})
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, note.encode(), 0)

    def make_servers(self) -> Servers:
        """The servers of this home, not started."""
        places = self.places()
        servers = make_servers(
            self.folder,
            database_password=self.secrets["database_password"],
            redis_password=self.secrets["redis_password"],
            database_port=places.get("database_port"),
            redis_port=places.get("redis_port"),
        )
        for server in servers.own:
            name = "database_port" if server is servers.postgres else "redis_port"
            self.remember(**{name: server.port})
        return servers

    def prepare_servers(self, servers: Servers) -> None:
        """Make what the servers need; heal the password where the file that held it was lost."""
        servers.prepare()
        if self.secrets_are_new and servers.postgres is not None:
            servers.postgres.reset_password()
            self.secrets_are_new = False

    def environment(self, addresses: Addresses) -> dict[str, str]:
        """The settings of every process of this home; what the person has set herself stays as set."""
        places = self.places()
        port = places.get("web_port", 8000)
        demo = bool(places.get("demo", True))
        made = {
            "GATEHOUSE_DATABASE_URL": addresses.database,
            "GATEHOUSE_REDIS_URL": addresses.redis,
            "GATEHOUSE_SECRET_KEY": self.secrets["secret_key"],
            "GATEHOUSE_BASE_URL": f"http://localhost:{port}",
            "GATEHOUSE_SMTP_URL": f"smtp://127.0.0.1:{places.get('smtp_port', 1025)}",
            "GATEHOUSE_MAIL_FROM": "gatehouse@gatehouse.example",
            "GATEHOUSE_TRUSTED_HOSTS": "localhost,127.0.0.1",
            "GATEHOUSE_DEMO": "1" if demo else "0",
            "GATEHOUSE_HOME": str(self.folder),
        }
        if demo:
            made |= {PASSWORD_SETTING: self.demo_password(), "GATEHOUSE_MAIL_DIR": str(self.mail)}
        given = {key: value for key, value in os.environ.items() if key.startswith("GATEHOUSE_") and value}
        return made | given | {"GATEHOUSE_HOME": str(self.folder)}

    def demo_password(self) -> str:
        """The password that all demo people share: the one set, which is then kept, else one made up once."""
        given = os.environ.get(PASSWORD_SETTING)
        if given and given != self.secrets.get("demo_password"):
            self.secrets["demo_password"] = given
            _write_private(self.folder / "secrets.json", self.secrets)
        return self.secrets["demo_password"]

    def _make_folders(self) -> None:
        folder = self.folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            strangers = [entry for entry in folder.iterdir() if entry.name != "lost+found"]
            if strangers and not (folder / MARK).exists():
                raise Trouble(
                    f"{folder} holds other things and is not a home of Gatehouse, so nothing is put there.",
                    "Name a new or empty folder: --home DIR",
                )
            if not (folder / MARK).exists():
                _write_private(folder / MARK, {"home of": "Gatehouse"})
            for name in ("logs", "mail", "run"):
                (folder / name).mkdir(mode=0o700, exist_ok=True)
            probe = folder / "run" / f"probe-{os.getpid()}"
            probe.write_text("", encoding="utf-8")
            probe.unlink()
        except OSError as problem:
            raise Trouble(
                f"The home {folder} cannot be used: {problem.strerror or problem}.",
                "Name a folder that you may write to: --home DIR",
            ) from None

    def _read_or_make_secrets(self) -> dict[str, str]:
        path = self.folder / "secrets.json"
        if path.exists():
            found = _read_json(path)
            if not all(isinstance(found.get(name), str) for name in _new_secrets()):
                raise Trouble(
                    f"{path} cannot be read as the secrets of this home.",
                    "Put a copy of it back. Or remove it: new ones are made, and everybody must sign in again.",
                )
            path.chmod(0o600)
            return {str(key): str(value) for key, value in found.items()}
        made = _new_secrets()
        _write_private(path, made)
        self.secrets_are_new = any(self.folder.glob("pg[0-9]*/PG_VERSION"))
        return made


class HomeInUse(Trouble):
    """Somebody else holds the home."""

    def __init__(self, folder: Path, *, holder: Mapping[str, Any]) -> None:
        who = f" (process {holder['pid']})" if holder.get("pid") else ""
        super().__init__(
            f"The home {folder} is in use by another Gatehouse{who}.",
            "Use that one, stop it first, or give this one a home of its own: --home DIR --port NUMBER",
        )
        self.holder = holder


def _new_secrets() -> dict[str, str]:
    words = "-".join(secrets.choice(PASSWORD_WORDS) for _ in range(3))
    return {
        "secret_key": secrets.token_urlsafe(48),
        "database_password": secrets.token_urlsafe(24),
        "redis_password": secrets.token_urlsafe(24),
        "demo_password": f"{words}-{secrets.randbelow(9000) + 1000}",
    }


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_private(path: Path, content: Mapping[str, object]) -> None:
    """Write a small file whole or not at all, readable by the owner only."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def _environment_of(settings: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Set settings in this process for as long as the block lasts."""
    before = {key: os.environ.get(key) for key in settings}
    os.environ.update(settings)
    try:
        yield settings
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


@contextmanager
def attached(named: str | Path | None = None, *, wait_seconds: float = 60) -> Iterator[Mapping[str, str]]:
    """Give a command line command its database: inside the block os.environ holds the GATEHOUSE_ settings.

    `named` is the home (None: GATEHOUSE_HOME, else var/ in the checkout). Where `./gatehouse up` runs on that
    home its servers are used; otherwise they are started for the length of the block and stopped after it.
    Where GATEHOUSE_DATABASE_URL is set nothing is started and the environment stays as it is. Another command
    on the same home is waited for (`wait_seconds` at most). Yields the settings. Raises Trouble, whose text is
    for the person at the terminal: print `str(trouble)` and end with exit code 1.

        with attached(home):
            settings = Settings.from_env()
    """
    if os.environ.get(DATABASE_SETTING):
        yield {key: value for key, value in os.environ.items() if key.startswith("GATEHOUSE_")}
        return
    home = Home(home_folder(named))
    until = time.monotonic() + wait_seconds
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(home.claim("command"))
            except HomeInUse as in_use:
                if in_use.holder.get("ready") and in_use.holder.get("kind") != "command":
                    yield stack.enter_context(_environment_of(_joined_environment(home)))
                    return
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
                continue
            break
        warn("  starting the database for this command ...")
        servers = home.make_servers()
        home.prepare_servers(servers)
        servers.start()
        stack.callback(servers.stop)
        yield stack.enter_context(_environment_of(home.environment(servers.addresses)))


def _joined_environment(home: Home) -> dict[str, str]:
    """The settings of a home whose servers somebody else runs."""
    places = home.places()
    return home.environment(
        Addresses(
            database=f"postgresql://gatehouse:{home.secrets['database_password']}"
            f"@127.0.0.1:{places['database_port']}/gatehouse",
            redis=f"redis://:{home.secrets['redis_password']}@127.0.0.1:{places['redis_port']}/0",
        )
    )
