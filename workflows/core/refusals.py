"""Saying no by name: every refusal has a code for machines and a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a command is not carried out.

    ``field`` names the form field the sentence is about (empty when it is about the act itself);
    ``task`` names the part of the request where the field lives, so that a page can link to it.
    """

    code: str
    say: str
    field: str = ""
    task: str = ""


class Refused(Exception):
    """Raised by the rulebook and by the door; carries every reason, never only the first."""

    def __init__(self, refusals: Iterable[Refusal] | Refusal) -> None:
        self.refusals: tuple[Refusal, ...] = (refusals,) if isinstance(refusals, Refusal) else tuple(refusals)
        super().__init__("; ".join(refusal.code for refusal in self.refusals))

    @property
    def code(self) -> str:
        """The code of the first reason."""
        return self.refusals[0].code


class NotAllowed(Refused):
    """Raised where it is the person, and nothing that she wrote, for whom the act is closed."""


# Codes that more than one room needs to recognise.
NOT_FOUND = "not_found"
STALE = "stale"
BUSY = "busy"
WRONG_STAGE = "wrong_stage"
NO_LONGER_DUE = "no_longer_due"
NOT_YOURS = "not_yours"
OWN_CASE = "own_case"
ADVISED = "advised"
CONFLICT = "conflict_of_interest"


def not_found() -> Refused:
    """The one answer for a case that does not exist and for a case that one may not know of."""
    return Refused(Refusal(NOT_FOUND, "There is no such request, or you are not part of it."))
