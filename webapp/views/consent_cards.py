"""Consent and openness as rows of a card, person by person: two facts, how it was asked, who was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from webapp.parsing import words as known
from webapp.parsing.words import said
from webapp.views.showing import joined, long_date
from workflows.core.case import ConsentCheck
from workflows.core.commands import PersonFinding
from workflows.core.consent_people import entries, two_facts
from workflows.core.consenting import ConsentKind, Standing
from workflows.core.request import Consent, LegalBasis, Request, Told

Row = dict[str, object]
YES_NO = {True: "Yes", False: "No", None: ""}
STANDINGS: Mapping[Standing, str] = {
    Standing.GIVEN: "Given",
    Standing.REFUSED: "Refused",
    Standing.WITHDRAWN: "Given, then withdrawn",
    Standing.CANNOT_BE_GIVEN: "Cannot be given",
    Standing.NOT_REASONABLE_TO_GET: "Not asked for: not reasonable to get",
    Standing.WOULD_PREJUDICE_PROTECTION: "Not asked for: would prejudice protection",
    Standing.NOT_THE_BASIS: "Not what is relied on",
}


def row(key: str, value: object) -> Row:
    """One row of a summary list."""
    return {"key": key, "value": value}


def facts_row(consent: Consent) -> Row:
    """Consent under data protection law and consent to break a confidence: two facts, never one tick."""
    facts = two_facts(consent)
    law, confidence = facts[ConsentKind.UK_GDPR], facts[ConsentKind.COMMON_LAW]
    names = {kind: STANDINGS[standing] for kind, standing in facts.items() if standing is not None}
    if law == confidence:
        return row("Consent", said(consent.state.value, known.CONSENT_STATES) if consent.state else "")
    lines = [
        f"Under data protection law: {names[ConsentKind.UK_GDPR]}" if law else "",
        f"To share what was told in confidence: {names[ConsentKind.COMMON_LAW]}" if confidence else "",
    ]
    return row("Consent", [line for line in lines if line])


def consent_rows(consent: Consent) -> Iterator[Row]:
    """Everything that is recorded of one consent."""
    yield facts_row(consent)
    quality = [
        words
        for answer, words in (
            (consent.explicit, "explicit"), (consent.freely_given, "freely given"), (consent.specific, "specific"),
            (consent.informed, "informed"),
        )
        if answer
    ]  # fmt: skip
    assessed = [consent.assessed_by, _day(consent.assessed_on), consent.assessed_for]
    wording = [consent.wording, f"Version {consent.wording_version}" if consent.wording_version else ""]
    details = (
        ("Would you share anyway?", YES_NO[consent.would_share_anyway]),
        ("Kind of consent", [said(kind, known.CONSENT_KINDS) for kind in consent.kinds]),
        ("It was", joined(quality)),
        ("How it was given", said(consent.how, known.CONSENT_HOW)),
        ("When", [line for line in (consent.when, _day(consent.given_on)) if line]),
        ("By whom", [line for line in (consent.by, said(consent.given_by, known.GIVEN_BY), consent.authority) if line]),
        ("Taken by", consent.taken_by),
        ("Able to decide", YES_NO[consent.competent]),
        ("Gillick competence", said(consent.competence, known.COMPETENCE)),
        ("Mental capacity", said(consent.capacity, known.CAPACITY)),
        ("Assessed", [line for line in assessed if line]),
        ("Pressure", said(consent.pressure, known.PRESSURE)),
        ("Support", consent.support),
        ("Wording shown", [line for line in wording if line]),
        ("Consent reviewed by", _day(consent.review_at)),
        ("Ground for going on without", said(consent.grounds, known.GROUNDS)),
        ("Why", consent.why),
    )
    yield from (row(key, value) for key, value in details if value)


def told_rows(told: Told) -> Iterator[Row]:
    """Whether a person has been told, and why not."""
    yield row("Has the person been told?", YES_NO[told.told])
    details = (
        ("What was said", told.said),
        ("The person's views", told.views),
        ("Why not", told.why),
        ("To be told by", _day(told.tell_by)),
    )
    yield from (row(key, value) for key, value in details if value)


def differing_rows(request: Request, titles: Mapping[str, str]) -> Iterator[Row]:
    """Where it stands otherwise for one person or some items."""
    for each in entries(request):
        if not each.apart:
            continue
        about = joined([titles.get(key, key) for key in each.items])
        lines = [f"About: {about}"]
        for one in (*consent_rows(each.consent), *told_rows(each.told)):
            value = one["value"]
            words = joined([str(line) for line in value]) if isinstance(value, list) else str(value)
            if words:
                lines.append(f"{one['key']}: {words}")
        yield row(f"Otherwise for {each.person}", lines)


def finding_lines(finding: PersonFinding, words: Mapping[str, str]) -> list[str]:
    """What was found of one person, and whether she has been told."""
    lines = [words[finding.finding.value], finding.reason]
    if finding.told:
        lines.append(f"Has been told: {finding.said}")
    elif finding.told is False:
        until = f" To be looked at again on {_day(finding.revisit_on)}." if finding.revisit_on else ""
        lines.append(f"Not told: {finding.told_why.rstrip('.')}.{until}")
    return [line for line in lines if line]


def findings_rows(check: ConsentCheck, words: Mapping[str, str]) -> Iterator[Row]:
    """The findings person by person, where they were recorded so."""
    for each in check.people:
        if each.person:
            yield row(f"Found for {each.person}", finding_lines(each, words))


def basis_tests(basis: LegalBasis) -> list[tuple[str, str, str]]:
    """The answers about paragraph 18 and the duty, as far as they were given: words, answer, field."""
    yes_no = {True: "Yes", False: "No"}
    adult = [
        ("Needs care and support", basis.needs_care, "needs_care"),
        ("Is harmed or at risk of it", basis.at_risk_of_harm, "at_risk_of_harm"),
        ("Cannot protect herself", basis.cannot_protect_self, "cannot_protect_self"),
        ("Relevant to the child", basis.duty_relevant, "duty_relevant"),
        ("May help the recipient", basis.duty_helps, "duty_helps"),
    ]
    return [
        *([("Necessary for", said(basis.necessary_for, known.NECESSARY_FOR), "necessary_for")]
          if basis.necessary_for else []),
        *([("Public interest", basis.public_interest, "public_interest")] if basis.public_interest else []),
        *((key, yes_no[answer], field) for key, answer, field in adult if answer is not None),
    ]  # fmt: skip


def _day(day: date | None) -> str:
    return long_date(day) if day else ""
