"""A decision in plain sentences, built from the choices: read back before it is made, and printed after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp.views.case_cards import item_title
from webapp.views.showing import counted, joined, long_date
from workflows.core.commands import Decide, ItemDecision, ItemOutcome
from workflows.core.request import Recipient
from workflows.service.views import CasePage


def sentences(found: CasePage, command: Decide) -> tuple[str, ...]:
    """What will happen: how many items go to whom, which are reduced, which are refused and why."""
    shared = [each for each in command.items if each.outcome is not ItemOutcome.REFUSE]
    said = [_shared(found, shared, of=len(command.items)), *_who_gets_what(found, shared)]
    said += [_reduced(found, each) for each in shared if each.outcome is ItemOutcome.SHARE_REDUCED]
    said += [_refused(found, each) for each in command.items if each.outcome is ItemOutcome.REFUSE]
    if command.conditions:
        listed = "; ".join(_unended(each) for each in command.conditions)
        said.append(f"Under {counted(len(command.conditions), 'condition')}: {listed}.")
    if command.review_by is not None:
        said.append(f"It will be looked at again by {long_date(command.review_by)}.")
    return tuple(said)


def _shared(found: CasePage, shared: Sequence[ItemDecision], *, of: int) -> str:
    if not shared:
        return "The item is not shared." if of == 1 else f"None of the {of} items is shared."
    keys = {each.key for each in shared}
    people = [each for each in found.request.recipients if keys & set(each.items)] if found.request else []
    to = f" with {joined([_named(found, each) for each in people])}" if people else ""
    what = f"{len(shared)} of {of} items" if len(shared) < of else "The item" if of == 1 else f"All {of} items"
    return f"{what} will be shared{to}."


def _who_gets_what(found: CasePage, shared: Sequence[ItemDecision]) -> Iterator[str]:
    """For each recipient what she gets, when they do not all get the same."""
    keys = {each.key for each in shared}
    people = [each for each in found.request.recipients if keys & set(each.items)] if found.request else []
    if all(keys <= set(each.items) for each in people):
        return
    for each in people:
        titles = [_title(found, decided) for decided in shared if decided.key in each.items]
        yield f"{each.name} gets {joined(titles)}."


def _named(found: CasePage, recipient: Recipient) -> str:
    """A recipient with her organisation where that is known, else with her role."""
    if recipient.name == found.requester_name:
        return f"{recipient.name} of {found.requester_org_name}"
    return f"{recipient.name} ({recipient.role})" if recipient.role else recipient.name


def _reduced(found: CasePage, each: ItemDecision) -> str:
    return f"{_title(found, each)} is shared reduced: {_unended(each.reduction)}."


def _refused(found: CasePage, each: ItemDecision) -> str:
    reason = found.definition.reason(each.reason)
    words = reason.words if reason else each.reason
    return f"{_title(found, each)} is refused: {words[:1].lower()}{words[1:]}."


def _title(found: CasePage, each: ItemDecision) -> str:
    item = next(item for item in found.items if item.key == each.key)
    return f"“{_unended(item_title(item, found))}”"


def _unended(words: str) -> str:
    return words.rstrip(". ")


def button_words(command: Decide) -> str:
    """The words of the button: they repeat the decision."""
    shared = sum(each.outcome is not ItemOutcome.REFUSE for each in command.items)
    refused = len(command.items) - shared
    acts = []
    if shared:
        acts.append(f"share {counted(shared, 'item')}")
    if refused:
        acts.append(f"refuse {refused if shared else counted(refused, 'item')}")
    words = joined(acts)
    return f"{words[:1].upper()}{words[1:]}"
