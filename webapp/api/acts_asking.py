"""What the requester does: the bodies of her commands. What a request says is filled in elsewhere (routes_requests)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from webapp.api.acting import Act, Known, declare_acts
from webapp.api.models import Id
from webapp.intake.parts import ItemModel, RecipientModel
from webapp.intake.whole import RequestModel
from workflows.core import commands as c
from workflows.core.definition import CommandType
from workflows.core.limits import LINE, MOST_ITEMS, MOST_RECIPIENTS, TEXT


class SaveBody(RequestModel, Act):
    """Write one part of a draft: people, purpose, items, recipients, basis, or consent with what belongs to it.

    The part is replaced as a whole. It may be unfinished: what is missing is asked for when the request is sent.
    """

    command: ClassVar[CommandType] = CommandType.SAVE

    @model_validator(mode="after")
    def one_part(self) -> Self:
        """Refuse none and several: one act writes one part, so that none is half done."""
        if len(tuple(self.answers())) != 1:
            raise PydanticCustomError("one_part", "one part")
        return self

    def build(self, **stamp: Any) -> c.Command:
        task, answers = next(self.answers())
        return c.Save(**stamp, task=task, answers=answers)


class SubmitBody(Act):
    """Send the draft to the holder. What is missing comes back as faults, each with its place in the request."""

    command: ClassVar[CommandType] = CommandType.SUBMIT

    def build(self, **stamp: Any) -> c.Command:
        return c.Submit(**stamp)


class WithdrawBody(Act):
    """Take the request back. What it says of people is erased."""

    command: ClassVar[CommandType] = CommandType.WITHDRAW
    reason: str = Field(max_length=TEXT, description="Why.")

    def build(self, **stamp: Any) -> c.Command:
        return c.Withdraw(**stamp, reason=self.reason)


class AnswerBody(Act):
    """Answer the holder's question. The clock runs on."""

    command: ClassVar[CommandType] = CommandType.ANSWER
    answer: str = Field(max_length=TEXT, description="The answer.")

    def build(self, **stamp: Any) -> c.Command:
        return c.Answer(**stamp, answer=self.answer)


class ChooseHoldersBody(Act):
    """Say which other organisations get the draft as well. Each answers for itself."""

    command: ClassVar[CommandType] = CommandType.CHOOSE_HOLDERS
    others: tuple[Id, ...] = Field(max_length=20, description="Ids of organisations.")

    def build(self, **stamp: Any) -> c.Command:
        return c.ChooseHolders(**stamp, others=self.others)


class ChallengeBody(Act):
    """Challenge the decision. Somebody else looks at it."""

    command: ClassVar[CommandType] = CommandType.CHALLENGE
    grounds: str = Field(max_length=TEXT, description="What is wrong with it.")
    on_behalf: str = Field(
        default="", max_length=LINE, description="For whom, where the holder's consent officer records it."
    )

    def build(self, **stamp: Any) -> c.Command:
        return c.Challenge(**stamp, grounds=self.grounds, on_behalf=self.on_behalf)


class ReopenBody(Act):
    """Come back with new information. The request goes through its stages again; what was decided stays on record."""

    command: ClassVar[CommandType] = CommandType.REOPEN
    new_information: str = Field(max_length=TEXT, description="What is new.")
    items: list[ItemModel] = Field(max_length=MOST_ITEMS, description="All that is asked for now.")
    recipients: list[RecipientModel] = Field(
        default=[], max_length=MOST_RECIPIENTS, description="None: whoever was to receive something receives it."
    )

    def build(self, **stamp: Any) -> c.Command:
        items = tuple(each.to_core() for each in self.items)
        recipients = tuple(each.to_core() for each in self.recipients)
        return c.Reopen(**stamp, new_information=self.new_information, items=items, recipients=recipients)


class WithdrawConsentBody(Act):
    """Record that somebody took back her consent. It needs no reason."""

    command: ClassVar[CommandType] = CommandType.WITHDRAW_CONSENT
    person: str = Field(max_length=LINE, description="The label of the person, such as Adult A.")
    how: str = Field(max_length=LINE, description="How she said it.", examples=["verbal"])
    given_by: str = Field(max_length=LINE, description="Who said it.", examples=["data_subject"])
    items: tuple[str, ...] = Field(default=(), max_length=40, description="Keys of items; none: all of them.")
    note: str = Field(default="", max_length=TEXT)

    def build(self, **stamp: Any) -> c.Command:
        return c.WithdrawConsent(
            **stamp, person=self.person, how=self.how, given_by=self.given_by, items=self.items, note=self.note
        )


declare_acts(
    (
        Known(
            SaveBody, "Write one part of a draft",
            {
                "items": [
                    {
                        "key": "gp", "category": "demographics", "describe": "Name of usual GP",
                        "justify": "To book reviews",
                    }
                ]
            },
        ),
        Known(SubmitBody, "Send the draft to the holder", {}),
        Known(WithdrawBody, "Take the request back", {"reason": "The family has moved away."}),
        Known(AnswerBody, "Answer the holder's question", {"answer": "The infant school."}),
        Known(
            ChooseHoldersBody, "Ask other organisations as well",
            {"others": ["0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2"]},
        ),
        Known(
            ReopenBody, "Open it again with new information",
            {
                "new_information": "She has moved to another school.",
                "items": [
                    {"key": "school", "category": "school", "describe": "Attendance", "justify": "To plan for her."}
                ],
            },
        ),
        Known(ChallengeBody, "Challenge the decision", {"grounds": "The crisis plan is needed to keep her safe."}),
        Known(
            WithdrawConsentBody, "Record that consent was taken back",
            {"person": "Adult A", "how": "verbal", "given_by": "data_subject", "items": ["gp"]},
        ),
    )
)  # fmt: skip
