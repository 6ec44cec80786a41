"""What the launcher says to the person at the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something that the person can put right: what is wrong, and what to do about it.

    The launcher prints both sentences and ends with exit code 1; no traceback is shown.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n{self.remedy}" if self.remedy else self.what


def say(text: str = "") -> None:
    """Print one line at once, so that progress is seen while a long step runs."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print one line on standard error."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done, and how many seconds it took when that is worth knowing.

    On standard error: what a command answers on standard output may be read by a program.
    """
    warn(f"  {title} ...")
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    if took >= 2:
        warn(f"  {title}: done in {took:.0f} s")


def tell(trouble: Trouble) -> int:
    """Print a trouble and return the exit code that goes with it."""
    warn("")
    warn(f"Gatehouse cannot go on: {trouble.what}")
    if trouble.remedy:
        warn(trouble.remedy)
    return 1
