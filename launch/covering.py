"""How much of the product the tests reach, in every process that they start: `./gatehouse test --coverage`.

Only when asked for, because measuring makes the whole run about half as long again; not part of `.ci/run`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from launch.saying import say, warn

ASKED = "--coverage"
MEASURED = [sys.executable, "-P", "-m", "coverage"]
Run = Callable[[Sequence[str], dict[str, str]], int]


@dataclass(frozen=True, slots=True)
class Floor:
    """The least share of lines and branches, in per cent, that the tests must reach in a part of the code."""

    title: str
    choice: str
    percent: int


FLOORS = (
    Floor("the rulebook", "--include=workflows/core/*", 100),
    Floor("everything else", "--omit=workflows/core/*", 90),
)


def measuring(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment of a measured run: what each process finds is kept in ``folder``, not in the checkout."""
    return {**environment, "COVERAGE_FILE": str(folder / "coverage")}


def judge(run: Run, environment: dict[str, str]) -> int:
    """Put together what was found, print what was missed, and return 0 when every floor is reached, else 1.

    ``run`` runs a command in an environment and returns its exit code.
    """
    run([*MEASURED, "combine", "--quiet"], environment)
    low = []
    for floor in FLOORS:
        say(f"== coverage of {floor.title} (at least {floor.percent} %)")
        if run([*MEASURED, "report", floor.choice, f"--fail-under={floor.percent}"], environment) != 0:
            low.append(floor)
    for floor in low:
        warn(f"!! The tests reach less than {floor.percent} % of {floor.title}.")
    return 1 if low else 0
