"""Journeys through the pages: a request filled in from its data, and what each person of the holder does with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.browser.visitor import Visitor
from workflows.core.request import (
    ConsentAndOpenness,
    ConsentState,
    Item,
    Items,
    LegalBasis,
    People,
    Person,
    Purpose,
    Recipient,
    Recipients,
    Request,
)
from workflows.service.scenario import Scenario

SAVE = "Save and continue"
ANSWERED = (ConsentState.GIVEN, ConsentState.REFUSED, ConsentState.WITHDRAWN)


def wanted(story: Scenario) -> Request:
    """The request that the data tells, with the item keys that the pages make."""
    keys = item_keys(story)
    consent = story.part(ConsentAndOpenness)
    recipients = tuple(
        replace(each, items=tuple(keys[key] for key in each.items)) for each in story.part(Recipients).recipients
    )
    return Request(
        people=story.part(People).people, purpose=story.part(Purpose),
        items=tuple(replace(item, key=keys[item.key]) for item in story.part(Items).items),
        recipients=recipients, consent=consent.consent, told=consent.told, basis=story.part(LegalBasis),
    )  # fmt: skip


def item_keys(story: Scenario) -> Mapping[str, str]:
    """For each item key of the data the key that the pages give: its kind with a number."""
    counted: dict[str, int] = {}
    keys: dict[str, str] = {}
    for item in story.part(Items).items:
        counted[item.category] = counted.get(item.category, 0) + 1
        keys[item.key] = f"{item.category}-{counted[item.category]}"
    return keys


def start(visitor: Visitor, holder_name: str) -> str:
    """From one's requests to the task list of a new draft; the case's id."""
    visitor.open("/requests")
    visitor.follow("Start a request")
    visitor.page.get_by_label(holder_name, exact=True).check()
    visitor.press("Start")
    assert visitor.heading == f"Ask {holder_name} for information"
    return visitor.path.rpartition("/")[2]


def fill_everything(visitor: Visitor, story: Scenario) -> None:
    """From the task list through every task, with every recorded detail, back to the task list."""
    asked = wanted(story)
    visitor.follow("The people")
    fill_rows(visitor, asked.people, fill_person, another="Add another person")
    visitor.follow("Purpose and both risks")
    fill_purpose(visitor, asked.purpose)
    visitor.follow("The information you need")
    fill_rows(visitor, asked.items, fill_item, another="Add another item")
    visitor.follow("Who would receive it")
    fill_rows(visitor, asked.recipients, fill_recipient, another="Add another recipient")
    visitor.follow("Consent and openness")
    fill_consent(visitor, asked)
    visitor.follow("Legal basis")
    fill_basis(visitor, asked.basis)
    visitor.sees("6 of 7 tasks completed", "Ready to send")


def fill_rows(visitor: Visitor, rows: Sequence[Any], fill: Any, *, another: str) -> None:
    """Fill one add-another list, from its first form back to the task list."""
    for number, row in enumerate(rows):
        if number:
            visitor.follow(another)
        fill(visitor, row)
        visitor.press(SAVE)
    visitor.follow("Continue")


def fill_person(visitor: Visitor, person: Person) -> None:
    """The form of one person."""
    visitor.tick("roles", [role.value for role in person.roles])
    visitor.fill("name", person.name)
    if person.born:
        visitor.date("born", person.born)
    for name in ("label", "nhs_number", "relation", "contact"):
        visitor.fill(name, getattr(person, name))
    visitor.choose("capacity", person.capacity)
    visitor.choose("competence", person.competence)


def fill_purpose(visitor: Visitor, purpose: Purpose) -> None:
    """The three pages on purpose, risks and urgency."""
    visitor.choose("threshold", purpose.threshold)
    visitor.fill("purpose", purpose.purpose)
    visitor.press(SAVE)
    visitor.fill("risk_of_not_sharing", purpose.risk_of_not_sharing)
    visitor.fill("risk_of_sharing", purpose.risk_of_sharing)
    visitor.press(SAVE)
    visitor.choose("urgency", purpose.urgency.value)
    visitor.press(SAVE)


def fill_item(visitor: Visitor, item: Item) -> None:
    """The form of one item."""
    visitor.choose("category", item.category)
    visitor.fill("describe", item.describe)
    visitor.fill("justify", item.justify)
    if item.period:
        for name, day in (("period-start", item.period.start), ("period-end", item.period.end)):
            if day:
                visitor.date(name, day)
    visitor.tick("whole_record", ["yes"] if item.whole_record else [])
    if item.continuing:
        visitor.choose("repeated", "again")
        visitor.fill("every", item.continuing.every)
        if item.continuing.until:
            visitor.date("until", item.continuing.until)


def fill_recipient(visitor: Visitor, recipient: Recipient) -> None:
    """The form of one recipient."""
    for name in ("name", "email", "role"):
        visitor.fill(name, getattr(recipient, name))
    visitor.tick("items", recipient.items)


def fill_consent(visitor: Visitor, asked: Request) -> None:
    """The three pages on consent and openness."""
    consent, told = asked.consent, asked.told
    assert consent.state is not None
    visitor.choose("state", consent.state.value)
    visitor.press(SAVE)
    if consent.state is ConsentState.GIVEN:
        visitor.tick("kinds", consent.kinds)
        visitor.tick("explicit", ["yes"] if consent.explicit else [])
        if consent.review_at:
            visitor.date("review_at", consent.review_at)
    elif consent.grounds:
        visitor.choose("grounds", consent.grounds)
    if consent.state in ANSWERED:
        fill_answer(visitor, asked)
    visitor.fill("why", consent.why)
    visitor.press(SAVE)
    if told.told is not None:
        visitor.choose("told", "yes" if told.told else "no")
    if told.told is False:
        visitor.fill("told_why", told.why)
        if told.tell_by:
            visitor.date("tell_by", told.tell_by)
    visitor.press(SAVE)


def fill_answer(visitor: Visitor, asked: Request) -> None:
    """How somebody said yes or no."""
    consent = asked.consent
    for name in ("how", "pressure"):
        if getattr(consent, name):
            visitor.choose(name, getattr(consent, name))
    for name in ("when", "by", "support"):
        visitor.fill(name, getattr(consent, name))
    if consent.competent is not None:
        visitor.choose("competent", "yes" if consent.competent else "no")


def fill_basis(visitor: Visitor, basis: LegalBasis) -> None:
    """The pages on the legal basis."""
    visitor.choose("article_6", basis.article_6)
    visitor.fill("provision", basis.provision)
    visitor.press(SAVE)
    if basis.article_9:
        visitor.choose("article_9", basis.article_9)
    visitor.tick("article_10", ["yes"] if basis.article_10 else [])
    visitor.choose("schedule_1", basis.schedule_1)
    visitor.press(SAVE)
    if "What the law asks here" in visitor.heading:  # only where paragraph 18 or the duty to share comes in
        visitor.press(SAVE)
    if basis.common_law:
        visitor.choose("common_law", basis.common_law)
    if basis.regime:
        visitor.choose("regime", basis.regime)
    visitor.press(SAVE)


def send(visitor: Visitor, holder_name: str) -> None:
    """Check the answers and send the request."""
    visitor.follow("Check your answers and send")
    visitor.press(f"Send to {holder_name}")
    assert "Request sent" in visitor.heading


def from_worklist(visitor: Visitor, reference: str, act: str) -> None:
    """From one's work to a case, and from there to one's own act on it."""
    visitor.open("/work")
    visitor.follow(reference)
    visitor.follow(act)


def check_consent(visitor: Visitor, finding: str, note: str, *, covers_all: bool = False) -> None:
    """The consent officer's form."""
    visitor.choose("finding", finding)
    if covers_all:
        visitor.tick("covers_all", ["yes"])
    visitor.fill("note", note)
    visitor.press("Record the consent check")
    visitor.sees("The consent check was recorded.")


def advise(visitor: Visitor, advice: str, *, why: str = "", conditions: Sequence[str] = (), **more: str) -> None:
    """The IG lead's form. ``more``: delegated="yes", redirect="..."."""
    visitor.choose("advice", advice)
    visitor.fill("why", why)
    if conditions:
        visitor.fill("conditions", "\n".join(conditions))
    if more.get("delegated"):
        visitor.tick("delegated_release", ["yes"])
    if more.get("redirect"):
        visitor.fill("redirect", more["redirect"])
    visitor.press("Record the advice")
    if advice == "out_of_scope":
        visitor.sees("cannot be brought back")
        visitor.press("End the request and erase its details")
    visitor.sees("Your advice was recorded.")


def choose_items(visitor: Visitor, shared: Sequence[str], refused: Mapping[str, tuple[str, str]]) -> None:
    """The cards of the decision page: what is shared, and what is refused with a reason's code and a text."""
    for key in shared:
        visitor.choose(f"outcome-{key}", "share")
        visitor.choose(f"reason-{key}-share", "necessary")
    for key, (code, text) in refused.items():
        visitor.choose(f"outcome-{key}", "refuse")
        visitor.choose(f"reason-{key}-refuse", code)
        visitor.fill(f"text-{key}-refuse", text)


def weigh(visitor: Visitor, story: Scenario, *, conditions: Sequence[str] = (), would_change_it: str = "") -> None:
    """Both sides of the scales, and conditions. The requester's words on both risks stand there already."""
    purpose = story.part(Purpose)
    for side, words in (("sharing", purpose.risk_of_sharing), ("not_sharing", purpose.risk_of_not_sharing)):
        assert visitor.page.locator(f"#harm_of_{side}").input_value() == words
        visitor.choose(f"likelihood_of_{side}", "possible")
        visitor.choose(f"severity_of_{side}", "serious")
    visitor.fill("conditions", "\n".join(conditions))
    visitor.fill("would_change_it", would_change_it)


def confirm(visitor: Visitor, *sentences: str, button: str) -> None:
    """Have the decision read back, and make it."""
    visitor.press("Read it back to me")
    visitor.sees(*sentences)
    visitor.press(button)
    visitor.sees("Your decision was recorded.")


def release(visitor: Visitor, contents: Mapping[str, str]) -> None:
    """Enter the words of each approved item, by the item's key."""
    for key, words in contents.items():
        visitor.fill(f"content-{key}", words)
    visitor.press("Share this information")
    count = len(contents)
    visitor.press(f"Share {count} item{'' if count == 1 else 's'} now")
    visitor.sees("The information was shared with its recipients.")
