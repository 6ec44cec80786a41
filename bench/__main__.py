"""``./gatehouse bench [decide|http|sweep|board|simulate|api|fuzz|memory ...]``: all of them without a name."""

from __future__ import annotations

import argparse
import sys

from bench import api, board, decide, fuzz, http, memory, simulate, sweep
from bench.ground import CannotBench, say

BENCHES = {
    "decide": decide.run, "http": http.run, "sweep": sweep.run, "board": board.run, "simulate": simulate.run,
    "api": api.run, "fuzz": fuzz.run, "memory": memory.run,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the benches that were named; 1 when a target was missed, 2 when they could not run."""
    parser = argparse.ArgumentParser(prog="gatehouse bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="bench", help=f"which: {', '.join(BENCHES)}")
    parser.add_argument("--cases", type=int, default=100_000, help="the largest number of open cases (100000)")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each rate is measured, thrice (1.5)")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.names) - set(BENCHES)):
        parser.error(f"there is no bench called {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    try:
        met = [BENCHES[name](given.cases, given.seconds) for name in given.names or BENCHES]
    except CannotBench as why:
        say(f"Cannot measure: {why}")
        return 2
    say()
    say("Every target is met." if all(met) else "A TARGET IS MISSED: see above.")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
