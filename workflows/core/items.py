"""Decisions per item, and the outcome that they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows.core.case import Outcome
from workflows.core.commands import Decide, ItemDecision, ItemOutcome
from workflows.core.definition import Definition, Reason
from workflows.core.limits import blank
from workflows.core.refusals import Refusal
from workflows.core.request import Item


def outcome_of(decisions: Iterable[ItemDecision]) -> Outcome:
    """Shared when every item is shared whole, declined when none is, partly shared otherwise."""
    outcomes = {decision.outcome for decision in decisions}
    if outcomes == {ItemOutcome.SHARE}:
        return Outcome.SHARED
    if outcomes == {ItemOutcome.REFUSE}:
        return Outcome.DECLINED
    return Outcome.PARTLY_SHARED


def item_faults(items: tuple[Item, ...], command: Decide, definition: Definition) -> list[Refusal]:
    """Every item decided once, no foreign item, each with a reason that fits its outcome."""
    faults: list[Refusal] = []
    known = {item.key for item in items}
    decided = [decision.key for decision in command.items]
    for key in sorted(set(decided) - known):
        faults.append(Refusal("foreign_item", "An item in this decision is not part of the request.", key))
    for key in sorted({key for key in decided if decided.count(key) > 1}):
        faults.append(Refusal("item_decided_twice", "An item is decided twice.", f"outcome-{key}"))
    for item in items:
        if item.key not in decided:
            words = item.describe or item.key
            faults.append(Refusal("item_undecided", f"Decide about “{words}”.", f"outcome-{item.key}"))
    for decision in command.items:
        if decision.key in known:
            faults.extend(_decision_faults(decision, definition))
    return faults


def _thin(decision: ItemDecision, reason: Reason, definition: Definition) -> Iterator[Refusal]:
    """A reason that is never enough by itself needs the one behind it."""
    behind = definition.reason(decision.also)
    if behind is None or not behind.stands_alone or decision.outcome.value not in behind.outcomes:
        say = f"“{reason.words}” is never enough by itself. Choose the reason behind it too."
        yield Refusal("reason_alone", say, f"also-{decision.key}")


def _decision_faults(decision: ItemDecision, definition: Definition) -> list[Refusal]:
    faults: list[Refusal] = []
    reason = definition.reason(decision.reason)
    if reason is None or decision.outcome.value not in reason.outcomes:
        say = "Choose a reason that fits what you decided about this item."
        faults.append(Refusal("reason_missing", say, f"reason-{decision.key}"))
    elif not reason.stands_alone:
        faults.extend(_thin(decision, reason, definition))
    if blank(decision.text) and decision.outcome is not ItemOutcome.SHARE:
        say = "Say in your own words why this item is refused or reduced."
        faults.append(Refusal("text_missing", say, f"text-{decision.key}"))
    if decision.outcome is ItemOutcome.SHARE_REDUCED and decision.how is None:
        say = "Choose in which way this item is reduced."
        faults.append(Refusal("how_missing", say, f"how-{decision.key}"))
    if decision.outcome is ItemOutcome.SHARE_REDUCED and blank(decision.reduction):
        say = "Say in words how this item is reduced: what is left in, or what is left out."
        faults.append(Refusal("reduction_missing", say, f"reduction-{decision.key}"))
    return faults
