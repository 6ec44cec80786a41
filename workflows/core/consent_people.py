"""Consent person by person: what the request says of each, as two facts, and what the consent officer finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar

from workflows.core.commands import ConsentFinding, PersonFinding, RecordConsent
from workflows.core.consent_faults import consent_faults
from workflows.core.consenting import (
    Assessment,
    Capacity,
    Competence,
    ConsentKind,
    ConsentRecord,
    GivenBy,
    How,
    Pressure,
    Standing,
    Wording,
    standing_of,
)
from workflows.core.limits import blank, text_fault
from workflows.core.refusals import Refusal
from workflows.core.request import Consent, ConsentState, Person, PersonRole, Request, Told

Code = TypeVar("Code", bound=StrEnum)
Default = TypeVar("Default")

AGAINST = frozenset({ConsentState.REFUSED, ConsentState.WITHDRAWN})
"""Where somebody has said no: to go on is an override."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the request says of one person: for which items, where consent stands, whether she has been told.

    ``apart`` is True where it differs from what is said of the others. ``person`` is a label.
    """

    person: str
    items: tuple[str, ...]
    consent: Consent
    told: Told
    apart: bool = False


def subjects(request: Request) -> tuple[Person, ...]:
    """The people whose information is asked for."""
    return tuple(person for person in request.people if PersonRole.DATA_SUBJECT in person.roles)


def entries(request: Request) -> tuple[Entry, ...]:
    """Every person with the items that it is about; where something differs it has an entry of its own."""
    return tuple(_entries(request))


def _entries(request: Request) -> Iterator[Entry]:
    keys = tuple(item.key for item in request.items)
    for person in subjects(request):
        own = [each for each in request.differs if each.person == person.label]
        taken = {key for each in own for key in (each.items or keys)}
        rest = tuple(key for key in keys if key not in taken)
        if rest or not own:
            yield Entry(person.label, rest, request.consent, request.told)
        for each in own:
            yield Entry(person.label, each.items or keys, each.consent, each.told, apart=True)


def two_facts(consent: Consent) -> dict[ConsentKind, Standing | None]:
    """Consent under data protection law, and consent to share what was told in confidence: never one tick.

    Where consent was given, a kind that is not named is not what is relied on; where it was not, both stand alike.
    """
    standing = standing_of(consent)
    if standing is not Standing.GIVEN:
        return dict.fromkeys(ConsentKind, standing)
    if not consent.kinds:
        return dict.fromkeys(ConsentKind)
    return {kind: Standing.GIVEN if kind in consent.kinds else Standing.NOT_THE_BASIS for kind in ConsentKind}


def record_of(entry: Entry, request: Request, *, organisations: tuple[str, ...]) -> ConsentRecord:
    """What is known of one person's consent, in the form that its checks read."""
    consent, facts = entry.consent, two_facts(entry.consent)
    person = next((each for each in request.people if each.label == entry.person), None)
    given = datetime.combine(consent.given_on, time(12), UTC) if consent.given_on else None
    known = {str(each): each for each in Pressure}
    seen = Pressure.CONCERN if consent.pressure and consent.pressure not in known else known.get(consent.pressure)
    return ConsentRecord(
        person=entry.person, items=entry.items, organisations=organisations,
        uk_gdpr=facts[ConsentKind.UK_GDPR], common_law=facts[ConsentKind.COMMON_LAW],
        explicit=consent.explicit, freely_given=consent.freely_given, specific=consent.specific,
        informed=consent.informed, would_share_anyway=consent.would_share_anyway,
        given_by=_one(GivenBy, consent.given_by, GivenBy.DATA_SUBJECT), giver=consent.by, authority=consent.authority,
        how=_one(How, consent.how, None), given_at=given, taken_by=consent.taken_by, support=consent.support,
        competence=_one(Competence, consent.competence or (person.competence if person else ""),
                        Competence.NOT_ASSESSED),
        capacity=_one(Capacity, consent.capacity or (person.capacity if person else ""), Capacity.ASSUMED),
        assessment=Assessment(consent.assessed_by, consent.assessed_on, consent.assessed_for),
        pressure=seen, pressure_note=consent.pressure, why=consent.why,
        wording=Wording(consent.wording, consent.wording_version), review_on=consent.review_at,
    )  # fmt: skip


def _one(kind: type[Code], value: str, otherwise: Default) -> Code | Default:
    """The code with this value, or ``otherwise`` for an empty or unknown one."""
    return next((each for each in kind if each == value), otherwise)


def open_points(entry: Entry, request: Request, *, on: date) -> tuple[Refusal, ...]:
    """What keeps the consent of one person from being valid as it is recorded; nothing where none was given."""
    if standing_of(entry.consent) is not Standing.GIVEN:
        return ()
    born = next((person.born for person in request.people if person.label == entry.person), None)
    recipients = tuple(each.name for each in request.recipients)
    record = record_of(entry, request, organisations=recipients)
    return consent_faults(
        record, on=on, born=born, items=entry.items, explicit_needed="9(2)(a)" in request.basis.article_9
    )


def finding_faults(request: Request, findings: Sequence[PersonFinding], *, on: date) -> Iterator[Refusal]:
    """What stands against recording these findings: each person once, each override with its reason."""
    known = entries(request)
    if findings and len(findings) != len(known):
        say = "Record a finding for each person and each part of the request that is listed."
        yield Refusal("finding_missing", say, "finding-1")
        return
    for number, (finding, entry) in enumerate(zip(findings, known, strict=False), start=1):
        if finding.person != entry.person:
            yield Refusal(
                "foreign_person", "A finding is about somebody else. Open the page again.", f"finding-{number}"
            )
            continue
        yield from _finding(finding, entry, number=number)
        yield from told_faults(finding, number=number, on=on)


def of_all(findings: Iterable[ConsentFinding]) -> ConsentFinding:
    """One finding for the whole: valid only where it is valid for everybody."""
    return next((each for each in findings if each is not ConsentFinding.VALID), ConsentFinding.VALID)


def whole_faults(request: Request, command: RecordConsent) -> Iterator[Refusal]:
    """What stands against the finding for the whole: nothing may go out as consented to on one person's word."""
    valid = command.finding is ConsentFinding.VALID
    if command.people and command.finding is not of_all(each.finding for each in command.people):
        say = "The finding for all must be what was found for each: valid only where it is valid for everybody."
        yield Refusal("findings_differ", say, "finding")
    elif valid and not command.people and entries(request):
        yield Refusal("finding_missing", "Say for each person whether her own consent is valid.", "finding-1")
    if command.covers_all and not valid:
        say = "Consent covers what is asked for only where it is valid."
        yield Refusal("covers_nothing", say, "covers_all")


def _finding(finding: PersonFinding, entry: Entry, *, number: int) -> Iterator[Refusal]:
    if finding.finding is ConsentFinding.NOT_A_BAR and blank(finding.reason):
        say = f"{entry.person}: going on without consent needs a reason. Write why it is not a bar."
        yield Refusal("override_reason", say, f"reason-{number}")
    elif fault := text_fault(finding.reason, field=f"reason-{number}"):
        yield fault
    if finding.finding is ConsentFinding.VALID and standing_of(entry.consent) is not Standing.GIVEN:
        say = f"{entry.person}: the request does not say that consent was given, so it cannot be found valid."
        yield Refusal("valid_without_consent", say, f"finding-{number}")


def told_faults(finding: PersonFinding, *, number: int, on: date) -> Iterator[Refusal]:
    """What is missing where somebody has been told, or has not: what was said, or why not and until when."""
    for name in ("said", "told_why"):
        if fault := text_fault(getattr(finding, name), field=f"{name}-{number}"):
            yield fault
    if finding.told is True and blank(finding.said):
        yield Refusal("said_missing", "Say what the person was told, by whom and when.", f"said-{number}")
    if finding.told is not False:
        return
    if blank(finding.told_why):
        yield Refusal("why_not_missing", "Say why the person has not been told.", f"told_why-{number}")
    if finding.revisit_on is None:
        say = "Say on which day this is looked at again."
        yield Refusal("revisit_missing", say, f"revisit_on-{number}")
    elif finding.revisit_on <= on:
        say = "The day on which this is looked at again must be still to come."
        yield Refusal("revisit_past", say, f"revisit_on-{number}")


def consent_state_of_all(request: Request) -> ConsentState | None:
    """Where consent stands for everybody at once: given only when it is given by all, for all items."""
    main = request.consent.state
    others = [each.consent.state for each in request.differs]
    if main is not ConsentState.GIVEN:
        return main
    return next((state for state in others if state is not ConsentState.GIVEN), main)


def rests_on_consent(request: Request) -> bool:
    """Whether the basis that the request names is consent, in whole or in part."""
    basis = request.basis
    return basis.article_6 == "6(1)(a)" or "9(2)(a)" in basis.article_9 or basis.common_law == "consent"
