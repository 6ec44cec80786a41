"""Whether a notice that was written some time ago is still worth sending.

A mail may wait: for the mail server, for a worker. When it says "you have work" about work that somebody
else has done since, it does harm, so this is asked again just before it goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflows.core.aside import stands_aside
from workflows.core.calendars import CalendarHorizon, WorkingCalendar
from workflows.core.case import Case
from workflows.core.definition import Definition, Role, Side
from workflows.core.followups import TITLES, waiting
from workflows.core.hours import next_open
from workflows.core.notices import Audience, Notice, NoticeKind, desk, within
from workflows.core.permissions import Principal, is_for
from workflows.core.reveal import open_asks
from workflows.core.standing_in import lent, standing

CALLS_TO_ACT = frozenset(
    {
        NoticeKind.YOUR_TURN,
        NoticeKind.QUESTION,
        NoticeKind.ANSWERED,
        NoticeKind.REMINDER,
        NoticeKind.OVERDUE,
        NoticeKind.CHASE,
        NoticeKind.REASSIGNED,
    }
)
"""Notices for whoever has the next move. They are void once the move is another's."""


PASSED_ON = CALLS_TO_ACT | {NoticeKind.ESCALATION}
"""Notices that go to whoever stands in while their reader is away."""
LADDER = (NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION)
"""What the rungs of a ladder say, the lowest first. After an outage they come together: one mail says enough."""
OF_ANYBODY = frozenset({NoticeKind.RELEASED})
"""Notices that are not about the holder's work: whoever stands aside from that may still be told."""


def held_until(case: Case, definition: Definition, calendar: WorkingCalendar, *, at: datetime) -> datetime | None:
    """Until when (aware UTC) mail about this request waits, or None: what is urgent goes at once, at night too.

    Counted by the service hours of the organisation that holds the information; where it is not known when it opens
    next, mail goes at once: better at night than never.
    """
    if case.urgency in definition.at_once:
        return None
    try:
        opens = next_open(at, calendar)
    except CalendarHorizon:
        return None
    return opens if opens > at else None


def unheard(notices: Iterable[Notice], case: Case, definition: Definition) -> list[Notice]:
    """For notices that reached nobody although somebody must act: an alert to those who can see to that."""
    found: list[Notice] = []
    for notice in notices:
        if notice.kind in CALLS_TO_ACT | {NoticeKind.ESCALATION}:
            organisation = notice.audience.organisation or case.requester_org
            alert = Notice(
                NoticeKind.NOBODY_TOLD,
                Audience(organisation=organisation, roles=(Role.MANAGER, Role.ADMINISTRATOR)),
                notice.stage_title,
            )
            alert = within(alert, definition)
            if alert not in found:
                found.append(alert)
    return found


def still_true(kind: NoticeKind, case: Case, definition: Definition, *, person: Principal, stage_title: str) -> bool:
    """Whether ``person`` should still be told. ``stage_title`` is the stage that the notice speaks of."""
    if kind not in OF_ANYBODY and stands_aside(case, person):
        return False
    if kind is NoticeKind.IDENTITY_ASKED:
        return not case.closed and any(not each.concerns(person.id) for each in open_asks(case.reveals))
    person, stage = lent(case, person), definition.stage(case.stage)
    if kind in PASSED_ON and is_away(case, person):
        return False
    if kind in CALLS_TO_ACT:
        return stage.title == stage_title and among(desk(case, definition), person, case)
    if kind is NoticeKind.ESCALATION:
        organisation = case.requester_org if stage.side is Side.REQUESTER else case.holder_org
        told = frozenset(role for rung in stage.ladder for role in rung.tell)
        return not case.closed and stage.title == stage_title and bool(told & person.roles_in(organisation))
    if kind is NoticeKind.FOLLOW_UP:
        return any(TITLES[task.kind] == stage_title and is_for(case, person, task) for task in waiting(case))
    return True


def says_more(other: NoticeKind, kind: NoticeKind, *, later: bool) -> bool:
    """Whether a mail about ``other`` makes one about ``kind``, on the same stage to the same person, needless.

    ``later``: the other was written after it. Of two that say the same, the later one stays.
    """
    if other not in LADDER or kind not in LADDER:
        return False
    rank = LADDER.index(other) - LADDER.index(kind)
    return rank > 0 or (rank == 0 and later)


def is_away(case: Case, person: Principal) -> bool:
    """Whether somebody else does this person's work on the case now, because she is away."""
    places = {case.holder_org, case.requester_org}
    return person.id != case.requester and any(
        each.person.id == person.id and each.organisation_id in places and each.roles for each in person.away
    )


def among(audience: Audience, person: Principal, case: Case | None = None) -> bool:
    """Whether ``person`` is one of the people that ``audience`` means now, herself or for somebody who is away."""
    if person.id in audience.excluding:
        return False
    for_others = {each.absent.id for each in standing(case, person)} if case else set()
    if person.id in audience.people or not for_others.isdisjoint(audience.people) or person.email in audience.emails:
        return True
    return bool(audience.organisation) and not person.roles_in(audience.organisation).isdisjoint(audience.roles)
