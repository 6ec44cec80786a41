"""Many realistic cases at once, for load and benches: histories played through the rulebook in memory, then copied.

Nothing here is faster than the door by leaving something out: every chain verifies, every row is the fold of its
events, and due work stands in its table. Only notices are left out; nobody wants a hundred thousand mails.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.core import commands as c
from workflows.core import request as r
from workflows.core.case import Case, apply
from workflows.core.deciding import basis_faults_on
from workflows.core.definition import Definition, Role, Side, StageKind, Urgency
from workflows.core.due import due
from workflows.core.events import Event
from workflows.core.grounds import BasisOverride, Bodies
from workflows.core.permissions import ROLE_TITLES, Membership, Principal
from workflows.core.refusals import Refusal, Refused
from workflows.core.rulebook import handle
from workflows.core.timeliness import spells, stamped
from workflows.service.execute import listed
from workflows.service.library import Library
from workflows.service.scenario import Cast, Scenario, Step, reference, scenarios, script
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import bulk, cases, events, people

BATCH = 1_000
PATTERNS = 300
"""Different histories; each case is a copy of one of them with ids, salts and a chain of its own."""
FIRST_DESK = frozenset({Role.CONSENT_OFFICER, Role.IG_LEAD})
DECIDERS = (Role.CALDICOTT_GUARDIAN, Role.ADJUDICATOR, Role.DEPUTY_GUARDIAN)
LONDON = ZoneInfo("Europe/London")
ROLE_OF_STEP: Mapping[str, tuple[Role, ...]] = {
    "consent_check": (Role.CONSENT_OFFICER,),
    "ig_advice": (Role.IG_LEAD,),
    "adjudication": DECIDERS,
}
URGENCIES = ((Urgency.ROUTINE, 70), (Urgency.PRIORITY, 25), (Urgency.EMERGENCY, 5))
OPEN_AT = (("consent_check", 25), ("ig_advice", 35), ("adjudication", 20), ("information_needed", 10), ("release", 10))
STORIES = ("S1", "S2", "S4", "S7", "S9", "S12")
ENDED = ("S1", "S2", "S4", "S9", "S11", "S12")
STAYS = {Urgency.ROUTINE: (4.0, 140.0), Urgency.PRIORITY: (2.0, 40.0), Urgency.EMERGENCY: (0.3, 2.5)}
"""How many hours ago an open case came to its stage, from and to."""
OLD = 0.1
QUESTION = "Which part of the period do you need most?"


@dataclass(frozen=True, slots=True)
class Mix:
    """What to make. ``ended`` is the share of closed cases; ``due`` how many open ones have one rung due just now.

    ``holder`` is the key of the one organisation that holds them all; empty: any.
    """

    cases: int
    ended: float = 0.0
    due: int = 0
    seed: int = 1
    past: bool = True
    """False: only what lists and clocks need, without the events; for load in which nobody reads a history."""
    holder: str = ""


WEIGHED = "Weighed with the adviser: the risk of waiting is greater."
"""Why a made-up decision goes against advice about the basis, where a mixed-up pair of bodies makes it."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who can be in the cases: people with their roles, organisations by id."""

    cast: Cast
    requesters: tuple[tuple[Principal, str], ...]
    holders: tuple[str, ...]
    hands: Mapping[tuple[str, Role], tuple[Principal, ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One history that copies are made of, with the memory of how it was played."""

    case: Case
    commands: tuple[tuple[Event, ...], ...]


def fill(
    engine: Engine,
    library: Library,
    mix: Mix,
    *,
    now: datetime,
    told: Callable[[int], None] = lambda made: None,
) -> int:
    """Make the cases of ``mix`` as of ``now``; how many events they hold. ``told`` hears how many there are.

    Raises Refused when there is nobody who could ask or answer; Busy, Unavailable.
    """
    crew, definition = crew_of(engine, only=mix.holder), latest(engine, library)
    chance = random.Random(mix.seed)  # noqa: S311  no secret hangs on it: it mixes demo cases
    ended = round(mix.cases * mix.ended)
    parts = (
        (mix.due, Play(crew, definition, library, now, chance, due=True)),
        (mix.cases - ended - mix.due, Play(crew, definition, library, now, chance)),
        (ended, Play(crew, definition, library, now, chance, ended=True)),
    )
    made = written = 0
    # The database takes one batch in while the next is being made.
    with ThreadPoolExecutor(1) as writer:
        writing: Future[None] | None = None
        for wanted, play in parts:
            patterns = play.patterns(min(PATTERNS, wanted))
            for size in _sizes(wanted):
                batch = bulk.Batch.empty()
                for _ in range(size):
                    batch.add(chance.choice(patterns), reference=_reference(chance), past=mix.past)
                if writing is not None:
                    writing.result()
                writing = writer.submit(write, engine, batch)
                written, made = written + len(batch.events), made + size
                told(made)
        if writing is not None:
            writing.result()
    bulk.refresh_statistics(engine)
    return written


def copies(engine: Engine, library: Library, case_id: str, number: int) -> list[str]:
    """``number`` more cases with the same past as one that is there; their ids. Raises KeyError for an unknown one."""
    with reading(engine) as connection:
        case, past = cases.read(connection, case_id), events.of_stream(connection, case_id)
        if case is None:
            raise KeyError(case_id)
        definition = library.definition(connection, case.definition)
    calendar = library.calendar(case.calendar)
    work = due(case, definition, calendar)
    ended = spells(None, [each.event for each in past], definition, calendar)
    history = bulk.prepare(case, [(each.event,) for each in past], listed(case, definition, calendar), work, ended)
    batch, chance = bulk.Batch.empty(), random.SystemRandom()
    made = [batch.add(history, reference=_reference(chance)) for _ in range(number)]
    write(engine, batch)
    return made


def _sizes(wanted: int) -> Iterator[int]:
    while wanted > 0:
        yield min(BATCH, wanted)
        wanted -= BATCH


def write(engine: Engine, batch: bulk.Batch) -> None:
    """Copy a batch in, in a transaction of its own."""
    with transaction(engine) as connection:
        bulk.copy(connection, batch)


def _reference(chance: random.Random) -> str:
    return reference(f"{chance.getrandbits(128):032x}")


def latest(engine: Engine, library: Library) -> Definition:
    """The standard workflow that new cases start on."""
    with reading(engine) as connection:
        return library.latest(connection, "standard")


def crew_of(engine: Engine, *, only: str = "") -> Crew:
    """Everybody who can be in a case; ``only`` is the one organisation that may hold it.

    Raises Refused when there is nobody who could ask or answer.
    """
    with reading(engine) as connection:
        organisations = people.all_organisations(connection)
        staff = [(org, one) for org in organisations for one in people.colleagues(connection, org.id)]
    known: dict[str, Principal] = {}
    hands: dict[tuple[str, Role], list[Principal]] = {}
    for org, one in staff:
        before = known.get(one.email, Principal(one.id, one.name, one.email))
        more = frozenset(Membership(org.id, role) for role in one.roles)
        known[one.email] = replace(before, memberships=before.memberships | more)
    for person in known.values():
        for member in sorted(person.memberships, key=lambda m: (m.organisation_id, m.role)):
            hands.setdefault((member.organisation_id, member.role), []).append(person)
    holders = tuple(
        org.key
        for org in organisations
        if only in ("", org.key)
        and all((org.id, role) in hands for role in FIRST_DESK)
        and any((org.id, role) in hands for role in DECIDERS)
    )
    keys = {org.id: org.key for org in organisations}
    requesters = tuple(
        (one, keys[org])
        for (org, role), found in hands.items()
        if role is Role.REQUESTER
        for one in found
        if keys[org] != only
    )
    if not holders or not requesters:
        say = "There is nobody who could ask or answer. Add people first, for example with: gatehouse demo seed"
        raise Refused(Refusal("nobody", say))
    cast = Cast(known, {org.key: org for org in organisations})
    return Crew(cast, requesters, holders, {key: tuple(found) for key, found in hands.items()})


@dataclass(frozen=True, slots=True)
class Play:
    """Plays histories in memory, as of ``now``; with ``due``, each with one rung that has just fallen due."""

    crew: Crew
    definition: Definition
    library: Library
    now: datetime
    chance: random.Random
    due: bool = False
    ended: bool = False

    def patterns(self, number: int) -> list[bulk.History]:
        """``number`` different histories."""
        found: list[bulk.History] = []
        while len(found) < number:
            played = self._one(len(found))
            if played is not None:
                case, commands = played.case, played.commands
                calendar = self.library.calendar(case.calendar)
                work = due(case, self.definition, calendar)
                ended = spells(None, [event for events in commands for event in events], self.definition, calendar)
                found.append(bulk.prepare(case, commands, listed(case, self.definition, calendar), work, ended))
        return found

    def reference(self) -> str:
        """A reference for one more case."""
        return _reference(self.chance)

    def _one(self, number: int) -> Pattern | None:
        """One history; None when this throw of the dice cannot be played."""
        story, own = self._story()
        upto = None if self.ended else self._pick(OPEN_AT)
        asking = upto == "information_needed"
        stop = "ig_advice" if asking else upto
        acts = [beat.act for beat in script(story, own, tag=f"pattern/{number}")]
        if stop is not None and stop not in acts:
            return None
        steps = (acts.index(stop) if stop else len(acts)) - acts.index("submit") - 1
        arrived = self._arrived(story.part(r.Purpose).urgency)
        gap = timedelta(hours=3)
        times = [arrived - gap * (steps - 1 - n) for n in range(len(acts))]
        beats = script(story, own, tag=f"pattern/{number}", submitted=arrived - gap * steps, times=times)
        commands = [beat.command for beat in beats[: acts.index(stop) if stop else len(acts)]]
        if asking:
            asker = next(step.actor for step in story.steps if step.stage == "ig_advice")
            commands.append(
                c.Ask(id="", actor=own.actor(asker), at=arrived + gap, case_id=commands[0].case_id, question=QUESTION)
            )
        return self._played(commands)

    def _arrived(self, urgency: Urgency) -> datetime:
        """When the case came to where it is; one in ten has been there for long."""
        if self.ended:
            return self.now - timedelta(days=self.chance.uniform(1, 300))
        hours = self.chance.uniform(*STAYS[urgency]) * (4 if self.chance.random() < OLD else 1)
        return self.now - timedelta(hours=hours)

    def _story(self) -> tuple[Scenario, Cast]:
        """A request of the data between other people, with another urgency."""
        chance, crew = self.chance, self.crew
        story = scenarios()[chance.choice(ENDED if self.ended else STORIES)]
        requester, home = chance.choice(crew.requesters)
        holder = chance.choice([key for key in crew.holders if key != home])
        org = crew.cast.organisations[holder].id
        urgency = self._pick(URGENCIES)
        answers = tuple((task, _between(each, requester, Urgency(urgency))) for task, each in story.answers)
        steps, taken = [], {requester.id}
        for step in story.steps:
            person = requester if step.stage not in ROLE_OF_STEP else self._hand(org, step, barred=taken)
            if step.stage == "ig_advice":
                taken.add(person.id)
            steps.append(Step(step.stage, person.email, step.says))
        return replace(story, requester=requester.email, holder=holder, answers=answers, steps=tuple(steps)), crew.cast

    def _hand(self, org: str, step: Step, *, barred: set[str]) -> Principal:
        able = [one for role in ROLE_OF_STEP[step.stage] for one in self.crew.hands.get((org, role), ())]
        free = [one for one in able if one.id not in barred]
        return self.chance.choice(free or able)

    def _pick(self, weighted: Sequence[tuple[str, int]]) -> str:
        names, weights = zip(*weighted, strict=True)
        return str(self.chance.choices(names, weights)[0])

    def _played(self, commands: Sequence[c.Command]) -> Pattern | None:
        case: Case | None = None
        done: list[tuple[Event, ...]] = []
        for command in commands:
            if case is not None:
                case = self._time_passes(case, done, until=command.at)
            events = self._handled(case, self._acting(case, command))
            for event in events:
                case = apply(case, event)
            done.append(tuple(events))
        assert case is not None
        if self.due:
            return Pattern(case, tuple(done)) if self._one_is_due(case) else None
        return Pattern(self._time_passes(case, done, until=self.now), tuple(done))

    def _one_is_due(self, case: Case) -> bool:
        work = due(case, self.definition, self.library.calendar(case.calendar))
        return sum(item.at <= self.now for item in work) == 1

    def _time_passes(self, case: Case, done: list[tuple[Event, ...]], *, until: datetime) -> Case:
        """Climb every rung of the ladder that time has come to."""
        for item in due(case, self.definition, self.library.calendar(case.calendar)):
            if item.at > until:
                break
            rung = c.RUNG_COMMANDS[item.command](
                id="",
                actor=c.CLOCK,
                at=item.at,
                case_id=case.id,
                rung=item.rung,
                clock=item.clock,
                version=item.version,
            )
            events = handle(case, rung, self.definition)
            for event in events:
                case = apply(case, event)
            done.append(tuple(events))
        return case

    def _handled(self, case: Case | None, command: c.Command) -> list[Event]:
        """What a command does, with the clocks that it ends, as the door writes it."""
        events = handle(case, command, self.definition)
        calendar = self.library.calendar((case or apply(None, events[0])).calendar)
        return stamped(case, events, self.definition, calendar)

    def _acting(self, case: Case | None, command: c.Command) -> c.Command:
        """The command with the position that the door would have found for its actor."""
        if case is None:
            return command
        stage = self.definition.stage(case.stage)
        acting = ROLE_TITLES[Role.REQUESTER]
        if stage.side is Side.HOLDER and stage.kind is not StageKind.CLOSED:
            held = {role for (org, role), some in self.crew.hands.items() if org == case.holder_org
                    for one in some if one.id == command.actor.person_id}  # fmt: skip
            acting = next((ROLE_TITLES[role] for role in stage.roles if role in held), acting)
        if isinstance(command, c.Decide):
            command = self._overriding(case, command)
        return replace(command, actor=replace(command.actor, position=acting))

    def _overriding(self, case: Case, command: c.Decide) -> c.Decide:
        """The decision with both bodies, as the door brings them, and a reason for each override that it needs."""
        orgs = {org.id: org.facts() for org in self.crew.cast.organisations.values()}
        command = replace(command, bodies=Bodies(orgs[case.holder_org], orgs[case.requester_org]))
        against = [each.code for each in basis_faults_on(case.request, command) if each.needs_override]
        return replace(command, overrides=tuple(BasisOverride(code, WEIGHED) for code in against))


def _between(answers: r.Answers, requester: Principal, urgency: Urgency) -> r.Answers:
    """Answers as this requester would give them: herself as the recipient, the urgency of this case."""
    match answers:
        case r.Purpose():
            return replace(answers, urgency=urgency)
        case r.Recipients():
            mine = tuple(replace(each, name=requester.name, email=requester.email) for each in answers.recipients)
            return r.Recipients(mine)
        case _:
            return answers
