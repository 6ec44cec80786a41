"""What changed between two versions of a workflow: about the workflow itself, and stage by stage.

The comparison asks the parts of a definition for their names, so that what is added to definitions later is compared
too. Guards are the same when their text is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from workflows.core.definition import Definition, Stage
from workflows.core.pack_versions import Change

APART = frozenset({"ref", "stages"})
"""What differs by nature, or is compared by itself."""


@dataclass(frozen=True, slots=True)
class StageChange:
    """One stage in two versions. ``parts`` names what differs, as the definition calls it."""

    name: str
    change: Change
    before: Stage | None
    after: Stage | None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """What changed from ``before`` to ``after``: ``facts`` names what differs about the workflow itself."""

    before: Definition
    after: Definition
    facts: tuple[str, ...]
    stages: tuple[StageChange, ...]

    @property
    def nothing(self) -> bool:
        """Whether both say the same, whatever their numbers are."""
        return not self.facts and all(each.change is Change.SAME for each in self.stages)

    def count(self, change: Change) -> int:
        """How many stages changed so."""
        return sum(each.change is change for each in self.stages)


def diff(before: Definition, after: Definition) -> VersionDiff:
    """Compare two versions. Stages come in the order of ``after``, then those that are gone; they match by name."""
    facts = tuple(
        each.name
        for each in fields(Definition)
        if each.name not in APART and getattr(before, each.name) != getattr(after, each.name)
    )
    stages = [_stage(name, before.stages.get(name), stage) for name, stage in after.stages.items()]
    stages += [
        StageChange(name, Change.REMOVED, stage, None)
        for name, stage in before.stages.items()
        if name not in after.stages
    ]
    return VersionDiff(before, after, facts, tuple(stages))


def _stage(name: str, before: Stage | None, after: Stage) -> StageChange:
    if before is None:
        return StageChange(name, Change.ADDED, None, after)
    parts = tuple(each.name for each in fields(Stage) if getattr(before, each.name) != getattr(after, each.name))
    return StageChange(name, Change.CHANGED if parts else Change.SAME, before, after, parts)
