"""What whoever asks or decides may choose from: the codes of a workflow and of the packs in force, with their words."""

from __future__ import annotations

from datetime import datetime

from workflows.core.definition import Definition
from workflows.core.pinned import ruled
from workflows.core.refusals import not_found
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.pinning import in_force
from workflows.service.shown_workflows import NAME
from workflows.service.unit_of_work import Engine, reading


def choices(engine: Engine, library: Library, workflow: str, *, at: datetime) -> Definition:
    """The version of ``workflow`` that a new request starts on at ``at`` (aware UTC), with the reasons in force then.

    Raises Refused (NOT_FOUND) alike for what there is not and for what nobody who signs in can start.
    """
    if not NAME.fullmatch(workflow):
        raise not_found()
    with reading(engine) as connection:
        try:
            latest = library.latest(connection, workflow)
        except UnknownWorkflow:
            raise not_found() from None
        if latest.public or latest.silo:
            raise not_found()
        return ruled(latest, library.packs(connection, in_force(connection, at)))
