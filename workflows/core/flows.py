"""Split flows: each recipient sees of a request what is meant for her, and nothing that goes to somebody else."""

from __future__ import annotations

from dataclasses import replace

from workflows.core import events as e
from workflows.core.case import Case, Decision
from workflows.core.commands import ItemOutcome
from workflows.core.request import Recipient
from workflows.core.weighing import UNWEIGHED


def keys_for(case: Case, email: str) -> tuple[str, ...]:
    """Keys of the items that the request names this address for, in its order, without what was refused for her."""
    mine = {key for recipient in case.request.recipients if _is(recipient.email, email) for key in recipient.items}
    decided = case.decision.items if case.decision else ()
    refused = {each.key for each in decided if each.outcome is ItemOutcome.REFUSE} - set(case.released)
    return tuple(item.key for item in case.request.items if item.key in mine - refused)


def narrowed(case: Case, keys: tuple[str, ...], email: str) -> Case:
    """The case as one recipient may see it: her items, her name among the recipients, and no weighing of the rest."""
    request = replace(
        case.request,
        items=tuple(item for item in case.request.items if item.key in keys),
        recipients=tuple(
            _hers(recipient, keys) for recipient in case.request.recipients if _is(recipient.email, email)
        ),
        differs=tuple(each for each in case.request.differs if not each.items or set(each.items) & set(keys)),
    )
    return replace(
        case,
        request=request,
        decisions=tuple(_decision(decision, keys) for decision in case.decisions),
        released=tuple(key for key in case.released if key in keys),
    )


def narrowed_event(event: e.Event, keys: tuple[str, ...]) -> e.Event:
    """An event of the history as one recipient may see it: what it says of other items is left out."""
    match event:
        case e.Decided():
            return replace(event, items=tuple(item for item in event.items if item.key in keys))
        case e.Released():
            return replace(event, keys=tuple(key for key in event.keys if key in keys))
        case _:
            return event


def _decision(decision: Decision, keys: tuple[str, ...]) -> Decision:
    return replace(
        decision,
        items=tuple(item for item in decision.items if item.key in keys),
        harm_of_sharing="",
        harm_of_not_sharing="",
        would_change_it="",
        risk_of_sharing=UNWEIGHED,
        risk_of_not_sharing=UNWEIGHED,
        overrides=(),
    )


def _hers(recipient: Recipient, keys: tuple[str, ...]) -> Recipient:
    return replace(recipient, items=tuple(key for key in recipient.items if key in keys))


def _is(address: str, email: str) -> bool:
    return address.casefold() == email.casefold()
