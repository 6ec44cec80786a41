"""What the door fills in when a request comes to another version of its workflow."""

from __future__ import annotations

from dataclasses import replace

from workflows.core.adopting import AdoptVersion, Stages, completed, names_for
from workflows.core.case import Case
from workflows.core.commands import Actor
from workflows.core.definition import Definition, DefinitionRef
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.unit_of_work import Connection
from workflows.store import moves

OPERATOR = Actor(person_id="", name="Whoever runs this service")
"""Who gives the command on the command line of the service."""


def target_of(connection: Connection, library: Library, case: Case, to: DefinitionRef) -> Definition | None:
    """The version as it would rule this request: with its reasons and its variant. None where it is not published.

    A variant that the version does not have is left out, and the rule declines that.
    """
    try:
        base = library.version(connection, to.workflow, to.version)
    except UnknownWorkflow:
        return None
    if base.ref != replace(to, variant=""):
        return None
    variant = case.definition.variant if case.definition.variant in base.variants else ""
    return library.ruling(connection, replace(case, definition=replace(base.ref, variant=variant)))


def prepared(connection: Connection, library: Library, command: AdoptVersion, case: Case) -> AdoptVersion:
    """The command with the version as it would rule this request, and the steps that it has completed."""
    target = target_of(connection, library, case, command.to)
    steps = moves.steps_of(connection, [case.id]).get(case.id, [])
    return replace(command, target=target, passed=completed(steps))


def on_version(case: Case, command: AdoptVersion, target: Definition) -> Case | None:
    """The case as it would stand on the version, given to nobody by name; None where it has no place there."""
    names = names_for(case, target.ref, command.stages)
    stage = target.stages.get(names.get(case.stage, case.stage))
    if stage is None or stage.kind is not case.kind:
        return None
    return replace(case, stage=stage.name, definition=target.ref, assignee="")


__all__ = ["OPERATOR", "Stages", "on_version", "prepared", "target_of"]
