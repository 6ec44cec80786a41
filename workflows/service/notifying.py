"""Telling people of what has happened: notices are written in the transaction of the change that they tell of."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from workflows.core.absences import Absence
from workflows.core.calendars import WorkingCalendar
from workflows.core.case import Case
from workflows.core.definition import Definition
from workflows.core.notices import Notice
from workflows.core.passing_on import nobody_told, passed_on
from workflows.core.standing_in import swaps
from workflows.core.telling import held_until, unheard
from workflows.core.unheard import NobodyTold
from workflows.service.unit_of_work import Connection
from workflows.store import notices

log = logging.getLogger(__name__)


def tell(
    connection: Connection,
    told: list[Notice],
    case: Case,
    definition: Definition,
    calendar: WorkingCalendar,
    *,
    away: tuple[Absence, ...],
    due_at: datetime | None,
    at: datetime,
) -> NobodyTold | None:
    """Write the notices; where one that calls for an act reaches nobody, those who can see to that are told.

    Whoever stands in for somebody who is away is told in her place. What the case is to know of it, if nobody heard.
    """
    hold, instead = held_until(case, definition, calendar, at=at), swaps(case, away)
    told = passed_on(told, instead, case, definition)
    insert = partial(
        notices.insert, connection, case_id=case.id, due_at=due_at, at=at, hold_until=hold,
        at_once=case.urgency in definition.at_once,
    )  # fmt: skip
    unread = insert(told) if told else []
    if alerts := passed_on(unheard(unread, case, definition), instead, case, definition):
        nobody = insert(alerts)
        for _ in nobody:
            log.error("nobody could be told about case %s, nor anybody who sees to that", case.id)
    return nobody_told(unread, told, instead, case, at=at)
