"""The demo: everything that the data names, cases at different places, and a second seeding that changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import DateTime, bindparam, select, text

from tests.builders import PASSWORD
from workflows.core.clocks import TimeState, time_left
from workflows.core.commands import Command, Rung
from workflows.core.cpis import CpisResult
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES
from workflows.service import demo, demo_cases
from workflows.service.demo_cases import PLACED, Placed, Stage
from workflows.service.execute import Done, execute
from workflows.service.library import Library
from workflows.service.office import Office, SignedIn
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.scenario import Cast
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import tables
from workflows.store.cases import read

pytestmark = pytest.mark.feature("C28")


def counted(engine: Engine) -> dict[str, int]:
    """The number of rows of each table."""
    with reading(engine) as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in tables.metadata.tables
        }


def test_seeding_lays_out_people_and_cases_and_doing_it_again_changes_nothing(engine: Engine, office: Office) -> None:
    done = demo.seed(engine, office, password=PASSWORD)
    assert (done.organisations, done.people, done.cases) == (9, len(demo.people()), len(PLACED))
    check_places(engine, office)
    before = counted(engine)
    again = demo.seed(engine, office, password=PASSWORD)
    assert (again.organisations, again.people, again.cases) == (0, 0, 0)
    assert counted(engine) == before
    assert isinstance(verify(engine), Whole)
    assert list(check_folds(engine, Library())) == []


def test_a_worker_that_sweeps_while_the_demo_is_laid_out_spoils_nothing(
    engine: Engine, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`up` starts the worker early: what has fallen due in a case of the past may be carried out by either."""

    def raced(engine: Engine, library: Library, command: Command) -> Done:
        if isinstance(command, Rung):
            sweep(engine, library)
        return execute(engine, library, command)

    monkeypatch.setattr(demo_cases, "execute", raced)
    done = demo.seed(engine, office, password=PASSWORD)
    assert done.cases == len(PLACED)
    check_places(engine, office)


def check_places(engine: Engine, office: Office) -> None:
    """The cases stand at different stages, and the one that is overdue has been passed up."""
    with reading(engine) as connection:
        rows = connection.execute(select(tables.cases.c.id, tables.cases.c.stage, tables.cases.c.overdue)).all()
        case = read(connection, next(row.id for row in rows if row.overdue))
        checks = {row.stage: found.cpis for row in rows if (found := read(connection, row.id)) and found.cpis}
    assert {stage: [each.result for each in known] for stage, known in checks.items()} == {
        "adjudication": [CpisResult.NO_PLAN_RECORDED], "partly_shared": [CpisResult.PLAN],
    }  # fmt: skip
    assert checks["adjudication"][0].at - checks["adjudication"][0].checked_at > timedelta(days=14)
    assert {row.stage for row in rows} == {
        "draft", "consent_check", "ig_advice", "information_needed", "adjudication", "release",
        "shared", "partly_shared", "withdrawn", "retrospective_review",
    }  # fmt: skip
    assert sum(row.overdue for row in rows) == 1
    assert case is not None
    assert case.clock is not None
    assert {"half", "overdue", "deputy"} <= set(case.clock.fired)


MOMENTS = {
    "a Sunday night": "2026-11-22T23:50:00+00:00",
    "the first working day of a year": "2027-01-04T10:00:00+00:00",
    "a summer years later": "2029-07-11T15:00:00+00:00",
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=list(MOMENTS))
def test_whenever_it_is_seeded_the_clocks_are_worth_a_look(engine: Engine, office: Office, moment: str) -> None:
    set_clock(engine, datetime.fromisoformat(moment))
    demo.seed(engine, office, password=PASSWORD)
    now, library = office.now(), Library()
    with reading(engine) as connection:
        ids = connection.execute(text("SELECT id::text FROM cases WHERE closed_at IS NULL")).scalars().all()
        found = [read(connection, case_id) for case_id in ids]
        latest = connection.execute(text("SELECT max(at) FROM events WHERE type <> 'WorkflowPublished'")).scalar_one()
    clocks = [case.clock for case in found if case and case.clock]
    states = Counter(time_left(clock, library.calendar(clock.calendar), now=now).state for clock in clocks)
    assert states[TimeState.ON_TIME] >= 2
    assert states[TimeState.DUE_SOON] >= 1
    assert states[TimeState.OVERDUE] == 1
    assert latest <= now


def set_clock(engine: Engine, moment: datetime) -> None:
    """Let the product believe that it is ``moment``."""
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE product_clock SET ahead = :moment - clock_timestamp()").bindparams(
                bindparam("moment", moment, type_=DateTime(timezone=True))
            )
        )


def cast_of(office: Office) -> Cast:
    everybody = {person.email: office.find(person.email) for person in demo.people()}
    return Cast(
        {email: found for email, found in everybody.items() if found}, {o.key: o for o in office.organisations()}
    )


def test_a_later_seeding_mends_and_spoils_nothing(engine: Engine, office: Office) -> None:
    """It gives everybody the new password, keeps roles given since, and goes on where it was interrupted."""
    demo.seed(engine, office, password=PASSWORD)
    rosa = office.find("rosa.lind@harrowmere.example")
    assert rosa is not None
    office.add_person(name=rosa.name, email=rosa.email, password="", memberships=[])
    stage, partly = Stage(engine, Library(), cast_of(office), office.now()), Placed("S7", "adjudication", copy=9)
    whole = replace(partly, upto="release")
    assert stage.put(partly)
    assert stage.put(whole)
    assert not stage.put(whole)
    demo.seed(engine, office, password="another password for the demo")
    again = office.find(rosa.email)
    assert again is not None
    assert again.memberships == frozenset()
    case_id = stage._beats(whole)[0].command.case_id
    with reading(engine) as connection:
        case = read(connection, case_id)
    assert case is not None
    assert case.stage == "release"
    signed = office.sign_in("priya.anand@marlbridge.example", "another password for the demo", address="192.0.2.1")
    assert isinstance(signed, SignedIn)
    assert not isinstance(office.sign_in("samir.haddad@harrowmere.example", PASSWORD, address="192.0.2.1"), SignedIn)


def test_each_role_of_the_standard_workflow_has_somebody_in_the_table() -> None:
    lines = demo.people_lines()
    titles = {line["role"] for line in lines}
    # A disclosure scheme may divide its work further than the two people do who carry it in the demo.
    divided = {Role.ENQUIRY_OFFICER, Role.DISCLOSER, Role.SCHEME_SUPERVISOR}
    assert {ROLE_TITLES[role] for role in set(Role) - divided} <= titles
    assert lines[0]["email"] == "priya.anand@marlbridge.example"
    assert all(set(line) == {"role", "name", "email", "organisation"} for line in lines)


def test_each_organisation_that_can_be_asked_has_a_manager_and_a_named_senior() -> None:
    held: dict[str, set[Role]] = {}
    for person in demo.people():
        for key, role in person.roles:
            held.setdefault(key, set()).add(role)
    for roles in held.values():
        if Role.IG_LEAD in roles:
            assert {Role.MANAGER, Role.NAMED_SENIOR, Role.CONSENT_OFFICER} <= roles
        assert Role.MANAGER in roles
