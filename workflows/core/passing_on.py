"""Notices while somebody is away: whoever stands in is told in her place, and managers where nobody can.

That nobody can is told at once, when the work comes, not when it is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.core.definition import Definition, Role
from workflows.core.notices import Audience, Notice, NoticeKind, at_holder, within
from workflows.core.standing_in import Swap
from workflows.core.telling import CALLS_TO_ACT
from workflows.core.unheard import NobodyTold, WhyUnheard

if TYPE_CHECKING:
    from workflows.core.case import Case

ABOUT_WORK = frozenset(
    {
        NoticeKind.YOUR_TURN, NoticeKind.ANSWERED, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.CHASE,
        NoticeKind.REASSIGNED,
    }
)  # fmt: skip
"""Notices that somebody must get: when nobody does, managers are told."""


def passed_on(told: Iterable[Notice], swaps: tuple[Swap, ...], case: Case, definition: Definition) -> list[Notice]:
    """The notices as they go out while some people are away."""
    found: list[Notice] = []
    for notice in told:
        audience = _instead(notice.audience, swaps, case)
        if audience != Audience():
            found.append(replace(notice, audience=audience))
        elif notice.kind in ABOUT_WORK and swaps:
            found += nobody_for(case, definition)
    return list(dict.fromkeys(found))


def nobody_for(case: Case, definition: Definition) -> list[Notice]:
    """The notice to managers that nobody can take the work of somebody who is away."""
    title = definition.stage(case.stage).title
    told = at_holder(case, (Role.MANAGER,), barred=(case.requester,))
    return [within(Notice(NoticeKind.NOBODY_STANDS_IN, told, title), definition)]


def _instead(audience: Audience, swaps: tuple[Swap, ...], case: Case) -> Audience:
    people: dict[str, None] = {}
    by_person = {each.absent: each.to for each in swaps if each.absent != case.requester}
    for person in audience.people:
        people[by_person.get(person, person)] = None
    out = dict.fromkeys(audience.excluding)
    for each in swaps:
        if each.organisation_id == audience.organisation and each.roles & frozenset(audience.roles):
            if each.absent not in audience.excluding:
                people[each.to] = None
            if each.absent not in people:
                out[each.absent] = None
    people.pop("", None)
    gone = audience.people and not people and not audience.roles
    return Audience() if gone else replace(audience, people=tuple(people), excluding=tuple(out))


def nobody_told(
    unread: Sequence[Notice], passed: Sequence[Notice], swaps: Sequence[Swap], case: Case, *, at: datetime
) -> NobodyTold | None:
    """The event, where a notice that calls for an act, or passes the case up, reached nobody.

    ``passed`` are the notices as they went out while some were away, ``unread`` those of them that reached nobody.
    """
    alone = any(notice.kind is NoticeKind.NOBODY_STANDS_IN for notice in passed)
    lost = [notice for notice in unread if notice.kind in CALLS_TO_ACT | {NoticeKind.ESCALATION}]
    if not alone and not lost:
        return None
    away = alone or any(_all_away(notice, swaps) for notice in lost)
    return NobodyTold(
        at=at, by="", stage=case.stage, clock=case.clock.number if case.clock else 0,
        why=WhyUnheard.AWAY if away else WhyUnheard.NOBODY,
        work=alone or any(notice.kind in CALLS_TO_ACT for notice in lost),
    )  # fmt: skip


def _all_away(notice: Notice, swaps: Sequence[Swap]) -> bool:
    """Whether somebody who would have been told is away, with nobody in her place."""
    told = notice.audience
    return any(
        not each.to
        and (
            each.absent in told.people
            or (each.organisation_id == told.organisation and not each.roles.isdisjoint(told.roles))
        )
        for each in swaps
    )
