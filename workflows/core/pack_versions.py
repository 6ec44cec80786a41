"""Versions of policy packs: what changed between two, which is in force when, and who may bring one into force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from workflows.core.definition import Role
from workflows.core.packs import Item, Pack, PackRef
from workflows.core.permissions import Principal
from workflows.core.refusals import NOT_YOURS, Refusal


class Change(StrEnum):
    """What became of an item between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item in two versions; ``fields`` names what differs, in the order of the fields."""

    change: Change
    before: Item | None
    after: Item | None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackDiff:
    """What changed from one version to another: facts about the pack by their field's name, and every item."""

    before: Pack
    after: Pack
    facts: tuple[str, ...]
    items: tuple[ItemChange, ...]

    def count(self, change: Change) -> int:
        """How many items changed so."""
        return sum(each.change is change for each in self.items)


COMPARED = (
    "title", "summary", "nations", "source", "published", "effective_from", "effective_to", "status", "awaiting",
    "approved_by", "approved_on", "author",
)  # fmt: skip
"""The facts about a pack that a comparison tells; its name, digest and change note differ by nature."""


def diff(before: Pack, after: Pack) -> PackDiff:
    """Compare two versions, item by item by code; where an item stands in its list is no difference.

    Items come in the order of ``after``, then those that are gone. Raises ValueError for two different packs.
    """
    if before.ref.pack != after.ref.pack:
        raise ValueError(f"{before.ref} and {after.ref} are versions of different packs")
    old = {item.key: item for item in before.items}
    new = {item.key: item for item in after.items}
    changes = [_change(old.get(key), item) for key, item in new.items()]
    changes += [ItemChange(Change.REMOVED, item, None) for key, item in old.items() if key not in new]
    facts = tuple(name for name in COMPARED if getattr(before, name) != getattr(after, name))
    return PackDiff(before, after, facts, tuple(changes))


def _change(before: Item | None, after: Item) -> ItemChange:
    if before is None:
        return ItemChange(Change.ADDED, None, after)
    differing = tuple(each.name for each in fields(after) if _of(before, each.name) != _of(after, each.name))
    return ItemChange(Change.CHANGED if differing else Change.SAME, before, after, differing)


def _of(item: Item, name: str) -> Any:
    return getattr(item, name, None)


@dataclass(frozen=True, slots=True)
class InForce:
    """A version and the instant (UTC) from which it is in force, until the next of the same pack."""

    ref: PackRef
    since: datetime


def in_force(activations: Iterable[InForce], *, at: datetime) -> tuple[InForce, ...]:
    """For each pack the version in force at an instant, by pack; ``activations`` in the order in which they were made.

    Of two that begin at the same instant the later made counts.
    """
    found: dict[str, InForce] = {}
    for each in sorted(activations, key=lambda each: each.since):
        if each.since <= at:
            found[each.ref.pack] = each
    return tuple(found[pack] for pack in sorted(found))


def current(versions: Iterable[Pack], *, on: date) -> tuple[Pack, ...]:
    """For each pack the newest version whose source holds on that day, by pack."""
    found: dict[str, Pack] = {}
    for pack in sorted(versions, key=lambda pack: (pack.effective_from, pack.ref.version)):
        if pack.holds_on(on):
            found[pack.ref.pack] = pack
    return tuple(found[name] for name in sorted(found))


def administers(person: Principal) -> bool:
    """Whether a person may propose and activate versions: packs hold for the whole house, so in any organisation."""
    return bool(person.organisations_as(Role.ADMINISTRATOR))


def proposing_refusal(person: Principal, *, already: bool, open_proposal: PackRef | None) -> Refusal | None:
    """Why this person may not propose a version, or None. ``already``: it is in force, or will come into force next."""
    if not administers(person):
        return _NOT_ADMINISTRATOR
    if open_proposal is not None:
        say = f"{open_proposal} has been proposed already. Activate it or turn it down first."
        return Refusal("proposal_open", say)
    if already:
        return Refusal("in_force_already", "This version is in force already, or will be.")
    return None


def answering_refusal(person: Principal, *, proposed_by: str) -> Refusal | None:
    """Why this person may not activate what ``proposed_by`` (a person's id) proposed, or None."""
    if not administers(person):
        return _NOT_ADMINISTRATOR
    if person.id == proposed_by:
        return Refusal("second_person", "You proposed this version, so another administrator must activate it.")
    return None


_NOT_ADMINISTRATOR = Refusal(NOT_YOURS, "Only an administrator can decide which version is in force.")
