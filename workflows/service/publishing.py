"""Publishing workflows: a version is checked, stored as an immutable row and sealed; open cases stay on theirs."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from workflows.core.definition import DefinitionRef
from workflows.definitions.faults import BadDefinition
from workflows.definitions.lint import load_checked, unheard
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.service.registering import HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, IntegrityError, reading, transaction
from workflows.store import definitions, people
from workflows.store.definitions import Listed, Published

__all__ = ["Listed", "NotNewer", "check_reach", "publish", "publish_shipped", "published", "put"]


class NotNewer(Exception):
    """The version is not above the latest that has been published; nothing was changed."""

    def __init__(self, ref: DefinitionRef, latest: int) -> None:
        super().__init__(
            f"Version {ref.version} of {ref.workflow} cannot be published: version {latest} has been already, and a "
            f"published version is never changed. Give the file version {latest + 1}."
        )


def publish(engine: Engine, text: str, *, source: str, by: str, at: datetime, shipped: bool = False) -> DefinitionRef:
    """Publish the version that ``text`` holds; new cases start on it from now on.

    ``source`` names the file in faults, ``by`` is a person's id, or empty for the command line. One of the product's
    own (``shipped``) may have steps that reach nobody here: that is an alert when it comes to that.
    Raises BadDefinition (every fault), NotNewer, Busy, Unavailable.
    """
    ref = load_checked(text, source=source).ref
    if not shipped:
        check_reach(engine, text, source=source)
    try:
        with transaction(engine) as connection:
            latest = definitions.latest(connection, ref.workflow)
            if latest is not None and latest.version >= ref.version:
                raise NotNewer(ref, latest.version)
            put(connection, ref, text, by=by, at=at, command_id=str(uuid4()))
    except IntegrityError:
        raise NotNewer(ref, ref.version) from None
    return ref


def put(
    connection: Connection, ref: DefinitionRef, text: str, *, by: str, at: datetime, command_id: str, proposal: str = ""
) -> None:
    """Store a checked version and seal that it was published, in the caller's transaction.

    ``proposal`` is the id of what was proposed, where that came first. Raises IntegrityError when it exists.
    """
    definitions.insert(connection, Published(ref.workflow, ref.version, ref.digest, text), at=at, by=by)
    facts = {"workflow": ref.workflow, "version": ref.version, "digest": ref.digest}
    record_house(
        connection, kind=HouseEvent.WORKFLOW_PUBLISHED, facts={**facts, **({"proposal": proposal} if proposal else {})},
        texts={}, command_id=command_id, by=by, at=at,
    )  # fmt: skip


def check_reach(engine: Engine, text: str, *, source: str) -> None:
    """Raises BadDefinition for steps of ladders that nobody would be told by. Of a house without people: nothing."""
    with reading(engine) as connection:
        held = people.roles_held(connection)
    if held and (faults := unheard(text, source=source, held=held)):
        raise BadDefinition(faults)


def publish_shipped(engine: Engine, *, by: str, at: datetime, newer: bool = True) -> tuple[DefinitionRef, ...]:
    """Publish each workflow of the product that is newer than what is published; which ones that were.

    Without ``newer`` only those of which no version has ever been published: a new house can begin to work,
    and in an old one a person says when a new version shall count.
    """
    with reading(engine) as connection:
        known = {each.workflow: each.version for each in definitions.every(connection)}
    done = []
    for name in builtin_names():
        text = read_builtin(name)
        if name in known and not newer:
            continue
        if known.get(name, 0) < load(text, source=f"{name}.yaml").ref.version:
            done.append(publish(engine, text, source=f"{name}.yaml", by=by, at=at, shipped=True))
    return tuple(done)


def published(engine: Engine) -> list[Listed]:
    """Every published version with the number of open cases that it still carries."""
    with reading(engine) as connection:
        return definitions.every(connection)
