"""A decision in plain sentences, built from the choices: read back before it is made, and printed after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp.views.case_cards import Row, item_title, risk_lines, row
from webapp.views.case_words import REDUCTIONS
from webapp.views.showing import counted, joined, long_date
from workflows.core.commands import Ask, Decide, ItemDecision, ItemOutcome
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
    if command.retention:
        said.append(f"How long it may be kept: {_unended(command.retention)}.")
    if command.onward:
        said.append(f"Sharing it further: {_unended(command.onward)}.")
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
    how = REDUCTIONS[each.how] if each.how else ""
    words = ": ".join(part for part in (f"{how[:1].lower()}{how[1:]}", _unended(each.reduction)) if part)
    return f"{_title(found, each)} is shared reduced: {words}."


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


def asking_sentences(found: CasePage, command: Ask) -> tuple[str, ...]:
    """What a question means: who is asked about what, and that nothing is decided by it."""
    titles = [f"“{_unended(item_title(item, found))}”" for item in found.items if item.key in command.items]
    of = f"{found.requester_name} of {found.requester_org_name}"
    others = len(found.items) - len(command.items)
    said = [
        f"You ask {of} about {joined(titles)}: {command.question}",
        "Nothing is decided yet, and the clock stands still.",
    ]
    if others:
        said.append("What you chose for the other items is not kept: with the answer, decide about all of them.")
    return tuple(said)


def risk_words(command: Ask | Decide) -> list[Row]:
    """Both sides of the scales as rows."""
    if isinstance(command, Ask):
        return [row("While nothing is shared", command.harm_of_waiting)]
    return [
        row("If we share", risk_lines(command.harm_of_sharing, command.risk_of_sharing)),
        row("If we do not", risk_lines(command.harm_of_not_sharing, command.risk_of_not_sharing)),
    ]
