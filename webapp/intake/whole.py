"""A whole request as JSON: its parts, each of which may still be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

from pydantic import Field

from webapp.intake.consents import ConsentModel, DiffersModel, ToldModel
from webapp.intake.parts import BasisModel, ItemModel, PersonModel, PurposeModel, RecipientModel
from webapp.intake.shapes import Part
from workflows.core.limits import MOST_ITEMS, MOST_PEOPLE, MOST_RECIPIENTS
from workflows.core.request import (
    Answers,
    Consent,
    ConsentAndOpenness,
    Items,
    People,
    Recipients,
    Request,
    Task,
    Told,
    with_answers,
)

KEYS: dict[Task, tuple[str, ...]] = {
    Task.PEOPLE: ("people",),
    Task.PURPOSE: ("purpose",),
    Task.ITEMS: ("items",),
    Task.RECIPIENTS: ("recipients",),
    Task.CONSENT: ("consent", "told_person", "differs"),
    Task.BASIS: ("basis",),
}
"""The keys of each task."""
CORE = {"told_person": "told"}
"""What the core calls a key, where that differs."""


class RequestModel(Part):
    """What a request says. A part that is left out, or null, has not been written yet."""

    people: list[PersonModel] | None = Field(
        default=None,
        max_length=MOST_PEOPLE,
        examples=[[{"label": "Adult A", "name": "A. Tamsin", "roles": ["data_subject", "protected"]}]],
        description="The people the request is about.",
    )
    purpose: PurposeModel | None = Field(
        default=None,
        examples=[{"purpose": "Agree a supported-living plan.", "threshold": "early_help"}],
        description="Why the information is needed, and the risk on both sides.",
    )
    items: list[ItemModel] | None = Field(
        default=None,
        max_length=MOST_ITEMS,
        examples=[
            [{"key": "gp", "category": "demographics", "describe": "Name of usual GP", "justify": "To book reviews"}]
        ],
        description="The pieces of information asked for.",
    )
    recipients: list[RecipientModel] | None = Field(
        default=None,
        max_length=MOST_RECIPIENTS,
        examples=[[{"name": "Jess Holloway", "email": "jess.holloway@brightwater.example", "items": ["gp"]}]],
        description="The named people who would receive them.",
    )
    consent: ConsentModel | None = Field(
        default=None,
        examples=[{"state": "given", "kinds": ["uk_gdpr"], "how": "written"}],
        description="Consent, as the requester knows it.",
    )
    told_person: ToldModel | None = Field(
        default=None, examples=[{"told": True}], description="Whether the person has been told."
    )
    differs: list[DiffersModel] | None = Field(
        default=None,
        max_length=MOST_PEOPLE,
        examples=[[{"person": "Adult B", "consent": {"state": "refused"}}]],
        description="Where consent stands otherwise for one person.",
    )
    basis: BasisModel | None = Field(
        default=None,
        examples=[{"article_6": "6(1)(e)", "article_9": "9(2)(h)"}],
        description="The legal basis that the requester relies on.",
    )

    def answers(self) -> Iterator[tuple[Task, Answers]]:
        """The parts that are there, as the answers of their tasks."""
        if self.people is not None:
            yield Task.PEOPLE, People(tuple(each.to_core() for each in self.people))
        if self.purpose is not None:
            yield Task.PURPOSE, self.purpose.to_core()
        if self.items is not None:
            yield Task.ITEMS, Items(tuple(each.to_core() for each in self.items))
        if self.recipients is not None:
            yield Task.RECIPIENTS, Recipients(tuple(each.to_core() for each in self.recipients))
        if (self.consent, self.told_person, self.differs) != (None, None, None):
            consent = self.consent.to_core() if self.consent else Consent()
            told = self.told_person.to_core() if self.told_person else Told()
            yield Task.CONSENT, ConsentAndOpenness(consent, told, tuple(each.to_core() for each in self.differs or ()))
        if self.basis is not None:
            yield Task.BASIS, self.basis.to_core()

    def to_core(self) -> Request:
        """The request as the rules know it; every part that is there counts as saved."""
        request, saved = Request(), []
        for task, answers in self.answers():
            request = with_answers(request, answers)
            saved.append(task)
        return replace(request, saved=tuple(saved))

    @classmethod
    def from_core(cls, request: Request) -> Self:
        """The model of a stored request; a part that was never saved and says nothing is left out."""
        nothing = Request()
        said: dict[str, Any] = {
            "people": [PersonModel.from_core(each) for each in request.people],
            "purpose": PurposeModel.from_core(request.purpose),
            "items": [ItemModel.from_core(each) for each in request.items],
            "recipients": [RecipientModel.from_core(each) for each in request.recipients],
            "consent": ConsentModel.from_core(request.consent),
            "told_person": ToldModel.from_core(request.told),
            "differs": [DiffersModel.from_core(each) for each in request.differs],
            "basis": BasisModel.from_core(request.basis),
        }
        written = {
            key
            for task, keys in KEYS.items()
            for key in keys
            if task in request.saved or getattr(request, CORE.get(key, key)) != getattr(nothing, CORE.get(key, key))
        }
        return cls.model_construct(**{key: value if key in written else None for key, value in said.items()})
