"""Rows of lists, as the API shows them: never the name of anybody whom a request is about."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from webapp.api.models import Sent, Told
from workflows.service.cursors import LONGEST
from workflows.service.keyset import MOST
from workflows.service.views import NoticeRow, WorkRow

CASE = "0d0c6a53-3a5e-5c1b-9a53-8f2a8d1f7c11"


class After(Sent):
    """Where to go on, and how much at once."""

    after: str = Field(
        default="", max_length=LONGEST, description="next_cursor of the page before. Empty: from the beginning."
    )
    limit: int = Field(default=50, ge=1, le=MOST, description="How many rows at most.")


class CasesQuery(After):
    """Which list, where to go on, and how much at once."""

    list: Literal["mine", "team", "waiting", "done", "drafts", "open", "ended", "shared"] = Field(
        default="mine", description="mine: what waits for you, and questions to you; team: what waits for anybody "
        "where you work; waiting: what waits for others; done: what has ended where you work; drafts, open, ended: "
        "requests that you made; shared: what was shared with you."
    )  # fmt: skip


class CaseRow(Told):
    """One request of a list."""

    id: str = Field(examples=[CASE])
    reference: str = Field(examples=["GH-7K2M-4QXD"])
    version: int = Field(description="It grows with every change.")
    asked: str = Field(description="What is asked of whoever has it, in words.", examples=["Decide 3 items"])
    kind: str = Field(description="What sort of work its stage is.", examples=["adjudication"])
    stage_title: str = Field(examples=["Adjudication"])
    requester_organisation_name: str
    holder_organisation_name: str
    urgency: str = Field(examples=["routine"])
    due_at: datetime | None = Field(description="Null while its clock is paused, where none runs, or when not known.")
    time_left: str = Field(
        description="The same in words; empty where no clock runs.", examples=["3 working days left"]
    )
    overdue: bool
    paused: bool
    assigned_to: str = Field(description="Who has it by name; empty: anybody with the role.")
    in_name_of: str = Field(description="Who is away, and in whose name you would do it; else empty.")
    created_at: datetime
    closed_at: datetime | None
    outcome: str = Field(description="How it ended; empty while it has not.")

    @classmethod
    def of(cls, row: WorkRow) -> CaseRow:
        """The view as it is shown."""
        plain = (
            "id", "reference", "version", "asked", "stage_title", "urgency", "overdue", "paused", "assigned_to",
            "created_at", "closed_at", "outcome",
        )  # fmt: skip
        return cls(
            **{name: getattr(row, name) for name in plain}, kind=row.kind.value, in_name_of=row.for_whom,
            requester_organisation_name=row.requester_org, holder_organisation_name=row.holder_org,
            due_at=row.time_left.due_at if row.time_left else None,
            time_left=row.time_left.words if row.time_left else "",
        )  # fmt: skip


class Page(Told):
    """What every page of a list says besides its rows."""

    next_cursor: str = Field(description="Send it as after for the next page; empty at the end.")
    more: bool = Field(description="Whether there is a next page.")


class CasesPage(Page):
    """Requests in the order of the list. What comes or goes meanwhile makes no other come twice, or never."""

    cases: list[CaseRow]


class NoticeModel(Told):
    """One thing that you were told."""

    id: str
    kind: str = Field(description="For machines.", examples=["your_turn"])
    say: str = Field(description="For people.", examples=["You have something to do"])
    case_id: str | None = Field(description="Null where it is about no request.")
    reference: str
    stage_title: str
    due_at: datetime | None
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, row: NoticeRow, say: str) -> NoticeModel:
        """The row as it is shown."""
        plain = ("id", "kind", "reference", "stage_title", "due_at", "created_at", "read_at")
        return cls(**{name: getattr(row, name) for name in plain}, say=say, case_id=row.case_id or None)


class NoticesPage(Page):
    """What you were told, newest first. Reading it here marks nothing as read."""

    notifications: list[NoticeModel]
