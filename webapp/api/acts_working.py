"""What the holder does on the way to an answer: check consent, ask, advise, send back, release, review."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from webapp.api.acting import Act, Known, declare_acts
from webapp.api.models import Sent
from webapp.intake.shapes import Day, Moment
from workflows.core import commands as c
from workflows.core.definition import CommandType
from workflows.core.limits import CONTENT, LINE, MOST_ITEMS, TEXT
from workflows.core.uses import UseOutcome


class PersonFindingModel(Sent):
    """What was found of one person, and whether she has been told."""

    person: str = Field(max_length=LINE, description="Her label, such as Adult A.")
    finding: c.ConsentFinding
    reason: str = Field(default="", max_length=TEXT, description="Why a refusal is not a bar.")
    told: bool | None = Field(default=None, description="Whether she has been told; null: not said.")
    said: str = Field(default="", max_length=TEXT, description="What she was told.")
    told_why: str = Field(default="", max_length=TEXT, description="Why she has not been told.")
    revisit_on: Day | None = Field(default=None, description="When that is looked at again.")


class RecordConsentBody(Act):
    """Record the consent check: one finding for each person whose information it is, in the order of the request."""

    command: ClassVar[CommandType] = CommandType.RECORD_CONSENT
    finding: c.ConsentFinding
    covers_all: bool = Field(default=False, description="Whether consent covers every item and recipient.")
    note: str = Field(max_length=TEXT, description="What was found, in a sentence.")
    people: tuple[PersonFindingModel, ...] = Field(default=(), max_length=40)

    def build(self, **stamp: Any) -> c.Command:
        people = tuple(c.PersonFinding(**each.model_dump()) for each in self.people)
        return c.RecordConsent(
            **stamp, finding=self.finding, covers_all=self.covers_all, note=self.note, people=people
        )  # fmt: skip


class AskBody(Act):
    """Ask the requester a question. The stage's clock stands still until it is answered."""

    command: ClassVar[CommandType] = CommandType.ASK
    question: str = Field(max_length=TEXT)
    items: tuple[str, ...] = Field(default=(), max_length=MOST_ITEMS, description="Keys of what it is about.")
    harm_of_waiting: str = Field(
        default="", max_length=TEXT, description="What could happen meanwhile: needed of whoever decides."
    )

    def build(self, **stamp: Any) -> c.Command:
        return c.Ask(**stamp, question=self.question, items=self.items, harm_of_waiting=self.harm_of_waiting)


class AdviseBody(Act):
    """Advise on the request. Advice is recorded and does not bind whoever decides."""

    command: ClassVar[CommandType] = CommandType.ADVISE
    advice: c.AdviceType
    why: str = Field(default="", max_length=TEXT)
    conditions: tuple[str, ...] = Field(default=(), max_length=20)
    delegated_release: bool = Field(default=False, description="Whether it can be shared without a decision.")
    redirect: str = Field(default="", max_length=TEXT, description="Where it belongs, if not here.")

    def build(self, **stamp: Any) -> c.Command:
        return c.Advise(
            **stamp, advice=self.advice, why=self.why, conditions=self.conditions,
            delegated_release=self.delegated_release, redirect=self.redirect,
        )  # fmt: skip


class ContentModel(Sent):
    """The words that are released for one item."""

    key: str = Field(max_length=40, description="The key of the item.")
    text: str = Field(max_length=CONTENT)


class ReleaseBody(Act):
    """Release the approved items to their recipients. It cannot be taken back."""

    command: ClassVar[CommandType] = CommandType.RELEASE
    contents: tuple[ContentModel, ...] = Field(max_length=MOST_ITEMS)

    def build(self, **stamp: Any) -> c.Command:
        return c.Release(**stamp, contents=tuple(c.ItemContent(each.key, each.text) for each in self.contents))


class ShareNowBody(Act):
    """Share in an emergency, before any review; or record what has been said already."""

    command: ClassVar[CommandType] = CommandType.SHARE_NOW
    items: tuple[str, ...] = Field(max_length=MOST_ITEMS, description="Keys of what is shared.")
    how: c.ShareHow
    contents: tuple[ContentModel, ...] = Field(default=(), max_length=MOST_ITEMS)
    told: str = Field(default="", max_length=LINE, description="Who was told.")
    said_at: Moment | None = Field(default=None, description="When; null: now.")
    said_by: str = Field(default="", max_length=LINE)
    call_back_verified: bool | None = Field(default=None, description="Whether the caller was called back.")
    note: str = Field(default="", max_length=TEXT, description="How the caller was checked.")
    why_not: str = Field(default="", max_length=TEXT, description="Why the rest was held back.")

    def build(self, **stamp: Any) -> c.Command:
        contents = tuple(c.ItemContent(each.key, each.text) for each in self.contents)
        share = c.Share(
            items=self.items, how=self.how, contents=contents, told=self.told, said_at=self.said_at,
            said_by=self.said_by, call_back_verified=self.call_back_verified, note=self.note, why_not=self.why_not,
        )  # fmt: skip
        return c.ShareNow(**stamp, share=share)


class ReviewShareBody(Act):
    """Record what the review of an emergency share found, and what is to be learnt from it."""

    command: ClassVar[CommandType] = CommandType.REVIEW_SHARE
    finding: c.ReviewFinding
    why: str = Field(default="", max_length=TEXT)
    learning: str = Field(default="", max_length=TEXT)

    def build(self, **stamp: Any) -> c.Command:
        return c.ReviewShare(**stamp, finding=self.finding, why=self.why, learning=self.learning)


class ReviewUseBody(Act):
    """Look at a continuing use again: it continues, is changed, or ends."""

    command: ClassVar[CommandType] = CommandType.REVIEW_USE
    outcome: UseOutcome
    why: str = Field(max_length=TEXT)
    change: str = Field(default="", max_length=TEXT, description="What is changed.")
    review_by: Day | None = Field(default=None, description="When it is looked at next.")

    def build(self, **stamp: Any) -> c.Command:
        return c.ReviewUse(
            **stamp, outcome=self.outcome, why=self.why, change=self.change, review_by=self.review_by
        )  # fmt: skip


class CompleteBody(Act):
    """Complete a stage of a workflow that asks in fields of its own: the answers, by the names of the fields."""

    command: ClassVar[CommandType] = CommandType.COMPLETE
    answers: dict[str, tuple[str, ...]] = Field(
        max_length=200, description="By name of field, each answer as a list of texts: days as 2026-11-23."
    )

    def build(self, **stamp: Any) -> c.Command:
        return c.Complete(**stamp, answers=self.answers)


declare_acts(
    (
        Known(
            RecordConsentBody, "Record the consent check",
            {
                "finding": "valid", "covers_all": True, "note": "Consent covers every item and recipient.",
                "people": [{"person": "Adult A", "finding": "valid", "told": True, "said": "By letter."}],
            },
        ),
        Known(AskBody, "Ask the requester", {"question": "Which school does she go to?", "items": ["school"]}),
        Known(AdviseBody, "Advise", {"advice": "supports", "why": "It is necessary and proportionate."}),
        Known(
            ReleaseBody, "Release what was approved",
            {"contents": [{"key": "gp", "text": "Dr Ames, High Street Surgery."}]},
        ),
        Known(
            ShareNowBody, "Share in an emergency",
            {"items": ["address"], "how": "spoken", "told": "Sgt Hill", "call_back_verified": True},
        ),
        Known(
            ReviewShareBody, "Review an emergency share",
            {"finding": "proportionate", "why": "A life was at risk.", "learning": "None."},
        ),
        Known(ReviewUseBody, "Review a continuing use", {"outcome": "end", "why": "It is no longer needed."}),
        Known(CompleteBody, "Complete a stage on its form", {"answers": {"seen_in_person": ["yes"]}}),
    )
)  # fmt: skip
