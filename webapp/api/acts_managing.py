"""What managers do, and what everybody may do who works for the holder: the bodies of those commands."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from webapp.api.acting import Act, Known, declare_acts
from webapp.api.models import Id
from workflows.core import commands as c
from workflows.core.definition import CommandType
from workflows.core.limits import TEXT


class ChaseBody(Act):
    """Remind whoever has the request."""

    command: ClassVar[CommandType] = CommandType.CHASE

    def build(self, **stamp: Any) -> c.Command:
        return c.Chase(**stamp)


class ReassignBody(Act):
    """Give the request to one named person who may do the work."""

    command: ClassVar[CommandType] = CommandType.REASSIGN
    to_person: Id = Field(description="Her id.")
    reason: str = Field(max_length=TEXT, description="Why.")

    def build(self, **stamp: Any) -> c.Command:
        return c.Reassign(**stamp, to_person=self.to_person, to_eligible=False, reason=self.reason)


class ExtendBody(Act):
    """Give the stage more time, up to what the workflow lets be given in all."""

    command: ClassVar[CommandType] = CommandType.EXTEND
    amount: int = Field(ge=1, le=1000, description="How much, in the unit of the clock: hours or days.")
    reason: str = Field(max_length=TEXT, description="Why.")

    def build(self, **stamp: Any) -> c.Command:
        return c.Extend(**stamp, amount=self.amount, reason=self.reason)


class DeclareConflictBody(Act):
    """Stand aside, because of an interest of your own. From then on the request is no longer yours to see."""

    command: ClassVar[CommandType] = CommandType.DECLARE_CONFLICT
    reason: str = Field(max_length=TEXT, description="What the interest is.")

    def build(self, **stamp: Any) -> c.Command:
        return c.DeclareConflict(**stamp, reason=self.reason)


class AskIdentityBody(Act):
    """Ask to see who stands behind a label. Another person answers."""

    command: ClassVar[CommandType] = CommandType.ASK_IDENTITY
    label: str = Field(max_length=200, description="The label.", examples=["Child P"])
    reason: str = Field(max_length=TEXT, description="Why the work cannot be done without it.")

    def build(self, **stamp: Any) -> c.Command:
        return c.AskIdentity(**stamp, label=self.label, reason=self.reason)


class GrantIdentityBody(Act):
    """Show an identity to whoever asked, for as long as the workflow says."""

    command: ClassVar[CommandType] = CommandType.GRANT_IDENTITY
    number: int = Field(ge=1, le=10_000, description="Which of the asks: they are counted from 1.")
    answer: str = Field(default="", max_length=TEXT)

    def build(self, **stamp: Any) -> c.Command:
        return c.GrantIdentity(**stamp, number=self.number, answer=self.answer)


class RefuseIdentityBody(Act):
    """Do not show an identity, and say why."""

    command: ClassVar[CommandType] = CommandType.REFUSE_IDENTITY
    number: int = Field(ge=1, le=10_000, description="Which of the asks: they are counted from 1.")
    answer: str = Field(max_length=TEXT, description="Why not.")

    def build(self, **stamp: Any) -> c.Command:
        return c.RefuseIdentity(**stamp, number=self.number, answer=self.answer)


class FinishFollowUpBody(Act):
    """Write that a follow-up has been done, and how."""

    command: ClassVar[CommandType] = CommandType.FINISH_FOLLOW_UP
    number: int = Field(ge=1, le=10_000, description="Which of the follow-ups: they are counted from 1.")
    note: str = Field(max_length=TEXT, description="What was done.")

    def build(self, **stamp: Any) -> c.Command:
        return c.FinishFollowUp(**stamp, number=self.number, note=self.note)


declare_acts(
    (
        Known(ChaseBody, "Remind whoever has it", {}),
        Known(
            ReassignBody, "Give it to somebody",
            {"to_person": "0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2", "reason": "She knows the family."},
        ),
        Known(ExtendBody, "Give it more time", {"amount": 1, "reason": "The only adviser is ill today."}),
        Known(DeclareConflictBody, "Stand aside", {"reason": "He is a cousin of mine."}),
        Known(
            AskIdentityBody, "Ask to see an identity",
            {"label": "Child P", "reason": "Two children of the family could be meant."},
        ),
        Known(GrantIdentityBody, "Show an identity", {"number": 1}),
        Known(RefuseIdentityBody, "Do not show an identity", {"number": 1, "answer": "The label is enough."}),
        Known(FinishFollowUpBody, "Finish a follow-up", {"number": 1, "note": "He was told by telephone today."}),
    )
)  # fmt: skip
