"""A consented request, from its start to what was shared, through the API alone.

Jess, who works at Brightwater, asks Larkfield for what her team needs for a supported-living plan. Beth, at Larkfield,
checks the consent, advises that it can be shared without a decision, and shares it. Jess reads it.
"""

from __future__ import annotations

from examples.gatehouse_client import Gatehouse, Standing

PEOPLE = [{"label": "Adult A", "name": "A. Tamsin", "born": "1992-03-14", "roles": ["data_subject", "protected"],
           "nhs_number": "9990027463", "capacity": "assumed"}]  # fmt: skip
PURPOSE = {
    "purpose": "Agree a supported-living plan with the person, so that support fits their health needs.",
    "risk_of_not_sharing": "The plan would miss a fall risk and interactions with current medication.",
    "risk_of_sharing": "Low. The person asked for it and chose the items.",
    "threshold": "early_help",
    "urgency": "routine",
}
ITEMS = [
    {"key": "medication", "category": "health_summary", "describe": "Current repeat medication",
     "justify": "Staff prompt medication twice a day"},
    {"key": "gp", "category": "demographics", "describe": "Name of usual GP", "justify": "To book reviews"},
]  # fmt: skip
CONSENT = {"state": "given", "kinds": ["uk_gdpr", "common_law"], "how": "written", "explicit": True,
           "pressure": "none_seen", "review_at": "2027-05-02"}  # fmt: skip
BASIS = {"article_6": "6(1)(e)", "article_9": "9(2)(h)", "common_law": "consent"}


def ask(jess: Gatehouse, *, holder: str, email: str) -> Standing:
    """The request, part by part, and sent."""
    request = jess.start(holder)
    request = jess.save(request, "people", PEOPLE)
    request = jess.save(request, "purpose", PURPOSE)
    request = jess.save(request, "items", ITEMS)
    recipient = {"name": "Jess Holloway", "email": email, "role": "Support worker", "items": ["medication", "gp"]}
    request = jess.save(request, "recipients", [recipient])
    request = jess.save(request, "consent", CONSENT, told_person={"told": True})
    request = jess.save(request, "basis", BASIS)
    return jess.act(request, "submit")


def answer(beth: Gatehouse, case_id: str) -> Standing:
    """The consent check, the advice, and the release of what was approved."""
    request = beth.standing(case_id)
    found = {"person": "Adult A", "finding": "valid"}
    said = "The consent covers every item and recipient."
    request = beth.act(
        request, "record_consent", {"finding": "valid", "covers_all": True, "note": said, "people": [found]}
    )
    request = beth.act(request, "advise", {"advice": "supports", "why": "With consent.", "delegated_release": True})
    words = {"medication": "Metformin 500 mg, twice a day.", "gp": "Dr Ames, High Street Surgery."}
    return beth.act(request, "release", {"contents": [{"key": key, "text": words[key]} for key in words]})


def run(jess: Gatehouse, beth: Gatehouse, *, holder: str, email: str) -> dict[str, str]:
    """From the start to what Jess reads."""
    sent = ask(jess, holder=holder, email=email)
    shared = answer(beth, sent.id)
    assert shared.outcome == "shared", shared
    return jess.contents(sent.id)
