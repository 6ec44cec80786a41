"""The shape of a pack's file: which keys there are, and what each value must look like, for each kind of pack."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from workflows.core.commands import ItemOutcome
from workflows.core.packs import BasisGroup, Body, ConsentGroup, Nation, PackKind, PackStatus, Place, SourceTag
from workflows.definitions.model_parts import FileModel, RoleName, Sentence, Title, as_text, matching, one_of, wrong

FORMAT = "gatehouse/pack/1"

_ID = re.compile(r"[a-z][a-z0-9-]{0,59}")
_VERSION = re.compile(r"[0-9a-z][0-9a-z.-]{0,19}")
_CODE = re.compile(r"[0-9a-z][0-9A-Za-z_().-]*(?: [0-9A-Za-z_().-]+)*")
_NEED = re.compile(r"[a-z0-9_]+/.+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[^\s<>\"]*)?")
_LONGEST_CODE = 40


def _format(value: Any) -> str:
    if value != FORMAT:
        wrong("bad-format", f"This format is not known. Write format: {FORMAT}")
    return FORMAT


def _day(value: Any) -> date:
    text = as_text(value)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or text != found.isoformat():
        wrong("bad-date", f"“{text[:60]}” is no day. Write it as year-month-day, such as 2020-12-08.")
    return found


def _code(value: Any) -> str:
    text = as_text(value)
    if len(text) > _LONGEST_CODE or not _CODE.fullmatch(text):
        say = f"Use letters, digits, brackets, _ . - and single spaces, {_LONGEST_CODE} characters at most."
        wrong("bad-name", f"“{text[:60]}” cannot be used here. {say}")
    return text


Day = Annotated[date, PlainValidator(_day)]
Code = Annotated[str, PlainValidator(_code)]
Pair = Annotated[str, matching(_NEED, "Write group/code, such as article_9/9(2)(g).")]
KindName = Annotated[PackKind, one_of(PackKind, "unknown-kind", "kind of pack")]
StatusName = Annotated[PackStatus, one_of(PackStatus, "unknown-status", "status")]
TagName = Annotated[SourceTag, one_of(SourceTag, "unknown-source", "kind of source")]
BasisGroupName = Annotated[BasisGroup, one_of(BasisGroup, "unknown-group", "group of legal bases")]
ConsentGroupName = Annotated[ConsentGroup, one_of(ConsentGroup, "unknown-group", "group of consent options")]
BodyName = Annotated[Body, one_of(Body, "unknown-body", "kind of organisation")]
OutcomeName = Annotated[ItemOutcome, one_of(ItemOutcome, "unknown-outcome", "outcome")]
PlaceName = Annotated[Place, one_of(Place, "unknown-place", "place for a myth")]
NationName = Annotated[Nation, one_of(Nation, "unknown-nation", "nation")]


class SourceModel(FileModel):
    """Where a pack comes from."""

    title: Title
    publisher: Title
    url: Annotated[str, matching(_ADDRESS, "Write the whole address, beginning with https://.")] | None = None
    licence: Title
    retrieved: Day


class ItemModel(FileModel):
    """What every item has."""

    code: Code
    short_title: Title
    text: Sentence
    source: TagName
    prompts: list[Sentence] = Field(default_factory=list)


class BasisModel(ItemModel):
    """A legal basis, condition or power."""

    group: BasisGroupName
    users: list[BodyName] = Field(default_factory=list)
    needs: list[Pair] = Field(default_factory=list)
    since: Day | None = None
    policy_document: bool = False


class ReasonModel(ItemModel):
    """A reason code."""

    outcomes: list[OutcomeName]
    stands_alone: bool = True
    under_duty: bool = False


class ConsentModel(ItemModel):
    """An answer about consent or openness."""

    group: ConsentGroupName
    relies_on_consent: bool = False


class ShownModel(FileModel):
    """Where a myth is answered."""

    place: PlaceName
    codes: list[Code] = Field(default_factory=list)


class MythModel(ItemModel):
    """A myth and what is true instead."""

    shown_at: list[ShownModel]


class PackModel(FileModel):
    """The whole file, whatever its items look like."""

    format: Annotated[str, PlainValidator(_format)]
    id: Annotated[str, matching(_ID, "Use small letters, digits and -, beginning with a letter.")]
    version: Annotated[str, matching(_VERSION, "Use small letters, digits, dots and hyphens, such as 2020-12.")]
    kind: KindName
    title: Title
    summary: Sentence
    nations: list[NationName]
    source: SourceModel
    published: Day
    effective_from: Day
    effective_to: Day | None = None
    status: StatusName
    awaiting: RoleName | None = None
    approved_by: Title | None = None
    approved_on: Day | None = None
    author: Title
    change_note: Sentence
    items: list[Any]


class PlainPackModel(PackModel):
    """Principles or rules."""

    items: list[ItemModel]


class BasisPackModel(PackModel):
    """Legal bases."""

    items: list[BasisModel]


class ReasonPackModel(PackModel):
    """Reason codes."""

    items: list[ReasonModel]


class ConsentPackModel(PackModel):
    """Consent options."""

    items: list[ConsentModel]


class MythPackModel(PackModel):
    """Myths."""

    items: list[MythModel]


MODELS: dict[str, type[PackModel]] = {
    PackKind.PRINCIPLES.value: PlainPackModel,
    PackKind.RULES.value: PlainPackModel,
    PackKind.LEGAL_BASES.value: BasisPackModel,
    PackKind.REASON_CODES.value: ReasonPackModel,
    PackKind.CONSENT_OPTIONS.value: ConsentPackModel,
    PackKind.MYTHS.value: MythPackModel,
}
"""The shape of the file for each kind of pack."""
