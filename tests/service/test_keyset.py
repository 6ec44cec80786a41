"""Lists after a cursor: the pages' lists, row by row, for everybody; nothing twice and nothing left out meanwhile."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from tests.applying import APPLICATION
from tests.builders import BEGAN, House, build
from tests.conftest import empty_tables
from tests.counting import statements
from tests.service.test_absences import as_of, away
from tests.undoing import Undoing
from workflows.core import commands as c
from workflows.core.definition import Role, StageKind
from workflows.core.permissions import Membership, Principal, may_know
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.definitions.loader import read_builtin
from workflows.service.applications import Applications
from workflows.service.keyset import MOST, NAMES, OVERDUE, Lists
from workflows.service.listing import OWN_TABS, WORK_TABS
from workflows.service.publishing import publish
from workflows.service.standing import standing
from workflows.service.unit_of_work import reading, transaction
from workflows.service.views import BoardFilters, WorkRow
from workflows.store import keyset
from workflows.store.keyset import FIRST_ID

pytestmark = pytest.mark.feature("C17")

SENT = datetime(2026, 11, 2, 10, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TIMES = [SENT + timedelta(minutes=10 * step) for step in range(1, 14)]
LAID_OUT = (
    ("S2", "submit", 0), ("S2", "submit", 1), ("S2", "consent_check", 0), ("S2", "consent_check", 20),
    ("S2", "ig_advice", 0), ("S2", "ig_advice", 0), ("S2", "ig_advice", 18), ("S2", "adjudication", 0),
    ("S2", "adjudication", 0), ("S2", "adjudication", 20), ("S2", "information_needed", 0),
    ("S2", "information_needed", 0), ("S1", "release", 19), ("S2", None, 0), ("S2", None, 0), ("S1", None, 3),
    ("S3", "emergency_release", 20), ("S3", "retrospective_review", 10), ("S12", None, 0), ("S4", None, 5),
)  # fmt: skip
"""Which request, how far, and how many days after the first; some at the same instants as others."""


@dataclass
class World:
    """A house with every kind of case in it."""

    undoing: Undoing
    house: House
    cases: list[str] = field(default_factory=list)

    @property
    def lists(self) -> Lists:
        """The lists after a cursor."""
        return Lists(self.house.engine, self.house.casework.library)

    def people(self) -> Iterator[Principal]:
        """Everybody, with whom she stands in for now."""
        for email in sorted(self.house.cast.people):
            yield as_of(self.house, email, NOW)

    def walked(self, person: Principal, name: str, limit: int) -> list[WorkRow]:
        """The whole list, page by page."""
        found: list[WorkRow] = []
        after = ""
        while True:
            page = self.lists.page(person, name, after=after, limit=limit, now=NOW)
            assert 0 < len(page.rows) <= limit or not after
            found += page.rows
            after = page.next_cursor
            if not after:
                return found
            assert len(page.rows) == limit
            assert len(found) < 200

    def on_pages(self, person: Principal, name: str) -> list[WorkRow]:
        """The list as the pages show it."""
        work = self.house.casework
        if name in WORK_TABS:
            return list(work.worklist(person, tab=name, page=1, now=NOW).rows)
        if name in OWN_TABS:
            return list(work.requests(person, tab=name, page=1, now=NOW).rows)
        return list(work.shared_with(person, page=1, now=NOW).rows)

    def late_on_boards(self, person: Principal) -> list[list[str]]:
        """What is overdue on each side of each of her boards."""
        return [
            [row.id for row in self.house.casework.board(person, org, filters=late, page=1, now=NOW).rows]
            for org in sorted(person.organisations_as(Role.MANAGER))
            for late in (BoardFilters(side="held", state="overdue"), BoardFilters(side="asked", state="overdue"))
        ]


def laid_out(undoing: Undoing) -> World:
    house = House.found(undoing.engine)
    world = World(undoing, house)
    for scenario, upto, days in LAID_OUT:
        later = timedelta(days=days)
        world.cases.append(build(house, scenario, upto=upto, submitted=SENT + later, times=[t + later for t in TIMES]))
    publish(house.engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    place, forms = house.organisation("westmoor").id, Applications(house.engine, house.casework.library)
    for _ in range(3):
        forms.apply("csods", place, APPLICATION, command_id=house.new_id(), now=SENT)
    house.give(c.DeclareConflict, "anne.whitcombe", world.cases[7], reason="A cousin.")
    lucy = house.person("lucy.brandt").id
    house.give(c.Reassign, "martin.shaw", world.cases[4], to_person=lucy, to_eligible=True, reason="Hers.")
    away(house, "anne.whitcombe", "samir.haddad", "lucy.brandt", start=NOW - timedelta(days=1))
    away(house, "martin.shaw", "samir.haddad", start=NOW - timedelta(days=1))
    return world


@pytest.fixture(scope="module")
def world(database_url: str) -> Iterator[World]:
    """Laid out once; nothing of it stays in the database."""
    empty_tables(database_url)
    with Undoing(database_url) as undoing:
        yield laid_out(undoing)


@pytest.mark.parametrize("name", [name for name in NAMES if name != OVERDUE])
def test_walking_with_every_limit_finds_what_the_pages_show_in_the_same_order(world: World, name: str) -> None:
    known: set[tuple[str, ...]] = set()
    for person in world.people():
        shown = world.on_pages(person, name)
        ids = tuple(row.id for row in shown)
        # Of people who have the same list, one walks it in every way.
        for limit in [3, *(range(1, len(shown) + 2) if ids not in known else ())]:
            assert world.walked(person, name, limit) == shown, (person.name, limit)
        known.add(ids)
    assert max(len(ids) for ids in known) >= 2, "a list that nobody has tells nothing"


def test_what_is_overdue_is_what_a_managers_boards_say(world: World) -> None:
    found = []
    for person in world.people():
        boards = world.late_on_boards(person)
        every = world.walked(person, OVERDUE, MOST)
        ids = [row.id for row in every]
        assert set(ids) == {case for board in boards for case in board}
        assert len(ids) == len(set(ids))
        for board in boards:
            assert [case for case in ids if case in board] == board
        for limit in [3, *(range(1, len(every) + 2) if not set(ids) <= set(found) else ())]:
            assert world.walked(person, OVERDUE, limit) == every
        found += ids
    assert len(set(found)) > 4


def test_due_dates_that_are_equal_and_who_stands_in_are_among_them(world: World) -> None:
    samir = as_of(world.house, "samir.haddad", NOW)
    rows = [row for name in ("mine", "team", "waiting") for row in world.walked(samir, name, 3)]
    dues = [row.time_left.due_at for row in rows if row.time_left]
    assert len(dues) > len(set(dues))
    assert "Dr Anne Whitcombe" in {row.for_whom for row in rows}
    anne = as_of(world.house, "anne.whitcombe", NOW)
    assert world.cases[7] not in {row.id for name in NAMES for row in world.walked(anne, name, 3)}


@pytest.mark.parametrize(
    ("who", "name"), [("samir.haddad", "mine"), ("priya.anand", "waiting"), ("mona.clarke", "team")]
)
def test_what_has_no_due_date_stands_last(world: World, who: str, name: str) -> None:
    """No workflow leaves an open request without a date now; a list must not lose it if one does."""
    person = as_of(world.house, who, NOW)
    before = [row.id for row in world.walked(person, name, MOST)]
    undated = before[::2]
    with world.undoing.undone():
        with transaction(world.house.engine) as connection:
            connection.execute(text("UPDATE cases SET due_at = NULL WHERE id::text = ANY (:ids)"), {"ids": undated})
        for limit in range(1, len(before) + 2):
            found = [row.id for row in world.walked(person, name, limit)]
            assert found == [*before[1::2], *sorted(undated)]
        assert found == [row.id for row in world.on_pages(person, name)]


def test_a_silo_is_only_for_its_own(world: World) -> None:
    hers = {row.id for row in world.walked(as_of(world.house, "mona.clarke", NOW), "team", 2)}
    manager = as_of(world.house, "sue.tranter", NOW)
    assert hers
    assert hers.isdisjoint({row.id for name in NAMES for row in world.walked(manager, name, 2)})


def test_who_acts_for_one_organisation_finds_only_its_requests(world: World) -> None:
    priya = as_of(world.house, "priya.anand", NOW)
    home, other = world.house.case(world.cases[0]).requester_org, world.house.organisation("harrowmere").id
    for name in ("mine", "waiting", "drafts", "open", "ended", "shared"):
        whole = world.walked(priya, name, 5)
        assert whole
        assert world.walked(priya.within(home), name, 5) == whole
        assert world.walked(priya.within(other), name, 5) == []
    page = world.lists.notices(priya.within(home), limit=MOST)
    assert page == world.lists.notices(priya, limit=MOST)
    assert page.rows
    assert world.lists.notices(priya.within(other), limit=MOST).rows == ()
    shared = world.walked(priya, "shared", 5)[0].id
    engine, library = world.house.engine, world.house.casework.library
    assert standing(engine, library, priya.within(home), shared).id == shared
    with pytest.raises(Refused):
        standing(engine, library, priya.within(other), shared)


def test_nobody_is_listed_what_she_may_not_know_of(world: World) -> None:
    """In any of her organisations alone, as with a token, and in all of them."""
    engine, library = world.house.engine, world.house.casework.library
    listed = 0
    for person in world.people():
        for place in sorted(person.organisations()):
            hers = person.within(place)
            ids = {row.id for name in NAMES for row in world.walked(hers, name, MOST)}
            ids |= {row.case_id for row in world.lists.notices(hers, limit=MOST).rows if row.case_id}
            for case_id in ids:
                assert standing(engine, library, hers, case_id).id == case_id
            listed += len(ids)
    assert listed > 100


def test_the_roles_kept_for_lists_are_those_that_the_permission_function_knows(world: World) -> None:
    engine, library = world.house.engine, world.house.casework.library
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT id::text, known_to FROM cases WHERE submitted_at IS NOT NULL")).all()
        for row in rows:
            case = world.house.case(row.id)
            definition = library.ruling(connection, case)
            for role in Role:
                held = frozenset({Membership(case.holder_org, role)})
                somebody = Principal(FIRST_ID, "Somebody Else", "somebody@elsewhere.example", held)
                assert may_know(case, somebody, definition) is (role in row.known_to), (case.stage, role)
    assert len(rows) > 10


def test_where_it_is_not_kept_yet_who_may_know_of_a_case_nothing_is_lost_but_a_silo_stays_shut(world: World) -> None:
    before = {
        (person.id, name): {row.id for row in world.walked(person, name, MOST)}
        for person in world.people()
        for name in ("team", "waiting", "done")
    }
    with world.undoing.undone():
        with transaction(world.house.engine) as connection:
            connection.execute(text("UPDATE cases SET known_to = NULL"))
        for person in world.people():
            for name in ("team", "waiting", "done"):
                assert before[person.id, name] <= {row.id for row in world.walked(person, name, MOST)}
        test_a_silo_is_only_for_its_own(world)


@pytest.mark.parametrize("who", ["peter.quayle", "amina.yusuf"])
def test_who_administers_or_audits_the_house_has_no_list_of_its_requests(world: World, who: str) -> None:
    person = as_of(world.house, who, NOW)
    assert not [row for name in NAMES for row in world.walked(person, name, MOST)]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_statement_wherever_it_is(world: World, name: str) -> None:
    person = as_of(world.house, "samir.haddad" if name in (*WORK_TABS, OVERDUE) else "priya.anand", NOW)
    page = world.lists.page(person, name, limit=1, now=NOW)
    sent: list[int] = []
    for limit, after in ((1, ""), (50, ""), (1, page.next_cursor), (50, page.next_cursor)):
        with statements(world.house.engine) as seen:
            world.lists.page(person, name, after=after, limit=limit, now=NOW)
        sent.append(len([each for each in seen if "SAVEPOINT" not in each]))
    assert set(sent) == {1}


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("mine", "ix_cases_worklist"), ("mine", "ix_cases_requester_open"), ("team", "ix_cases_worklist"),
        ("waiting", "ix_cases_holder_open"), ("waiting", "ix_cases_requester_open"),
        (OVERDUE, "ix_cases_holder_urgency"), (OVERDUE, "ix_cases_requester_org_urgency"),
    ],
)  # fmt: skip
def test_the_row_after_which_a_list_goes_on_is_looked_up_in_an_index(world: World, name: str, index: str) -> None:
    """Asked of a planner that has this index alone: the house is too small for it to care which it takes."""
    statement = keyset._statement(name)
    values = {
        "me": keyset.LAST_ID, "names": [], "desks": "[]", "only": None, "orgs": [], "now": NOW, "size": 3,
        "at": NOW.isoformat(), "id": keyset.FIRST_ID, "undated": keyset.FIRST_ID, "starts": "[]",
    }  # fmt: skip
    with world.house.engine.connect() as connection:  # and rolled back
        others = "SELECT indexname FROM pg_indexes WHERE tablename = 'cases' AND indexname LIKE 'ix%'"
        for other in set(connection.execute(text(others)).scalars()) - {index}:
            connection.execute(text(f'DROP INDEX "{other}"'))
        for kind in ("seqscan", "bitmapscan", "sort"):
            connection.execute(text(f"SET LOCAL enable_{kind} = off"))
        rows = connection.execute(text(f"EXPLAIN {statement.text}"), {n: values[n] for n in statement._bindparams})
        lines = [str(row[0]).strip() for row in rows]
    conditions = [after for line, after in pairwise(lines) if f"using {index} on" in line]
    assert any("ROW(due_at, id) > ROW(" in each for each in conditions), conditions
    assert any("due_at IS NULL" in each and "id >" in each for each in conditions), conditions


def test_notices_are_walked_newest_first(world: World) -> None:
    for who in ("lucy.brandt", "priya.anand", "martin.shaw"):
        person = as_of(world.house, who, NOW)
        shown, more = world.house.casework.notices(person, page=1)
        if more:
            shown += world.house.casework.notices(person, page=2)[0]
        for limit in (1, 2, 7, MOST):
            found, after = [], ""
            while not found or after:
                page = world.lists.notices(person, after=after, limit=limit)
                found += page.rows
                after = page.next_cursor
            assert tuple(found)[: len(shown)] == shown
        with statements(world.house.engine) as seen:
            world.lists.notices(person, limit=3)
        assert len([each for each in seen if "SAVEPOINT" not in each]) == 1


def test_what_comes_and_goes_between_pages_moves_nothing_else(world: World) -> None:
    house, samir = world.house, as_of(world.house, "samir.haddad", NOW)
    before = world.walked(samir, "mine", MOST)
    kinds = (StageKind.CHECK, StageKind.ADVICE, StageKind.ADJUDICATION)
    open_to_end = [n for n, row in enumerate(before) if row.kind in kinds]
    named, gone = before[open_to_end[1]], before[open_to_end[-1]]
    limit = open_to_end[1] + 1
    with world.undoing.undone():
        page = world.lists.page(samir, "mine", limit=limit, now=NOW)
        assert page.rows[-1] == named
        for row in (named, gone):  # the row that the cursor stands for, and one that would have come
            case = house.case(row.id)
            house.give(c.Withdraw, house_mail(house, case.requester or ""), row.id, reason="Not needed.")
        build(house, "S2", upto="consent_check", submitted=SENT - timedelta(days=9))
        late = build(house, "S2", upto="consent_check", submitted=NOW - timedelta(hours=1))
        seen = [*page.rows]
        while page.next_cursor:
            page = world.lists.page(samir, "mine", after=page.next_cursor, limit=limit, now=NOW)
            seen += page.rows
    assert [row for row in seen if row.id != late] == [row for row in before if row != gone]
    assert [row.id for row in seen].count(late) == 1


def house_mail(house: House, person_id: str) -> str:
    return next(each.email for each in house.cast.people.values() if each.id == person_id)


def refused(world: World, name: str, after: str, limit: int = 2) -> str:
    with pytest.raises(Refused) as caught:
        world.lists.page(as_of(world.house, "samir.haddad", NOW), name, after=after, limit=limit, now=NOW)
    return caught.value.code


def test_a_cursor_that_is_broken_or_of_another_list_is_refused(world: World) -> None:
    samir = as_of(world.house, "samir.haddad", NOW)
    good = world.lists.page(samir, "team", limit=1, now=NOW).next_cursor
    assert good
    raw = urlsafe_b64decode(good + "=" * (-len(good) % 4))
    assert samir.email.encode() not in raw
    other = urlsafe_b64encode(raw.replace(b"team", b"mine")).rstrip(b"=").decode()
    for wrong in ("x", "===", "a" * 5000, good[:-2], good[2:], good + "AA", other, "é", "%00", "null", "W10", "\x00"):
        assert refused(world, "team", wrong) == "bad_cursor", wrong
    assert refused(world, "mine", good) == "bad_cursor"
    assert refused(world, OVERDUE, good) == "bad_cursor"
    with pytest.raises(Refused, match="bad_cursor"):
        world.lists.notices(samir, after=good, limit=2)
    assert refused(world, "everything", "") == NOT_FOUND
    for limit in (0, -1, MOST + 1):
        assert refused(world, "team", "", limit) == "bad_limit"


def test_a_cursor_of_somebody_else_gives_nothing_of_hers(world: World) -> None:
    samir, amy = (as_of(world.house, who, NOW) for who in ("samir.haddad", "amy.castell"))
    after = world.lists.page(samir, "team", limit=1, now=NOW).next_cursor
    theirs = {row.id for row in world.walked(samir, "team", 5)}
    got = {row.id for row in world.lists.page(amy, "team", after=after, limit=50, now=NOW).rows}
    assert got <= {row.id for row in world.on_pages(amy, "team")}
    assert not got & theirs
