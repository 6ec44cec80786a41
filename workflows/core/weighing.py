"""Weighing: what harm each way could do, how likely, how bad, to whom, and on what evidence.

Both sides have the same parts, because holding back is a decision too. The harm in words stands beside these
parts (``harm_of_sharing``, ``harm_of_not_sharing``), where the first decisions had nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workflows.core.limits import needed, text_fault
from workflows.core.refusals import Refusal


class Likelihood(StrEnum):
    """How likely a harm is."""

    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"


class Severity(StrEnum):
    """How bad a harm would be."""

    MINOR = "minor"
    SERIOUS = "serious"
    GRAVE = "grave"


class Weighed(StrEnum):
    """The two sides of the scales, as the fields about them end."""

    SHARING = "sharing"
    NOT_SHARING = "not_sharing"


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """One side: how likely the harm is, how bad, who is affected, and what that rests on."""

    likelihood: Likelihood | None = None
    severity: Severity | None = None
    affected: str = ""
    evidence: str = ""


UNWEIGHED = RiskAssessment()
"""A side about which nothing is said: what the first decisions have."""

_HARM = {
    Weighed.SHARING: "You share something: write what harm sharing could do, and to whom.",
    Weighed.NOT_SHARING: "You hold something back: write what harm could follow from not sharing it, and to whom.",
}
_NAMED = {Weighed.SHARING: "sharing", Weighed.NOT_SHARING: "not sharing"}


def side_faults(harm: str, risk: RiskAssessment, *, side: Weighed, must: bool) -> Iterator[Refusal]:
    """What is wrong with one side; ``must`` when the decision cannot do without it."""
    named = _NAMED[side]
    if must:
        yield from needed(harm, field=f"harm_of_{side}", say=_HARM[side])
        if risk.likelihood is None:
            yield Refusal("likelihood_missing", f"Say how likely harm from {named} is.", f"likelihood_of_{side}")
        if risk.severity is None:
            yield Refusal("severity_missing", f"Say how bad harm from {named} would be.", f"severity_of_{side}")
        say = f"Say who would be affected by {named}."
        yield from needed(risk.affected, field=f"affected_of_{side}", say=say)
        yield from _long(risk.evidence, f"evidence_of_{side}")
        return
    for part, words in (("harm", harm), ("affected", risk.affected), ("evidence", risk.evidence)):
        yield from _long(words, f"{part}_of_{side}")


def _long(words: str, field: str) -> Iterator[Refusal]:
    if fault := text_fault(words, field=field):
        yield fault
