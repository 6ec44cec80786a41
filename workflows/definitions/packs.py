"""Text -> Pack: read, check the shape; and, before a version is published, ask whether it makes sense as a whole.

A fault says its rule, its line and how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import ValidationError

from workflows.core.commands import ItemOutcome
from workflows.core.packs import (
    ConsentOption,
    Item,
    LegalBasis,
    Myth,
    Pack,
    PackKind,
    PackRef,
    PackSource,
    PackStatus,
    Principle,
    ReasonCode,
    Rule,
    Shown,
    SourceTag,
)
from workflows.definitions.faults import BadDefinition, Fault
from workflows.definitions.loader import digest, shape_faults
from workflows.definitions.pack_models import (
    MODELS,
    BasisModel,
    ConsentModel,
    ItemModel,
    MythModel,
    PackModel,
    ReasonModel,
)
from workflows.definitions.source import Source, read

_BUILTIN = "workflows.definitions"
_FOLDER = "packs"


@dataclass(frozen=True)
class _Subject:
    """A file of the right shape, with the pack that it says."""

    source: Source
    pack: Pack

    def fault(self, rule: str, say: str, *path: str | int) -> Fault:
        """A fault at ``path``."""
        return self.source.fault(rule, say, *path)


def load(text: str, *, source: str = "pack") -> Pack:
    """The pack that ``text`` says; the same text gives the same object.

    This is what must hold for a published version to be read at all, also when later rules are stricter.

    Raises:
        BadDefinition: it cannot be read; with every fault found, its line in ``source`` and how to mend it.
    """
    return _subject(text, source).pack


def check(text: str, *, source: str) -> tuple[Fault, ...]:
    """Every fault in ``text``, in the order of lines; empty for a good one. ``source`` names the file."""
    try:
        subject = _subject(text, source)
    except BadDefinition as bad:
        return bad.faults
    return tuple(sorted({fault for rule in RULES for fault in rule(subject)}))


def load_checked(text: str, *, source: str) -> Pack:
    """The pack, once nothing speaks against it: what publishing a version must call.

    Raises:
        BadDefinition: with every fault found.
    """
    if faults := check(text, source=source):
        raise BadDefinition(faults)
    return load(text, source=source)


def builtin_packs() -> tuple[str, ...]:
    """The packs that the product ships, as pack/version, in the order of the alphabet."""
    return tuple(sorted(str(PackRef(*name.removesuffix(".yaml").split("_", 1))) for name in _files()))


def read_builtin_pack(name: str) -> str:
    """The text of a shipped pack, named as pack/version. Raises KeyError for one that is not shipped."""
    if name not in builtin_packs():
        raise KeyError(f"no pack called {name} is shipped; there are: {', '.join(builtin_packs())}")
    file = name.replace("/", "_") + ".yaml"
    return resources.files(_BUILTIN).joinpath(_FOLDER, file).read_text(encoding="utf-8")


def _files() -> Iterator[str]:
    for each in resources.files(_BUILTIN).joinpath(_FOLDER).iterdir():
        if each.name.endswith(".yaml"):
            yield each.name


@lru_cache(maxsize=128)
def _subject(text: str, name: str) -> _Subject:
    source = read(text, source=name)
    if source.twice:
        raise BadDefinition(source.twice)
    return _Subject(source, _pack(source, _shape(source)))


def _shape(source: Source) -> PackModel:
    if not isinstance(source.value, dict):
        say = "A pack's file is a list of keys with values, beginning with format. Write it so."
        raise BadDefinition([source.fault("wrong-type", say)])
    kind = source.value.get("kind")
    model = MODELS.get(kind, PackModel) if isinstance(kind, str) else PackModel
    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        raise BadDefinition(shape_faults(source, error)) from None


def _pack(source: Source, model: PackModel) -> Pack:
    return Pack(
        ref=PackRef(model.id, model.version),
        digest=digest(source.value),
        kind=model.kind,
        title=model.title,
        summary=model.summary,
        nations=tuple(model.nations),
        source=PackSource(
            title=model.source.title,
            publisher=model.source.publisher,
            url=model.source.url or "",
            licence=model.source.licence,
            retrieved=model.source.retrieved,
        ),
        published=model.published,
        effective_from=model.effective_from,
        effective_to=model.effective_to,
        status=model.status,
        awaiting=model.awaiting,
        approved_by=model.approved_by or "",
        approved_on=model.approved_on,
        author=model.author,
        change_note=model.change_note,
        items=tuple(_item(each, kind=model.kind) for each in model.items),
    )


def _item(model: ItemModel, *, kind: PackKind) -> Item:
    common: dict[str, Any] = {
        "code": model.code, "short_title": model.short_title, "text": model.text, "source": model.source,
        "prompts": tuple(model.prompts),
    }  # fmt: skip
    match model:
        case BasisModel():
            needs = tuple(_pair(each) for each in model.needs)
            return LegalBasis(
                **common, group=model.group.value, users=tuple(model.users), needs=needs, since=model.since,
                policy_document=model.policy_document,
            )  # fmt: skip
        case ReasonModel():
            outcomes = tuple(model.outcomes)
            return ReasonCode(**common, outcomes=outcomes, stands_alone=model.stands_alone, under_duty=model.under_duty)
        case ConsentModel():
            return ConsentOption(**common, group=model.group.value, relies_on_consent=model.relies_on_consent)
        case MythModel():
            return Myth(**common, shown_at=tuple(Shown(each.place, tuple(each.codes)) for each in model.shown_at))
    return Principle(**common) if kind is PackKind.PRINCIPLES else Rule(**common)


def _pair(text: str) -> tuple[str, str]:
    group, _, code = text.partition("/")
    return group, code


# --- What a pack must be as a whole


def _items_there(subject: _Subject) -> Iterator[Fault]:
    if not subject.pack.items:
        yield subject.fault("no-items", "A pack without items says nothing. Add at least one.", "items")
    if not subject.pack.nations:
        yield subject.fault("no-nation", "Say in which nations it holds.", "nations")


def _codes_once(subject: _Subject) -> Iterator[Fault]:
    seen = set()
    for index, item in enumerate(subject.pack.items):
        if item.key in seen:
            say = f"There is an item “{item.code}” already. Give each its own code: decisions are recorded by it."
            yield subject.fault("code-twice", say, "items", index, "code")
        seen.add(item.key)


def _days_in_order(subject: _Subject) -> Iterator[Fault]:
    pack = subject.pack
    if pack.effective_to is not None and pack.effective_to < pack.effective_from:
        yield subject.fault("days-crossed", "It cannot end before it begins. Change one of the days.", "effective_to")


def _review_said(subject: _Subject) -> Iterator[Fault]:
    pack = subject.pack
    if pack.status is PackStatus.APPROVED:
        if not pack.approved_by or pack.approved_on is None:
            say = "An approved version says who approved it and when: write approved_by and approved_on."
            yield subject.fault("approver-missing", say, "status")
        if pack.awaiting is not None:
            yield subject.fault("review-unclear", "An approved version awaits nobody. Leave this out.", "awaiting")
        for index, item in enumerate(pack.items):
            if item.unconfirmed:
                say = "An approved version holds nothing unconfirmed. Name the source, or let it await review."
                yield subject.fault("unconfirmed-approved", say, "items", index, "source")
        return
    if pack.awaiting is None:
        yield subject.fault("reviewer-missing", "Say under awaiting which role should review it.", "status")
    if pack.approved_by or pack.approved_on is not None:
        say = "A version that awaits review has not been approved. Leave this out."
        yield subject.fault("review-unclear", say, "approved_by" if pack.approved_by else "approved_on")


def _address_given(subject: _Subject) -> Iterator[Fault]:
    drawn = any(item.source is not SourceTag.OWN for item in subject.pack.items)
    if drawn and not subject.pack.source.url:
        say = "Items are drawn from a source, so say where it can be read: write url."
        yield subject.fault("address-missing", say, "source")


def _prompts_given(subject: _Subject) -> Iterator[Fault]:
    for index, item in enumerate(subject.pack.items):
        if isinstance(item, Principle | Rule) and not item.prompts:
            say = "Write at least one prompt: the question that whoever decides has to answer."
            yield subject.fault("no-prompt", say, "items", index)


def _needs_there(subject: _Subject) -> Iterator[Fault]:
    known = {item.key for item in subject.pack.items}
    for index, item in enumerate(subject.pack.items):
        if isinstance(item, LegalBasis):
            for place, need in enumerate(item.needs):
                if need not in known:
                    say = f"There is no item {need[0]}/{need[1]} in this pack. Add it, or correct the name."
                    yield subject.fault("unknown-need", say, "items", index, "needs", place)


def _outcomes_covered(subject: _Subject) -> Iterator[Fault]:
    if subject.pack.kind is not PackKind.REASON_CODES:
        return
    codes = [item for item in subject.pack.items if isinstance(item, ReasonCode)]
    for index, code in enumerate(codes):
        if not code.outcomes:
            say = "A reason belongs to at least one outcome. Write it under outcomes."
            yield subject.fault("no-outcome", say, "items", index, "outcomes")
    for outcome in ItemOutcome:
        if not any(outcome in code.outcomes and code.stands_alone for code in codes):
            say = f"Nothing here is reason enough for {outcome.value}. Add a reason that stands alone."
            yield subject.fault("outcome-without-reason", say, "items")


def _myths_shown(subject: _Subject) -> Iterator[Fault]:
    for index, item in enumerate(subject.pack.items):
        if isinstance(item, Myth) and not item.shown_at:
            say = "A myth is answered where somebody is about to act on it. Say where, under shown_at."
            yield subject.fault("myth-shown-nowhere", say, "items", index, "shown_at")


RULES: tuple[Callable[[_Subject], Iterator[Fault]], ...] = (
    _items_there,
    _codes_once,
    _days_in_order,
    _review_said,
    _address_given,
    _prompts_given,
    _needs_there,
    _outcomes_covered,
    _myths_shown,
)
