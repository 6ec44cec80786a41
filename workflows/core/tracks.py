"""One request, several holders: which others are asked, and what makes of one draft a request to each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflows.core import events as e
from workflows.core.refusals import Refusal, Refused

if TYPE_CHECKING:
    from workflows.core import commands as c
    from workflows.core.case import Case
    from workflows.core.definition import Definition

MOST_OTHERS = 9
"""With the first, ten organisations are asked at most: more would be a trawl, not a request."""


def choose_holders(case: Case, command: c.ChooseHolders, definition: Definition) -> list[e.Event]:
    """Say which other organisations get the request when it is sent; none takes the choice back."""
    others = command.others
    if len(set(others)) != len(others) or case.holder_org in others:
        raise Refused(Refusal("holder_twice", "Each organisation is asked once. Choose each only once.", "others"))
    if case.requester_org in others:
        say = "You do not need a request for what your own organisation holds. Choose others."
        raise Refused(Refusal("own_organisation", say, "others"))
    if len(others) > MOST_OTHERS:
        say = f"Ask at most {MOST_OTHERS + 1} organisations. Choose those most likely to hold what you need."
        raise Refused(Refusal("too_many_holders", say, "others"))
    return [e.HoldersChosen(at=command.at, by=command.actor.person_id, others=others)]


def chosen(case: Case, event: e.HoldersChosen) -> Case:
    """The fold: a request to several is a group, named after the draft it began with."""
    return replace(case, others=event.others, group=case.id if event.others else "")
