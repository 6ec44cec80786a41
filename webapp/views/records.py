"""The decision record: the fields of the regulator's data sharing decision form, in its order, to read and to print."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.parsing import words as known
from webapp.parsing.words import coded, said
from webapp.views.case_cards import (
    Row,
    because,
    item_notes,
    item_title,
    override_lines,
    period_words,
    question_words,
    readers_of,
    risk_lines,
    row,
)
from webapp.views.case_words import ADVICE_SAID, FINDINGS, ITEM_OUTCOMES, OUTCOMES
from webapp.views.consent_cards import finding_lines
from webapp.views.cpis_record import cpis_then
from webapp.views.desk import open_case
from webapp.views.pack_words import pinned_line
from webapp.views.panel_cards import HOW, vote_lines
from webapp.views.principles import evidence_rows
from webapp.views.round_cards import challenge_words, round_rows, use_rows
from webapp.views.showing import day_of, joined, long_date, long_instant
from workflows.core.case import Decision
from workflows.core.consent_people import entries
from workflows.core.refusals import not_found
from workflows.core.request import Item, Request
from workflows.service.timeline import INSIDE, away_words
from workflows.service.views import CasePage

blueprint = Blueprint("records", __name__)

NOT_RECORDED = "Not recorded"


@blueprint.get("/cases/<uuid:case_id>/record")
@signed_in
def page(case_id: uuid.UUID) -> Response | str:
    """The record of the latest decision. There is none before a decision, nor for who may not see it."""
    found = open_case(case_id)
    if found.request is None or found.decision is None:
        raise not_found()
    return render_template(
        "records/page.html",
        page=found,
        rows=[_shown(each) for each in record(found, found.request, found.decision)],
        rounds=[*round_rows(found), *use_rows(found)],
        earlier=[list(_earlier(found, each)) for each in found.decisions[:-1]],
        held=evidence_rows(found, found.decision.evidence),
        packs=[pinned_line(pack) for pack in found.packs],
        printed_at=long_instant(g.now),
    )


def _shown(each: Row) -> Row:
    value = each["value"]
    kept = [line for line in value if line] if isinstance(value, list) else value
    return row(str(each["key"]), kept or NOT_RECORDED)


def record(found: CasePage, wanted: Request, decision: Decision) -> Iterator[Row]:
    """The form's fields in the form's order; a field that is not held has no value."""
    yield row("Organisation receiving the request", found.holder_org_name)
    yield row("Organisation requesting", found.requester_org_name)
    yield row("Name and position of requester", f"{found.requester_name}, requester for {found.requester_org_name}")
    yield row("Date request received", long_instant(found.submitted_at) if found.submitted_at else "")
    yield row("Data requested", [_asked(found, number) for number in range(len(found.items))])
    yield row("Whose data it is", _whose(found))
    yield row("To whom it is shared", _recipients(found, decision))
    yield row("Controller relationship and data sharing agreement", "")
    yield row("Purpose", wanted.purpose.purpose)
    yield row("Lawful basis", coded(wanted.basis.article_6, known.ARTICLE_6))
    yield row("Why sharing is necessary", _necessary(found, wanted))
    yield row("Additional conditions for special category or criminal offence data", _conditions(wanted))
    yield row("Additional provisions for law enforcement (Part 3)", said(wanted.basis.regime, known.REGIMES))
    yield row("Legal power or duty", wanted.basis.provision)
    yield row("Data protection impact assessment", "")
    yield row("Views of the data protection officer or information governance lead", _views(found))
    yield row("Retention and deletion", decision.retention)
    yield row("Security", "")
    yield row("Individuals' rights, and whether the person was told", [*_consents(found, wanted), *_rights(wanted)])
    yield row("Date of sharing, or intervals", _dates(found))
    if found.silences:
        yield row("Not shared in time", _silent(found))
    yield from cpis_then(found, decision)
    yield row("Decision", [challenge_words(decision), *_decided(found, decision)])
    yield row("Reasons", _reasons(decision))
    yield row("Conditions", list(decision.conditions))
    yield row("Sharing it further", decision.onward)
    yield row("To be looked at again", long_date(decision.review_by) if decision.review_by else "")
    yield row("Decision taken by", f"{decision.by_name}, {decision.position}")
    if decision.panel:
        yield row("How it was decided", HOW[decision.panel])
    for one in (one for vote in (found.panel.votes if found.panel else ()) for one in vote.decided):
        yield row(f"{one.by_name} decided alone", vote_lines(found, one))
    yield row("Signed and dated", f"Recorded by {decision.by_name} in Gatehouse on {long_instant(decision.at)}")


def _asked(found: CasePage, number: int) -> str:
    item = found.items[number]
    parts = (item_title(item, found), *item_notes(item, found), period_words(item.period))
    return f"{number + 1}. " + ". ".join(part.rstrip(".") for part in parts) + "."


def _whose(found: CasePage) -> list[str]:
    """Labels and relations: the record is printed and passed on, so it holds no names of those it is about."""
    lines = []
    for each in found.people:
        parts = [*(said(role, known.IN_THE_CASE) for role in each.roles), each.relation]
        lines.append(f"{each.label}: {'; '.join(part for part in parts if part) or 'relation not said'}")
    return lines


def _recipients(found: CasePage, decision: Decision) -> list[str]:
    approved = decision.approved()
    lines = []
    for number, item in enumerate(found.items, 1):
        readers = "; ".join(readers_of(found, item.key)) or "nobody is named"
        to = readers if item.key in approved else "nobody, because it is not shared"
        lines.append(f"{number}. {item_title(item, found).rstrip('.')}: {to}")
    return lines


def _necessary(found: CasePage, wanted: Request) -> list[str]:
    lines = [f"{number}. {item.justify}" for number, item in enumerate(found.items, 1) if item.justify]
    if wanted.purpose.risk_of_not_sharing:
        lines.append(f"Risk if it is not shared: {wanted.purpose.risk_of_not_sharing}")
    return lines


def _conditions(wanted: Request) -> list[str]:
    basis = wanted.basis
    schedule = f"Schedule 1, {coded(basis.schedule_1, known.SCHEDULE_1)}" if basis.schedule_1 else ""
    common = f"Common law: {said(basis.common_law, known.COMMON_LAW)}" if basis.common_law else ""
    return [coded(basis.article_9, known.ARTICLE_9), schedule, "Article 10" if basis.article_10 else "", common]


def _views(found: CasePage) -> list[str]:
    if not found.look.advice:
        return ["Not shown to you"] if found.decisions else []
    return [
        f"{ADVICE_SAID[each.advice]}{': ' + joined(each.conditions) if each.conditions else ''}. {each.why} "
        f"({each.by_name}, {each.position}, {day_of(each.at)})"
        for each in found.advice
    ]


def _consents(found: CasePage, wanted: Request) -> list[str]:
    """Where consent stood for each person, on what ground it went on without, and what the consent officer found."""
    lines = []
    for each in entries(wanted):
        consent = each.consent
        state = said(consent.state.value, known.CONSENT_STATES).lower() if consent.state else "not recorded"
        parts = (f"{each.person}: consent {state}", said(consent.grounds, known.GROUNDS), consent.why)
        lines.append(". ".join(part.rstrip(".") for part in parts if part) + ".")
    words = {each.value: text for each, text in FINDINGS.items()}
    for finding in found.consent_check.people if found.consent_check else ():
        lines.append(f"Found for {finding.person}: {'. '.join(finding_lines(finding, words))}")
    return lines


def _rights(wanted: Request) -> list[str]:
    told = wanted.told
    if told.told is None:
        return []
    lines = ["The person has been told." if told.told else "The person has not been told."]
    if told.why:
        lines.append(f"Why not: {told.why}")
    if told.tell_by:
        lines.append(f"To be told by {long_date(told.tell_by)}.")
    return lines


def _dates(found: CasePage) -> list[str]:
    lines = [f"Shared on {long_instant(found.released_at)}."] if found.released_at else []
    for item in found.items:
        if item.continuing is not None:
            until = f", until {long_date(item.continuing.until)}" if item.continuing.until else ""
            lines.append(f"{item_title(item, found)}: {item.continuing.every}{until}.")
    if not lines and found.decision is not None and not found.decision.approved():
        lines.append("Nothing was shared.")
    return lines


def items_of(found: CasePage, decision: Decision) -> tuple[Item, ...]:
    """The items as they were when this was decided: a later round may have changed them."""
    after = (each.items for each in found.rounds if each.number > decision.round)
    return next(after, found.items)


def _silent(found: CasePage) -> list[str]:
    """Times that ran out: each was a decision not to share of whoever had the request."""
    stages = found.definition.stages
    return [
        f"{long_instant(each.at)}: not shared by default. {stages[each.stage].title}, with {each.who}."
        + "".join(f" {away_words(gone)}" for gone in each.away if found.look.relations & INSIDE)
        for each in found.silences
    ]


def _decided(found: CasePage, decision: Decision) -> list[str]:
    how = ", by delegated release under consent" if decision.delegated else ""
    lines = [f"{OUTCOMES[decision.outcome.value]}{how}."]
    for each in decision.items:
        item = next((item for item in items_of(found, decision) if item.key == each.key), None)
        if item is not None:
            words = f"{item_title(item, found)}: {ITEM_OUTCOMES[each.outcome].lower()}. {because(found, each)}"
            lines.append(words)
    return lines


def _reasons(decision: Decision) -> list[str]:
    share = joined_lines(risk_lines(decision.harm_of_sharing, decision.risk_of_sharing))
    hold = joined_lines(risk_lines(decision.harm_of_not_sharing, decision.risk_of_not_sharing))
    return [
        f"The question: {question_words(decision)}" if decision.question else "",
        f"If we share: {share}" if share else "",
        f"If we do not: {hold}" if hold else "",
        f"What would change it: {decision.would_change_it}" if decision.would_change_it else "",
        *override_lines(decision),
    ]


def joined_lines(lines: list[str]) -> str:
    """Lines as one text: a sentence each."""
    return " ".join(f"{line.rstrip('.')}." for line in lines)


def _lines(*lines: str) -> list[str]:
    return [line for line in lines if line]


def _earlier(found: CasePage, decision: Decision) -> Iterator[Row]:
    yield row(
        "Decision",
        _lines(f"Round {decision.round}.", challenge_words(decision), *_decided(found, decision)),
    )
    yield row("Reasons", [line for line in _reasons(decision) if line] or NOT_RECORDED)
    yield from cpis_then(found, decision)
    yield from evidence_rows(found, decision.evidence)
    yield row("Decision taken by", f"{decision.by_name}, {decision.position}, {long_instant(decision.at)}")
