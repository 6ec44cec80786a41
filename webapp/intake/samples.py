"""Complete examples of requests, about people who do not exist. They are published, printed and tried in tests."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from webapp.intake.document import FORMAT

Json = dict[str, Any]


_CONSENTED: Json = {
    "format": FORMAT,
    "source": {"system": "Brightwater housing system", "reference": "HOU-2026-001482"},
    "requester": "jess.holloway@brightwater.example",
    "requester_organisation": "brightwater",
    "holder": "larkfield",
    "send": True,
    "people": [
        {
            "label": "Adult A",
            "name": "A. Tamsin",
            "born": "1992-03-14",
            "roles": ["data_subject", "protected"],
            "nhs_number": "9990027463",
            "capacity": "assumed",
        }
    ],
    "purpose": {
        "purpose": "Agree a supported-living plan with the person, so that support fits their health needs.",
        "risk_of_not_sharing": "The plan would miss a fall risk and interactions with current medication.",
        "risk_of_sharing": "Low. The person asked for it and chose the items.",
        "threshold": "early_help",
        "urgency": "routine",
    },
    "items": [
        {
            "key": "medication",
            "category": "health_summary",
            "describe": "Current repeat medication",
            "justify": "Staff prompt medication twice a day",
        },
        {
            "key": "gp",
            "category": "demographics",
            "describe": "Name of usual GP",
            "justify": "To book reviews",
        },
        {
            "key": "falls",
            "category": "health_summary",
            "describe": "Falls recorded",
            "justify": "Decides whether ground-floor housing is needed",
            "period": {"from": "2025-11-02", "to": "2026-11-02"},
        },
    ],
    "recipients": [
        {
            "name": "Jess Holloway",
            "email": "jess.holloway@brightwater.example",
            "role": "Support worker",
            "items": ["medication", "gp", "falls"],
        }
    ],
    "consent": {
        "state": "given",
        "kinds": ["uk_gdpr", "common_law"],
        "how": "written",
        "explicit": True,
        "pressure": "none_seen",
        "support": "communication card",
        "review_at": "2027-05-02",
    },
    "told_person": {"told": True},
    "basis": {"article_6": "6(1)(e)", "article_9": "9(2)(h)", "common_law": "consent"},
}


def consented() -> Json:
    """Consented and straightforward."""
    return deepcopy(_CONSENTED)


_OVERRIDING: Json = {
    "format": FORMAT,
    "source": {"system": "Marlbridge children’s services", "reference": "CS/58211"},
    "requester": "priya.anand@marlbridge.example",
    "requester_organisation": "marlbridge",
    "holder": "harrowmere",
    "send": False,
    "people": [
        {
            "label": "Adult A",
            "name": "D. Orrin",
            "born": "1990-07-02",
            "roles": ["data_subject"],
            "relation": "father of Child P",
            "contact": "lives with",
            "nhs_number": "9990041199",
        },
        {
            "label": "Child P",
            "name": "P. Orrin",
            "born": "2021-05-19",
            "roles": ["protected"],
            "nhs_number": "9990054924",
        },
    ],
    "purpose": {
        "purpose": "Decide whether a five-year-old is safe at home with her father.",
        "risk_of_not_sharing": "Assessment would go ahead without knowing the father's recent risk to others.",
        "risk_of_sharing": "The father may disengage from treatment.",
        "threshold": "section_47",
        "urgency": "priority",
    },
    "items": [
        {
            "key": "risk",
            "category": "mental_health",
            "describe": "History of risk to others",
            "justify": "Direct bearing on the child's safety",
            "period": {"from": "2024-11-02", "to": "2026-11-02"},
        },
        {
            "key": "crisis",
            "category": "mental_health",
            "describe": "Current crisis plan",
            "justify": "What to do and whom to call",
        },
    ],
    "recipients": [
        {
            "name": "Priya Anand",
            "email": "priya.anand@marlbridge.example",
            "role": "Social worker",
            "items": ["risk", "crisis"],
        }
    ],
    "consent": {
        "state": "refused",
        "when": "earlier early-help work",
        "grounds": "would_prejudice_protection",
        "why": "Telling him before the strategy discussion may put the child at risk",
    },
    "told_person": {"told": False, "why": "would prejudice protection", "tell_by": "2026-11-16"},
    "basis": {
        "article_6": "6(1)(c)",
        "provision": "Children Act 2004 s.16LA",
        "article_9": "9(2)(g)",
        "schedule_1": "para 18",
        "common_law": "public_interest",
    },
}


def overriding() -> Json:
    """Consent refused, and the risk to a child overrides; left as a draft."""
    return deepcopy(_OVERRIDING)


def several() -> Json:
    """Both in one document."""
    entries = [{key: value for key, value in each.items() if key != "format"} for each in (consented(), overriding())]
    return {"format": FORMAT, "requests": entries}
