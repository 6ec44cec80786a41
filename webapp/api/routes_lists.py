"""Lists page by page after a cursor: worklists and one's own requests, what is overdue, and what one was told."""

from __future__ import annotations

from webapp.api.examples import EXAMPLES
from webapp.api.list_models import After, CaseRow, CasesPage, CasesQuery, NoticeModel, NoticesPage
from webapp.api.operations import Answer, Call, operation
from webapp.api.problems import Problem
from webapp.house import house
from webapp.views.notifications import WORDS
from workflows.core.definition import Role
from workflows.core.scopes import Scope
from workflows.service.keyset import OVERDUE, Lists

LISTS = "Lists"


def _lists() -> Lists:
    return Lists(house().engine, house().casework.library)


def _cases(call: Call, name: str) -> Answer:
    asked: After = call.query
    page = _lists().page(call.person, name, after=asked.after, limit=asked.limit, now=call.now)
    rows = [CaseRow.of(row) for row in page.rows]
    return Answer(body=CasesPage(cases=rows, next_cursor=page.next_cursor, more=bool(page.next_cursor)))


@operation(
    "GET", "/cases", name="listCases", tag=LISTS, scopes={Scope.READ}, says=CasesPage, query=CasesQuery,
    summary="List requests", says_example=EXAMPLES["listCases"], links={"readCase": "/cases/0/id"},
)  # fmt: skip
def cases(call: Call) -> Answer:
    """One of the lists that you have on the pages, in the same order: work by what falls due first, what is paused
    last; what has ended and your own requests newest first.
    """
    asked: CasesQuery = call.query
    return _cases(call, asked.list)


@operation(
    "GET", "/overdue", name="listOverdue", tag=LISTS, scopes={Scope.READ}, says=CasesPage, query=After,
    summary="List what is overdue", says_example=EXAMPLES["listOverdue"], links={"readStanding": "/cases/0/id"},
)  # fmt: skip
def overdue(call: Call) -> Answer:
    """What is overdue of what the token's organisation holds or has asked for, for its managers: the most urgent first,
    and of those what fell due first.
    """
    if call.caller.organisation_id not in call.person.organisations_as(Role.MANAGER):
        raise Problem(403, "not_manager", "Only a manager of the token's organisation sees what is overdue there.")
    return _cases(call, OVERDUE)


@operation(
    "GET", "/notifications", name="listNotifications", tag=LISTS, scopes={Scope.READ}, says=NoticesPage, query=After,
    summary="List what you were told", says_example=EXAMPLES["listNotifications"],
)  # fmt: skip
def notifications(call: Call) -> Answer:
    """Your notifications about requests of the token's organisation, what was shared with you, and the service itself.

    What you may no longer know of is left out.
    """
    asked: After = call.query
    page = _lists().notices(call.person, after=asked.after, limit=asked.limit)
    rows = [NoticeModel.of(row, WORDS.get(row.kind, row.kind)) for row in page.rows]
    return Answer(body=NoticesPage(notifications=rows, next_cursor=page.next_cursor, more=bool(page.next_cursor)))
