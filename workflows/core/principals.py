"""Who acts, as the rules see her: a person with her roles, or the account of another system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workflows.core.absences import Absence, StandIn
from workflows.core.definition import CommandType, Role
from workflows.core.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Membership:
    """One role in one organisation."""

    organisation_id: str
    role: Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A person as the rules see her. ``email`` is lower case."""

    id: str
    name: str
    email: str
    memberships: frozenset[Membership] = frozenset()
    standing: tuple[StandIn, ...] = ()
    """For whom she may stand in now. On which requests, ``standing_in`` says."""
    away: tuple[Absence, ...] = ()
    """Who is away now from the organisations in which she has a role, herself included."""
    service: bool = False
    """Not a person but the account of another system: it asks, and never decides."""
    only: str = ""
    """The one organisation for which she acts here; empty: each of hers. A token is made for one."""

    def roles_in(self, organisation_id: str) -> frozenset[Role]:
        """The roles held in one organisation."""
        return frozenset(m.role for m in self.memberships if m.organisation_id == organisation_id)

    def acting_in(self, roles: Iterable[tuple[str, Role]]) -> Principal:
        """The person with further roles, each in an organisation."""
        more = frozenset(Membership(organisation_id, role) for organisation_id, role in roles)
        return replace(self, memberships=self.memberships | more)

    def standing_only(self, lender: StandIn) -> Principal:
        """The person as she is when she stands in for nobody else."""
        return replace(self, standing=(lender,))

    def within(self, organisation_id: str) -> Principal:
        """The person as she is in one organisation: what she may do elsewhere does not count. Empty: everywhere."""
        if not organisation_id:
            return self
        return replace(
            self,
            memberships=frozenset(m for m in self.memberships if m.organisation_id == organisation_id),
            standing=tuple(each for each in self.standing if each.organisation_id == organisation_id),
            away=tuple(each for each in self.away if each.organisation_id == organisation_id),
            only=organisation_id,
        )

    def acts_for(self, organisation_id: str) -> bool:
        """Whether what she does here can be in the name of this organisation."""
        return self.only in ("", organisation_id)

    def organisations(self) -> frozenset[str]:
        """Every organisation in which any role is held."""
        return frozenset(m.organisation_id for m in self.memberships)

    def organisations_as(self, role: Role) -> frozenset[str]:
        """The organisations in which ``role`` is held, by her or by somebody for whom she stands in."""
        own = {m.organisation_id for m in self.memberships if m.role is role}
        return frozenset(own | {each.organisation_id for each in self.standing if role in each.roles})


SERVICE_ROLES = frozenset({Role.REQUESTER, Role.MANAGER})
"""What the account of another system can be: it brings requests, and sees what is overdue."""

SERVICE_COMMANDS = frozenset(
    {
        CommandType.START,
        CommandType.SAVE,
        CommandType.CHOOSE_HOLDERS,
        CommandType.SUBMIT,
        CommandType.ANSWER,
        CommandType.WITHDRAW,
        CommandType.CHASE,
    }
)
"""All that the account of another system may do. Whatever is a judgement, people make."""

SERVICE_ACCOUNT = "service_account"


def service_refusal(person: Principal, command: CommandType) -> Refusal | None:
    """Why the account of another system may not give this command, or None; people are not refused here."""
    if not person.service or command in SERVICE_COMMANDS:
        return None
    return Refusal(SERVICE_ACCOUNT, "The account of another system cannot do this: a person must.")
