"""What keeps a consent record from being valid: each fault with a code, a sentence and the field it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date

from workflows.core.ages import ADULT_AT, age_in_years
from workflows.core.consenting import (
    ASKED,
    WITHOUT,
    Capacity,
    Competence,
    ConsentRecord,
    GivenBy,
    Pressure,
    Standing,
)
from workflows.core.refusals import Refusal

DECIDES_FROM = 16
"""The age from which somebody is presumed able to decide; below it competence is judged for the decision."""


def consent_faults(
    record: ConsentRecord, *, on: date, born: date | None = None, items: Collection[str] = (),
    explicit_needed: bool = False,
) -> tuple[Refusal, ...]:  # fmt: skip
    """Everything that keeps the record from being valid on the day ``on``. ``born`` is of whom it is for.

    ``items`` are the keys that the request asks for; ``explicit_needed`` when Article 9(2)(a) is relied on.
    """
    found = [*_coverage(record, items)]
    if record.standings & ASKED:
        found += [*_asking(record), *_answer(record, on=on), *_who(record, on=on, born=born)]
    if Standing.GIVEN in record.standings:
        found += [*_quality(record, explicit_needed=explicit_needed), *_review(record, on=on)]
    if record.standings & (WITHOUT | {Standing.REFUSED}) and not record.why.strip():
        say = "Say why consent was refused, or why it was not asked for."
        found.append(Refusal("consent_why_missing", say, "why"))
    return (*found, *_withdrawal(record))


def _coverage(record: ConsentRecord, items: Collection[str]) -> Iterator[Refusal]:
    if not record.standings:
        yield Refusal("consent_kind_missing", "Say where consent stands under data protection law, or in confidence.")
    if not record.items:
        yield Refusal("consent_items_missing", "Say which items it is about.", "items")
    elif foreign := sorted(set(record.items) - set(items)):
        say = f"The request does not ask for {len(foreign)} of these items."
        yield Refusal("foreign_item", say, "items")
    if record.standings & ASKED and not record.organisations:
        say = "Name each organisation that may use the information; kinds of organisations are not enough."
        yield Refusal("consent_organisations_missing", say, "organisations")


def _asking(record: ConsentRecord) -> Iterator[Refusal]:
    if record.would_share_anyway is None:
        say = "Before asking: would you share anyway if the answer were no?"
        yield Refusal("share_anyway_open", say, "would_share_anyway")
    elif record.would_share_anyway:
        say = "You would share anyway, so asking misleads. Tell the person instead, and record the basis you rely on."
        yield Refusal("inform_instead", say, "would_share_anyway")
    if not record.wording.text.strip() or not record.wording.version.strip():
        say = "Record the words that the person was shown or told, and their version."
        yield Refusal("wording_missing", say, "wording")


def _answer(record: ConsentRecord, *, on: date) -> Iterator[Refusal]:
    if record.how is None:
        yield Refusal(
            "how_missing", "Say how the answer was given: in writing, by word of mouth, electronically.", "how"
        )
    if record.given_at is None:
        yield Refusal("given_at_missing", "Say when the answer was given.", "given_at")
    elif record.given_at.astimezone(UTC).date() > on:
        yield Refusal("given_later", "The answer cannot have been given after today.", "given_at")
    if not record.taken_by:
        yield Refusal("taken_by_missing", "Say who took the answer.", "taken_by")
    if record.pressure is None:
        yield Refusal("pressure_open", "Say whether anybody may have pressed the person.", "pressure")


def _quality(record: ConsentRecord, *, explicit_needed: bool) -> Iterator[Refusal]:
    asked = (
        ("freely_given", record.freely_given, "freely given"),
        ("specific", record.specific, "specific to these items and purposes"),
        ("informed", record.informed, "informed"),
    )
    for name, answer, words in asked:
        if answer is None:
            yield Refusal(f"{name}_open", f"Say whether the consent was {words}.", name)
        elif not answer:
            yield Refusal(f"not_{name}", f"Consent that was not {words} is not valid.", name)
    if record.freely_given and record.pressure is Pressure.CONCERN:
        say = "Somebody may have pressed the person, so the consent cannot be taken as freely given."
        yield Refusal("pressed", say, "pressure")
    if explicit_needed and not record.explicit:
        yield Refusal(
            "not_explicit", "Explicit consent is relied on, and this is not recorded as explicit.", "explicit"
        )


def _review(record: ConsentRecord, *, on: date) -> Iterator[Refusal]:
    if record.review_on is None:
        yield Refusal("review_missing", "Say when the consent will be looked at again.", "review_on")
    elif record.review_on < on:
        yield Refusal("review_past", "The consent should have been looked at again by now.", "review_on")


def _who(record: ConsentRecord, *, on: date, born: date | None) -> Iterator[Refusal]:
    if born is None:
        yield Refusal("age_missing", "The person's age decides who may answer. Give the date of birth.", "born")
        return
    # Who may answer is decided by the age at the answer, not by today's.
    age = age_in_years(born, on=record.given_at.astimezone(UTC).date() if record.given_at else on)
    match record.given_by:
        case GivenBy.DATA_SUBJECT:
            yield from _child(record) if age < DECIDES_FROM else _grown(record)
        case GivenBy.PARENTAL_RESPONSIBILITY:
            yield from _parent(record, age=age)
        case _:
            yield from _for_adult(record, age=age)


def _child(record: ConsentRecord) -> Iterator[Refusal]:
    if record.competence is Competence.NOT_ASSESSED:
        say = "The person is under 16. Say whether she is Gillick competent for this decision."
        yield Refusal("competence_open", say, "competence")
    elif not record.assessment.whole:
        say = "Say who judged the child's competence, when, and for which decision."
        yield Refusal("assessment_open", say, "assessment")
    if record.competence is Competence.NOT_COMPETENT:
        say = "A child who is not Gillick competent for this decision cannot answer alone."
        yield Refusal("not_competent", say, "given_by")


def _grown(record: ConsentRecord) -> Iterator[Refusal]:
    if record.capacity is Capacity.NOT_KNOWN:
        say = "Say whether the person can make this decision. She is taken to be able to until shown otherwise."
        yield Refusal("capacity_open", say, "capacity")
    elif record.capacity is not Capacity.ASSUMED and not record.assessment.whole:
        say = "Say who assessed the person's capacity, when, and for which decision."
        yield Refusal("assessment_open", say, "assessment")
    if record.capacity is Capacity.CANNOT_DECIDE:
        say = "Somebody who cannot make this decision cannot answer it; what is in her best interests is to be decided."
        yield Refusal("lacks_capacity", say, "given_by")


def _parent(record: ConsentRecord, *, age: int) -> Iterator[Refusal]:
    if age >= ADULT_AT:
        yield Refusal("parent_of_adult", "Nobody has parental responsibility for an adult.", "given_by")
    elif age >= DECIDES_FROM and record.capacity is not Capacity.CANNOT_DECIDE:
        yield Refusal("young_person_decides", "Somebody of 16 or 17 answers for herself.", "given_by")
    elif record.competence is Competence.COMPETENT:
        say = "The child is Gillick competent for this decision, so the answer is hers, also against her parents."
        yield Refusal("competent_child_decides", say, "given_by")
    yield from _authority(
        record, "Say what shows that this person has parental responsibility; being a parent is not enough."
    )


def _for_adult(record: ConsentRecord, *, age: int) -> Iterator[Refusal]:
    if age < DECIDES_FROM or (age < ADULT_AT and record.given_by is GivenBy.ATTORNEY):
        yield Refusal("no_attorney_for_child", "An attorney or deputy does not answer for a child.", "given_by")
    elif record.capacity is not Capacity.CANNOT_DECIDE:
        say = "Somebody else answers only for a person who cannot make this decision herself."
        yield Refusal("person_decides", say, "given_by")
    elif not record.assessment.whole:
        say = "Say who assessed the person's capacity, when, and for which decision."
        yield Refusal("assessment_open", say, "assessment")
    yield from _authority(record, "Say what shows that this person may answer; being family is not enough.")


def _authority(record: ConsentRecord, say: str) -> Iterator[Refusal]:
    if not record.giver.strip():
        yield Refusal("giver_missing", "Say who answered for the person.", "giver")
    if not record.authority.strip():
        yield Refusal("authority_missing", say, "authority")


def _withdrawal(record: ConsentRecord) -> Iterator[Refusal]:
    withdrawn = Standing.WITHDRAWN in record.standings
    if withdrawn and record.withdrawal is None:
        yield Refusal("withdrawal_missing", "Say when and how consent was taken back, and by whom.", "withdrawal")
    if record.withdrawal is None:
        return
    if not withdrawn:
        yield Refusal("not_withdrawn", "A withdrawal is recorded, but the consent still stands.", "withdrawal")
    if record.given_at is not None and record.withdrawal.at < record.given_at:
        yield Refusal("withdrawn_before_given", "Consent cannot be taken back before it is given.", "withdrawal")
    if not record.withdrawal.effect.strip():
        say = "Say what was stopped because consent was taken back, and what could not be."
        yield Refusal("withdrawal_effect_missing", say, "withdrawal")
