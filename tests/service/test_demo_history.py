"""The demo's year of finished requests: whole, various, and gone by."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.builders import House
from workflows.service.demo_history import history
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.report_views import Filters
from workflows.service.reporting import Timeliness
from workflows.service.timekeeping import rebuild
from workflows.service.unit_of_work import reading

pytestmark = pytest.mark.feature("C23")


def test_a_year_of_requests_has_ended_and_each_is_what_its_events_add_up_to(house: House) -> None:
    library, now, heard = house.casework.library, house.casework.now(), list[int]()
    assert history(house.engine, library, now=now, cases=60, told=heard.append) == heard[-1] == 60
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, library)) == []
    with reading(house.engine) as connection:
        figures = """SELECT count(*), count(closed_at), count(DISTINCT date_trunc('month', closed_at)) >= 8,
            count(DISTINCT outcome) >= 4, max(closed_at) <= cast(:now AS timestamptz) FROM cases"""
        assert connection.execute(text(figures), {"now": now}).one() == (60, 60, True, True, True)
        assert connection.execute(text("SELECT count(*) FROM notices")).scalar_one() == 0
        before = connection.execute(text("SELECT * FROM spells ORDER BY case_id, turn, clock")).all()
        assert {row.cause for row in before if row.cause} >= {"nobody", "answer"}
    assert rebuild(house.engine, library) == len(before)
    with reading(house.engine) as connection:
        assert connection.execute(text("SELECT * FROM spells ORDER BY case_id, turn, clock")).all() == before
    org = house.organisation("harrowmere").id
    found = Timeliness(house.engine, library).report(house.person("martin.shaw"), org, Filters(), now=now)
    assert found.requests.late
    assert found.requests.in_time
