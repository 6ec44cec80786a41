"""Which tests were slow: a test of the rulebook over 50 ms, another over a second. Listed, never failed.

A machine with other work on it is slow for everybody, so a length of time proves nothing; the list is for people.
"""

from __future__ import annotations

from typing import Any

RULEBOOK = "tests/core/"
RULEBOOK_SECONDS = 0.05
SECONDS = 1.0
KNOWN = frozenset({"browser", "processes", "slow"})
"""Marks of tests that are known to take long: they are not listed."""


def slow(reports: list[Any]) -> list[tuple[float, str]]:
    """Seconds and name of each test that took longer than one of its kind may, the slowest first."""
    found = []
    for report in reports:
        most = RULEBOOK_SECONDS if report.nodeid.startswith(RULEBOOK) else SECONDS
        if report.when == "call" and report.duration > most and not KNOWN & set(report.keywords):
            found.append((report.duration, report.nodeid))
    return sorted(found, reverse=True)


def list_slow(terminal: Any) -> None:
    """Write the list under the results."""
    found = slow([*terminal.stats.get("passed", []), *terminal.stats.get("failed", [])])
    if found:
        terminal.write_line("")
        terminal.write_line(f"{len(found)} tests took longer than one of their kind should:")
    for seconds, name in found:
        terminal.write_line(f"  {seconds:6.2f} s  {name}")
