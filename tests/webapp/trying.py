"""Trying every act on a case as one person: what the page offers, and what a post with all its answers does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.applying import FORMS
from tests.builders import PASSWORD, House
from tests.page import PageClient
from tests.undoing import Undoing
from tests.webapp.holder import rated
from workflows.core.case import Case
from workflows.core.definition import CommandType as C
from workflows.core.definition import StageKind
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.permissions import Principal
from workflows.core.request import PersonRole
from workflows.core.reveal import open_asks
from workflows.core.rounds import to_release

LEADS_TO: Mapping[str, frozenset[C]] = {
    "checks.consent": frozenset({C.RECORD_CONSENT}),
    "checks.withdraw": frozenset({C.WITHDRAW_CONSENT}),
    "cpis.page": frozenset({C.RECORD_CPIS_CHECK}),
    "acts.advise": frozenset({C.ADVISE}),
    "decide.page": frozenset({C.DECIDE}),
    "acts.release": frozenset({C.RELEASE}),
    "emergency_acts.share_now": frozenset({C.SHARE_NOW}),
    "emergency_acts.review": frozenset({C.REVIEW_SHARE}),
    "acts.ask": frozenset({C.ASK}),
    "requests.answer": frozenset({C.ANSWER}),
    "requests.check": frozenset({C.SUBMIT}),
    "requests.question": frozenset({C.SAVE}),
    "requests.holders": frozenset({C.CHOOSE_HOLDERS}),
    "requests.withdraw": frozenset({C.WITHDRAW}),
    "rounds.send_back": frozenset({C.SEND_BACK}),
    "rounds.reopen": frozenset({C.REOPEN}),
    "rounds.challenge": frozenset({C.CHALLENGE}),
    "rounds.review_use": frozenset({C.REVIEW_USE}),
    "board_acts.chase_one": frozenset({C.CHASE}),
    "board_acts.reassign": frozenset({C.REASSIGN}),
    "panel.second": frozenset({C.DEMAND_SECOND}),
    "panel.conflict": frozenset({C.DECLARE_CONFLICT}),
    "reveals.ask": frozenset({C.ASK_IDENTITY}),
    "reveals.answer": frozenset({C.GRANT_IDENTITY, C.REFUSE_IDENTITY}),
    "extending.extend": frozenset({C.EXTEND}),
    "followups.finish": frozenset({C.FINISH_FOLLOW_UP}),
    "stage_forms.form": frozenset({C.COMPLETE}),
    "stage_forms.ask_withdrawn": frozenset({C.WITHDRAW}),
}
"""Which acts each page of an act carries out."""


@dataclass(frozen=True)
class Attempt:
    """One act as a form sends it."""

    command: C
    path: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Tried:
    """What came of it: whether the case has changed, and the answer."""

    done: bool
    status: int
    html: str


@dataclass
class Visitor:
    """One person at the pages of the house."""

    app: Flask
    person: Principal
    http: FlaskClient
    token: str

    @classmethod
    def enter(cls, app: Flask, person: Principal) -> Visitor:
        """Sign in."""
        client = PageClient(app).sign_in(person.email, PASSWORD)
        client.open("/notifications")
        return cls(app, person, client.http, client.token())

    def offered(self, case: Case) -> frozenset[C] | None:
        """The acts to which the case's page leads; None when there is no such page for her."""
        answer = self.http.get(f"/cases/{case.id}", follow_redirects=True)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.status_code
        addresses = re.findall(r'(?:href|action)="([^"]*)"', answer.get_data(as_text=True))
        return frozenset(command for address in addresses for command in self._led_to(address, case))

    def _led_to(self, address: str, case: Case) -> frozenset[C]:
        parts = urlsplit(unescape(address))
        if case.id not in address:
            return frozenset()
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(parts.path, method="GET")
        except HTTPException:
            return frozenset()
        return LEADS_TO.get(endpoint, frozenset())

    def tries(self, world: Undoing, case: Case, attempt: Attempt, house: House) -> Tried:
        """Post the act; whatever it does is undone."""
        before = world.number(VERSION, case.id)
        fields = {
            "csrf_token": self.token, "command_id": house.new_id(), "version": str(before), **attempt.fields
        }  # fmt: skip
        with world.undone():
            answer = self.http.post(attempt.path, data=fields)
            after = world.number(VERSION, case.id)
        return Tried(after != before, answer.status_code, "" if after != before else answer.get_data(as_text=True))

    def form_comes(self, case: Case, attempt: Attempt, house: House) -> bool:
        """Whether the form of an act comes back, with faults, when it is sent empty."""
        fields = {"csrf_token": self.token, "command_id": house.new_id(), "version": str(case.version)}
        given = {name: value for name, value in attempt.fields.items() if name in ("org", "case")}
        return self.http.post(attempt.path, data={**fields, **given}).status_code == 422


LONDON = ZoneInfo("Europe/London")
VERSION = "SELECT version FROM cases WHERE id = %s"


def attempts(case: Case, house: House) -> Iterator[Attempt]:
    """Every act with all its answers, as far as a case like this one lets them be given."""
    here, asked = f"/cases/{case.id}", f"/requests/{case.id}"
    subject = next((p.label for p in case.request.people if PersonRole.DATA_SUBJECT in p.roles), "Adult A")
    waits = {each.label for each in open_asks(case.reveals)}
    label = next((p.label for p in case.request.people if p.label not in waits), subject)
    reveal = next((each.number for each in open_asks(case.reveals)), 1)
    reason = {"reason": "Because it is needed here."}
    yes = {"confirmed": "yes"}
    yield Attempt(C.RECORD_CONSENT, f"{here}/consent", {"finding": "not_a_bar", "note": "Not a bar.", **_each(case)})
    yield Attempt(
        C.WITHDRAW_CONSENT, f"{here}/consent/withdraw",
        {"person": subject, "how": "verbal", "given_by": "data_subject"},
    )  # fmt: skip
    yield Attempt(C.RECORD_CPIS_CHECK, f"{here}/cpis", _checked(case))
    yield Attempt(C.ADVISE, f"{here}/advise", {"advice": "supports", "why": "It is needed."})
    yield Attempt(C.DECIDE, f"{here}/decide", {**_decision(case), "action": "confirm"})
    contents = {f"content-{key}": "Words." for key in to_release(case)}
    yield Attempt(C.RELEASE, f"{here}/release", {**contents, **yes})
    yield Attempt(C.SHARE_NOW, f"{here}/share-now", _share(case))
    yield Attempt(
        C.REVIEW_SHARE, f"{here}/review-share", {"finding": "proportionate", "why": "Needed.", "learning": "None."}
    )
    yield Attempt(C.ASK, f"{here}/ask", {"question": "Which school?", "harm_of_waiting": "A child may be harmed."})
    yield Attempt(C.ANSWER, f"{asked}/answer", {"answer": "The infant school."})
    yield Attempt(C.SAVE, f"{asked}/purpose", {"threshold": "section_47", "purpose": "Another purpose."})
    yield Attempt(C.SUBMIT, f"{asked}/submit", {})
    yield Attempt(C.CHOOSE_HOLDERS, f"{asked}/holders", {"others": house.organisation("larkfield").id})
    yield Attempt(C.WITHDRAW, f"{asked}/withdraw" if case.requester else f"{here}/withdrawn", reason)
    form = FORMS.get(case.stage, {})
    yield Attempt(C.COMPLETE, f"{here}/form", {**boxes(form), **yes, "shown_fields": " ".join(form)})
    yield Attempt(C.SEND_BACK, f"{here}/send-back", {"why": "Is the basis right?"})
    new = {"category-new-1": "school", "describe-new-1": "Attendance", "justify-new-1": "To plan."}
    yield Attempt(C.REOPEN, f"{here}/reopen", {"new_information": "She moved.", **new})
    yield Attempt(C.CHALLENGE, f"{here}/challenge", {"grounds": "It is wrong.", "on_behalf": "Her mother"})
    yield Attempt(C.REVIEW_USE, f"{here}/review-use", {"outcome": "end", "why": "No longer needed."})
    yield Attempt(C.CHASE, f"{here}/chase", {})
    yield Attempt(C.REASSIGN, "/board/reassign", {"org": case.holder_org, "case": case.id, **reason})
    yield Attempt(C.DEMAND_SECOND, f"{here}/second", reason)
    yield Attempt(C.DECLARE_CONFLICT, f"{here}/conflict", reason)
    yield Attempt(C.ASK_IDENTITY, f"{here}/identity", {"label": label, **reason})
    answer = {"number": str(reveal), "answer": "Because it is needed here."}
    yield Attempt(C.GRANT_IDENTITY, f"{here}/identity/answer", {**answer, "choice": "show"})
    yield Attempt(C.REFUSE_IDENTITY, f"{here}/identity/answer", {**answer, "choice": "refuse"})
    yield Attempt(C.EXTEND, f"{here}/extend", {"amount": "1", **reason, **yes})
    for number in [each.number for each in waiting(case) if each.kind is not FollowUpKind.REVIEW_USE] or [1]:
        yield Attempt(C.FINISH_FOLLOW_UP, f"{here}/follow-ups/{number}", {"note": "It was done."})


def boxes(form: Mapping[str, tuple[str, ...]]) -> dict[str, str | list[str]]:
    """The answers of a stage's form as its boxes hold them: a day in three, a time in one of its own."""
    found: dict[str, str | list[str]] = {}
    for name, values in form.items():
        day, _, time = values[0].partition("T")
        if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            found |= dict(zip((f"{name}-year", f"{name}-month", f"{name}-day"), day.split("-"), strict=True))
            found |= {f"{name}-time": time} if time else {}
        else:
            found[name] = list(values)
    return found


def _checked(case: Case) -> dict[str, str]:
    """A CP-IS check of somebody in the request, made in the minute when it was sent."""
    at = (case.submitted_at or case.created_at).astimezone(LONDON)
    when = {"checked_at-day": f"{at.day}", "checked_at-month": f"{at.month}", "checked_at-year": f"{at.year}"}
    person = case.request.people[0].label if case.request.people else "Adult A"
    said = {"setting": "general_practice", "notified": "usual", "number_used": "yes", "result": "no_plan_recorded"}
    return {"person": person, **when, "checked_at-time": f"{at:%H:%M}", **said, "checked_by": "Dr Ode, GP"}


def _each(case: Case) -> dict[str, str]:
    """The finding for each person whose information it is."""
    subjects = [p for p in case.request.people if PersonRole.DATA_SUBJECT in p.roles]
    return {
        f"{name}-{number}": words
        for number, _ in enumerate(subjects, 1)
        for name, words in (("finding", "not_a_bar"), ("reason", "Not a bar."))
    }


def _decision(case: Case) -> dict[str, str]:
    refused = {f"outcome-{item.key}": "refuse" for item in case.request.items}
    reasons = {f"reason-{item.key}-refuse": "not_necessary" for item in case.request.items}
    texts = {f"text-{item.key}-refuse": "It is not needed." for item in case.request.items}
    harms = {"harm_of_sharing": "He may leave.", "harm_of_not_sharing": "Some.", "would_change_it": "A new risk."}
    return {
        **refused,
        **reasons,
        **texts,
        **harms,
        **rated(),
        "affected_of_sharing": "A",
        "affected_of_not_sharing": "B",
    }


def _share(case: Case) -> dict[str, str]:
    chosen = {f"share-{item.key}": "yes" for item in case.request.items}
    said = {"how": "spoken", "when": "now", "told": "Sgt Hill", "said_by": "Nadia Roy", "call_back_verified": "yes"}
    return {**chosen, **said}


def colleague(case: Case, house: House, definition: Any) -> str:
    """Somebody to whom the stage can be given: its first role at the holder, not who took part."""
    stage = definition.stage(case.stage)
    roles = frozenset(stage.roles)
    out = {case.requester, case.assignee, *case.advisers}
    found = [p for p in house.cast.people.values() if p.roles_in(case.holder_org) & roles and p.id not in out]
    return found[-1].id if found and stage.kind is not StageKind.INFORMATION_NEEDED else house.person("lucy.brandt").id
