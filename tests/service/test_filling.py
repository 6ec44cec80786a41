"""Bulk seeding: the same rows as the door would have written, only faster."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.builders import House
from workflows.core.commands import Chase
from workflows.core.refusals import Refused
from workflows.service.filling import Mix, fill
from workflows.service.library import Library
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.store import bulk

pytestmark = pytest.mark.feature("C3")


def one(engine: Engine, statement: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_every_chain_verifies_and_every_row_is_the_fold_of_its_events(house: House) -> None:
    library, now, heard = house.casework.library, house.casework.now(), list[int]()
    events = fill(house.engine, library, Mix(300, ended=0.4, due=10), now=now, told=heard.append)
    whole = verify(house.engine)
    assert isinstance(whole, Whole)
    assert whole.entries == events + 1  # and the publishing of the workflow
    assert list(check_folds(house.engine, library)) == []
    assert one(house.engine, "SELECT count(*) FROM cases") == heard[-1] == 300
    assert one(house.engine, "SELECT count(*) FROM cases WHERE closed_at IS NOT NULL") == 120
    assert one(house.engine, "SELECT count(DISTINCT stage) FROM cases") >= 8
    assert one(house.engine, "SELECT count(DISTINCT holder_org) FROM cases") >= 4
    assert one(house.engine, "SELECT count(DISTINCT urgency) FROM cases") == 3
    assert one(house.engine, "SELECT count(*) FROM notices") == 0
    gone = "SELECT count(*) FROM events e JOIN cases c ON c.id = e.stream WHERE c.stage = 'redirected'"
    gone += " AND e.type = 'Saved'"
    assert one(house.engine, gone) > 0
    assert one(house.engine, f"{gone} AND (e.texts IS NOT NULL OR e.salt IS NOT NULL OR e.erased_at IS NULL)") == 0


def test_exactly_the_wanted_work_is_due_and_the_sweep_carries_it_out(house: House) -> None:
    library, now = house.casework.library, house.casework.now()
    fill(house.engine, library, Mix(60, due=25), now=now)
    done = sweep(house.engine, library)
    assert done.done >= 25
    assert (done.dropped, done.failed) == (0, 0)
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, library)) == []


def test_a_made_case_goes_on_through_the_door(house: House) -> None:
    library, now = house.casework.library, house.casework.now()
    fill(house.engine, library, Mix(40), now=now)
    org = house.organisation("harrowmere").id
    with reading(house.engine) as connection:
        wanted = "SELECT id::text FROM cases WHERE holder_org = cast(:org AS uuid) LIMIT 1"
        case_id = connection.execute(text(wanted), {"org": org}).scalar_one()
    before = house.case(case_id).version
    assert house.give(Chase, "martin.shaw", case_id, at=now).version == before + 1
    assert isinstance(verify(house.engine), Whole)


def test_without_people_it_says_what_to_do(house: House) -> None:
    with house.engine.begin() as connection:
        connection.execute(text("DELETE FROM memberships WHERE role = 'requester'"))
    with pytest.raises(Refused, match="nobody"):
        fill(house.engine, Library(), Mix(1), now=house.casework.now())
    assert one(house.engine, "SELECT count(*) FROM cases") == 0


def test_cases_without_a_past_have_their_clocks_and_nothing_else(house: House) -> None:
    library, now = house.casework.library, house.casework.now()
    events = one(house.engine, "SELECT count(*) FROM events")
    assert fill(house.engine, library, Mix(30, past=False), now=now) == 0
    assert one(house.engine, "SELECT count(*) FROM cases") == 30
    assert one(house.engine, "SELECT count(*) FROM events") == events
    assert one(house.engine, "SELECT count(*) FROM spells") == 0
    assert one(house.engine, "SELECT count(*) FROM due_items") > 30


@pytest.mark.feature("C20")
def test_copies_made_in_the_database_have_their_own_ids_references_and_due_work(house: House) -> None:
    library, now = house.casework.library, house.casework.now()
    fill(house.engine, library, Mix(8, past=False), now=now)
    work = one(house.engine, "SELECT count(*) FROM due_items")
    for more in (16, 5):
        with transaction(house.engine) as connection:
            bulk.multiply(connection, more)
    assert one(house.engine, "SELECT count(DISTINCT reference) FROM cases") == 29
    own = "SELECT count(*) FROM cases WHERE (state->>'id', state->>'reference') = (id::text, reference)"
    assert one(house.engine, own) == 29
    assert one(house.engine, "SELECT count(*) FROM due_items") > 3 * work
    with reading(house.engine) as connection:
        case_id = connection.execute(text("SELECT id::text FROM cases ORDER BY created_at, id LIMIT 1")).scalar_one()
    assert house.case(case_id).id == case_id
