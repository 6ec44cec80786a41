"""A requester at her pages: types a draft as a person would, page by page."""

from __future__ import annotations

from typing import Any

from tests.builders import PASSWORD, House
from tests.page import Page, PageClient

PRIYA = "priya.anand@marlbridge.example"
S2_PEOPLE = (
    {
        "roles": ["data_subject"], "name": "D. Orrin", "born-day": "2", "born-month": "7", "born-year": "1990",
        "relation": "father of Child P", "contact": "lives with", "nhs_number": "999 004 1199",
    },
    {
        "roles": ["protected"], "name": "P. Orrin", "label": "Child P", "born-day": "19", "born-month": "May",
        "born-year": "2021", "nhs_number": "9990054924",
    },
)  # fmt: skip
S2_ITEMS: tuple[dict[str, str], ...] = (
    {
        "category": "mental_health", "describe": "History of risk to others",
        "justify": "Direct bearing on the child's safety",
        "period-start-day": "2", "period-start-month": "11", "period-start-year": "2024",
        "period-end-day": "2", "period-end-month": "11", "period-end-year": "2026",
    },
    {"category": "mental_health", "describe": "Current crisis plan", "justify": "What to do and whom to call"},
    {
        "category": "mental_health", "describe": "Whole mental-health record", "whole_record": "yes",
        "justify": "Background",
    },
)  # fmt: skip
S2_PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "purpose",
        {"threshold": "section_47", "purpose": "Decide whether a five-year-old is safe at home with her father."},
    ),
    (
        "risks",
        {
            "risk_of_not_sharing": "Assessment would go ahead without knowing the father's recent risk to others.",
            "risk_of_sharing": "The father may disengage from treatment.",
        },
    ),
    ("urgency", {"urgency": "priority"}),
)
S2_CONSENT: tuple[tuple[str, dict[str, str]], ...] = (
    ("consent", {"state": "refused"}),
    (
        "details",
        {
            "when": "earlier early-help work",
            "grounds": "would_prejudice_protection",
            "why": "Telling him before the strategy discussion may put the child at risk",
        },
    ),
    (
        "told",
        {
            "told": "no", "told_why": "would prejudice protection",
            "tell_by-day": "16", "tell_by-month": "11", "tell_by-year": "2026",
        },
    ),
    ("basis", {"article_6": "6(1)(c)", "provision": "Children Act 2004 s.16LA"}),
    ("special", {"article_9": "9(2)(g)", "schedule_1": "para 18"}),
    ("confidence", {"common_law": "public_interest"}),
)  # fmt: skip


class Requester:
    """One person with a draft in front of her."""

    def __init__(self, client: PageClient, house: House, *, email: str = PRIYA, holder: str = "harrowmere") -> None:
        self.client, self.house = client.sign_in(email, PASSWORD), house
        client.open("/requests/start")
        page = client.submit({"holder": house.organisation(holder).id}, action="/requests/start")
        self.draft = page.path
        self.case_id = page.path.rsplit("/", 1)[1]

    def fill(self, page: str, answers: dict[str, Any], *, status: int = 200) -> Page:
        """Open one page of the draft, fill it in and send it."""
        path = f"{self.draft}/{page}"
        self.client.open(path)
        return self.client.submit(answers, action=path, status=status)

    def type_s2(self) -> None:
        """Type the whole of S2, in the order of the task list."""
        for person in S2_PEOPLE:
            self.fill("people/add", dict(person))
        for page, answers in S2_PAGES:
            self.fill(page, dict(answers))
        for item in S2_ITEMS:
            self.fill("items/add", dict(item))
        keys = [item.key for item in self.house.case(self.case_id).request.items]
        self.fill("recipients/add", {"role": "Social worker", "items": keys})
        for page, answers in S2_CONSENT:
            self.fill(page, dict(answers))
