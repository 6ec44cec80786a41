"""What a request is held to by the versions that it is pinned to: the reasons for decisions, and which are too thin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workflows.core.definition import Definition, Reason
from workflows.core.packs import Myth, Pack, PackKind, Place, ReasonCode


def ruled(definition: Definition, packs: Iterable[Pack]) -> Definition:
    """The workflow with the reasons of the pinned packs; with its own where none of them has reasons."""
    reasons = reasons_of(packs)
    return replace(definition, reasons=reasons) if reasons else definition


def reasons_of(packs: Iterable[Pack]) -> tuple[Reason, ...]:
    """Every reason for a decision in these packs, in their order; of two with one code the first."""
    found: dict[str, Reason] = {}
    for pack in packs:
        for item in pack.items if pack.kind is PackKind.REASON_CODES else ():
            if isinstance(item, ReasonCode):
                found.setdefault(item.code, _reason(item))
    return tuple(found.values())


def _reason(item: ReasonCode) -> Reason:
    outcomes = tuple(outcome.value for outcome in item.outcomes)
    return Reason(item.code, item.short_title, outcomes, stands_alone=item.stands_alone, hint=item.text)


def myths_at(packs: Iterable[Pack], place: Place, code: str = "") -> tuple[Myth, ...]:
    """The common beliefs to answer beside a choice."""
    return tuple(myth for pack in packs for myth in pack.myths_at(place, code))
