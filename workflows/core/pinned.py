"""What a request is held to by the versions that it is pinned to: the reasons for decisions, and which are too thin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workflows.core.definition import Definition, Reason
from workflows.core.packs import ConsentGroup, ConsentOption, Myth, Pack, PackKind, Place, ReasonCode
from workflows.core.principles import principle_prompts


def ruled(definition: Definition, packs: Iterable[Pack]) -> Definition:
    """The workflow with the principles and reasons of the pinned packs; its own reasons where none of them has any."""
    packs = tuple(packs)
    principles = tuple(each.code for each in principle_prompts(packs))
    return replace(definition, reasons=reasons_of(packs) or definition.reasons, principles=principles)


def reasons_of(packs: Iterable[Pack]) -> tuple[Reason, ...]:
    """Every reason for a decision in these packs, in their order; of two with one code the first."""
    found: dict[str, Reason] = {}
    for item in (item for pack in packs for item in pack.items if isinstance(item, ReasonCode)):
        found.setdefault(item.code, _reason(item))
    return tuple(found.values())


def _reason(item: ReasonCode) -> Reason:
    outcomes = tuple(outcome.value for outcome in item.outcomes)
    return Reason(item.code, item.short_title, outcomes, stands_alone=item.stands_alone, hint=item.text)


def myths_at(packs: Iterable[Pack], place: Place, code: str = "") -> tuple[Myth, ...]:
    """The common beliefs to answer beside a choice."""
    return tuple(myth for pack in packs for myth in pack.myths_at(place, code))


def consent_option(packs: Iterable[Pack], group: ConsentGroup, code: str) -> ConsentOption | None:
    """What the pinned packs say of an answer about consent."""
    found = (pack.item(code, group=group.value) for pack in packs if pack.kind is PackKind.CONSENT_OPTIONS)
    return next((item for item in found if isinstance(item, ConsentOption)), None)
