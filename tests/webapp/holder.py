"""The holder's people at their pages, over cases that were played to a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from tests.builders import PASSWORD, House, build
from tests.page import Page, PageClient

GUARDIAN, DEPUTY, LEAD, OFFICER = "anne.whitcombe", "femi.adeyemi", "lucy.brandt", "samir.haddad"
MANAGER, REQUESTER, OUTSIDER = "martin.shaw", "priya.anand", "jess.holloway"


@dataclass
class Desk:
    """A house, and browsers for its people."""

    house: House
    app: Flask

    def sit(self, who: str) -> PageClient:
        """A browser in which this person is signed in."""
        return PageClient(self.app).sign_in(self.house.person(who).email, PASSWORD)

    def case(self, scenario: str = "S2", *, upto: str | None = "adjudication", days_ago: float = 1) -> str:
        """A case at a stage, sent some days before now: pages know no other now than the present."""
        sent = datetime.now(UTC) - timedelta(days=days_ago)
        times = [sent + timedelta(minutes=10 * step) for step in range(1, 12)]
        return build(self.house, scenario, upto=upto, submitted=sent, times=times)


def rated() -> dict[str, str]:
    """How likely and how bad, on both sides; whom it affects is filled in already."""
    sides = ("sharing", "not_sharing")
    likely = {f"likelihood_of_{side}": "possible" for side in sides}
    return {**likely, **{f"severity_of_{side}": "serious" for side in sides}}


def choices(**more: Any) -> dict[str, Any]:
    """S2 decided as in the data: two items shared, the whole record refused."""
    fields = {
        "outcome-risk": "share",
        "reason-risk-share": "necessary",
        "outcome-crisis": "share",
        "reason-crisis-share": "necessary",
        "outcome-record": "refuse",
        "reason-record-refuse": "not_necessary",
        "text-record-refuse": "The summary is enough.",
        **rated(),
        "harm_of_sharing": "He may leave treatment.",
        "harm_of_not_sharing": "The child may stay with a danger nobody sees.",
    }
    return {**fields, **more}


def confirm(page: Page) -> dict[str, Any]:
    """The fields of the page that reads a decision back, with its first button pressed."""
    form = page.form()
    name, value = form.buttons[0]
    return {**form.fields, name: value}
