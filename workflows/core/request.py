"""What a requester writes, part by part. Each part is one task of the task list.

All fields are optional while drafting: completeness is the definition's question at submission,
shape and length are the rulebook's at every save.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from workflows.core.definition import Urgency


class Task(StrEnum):
    """The parts of a request, in the order of the task list."""

    PEOPLE = "people"
    PURPOSE = "purpose"
    ITEMS = "items"
    RECIPIENTS = "recipients"
    CONSENT = "consent"
    BASIS = "basis"


class PersonRole(StrEnum):
    """Why a person is in the request; the two may be different people (DPA 2018 Sch 1 para 18)."""

    DATA_SUBJECT = "data_subject"
    PROTECTED = "protected"
    BEST_PLACED = "best_placed"
    """Best placed to protect somebody: who is told something may be another than who applied."""
    APPLICANT = "applicant"


class ConsentState(StrEnum):
    """Where consent stands. It is one input to a recorded basis, never a gate by itself."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_SOUGHT = "not_sought"
    CANNOT_BE_GIVEN = "cannot_be_given"
    NOT_THE_BASIS = "not_the_basis"


@dataclass(frozen=True, slots=True)
class Person:
    """A person the request is about. ``label`` ("Child A") stands for the name wherever identity is hidden."""

    label: str
    name: str = ""
    born: date | None = None
    roles: tuple[PersonRole, ...] = ()
    relation: str = ""
    contact: str = ""
    nhs_number: str = ""
    capacity: str = ""
    competence: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that the information covers, both included; either end may be open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Continuing:
    """A repeated flow: how often, and the last day."""

    every: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of information asked for, with its own reason. Decisions are per item."""

    key: str
    category: str
    describe: str = ""
    justify: str = ""
    period: Period | None = None
    whole_record: bool = False
    continuing: Continuing | None = None
    protected_location: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """A named person who would receive items. ``items`` are item keys."""

    name: str
    email: str
    role: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """The people the request is about."""

    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why the information is needed, and the risk on both sides."""

    purpose: str = ""
    risk_of_not_sharing: str = ""
    risk_of_sharing: str = ""
    threshold: str = ""
    urgency: Urgency = Urgency.ROUTINE


@dataclass(frozen=True, slots=True)
class Items:
    """The pieces of information asked for."""

    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who would receive them."""

    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent as the requester knows it. ``kinds`` keeps UK GDPR and common-law consent apart."""

    state: ConsentState | None = None
    kinds: tuple[str, ...] = ()
    how: str = ""
    explicit: bool = False
    pressure: str = ""
    support: str = ""
    review_at: date | None = None
    when: str = ""
    by: str = ""
    competent: bool | None = None
    grounds: str = ""
    why: str = ""
    would_share_anyway: bool | None = None
    """Asked before anything else: who would share anyway informs, and does not ask."""
    freely_given: bool | None = None
    specific: bool | None = None
    informed: bool | None = None
    given_by: str = ""
    """Who answered: the person, or somebody with parental responsibility, an attorney, a deputy."""
    authority: str = ""
    given_on: date | None = None
    taken_by: str = ""
    competence: str = ""
    capacity: str = ""
    assessed_by: str = ""
    assessed_on: date | None = None
    assessed_for: str = ""
    wording: str = ""
    wording_version: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Whether the person has been told; if not, why not and by when to tell them."""

    told: bool | None = None
    why: str = ""
    tell_by: date | None = None
    said: str = ""
    """What the person was told, by whom and when."""
    views: str = ""
    """What the person said about it, where she was asked."""


@dataclass(frozen=True, slots=True)
class Differs:
    """Where consent stands otherwise for one person (a label), for some items or for all when none are named."""

    person: str
    items: tuple[str, ...] = ()
    consent: Consent = Consent()
    told: Told = Told()


@dataclass(frozen=True, slots=True)
class ConsentAndOpenness:
    """Consent, and whether the person has been told; ``differs`` where it is otherwise for somebody or something."""

    consent: Consent = Consent()
    told: Told = Told()
    differs: tuple[Differs, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The basis the requester relies on. Codes follow UK GDPR and the Data Protection Act 2018."""

    article_6: str = ""
    provision: str = ""
    article_9: str = ""
    article_10: bool = False
    schedule_1: str = ""
    common_law: str = ""
    regime: str = ""
    necessary_for: str = ""
    """Paragraph 18, limb (a): "protect" or "well_being"."""
    needs_care: bool | None = None
    at_risk_of_harm: bool | None = None
    cannot_protect_self: bool | None = None
    """The three parts of the test for somebody of 18 or over; None: not said."""
    public_interest: str = ""
    duty_relevant: bool | None = None
    duty_helps: bool | None = None
    """The requester's two answers about the duty to share: relevant to the child, may help the recipient."""


Answers = People | Purpose | Items | Recipients | ConsentAndOpenness | LegalBasis

ANSWERS_FOR: dict[Task, type[Answers]] = {
    Task.PEOPLE: People,
    Task.PURPOSE: Purpose,
    Task.ITEMS: Items,
    Task.RECIPIENTS: Recipients,
    Task.CONSENT: ConsentAndOpenness,
    Task.BASIS: LegalBasis,
}
"""Which answers belong to which task."""


@dataclass(frozen=True, slots=True)
class Request:
    """The whole request."""

    people: tuple[Person, ...] = ()
    purpose: Purpose = Purpose()
    items: tuple[Item, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    consent: Consent = Consent()
    told: Told = Told()
    basis: LegalBasis = LegalBasis()
    saved: tuple[Task, ...] = ()
    differs: tuple[Differs, ...] = ()

    def item(self, key: str) -> Item | None:
        """The item with this key."""
        return next((item for item in self.items if item.key == key), None)


def parts(request: Request) -> dict[Task, Answers]:
    """The request as the answers of its tasks."""
    return {
        Task.PEOPLE: People(request.people),
        Task.PURPOSE: request.purpose,
        Task.ITEMS: Items(request.items),
        Task.RECIPIENTS: Recipients(request.recipients),
        Task.CONSENT: ConsentAndOpenness(request.consent, request.told, request.differs),
        Task.BASIS: request.basis,
    }


def with_answers(request: Request, answers: Answers) -> Request:
    """The request with one part replaced."""
    match answers:
        case People():
            return replace(request, people=answers.people)
        case Purpose():
            return replace(request, purpose=answers)
        case Items():
            return replace(request, items=answers.items)
        case Recipients():
            return replace(request, recipients=answers.recipients)
        case ConsentAndOpenness():
            return replace(request, consent=answers.consent, told=answers.told, differs=answers.differs)
        case _:
            return replace(request, basis=answers)
