"""May I? One pure answer for routes, buttons, lists, tasks and the printed matrix.

Roles are held in an organisation; separation of duties is kept on the *person*, whatever other roles
or organisations she has.
"""

from __future__ import annotations

from enum import StrEnum

from workflows.core.aside import stands_aside
from workflows.core.case import Case
from workflows.core.checking import record_refusal
from workflows.core.commands import Command, FinishFollowUp
from workflows.core.completing import enquiry_refusal
from workflows.core.definition import (
    CLOCK_COMMANDS,
    COLLEAGUE_COMMANDS,
    HOUSE_COMMANDS,
    IDENTITY_COMMANDS,
    MANAGER_COMMANDS,
    REQUESTER_COMMANDS,
    CommandType,
    Definition,
    Role,
    Side,
    StageKind,
)
from workflows.core.extending import closed, rule_of
from workflows.core.followups import FollowUp, FollowUpKind, find, waiting
from workflows.core.identity import identity_refusal
from workflows.core.panel import two_needed
from workflows.core.principals import Membership as Membership
from workflows.core.principals import Principal as Principal
from workflows.core.principals import service_refusal
from workflows.core.refusals import ADVISED, CONFLICT, NOT_FOUND, NOT_YOURS, OWN_CASE, WRONG_STAGE, Refusal
from workflows.core.rounds import barred
from workflows.core.routing import stage_refusal
from workflows.core.standing_in import acts_for, has_it, lent
from workflows.core.uses import UseState
from workflows.core.votes import waiting_for_second
from workflows.core.withdrawing import given_entries


class Relation(StrEnum):
    """What a person is to a case, nearest first."""

    OWNER = "owner"
    WORKER = "worker"
    HOLDER_MANAGER = "holder_manager"
    REQUESTER_MANAGER = "requester_manager"
    RECIPIENT = "recipient"
    ESCALATED = "escalated"
    FOLLOWER = "follower"
    """Has something to follow up: may know where the case is."""


AT_THE_HOLDER = frozenset({Relation.WORKER, Relation.HOLDER_MANAGER, Relation.ESCALATED})
"""What a person with a conflict of interest is no longer, from the moment it is known."""

_UNKNOWN = Refusal(NOT_FOUND, "There is no such request, or you are not part of it.")


def working_roles(definition: Definition) -> frozenset[Role]:
    """Every role that some stage of the workflow gives work to at the holder's side."""
    return frozenset(role for stage in definition.stages.values() if stage.side is Side.HOLDER for role in stage.roles)


def relations(case: Case, person: Principal, definition: Definition) -> frozenset[Relation]:
    """Everything this person is to this case; empty means she may not know that it exists."""
    found: set[Relation] = set()
    if person.id == case.requester and person.acts_for(case.requester_org):
        found.add(Relation.OWNER)
    if case.submitted_at is None:
        return frozenset(found)
    person = lent(case, person)
    at_holder = person.roles_in(case.holder_org)
    if at_holder & working_roles(definition) and Relation.OWNER not in found:
        found.add(Relation.WORKER)
    if Role.MANAGER in at_holder and not definition.silo:
        found.add(Relation.HOLDER_MANAGER)
    if Role.MANAGER in person.roles_in(case.requester_org) and not definition.silo:
        found.add(Relation.REQUESTER_MANAGER)
    if case.released_at is not None and is_recipient(case, person) and not asked_elsewhere(case, person):
        found.add(Relation.RECIPIENT)
    if was_escalated_to(case, person, definition):
        found.add(Relation.ESCALATED)
    if any(is_for(case, person, task) for task in waiting(case)) and not (definition.silo and not found):
        found.add(Relation.FOLLOWER)
    return frozenset(found - AT_THE_HOLDER) if stands_aside(case, person) else frozenset(found)


def was_escalated_to(case: Case, person: Principal, definition: Definition) -> bool:
    """Whether a rung of some ladder has told a role that this person holds: then she must be able to look."""
    clocks = [clock for clock in (*case.past_clocks, case.held, case.clock) if clock is not None]
    for clock in clocks:
        stage = definition.stage(clock.stage)
        roles = person.roles_in(case.requester_org if stage.side is Side.REQUESTER else case.holder_org)
        if any(rung.key in clock.ever_fired and roles & frozenset(rung.tell) for rung in stage.ladder):
            return True
    return False


def known_to(case: Case, definition: Definition) -> frozenset[Role]:
    """The roles at the holder that may know of a case that was sent: what `relations` says, for lists."""
    found = working_roles(definition) | _told(case, definition, frozenset({Side.REQUESTER}))
    if definition.silo:
        return found
    return found | {Role.MANAGER} | {role for task in waiting(case) for role in task.roles}


def kept_for(case: Case, definition: Definition) -> frozenset[Role]:
    """The roles that may know of a case that is kept from all others, on either side; none where it is not."""
    return working_roles(definition) | _told(case, definition) if definition.silo else frozenset()


def _told(case: Case, definition: Definition, but: frozenset[Side] = frozenset()) -> frozenset[Role]:
    """The roles that a rung of some ladder has told, at the stages of all sides ``but`` those."""
    clocks = [clock for clock in (*case.past_clocks, case.held, case.clock) if clock is not None]
    stages = [(clock, definition.stage(clock.stage)) for clock in clocks]
    return frozenset(
        role
        for clock, stage in stages
        if stage.side not in but
        for rung in stage.ladder
        if rung.key in clock.ever_fired
        for role in rung.tell
    )


def is_for(case: Case, person: Principal, task: FollowUp) -> bool:
    """Whether this person is one of those who may finish a follow-up."""
    person = lent(case, person)
    if person.id == case.requester or is_recipient(case, person) or stands_aside(case, person):
        return False
    return bool(frozenset(task.roles) & person.roles_in(case.holder_org))


def is_recipient(case: Case, person: Principal) -> bool:
    """Whether the request names this person as a recipient."""
    return any(recipient.email.casefold() == person.email for recipient in case.request.recipients)


def asked_elsewhere(case: Case, person: Principal) -> bool:
    """Whether she made the request for another organisation of hers than the one for which she acts now."""
    return person.only not in ("", case.requester_org) and person.id == case.requester


def may_know(case: Case, person: Principal, definition: Definition) -> bool:
    """Whether this person may know that the case exists."""
    return bool(relations(case, person, definition))


def permitted(case: Case, person: Principal, definition: Definition) -> dict[CommandType, Refusal | None]:
    """For every command: None when this person may give it now, else why not."""
    known = relations(case, person, definition)
    return {
        command: _UNKNOWN if not known else _refusal(case, person, definition, command=command, known=known)
        for command in CommandType
        if command is not CommandType.START
    }


def _refusal(
    case: Case,
    person: Principal,
    definition: Definition,
    *,
    command: CommandType,
    known: frozenset[Relation],
) -> Refusal | None:
    if command in CLOCK_COMMANDS:
        return Refusal("clock_only", "Only the clock does this.")
    if command in HOUSE_COMMANDS:
        return Refusal(NOT_YOURS, "Only an administrator does this, and not from a request.")
    if (refusal := service_refusal(person, command)) is not None:
        return refusal
    if (refusal := stage_refusal(case, command, definition)) is not None:
        return refusal
    if command is CommandType.RECORD_CPIS_CHECK:
        owner, worker = Relation.OWNER in known, Relation.WORKER in known
        return record_refusal(case, owner=owner, worker=worker, recipient=is_recipient(case, person))
    if command is CommandType.WITHDRAW_CONSENT:
        return _withdrawal_refusal(case, lent(case, person), known)
    if command is CommandType.FINISH_FOLLOW_UP:
        return _follow_up_refusal(case, person)
    if command is CommandType.REVIEW_USE:
        return _review_refusal(case, person)
    if command is CommandType.CHALLENGE:
        return _challenge_refusal(case, lent(case, person), known=known)
    if command is CommandType.WITHDRAW and not case.requester:
        # Whoever applied without an account rings somebody up: each of them can write it down, at every stage.
        say = "Somebody who works on such cases records that an application was taken back."
        return None if Relation.WORKER in known else Refusal(NOT_YOURS, say)
    if command in REQUESTER_COMMANDS:
        owner = Relation.OWNER in known
        return None if owner else Refusal(NOT_YOURS, "Only the person who made the request can do this.")
    if command is CommandType.EXTEND:
        return _extension_refusal(case, person, definition, known=known)
    if command in MANAGER_COMMANDS:
        return _manager_refusal(case, person, command=command, known=known)
    if command in COLLEAGUE_COMMANDS:
        colleague = known & {Relation.WORKER, Relation.HOLDER_MANAGER}
        return None if colleague else Refusal(NOT_YOURS, "Only somebody who works for the holder can do this.")
    if command in IDENTITY_COMMANDS:
        return identity_refusal(case, person, definition, command=command)
    return worker_refusal(case, person, definition, command=command)


def _withdrawal_refusal(case: Case, person: Principal, known: frozenset[Relation]) -> Refusal | None:
    """Consent is taken back through the requester or the holder's consent officer, also after it was shared."""
    if case.submitted_at is None:
        return Refusal(WRONG_STAGE, "This request has not been sent yet: change what it says of consent.")
    if case.closed and case.released_at is None:
        return Refusal(WRONG_STAGE, "This request is closed.")
    officer = Relation.WORKER in known and Role.CONSENT_OFFICER in person.roles_in(case.holder_org)
    if Relation.OWNER not in known and (not officer or is_recipient(case, person)):
        return Refusal(NOT_YOURS, "Only the requester, or the holder's consent officer, records that.")
    if not given_entries(case.request):
        return Refusal("nothing_to_withdraw", "No consent is recorded as given, so there is none to take back.")
    return None


def _follow_up_refusal(case: Case, person: Principal) -> Refusal | None:
    if not waiting(case):
        return Refusal(WRONG_STAGE, "There is nothing to follow up.")
    mine = [task for task in waiting(case) if is_for(case, person, task)]
    if not mine:
        return Refusal(NOT_YOURS, "What there is to follow up is for somebody else.")
    if case.use is not UseState.ENDED and all(task.kind is FollowUpKind.REVIEW_USE for task in mine):
        return Refusal("review_instead", "Review the use itself: continue it, change it or end it.")
    return None


def _review_refusal(case: Case, person: Principal) -> Refusal | None:
    tasks = waiting(case, FollowUpKind.REVIEW_USE)
    if not tasks:
        return Refusal(WRONG_STAGE, "No continuing use of this request waits for a review.")
    if any(is_for(case, person, task) for task in tasks):
        return None
    return Refusal(NOT_YOURS, "The review is for those who decide.")


def _challenge_refusal(case: Case, person: Principal, *, known: frozenset[Relation]) -> Refusal | None:
    if Relation.OWNER in known:
        return None
    if Relation.WORKER in known and Role.CONSENT_OFFICER in person.roles_in(case.holder_org):
        return None
    say = "Only the requester can challenge the decision, or the consent officer for whoever the information is about."
    return Refusal(NOT_YOURS, say)


def may_give(case: Case, person: Principal, definition: Definition, command: Command) -> Refusal | None:
    """Why this person may not give this very command, or None: also what depends on more than its type."""
    refusal = permitted(case, person, definition)[command.type]
    if refusal is None and isinstance(command, FinishFollowUp):
        task = find(case, command.number)
        if task is not None and not is_for(case, person, task):
            return Refusal(NOT_YOURS, "This is for somebody else to follow up.")
    return refusal


def _manager_refusal(
    case: Case, person: Principal, *, command: CommandType, known: frozenset[Relation]
) -> Refusal | None:
    if Relation.OWNER in known:
        return Refusal(OWN_CASE, "You made this request, so another manager must do this.")
    if command is CommandType.REASSIGN and case.kind is StageKind.INFORMATION_NEEDED:
        return Refusal(WRONG_STAGE, "The requester has the next move; there is nobody to reassign it to.")
    if Relation.HOLDER_MANAGER in known:
        return None
    if command is CommandType.CHASE and known & {Relation.REQUESTER_MANAGER, Relation.ESCALATED}:
        return None
    return Refusal(NOT_YOURS, "Only a manager of the organisation that holds the information can do this.")


def _extension_refusal(
    case: Case, person: Principal, definition: Definition, *, known: frozenset[Relation]
) -> Refusal | None:
    """Nobody gives herself more time: not for her own request, nor for work that was given to her."""
    if Relation.OWNER in known or is_recipient(case, person):
        return Refusal(OWN_CASE, "You asked for this information or would receive it, so others must do this.")
    rule = rule_of(case, definition)
    roles = rule.roles if rule else (Role.MANAGER,)
    if stands_aside(case, person) or not person.roles_in(case.holder_org) & frozenset(roles):
        return Refusal(NOT_YOURS, f"More time here is given by {role_words(roles)} of the holder.")
    if case.assignee == person.id:
        return Refusal(OWN_CASE, "This work was given to you, so somebody else must give it more time.")
    return closed(case, definition)


def worker_refusal(case: Case, person: Principal, definition: Definition, *, command: CommandType) -> Refusal | None:
    """Why this person may not do the stage's own work, or None."""
    if (refusal := service_refusal(person, command)) is not None:
        return refusal
    stage = definition.stage(case.stage)
    if person.id == case.requester:
        return Refusal(OWN_CASE, "You made this request, so you cannot work on the answer to it.")
    if is_recipient(case, person):
        return Refusal(OWN_CASE, "You are named to receive this information, so you cannot work on the answer.")
    if stands_aside(case, person):
        return Refusal(CONFLICT, "A conflict of interest is on record, so another person must do this.")
    performers = definition.performers(case.stage, command)
    if not lent(case, person).roles_in(case.holder_org) & frozenset(performers):
        return Refusal(NOT_YOURS, f"“{stage.title}” is for {role_words(performers)}.")
    if command is CommandType.REVIEW_SHARE and person.id in barred_from_review(case):
        return Refusal("took_part", "You shared this or advised on it, so another person must review it.")
    if command is CommandType.DECIDE and person.id in case.advisers:
        return Refusal(ADVISED, "You gave advice on this request, so another person must decide it.")
    if stage.kind is StageKind.ADJUDICATION and person.id in case.advisers:
        return Refusal(ADVISED, "You gave advice on this request, so another person must take this stage.")
    if (refusal := enquiry_refusal(case, person.id, stage)) is not None:
        return refusal
    if command is CommandType.DEMAND_SECOND and two_needed(case, definition):
        return Refusal("two_already", "Two adjudicators decide this request already.")
    if person.id in waiting_for_second(case):
        return Refusal("voted", "You have decided. Another adjudicator must decide as well, without seeing yours.")
    if stage.kind is StageKind.ADJUDICATION and person.id in barred(case):
        say = "You took the decision that is challenged, so another person must look at it."
        return Refusal("decided_before", say)
    if acts_for(case, person, performers=performers, organisation_id=case.holder_org) is None:
        say = "The person for whom you stand in took part in this request, so somebody else must do this."
        return Refusal("absent_took_part", say)
    advising = stage.kind is StageKind.REVIEW and command is CommandType.ADVISE
    if case.assignee and not has_it(case, person) and not advising:
        return Refusal("assigned", "This has been given to somebody else. Ask your manager if that should change.")
    return None


def barred_from_review(case: Case) -> frozenset[str]:
    """Who shared in the emergency, or advised on it: nobody reviews her own part."""
    return case.advisers | (case.shared_now.both if case.shared_now else frozenset())


ROLE_TITLES: dict[Role, str] = {
    Role.REQUESTER: "Requester",
    Role.CONSENT_OFFICER: "Consent officer",
    Role.IG_LEAD: "Information governance lead",
    Role.CALDICOTT_GUARDIAN: "Caldicott Guardian",
    Role.DEPUTY_GUARDIAN: "Deputy Caldicott Guardian",
    Role.ADJUDICATOR: "Adjudicator",
    Role.MANAGER: "Manager",
    Role.NAMED_SENIOR: "Named senior",
    Role.ON_CALL_AUTHORISER: "On-call authoriser",
    Role.COUNTER_SIGNATORY: "Counter-signatory",
    Role.CSODS_COORDINATOR: "Disclosure scheme coordinator",
    Role.CSODS_DECISION_MAKER: "Disclosure scheme decision-maker",
    Role.ENQUIRY_OFFICER: "Disclosure scheme enquiry officer",
    Role.DISCLOSER: "Disclosure scheme discloser",
    Role.SCHEME_SUPERVISOR: "Disclosure scheme supervisor",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
}
"""What each role is called on pages; an organisation may name its adjudicator otherwise."""


def role_words(roles: tuple[Role, ...]) -> str:
    """Roles in a sentence: "the consent officer or the information governance lead"."""
    names = [f"the {ROLE_TITLES[role]}" for role in roles]
    return " or ".join(names) if names else "nobody"
