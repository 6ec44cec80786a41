"""Consent and openness as JSON, for everybody and where it differs for somebody."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from webapp.intake.shapes import Codes, Day, ItemKey, Line, Open, Part, Text, line, text
from webapp.parsing.words import CAPACITY, COMPETENCE, CONSENT_HOW, CONSENT_KINDS, GIVEN_BY, GROUNDS
from workflows.core.limits import MOST_ITEMS
from workflows.core.request import Consent, ConsentState, Differs, Told

LINES = ("pressure", "support", "when", "by", "authority", "taken_by", "assessed_by", "assessed_for", "wording_version")
TEXTS = ("why", "wording")


class ConsentModel(Part):
    """Consent as the requester knows it. It is one input to a recorded basis, never a gate by itself."""

    state: Annotated[str, Codes(ConsentState)] | None = Field(
        default=None, description="Where consent stands; null: not said.", examples=["given", "refused"]
    )
    kinds: list[Annotated[str, Codes(CONSENT_KINDS)]] = Field(
        default=[], max_length=len(CONSENT_KINDS), examples=[["uk_gdpr", "common_law"]],
        description="Consent under data protection law and consent to share what was told in confidence are two facts.",
    )  # fmt: skip
    how: Annotated[str, Codes(CONSENT_HOW, empty=True)] = Field(
        default="", description="In which form it was given.", examples=["written"]
    )
    explicit: bool = Field(default=False, description="Whether it was explicit.", examples=[True])
    pressure: Line = Field(
        default="", description="none_seen, not_known, or in words what was seen of pressure.", examples=["none_seen"]
    )
    support: Line = Field(
        default="", description="What helped the person to decide.", examples=["communication card"]
    )  # fmt: skip
    review_at: Day | None = Field(default=None, description="When to look at it again.", examples=["2027-05-02"])
    when: Line = Field(default="", description="When, in words.", examples=["earlier early-help work"])
    by: Line = Field(default="", description="Who answered, by label.", examples=["Adult A"])
    competent: Open = Field(
        default=None, description="Whether a child who answered was competent; null: not said.", examples=[True]
    )
    grounds: Annotated[str, Codes(GROUNDS, empty=True)] = Field(
        default="", description="Why consent was not asked for, or cannot be given.",
        examples=["would_prejudice_protection"],
    )  # fmt: skip
    why: Text = Field(
        default="", description="Why, in words.",
        examples=["Telling him before the strategy discussion may put the child at risk"],
    )  # fmt: skip
    would_share_anyway: Open = Field(
        default=None, description="Whether it would be shared even after a no; null: not said.", examples=[False]
    )
    freely_given: Open = Field(default=None, description="Consent was given freely.", examples=[True])
    specific: Open = Field(
        default=None, description="Consent was about these items, this purpose, these organisations.", examples=[True]
    )
    informed: Open = Field(default=None, description="The person knew what it was about.", examples=[True])
    given_by: Annotated[str, Codes(GIVEN_BY, empty=True)] = Field(
        default="", description="Who may answer for the person.", examples=["data_subject"]
    )
    authority: Line = Field(
        default="", description="What shows that somebody else may answer.", examples=["court order seen"]
    )  # fmt: skip
    given_on: Day | None = Field(default=None, description="The day of the answer.", examples=["2026-11-02"])
    taken_by: Line = Field(default="", description="Who took the answer.", examples=["Jess Holloway"])
    competence: Annotated[str, Codes(COMPETENCE, empty=True)] = Field(
        default="", description="Gillick competence for this decision, under 16 years.", examples=["gillick_assessed"]
    )
    capacity: Annotated[str, Codes(CAPACITY, empty=True)] = Field(
        default="", description="Mental capacity for this decision, from 16 years.", examples=["assumed"]
    )
    assessed_by: Line = Field(default="", description="Who assessed that.", examples=["Jess Holloway"])
    assessed_on: Day | None = Field(default=None, description="The day of the assessment.", examples=["2026-11-01"])
    assessed_for: Line = Field(
        default="", description="For which decision.", examples=["sharing health information for the plan"]
    )
    wording: Text = Field(
        default="", description="The words that the person was shown or told.",
        examples=["May your surgery tell us your medication, so that we can plan your support?"],
    )  # fmt: skip
    wording_version: Line = Field(default="", description="The version of those words.", examples=["2026-04"])

    def to_core(self) -> Consent:
        """The consent as the rules know it."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        said |= {name: line(said[name]) for name in LINES} | {name: text(said[name]) for name in TEXTS}
        said |= {"state": ConsentState(self.state) if self.state else None, "kinds": tuple(dict.fromkeys(self.kinds))}
        return Consent(**said)

    @classmethod
    def from_core(cls, consent: Consent) -> Self:
        """The model of a stored consent."""
        said = {name: getattr(consent, name) for name in cls.model_fields}
        said |= {"state": consent.state.value if consent.state else None, "kinds": list(consent.kinds)}
        return cls.model_construct(**said)


class ToldModel(Part):
    """Whether the person has been told; if not, why not and by when to tell them."""

    told: Open = Field(default=None, description="Whether the person has been told; null: not said.", examples=[False])
    why: Text = Field(
        default="", description="If not: why not.", examples=["would prejudice protection"]
    )  # fmt: skip
    tell_by: Day | None = Field(default=None, description="If not: by when to tell them.", examples=["2026-11-16"])
    said: Text = Field(
        default="", description="If told: what was said, by whom and when.",
        examples=["Jess Holloway went through the request with her on 1 November."],
    )  # fmt: skip
    views: Text = Field(
        default="", description="What the person said about it.", examples=["She wants the plan to be safe."]
    )

    def to_core(self) -> Told:
        """The answer as the rules know it."""
        return Told(self.told, text(self.why), self.tell_by, text(self.said), text(self.views))

    @classmethod
    def from_core(cls, told: Told) -> Self:
        """The model of a stored answer."""
        return cls.model_construct(**{name: getattr(told, name) for name in cls.model_fields})


class DiffersModel(Part):
    """Where consent stands otherwise for one person, for some items or for all."""

    person: Line = Field(description="The person's label.", examples=["Adult A"])
    items: list[ItemKey] = Field(
        default=[], max_length=MOST_ITEMS, description="Keys of the items; none: all.", examples=[["risk"]]
    )
    consent: ConsentModel = Field(
        default=ConsentModel(), description="Where consent stands for this person.", examples=[{"state": "refused"}]
    )
    told_person: ToldModel = Field(
        default=ToldModel(), description="Whether this person has been told.", examples=[{"told": True}]
    )

    def to_core(self) -> Differs:
        """The difference as the rules know it."""
        items = tuple(dict.fromkeys(self.items))
        return Differs(line(self.person), items, self.consent.to_core(), self.told_person.to_core())

    @classmethod
    def from_core(cls, each: Differs) -> Self:
        """The model of a stored difference."""
        return cls.model_construct(
            person=each.person, items=list(each.items), consent=ConsentModel.from_core(each.consent),
            told_person=ToldModel.from_core(each.told),
        )  # fmt: skip
