"""What has happened, for a system that catches up: the same events as those of webhooks, without a gap."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from webapp.api.models import Sent, Told
from webapp.api.operations import Answer, Call, operation
from webapp.api.problems import Problem
from webapp.house import house
from workflows.core.announcing import MOST, may_read
from workflows.core.scopes import Scope
from workflows.core.webhooks import HookEvent
from workflows.service.announcing import Announcements
from workflows.service.announcing import Told as Event

EXAMPLE = "019af8c2-52e0-7c31-9d5a-4b7d0e6f1a23"


class EventsQuery(Sent):
    """Where to continue, and how much at once."""

    after: str = Field(
        default="", max_length=36, description="next_cursor of the page before, which is the id of its last event. "
        "Empty: from the first event that is kept."
    )  # fmt: skip
    limit: int = Field(default=100, ge=1, le=MOST, description="How many events at most.")


class EventModel(Told):
    """One thing that happened. It names a request and its stage: no person, and no word that anybody wrote."""

    id: str = Field(description="Webhooks carry it as event_id. Take each event once.", examples=[EXAMPLE])
    type: HookEvent = Field(description="What happened: the type of the webhook.", examples=["case.decided"])
    happened_at: datetime
    case_id: str = Field(description="The request.", examples=["0d0c6a53-3a5e-5c1b-9a53-8f2a8d1f7c11"])
    reference: str = Field(description="What people call it.", examples=["GH-7Q4K-2MXT"])
    stage: str = Field(description="The stage that it came to, or was at.", examples=["release"])

    @classmethod
    def of(cls, event: Event) -> EventModel:
        """The event as the service gives it."""
        return cls(
            id=event.id, type=HookEvent(event.kind), happened_at=event.happened_at, case_id=event.case_id,
            reference=event.reference, stage=event.stage,
        )  # fmt: skip


class EventsModel(Told):
    """Events in their order. Nothing that happens later ever comes before them."""

    events: list[EventModel]
    next_cursor: str = Field(
        description="Ask for what comes after it, now or when something may have happened. Keep it.", examples=[EXAMPLE]
    )
    more: bool = Field(description="Whether there is more already.")


@operation(
    "GET", "/events", name="readEvents", tag="Events", scopes={Scope.EVENTS}, says=EventsModel, query=EventsQuery,
    summary="Catch up with what has happened", refuses=frozenset({410}),
)  # fmt: skip
def events(call: Call) -> Answer:
    """What has happened to the requests that the token's organisation asks for or holds.

    For its administrators and the accounts of its systems. Events of one request come in the order in which they
    happened. cursor_expired and cursor_unknown mean that something may be missing between what you have and the first
    event that is kept: read from the beginning, and look at your open requests.
    """
    place = call.caller.organisation_id
    if not may_read(call.person, place):
        say = (
            "Only an administrator of the token's organisation, or the account of one of its systems, reads its events."
        )
        raise Problem(403, "not_administrator", say)
    asked: EventsQuery = call.query
    keep = timedelta(days=house().settings.events_days)
    page = Announcements(house().engine, keep).after(place, asked.after, asked.limit)
    found = [EventModel.of(each) for each in page.events]
    return Answer(body=EventsModel(events=found, next_cursor=page.next_cursor, more=page.more))
