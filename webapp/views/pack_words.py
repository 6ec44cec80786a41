"""How packs, their versions and their items are said on pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from webapp.context import clock_text
from webapp.views.case_words import ITEM_OUTCOMES
from webapp.views.showing import counted, day_of, joined, long_date, long_instant, tag_markup
from workflows.core.pack_versions import Change, ItemChange, PackDiff
from workflows.core.packs import (
    BasisGroup,
    Body,
    ConsentGroup,
    ConsentOption,
    Item,
    LegalBasis,
    Myth,
    Pack,
    PackStatus,
    Place,
    ReasonCode,
    SourceTag,
)
from workflows.core.permissions import ROLE_TITLES
from workflows.service.packing import PackLine, Proposal

PACKS: Mapping[str, str] = {
    "caldicott": "Caldicott Principles",
    "golden-rules": "Golden rules for sharing information",
    "legal-bases": "Legal bases and conditions",
    "reason-codes": "Reasons for decisions",
    "consent-options": "Consent and openness",
    "myths": "Myths about sharing",
}
"""What a pack is called, whatever its version says; another is called by the title of its newest version."""

GROUPS: Mapping[str, str] = {
    BasisGroup.ARTICLE_6: "Basis (UK GDPR, Article 6)",
    BasisGroup.ARTICLE_9: "Condition for special category data (Article 9)",
    BasisGroup.ARTICLE_10: "Criminal offence data (Article 10)",
    BasisGroup.SCHEDULE_1: "Data Protection Act 2018, Schedule 1",
    BasisGroup.COMMON_LAW: "Common-law duty of confidence",
    BasisGroup.PART_3: "Law enforcement (Part 3)",
    BasisGroup.SCHEDULE_8: "Law enforcement, Schedule 8",
    BasisGroup.GATEWAY: "Powers and duties in other Acts",
    ConsentGroup.STATE: "Where consent stands",
    ConsentGroup.KIND: "Which consent",
    ConsentGroup.GROUNDS: "Why sharing may go on without it",
    ConsentGroup.HOW: "How it was given",
    ConsentGroup.GIVEN_BY: "By whom it was given",
    ConsentGroup.COMPETENCE: "Whether a child can decide",
    ConsentGroup.CAPACITY: "Whether an adult can decide",
    ConsentGroup.PRESSURE: "Pressure",
    ConsentGroup.OPENNESS: "Whether the person has been told",
}
SOURCES: Mapping[SourceTag, str] = {
    SourceTag.CONFIRMED: "Read in a published source.",
    SourceTag.SEED: "From the page that the service began from.",
    SourceTag.UNCONFIRMED: "Not confirmed in a published source: awaiting review.",
    SourceTag.OWN: "Drawn up for this service.",
}
BODIES: Mapping[Body, str] = {
    Body.PUBLIC_AUTHORITY: "public authorities",
    Body.OTHER: "other organisations",
    Body.LAW_ENFORCEMENT: "law enforcement",
}
PLACES: Mapping[Place, str] = {
    Place.CONSENT_STATE: "where consent stands",
    Place.LEGAL_BASIS: "the legal basis",
    Place.DECISION_REASON: "the reason for a decision",
    Place.RISK_OF_SHARING: "the harm of sharing",
}
FACTS: Mapping[str, str] = {
    "title": "Title", "summary": "Summary", "nations": "Where it holds", "source": "Source", "published": "Published",
    "effective_from": "Source holds from", "effective_to": "Source held until", "status": "Review",
    "awaiting": "To be reviewed by", "approved_by": "Approved by", "approved_on": "Approved on", "author": "Written by",
}  # fmt: skip
FIELDS: Mapping[str, str] = {
    "short_title": "title", "text": "summary", "source": "how sure it is", "prompts": "questions",
    "users": "who relies on it", "needs": "what must come with it", "since": "since when",
    "policy_document": "policy document", "outcomes": "outcomes", "stands_alone": "whether it is enough",
    "under_duty": "under the duty to share", "relies_on_consent": "what rests on it", "shown_at": "where it is shown",
}  # fmt: skip
CHANGES: Mapping[Change, tuple[str, str]] = {
    Change.ADDED: ("completed", "New"),
    Change.REMOVED: ("refuse", "Gone"),
    Change.CHANGED: ("in_progress", "Changed"),
    Change.SAME: ("not_started", "The same"),
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as a page writes it."""

    code: str
    title: str
    text: str
    prompts: tuple[str, ...]
    notes: tuple[str, ...]
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class ChangeView:
    """An item in two versions, side by side; ``differs`` says in what, in words."""

    tag: Markup
    title: str
    differs: str
    before: ItemView | None
    after: ItemView | None


def pack_name(pack: Pack) -> str:
    """What the pack is called, whatever its version."""
    return PACKS.get(pack.ref.pack, pack.title)


def review_words(pack: Pack) -> str:
    """Whether somebody stands by the words of a version, in a sentence."""
    return f"{_review(pack)} {reviewer_words(pack)}".rstrip()


def reviewer_words(pack: Pack) -> str:
    """By whom it was approved and when, or by whom it should be reviewed."""
    if pack.status is PackStatus.APPROVED:
        on = f" on {long_date(pack.approved_on)}" if pack.approved_on else ""
        return f"by {pack.approved_by}{on}"
    return f"by the {ROLE_TITLES[pack.awaiting]}" if pack.awaiting else ""


def review_tag(pack: Pack, *, short: bool = False) -> Markup:
    """The same as a tag; ``short``: without by whom."""
    approved = pack.status is PackStatus.APPROVED
    return tag_markup("completed" if approved else "due_soon", _review(pack) if short else review_words(pack))


def _review(pack: Pack) -> str:
    return "Approved" if pack.status is PackStatus.APPROVED else "Awaiting review"


def pinned_line(pack: Pack) -> str:
    """A version that a request is pinned to: title, version, and whether it has been reviewed."""
    return f"{pack.title}, version {pack.ref.version}. {review_words(pack)}."


def state_tag(line: PackLine) -> Markup:
    """Whether a version is in force, as a tag."""
    if line.since is not None:
        return tag_markup("completed", "In force")
    if line.starts is not None:
        return tag_markup("in_progress", "In force soon")
    if line.proposal is not None:
        return tag_markup("in_progress", "Proposed")
    return tag_markup("not_started", "Not in force")


def state_words(line: PackLine) -> str:
    """The same in words, with the instant."""
    if line.since is not None:
        return f"Since {clock_text(line.since)}"
    if line.starts is not None:
        return f"From {clock_text(line.starts)}"
    if line.proposal is not None:
        return f"Proposed by {who(line.proposal.proposer)} on {day_of(line.proposal.proposed_at)}"
    return "Not in force"


def who(name: str | None) -> str:
    """Who did it; the command line has no name."""
    return name or "the command line"


def holds_words(pack: Pack) -> str:
    """The days on which the source holds."""
    begins = f"From {long_date(pack.effective_from)}"
    return f"{begins} to {long_date(pack.effective_to)}" if pack.effective_to else begins


_LINK = Markup('<a class="govuk-link" href="{}" rel="noreferrer">{}</a>')


def facts(line: PackLine) -> Iterator[dict[str, Any]]:
    """What a version is, for a summary list."""
    pack, source = line.pack, line.pack.source
    address = [_LINK.format(source.url, source.url)] if source.url else []
    rows: dict[str, Any] = {
        "Version": str(pack.ref),
        "Review": review_words(pack),
        "In force": state_words(line),
        "What is new in it": pack.change_note,
        "Source": [f"{source.title}. {source.publisher}.", *address, f"Read on {long_date(source.retrieved)}."],
        "Licence of the source": source.licence,
        "Source published": long_date(pack.published),
        "Source holds": holds_words(pack),
        "Where": joined([nation.value for nation in pack.nations]),
        "Written by": pack.author,
        "Published here": long_instant(line.published_at),
        "Digest": pack.digest[:16],
    }
    yield from ({"key": key, "value": value} for key, value in rows.items())


def items_by_group(pack: Pack) -> list[tuple[str, list[ItemView]]]:
    """Items under the heading of their group, in the order of the pack; no heading where there are no groups."""
    groups: dict[str, list[ItemView]] = {}
    for item in pack.items:
        groups.setdefault(GROUPS.get(item.group, ""), []).append(item_view(item))
    return list(groups.items())


def item_view(item: Item) -> ItemView:
    """An item as a page writes it."""
    notes = (*_notes(item), SOURCES[item.source])
    return ItemView(item.code, item.short_title, item.text, item.prompts, notes, item.unconfirmed)


def _notes(item: Item) -> Iterator[str]:
    match item:
        case LegalBasis():
            yield from _basis_notes(item)
        case ReasonCode():
            yield f"For: {joined([ITEM_OUTCOMES[each].lower() for each in item.outcomes])}."
            if not item.stands_alone:
                yield "Never enough by itself: another reason must be given with it."
            if item.under_duty:
                yield "Still a reason where the duty to share applies."
        case ConsentOption(relies_on_consent=True):
            yield "Sharing rests on it, and stops when it is withdrawn."
        case Myth():
            yield f"Shown beside {joined([PLACES[each.place] for each in item.shown_at])}."


def _basis_notes(item: LegalBasis) -> Iterator[str]:
    if item.users:
        yield f"Ordinarily for {joined([BODIES[each] for each in item.users])}."
    if item.needs:
        yield f"Comes with {joined([code for _, code in item.needs], last='or')}."
    if item.since is not None:
        yield f"Law since {long_date(item.since)}."
    if item.policy_document:
        yield "Needs an appropriate policy document."


def changes(found: PackDiff, *kinds: Change) -> list[ChangeView]:
    """The items that changed in one of these ways."""
    return [_change(each) for each in found.items if each.change in kinds]


def _change(each: ItemChange) -> ChangeView:
    shown = each.after or each.before
    assert shown is not None
    status, words = CHANGES[each.change]
    differs = joined([FIELDS[name] for name in each.fields if name in FIELDS])
    before = item_view(each.before) if each.before else None
    after = item_view(each.after) if each.after else None
    return ChangeView(tag_markup(status, words), f"{shown.code}: {shown.short_title}", differs, before, after)


def fact_rows(found: PackDiff) -> list[list[str]]:
    """The facts that differ: what, before, after."""
    return [[FACTS[name], _fact(found.before, name), _fact(found.after, name)] for name in found.facts]


def _fact(pack: Pack, name: str) -> str:
    match name:
        case "source":
            return f"{pack.source.title}. {pack.source.publisher}."
        case "nations":
            return joined([nation.value for nation in pack.nations])
        case "status":
            return review_words(pack)
        case "awaiting":
            return ROLE_TITLES[pack.awaiting] if pack.awaiting else "Nobody"
    value = getattr(pack, name)
    if value is None or value == "":
        return "None"
    return value if isinstance(value, str) else long_date(value)


def changed_sentence(found: PackDiff) -> str:
    """How much changed, in a sentence."""
    said = {
        Change.CHANGED: "changed",
        Change.ADDED: "new",
        Change.REMOVED: "gone",
        Change.SAME: "the same",
    }
    parts = [f"{found.count(change)} {words}" for change, words in said.items() if found.count(change)]
    return f"{counted(len(found.items), 'item')}: {joined(parts)}."


def told(proposals: tuple[Proposal, ...]) -> list[dict[str, str]]:
    """What became of a version, newest first, for the timeline."""
    entries = []
    for each in reversed(proposals):
        if each.answered_at is not None:
            entries.append(_answered(each))
        entries.append(
            {
                "title": "Proposed",
                "who": who(each.proposer),
                "when_text": long_instant(each.proposed_at),
                "when_iso": each.proposed_at.isoformat(),
                "text": each.note,
            }
        )
    return entries


def _answered(each: Proposal) -> dict[str, str]:
    assert each.answered_at is not None
    since = each.in_force_from
    return {
        "title": "Activated" if since else "Turned down",
        "who": who(each.answerer),
        "when_text": long_instant(each.answered_at),
        "when_iso": each.answered_at.isoformat(),
        "text": f"In force from {long_instant(since)}." if since else each.why or "",
    }
