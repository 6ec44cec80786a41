"""Which versions of the policy packs a request is pinned to, and what they say. Knows nothing of the door.

It stands apart from packing, which seals on the house's record, so that the door itself can ask it.
"""

from __future__ import annotations

from datetime import datetime

from workflows.core.pack_versions import in_force as versions_in_force
from workflows.core.packs import Pack, PackRef
from workflows.definitions.packs import load
from workflows.service.unit_of_work import Connection
from workflows.store import packs
from workflows.store.packs import StoredPack


def in_force(connection: Connection, at: datetime) -> tuple[str, ...]:
    """The version of each pack that is in force at an instant, as pack/version, by pack.

    It is what a request that is sent at that instant is pinned to; packs of which no version was in force are missing.
    """
    return tuple(str(each.ref) for each in versions_in_force(packs.activated(connection), at=at))


def pinned(connection: Connection, names: tuple[str, ...]) -> tuple[Pack, ...]:
    """The versions that a request is pinned to. Names of which nothing was ever published are left out."""
    found = {str(each.ref): each for each in packs.some(connection, [PackRef.read(name) for name in names])}
    return tuple(pack_of(found[name]) for name in names if name in found)


def pack_of(stored: StoredPack) -> Pack:
    """What a published version says; read once per process."""
    return load(stored.source, source=str(stored.ref))
