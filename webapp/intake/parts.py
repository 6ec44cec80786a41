"""The parts of a request as JSON: people, purpose, items, recipients, legal basis.

Each model makes the core's own part (``to_core``) and is made of it (``from_core``): what comes in by a file or the
API, and what the API shows, has one shape. Words are trimmed as the forms trim them.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from webapp.intake.shapes import Codes, Day, ItemKey, Line, Open, Part, Text, line, text
from webapp.parsing.words import (
    ARTICLE_6,
    ARTICLE_9,
    CAPACITY,
    COMMON_LAW,
    COMPETENCE,
    NECESSARY_FOR,
    REGIMES,
    SCHEDULE_1,
)
from workflows.core.definition import Urgency
from workflows.core.limits import MOST_ITEMS
from workflows.core.request import Continuing, Item, LegalBasis, Period, Person, PersonRole, Purpose, Recipient


class PersonModel(Part):
    """A person the request is about."""

    label: Line = Field(
        description="What this person is called wherever the name stays hidden. It must not tell who it is.",
        examples=["Adult A", "Child P"],
    )
    name: Line = Field(default="", description="The name; “not known” and what is known.", examples=["A. Tamsin"])
    born: Day | None = Field(default=None, description="Date of birth; null: not known.", examples=["1992-03-14"])
    roles: list[Annotated[str, Codes(PersonRole)]] = Field(
        default=[], max_length=len(PersonRole), examples=[["data_subject", "protected"]],
        description="Why this person is in the request: whose information it is (data_subject), whom sharing would "
        "protect (protected). best_placed and applicant stand only in applications from the public.",
    )  # fmt: skip
    relation: Line = Field(
        default="", description="Whose relative or carer this is.", examples=["father of Child P"]
    )  # fmt: skip
    contact: Text = Field(default="", description="How this person is in contact.", examples=["lives with"])
    nhs_number: Annotated[str, Field(max_length=20, pattern=r"^[0-9 ]*$")] = Field(
        default="", description="NHS number: ten digits that pass the check.", examples=["9990027463"]
    )
    capacity: Annotated[str, Codes(CAPACITY, empty=True)] = Field(
        default="", description="Mental capacity for this decision, from 16 years.", examples=["assumed"]
    )
    competence: Annotated[str, Codes(COMPETENCE, empty=True)] = Field(
        default="", description="Gillick competence for this decision, under 16 years.", examples=["gillick_assessed"]
    )

    def to_core(self) -> Person:
        """The person as the rules know her."""
        return Person(
            label=line(self.label), name=line(self.name), born=self.born,
            roles=tuple(PersonRole(each) for each in dict.fromkeys(self.roles)), relation=line(self.relation),
            contact=text(self.contact), nhs_number=self.nhs_number.replace(" ", ""), capacity=self.capacity,
            competence=self.competence,
        )  # fmt: skip

    @classmethod
    def from_core(cls, person: Person) -> Self:
        """The model of a stored person."""
        return cls.model_construct(
            label=person.label, name=person.name, born=person.born, roles=[role.value for role in person.roles],
            relation=person.relation, contact=person.contact, nhs_number=person.nhs_number,
            capacity=person.capacity, competence=person.competence,
        )  # fmt: skip


class PurposeModel(Part):
    """Why the information is needed, and the risk on both sides."""

    purpose: Text = Field(
        default="", description="What the information is needed for.",
        examples=["Decide whether a five-year-old is safe at home with her father."],
    )  # fmt: skip
    risk_of_not_sharing: Text = Field(
        default="", description="What could happen if the information is not shared.",
        examples=["The plan would miss a fall risk and interactions with current medication."],
    )  # fmt: skip
    risk_of_sharing: Text = Field(
        default="", description="What harm sharing could do.",
        examples=["The father may disengage from treatment."],
    )  # fmt: skip
    threshold: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_]*$")] = Field(
        default="", description="The kind of concern: a code of the workflow's thresholds.",
        examples=["section_47", "early_help", "none"],
    )  # fmt: skip
    urgency: Annotated[str, Codes(Urgency)] = Field(
        default=Urgency.ROUTINE.value, description="How soon an answer is needed.", examples=["priority"]
    )

    def to_core(self) -> Purpose:
        """The purpose as the rules know it."""
        return Purpose(
            purpose=text(self.purpose), risk_of_not_sharing=text(self.risk_of_not_sharing),
            risk_of_sharing=text(self.risk_of_sharing), threshold=self.threshold, urgency=Urgency(self.urgency),
        )  # fmt: skip

    @classmethod
    def from_core(cls, purpose: Purpose) -> Self:
        """The model of a stored purpose."""
        return cls.model_construct(
            purpose=purpose.purpose, risk_of_not_sharing=purpose.risk_of_not_sharing,
            risk_of_sharing=purpose.risk_of_sharing, threshold=purpose.threshold, urgency=purpose.urgency.value,
        )  # fmt: skip


class PeriodModel(Part):
    """The days that the information covers, both included."""

    start: Day | None = Field(default=None, alias="from", description="The first day.", examples=["2025-11-02"])
    end: Day | None = Field(default=None, alias="to", description="The last day.", examples=["2026-11-02"])

    def to_core(self) -> Period | None:
        """The period; None where neither end is given."""
        return Period(self.start, self.end) if self.start or self.end else None


class ContinuingModel(Part):
    """Information that is needed again and again."""

    every: Annotated[Line, Field(min_length=1)] = Field(description="How often.", examples=["month", "term"])
    until: Day | None = Field(default=None, description="The last day of the flow.", examples=["2027-11-03"])

    def to_core(self) -> Continuing:
        """The flow as the rules know it."""
        return Continuing(line(self.every), self.until)


class ItemModel(Part):
    """One piece of information asked for. Decisions are made item by item."""

    key: ItemKey = Field(
        description="A short name of the item, its own within the request: small letters, digits, - and _.",
        examples=["medication"],
    )
    category: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_]*$")] = Field(
        description="The kind of information: a code of the workflow's categories.", examples=["health_summary"]
    )
    describe: Text = Field(default="", description="What exactly.", examples=["Current repeat medication"])
    justify: Text = Field(
        default="", description="Why this item is needed.", examples=["Staff prompt medication twice a day"]
    )
    period: PeriodModel | None = Field(
        default=None, description="Which days it covers.", examples=[{"from": "2025-11-02", "to": "2026-11-02"}]
    )
    whole_record: bool = Field(
        default=False, description="Whether the whole record is asked for.", examples=[False]
    )  # fmt: skip
    continuing: ContinuingModel | None = Field(
        default=None, description="Only where it is needed again and again.",
        examples=[{"every": "month", "until": "2027-11-03"}],
    )  # fmt: skip
    protected_location: bool = Field(
        default=False, description="Whether it is an address that must stay hidden.", examples=[False]
    )

    def to_core(self) -> Item:
        """The item as the rules know it."""
        return Item(
            key=self.key, category=self.category, describe=text(self.describe), justify=text(self.justify),
            period=self.period.to_core() if self.period else None, whole_record=self.whole_record,
            continuing=self.continuing.to_core() if self.continuing else None,
            protected_location=self.protected_location,
        )  # fmt: skip

    @classmethod
    def from_core(cls, item: Item) -> Self:
        """The model of a stored item."""
        span, again = item.period, item.continuing
        return cls.model_construct(
            key=item.key, category=item.category, describe=item.describe, justify=item.justify,
            period=PeriodModel.model_construct(start=span.start, end=span.end) if span else None,
            whole_record=item.whole_record,
            continuing=ContinuingModel.model_construct(every=again.every, until=again.until) if again else None,
            protected_location=item.protected_location,
        )  # fmt: skip


class RecipientModel(Part):
    """A named person who would receive items."""

    name: Line = Field(description="The recipient's name.", examples=["Jess Holloway"])
    email: Line = Field(description="A work e-mail address.", examples=["jess.holloway@brightwater.example"])
    role: Line = Field(default="", description="What she does.", examples=["Support worker"])
    items: list[ItemKey] = Field(
        default=[], max_length=MOST_ITEMS, description="The keys of the items for this recipient.",
        examples=[["medication", "falls"]],
    )  # fmt: skip

    def to_core(self) -> Recipient:
        """The recipient as the rules know her."""
        return Recipient(line(self.name), line(self.email), line(self.role), tuple(dict.fromkeys(self.items)))

    @classmethod
    def from_core(cls, recipient: Recipient) -> Self:
        """The model of a stored recipient."""
        return cls.model_construct(
            name=recipient.name, email=recipient.email, role=recipient.role, items=list(recipient.items)
        )


class BasisModel(Part):
    """The legal basis that the requester relies on."""

    article_6: Annotated[str, Codes(ARTICLE_6, empty=True)] = Field(
        default="", description="The basis in UK GDPR, Article 6.", examples=["6(1)(e)"]
    )
    provision: Line = Field(
        default="", description="The law behind it.", examples=["Children Act 2004 s.16LA"]
    )  # fmt: skip
    article_9: Annotated[str, Codes(ARTICLE_9, empty=True)] = Field(
        default="", description="The condition of Article 9 for special kinds of information.", examples=["9(2)(h)"]
    )
    article_10: bool = Field(default=False, description="Whether Article 10 (offences) applies.", examples=[True])
    schedule_1: Annotated[str, Codes(SCHEDULE_1, empty=True)] = Field(
        default="", description="The condition of Schedule 1, Data Protection Act 2018.", examples=["para 18"]
    )
    common_law: Annotated[str, Codes(COMMON_LAW, empty=True)] = Field(
        default="", description="What lifts confidentiality in common law.", examples=["public_interest"]
    )
    regime: Annotated[str, Codes(REGIMES, empty=True)] = Field(
        default="", description="Which part of data protection law applies.", examples=["uk_gdpr"]
    )
    necessary_for: Annotated[str, Codes(NECESSARY_FOR, empty=True)] = Field(
        default="", description="Paragraph 18: what it is necessary for.", examples=["protect"]
    )
    needs_care: Open = Field(
        default=None, description="The adult has needs for care and support; null: not said.", examples=[True]
    )
    at_risk_of_harm: Open = Field(default=None, description="The adult is at risk of harm.", examples=[True])
    cannot_protect_self: Open = Field(
        default=None, description="The adult cannot protect herself or himself because of those needs.", examples=[None]
    )
    public_interest: Text = Field(
        default="", description="Why it is in the substantial public interest.",
        examples=["A child of five may be at risk of significant harm."],
    )  # fmt: skip
    duty_relevant: Open = Field(
        default=None, description="Duty to share: the information is relevant to the child.", examples=[True]
    )
    duty_helps: Open = Field(
        default=None, description="Duty to share: it may help the recipient in its work.", examples=[True]
    )

    def to_core(self) -> LegalBasis:
        """The basis as the rules know it."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        return LegalBasis(
            **{**said, "provision": line(self.provision), "public_interest": text(self.public_interest)}
        )  # fmt: skip

    @classmethod
    def from_core(cls, basis: LegalBasis) -> Self:
        """The model of a stored basis."""
        return cls.model_construct(**{name: getattr(basis, name) for name in cls.model_fields})
