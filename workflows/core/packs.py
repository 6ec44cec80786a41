"""Policy packs: principles, rules, legal bases, reason codes, consent options and myths, in versions that never change.

A version that has been published stays as it is; what changes is which version is in force. A request keeps
the versions that were in force when it was sent, so that each decision can be read by the words it was made by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from workflows.core.commands import ItemOutcome
from workflows.core.definition import Role


class PackKind(StrEnum):
    """What a pack holds; decides what its items look like."""

    PRINCIPLES = "principles"
    RULES = "rules"
    LEGAL_BASES = "legal_bases"
    REASON_CODES = "reason_codes"
    CONSENT_OPTIONS = "consent_options"
    MYTHS = "myths"


class PackStatus(StrEnum):
    """Whether somebody who may has read a version and stands by it."""

    APPROVED = "approved"
    AWAITING_REVIEW = "awaiting_review"


class SourceTag(StrEnum):
    """How sure an item is: read in a published source, on the page the product began from, heard, or our own."""

    CONFIRMED = "confirmed"
    SEED = "seed"
    UNCONFIRMED = "unconfirmed"
    OWN = "own"


class Nation(StrEnum):
    """Where a pack holds."""

    ENGLAND = "England"
    WALES = "Wales"
    SCOTLAND = "Scotland"
    NORTHERN_IRELAND = "Northern Ireland"


class BasisGroup(StrEnum):
    """Where in the law a basis or condition stands."""

    ARTICLE_6 = "article_6"
    ARTICLE_9 = "article_9"
    ARTICLE_10 = "article_10"
    SCHEDULE_1 = "schedule_1"
    COMMON_LAW = "common_law"
    PART_3 = "part_3"
    SCHEDULE_8 = "schedule_8"
    GATEWAY = "gateway"


class ConsentGroup(StrEnum):
    """Which question about consent and openness an option answers."""

    STATE = "state"
    KIND = "kind"
    GROUNDS = "grounds"
    HOW = "how"
    GIVEN_BY = "given_by"
    COMPETENCE = "competence"
    CAPACITY = "capacity"
    PRESSURE = "pressure"
    OPENNESS = "openness"


class Body(StrEnum):
    """Kinds of organisation, as far as a legal basis depends on them."""

    PUBLIC_AUTHORITY = "public_authority"
    OTHER = "other"
    LAW_ENFORCEMENT = "law_enforcement"


class Place(StrEnum):
    """Where a myth is answered: beside the choice that somebody is about to rest on it."""

    CONSENT_STATE = "consent_state"
    LEGAL_BASIS = "legal_basis"
    DECISION_REASON = "decision_reason"
    RISK_OF_SHARING = "risk_of_sharing"


@dataclass(frozen=True, slots=True)
class PackRef:
    """One version of one pack."""

    pack: str
    version: str

    def __str__(self) -> str:
        return f"{self.pack}/{self.version}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The reference that is written as pack/version. Raises ValueError for anything else."""
        pack, stroke, version = text.partition("/")
        if not (pack and stroke and version) or "/" in version:
            raise ValueError("A version of a pack is written as pack/version, such as caldicott/2020-12.")
        return cls(pack, version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a pack. ``text`` is our own summary, never the source's sentences."""

    code: str
    short_title: str
    text: str
    source: SourceTag
    prompts: tuple[str, ...] = ()
    group: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What names the item inside its pack: codes are unique within a group."""
        return self.group, self.code

    @property
    def unconfirmed(self) -> bool:
        """Whether no published source has been read for it."""
        return self.source is SourceTag.UNCONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle(Item):
    """A principle that a decision is held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Item):
    """A rule for whoever shares or asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis(Item):
    """A basis, condition or power. ``needs`` are (group, code) of what must come with it, one of them being enough.

    ``users`` says who may rely on it, everybody when empty; ``since`` is the first day on which it is law (None:
    before any request here); ``policy_document``: only with an appropriate policy document.
    """

    users: tuple[Body, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    since: date | None = None
    policy_document: bool = False

    def open_to(self, *, public_authority: bool, law_enforcement: bool, on: date) -> bool:
        """Whether such an organisation would ordinarily rely on it on that day. Advice: a person may say otherwise."""
        if self.since is not None and on < self.since:
            return False
        body = Body.PUBLIC_AUTHORITY if public_authority else Body.OTHER
        return not self.users or body in self.users or (law_enforcement and Body.LAW_ENFORCEMENT in self.users)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCode(Item):
    """A reason for a decision about an item. Not ``stands_alone``: never enough by itself, another must be given too.

    ``under_duty``: still a reason to refuse where the duty to share applies.
    """

    outcomes: tuple[ItemOutcome, ...]
    stands_alone: bool = True
    under_duty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOption(Item):
    """An answer about consent or openness. ``relies_on_consent``: sharing rests on it, and stops with it."""

    relies_on_consent: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A place where a myth is answered, and at which choices there; at all of them when ``codes`` is empty."""

    place: Place
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Myth(Item):
    """A common wrong belief (``short_title``) and what is true instead (``text``)."""

    shown_at: tuple[Shown, ...]

    def is_shown(self, place: Place, code: str) -> bool:
        """Whether it belongs beside this choice at this place."""
        return any(each.place is place and (not each.codes or code in each.codes) for each in self.shown_at)


@dataclass(frozen=True, slots=True)
class PackSource:
    """What a pack is drawn from, and when that was read. ``url`` is empty for what the product made itself."""

    title: str
    publisher: str
    url: str
    licence: str
    retrieved: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of a pack.

    ``effective_from`` and ``effective_to`` (included) say when its source holds, by days in London. ``awaiting`` is
    the role that should review it, as long as nobody has. ``change_note`` is shown when it comes into force.
    """

    ref: PackRef
    digest: str
    kind: PackKind
    title: str
    summary: str
    nations: tuple[Nation, ...]
    source: PackSource
    published: date
    effective_from: date
    effective_to: date | None
    status: PackStatus
    awaiting: Role | None
    approved_by: str
    approved_on: date | None
    author: str
    change_note: str
    items: tuple[Item, ...]

    def item(self, code: str, *, group: str = "") -> Item | None:
        """The item with this code."""
        return next((item for item in self.items if item.key == (group, code)), None)

    def holds_on(self, day: date) -> bool:
        """Whether the source itself holds on that day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def myths_at(self, place: Place, code: str = "") -> tuple[Myth, ...]:
        """The myths to answer beside a choice; none for a pack of another kind."""
        return tuple(item for item in self.items if isinstance(item, Myth) and item.is_shown(place, code))
