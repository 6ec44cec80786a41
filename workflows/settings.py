"""Settings: read once at the doors from the environment, frozen, and passed in.

A missing or unsafe value names itself: the process does not start with a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "GATEHOUSE_"
SHORTEST_SECRET = 32
_USUAL_WAITS = "5,300,1800,7200,18000,36000,50400,72000,86400"
"""Seconds, as the Standard Webhooks specification advises."""
MOST_WAITS, LONGEST_WAIT = 20, 604_800


WEBHOOK_WAITS = tuple(timedelta(seconds=int(each)) for each in _USUAL_WAITS.split(","))


class SettingError(ValueError):
    """A setting is missing or unsafe; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Where and as whom mails go when GOV.UK Notify sends them."""

    url: str
    key: str = field(repr=False)
    template: str


@dataclass(frozen=True, slots=True)
class Cpis:
    """Where CP-IS can be asked, and with which access."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the processes need to know about where they run."""

    database_url: str
    redis_url: str
    secret_key: str
    base_url: str
    smtp_url: str
    mail_from: str
    mail_in_hours: bool = True
    demo: bool = False
    demo_password: str = ""
    mail_dir: Path | None = None
    session_idle_minutes: int = 15
    session_hours: int = 8
    sweep_seconds: int = 5
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    fewest_shown: int = 5
    holidays_feed: str = ""
    """Where bank holidays are published; empty: nothing is fetched."""
    notify: Notify | None = None
    """Set when mails go by GOV.UK Notify instead of SMTP."""
    cpis: Cpis | None = None
    """Set where CP-IS can be asked from here; None: it is only written down or read from files."""
    webhook_waits: tuple[timedelta, ...] = WEBHOOK_WAITS
    """Between one try of a webhook and the next."""
    api_per_minute: int = 600
    """How often one token of the API may be used in a minute."""
    events_days: int = 90
    """For how many days another system can catch up with what has happened."""
    webhook_local: bool = False
    """Whether webhooks may go to this machine and its own network, and without https. For trying out only."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read every setting. Raises SettingError naming the first that is missing or wrong."""
        reader = _Reader(environ)
        base_url = reader.url("BASE_URL", "http://127.0.0.1:8000", schemes=("http", "https"))
        demo = reader.flag("DEMO")
        secret = reader.text("SECRET_KEY")
        if len(secret) < SHORTEST_SECRET:
            raise SettingError(
                f"{PREFIX}SECRET_KEY must be at least {SHORTEST_SECRET} random characters; "
                "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        mail_dir = reader.text("MAIL_DIR", "")
        hosts = tuple(host.strip() for host in reader.text("TRUSTED_HOSTS", "").split(",") if host.strip())
        return cls(
            database_url=_driver(reader.url("DATABASE_URL", None, schemes=("postgresql", "postgresql+psycopg"))),
            redis_url=reader.url("REDIS_URL", None, schemes=("redis", "rediss", "unix")),
            secret_key=secret,
            base_url=base_url.rstrip("/"),
            smtp_url=reader.url("SMTP_URL", "smtp://127.0.0.1:1025", schemes=("smtp", "smtps")),
            mail_from=reader.text("MAIL_FROM", "gatehouse@localhost"),
            mail_in_hours=reader.flag("MAIL_IN_HOURS", usual="1"),
            demo=demo,
            demo_password=reader.text("DEMO_PASSWORD", "") if demo else "",
            mail_dir=Path(mail_dir) if mail_dir and demo else None,
            session_idle_minutes=reader.number("SESSION_IDLE_MINUTES", 15, low=1, high=240),
            session_hours=reader.number("SESSION_HOURS", 8, low=1, high=24),
            sweep_seconds=reader.number("SWEEP_SECONDS", 5, low=1, high=300),
            trusted_hosts=hosts or (urlsplit(base_url).hostname or "127.0.0.1",),
            trusted_proxies=reader.number("TRUSTED_PROXIES", 0, low=0, high=5),
            fewest_shown=reader.number("FEWEST_SHOWN", 5, low=3, high=50),
            holidays_feed=_https(reader, "HOLIDAYS_FEED"),
            notify=_notify(reader),
            cpis=_cpis(reader),
            api_per_minute=reader.number("API_PER_MINUTE", 600, low=10, high=1_000_000),
            events_days=reader.number("EVENTS_DAYS", 90, low=7, high=3_650),
            webhook_waits=_waits(reader),
            webhook_local=reader.flag("WEBHOOK_LOCAL"),
        )


NAMES = (
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "SMTP_URL", "MAIL_FROM", "MAIL_IN_HOURS",
    "MAIL_BY", "NOTIFY_URL", "NOTIFY_KEY", "NOTIFY_TEMPLATE", "CPIS_URL", "CPIS_TOKEN", "WEBHOOK_WAITS",
    "API_PER_MINUTE", "EVENTS_DAYS", "WEBHOOK_LOCAL",
    "DEMO", "DEMO_PASSWORD", "MAIL_DIR",
    "SESSION_IDLE_MINUTES", "SESSION_HOURS", "SWEEP_SECONDS",
    "HOLIDAYS_FEED", "FEWEST_SHOWN", "TRUSTED_HOSTS", "TRUSTED_PROXIES",
)  # fmt: skip
"""Every setting, without its prefix; the README's table and docker-compose.yml are tested against it."""


_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_OWN_MACHINE = ("127.0.0.1", "localhost", "::1")


def _notify(reader: _Reader) -> Notify | None:
    """How to reach GOV.UK Notify, when mails go by it. The key is never quoted in a message."""
    by = reader.text("MAIL_BY", "smtp")
    if by not in ("smtp", "notify"):
        raise SettingError(f"{PREFIX}MAIL_BY must be smtp or notify.")
    if by == "smtp":
        return None
    url = reader.url("NOTIFY_URL", "https://api.notifications.service.gov.uk", schemes=("http", "https"))
    if urlsplit(url).scheme == "http" and urlsplit(url).hostname not in _OWN_MACHINE:
        raise SettingError(f"{PREFIX}NOTIFY_URL must begin with https:// unless it is on this machine.")
    key, template = reader.text("NOTIFY_KEY"), reader.text("NOTIFY_TEMPLATE")
    if not re.fullmatch(rf".+-{_UUID}-{_UUID}", key):
        raise SettingError(f"{PREFIX}NOTIFY_KEY must be a whole API key of GOV.UK Notify: name, service id and secret.")
    if not re.fullmatch(_UUID, template):
        raise SettingError(f"{PREFIX}NOTIFY_TEMPLATE must be the id of a template in GOV.UK Notify.")
    return Notify(url.rstrip("/"), key, template)


def _cpis(reader: _Reader) -> Cpis | None:
    """Where CP-IS can be asked, when it can be. The token is never quoted in a message."""
    url, token = _https(reader, "CPIS_URL"), reader.text("CPIS_TOKEN", "")
    if not url and not token:
        return None
    if not url or not token:
        raise SettingError(f"{PREFIX}CPIS_URL and {PREFIX}CPIS_TOKEN must be set both, or neither.")
    if not re.fullmatch(r"[\x21-\x7e]{1,4096}", token):
        raise SettingError(f"{PREFIX}CPIS_TOKEN must be one word without spaces.")
    if urlsplit(url).query or urlsplit(url).fragment or urlsplit(url).username:
        raise SettingError(f"{PREFIX}CPIS_URL must be the base of the API and nothing more.")
    return Cpis(url.rstrip("/"), token)


def _waits(reader: _Reader) -> tuple[timedelta, ...]:
    """The times between the tries of a webhook."""
    parts = [part.strip() for part in reader.text("WEBHOOK_WAITS", _USUAL_WAITS).split(",")]
    good = all(part.isascii() and part.isdigit() and 1 <= int(part) <= LONGEST_WAIT for part in parts)
    if not good or len(parts) > MOST_WAITS:
        raise SettingError(
            f"{PREFIX}WEBHOOK_WAITS must be at most {MOST_WAITS} whole numbers of seconds with commas, "
            f"each from 1 to {LONGEST_WAIT}."
        )
    return tuple(timedelta(seconds=int(part)) for part in parts)


def _https(reader: _Reader, name: str) -> str:
    """An address that is fetched, or nothing. Without TLS only from this machine."""
    value = reader.text(name, "")
    if not value:
        return ""
    found = urlsplit(value)
    plain = found.scheme == "http" and found.hostname in _OWN_MACHINE
    if not found.hostname or not (found.scheme == "https" or plain):
        raise SettingError(f"{PREFIX}{name} must be empty, or an address that begins with https://.")
    return value


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environ.get(PREFIX + name, "").strip()
        if value:
            return value
        if default is None:
            raise SettingError(f"{PREFIX}{name} is not set. README.md has a table of the settings.")
        return default

    def flag(self, name: str, *, usual: str = "0") -> bool:
        value = self.text(name, usual).lower()
        if value not in ("0", "1", "true", "false", "yes", "no"):
            raise SettingError(f"{PREFIX}{name} must be 1 or 0.")
        return value in ("1", "true", "yes")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise SettingError(f"{PREFIX}{name} must be a whole number from {low} to {high}.")
        return int(value)

    def url(self, name: str, default: str | None, *, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if urlsplit(value).scheme not in schemes:
            raise SettingError(f"{PREFIX}{name} must be an address that begins with {' or '.join(schemes)}://.")
        return value
