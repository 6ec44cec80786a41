"""What a person has been told inside the product, newest first."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from webapp.context import clock_text
from webapp.guards import signed_in
from webapp.views.desk import casework, me, page_number
from webapp.views.showing import long_instant
from workflows.core.notices import OF_STANDING_IN, NoticeKind
from workflows.service.views import NoticeRow

blueprint = Blueprint("notifications", __name__)

WORDS: Mapping[str, str] = {
    NoticeKind.YOUR_TURN: "You have something to do",
    NoticeKind.QUESTION: "You are asked a question",
    NoticeKind.ANSWERED: "Your question was answered",
    NoticeKind.PROGRESS: "Your request has moved on",
    NoticeKind.DECIDED: "A decision was made",
    NoticeKind.RELEASED: "Information was shared with you",
    NoticeKind.ENDED: "A request has ended",
    NoticeKind.REMINDER: "Time is passing",
    NoticeKind.OVERDUE: "The time has run out",
    NoticeKind.ESCALATION: "This was passed up to you because it is late",
    NoticeKind.CHASE: "A manager asks you to act",
    NoticeKind.REASSIGNED: "This was given to you",
    NoticeKind.IDENTITY_ASKED: "Somebody asks to see an identity: please answer",
    NoticeKind.IDENTITY_ANSWERED: "Whether an identity is shown to you was answered",
    NoticeKind.STOOD_ASIDE: "Somebody has stood aside from this",
    NoticeKind.FOLLOW_UP: "You have something to follow up",
    NoticeKind.EXTENDED: "The time was extended: it falls due later",
    NoticeKind.NOBODY_TOLD: "Nobody could be told that this waits: see who can take it",
    NoticeKind.CONSENT_WITHDRAWN: "Consent was withdrawn",
    NoticeKind.BROUGHT_IN: "A request was brought in from another system in your name",
    NoticeKind.RECOUNTED: "The due date moved: bank holidays or closure days have changed",
    NoticeKind.UNANSWERED: "A question was not answered in time, and has gone back",
    NoticeKind.NOBODY_STANDS_IN: "Somebody is away and nobody can stand in: please give this to somebody",
    NoticeKind.USE_PAUSED: "A sharing that continues is paused: its review was missed",
    NoticeKind.STANDS_IN: "You stand in for somebody who is away",
    NoticeKind.STANDS_IN_NO_MORE: "You no longer stand in for somebody",
    NoticeKind.HOLIDAYS_STALE: "The published bank holidays cannot be fetched",
}


@blueprint.get("/notifications")
@signed_in
def page() -> str:
    """The person's notices, a page at a time."""
    number = page_number()
    rows, more = casework().notices(me(), page=number)
    return render_template(
        "notifications/page.html",
        lines=[_line(row) for row in rows],
        unread=g.viewer.unread,
        pages={
            "previous_url": url_for("notifications.page", page=number - 1) if number > 1 else None,
            "next_url": url_for("notifications.page", page=number + 1) if more else None,
            "words": f"Page {number}" if more or number > 1 else None,
        },
    )


def _line(row: NoticeRow) -> dict[str, object]:
    about, url = row.reference, ""
    if row.case_id:
        url = url_for("cases.page", case_id=row.case_id)
    elif row.kind in OF_STANDING_IN:
        about, url = "When people are away", url_for("away.page")
    else:
        about, url = "Bank holidays", url_for("calendars.listing")
    return {
        "words": WORDS.get(row.kind, row.kind),
        "reference": about,
        "url": url,
        "stage": row.stage_title if row.case_id else "",
        "due": clock_text(row.due_at) if row.due_at else "",
        "due_iso": row.due_at.isoformat() if row.due_at else "",
        "when": long_instant(row.created_at),
        "when_iso": row.created_at.isoformat(),
        "unread": row.read_at is None,
    }


@blueprint.post("/notifications")
@signed_in
def mark_read() -> Response:
    """Mark all of them as read."""
    casework().mark_notices_read(me(), now=g.now)
    flash("All notifications are marked as read.")
    return redirect(url_for("notifications.page"), 303)
