"""What a command costs in statements: few, and the same however many cases, items and people there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from tests.builders import House, build
from tests.counting import statements
from tests.weighed import RISKS
from workflows.core import commands as c
from workflows.core.refusals import Refused
from workflows.core.request import Items, Purpose, Task
from workflows.service.execute import execute
from workflows.service.filling import Mix, fill
from workflows.service.scenario import scenarios
from workflows.service.sweeping import LEASE, command_of
from workflows.service.unit_of_work import held, reading, transaction
from workflows.store import due_items

DECIDE = 5
"""Lock and read; the case row; the events; the due work; the notices with their mails."""
SAVE = 3
"""Lock and read; the case row; the events."""
RUNG = 5
"""As for one Decide; none of them is asked before the lock."""


def decision(house: House, case_id: str) -> c.Command:
    outcomes = tuple(
        c.ItemDecision(item.key, c.ItemOutcome.REFUSE, "not_necessary", "Not needed.")
        for item in house.case(case_id).request.items
    )
    harms: dict[str, Any] = {
        "harm_of_sharing": "Some.",
        "harm_of_not_sharing": "Little.",
        "would_change_it": "New risk.",
        **RISKS,
    }
    return house.command(c.Decide, "anne.whitcombe", case_id, items=outcomes, **harms)


def cost(house: House, command: c.Command) -> list[str]:
    house.casework.library.calendar("england-and-wales")
    with statements(house.engine) as sent:
        house.casework.execute(command)
    return sent


def test_deciding_takes_the_same_few_statements_whatever_there_is(house: House) -> None:
    few, many_items, many_cases = build(house, "S4"), build(house, "S2"), build(house, "S2")
    assert len(cost(house, decision(house, few))) == DECIDE
    assert len(cost(house, decision(house, many_items))) == DECIDE
    fill(house.engine, house.casework.library, Mix(200), now=house.casework.now())
    with house.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO memberships SELECT id, cast(:org AS uuid), 'ig_lead' FROM people ON CONFLICT DO NOTHING"),
            {"org": house.organisation("harrowmere").id},
        )
    assert len(cost(house, decision(house, many_cases))) == DECIDE


def test_saving_takes_three(house: House) -> None:
    case_id = build(house, "S2", upto="submit")
    purpose = scenarios()["S2"].part(Purpose)
    assert len(cost(house, house.command(c.Save, "priya.anand", case_id, task=Task.PURPOSE, answers=purpose))) == SAVE
    items = scenarios()["S2"].part(Items)
    assert len(cost(house, house.command(c.Save, "priya.anand", case_id, task=Task.ITEMS, answers=items))) == SAVE


@pytest.mark.feature("C22")
def test_a_definition_is_read_once_in_a_process(house: House) -> None:
    first, second = build(house, "S2"), build(house, "S2")
    del first
    sent = cost(house, decision(house, second))
    assert not any("definitions" in statement for statement in sent)
    with reading(house.engine) as connection, statements(house.engine) as again:
        house.casework.library.latest(connection, "standard")
    assert len(again) == 1


@pytest.mark.feature("C20")
def test_a_rung_takes_the_same_few_and_a_held_connection_is_asked_for_once(house: House) -> None:
    cases_of = [build(house, "S2") for _ in range(3)]
    soon = max(house.case(case_id).stage_since for case_id in cases_of) + timedelta(days=30)
    with transaction(house.engine) as connection:
        connection.execute(
            text("UPDATE product_clock SET ahead = cast(:at AS timestamptz) - clock_timestamp()"), {"at": soon}
        )
    with transaction(house.engine) as connection:
        (first, second) = due_items.claim(connection, now=soon, most=2, lease=LEASE)
    taken: list[object] = []
    event.listen(house.engine, "checkout", lambda *_: taken.append(1))
    with statements(house.engine) as sent, held(house.engine) as line:
        execute(line, house.casework.library, command_of(first, now=soon))
        one = len(sent)
        execute(line, house.casework.library, command_of(second, now=soon))
    assert one <= RUNG
    assert len(sent) - one <= RUNG
    assert len(taken) == 1


def test_over_a_held_connection_each_command_is_kept_or_undone_by_itself(house: House) -> None:
    kept, refused = build(house, "S2"), build(house, "S2", upto="submit")
    before = house.case(refused)
    with held(house.engine) as line:
        execute(line, house.casework.library, decision(house, kept))
        with pytest.raises(Refused):
            execute(line, house.casework.library, decision(house, refused))
        assert not line.in_transaction()
        again = decision(house, kept)
        with pytest.raises(Refused):
            execute(line, house.casework.library, again)
    assert house.case(kept).decision is not None
    assert house.case(refused) == before


def test_what_reads_over_a_held_connection_cannot_write_and_the_next_may(house: House) -> None:
    case_id = build(house, "S2")
    forget = text("DELETE FROM due_items WHERE case_id = cast(:id AS uuid)")
    with held(house.engine) as line:
        with pytest.raises(DBAPIError, match="read-only"), reading(line) as connection:
            connection.execute(forget, {"id": case_id})
        with transaction(line) as connection:
            connection.execute(forget, {"id": case_id})
