"""In whose name and in which position somebody acts, as the record names it: "X for Y" while Y is away."""

from __future__ import annotations

from workflows.core.absences import StandIn
from workflows.core.case import Case
from workflows.core.commands import Actor, Command
from workflows.core.definition import COLLEAGUE_COMMANDS, CONTEXT_COMMANDS, Definition, Role
from workflows.core.following import deciding_roles
from workflows.core.permissions import ROLE_TITLES, Principal, may_give, working_roles
from workflows.core.standing_in import acts_for, alone, standing


def actor_of(
    case: Case, person: Principal, definition: Definition, command: Command, *, adjudicator_title: str
) -> Actor:
    """The acting person with the position she acts in, and for whom."""
    if person.id == case.requester:
        return Actor(person.id, person.name, ROLE_TITLES[Role.REQUESTER], case.requester_org)
    performers = definition.performers(case.stage, command.type)
    # An ended request has nobody at work: whoever comes back to it acts as what she is to the workflow.
    wanted = performers or (*deciding_roles(definition), *sorted(working_roles(definition)))
    if command.type in CONTEXT_COMMANDS:  # whoever works on it may, also when the stage is not hers
        wanted = (*wanted, *sorted(working_roles(definition)))
    role, lender = _position(case, person, definition, command, wanted=wanted)
    title = adjudicator_title if role is Role.ADJUDICATOR and adjudicator_title else ROLE_TITLES[role]
    if lender is None:
        return Actor(person.id, person.name, title, case.holder_org)
    name = f"{person.name} for {lender.absent.name}"
    return Actor(person.id, name, title, lender.organisation_id, stands_in_for=lender.absent.id)


def _position(
    case: Case,
    person: Principal,
    definition: Definition,
    command: Command,
    *,
    wanted: tuple[Role, ...],
) -> tuple[Role, StandIn | None]:
    if definition.rule(case.stage, command.type) is not None:
        found = acts_for(case, person, performers=wanted, organisation_id=case.holder_org)
        others = (*wanted, *sorted(working_roles(definition)))
        return found or (_first(others, person.roles_in(case.holder_org)), None)
    own = _first(wanted, person.roles_in(case.holder_org))
    # To stand aside is about oneself; what she may do in her own right she does in her own name.
    if command.type in COLLEAGUE_COMMANDS or may_give(case, alone(person), definition, command) is None:
        return own, None
    for each in standing(case, person):
        if may_give(case, person.standing_only(each), definition, command) is None:
            return _first(wanted, each.roles), each
    return own, None


def _first(wanted: tuple[Role, ...], held: frozenset[Role]) -> Role:
    return next((role for role in wanted if role in held), Role.MANAGER)
