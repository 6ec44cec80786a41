"""Timelines, clocks, packs, workflows and organisations, as the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from webapp.api.models import Told
from workflows.core.clocks import length_words
from workflows.core.definition import Definition, Stage
from workflows.core.packs import Item, Pack
from workflows.service.clock_views import ClockView
from workflows.service.office import Organisation
from workflows.service.packing import PackLine
from workflows.service.shown_workflows import Listed
from workflows.service.views import TimelineEntry


class EntryModel(Told):
    """One line of what happened."""

    at: datetime
    title: str = Field(description="What happened, in words.", examples=["Consent check recorded"])
    by: str = Field(description="Who did it, by name; empty where it was the clock.")
    text: str = Field(description="The reason that was given, where you may read it.")

    @classmethod
    def of(cls, entry: TimelineEntry) -> EntryModel:
        """The view as it is shown."""
        return cls(at=entry.at, title=entry.title, by=entry.by, text=entry.text)


class TimelineModel(Told):
    """What happened, in order, as far as you may know of it."""

    entries: list[EntryModel]


class PauseModel(Told):
    """Time that was not counted."""

    since: datetime
    until: datetime | None = Field(description="Null while it lasts.")
    reason: str


class ExtensionModel(Told):
    """Time that was added."""

    at: datetime
    amount: int = Field(description="In the clock's unit.")


class DayModel(Told):
    """One day of the way from the start to the due date, in Europe/London."""

    day: date
    counted: bool
    why: str = Field(examples=["working day"])


class ClockModel(Told):
    """One clock of a request. Times are UTC."""

    number: int
    stage: str
    stage_title: str
    kind: str = Field(description="What sort of work that stage is.", examples=["advice"])
    state: str = Field(description="running, late, paused, met, missed, or unknown.", examples=["running"])
    started_at: datetime
    counted_from: datetime = Field(description="From when its length is counted: as a rule the start.")
    stopped_at: datetime | None
    amount: int = Field(description="Its length with what was added.")
    unit: str = Field(examples=["working_days"])
    length: str = Field(description="The same in words.", examples=["5 working days"])
    due_at: datetime | None = Field(description="Null while it is paused, and where unknown says why.")
    unknown: str = Field(description="Up to when bank holidays are known, where it falls due after that; else empty.")
    calendar: str = Field(description="The working calendar that it is counted by.")
    pauses: list[PauseModel]
    extensions: list[ExtensionModel]
    why: list[DayModel] = Field(description="Why this date: each day, and whether it counts.")

    @classmethod
    def of(cls, clock: ClockView) -> ClockModel:
        """The view as it is shown."""
        lists: dict[str, Any] = {
            "state": clock.state.value,
            "pauses": [PauseModel(since=each.since, until=each.until, reason=each.reason) for each in clock.pauses],
            "extensions": [ExtensionModel(at=each.at, amount=each.amount) for each in clock.extensions],
            "why": [DayModel(day=each.day, counted=each.counted, why=each.why) for each in clock.why],
        }
        return cls(**{name: getattr(clock, name) for name in cls.model_fields if name not in lists}, **lists)


class ClocksModel(Told):
    """Every clock that you may know of, the first first. A recipient is told of the one that runs."""

    clocks: list[ClockModel]


class PackRow(Told):
    """One published version of a pack."""

    pack: str = Field(examples=["caldicott"])
    version: str = Field(examples=["2020-12"])
    kind: str = Field(examples=["principles"])
    title: str
    nations: list[str]
    status: str = Field(description="approved, or awaiting_review.", examples=["awaiting_review"])
    digest: str
    published_at: datetime
    in_force_since: datetime | None = Field(description="Null while it is not in force.")
    in_force_from: datetime | None = Field(description="When it will come into force, if that is settled.")

    @classmethod
    def of(cls, line: PackLine) -> PackRow:
        """The version as it is shown."""
        return cls(**cls.plain(line))

    @staticmethod
    def plain(line: PackLine) -> dict[str, Any]:
        """What every version says of itself."""
        pack = line.pack
        return {
            "pack": pack.ref.pack, "version": pack.ref.version, "kind": pack.kind.value, "title": pack.title,
            "nations": [each.value for each in pack.nations], "status": pack.status.value, "digest": pack.digest,
            "published_at": line.published_at, "in_force_since": line.since, "in_force_from": line.starts,
        }  # fmt: skip


class PacksModel(Told):
    """Every published version, by pack, the newest source first."""

    packs: list[PackRow]


class ItemModel(Told):
    """One entry of a pack."""

    code: str
    group: str
    title: str
    text: str = Field(description="A summary, never the source's own sentences.")
    source: str = Field(description="How sure it is: confirmed, seed, unconfirmed or own.")

    @classmethod
    def of(cls, item: Item) -> ItemModel:
        """The entry as it is shown."""
        return cls(code=item.code, group=item.group, title=item.short_title, text=item.text, source=item.source.value)


class SourceModel(Told):
    """What a pack is drawn from."""

    title: str
    publisher: str
    url: str
    licence: str
    retrieved: date

    @classmethod
    def of(cls, pack: Pack) -> SourceModel:
        """The pack's source."""
        return cls(**{name: getattr(pack.source, name) for name in cls.model_fields})


class PackModel(PackRow):
    """One version with everything that it says."""

    summary: str
    effective_from: date
    effective_to: date | None
    source: SourceModel
    items: list[ItemModel]

    @classmethod
    def whole(cls, line: PackLine) -> PackModel:
        """The version with its items."""
        pack = line.pack
        return cls(
            **cls.plain(line), summary=pack.summary, effective_from=pack.effective_from,
            effective_to=pack.effective_to, source=SourceModel.of(pack),
            items=[ItemModel.of(each) for each in pack.items],
        )  # fmt: skip


class DefinitionRow(Told):
    """One published version of a workflow."""

    workflow: str = Field(examples=["standard"])
    version: int = Field(examples=[1])
    digest: str
    published_at: datetime
    open_cases: int = Field(description="Open requests on this version; 0 where only their own roles may know of them.")

    @classmethod
    def of(cls, listed: Listed) -> DefinitionRow:
        """The version as it is shown."""
        return cls(**{name: getattr(listed, name) for name in cls.model_fields})


class DefinitionsModel(Told):
    """Every published version, by workflow, the newest first."""

    definitions: list[DefinitionRow]


class CommandModel(Told):
    """What people can do at a stage, and where that can lead."""

    command: str = Field(examples=["advise"])
    leads_to: list[str] = Field(description="Names of stages; empty where the request stays.")


class StageModel(Told):
    """One stage of a workflow."""

    name: str
    title: str
    kind: str
    side: str = Field(description="requester, holder, or nobody.")
    roles: list[str] = Field(description="Who works on it.")
    commands: list[CommandModel]
    clocks: dict[str, str] = Field(
        description="How long it may take, by urgency, in words.", examples=[{"routine": "5 working days"}]
    )

    @classmethod
    def of(cls, stage: Stage) -> StageModel:
        """The stage as it is shown."""
        return cls(
            name=stage.name, title=stage.title, kind=stage.kind.value, side=stage.side.value,
            roles=[role.value for role in stage.roles],
            commands=[
                CommandModel(command=command.value, leads_to=list(dict.fromkeys(route.to for route in rule.routes)))
                for command, rule in stage.commands.items()
            ],
            clocks={urgency.value: length_words(rule.length) for urgency, rule in stage.clocks.items()},
        )  # fmt: skip


class DefinitionModel(Told):
    """One version of a workflow: its stages, who works on them, and how long they may take."""

    workflow: str
    version: int
    digest: str
    title: str
    summary: str
    stages: list[StageModel]

    @classmethod
    def of(cls, definition: Definition) -> DefinitionModel:
        """The version as it is shown."""
        return cls(
            workflow=definition.ref.workflow, version=definition.ref.version, digest=definition.ref.digest,
            title=definition.title, summary=definition.summary,
            stages=[StageModel.of(stage) for stage in definition.stages.values()],
        )  # fmt: skip


class OrganisationModel(Told):
    """An organisation that you can ask."""

    id: str = Field(description="Send it as holder.")
    name: str
    nation: str
    kind: str

    @classmethod
    def of(cls, organisation: Organisation) -> OrganisationModel:
        """The organisation as it is shown."""
        return cls(**{name: getattr(organisation, name) for name in cls.model_fields})


class OrganisationsModel(Told):
    """The organisations that you can ask, by name."""

    organisations: list[OrganisationModel]
