"""The product counts itself: nothing may be half there. A new command, notice, task or route shows up here first."""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from celery import Celery
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, UUIDConverter

from launch.up import worker_command
from tests.applying import FORMS, OFFICER
from tests.architecture.sources import ROOT, calls, room
from tests.core.checks import check
from tests.core.play import (
    CONSENT,
    CSODS,
    DEPUTY,
    EMERGENCY,
    GUARDIAN,
    IG,
    MANAGER,
    ON_CALL,
    REQUESTER,
    Play,
    person,
    spoken,
)
from webapp.guards import Guard, guard_of
from workers import letters
from workers.celery_app import QUEUE, make_app
from workers.tasks import IdsOnly
from workflows.core import commands
from workflows.core.commands import RUNG_COMMANDS, Command
from workflows.core.definition import (
    ANYTIME_COMMANDS,
    CLOCK_COMMANDS,
    COLLEAGUE_COMMANDS,
    CONTEXT_COMMANDS,
    DECIDER_COMMANDS,
    DRAFTING_COMMANDS,
    HOUSE_COMMANDS,
    IDENTITY_COMMANDS,
    MANAGER_COMMANDS,
    MASTER,
    STANDING_COMMANDS,
    CommandType,
    StageKind,
)
from workflows.core.events import EVENTS, Event
from workflows.core.followups import FollowUpKind
from workflows.core.matrix import COMMANDS, matrix
from workflows.core.notices import NoticeKind
from workflows.core.request import Consent, ConsentAndOpenness, ConsentState, LegalBasis
from workflows.core.rulebook import RULES
from workflows.core.uses import UseOutcome
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.settings import Settings

BY_PEOPLE = set(CommandType) - CLOCK_COMMANDS - HOUSE_COMMANDS


def command_classes() -> dict[CommandType, type[Command]]:
    """Every concrete command class by its type; two of one type would hide each other, so they fail."""
    found: dict[CommandType, type[Command]] = {}
    for kind in vars(commands).values():
        if inspect.isclass(kind) and issubclass(kind, Command) and "type" in vars(kind):
            assert kind.type not in found, f"two classes are of type {kind.type}"
            found[kind.type] = kind
    return found


# --- Commands


def test_every_command_has_a_class_and_a_rule() -> None:
    assert set(command_classes()) == set(CommandType)
    assert set(RULES) | {CommandType.START} == set(CommandType)
    assert set(RUNG_COMMANDS) == CLOCK_COMMANDS


def test_every_command_has_a_row_in_the_permission_matrix_and_somebody_who_may_give_it() -> None:
    assert set(COMMANDS) == BY_PEOPLE - {CommandType.START}
    cells = [cell for name in builtin_names() for cell in matrix(load(read_builtin(name)))]
    assert {cell.command for cell in cells if not cell.refused} == set(COMMANDS)


def test_every_command_belongs_to_a_stage_a_manager_or_the_clock() -> None:
    of_stages = set().union(*MASTER.values())
    others = {CommandType.START} | MANAGER_COMMANDS | COLLEAGUE_COMMANDS | DECIDER_COMMANDS | IDENTITY_COMMANDS
    others |= DRAFTING_COMMANDS | CONTEXT_COMMANDS | ANYTIME_COMMANDS | CLOCK_COMMANDS
    assert of_stages | others == set(CommandType)
    assert not of_stages & others


@pytest.mark.parametrize("command", sorted(BY_PEOPLE))
def test_every_command_of_people_is_built_by_a_page(command: CommandType) -> None:
    name = command_classes()[command].__name__
    assert any(built(name)), f"no page of webapp builds {name}, itself or through the casework"


def built(name: str) -> Iterator[str]:
    """Where pages build a command: with the class, or by a method of the casework that does."""
    casework = ast.parse((ROOT / "workflows/service/casework.py").read_text(encoding="utf-8"))
    methods = [node for node in ast.walk(casework) if isinstance(node, ast.FunctionDef) and any(calls(node, name))]
    for source in room("webapp"):
        if any(calls(source.tree, name, *(method.name for method in methods))):
            yield source.path


def test_a_command_that_no_page_builds_would_be_noticed() -> None:
    assert not any(built("Remind"))


def test_every_command_of_the_clock_is_given_by_the_sweep() -> None:
    sweeping = (ROOT / "workflows/service/sweeping.py").read_text(encoding="utf-8")
    assert "RUNG_COMMANDS[" in sweeping
    actions = {rung.action.value for stage in load(read_builtin("standard")).stages.values() for rung in stage.ladder}
    assert len(actions) == len(CLOCK_COMMANDS - STANDING_COMMANDS)


def test_every_command_makes_an_event_and_every_event_is_made_by_a_command() -> None:
    made = dict(events_by_command())
    assert set(made) == set(CommandType)
    assert all(made.values()), {command for command, events in made.items() if not events}
    # That nobody could be told is known only when the notices have been written: the door adds it, of any command.
    assert set().union(*made.values()) | {"NobodyTold"} == set(EVENTS)


class Counted(Play):
    """A play that notes which command made which events."""

    made: ClassVar[defaultdict[CommandType, set[str]]] = defaultdict(set)

    def do(self, kind: type[Command], *rest: object, **fields: object) -> list[Event]:
        """Give the command and note its events."""
        events = super().do(kind, *rest, **fields)  # type: ignore[arg-type]
        self.made[kind.type] |= {type(event).__name__ for event in events}
        return events


def events_by_command() -> dict[CommandType, set[str]]:
    """What each command did, over requests that between them need every command."""
    c = commands
    Counted.made.clear()
    whole = Counted().to("ig_advice")
    whole.do(c.Ask, IG, question="Which months?")
    whole.do(c.Answer, REQUESTER, answer="October.")
    whole.do(c.Ask, IG, question="Which school?")
    waiting = whole.now.clock
    assert waiting is not None
    whole.do(c.GiveBack, rung="give_back", clock=waiting.number)
    clock = whole.now.clock
    assert clock is not None
    whole.do(c.Remind, rung="half", clock=clock.number)
    whole.at += timedelta(days=60)
    whole.do(c.MarkOverdue, rung="overdue", clock=clock.number)
    whole.do(c.Escalate, rung="manager", clock=clock.number)
    whole.do(c.RaiseRecheck, rung="caldicott/2030-01", clock=0)
    whole.do(c.RecountClock, rung=f"{whole.now.calendar}@2", clock=0)
    whole.do(c.Chase, MANAGER)
    whole.do(c.RecordCpisCheck, IG, **check(at=whole.at))
    other = replace(whole.definition, ref=replace(whole.definition.ref, version=whole.definition.ref.version + 1))
    whole.do(c.AdoptVersion, actor=c.Actor("admin", "Admin"), to=other.ref, target=other, why="Shorter times.")
    whole.do(c.Extend, MANAGER, amount=1, reason="Illness.")
    whole.do(c.AskIdentity, IG, label="Child P", reason="Two children may be one.")
    whole.do(c.RefuseIdentity, GUARDIAN, number=1, answer="Labels are enough for this.")
    whole.do(c.AskIdentity, IG, label="Child P", reason="They may still be one child.")
    whole.do(c.GrantIdentity, GUARDIAN, number=2)
    whole.do(c.DeclareConflict, person("cousin"), reason="Cousin.")
    whole.do(c.Reassign, MANAGER, to_person=IG.id, to_eligible=True, reason="Leave.")
    whole.do(c.Advise, IG, advice=c.AdviceType.OUT_OF_SCOPE, why="Not ours.", redirect="The council's front desk.")
    assert whole.now.kind is StageKind.CLOSED
    reviewed = Counted().to("adjudication")
    reviewed.decide("share", "refuse", review_by=(reviewed.at + timedelta(days=90)).date())
    reviewed.do(c.Release, IG, contents=(c.ItemContent("risk", "Words."),))
    task = next(each for each in reviewed.now.followups if each.kind is FollowUpKind.REVIEW_USE)
    reviewed.do(c.RemindFollowUp, rung=task.rung, clock=0)
    reviewed.do(c.RemindFollowUp, rung=task.missed_rung, clock=0)
    reviewed.do(c.ReviewUse, GUARDIAN, outcome=UseOutcome.END, why="No longer needed.")
    reviewed.do(c.Reopen, REQUESTER, new_information="He moved.", items=reviewed.now.request.items)
    reviewed.do(c.SendBack, GUARDIAN, why="Is the basis still right?")
    fought = Counted().to("partly_shared")
    fought.do(c.Challenge, REQUESTER, grounds="The record is needed.")
    fought.decide("refuse", "share", who=DEPUTY)
    task = next(each for each in fought.now.followups if each.kind is FollowUpKind.LEARNING)
    fought.do(c.FinishFollowUp, DEPUTY, number=task.number, note="Read the plan first.")
    Counted().start().do(c.ChooseHolders, REQUESTER, others=("third-org",))
    two = Counted().to("adjudication")
    two.do(c.DemandSecond, GUARDIAN, reason="A whole record.")
    two.decide("share", "refuse")
    back = Counted().to("consent_check")
    back.do(c.Ask, CONSENT, question="Was he told?")
    back.do(c.Withdraw, REQUESTER, reason="Not needed any more.")
    given = ConsentAndOpenness(Consent(ConsentState.GIVEN, kinds=("uk_gdpr",)))
    taken = Counted().to("consent_check", consent=given, basis=LegalBasis("6(1)(a)"))
    taken.do(c.WithdrawConsent, REQUESTER, person="Adult A", how="verbal", given_by="data_subject")
    Counted(CSODS).applied().do(c.Complete, OFFICER, answers=FORMS["initial_contact"])
    night = Counted(EMERGENCY).to_share()
    night.do(c.ShareNow, ON_CALL, share=spoken())
    night.do(c.ReviewShare, GUARDIAN, finding=c.ReviewFinding.PROPORTIONATE)
    return dict(Counted.made)


# --- Notices


def test_every_notice_has_a_letter_with_a_subject_and_words_of_its_own() -> None:
    assert set(letters.SUBJECTS) == set(NoticeKind)
    texts = {kind: letters.template(kind).template for kind in NoticeKind}
    assert all("${link}" in text or "$link" in text for text in texts.values())
    assert len(set(texts.values())) == len(NoticeKind)
    files = {path.stem for path in (ROOT / "workers" / "templates").iterdir()}
    assert files == {kind.value for kind in NoticeKind}


# --- Tasks and queues


@pytest.fixture
def celery() -> Celery[IdsOnly]:
    """The Celery application, connected to nothing."""
    environment = {
        "GATEHOUSE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "GATEHOUSE_REDIS_URL": "redis://127.0.0.1:1/0",
        "GATEHOUSE_SECRET_KEY": "0" * 32,
    }
    return make_app(Settings.from_env(environment))


def own_tasks(celery: Celery[IdsOnly]) -> set[str]:
    """The names of our tasks, without those that Celery brings."""
    return {name for name in celery.tasks if not name.startswith("celery.")}


def test_every_task_is_woken_by_beat_and_beat_wakes_only_tasks(celery: Celery[IdsOnly]) -> None:
    woken = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert own_tasks(celery) == woken


def test_every_queue_that_is_written_to_is_consumed(celery: Celery[IdsOnly]) -> None:
    routes = {celery.amqp.router.route({}, name)["queue"].name for name in own_tasks(celery)}
    options = [entry.get("options", {}) for entry in celery.conf.beat_schedule.values()]
    routes |= {option["queue"] for option in options if "queue" in option}
    assert routes == {QUEUE}
    command = worker_command()
    named = command[command.index("-Q") + 1].split(",") if "-Q" in command else [celery.conf.task_default_queue]
    assert routes <= set(named)


def test_tasks_take_ids_and_nothing_else(celery: Celery[IdsOnly]) -> None:
    for name in own_tasks(celery):
        task = celery.tasks[name]
        assert isinstance(task, IdsOnly), name
        for parameter in inspect.signature(task.run).parameters.values():
            assert parameter.name.endswith("_id"), f"{name} takes {parameter.name}"
            assert parameter.annotation in ("str", str, "UUID", UUID), f"{name} takes {parameter}"
    entries = celery.conf.beat_schedule.values()
    assert [entry for entry in entries if entry.get("args") or entry.get("kwargs")] == []


def test_nothing_sends_a_task_past_the_check_of_its_arguments() -> None:
    past = [
        f"{source.path}:{call.lineno}"
        for package in ("workers", "webapp", "workflows")
        for source in room(package)
        for call in calls(source.tree, "send_task", "signature", "countdown", "retry")
        if "celery" in source.text.lower()
    ]
    assert past == []
    late = [
        f"{source.path}:{call.lineno}"
        for source in room("workers")
        for call in calls(source.tree, "apply_async", "delay")
        for option in call.keywords
        if option.arg in ("eta", "countdown")
    ]
    assert late == [], "a deadline is a row, never a message that waits in the queue"


# --- Routes

PUBLIC = {
    "api_reference.page": "what the API can do, for people: the same in every house",
    "api.description": "what the API can do: the same in every house",
    "ask.listing": "the public asks without an account",
    "ask.begin": "the public asks without an account",
    "ask.onward": "the public asks without an account; how often is limited where it is sent",
    "static": "styles, script and typeface of every page",
    "calendar_feed.feed": "asked for by calendar programs, which cannot sign in: its address holds a secret",
    "health.live": "asked by whatever watches the process",
    "workflow_schema.schema": "fetched by editors, which cannot sign in; it is the same in every house",
    "health.ready": "asked by whatever sends requests here",
    "signin.home": "leads to the sign-in page",
    "signin.sign_in": "the way in",
    "signin.enter": "the way in",
    "help.guide": "help is for everybody",
    "help.accessibility": "a public statement",
    "help.privacy": "a public statement",
}
NOT_IDS = {
    ("ask.begin", "workflow"): "the name of a workflow, which holds no person",
    ("api.readDefinition", "workflow"): "the name of a workflow, which holds no person",
    ("api.readPack", "pack"): "the name of a policy pack, which holds no person",
    ("api.readPack", "version"): "the version of a policy pack, which holds no person",
    ("ask.onward", "workflow"): "the name of a workflow, which holds no person",
    ("pretend.page", "workflow"): "the name of a workflow, which holds no person",
    ("permission_page.page", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_drawing.page", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_drawing.file", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_moves.choose", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_moves.page", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_moves.begin", "workflow"): "the name of a workflow, which holds no person",
    ("workflows.page", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_proposals.changes", "workflow"): "the name of a workflow, which holds no person",
    ("workflow_proposals.begin", "workflow"): "the name of a workflow, which holds no person",
    ("simulations.of_version", "workflow"): "the name of a workflow, which holds no person",
    ("simulations.new_of_version", "workflow"): "the name of a workflow, which holds no person",
    ("calendar_feed.feed", "token"): "the secret of one's own calendar: only its hash is stored, and no log has it",
    ("static", "filename"): "names of files that we built",
    ("demo.mail", "name"): "in the demo only: the file's name, which the sink makes of the time and of chance",
}


def test_every_route_is_guarded_and_the_public_ones_are_known(shared_app: Flask) -> None:
    guards = {rule.endpoint: guard_of(shared_app, rule.endpoint) for rule in shared_app.url_map.iter_rules()}
    assert {endpoint for endpoint, guard in guards.items() if guard is Guard.PUBLIC} == set(PUBLIC)


def test_addresses_hold_ids_numbers_and_fixed_words_only(shared_app: Flask) -> None:
    free = {
        (rule.endpoint, name)
        for rule in shared_app.url_map.iter_rules()
        for name, converter in rule._converters.items()
        if not isinstance(converter, UUIDConverter | AnyConverter | IntegerConverter)
    }
    assert free == set(NOT_IDS)


def test_a_page_and_the_form_on_it_have_different_methods_and_no_route_takes_others(shared_app: Flask) -> None:
    for rule in shared_app.url_map.iter_rules():
        assert rule.methods is not None
        assert rule.methods <= {"GET", "HEAD", "OPTIONS", "POST"}, rule
