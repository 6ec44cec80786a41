"""`./gatehouse test`, `check` and `bench`: all their own set-up, real servers, and one exit code."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from launch import covering
from launch.homes import ROOT
from launch.saying import Trouble, say, step, warn
from launch.servers import Addresses, passing_servers
from launch.up import build_assets

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHROMIUM_SETTING = "GATEHOUSE_CHROMIUM"
EVERYDAY = "--everyday"
"""Asks for the tests that one runs all day: without a browser, and without the product as processes."""
PACKAGES = ("workflows", "webapp", "workers", "launch")

SOME_FAILED = 1
"""What pytest ends with when it has run all the tests and some have failed."""


def run_tests(arguments: Sequence[str]) -> int:
    """Run the tests with everything that they need; return pytest's exit code.

    `arguments` go to pytest as they are (`--feature C2` too), except two. With `--coverage` the run is measured,
    and fails where the tests reach too little. With `--everyday` only what needs neither a browser nor the product
    as processes is run. Without Chromium the browser tests are left out, and a loud line says so before and after.
    """
    measured, everyday = covering.ASKED in arguments, EVERYDAY in arguments
    arguments = [part for part in arguments if part not in (covering.ASKED, EVERYDAY)]
    if everyday:
        arguments = without(arguments, "browser", "processes")
    build_assets()
    chromium = None if everyday else find_or_install_chromium()
    extra: list[str] = [] if any(part.startswith("-n") for part in arguments) else ["-n", "2", "--dist", "loadgroup"]
    given = list(arguments) if chromium or everyday else without(arguments, "browser")
    with tempfile.TemporaryDirectory(prefix="gatehouse-found-") as found:
        environment = covering.measuring(_environment(), Path(found)) if measured else _environment()
        if chromium:
            environment[CHROMIUM_SETTING] = chromium
        with _test_servers(durable=False) as addresses:
            environment["GATEHOUSE_TEST_DATABASE_URL"] = addresses.database
            environment["GATEHOUSE_TEST_REDIS_URL"] = addresses.redis
            python = [*covering.MEASURED, "run", "-m"] if measured else [sys.executable, "-P", "-m"]
            code = _run([*python, "pytest", *extra, *given], environment)
        if measured and code in (0, SOME_FAILED):
            # Told also where a test failed: a quarter of an hour of measuring is not thrown away for one.
            code = covering.judge(_run, environment) or code
    if not chromium and not everyday:
        _say_no_browser()
    return code


def run_checks() -> int:
    """Lint, format, types, import contracts, generated pages; 0 when all hold, else 1."""
    packages = [name for name in PACKAGES if (ROOT / name).is_dir()]
    python = [sys.executable, "-P", "-m"]
    checks = {
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "types": [*python, "mypy", *(part for name in packages for part in ("-p", name))],
        "import contracts": [str(Path(sys.executable).with_name("lint-imports"))],
        "generated pages": [*python, "webapp.cli", "docs", "--check"],
    }
    results: list[tuple[str, bool, float]] = []
    for title, command in checks.items():
        say(f"== {title}")
        began = time.monotonic()
        good = _run(command, _environment()) == 0
        results.append((title, good, time.monotonic() - began))
    say("")
    for title, good, took in results:
        say(f"  {'holds ' if good else 'BROKEN'}  {title}  ({took:.0f} s)")
    return 0 if all(good for _, good, _ in results) else 1


def run_bench(arguments: Sequence[str]) -> int:
    """Run the benches against servers of their own that write to disk as the real ones do."""
    with _test_servers(durable=True) as addresses:
        environment = {
            **_environment(),
            "GATEHOUSE_DATABASE_URL": addresses.database,
            "GATEHOUSE_REDIS_URL": addresses.redis,
            "GATEHOUSE_SECRET_KEY": "for-benches-only-" + "0" * 32,
        }
        return _run([sys.executable, "-P", "-m", "bench", *arguments], environment)


def find_or_install_chromium() -> str | None:
    """The browser for the browser tests, installed with apt where that is possible; None when there is none."""
    found = _find_chromium()
    if found is not None:
        return found
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        _say_no_browser("it is not installed, and only root on Debian or Ubuntu can have it installed from here")
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with tempfile.TemporaryFile() as words, step("installing Chromium with apt (for the browser tests)"):
        for command in ([apt, "update"], [apt, "install", "-y", "--no-install-recommends", "chromium"]):
            try:
                subprocess.run(
                    command,
                    env=quiet,
                    stdout=words,
                    stderr=words,
                    stdin=subprocess.DEVNULL,
                    timeout=600,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                break
        words.seek(0)
        said = words.read().decode(errors="replace").strip().splitlines()[-5:]
    found = _find_chromium()
    if found is None:
        _say_no_browser("apt could not install it:\n" + "\n".join("    " + line for line in said))
    return found


def _find_chromium() -> str | None:
    named = os.environ.get(CHROMIUM_SETTING)
    if named:
        if not os.access(named, os.X_OK):
            raise Trouble(f"{CHROMIUM_SETTING} names {named}, which is not a program.")
        return named
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


def _say_no_browser(why: str = "see above") -> None:
    warn("")
    warn("!! THE BROWSER TESTS ARE LEFT OUT: there is no Chromium on this machine.")
    warn(f"!! Why: {why}")
    warn("!! Install chromium, or name one with GATEHOUSE_CHROMIUM, and run the tests again.")
    warn("")


def without(arguments: Sequence[str], *marks: str) -> list[str]:
    """pytest's arguments, narrowed so that tests with one of these marks are left out."""
    given: list[str] = []
    chosen = [f"not {mark}" for mark in marks]
    parts = iter(arguments)
    for part in parts:
        if part == "-m":
            chosen.insert(0, f"({next(parts, '')})")
        elif part.startswith("-m") and not part.startswith("--"):
            chosen.insert(0, f"({part[2:].lstrip('=')})")
        else:
            given.append(part)
    return [*given, "-m", " and ".join(chosen)]


@contextmanager
def _test_servers(*, durable: bool) -> Iterator[Addresses]:
    with tempfile.TemporaryDirectory(prefix="gatehouse-") as folder:
        say("Starting PostgreSQL and Valkey for this run ...")
        with passing_servers(Path(folder), durable=durable) as addresses:
            yield addresses


def _environment() -> dict[str, str]:
    """The environment of a tool: ours, with the checkout importable and none of a running home's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
    ours = {key: os.environ[key] for key in (CHROMIUM_SETTING, "GATEHOUSE_VENV") if key in os.environ}
    return {**kept, **ours, "PYTHONPATH": str(ROOT)}


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a tool in the checkout with the terminal as it is; Ctrl-C reaches it and then us."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Ctrl-C has reached it already; a SIGTERM has reached only us, and it must be told.
        for number in (None, signal.SIGINT, signal.SIGKILL):
            if number is not None:
                process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=3 if number is None else 20)
                break
        raise
