"""The summary cards of a case: what the request says and what the holder has found, advised and decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import g, url_for
from markupsafe import Markup

from webapp.parsing import words as known
from webapp.parsing.words import coded, said
from webapp.views.case_words import (
    ADVICE_SAID,
    FINDINGS,
    ITEM_STATES,
    LIKELIHOODS,
    OUTCOMES,
    QUESTIONS_NOW,
    REDUCTIONS,
    SEVERITIES,
)
from webapp.views.consent_cards import basis_tests, consent_rows, differing_rows, findings_rows, told_rows
from webapp.views.cpis_cards import cpis_rows
from webapp.views.emergency_words import review_rows, share_rows
from webapp.views.overrides import override_fields, question_now
from webapp.views.pack_words import pack_name, pinned_line
from webapp.views.panel_cards import HOW, panel_rows
from webapp.views.round_cards import challenge_words, round_rows, use_rows
from webapp.views.showing import counted, joined, long_date, long_instant, tag_markup
from workflows.core.case import Advice, Decision
from workflows.core.commands import ItemDecision, ItemOutcome
from workflows.core.duty import QuestionNow
from workflows.core.request import Item, Period, Recipient
from workflows.core.weighing import RiskAssessment
from workflows.service.tracks import TrackView
from workflows.service.views import CasePage, ContentView, PersonView

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Card:
    """One summary card: rows of a key and a value. ``table`` holds the rows of the items instead."""

    id: str
    title: str
    rows: tuple[Row, ...] = ()
    people: tuple[PersonRow, ...] = ()
    items: tuple[ItemRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: what stands under her label, and who she is, which opens only when asked for."""

    label: str
    lines: tuple[str, ...]
    details: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item: what, for which time, why, and how it stands."""

    title: str
    kind: str
    notes: tuple[str, ...]
    period: str
    why: str
    state: Markup
    because: str


def cards(page: CasePage) -> tuple[Card, ...]:
    """The cards that this viewer may see, in the order of the page."""
    if page.request is None:
        return _kept(page)
    if page.public:
        people = tuple(person_row(each) for each in page.people)
        return (Card("people", "People", people=people),) if people else ()
    found = [
        Card("purpose", "Purpose and both risks", tuple(_purpose(page))),
        Card("people", "People", people=tuple(person_row(each) for each in page.people)),
        Card("items", "Items", items=tuple(item_row(page, item) for item in page.items)),
        Card("recipients", "Recipients", tuple(_recipient(page, each) for each in page.request.recipients)),
        Card("consent", "Consent and openness", (*consent_said(page), *consent_found(page))),
        Card("basis", "Legal basis", tuple(_basis(page))),
    ]
    found.insert(0, Card("emergency", "Emergency share", (*share_rows(page), *review_rows(page))))
    if page.look.advice:
        found.append(
            Card("advice", "Advice", tuple(row for each in page.advice for row in advice_rows(each, now=page.round)))
        )
    found.insert(0, Card("tracks", f"One request to {len(page.tracks)} organisations", tuple(track_rows(page))))
    found.append(Card("cpis", "CP-IS checks", tuple(cpis_rows(page, now=g.now))))
    found.append(Card("panel", "Two adjudicators", tuple(panel_rows(page))))
    found.append(Card("decision", "Decision", tuple(row for each in page.decisions for row in decision_rows(each))))
    found.append(Card("rounds", "Rounds", tuple(round_rows(page))))
    found.append(Card("reviews", "Reviews of the continuing use", tuple(use_rows(page))))
    found.append(Card("packs", "Policy packs of this request", tuple(pinned_rows(page))))
    return tuple(card for card in found if card.rows or card.people or card.items)


def pinned_rows(page: CasePage) -> Iterator[Row]:
    """The versions of the policy packs that the request is pinned to."""
    yield from (row(pack_name(pack), pinned_line(pack)) for pack in page.packs)


def _kept(page: CasePage) -> tuple[Card, ...]:
    """What is shown of a request whose content was not kept, because it did not belong here."""
    if page.counts is None:
        return ()
    counts = page.counts
    held = joined(
        (
            counted(counts.people, "person", "people"),
            counted(counts.items, "item"),
            counted(counts.recipients, "recipient"),
        )
    )
    rows: list[Row] = [
        row("Where to go instead", page.redirect),
        row(
            "What was kept",
            f"Only that it named {held}. The people, items and recipients were erased; the purpose was kept.",
        ),
    ]
    return (Card("redirected", "Redirected", tuple(rows)),)


def track_rows(page: CasePage) -> Iterator[Row]:
    """Where each holder's answer stands, for the requester of a request to several."""
    for track in page.tracks:
        ended = track.closed_at is not None and track.outcome
        stands = (
            f"{OUTCOMES.get(track.outcome, track.stage_title)}" if ended else f"At “{track.stage_title}”{_whose(track)}"
        )
        address = url_for("cases.page", case_id=track.id)
        link = Markup('<a class="govuk-link" href="{}">{}</a>').format(address, track.reference)
        yield row(track.holder_name, [stands, f"{track.reference}: this page" if track.mine else link])


def _whose(track: TrackView) -> str:
    """Who has one holder's answer in hand, and until when."""
    whom = f", with {track.with_whom}" if track.with_whom else ""
    return f"{whom}, due by {long_instant(track.due_at)}" if track.due_at else whom


def row(key: str, value: object) -> Row:
    """One row of a summary list."""
    return {"key": key, "value": value}


def _purpose(page: CasePage) -> Iterator[Row]:
    assert page.request is not None
    purpose = page.request.purpose
    yield row("Purpose", purpose.purpose)
    yield row("Concern", page.definition.thresholds.get(purpose.threshold, purpose.threshold))
    yield row("Risk if it is not shared", purpose.risk_of_not_sharing)
    yield row("Risk if it is shared", purpose.risk_of_sharing)


def person_row(person: PersonView) -> PersonRow:
    """A person as far as this viewer may know her."""
    lines = [said(role, known.IN_THE_CASE) for role in person.roles]
    lines += [f"{words[:1].upper()}{words[1:]}" for words in (person.relation, person.contact) if words]
    known_age = person.born is not None or not person.age_band.startswith("age")
    lines.append(f"Age: {person.age_band}" if known_age else "Age not known")
    details = (
        ("Name", person.name),
        ("Born", long_date(person.born) if person.born else ""),
        ("NHS number", person.nhs_number),
        ("Ability to decide", said(person.capacity, known.CAPACITY)),
        ("Competence", said(person.competence, known.COMPETENCE)),
    )
    return PersonRow(person.label, tuple(lines), tuple(row(key, value) for key, value in details if value))


def item_title(item: Item, page: CasePage) -> str:
    """What an item is called: its description, else its kind."""
    return item.describe or page.definition.categories.get(item.category, item.category)


def item_notes(item: Item, page: CasePage) -> tuple[str, ...]:
    """What makes an item special, in words."""
    notes = []
    if item.category in page.definition.sensitive:
        notes.append("Sensitive")
    if item.whole_record:
        notes.append("Whole record")
    if item.protected_location:
        notes.append("Address that must stay hidden")
    if item.continuing is not None:
        until = f" until {long_date(item.continuing.until)}" if item.continuing.until else ""
        notes.append(f"Continuing: {item.continuing.every}{until}")
    return tuple(notes)


def period_words(period: Period | None) -> str:
    """A period in words; open ends are said as such."""
    if period is None or (period.start is None and period.end is None):
        return "As it is today"
    if period.start is None:
        return f"Up to {long_date(period.end)}" if period.end else ""
    if period.end is None:
        return f"From {long_date(period.start)}"
    return f"{long_date(period.start)} to {long_date(period.end)}"


def item_row(page: CasePage, item: Item) -> ItemRow:
    """One item with the state that the latest decision and the release give it."""
    decided = _decided(page, item.key)
    if item.key in page.released:
        state = tag_markup("share" if decided and decided.outcome is ItemOutcome.SHARE else "share_reduced", "Shared")
    elif decided is not None:
        state = tag_markup(decided.outcome.value, ITEM_STATES[decided.outcome])
    else:
        state = tag_markup("not_started", "Asked for")
    return ItemRow(
        title=item_title(item, page),
        kind=page.definition.categories.get(item.category, item.category),
        notes=item_notes(item, page),
        period=period_words(item.period),
        why=item.justify,
        state=state,
        because=because(page, decided) if decided else "",
    )


def _decided(page: CasePage, key: str) -> ItemDecision | None:
    decision = page.decision
    return next((each for each in decision.items if each.key == key), None) if decision else None


def because(page: CasePage, decided: ItemDecision) -> str:
    """Why an item was decided so: the reason's words, the text, and how it is reduced."""
    reason = page.definition.reason(decided.reason)
    words = reason.words if reason else decided.reason
    behind = page.definition.reason(decided.also)
    # People often write the reason's own words again: said once is enough.
    parts = [words, "" if decided.text.rstrip(". ").casefold() == words.casefold() else decided.text]
    if behind is not None:
        parts.insert(1, behind.words)
    if decided.reduction:
        how = f"{REDUCTIONS[decided.how]}: " if decided.how else ""
        parts.append(f"Reduced: {how[:1].lower()}{how[1:]}{decided.reduction}")
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _recipient(page: CasePage, recipient: Recipient) -> Row:
    titles = [item_title(item, page) for item in page.items if item.key in recipient.items]
    what = "Every item" if len(titles) == len(page.items) and titles else joined(titles) or "No item"
    lines = [line for line in (recipient.role, recipient.email, f"Would receive: {what}") if line]
    return row(recipient.name, lines)


def readers_of(page: CasePage, key: str) -> list[str]:
    """Who would receive an item, each with the role where one is given."""
    people = page.request.recipients if page.request else ()
    return [f"{each.name}, {each.role}" if each.role else each.name for each in people if key in each.items]


def consent_said(page: CasePage) -> Iterator[Row]:
    """Consent and openness as the requester tells it."""
    if page.request is None:
        return
    yield from consent_rows(page.request.consent)
    yield from told_rows(page.request.told)
    yield from differing_rows(page.request, {item.key: item_title(item, page) for item in page.items})


def consent_found(page: CasePage) -> Iterator[Row]:
    """What the consent officer found, where the viewer may see it."""
    check = page.consent_check
    if check is None:
        return
    covers = f"It {'covers' if check.covers_all else 'does not cover'} every item and recipient."
    lines = [FINDINGS[check.finding], check.note, f"{page.consent_by}, {long_instant(check.at)}"]
    if check.finding.value == "valid":
        lines.insert(1, covers)
    yield row("What the consent officer found", lines)
    yield from findings_rows(check, {each.value: words for each, words in FINDINGS.items()})


def _basis(page: CasePage) -> Iterator[Row]:
    assert page.request is not None
    basis = page.request.basis
    details = (
        ("UK GDPR Article 6", coded(basis.article_6, known.ARTICLE_6)),
        ("Legal power or duty", basis.provision),
        ("UK GDPR Article 9", coded(basis.article_9, known.ARTICLE_9)),
        ("Criminal offence data (Article 10)", "Yes" if basis.article_10 else ""),
        ("Data Protection Act 2018, Schedule 1", coded(basis.schedule_1, known.SCHEDULE_1)),
        *((key, value) for key, value, _field in basis_tests(basis)),
        ("Common law of confidence", said(basis.common_law, known.COMMON_LAW)),
        ("Regime", said(basis.regime, known.REGIMES)),
    )
    yield from (row(key, value) for key, value in details if value)
    yield row("The question", question_now(page))
    against = [f"{each.say} ({each.source})" for each in override_fields(page)] if page.look.advice else []
    if against:
        yield row("What speaks against it", against)


def advice_rows(advice: Advice, *, now: int = 1) -> Iterator[Row]:
    """One piece of advice. That of an earlier round than ``now`` says so: for what has changed it does not count."""
    earlier = f"Given in round {advice.round}" if advice.round < now else ""
    lines = [earlier, ADVICE_SAID[advice.advice], advice.why]
    if advice.delegated_release:
        lines.append("Release is delegated: consent covers every item and recipient.")
    yield row(f"{advice.by_name}, {advice.position}", [line for line in (*lines, long_instant(advice.at)) if line])
    if advice.conditions:
        yield row("Conditions advised", list(advice.conditions))


def override_lines(decision: Decision) -> list[str]:
    """What a decision went against, each with the reason for it."""
    return [f"{each.say} Decided all the same, because: {each.reason}" for each in decision.overrides]


def question_words(decision: Decision) -> str:
    """What was decided about: whether one may share, or whether sharing does more harm than not."""
    return QUESTIONS_NOW[QuestionNow(decision.question)] if decision.question else ""


def term_rows(said: Decision | ContentView) -> list[Row]:
    """How long what is shared may be kept, with whom it may be shared, and when that is looked at again."""
    details = (
        ("How long it may be kept", said.retention),
        ("Sharing it further", said.onward),
        ("Looked at again by", long_date(said.review_by) if said.review_by else ""),
    )
    return [row(key, value) for key, value in details if value]


def risk_lines(harm: str, risk: RiskAssessment) -> list[str]:
    """One side of the scales in words: the harm, how likely and how bad, to whom, and what that rests on."""
    rated = [
        words
        for words in (
            LIKELIHOODS[risk.likelihood] if risk.likelihood else "",
            SEVERITIES[risk.severity].lower() if risk.severity else "",
        )
        if words
    ]
    lines = (
        harm,
        ", ".join(rated),
        f"Affected: {risk.affected}" if risk.affected else "",
        f"Rests on: {risk.evidence}" if risk.evidence else "",
    )
    return [line for line in lines if line]


def decision_rows(decision: Decision) -> Iterator[Row]:
    """One decision: what, why, by whom."""
    word = OUTCOMES[decision.outcome.value]
    how = " under consent, by delegated release" if decision.delegated else ""
    yield row("Decided" if decision.round == 1 else f"Decided in round {decision.round}", f"{word}{how}")
    if finding := challenge_words(decision):
        yield row("What came of the challenge", finding)
    details = (
        ("If we share", risk_lines(decision.harm_of_sharing, decision.risk_of_sharing)),
        ("If we do not", risk_lines(decision.harm_of_not_sharing, decision.risk_of_not_sharing)),
        ("Conditions", list(decision.conditions)),
    )
    yield from (row(key, value) for key, value in details if value)
    if decision.overrides:
        yield row("Against advice about the basis", override_lines(decision))
    yield from term_rows(decision)
    if decision.would_change_it:
        yield row("What would change it", decision.would_change_it)
    if decision.panel:
        yield row("How it was decided", HOW[decision.panel])
    yield row("Decided by", [f"{decision.by_name}, {decision.position}", long_instant(decision.at)])
