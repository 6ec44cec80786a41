"""For every person and every case: what the page offers = what a post does = what the one function says (C17).

The house is laid out once, on a connection on which whatever is tried is undone. Every case is reached through the
door; every post carries all its answers, so that nothing but who asks can be the reason of a refusal.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.applying import APPLICATION, FORMS
from tests.builders import BEGAN, House, build
from tests.conftest import empty_tables
from tests.undoing import Undoing
from tests.webapp.api_client import Caller
from tests.webapp.api_trying import bodies, listed, posts
from tests.webapp.trying import LEADS_TO, Attempt, Tried, Visitor, attempts, colleague
from tests.weighed import RISKS
from webapp import create_app
from workflows.core import commands as c
from workflows.core.case import Case
from workflows.core.definition import CommandType, Definition, Role
from workflows.core.matrix import COMMANDS
from workflows.core.permissions import Principal, permitted
from workflows.core.refusals import NOT_FOUND, WRONG_STAGE
from workflows.definitions.loader import read_builtin
from workflows.service.applications import Applications
from workflows.service.office import Cost
from workflows.service.publishing import publish
from workflows.service.unit_of_work import reading
from workflows.settings import Settings

pytestmark = pytest.mark.feature("C17")


@dataclass
class World:
    """The laid-out house, its application, and who has sat down at it."""

    undoing: Undoing
    house: House
    app: Flask
    cases: dict[str, str] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)

    def sit(self, person: Principal) -> Visitor:
        """The person at the pages, signed in once."""
        if person.email not in self.visitors:
            self.visitors[person.email] = Visitor.enter(self.app, person)
        return self.visitors[person.email]

    def call(self, person: Principal, case: Case) -> Caller:
        """The person at the API, with a token for her organisation that has to do with the case, if one has."""
        hers = sorted(person.organisations())
        place = next((each for each in (case.requester_org, case.holder_org) if each in hers), hers[0])
        if (person.email + place) not in self.callers:
            self.callers[person.email + place] = Caller.enter(self.app, self.house.engine, person, place=place)
        return self.callers[person.email + place]

    def definition(self, case: Case) -> Definition:
        """The rules of the case."""
        with reading(self.house.engine) as connection:
            return self.house.casework.library.ruling(connection, case)

    def play(self, scenario: str, *, upto: str | None, days_ago: float = 1) -> str:
        """A case that was sent some days before now."""
        sent = datetime.now(UTC) - timedelta(days=days_ago)
        times = [sent + timedelta(minutes=10 * step) for step in range(1, 14)]
        return build(self.house, scenario, upto=upto, submitted=sent, times=times)


PLAYED = {
    "draft": ("S2", "submit"),
    "consent check": ("S2", "consent_check"),
    "advice": ("S2", "ig_advice"),
    "consent given": ("S1", "ig_advice"),
    "adjudication": ("S2", "adjudication"),
    "question": ("S2", "information_needed"),
    "release": ("S2", "release"),
    "partly shared": ("S2", None),
    "shared": ("S1", None),
    "reopened and shared": ("S4", None),
    "review of a use": ("S7", "review"),
    "use reviewed": ("S7", None),
    "withdrawn": ("S12", None),
    "redirected": ("S11", None),
    "share now": ("S3", "emergency_release"),
    "review of a share": ("S3", "retrospective_review"),
    "share reviewed": ("S3", None),
}
"""Cases straight from the data."""
DONE_TO = {
    "assigned": ("S2", "ig_advice"),
    "somebody asks for a name": ("S2", "ig_advice"),
    "somebody stood aside": ("S2", "adjudication"),
    "a second is asked for": ("S2", "adjudication"),
    "one has voted": ("S2", "adjudication"),
    "challenged": ("S2", None),
    "sent back": ("S2", "adjudication"),
    "all time was given": ("S2", "consent_check"),
    "declined": ("S2", "adjudication"),
    "learning": ("S2", None),
}
"""Cases to which somebody did something more."""


def do_more(house: House, name: str, case: str) -> None:
    """The further acts."""
    lead, guardian, deputy = "lucy.brandt", "anne.whitcombe", "femi.adeyemi"
    keys = [item.key for item in house.case(case).request.items]
    refuse = tuple(c.ItemDecision(key, c.ItemOutcome.REFUSE, "not_necessary", "No need.") for key in keys)
    share = tuple(c.ItemDecision(key, c.ItemOutcome.SHARE, "necessary", "Needed.") for key in keys)
    weighed: dict[str, Any] = {
        "harm_of_sharing": "Some.", "harm_of_not_sharing": "More.", "would_change_it": "New risk.", **RISKS
    }  # fmt: skip
    match name:
        case "assigned":
            lucy = house.person(lead).id
            house.give(c.Reassign, "martin.shaw", case, to_person=lucy, to_eligible=True, reason="Hers.")
        case "somebody asks for a name":
            house.give(c.AskIdentity, lead, case, label="Child P", reason="The two children may be one.")
        case "somebody stood aside":
            house.give(c.DeclareConflict, guardian, case, reason="A cousin.")
        case "a second is asked for":
            house.give(c.DemandSecond, guardian, case, reason="A whole record.")
        case "one has voted":
            house.give(c.DemandSecond, guardian, case, reason="A whole record.")
            house.give(c.Decide, guardian, case, items=refuse, **weighed)
        case "challenged":
            house.give(c.Challenge, "priya.anand", case, grounds="The record is needed.")
        case "sent back":
            house.give(c.SendBack, guardian, case, why="Is the basis right?")
        case "all time was given":
            house.give(c.Extend, "martin.shaw", case, amount=1, reason="Illness.")
        case "declined":
            house.give(c.Decide, guardian, case, items=refuse, **weighed)
        case "learning":
            house.give(c.Challenge, "priya.anand", case, grounds="The record is needed.")
            house.give(c.Decide, deputy, case, items=share, **weighed)


FORMED = ("initial_contact", "face_to_face", "risk_assessment", "decision", "disclosure", "")
"""Stages of an application from the public; none: to its end."""
CASES = [*PLAYED, *DONE_TO, *(f"application at {stage or 'its end'}" for stage in FORMED)]
THOROUGH = {"consent check", "advice", "adjudication", "release", "partly shared", "share now", "review of a share"}
"""Cases on which every stranger is turned away, and what is refused is sent empty as well: a form that came back with
its faults would show somebody a page that is closed to her."""


MINDING = {CommandType.CHASE, CommandType.REASSIGN, CommandType.EXTEND, CommandType.DECLARE_CONFLICT}
TRIED_BY_ALL = {CommandType.CHASE, CommandType.ADVISE, CommandType.WITHDRAW}
"""Acts that every stranger tries at the API on the thorough cases."""
MINDED = THOROUGH | {"question", "assigned", "all time was given", "somebody stood aside", "shared"}
"""Cases on which what managers and colleagues do at any stage is tried; on the others it would be the same again."""


@pytest.fixture(scope="module")
def world(database_url: str, settings: Settings, cheap: Cost) -> Iterator[World]:
    """The house with every case, laid out once; nothing of it stays in the database."""
    empty_tables(database_url)
    with Undoing(database_url) as undoing:
        house = House.found(undoing.engine)
        app = create_app(replace(settings, api_per_minute=1_000_000), engine=undoing.engine, cost=cheap)
        app.testing = True
        made = World(undoing, house, app)
        for name, (scenario, upto) in {**PLAYED, **DONE_TO}.items():
            made.cases[name] = made.play(scenario, upto=upto)
            do_more(house, name, made.cases[name])
        publish(undoing.engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
        for stage in FORMED:
            made.cases[f"application at {stage or 'its end'}"] = apply(house, upto=stage)
        yield made


def apply(house: House, *, upto: str) -> str:
    """An application to the disclosure scheme, played to a stage."""
    place, sent = house.organisation("westmoor").id, datetime.now(UTC) - timedelta(days=1)
    forms = Applications(house.engine, house.casework.library)
    case_id = forms.apply("csods", place, APPLICATION, command_id=house.new_id(), now=sent).done.case_id
    for number, (stage, answers) in enumerate(FORMS.items(), 1):
        if stage == upto:
            break
        who = "piers.holt" if stage == "decision" else "mona.clarke"
        now = {
            name: (sent.strftime("%Y-%m-%dT%H:%M"),) if name == "held_at" else each for name, each in answers.items()
        }
        house.give(c.Complete, who, case_id, answers=now, at=sent + timedelta(minutes=10 * number))
    return case_id


def trials(world: World, case: Case, definition: Definition) -> dict[CommandType, list[Attempt]]:
    """Every act on a case, given to somebody who could take it where it is given to somebody."""
    to = colleague(case, world.house, definition)
    found: dict[CommandType, list[Attempt]] = defaultdict(list)
    for each in attempts(case, world.house):
        given = replace(each, fields={**each.fields, "to_person": to}) if each.command is CommandType.REASSIGN else each
        found[each.command].append(given)
    return found


@pytest.mark.parametrize("name", CASES)
def test_what_is_offered_is_what_is_done_and_what_the_function_says(world: World, name: str) -> None:
    """An act that the stage does not have for anybody is tried only by who may do the most, on the thorough cases."""
    case = world.house.case(world.cases[name])
    definition = world.definition(case)
    people = list(world.house.cast.people.values())
    answers = {person: permitted(case, person, definition) for person in people}
    known = [person for person in people if {each.code for each in answers[person].values() if each} != {NOT_FOUND}]
    here = {each for person in known for each, why in answers[person].items() if not why or why.code != WRONG_STAGE}
    busiest = max(known, key=lambda person: sum(why is None for why in answers[person].values()))
    acts = trials(world, case, definition)
    assert set(acts) == set(COMMANDS), "an act that nobody tries"
    strangers = [person for person in people if person not in known]
    strangers = strangers if name in THOROUGH else strangers[CASES.index(name) % 9 :: 9]
    wrong = [f"{each.name} is led to it" for each in strangers if world.sit(each).offered(case) is not None]
    for person in known:
        may = {command for command in COMMANDS if answers[person][command] is None}
        visitor = world.sit(person)
        offered = visitor.offered(case) or frozenset()
        wrong += [f"{person.name} is offered, but may not: {each}" for each in sorted(offered - may)]
        wrong += [f"{person.name} may, but is not offered: {each}" for each in sorted(may - offered)]
        thorough = person is busiest and name in THOROUGH
        for command in acts if thorough else sorted(here - (frozenset() if name in MINDED else MINDING)):
            if command in acts:
                said = tried(world, visitor, case, acts[command], may=command in may, empty=name in THOROUGH)
                wrong += [f"{person.name}, {command}: {each}" for each in said]
    assert not wrong, "\n".join([name, *wrong])


def tried(
    world: World, visitor: Visitor, case: Case, trials: list[Attempt], *, may: bool, empty: bool
) -> Iterator[str]:
    """What is wrong with how the act was answered."""
    results = [visitor.tries(world.undoing, case, each, world.house) for each in trials]
    if any(each.done for each in results) is not may:
        said = " ".join(re.sub(r"<[^>]*>", " ", results[0].html.partition("<main")[2]).split())[:300]
        yield f"{'refused' if may else 'done'}, status {results[0].status}. {said}"
    if not may and any(each.status == 422 for each in results):
        yield "the form came back to somebody who may not do it"
    asks_first = trials[0].command is CommandType.REASSIGN
    if empty and not may and not asks_first and visitor.form_comes(case, trials[0], world.house):
        yield "sent empty, the form came back to somebody who may not do it"


@pytest.mark.feature("C28")
@pytest.mark.parametrize("name", CASES)
def test_what_the_api_lists_is_what_it_does_and_what_the_function_says(world: World, name: str) -> None:
    """The same people, the same cases, the same acts: without a page. Who may do the most tries every act there is."""
    case = world.house.case(world.cases[name])
    definition = world.definition(case)
    wrong = []
    people = list(world.house.cast.people.values())
    callers = {person: world.call(person, case) for person in people}
    trying = set(people[CASES.index(name) % 3 :: 3])  # of strangers a third, on each case another
    all_of_them = {person: permitted(case, narrowed(person, callers[person], world), definition) for person in people}
    busiest = max(people, key=lambda person: sum(all_of_them[person][each] is None for each in COMMANDS))
    for person in people:
        caller, hers = callers[person], all_of_them[person]
        may = frozenset(command for command in COMMANDS if hers[command] is None)
        offered = listed(caller, case)
        known = {each.code for each in hers.values() if each} != {NOT_FOUND}
        wrong += [] if (offered is not None) is known else [f"{person.name}: {'told' if offered else 'not told'} of it"]
        wrong += [f"{person.name} is listed, but may not: {each}" for each in sorted((offered or frozenset()) - may)]
        wrong += [f"{person.name} may, but is not listed: {each}" for each in sorted(may - (offered or frozenset()))]
        if not known and (name not in THOROUGH or person not in trying):
            continue
        by_command: dict[CommandType, list[Tried]] = defaultdict(list)
        here = {each for each, why in hers.items() if not why or why.code != WRONG_STAGE} if known else TRIED_BY_ALL
        here -= frozenset() if name in MINDED else MINDING
        for command, body in bodies(case, world.house, to=colleague(case, world.house, definition)):
            if command in here or (name in THOROUGH and person is busiest):
                by_command[command].append(posts(caller, world.undoing, case, command, body, world.house))
        for command, results in by_command.items():
            if any(each.done for each in results) is not (command in may):
                wrong.append(f"{person.name}, {command}: {results[0].status} {results[0].html[:300]}")
            if not known and {each.status for each in results} != {404}:
                wrong.append(f"{person.name}, {command}: a stranger is told {results[0].status}")
    assert not wrong, "\n".join([name, *wrong])


def narrowed(person: Principal, caller: Caller, world: World) -> Principal:
    """The person as she is in the organisation of her token."""
    key = next(key for key, each in world.callers.items() if each is caller)
    return person.within(key.removeprefix(person.email))


def test_every_act_has_a_page_that_leads_to_it() -> None:
    assert set().union(*LEADS_TO.values()) == set(COMMANDS)


def test_whoever_may_not_know_of_a_case_gets_one_answer_to_every_act(world: World) -> None:
    case = world.house.case(world.cases["adjudication"])
    stranger = world.sit(world.house.person("amy.castell"))
    for attempts_at in trials(world, case, world.definition(case)).values():
        for each in attempts_at:
            found = stranger.tries(world.undoing, case, each, world.house)
            assert (found.done, found.status) == (False, 404), each.command


@pytest.mark.parametrize("who", ["martin.shaw", "joan.pike", "sue.tranter", "paul.sefton"])
def test_what_a_manager_does_to_many_at_once_is_done_to_those_of_which_the_function_says_so(
    world: World, who: str
) -> None:
    person = world.house.person(who)
    visitor = world.sit(person)
    place = next(iter(person.organisations_as(Role.MANAGER)))
    cases = [world.house.case(each) for each in world.cases.values()]
    mine = [each for each in cases if place in (each.holder_org, each.requester_org) and not each.closed]
    for command in (CommandType.CHASE, CommandType.REASSIGN, CommandType.EXTEND):
        for case in mine:
            definition = world.definition(case)
            may = permitted(case, person, definition)[command] is None
            extra = {"reason": "Illness.", "amount": "1", "to_person": colleague(case, world.house, definition)}
            path = f"/board/{command.value}"
            each = Attempt(command, path, {"org": place, "case": case.id, **extra})
            found = visitor.tries(world.undoing, case, each, world.house)
            assert found.status == 200
            assert found.done is may, f"{command} on {case.reference} at {case.stage}"
    for side in ("held", "asked"):
        page = visitor.http.get(f"/board?side={side}").get_data(as_text=True)
        for case in mine:
            if f'value="{case.id}"' in page:
                answers = permitted(case, person, world.definition(case))
                assert answers[CommandType.CHASE] is None, "a row that can be ticked, for which nothing is open"
