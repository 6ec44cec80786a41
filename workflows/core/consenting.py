"""Consent and openness, for each person and item (C14): what was asked, answered, told, and what follows.

Consent under data protection law and consent to share what was told in confidence are two facts. Neither opens or
shuts the gate: each is one input to a recorded basis. Codes are those of the consent options pack.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from workflows.core.refusals import Refusal, Refused
from workflows.core.request import Consent, ConsentState


class ConsentKind(StrEnum):
    """Under which law consent counts."""

    UK_GDPR = "uk_gdpr"
    COMMON_LAW = "common_law"


class Standing(StrEnum):
    """Where one kind of consent stands."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANNOT_BE_GIVEN = "cannot_be_given"
    NOT_REASONABLE_TO_GET = "cannot_reasonably_be_obtained"
    WOULD_PREJUDICE_PROTECTION = "would_prejudice_protection"
    NOT_THE_BASIS = "not_the_basis"


ASKED = frozenset({Standing.GIVEN, Standing.REFUSED, Standing.WITHDRAWN})
"""Where somebody has been asked and has answered."""
WITHOUT = frozenset({Standing.CANNOT_BE_GIVEN, Standing.NOT_REASONABLE_TO_GET, Standing.WOULD_PREJUDICE_PROTECTION})
"""Where nobody was asked, for one of the three reasons of Schedule 1, paragraph 18."""


class How(StrEnum):
    """In which form somebody answered or took an answer back."""

    WRITTEN = "written"
    VERBAL = "verbal"
    ELECTRONIC = "electronic"


class GivenBy(StrEnum):
    """Who answered. Being a parent or family is not enough."""

    DATA_SUBJECT = "data_subject"
    PARENTAL_RESPONSIBILITY = "parental_responsibility"
    ATTORNEY = "attorney"
    DEPUTY = "deputy"


class Competence(StrEnum):
    """Gillick: whether a child under 16 understands enough for this decision."""

    COMPETENT = "gillick_assessed"
    NOT_COMPETENT = "gillick_not_competent"
    NOT_ASSESSED = "not_assessed"


class Capacity(StrEnum):
    """Mental Capacity Act 2005: whether somebody of 16 or over can make this decision now."""

    ASSUMED = "assumed"
    CAN_DECIDE = "assessed_has_capacity"
    CANNOT_DECIDE = "assessed_lacks_capacity"
    NOT_KNOWN = "not_known"


class Pressure(StrEnum):
    """Whether somebody may have pressed the person."""

    NONE_SEEN = "none_seen"
    CONCERN = "concern"
    NOT_KNOWN = "not_known"


class Approach(StrEnum):
    """What to do about consent before anybody is asked."""

    DECIDE_FIRST = "decide_first"
    ASK = "ask"
    INFORM = "inform"


@dataclass(frozen=True, slots=True)
class Assessment:
    """Who judged competence or capacity, on which day, for which decision."""

    by: str = ""
    on: date | None = None
    decision: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is left open."""
        return bool(self.by.strip() and self.on and self.decision.strip())


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that the person was shown or told, exactly, and their version."""

    text: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Consent taken back. ``at`` is aware UTC; ``effect`` is what was stopped and what could not be."""

    at: datetime
    how: How
    by: GivenBy
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """What is known of one person's consent to some items for some organisations.

    ``person`` is the label of whom it is for. ``uk_gdpr`` and ``common_law`` are two facts; None: not looked at.
    ``given_by`` who answered, ``giver`` what she is called in the request, ``authority`` what shows that she may
    answer for somebody else. ``taken_by`` (person id) noted it at ``given_at`` (aware UTC). A question that nobody
    has answered is None, never no.
    """

    person: str
    items: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    uk_gdpr: Standing | None = None
    common_law: Standing | None = None
    explicit: bool | None = None
    freely_given: bool | None = None
    specific: bool | None = None
    informed: bool | None = None
    would_share_anyway: bool | None = None
    given_by: GivenBy = GivenBy.DATA_SUBJECT
    giver: str = ""
    authority: str = ""
    how: How | None = None
    given_at: datetime | None = None
    taken_by: str = ""
    support: str = ""
    competence: Competence = Competence.NOT_ASSESSED
    capacity: Capacity = Capacity.ASSUMED
    assessment: Assessment = Assessment()
    pressure: Pressure | None = None
    pressure_note: str = ""
    why: str = ""
    wording: Wording = Wording()
    review_on: date | None = None
    evidence: str = ""
    withdrawal: Withdrawal | None = None

    def standing(self, kind: ConsentKind) -> Standing | None:
        """Where one kind of consent stands."""
        return self.uk_gdpr if kind is ConsentKind.UK_GDPR else self.common_law

    @property
    def standings(self) -> frozenset[Standing]:
        """Where both kinds stand, as far as they were looked at."""
        return frozenset(each for each in (self.uk_gdpr, self.common_law) if each is not None)

    def given(self) -> frozenset[ConsentKind]:
        """The kinds of consent that are given and not taken back."""
        return frozenset(kind for kind in ConsentKind if self.standing(kind) is Standing.GIVEN)


Records = tuple[ConsentRecord, ...]


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """One item going to one organisation."""

    item: str
    recipient: str


@dataclass(frozen=True, slots=True)
class AfterWithdrawal:
    """What follows from consent being taken back. What has been shared stays shared.

    ``stops`` is future sharing that rested on it, and needs another basis before it may go on; ``goes_on`` rests on
    something else too; ``tell`` are organisations that have received it and must be told.
    """

    records: Records
    stops: tuple[Flow, ...]
    goes_on: tuple[Flow, ...]
    tell: tuple[str, ...]

    @property
    def needs_basis(self) -> tuple[str, ...]:
        """Keys of the items for which another basis is asked."""
        return tuple(dict.fromkeys(flow.item for flow in self.stops))


def before_asking(would_share_anyway: bool | None) -> Approach:
    """Would you share anyway? Then inform and do not ask: consent that would be overridden misleads people."""
    if would_share_anyway is None:
        return Approach.DECIDE_FIRST
    return Approach.INFORM if would_share_anyway else Approach.ASK


def standing_of(consent: Consent) -> Standing | None:
    """Where consent stands as the requester wrote it; None when she has not said, or not why it was not sought."""
    if consent.state is ConsentState.NOT_SOUGHT:
        return next((each for each in WITHOUT if each == consent.grounds), None)
    return None if consent.state is None else Standing(consent.state.value)


def sharing_rests_on_consent(records: Iterable[ConsentRecord], item: str, recipient: str) -> frozenset[ConsentKind]:
    """The kinds of consent on which sharing this item with this organisation rests; empty when on none.

    A person's consent counts only for the items and the organisations that it names.
    """
    return frozenset(
        kind
        for record in records
        if item in record.items and recipient in record.organisations
        for kind in record.given()
    )


def after_withdrawal(
    records: Records, withdrawal: Withdrawal, *, person: str, flows: Collection[Flow],
    kinds: Collection[ConsentKind] = tuple(ConsentKind), items: Collection[str] | None = None,
    organisations: Collection[str] | None = None, shared: Collection[Flow] = (),
    other_basis: Collection[Flow] = (),
) -> AfterWithdrawal:  # fmt: skip
    """What follows when ``person`` takes back consent, for some ``items`` and ``organisations`` or for all.

    ``flows`` are to be shared or go on being shared, ``shared`` have been; ``other_basis`` rest on something else
    too. Withdrawing is as easy as giving: it needs no reason.

    Raises:
        Refused: when there is no such consent, or it was given later.
    """
    kept: list[ConsentRecord] = []
    ended: list[ConsentRecord] = []
    for record in records:
        part = _part(record, items, organisations)
        taken = record.given() & frozenset(kinds) if record.person == person else frozenset()
        if not taken or not part.items or not part.organisations:
            kept.append(record)
            continue
        if record.given_at is not None and withdrawal.at < record.given_at:
            raise Refused(Refusal("withdrawn_before_given", "Consent cannot be taken back before it is given.", "at"))
        back = _taken_back(part, taken, withdrawal)
        ended.append(replace(back, uk_gdpr=_only(part, taken, ConsentKind.UK_GDPR),
                             common_law=_only(part, taken, ConsentKind.COMMON_LAW)))  # fmt: skip
        kept += [back, *_rest(record, part)]
    if not ended:
        raise Refused(Refusal("nothing_to_withdraw", "No consent of this person is recorded as given for that."))

    def rested(flow: Flow) -> bool:
        return bool(sharing_rests_on_consent(ended, flow.item, flow.recipient))

    return AfterWithdrawal(
        records=tuple(kept),
        stops=tuple(sorted(flow for flow in set(flows) if rested(flow) and flow not in other_basis)),
        goes_on=tuple(sorted(flow for flow in set(flows) if rested(flow) and flow in other_basis)),
        tell=tuple(sorted({flow.recipient for flow in shared if rested(flow)})),
    )


def _part(record: ConsentRecord, items: Collection[str] | None, organisations: Collection[str] | None) -> ConsentRecord:
    """The record for those of its items and organisations that are meant."""
    return replace(
        record,
        items=tuple(item for item in record.items if items is None or item in items),
        organisations=tuple(each for each in record.organisations if organisations is None or each in organisations),
    )


def _taken_back(part: ConsentRecord, taken: frozenset[ConsentKind], withdrawal: Withdrawal) -> ConsentRecord:
    return replace(
        part,
        uk_gdpr=Standing.WITHDRAWN if ConsentKind.UK_GDPR in taken else part.uk_gdpr,
        common_law=Standing.WITHDRAWN if ConsentKind.COMMON_LAW in taken else part.common_law,
        withdrawal=withdrawal,
    )


def _only(part: ConsentRecord, taken: frozenset[ConsentKind], kind: ConsentKind) -> Standing | None:
    return part.standing(kind) if kind in taken else None


def _rest(record: ConsentRecord, part: ConsentRecord) -> list[ConsentRecord]:
    """What of a record still stands when a part of it has been taken back."""
    items = tuple(item for item in record.items if item not in part.items)
    organisations = tuple(each for each in record.organisations if each not in part.organisations)
    rest = [replace(record, items=items)] if items else []
    return [*rest, replace(part, organisations=organisations)] if organisations else rest
