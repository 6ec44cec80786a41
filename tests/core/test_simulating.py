"""The replay of a request under another version: where the ways part, who could act, when it is due, in time or late.

The other versions are made of the standard one in memory: reading a file takes longer than a hundred replays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.play import (
    CONSENT,
    CSODS,
    EMERGENCY,
    GUARDIAN,
    HOLDER,
    IG,
    MANAGER,
    ON_CALL,
    PARTS,
    REQUESTER,
    STANDARD,
    Play,
    spoken,
    valid_for_all,
)
from workflows.core import commands as c
from workflows.core import events as e
from workflows.core.adopting import VersionAdopted
from workflows.core.calendars import Length, Unit
from workflows.core.case import Case, apply
from workflows.core.definition import (
    ClockFrom,
    CommandRule,
    CommandType,
    Definition,
    ExtensionRule,
    Need,
    Reason,
    Role,
    Route,
    RungAction,
    Urgency,
)
from workflows.core.guards import compile_guard
from workflows.core.request import (
    ANSWERS_FOR,
    Consent,
    ConsentAndOpenness,
    ConsentState,
    Items,
    LegalBasis,
    Recipients,
    Request,
    Task,
)
from workflows.core.simulated import Difference, Ground, Kind, Partial, Replayed
from workflows.core.simulating import COMMAND_OF, replay
from workflows.core.simulating_time import Visits
from workflows.core.timeliness import Result, stamped
from workflows.definitions.calendars import seed_calendars

pytestmark = pytest.mark.feature("C7")
CALENDAR = seed_calendars()["england-and-wales"]
LATER = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)


@dataclass
class Told(Play):
    """A play that keeps what each command did apart, each move with the clocks that it ended, as the door does."""

    commands: list[list[e.Event]] = field(default_factory=list)

    def do(self, kind: type[c.Command], *rest: Any, **fields: Any) -> list[e.Event]:
        """Give the command and note its events."""
        before = self.case
        happened = super().do(kind, *rest, **fields)
        calendar = seed_calendars()[before.calendar if before else "england-and-wales"]
        self.commands.append(stamped(before, happened, self.definition, calendar))
        return happened


def at(stage: str, definition: Definition = STANDARD, **parts: Any) -> Definition:
    """The standard workflow with parts of one stage replaced."""
    changed = replace(definition.stage(stage), **parts)
    return replace(definition, stages={**definition.stages, stage: changed})


def clocked(length: Length | None, *, extension: Length | None = None) -> Definition:
    """With another time limit for urgent requests at adjudication, or none."""
    stage = STANDARD.stage("adjudication")
    clocks = {each: rule for each, rule in stage.clocks.items() if each is not Urgency.PRIORITY}
    if length is not None:
        more = ExtensionRule(extension, (Role.MANAGER,)) if extension else None
        clocks[Urgency.PRIORITY] = replace(stage.clocks[Urgency.PRIORITY], length=length, extension=more)
    return at("adjudication", clocks=clocks)


def ruled(stage: str, command: CommandType, rule: CommandRule | None, definition: Definition = STANDARD) -> Definition:
    """With another rule for one command at one stage, or none."""
    commands = {each: known for each, known in definition.stage(stage).commands.items() if each is not command}
    return at(stage, definition, commands={**commands, command: rule} if rule else commands)


def leading(*routes: tuple[str, str]) -> CommandRule:
    """A rule with routes: where to, and the guard; none where it is empty."""
    return CommandRule(tuple(Route(to, compile_guard(when) if when else None) for to, when in routes))


def spelled(definition: Definition) -> Definition:
    """The same with every condition in other words, so that each is asked of the recorded facts."""

    def rule(known: CommandRule) -> CommandRule:
        routes = tuple(replace(r, when=r.when and compile_guard(f"({r.when.text}) && true")) for r in known.routes)
        needs = tuple(replace(n, needs=compile_guard(f"({n.needs.text}) && true")) for n in known.needs)
        options = {k: replace(n, needs=compile_guard(f"({n.needs.text}) && true")) for k, n in known.options.items()}
        return replace(known, routes=routes, needs=needs, options=options)

    return replace(
        definition,
        stages={
            name: replace(stage, commands={command: rule(known) for command, known in stage.commands.items()})
            for name, stage in definition.stages.items()
        },
    )


IN_OTHER_WORDS = spelled(STANDARD)
SHORTER = clocked(Length(4, Unit.HOURS))


def simulated(play: Told, candidate: Definition, *, now: datetime = LATER, **more: Any) -> Replayed:
    """The play under another version."""
    own = {play.definition.ref: play.definition}
    known = {"rules_of": own.__getitem__, "days_of": seed_calendars().__getitem__, **more}
    found = replay(play.commands, Ground(candidate=candidate, now=now, **known))
    assert found is not None
    return found


def only(found: Replayed, kind: Kind) -> Difference:
    """The one difference that there is, and it is of this kind."""
    (difference,) = found.differences
    assert difference.kind is kind
    return difference


WAYS: dict[str, Callable[[Told], object]] = {
    "released": lambda play: play.to("partly_shared"),
    "asked and answered": lambda play: (
        play.to("ig_advice"),
        play.do(c.Ask, IG, question="Which months?"),
        play.do(c.Answer, REQUESTER, answer="October."),
        play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS),
    ),
    "withdrawn while it was asked": lambda play: (
        play.to("ig_advice"),
        play.do(c.Ask, IG, question="Which months?"),
        play.do(c.Withdraw, REQUESTER, reason="Not needed."),
    ),
    "given back": lambda play: (
        play.to("ig_advice"),
        play.do(c.Ask, IG, question="Which months?"),
        play.do(c.GiveBack, rung="give_back", clock=3),
        play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS),
    ),
    "extended": lambda play: (
        play.to("adjudication"),
        play.do(c.Extend, MANAGER, amount=1, reason="Illness."),
        play.decide("refuse", "refuse"),
    ),
    "reopened and sent back": lambda play: (
        play.to("partly_shared"),
        play.do(c.Reopen, REQUESTER, new_information="He moved.", items=play.now.request.items),
        play.do(c.SendBack, GUARDIAN, why="Is the basis still right?"),
    ),
    "challenged": lambda play: (
        play.to("partly_shared"),
        play.do(c.Challenge, REQUESTER, grounds="The record is needed."),
    ),
    "redirected": lambda play: (
        play.to("ig_advice"),
        play.do(c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, why="Not ours.", redirect="The front desk."),
    ),
    "still a draft": lambda play: play.to("draft"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("candidate", [STANDARD, IN_OTHER_WORDS], ids=["itself", "in other words"])
def test_under_its_own_version_a_request_goes_as_it_went(way: str, candidate: Definition) -> None:
    play = Told()
    WAYS[way](play)
    found = simulated(play, candidate)
    assert found.differences == ()
    assert found.partial == frozenset()
    assert found.before is found.after
    assert found.open is not play.now.closed
    assert play.now.stage in found.reached


def test_an_emergency_goes_as_it_went() -> None:
    play = Told(EMERGENCY)
    play.to_share()
    play.do(c.ShareNow, ON_CALL, share=spoken())
    play.do(c.ReviewShare, GUARDIAN, finding=c.ReviewFinding.PROPORTIONATE)
    for candidate in (EMERGENCY, spelled(EMERGENCY)):
        found = simulated(play, candidate)
        assert (found.differences, found.before) == ((), Result.IN_TIME)
    sent_at_once = Told(EMERGENCY)
    sent_at_once.commands = [[event for events in play.commands for event in events]]
    assert (
        replay(sent_at_once.commands, Ground(EMERGENCY, lambda ref: EMERGENCY, lambda name: CALENDAR, LATER))
        is not None
    )


@pytest.mark.parametrize("upto", ["initial_contact", "face_to_face", "decision", "nowhere"])
@pytest.mark.parametrize("candidate", [CSODS, spelled(CSODS)], ids=["itself", "in other words"])
def test_an_application_from_the_public_goes_as_it_went(upto: str, candidate: Definition) -> None:
    play = Told(CSODS)
    play.applied().completed(upto)
    found = simulated(play, candidate)
    assert (found.differences, found.partial) == ((), frozenset())


def test_a_time_that_counts_from_the_application_is_tried_from_there_and_so_is_a_variant() -> None:
    play = Told(CSODS)
    play.applied().completed("initial_contact")
    play.at += timedelta(days=3)
    play.completed("decision")
    name = play.now.stage
    clocks = {urgency: replace(rule, since=ClockFrom.STAGE) for urgency, rule in CSODS.stage(name).clocks.items()}
    assert only(simulated(play, at(name, CSODS, clocks=clocks), now=play.at), Kind.DUE).weight == 3 * 24 * 3600
    variant = next(iter(CSODS.variants))
    varied = CSODS.as_variant(variant)
    other = Told(varied)
    other.applied().completed("decision")
    known = {"rules_of": lambda ref: varied, "variants": {variant: varied}}
    assert simulated(other, CSODS, **known).differences == ()
    assert simulated(other, CSODS, rules_of=lambda ref: varied).of_kind(Kind.DUE) is not None


def test_the_stays_are_those_of_the_clocks() -> None:
    for way in ("asked and answered", "withdrawn while it was asked", "given back", "reopened and sent back"):
        play = Told()
        WAYS[way](play)
        case: Case | None = None
        visits = Visits()
        for event in (event for events in play.commands for event in events):
            before, case = case, apply(case, event)
            if event.move is not None:
                visits.moved(event, before, case, compared=True, stage=event.move.stage)
        assert case is not None
        stays = {(v.stage, v.started_at, v.ended_at, tuple(v.pauses)) for v in visits.every if v.recorded}
        clocks = (*case.past_clocks, *([case.clock] if case.clock else []))
        assert stays == {(k.stage, k.started_at, k.stopped_at, k.pauses) for k in clocks}


# --- Time


def test_a_shorter_clock_makes_a_due_date_and_a_result_another() -> None:
    play = Told().to("adjudication")
    play.at += timedelta(hours=4)
    play.decide("refuse", "refuse")
    found = simulated(play, SHORTER)
    result, due = found.differences
    assert (result.kind, result.stage, result.before, result.after) == (Kind.RESULT, "Adjudication", "in_time", "late")
    assert result.weight == 3600
    came = next(event.at for event in play.events if isinstance(event, e.Advised))
    assert (due.kind, due.due_after) == (Kind.DUE, came + timedelta(hours=4))
    assert due.due_before == datetime(2026, 11, 3, 17, tzinfo=UTC)
    assert (found.before, found.after) == (Result.IN_TIME, Result.LATE)


def test_what_was_quick_enough_changes_its_due_date_only() -> None:
    play = Told().to("adjudication")
    play.decide("refuse", "refuse")
    assert only(simulated(play, SHORTER), Kind.DUE).more == 0


def test_a_longer_clock_makes_in_time_what_was_late() -> None:
    play = Told().to("adjudication")
    play.at += timedelta(days=2)
    play.decide("refuse", "refuse")
    longer = clocked(Length(4, Unit.WORKING_DAYS))
    result, due = simulated(play, longer).differences
    assert (result.before, result.after) == ("late", "in_time")
    assert due.weight == 3 * 24 * 3600


def test_an_open_request_is_late_or_not_by_now_and_a_paused_one_where_its_pause_began() -> None:
    play = Told().to("adjudication")
    now = play.at + timedelta(hours=5)
    found = simulated(play, SHORTER, now=now)
    assert (found.open, found.before, found.after) == (True, Result.IN_TIME, Result.LATE)
    play.at += timedelta(hours=1)
    play.do(c.Ask, GUARDIAN, question="Which months?", harm_of_waiting="A child is harmed.")
    found = simulated(play, SHORTER, now=play.at + timedelta(days=1))
    assert found.before is found.after is Result.IN_TIME
    assert only(found, Kind.DUE).stage == "Adjudication"


def test_more_time_that_the_version_would_not_give_is_left_out_and_said() -> None:
    play = Told().to("adjudication")
    play.do(c.Extend, MANAGER, amount=1, reason="Illness.")
    play.at += timedelta(days=1)
    play.decide("refuse", "refuse")
    none = clocked(Length(1, Unit.WORKING_DAYS))
    result, due = simulated(play, none).differences
    assert (result.before, result.after) == ("in_time", "late")
    assert due.note == "More time was given that this version would not give."
    other_unit = clocked(Length(30, Unit.HOURS), extension=Length(9, Unit.HOURS))
    assert simulated(play, other_unit).of_kind(Kind.DUE) is not None
    more = clocked(Length(1, Unit.WORKING_DAYS), extension=Length(2, Unit.WORKING_DAYS))
    assert simulated(play, more).differences == ()


def test_a_stage_without_a_time_limit_has_no_due_date() -> None:
    play = Told().to("adjudication")
    play.decide("refuse", "refuse")
    none = clocked(None)
    due = only(simulated(play, none), Kind.DUE)
    assert (due.due_before is None, due.due_after, due.weight) == (False, None, 0)
    back = Told(none)
    back.to("adjudication")
    back.decide("refuse", "refuse")
    due = only(simulated(back, STANDARD), Kind.DUE)
    assert (due.due_before, due.due_after is None) == (None, False)


def test_an_event_from_before_ends_were_written_down_is_measured_by_its_own_clock() -> None:
    play = Told().to("adjudication")
    play.do(c.Extend, MANAGER, amount=1, reason="Illness.")
    play.decide("refuse", "refuse")
    bare = [
        [replace(each, move=replace(each.move, ended=())) if each.move else each for each in events]
        for events in play.commands
    ]
    play.commands = bare
    assert simulated(play, STANDARD).differences == ()


def test_that_who_asked_was_late_is_no_lateness_of_the_request() -> None:
    play = Told().to("ig_advice")
    play.do(c.Ask, IG, question="Which months?")
    play.at += timedelta(days=9)
    play.do(c.Answer, REQUESTER, answer="October.")
    found = simulated(play, STANDARD, now=play.at)
    assert found.before is found.after is Result.IN_TIME


def test_a_withdrawn_request_is_not_counted_unless_it_was_late() -> None:
    play = Told().to("adjudication")
    play.at += timedelta(hours=4)
    play.do(c.Withdraw, REQUESTER, reason="Not needed.")
    found = simulated(play, SHORTER)
    assert (found.before, found.after) == (Result.NOT_COUNTED, Result.LATE)
    assert simulated(play, STANDARD).after is Result.NOT_COUNTED


def test_a_version_that_counts_by_another_calendar_moves_what_lies_over_its_holidays() -> None:
    play = Told()
    play.at = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    play.to("adjudication")
    found = simulated(play, STANDARD, now=play.at, calendar_of=lambda case: "scotland")
    due = only(found, Kind.DUE)
    # The 30th of November is a bank holiday in Scotland.
    assert (due.stage, due.weight) == ("Consent check", 24 * 3600)


def test_days_counted_again_count_for_what_still_runs() -> None:
    play = Told()
    play.at = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    play.to("consent_check")
    play.do(c.RecountClock, rung="england-and-wales@2", clock=0)
    days = {"england-and-wales": CALENDAR, "england-and-wales@2": replace(CALENDAR, id="england-and-wales@2")}
    play.commands[-1] = [
        replace(each, calendar="england-and-wales@2") if isinstance(each, e.ClockRecounted) else each
        for each in play.commands[-1]
    ]
    assert simulated(play, STANDARD, days_of=days.__getitem__, now=play.at).differences == ()


def test_a_date_beyond_the_days_that_are_known_is_said_to_be_unknown() -> None:
    play = Told().to("adjudication")
    short = replace(CALENDAR, horizon=play.at.date())
    found = simulated(play, SHORTER, days_of=lambda name: short, now=play.at)
    assert found.partial == {Partial.CALENDAR}
    assert found.after is None
    assert found.of_kind(Kind.RESULT) is None


# --- Routes


def test_another_route_is_said_and_nothing_after_it_is_compared() -> None:
    shorter = clocked(Length(1, Unit.HOURS))
    other = ruled("consent_check", CommandType.RECORD_CONSENT, leading(("adjudication", "")), shorter)
    play = Told().to("partly_shared")
    found = simulated(play, other)
    route = only(found, Kind.ROUTE)
    assert (route.stage, route.before, route.after) == (
        "Consent check",
        "Information governance advice",
        "Adjudication",
    )
    assert (found.before, found.after) == (Result.IN_TIME, None)
    assert found.reached == ("draft", "consent_check", "adjudication")


def test_a_route_is_chosen_by_the_facts_as_they_were() -> None:
    not_a_bar = "check.finding == 'not_a_bar' && command.finding == 'not_a_bar'"
    ways = leading(("adjudication", not_a_bar), ("ig_advice", ""))
    guarded = ruled("consent_check", CommandType.RECORD_CONSENT, ways)
    assert only(simulated(Told().to("ig_advice"), guarded), Kind.ROUTE).after == "Adjudication"
    play = Told().to("consent_check")
    play.do(c.RecordConsent, CONSENT, finding=c.ConsentFinding.NOT_SOUGHT, covers_all=False, note="Seen.")
    assert simulated(play, guarded).differences == ()


def test_late_before_the_ways_part_is_late_whatever_comes_after() -> None:
    play = Told().to("adjudication")
    play.at += timedelta(days=3)
    play.decide("share", "refuse")
    other = ruled("adjudication", CommandType.DECIDE, leading(("declined", "")))
    found = simulated(play, other)
    assert only(found, Kind.ROUTE).after == "Declined"
    assert (found.before, found.after) == (Result.LATE, Result.LATE)


def test_a_question_that_the_version_does_not_allow_is_a_dead_end() -> None:
    play = Told().to("ig_advice")
    play.do(c.Ask, IG, question="Which months?")
    play.do(c.Answer, REQUESTER, answer="October.")
    none = ruled("ig_advice", CommandType.ASK, None)
    found = simulated(play, none)
    end = only(found, Kind.DEAD_END)
    assert (end.stage, end.after) == ("Information governance advice", "“Ask” is not allowed there")
    assert found.after is None


def test_an_answer_that_leads_elsewhere_ends_the_comparison_of_the_stage_that_waited() -> None:
    play = Told().to("ig_advice")
    play.do(c.Ask, IG, question="Which months?")
    play.do(c.Answer, REQUESTER, answer="October.")
    other = ruled("information_needed", CommandType.ANSWER, leading(("consent_check", "")))
    found = simulated(play, other)
    assert only(found, Kind.ROUTE).after == "Consent check"


def test_no_route_for_such_a_request_is_a_dead_end() -> None:
    none = ruled("consent_check", CommandType.RECORD_CONSENT, leading(("ig_advice", "check.finding == 'valid'")))
    end = only(simulated(Told().to("ig_advice"), none), Kind.DEAD_END)
    assert end.after == "None of its routes is for such a request"


def test_a_stage_that_the_version_does_not_have_is_a_dead_end() -> None:
    gone = replace(STANDARD, stages={k: v for k, v in STANDARD.stages.items() if k != "ig_advice"})
    end = only(simulated(Told().to("adjudication"), gone), Kind.DEAD_END)
    assert (end.before, end.after) == ("Information governance advice", "The version has no stage “ig_advice”")
    first = replace(STANDARD, first="consent_check")
    assert only(simulated(Told().to("draft"), first), Kind.ROUTE).after == "Consent check"


def test_a_step_that_would_ask_for_more_first_is_said() -> None:
    two = Need("two", "Name two recipients.", compile_guard("size(recipients) > 1"))
    rule = STANDARD.stage("draft").commands[CommandType.SUBMIT]
    stricter = ruled("draft", CommandType.SUBMIT, replace(rule, needs=(*rule.needs, two)))
    found = simulated(Told().to("adjudication"), stricter)
    refused = only(found, Kind.REFUSED)
    assert (refused.stage, refused.after) == ("Draft", "Name two recipients.")
    assert found.reached == ("draft",)


def test_an_item_that_the_version_holds_sensitive_is_so_for_its_conditions() -> None:
    sensitive = leading(("adjudication", "items.exists(i, i.category == 'school' && i.sensitive)"), ("ig_advice", ""))
    own = ruled("consent_check", CommandType.RECORD_CONSENT, sensitive)
    play = Told(own).to("ig_advice")
    assert simulated(play, own).differences == ()
    more = replace(own, sensitive=own.sensitive | {"school"})
    assert only(simulated(play, more), Kind.ROUTE).after == "Adjudication"


def test_a_delegated_release_is_tried_against_the_versions_own_condition() -> None:
    item = replace(PARTS[Task.ITEMS].items[0], category="school")
    recipient = replace(PARTS[Task.RECIPIENTS].recipients[0], items=(item.key,))
    play = Told()
    play.to(
        "consent_check", items=Items((item,)), recipients=Recipients((recipient,)), basis=LegalBasis("6(1)(a)"),
        consent=ConsentAndOpenness(Consent(ConsentState.GIVEN, kinds=("uk_gdpr",))),
    )  # fmt: skip
    found = {"finding": c.ConsentFinding.VALID, "covers_all": True, "people": valid_for_all(play.now)}
    play.do(c.RecordConsent, CONSENT, note="Seen.", **found)
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS, delegated_release=True)
    assert simulated(play, IN_OTHER_WORDS).differences == ()
    rule = STANDARD.stage("ig_advice").commands[CommandType.ADVISE]
    never = Need("never", "It is never delegated.", compile_guard("false"))
    stricter = ruled("ig_advice", CommandType.ADVISE, replace(rule, options={"delegated_release": never}))
    assert only(simulated(play, stricter), Kind.REFUSED).after == "It is never delegated."


def test_a_question_would_never_go_back_where_the_ladder_has_no_such_step() -> None:
    play = Told()
    WAYS["given back"](play)
    stage = STANDARD.stage("information_needed")
    none = at(stage.name, ladder=tuple(each for each in stage.ladder if each.action is not RungAction.GIVE_BACK))
    assert "never goes back" in only(simulated(play, none), Kind.ROUTE).after


# --- People


def test_other_roles_that_could_act_are_said_with_how_many_there_are_today() -> None:
    others = at("adjudication", roles=(Role.ADJUDICATOR,))
    play = Told().to("adjudication")
    play.decide("refuse", "refuse")
    crew = {(HOLDER, Role.CALDICOTT_GUARDIAN): frozenset({GUARDIAN.id}), (HOLDER, Role.ADJUDICATOR): frozenset({"x"})}
    people = only(simulated(play, others, crew=crew), Kind.DECIDER)
    assert people.after == "the Adjudicator"
    assert people.note == "Able there today: 1, not 2. Whoever did it then could not."
    asked = Told().to("adjudication")
    asked.do(c.Withdraw, REQUESTER, reason="Not needed.")
    assert only(simulated(asked, others, crew=crew), Kind.DECIDER).note == "Able there today: 1, not 2."
    twice = Told().to("adjudication")
    twice.do(c.SendBack, GUARDIAN, why="Is the basis right?")
    twice.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    twice.decide("refuse", "refuse")
    assert only(simulated(twice, others), Kind.DECIDER).more == 1


# --- What is not there


def test_what_was_erased_is_not_guessed() -> None:
    play = Told().to("ig_advice")
    play.do(c.Advise, IG, advice=c.AdviceType.SUPPORTS)
    commands = [[_erased(each) for each in events] for events in play.commands]
    ground = Ground(STANDARD, lambda ref: STANDARD, lambda name: CALENDAR, LATER)
    same = replay(commands, ground, erased=True)
    assert same is not None
    assert (same.differences, same.partial) == ((), frozenset()), "where the conditions are the same none is asked"
    found = replay(commands, replace(ground, candidate=IN_OTHER_WORDS), erased=True)
    assert found is not None
    assert found.differences == ()
    assert found.partial == {Partial.ERASED}
    ways = leading(("redirected", "advice.advice == 'out_of_scope'"), ("release", ""))
    elsewhere = ruled("ig_advice", CommandType.ADVISE, ways)
    found = replay(commands, replace(ground, candidate=elsewhere), erased=True)
    assert found is not None
    assert only(found, Kind.ROUTE).after == "Release"


def _erased(event: e.Event) -> e.Event:
    """The event as it is read back once what the requester wrote has been destroyed."""
    if isinstance(event, e.Saved):
        return replace(event, answers=ANSWERS_FOR[event.task]())
    return replace(event, answers=Request()) if isinstance(event, e.Started) else event


def test_how_urgent_it_was_outlives_what_was_written() -> None:
    play = Told().to("adjudication")
    commands = [[_erased(each) for each in events] for events in play.commands]
    found = replay(commands, Ground(SHORTER, lambda ref: STANDARD, lambda name: CALENDAR, play.at), erased=True)
    assert found is not None
    assert found.of_kind(Kind.DUE) is not None


def test_nothing_is_found_of_nothing() -> None:
    ground = Ground(STANDARD, lambda ref: STANDARD, lambda name: CALENDAR, LATER)
    assert replay([], ground) is None
    assert replay([[e.Chased(at=LATER, by="x")]], ground) is None
    assert ground.calendar_of(Play().start().now) == ""


def test_what_was_moved_by_something_else_is_followed() -> None:
    play = Told().to("ig_advice")
    moved = e.Chased(at=play.at, by="x", move=e.Move("adjudication", STANDARD.stage("adjudication").kind))
    play.commands.append([moved])
    found = simulated(play, STANDARD, now=play.at)
    assert found.partial == {Partial.UNKNOWN}
    assert found.of_kind(Kind.ROUTE) is None


def test_every_event_that_leaves_a_stage_is_known_to_the_replay() -> None:
    made: set[str] = set()
    for way in WAYS.values():
        play = Told()
        way(play)
        made |= {type(each).__name__ for each in play.events if each.move is not None}
    made -= {"Started", "Redirected"}
    assert made <= set(COMMAND_OF)
    assert set(COMMAND_OF.values()) <= set(CommandType)


# --- Versions


def test_a_request_that_came_to_another_version_is_asked_by_the_names_of_its_stages_there() -> None:
    play = Told().to("adjudication")
    stages = {("advising" if name == "ig_advice" else name): stage for name, stage in STANDARD.stages.items()}
    stages["advising"] = replace(stages["advising"], name="advising")
    check = stages["consent_check"]
    ways = {**check.commands, CommandType.RECORD_CONSENT: leading(("advising", ""))}
    stages["consent_check"] = replace(check, commands=ways)
    adjudication = stages["adjudication"]
    back = {**adjudication.commands, CommandType.SEND_BACK: leading(("advising", ""))}
    stages["adjudication"] = replace(adjudication, commands=back)
    newer = replace(STANDARD, ref=replace(STANDARD.ref, version=99, digest="other"), stages=stages)
    happened = VersionAdopted(
        at=play.at + timedelta(minutes=5), by="x", before=STANDARD.ref, after=newer.ref,
        stages=(("ig_advice", "advising"),), stage="adjudication", why="Better.",
    )  # fmt: skip
    play.commands.append([happened])
    play.case, play.definition = apply(play.now, happened), newer
    play.do(c.SendBack, GUARDIAN, why="Is the basis right?")
    play.do(c.Ask, IG, question="Which months?")
    play.do(c.Answer, REQUESTER, answer="October.")
    rules = {STANDARD.ref: STANDARD, newer.ref: newer}
    found = simulated(play, newer, rules_of=rules.__getitem__, now=play.at)
    assert (found.differences, found.partial, found.open) == ((), frozenset(), True)
    assert "ig_advice" not in found.reached
    old = simulated(play, STANDARD, rules_of=rules.__getitem__, now=play.at)
    assert old.differences, "the older version does not have the stage by its new name"


# --- Packs


def test_a_reason_that_the_tried_pack_does_not_have_is_said_and_nothing_after_it_is_compared() -> None:
    play = Told().to("adjudication")
    play.decide("share", "refuse")
    play.do(c.Release, IG, contents=(c.ItemContent("risk", "Words."),))
    assert simulated(play, STANDARD, reasons_of=lambda case: STANDARD.reasons).differences == ()
    fewer = tuple(each for each in STANDARD.reasons if each.code != "not_necessary")
    refused = only(simulated(play, STANDARD, reasons_of=lambda case: fewer), Kind.REFUSED)
    assert (refused.stage, refused.after) == ("Adjudication", "The reason “not necessary” is not in these packs")
    other = (Reason("necessary", "Necessary", ("refuse",)), *STANDARD.reasons[1:])
    words = only(simulated(play, STANDARD, reasons_of=lambda case: other), Kind.REFUSED).after
    assert words == "The reason “Necessary” is not for such a decision"
    thin = (replace(STANDARD.reasons[0], stands_alone=False), *STANDARD.reasons[1:])
    words = only(simulated(play, STANDARD, reasons_of=lambda case: thin), Kind.REFUSED).after
    assert "would need the reason behind it" in words
    also = [[_behind(each) for each in events] for events in play.commands]
    play.commands = also
    assert simulated(play, STANDARD, reasons_of=lambda case: thin).differences == ()


def _behind(event: e.Event) -> e.Event:
    """The event with the duty as the reason behind each share."""
    if not isinstance(event, e.Decided):
        return event
    share = c.ItemOutcome.SHARE
    return replace(
        event, items=tuple(replace(each, also="duty") if each.outcome is share else each for each in event.items)
    )  # fmt: skip


def test_reasons_that_the_product_gives_by_itself_are_not_weighed() -> None:
    play = Told(EMERGENCY)
    play.to_share()
    play.do(c.ShareNow, ON_CALL, share=spoken())
    assert simulated(play, EMERGENCY, reasons_of=lambda case: ()).differences == ()
    assert Ground(STANDARD, lambda ref: STANDARD, lambda name: CALENDAR, LATER).reasons_of(play.now) is None


def test_a_decision_at_a_stage_that_the_own_version_lost_is_named_by_its_key() -> None:
    play = Told().to("adjudication")
    play.decide("refuse", "refuse")
    gone = replace(STANDARD, stages={k: v for k, v in STANDARD.stages.items() if k != "adjudication"})
    found = simulated(play, STANDARD, rules_of=lambda ref: gone, reasons_of=lambda case: ())
    assert found.differences[-1].stage == "adjudication"
