"""What shows that a decision was held against a principle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflows.core.definition import Definition
from workflows.core.limits import text_fault
from workflows.core.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PrincipleEvidence:
    """The code of a principle in the pinned pack, and in words what shows that it was kept."""

    code: str
    text: str


def evidence_faults(evidence: Iterable[PrincipleEvidence], definition: Definition) -> Iterator[Refusal]:
    """What is wrong with the evidence: it belongs to principles of the pinned pack, each once."""
    seen: set[str] = set()
    for each in evidence:
        field = f"principle-{each.code}"
        if each.code not in definition.principles or each.code in seen:
            say = "This evidence belongs to no principle that the request is decided by, or to one named twice."
            yield Refusal("principle_unknown", say, field)
        elif fault := text_fault(each.text, field=field):
            yield fault
        seen.add(each.code)
