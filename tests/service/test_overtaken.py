"""A page is overtaken by what people do, not by the clock's reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import House, build
from workflows.core.commands import CLOCK, Ask, Chase, Remind
from workflows.core.refusals import STALE, Refused

QUESTION = {"question": "Which months?", "harm_of_waiting": "The child waits."}


@pytest.mark.feature("I3")
def test_a_reminder_overtakes_nobody_and_a_person_does(house: House) -> None:
    case_id = build(house, "S2", upto="adjudication")
    seen = house.case(case_id).version
    clock = house.case(case_id).clock
    assert clock is not None
    later = house.later(case_id) + timedelta(days=5)
    house.casework.execute(
        Remind(id=house.new_id(), actor=CLOCK, at=later, case_id=case_id, rung="half", clock=clock.number)
    )
    assert house.case(case_id).version == seen + 1
    house.give(Ask, "anne.whitcombe", case_id, at=later, seen_version=seen, **QUESTION)

    other = build(house, "S2", upto="adjudication")
    seen = house.case(other).version
    house.give(Chase, "martin.shaw", other)
    for wrong in (seen, seen + 9):
        with pytest.raises(Refused) as refused:
            house.give(Ask, "anne.whitcombe", other, seen_version=wrong, **QUESTION)
        assert refused.value.code == STALE
    assert not house.case(other).questions
