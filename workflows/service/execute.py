"""The door: carries out one command in one transaction. Every change to a case comes through here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from workflows.core import notices as tell
from workflows.core.absences import Absence
from workflows.core.acting import actor_of
from workflows.core.beyond import known_due, too_far
from workflows.core.calendars import CalendarHorizon, WorkingCalendar
from workflows.core.case import Case, apply
from workflows.core.clocks import due_at
from workflows.core.commands import (
    CLOCK,
    PUBLIC,
    Actor,
    AdoptVersion,
    Advise,
    Command,
    Decide,
    Extend,
    MarkOverdue,
    RaiseRecheck,
    Reassign,
    RecountClock,
    Rung,
    ShareNow,
    Start,
    Submit,
)
from workflows.core.definition import CLOCK_COMMANDS, HOUSE_COMMANDS, Definition, Role, Side
from workflows.core.due import DueItem, due, known_due_items, put_off
from workflows.core.events import Event, HoldersChosen, Started
from workflows.core.pack_versions import administers
from workflows.core.permissions import (
    ROLE_TITLES,
    Principal,
    kept_for,
    known_to,
    may_give,
    may_know,
    worker_refusal,
)
from workflows.core.refusals import NO_LONGER_DUE, NOT_FOUND, STALE, NotAllowed, Refusal, Refused, not_found
from workflows.core.register import GENESIS
from workflows.core.requesting import drafted, sending
from workflows.core.rulebook import handle
from workflows.core.silence import away_then
from workflows.core.standing_in import alone, lent
from workflows.core.timeliness import spells, stamped
from workflows.core.unheard import NobodyTold
from workflows.core.webhooks import calls
from workflows.service import adopting, tracks
from workflows.service.adopting import OPERATOR
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.notifying import tell as notify
from workflows.service.pinning import in_force
from workflows.service.starting import begun_by, check_sending
from workflows.service.unit_of_work import Connection, Way, reading, transaction
from workflows.store import absences, cases, due_items, events
from workflows.store.engine import Taken
from workflows.store.mapping import erases, seal_events


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did. ``repeated`` is True when the same command id had been carried out before."""

    case_id: str
    version: int
    repeated: bool = False


def execute(engine: Way, library: Library, command: Command, *, entrance: bool = False, within: str = "") -> Done:
    """Carry out one command: lock, permission, version, rules, fold, seal, due work, notices; one commit.

    ``engine`` may be a connection that is held for several commands, one after another. ``entrance`` is the way in
    for whoever has no account: an application from the public can come through it, and nothing else.

    Raises:
        Refused: with every reason, code NOT_FOUND for who may not know, STALE for an old version,
            CALENDAR_HORIZON where a date would lie beyond what is known.
        Busy: somebody else holds the case; nothing changed, try again.
        Unavailable: the database cannot be reached.
    """
    library.bind(engine.engine)
    if entrance is not (command.actor == PUBLIC) or (entrance and not isinstance(command, Start)):
        raise not_found()
    try:
        with transaction(engine) as connection:
            if isinstance(command, Start):
                return start(connection, library, command, within=within)
            return _carry_out(connection, library, command, within=within)
    except CalendarHorizon as far:
        raise too_far(far) from None
    except Taken:
        if (earlier := _earlier(engine, command)) is not None:
            return earlier
        raise
    except Refused as refused:
        if refused.code == STALE and (earlier := _earlier(engine, command)) is not None:
            return earlier
        raise


def _earlier(engine: Way, command: Command) -> Done | None:
    """What this command id did the first time: asked only when something went against it now."""
    with reading(engine) as connection:
        found = events.result_of(connection, command.id)
    if found and found[0] != command.case_id:
        # An id is made for one act on one request; our pages never send it for another.
        raise Refused(Refusal("command_used", "This page was sent for another request before. Open it again."))
    return Done(found[0], found[1], repeated=True) if found else None


def start(connection: Connection, library: Library, command: Start, *, within: str = "") -> Done:
    """Begin a request inside a transaction that is the caller's: for those who begin several, or none of them.

    Raises Refused, Busy, CalendarHorizon; Taken when the command has been carried out before.
    """
    person = cases.principal(connection, command.actor.person_id, at=command.at) if command.actor != PUBLIC else None
    person = person.within(within) if person else None
    try:
        definition = library.for_new_cases(connection, command.workflow, organisation=command.holder_org)
    except UnknownWorkflow:
        say = "This way of asking is not set up here. Tell your administrator, and use another way meanwhile."
        raise Refused(Refusal("unknown_workflow", say, "workflow")) from None
    command = begun_by(command, person, definition)
    if command.send:
        command = replace(command, packs=in_force(connection, command.at))
    base = definition.calendar or command.calendar
    days = library.counts_by(connection, base, organisation=command.holder_org, at=command.at)
    command = replace(command, calendar=days)
    if command.group:
        raise Refused(Refusal("track_by_sending", "A request to several organisations is made by sending it."))
    happened = handle(None, command, definition)
    draft = drafted([each for each in happened if isinstance(each, Started | HoldersChosen)])
    if command.send:
        check_sending(draft, command, person, definition)
    done = _store(connection, library, command, None, happened, definition, head=GENESIS)
    if command.send:
        _send_tracks(connection, library, sending(command), draft, definition)
    return done


def _send_tracks(
    connection: Connection, library: Library, command: Submit, draft: Case, definition: Definition
) -> None:
    for begun, events_of in tracks.made(connection, command, draft, definition):
        _store(connection, library, begun, None, events_of, definition, head=GENESIS)


def _carry_out(connection: Connection, library: Library, command: Command, *, within: str = "") -> Done:
    locked = cases.lock(connection, command.case_id, person_id=command.actor.person_id, at=command.at, within=within)
    if locked is None:
        raise not_found()
    case = locked.case
    definition = library.ruling(connection, case)
    _check_permission(case, command, definition, person=locked.person)
    if case.overtaken(command.seen_version):
        raise Refused(Refusal(STALE, "Somebody has changed this request since you opened it."))
    if locked.person is not None and command.type not in HOUSE_COMMANDS:
        actor = actor_of(case, locked.person, definition, command, adjudicator_title=locked.adjudicator_title)
        command = replace(command, actor=actor)
    if isinstance(command, AdoptVersion):
        return _adopt(connection, library, command, case, definition, locked)
    if isinstance(command, Reassign):
        command = replace(command, to_eligible=_eligible(connection, case, definition, command.to_person))
    if isinstance(command, Advise | Decide):
        command = replace(command, bodies=locked.bodies)
    if isinstance(command, Submit):
        command = replace(command, packs=in_force(connection, command.at))
    if isinstance(command, ShareNow) and locked.person is not None:
        command = replace(command, by_manager=Role.MANAGER in lent(case, locked.person).roles_in(case.holder_org))
    work: list[DueItem] | None = None
    if isinstance(command, RaiseRecheck):
        _check_in_force(connection, command)
    elif isinstance(command, RecountClock):
        command = _recounting(connection, library, case, command)
    elif isinstance(command, Rung):
        work = due(case, definition, library.calendar(case.calendar))
        _check_due(command, work)
    if isinstance(command, Extend):
        command = replace(command, again=put_off(case, command, definition, library.calendar(case.calendar)))
    if isinstance(command, MarkOverdue):
        command = _attributed(connection, command, case, definition, away=locked.away)
    happened = handle(case, command, definition)
    done = _store(
        connection, library, command, case, happened, definition, head=locked.head, away=locked.away, work=work
    )
    if isinstance(command, Submit):
        _send_tracks(connection, library, command, case, definition)
    return done


def _adopt(
    connection: Connection,
    library: Library,
    command: AdoptVersion,
    case: Case,
    definition: Definition,
    locked: cases.Locked,
) -> Done:
    """Another version: the rule is asked with both; what follows (due work, lists, notices) is as the new one says."""
    person = locked.person
    actor = Actor(person.id, person.name, ROLE_TITLES[Role.ADMINISTRATOR]) if person else OPERATOR
    command = adopting.prepared(connection, library, replace(command, actor=actor), case)
    if command.target is not None and case.assignee:
        there = adopting.on_version(case, command, command.target)
        stays = there is not None and _eligible(connection, there, command.target, case.assignee)
        command = replace(command, keeps_assignee=stays)
    happened = handle(case, command, definition)
    assert command.target is not None, "the rule refuses what is not published"
    work = known_due_items(case, definition, library.calendar(case.calendar))
    return _store(
        connection, library, command, case, happened, command.target, head=locked.head, away=locked.away, work=work
    )


def _check_in_force(connection: Connection, command: RaiseRecheck) -> None:
    if command.rung not in in_force(connection, command.at):
        raise Refused(Refusal(NO_LONGER_DUE, "This version is not in force."))


def _recounting(connection: Connection, library: Library, case: Case, command: RecountClock) -> RecountClock:
    """The command with what it does to the due date. Raises Refused when those days are not in force for the case."""
    days = library.counts_by(connection, case.calendar, organisation=case.holder_org, at=command.at)
    if days != command.rung:
        raise Refused(Refusal(NO_LONGER_DUE, "Other days are in force now."))
    if case.clock is None:
        return command
    return replace(
        command,
        due_before=known_due(case.clock, library.calendar(case.calendar)),
        due_after=due_at(replace(case.clock, calendar=days), library.calendar(days)),
    )


def _attributed(
    connection: Connection, command: MarkOverdue, case: Case, definition: Definition, *, away: tuple[Absence, ...]
) -> MarkOverdue:
    """The command with whom the request was given to, by name, and which of those whose work it is were away."""
    person = cases.principal(connection, case.assignee) if case.assignee else None
    gone = away_then(case, definition.stage(case.stage), away, at=command.at)
    return replace(command, who=person.name if person is not None else "", away=gone)


def _check_due(command: Rung, items: list[DueItem]) -> None:
    """The stored due instant only finds the case: whether the rung is due is worked out again, under the lock."""
    wanted = (command.clock, command.version, command.rung)
    when = next((item.at for item in items if (item.clock, item.version, item.rung) == wanted), None)
    if when is None or when > command.at:
        raise Refused(Refusal(NO_LONGER_DUE, "This is no longer due."))


def _check_permission(case: Case, command: Command, definition: Definition, *, person: Principal | None) -> None:
    if command.type in CLOCK_COMMANDS and command.actor == CLOCK:
        return
    if command.type in HOUSE_COMMANDS:
        if command.actor != OPERATOR and (person is None or not administers(person)):
            raise not_found()
        return
    if person is None or not may_know(case, person, definition):
        raise not_found()
    refusal = may_give(case, person, definition, command)
    if refusal is None:
        return
    # A page that was overtaken is told so, rather than that the stage is wrong: that says what happened.
    if refusal.code != NOT_FOUND and case.overtaken(command.seen_version):
        raise Refused(Refusal(STALE, "Somebody has changed this request since you opened it."))
    raise NotAllowed(refusal)


def _eligible(connection: Connection, case: Case, definition: Definition, person_id: str) -> bool:
    """Whether a person could take the stage that the case is in, were it given to her."""
    person = cases.principal(connection, person_id)
    if person is None:
        return False
    # What is given to somebody stays with her: so only roles of her own count, not those that she is lent.
    person, unassigned = alone(person), replace(case, assignee="")
    work = next(iter(definition.stage(case.stage).commands), None)
    return work is not None and worker_refusal(unassigned, person, definition, command=work) is None


def _store(
    connection: Connection,
    library: Library,
    command: Command,
    before: Case | None,
    happened: list[Event],
    definition: Definition,
    *,
    head: str,
    away: tuple[Absence, ...] | None = None,
    work: list[DueItem] | None = None,
) -> Done:
    """Fold, seal and write everything that follows from what happened. ``work``: the due work before, where known."""
    calendar = library.calendar((before or apply(None, happened[0])).calendar)
    happened = stamped(before, happened, definition, calendar)
    after = before
    for event in happened:
        after = apply(after, event)
    assert after is not None
    sealed = seal_events(
        happened, stream=after.id, version=before.version if before else 0, head=head,
        command_id=command.id, salt=secrets.token_hex(16),
    )  # fmt: skip
    counted = library.calendar(after.calendar)
    listing = listed(after, definition, counted)
    ended = spells(before, happened, definition, calendar)
    if before is None:
        cases.insert(connection, after, listing, head=sealed[-1].digest, ended=ended)
    else:
        cases.update(connection, after, listing, head=sealed[-1].digest, ended=ended)
    called = calls(before, happened, after, definition)
    events.append(connection, sealed, stream=after.id, command_id=command.id, calls=called)
    if gone := erases(happened):
        events.erase(connection, stream=after.id, types=sorted(gone), at=command.at)
    items = _due_after(command, before, after, definition, counted)
    if before is None or items != (known_due_items(before, definition, calendar) if work is None else work):
        due_items.replace(connection, after.id, items)
    if told := tell.notices(before, happened, after, definition):
        if away is None:
            away = absences.running(connection, (after.holder_org, after.requester_org), at=command.at)
        nobody = notify(
            connection, told, after, definition, counted, away=away, due_at=listing.due_at, at=command.at
        )  # fmt: skip
        if nobody is not None:
            return _note(connection, library, command, after, nobody, definition, head=sealed[-1].digest)
    return Done(after.id, after.version)


def _due_after(
    command: Command, before: Case | None, after: Case, definition: Definition, calendar: WorkingCalendar
) -> list[DueItem]:
    """The due work. Raises CalendarHorizon where a clock begins that cannot be worked out.

    A share because of a danger is written down all the same, and so is what touches no clock; another version of the
    workflow starts none.
    """
    shared = isinstance(command, ShareNow | AdoptVersion) or (isinstance(command, Start) and command.share is not None)
    if shared or (before is not None and before.clock == after.clock):
        return known_due_items(after, definition, calendar)
    return due(after, definition, calendar)


def _note(
    connection: Connection,
    library: Library,
    command: Command,
    case: Case,
    nobody: NobodyTold,
    definition: Definition,
    *,
    head: str,
) -> Done:
    """Nobody could be told: that is on the case's own record, next to what it was about."""
    note = replace(command, id=str(uuid5(UUID(command.id), "nobody told")))
    return _store(connection, library, note, case, [nobody], definition, head=head)


def listed(case: Case, definition: Definition, calendar: WorkingCalendar) -> cases.Listing:
    """What lists keep beside the case: whose move it is, and the due instant of the clock that runs."""
    stage = definition.stage(case.stage)
    when = known_due(case.clock, calendar) if case.clock else None
    silo = tuple(sorted(role.value for role in kept_for(case, definition)))
    known = tuple(sorted(role.value for role in known_to(case, definition)))
    match stage.side:
        case Side.HOLDER:
            return cases.Listing(case.holder_org, tuple(role.value for role in stage.roles), when, silo, known)
        case _:
            return cases.Listing(None, (), when, silo, known)
