"""What can be chosen in a request and in a decision, as the API shows it."""

from __future__ import annotations

from pydantic import Field

from webapp.api.models import Sent, Told
from workflows.core.definition import Definition, Reason
from workflows.core.imported import STANDARD


class ChoicesQuery(Sent):
    """Of which workflow."""

    workflow: str = Field(default=STANDARD, max_length=60, description="Which workflow: standard or emergency.")


class ChoiceModel(Told):
    """One code, with the words that the pages show for it."""

    code: str = Field(examples=["section_17"])
    words: str


class CategoryModel(ChoiceModel):
    """One kind of information."""

    sensitive: bool = Field(description="Whether it counts among the most sensitive, and needs more care.")


class ReasonModel(ChoiceModel):
    """One reason for deciding an item."""

    outcomes: list[str] = Field(description="The outcomes of an item that it can be given for.", examples=[["refuse"]])
    stands_alone: bool = Field(description="If false, the reason behind it must be written too.")
    hint: str = Field(description="When it fits.")

    @classmethod
    def of(cls, reason: Reason) -> ReasonModel:
        """The reason as it is shown."""
        names = ("code", "words", "stands_alone", "hint")
        return cls(outcomes=list(reason.outcomes), **{name: getattr(reason, name) for name in names})


class ChoicesModel(Told):
    """Every code of one workflow: for requests that are begun now, and for decisions under the packs in force now."""

    workflow: str
    version: int
    thresholds: list[ChoiceModel] = Field(description="For purpose.threshold.")
    categories: list[CategoryModel] = Field(description="For the category of an item.")
    reasons: list[ReasonModel] = Field(description="For the reason of a decision on an item.")

    @classmethod
    def of(cls, definition: Definition) -> ChoicesModel:
        """What this version offers."""
        return cls(
            workflow=definition.ref.workflow,
            version=definition.ref.version,
            thresholds=[ChoiceModel(code=code, words=words) for code, words in definition.thresholds.items()],
            categories=[
                CategoryModel(code=code, words=words, sensitive=code in definition.sensitive)
                for code, words in definition.categories.items()
            ],
            reasons=[ReasonModel.of(each) for each in definition.reasons],
        )
