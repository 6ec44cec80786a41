"""The register: whatever is done to a stored entry behind the product's back is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from uuid import uuid4

import pytest
from click.testing import CliRunner

from tests.workers.house import DAY, MONDAY, House, make_house
from workflows.core.commands import AdviceType, Advise
from workflows.core.refusals import STALE, Refused
from workflows.service.registering import Break, HouseEvent, Misfit, Whole, check_folds, record_house, verify
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import transaction
from workflows.store import streams
from workflows.store.engine import Engine, IntegrityError


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


@contextmanager
def past_the_triggers(house: House) -> Iterator[None]:
    """What somebody with the owner's rights could do."""
    house.sql("ALTER TABLE events DISABLE TRIGGER USER")
    try:
        yield
    finally:
        house.sql("ALTER TABLE events ENABLE TRIGGER USER")


def tamper(house: House, statement: str, **values: object) -> None:
    with past_the_triggers(house):
        house.sql(statement, **values)


def played(house: House) -> str:
    """A case with eleven entries: submitted, checked, advised, declined."""
    case = house.request()
    house.check_consent(case)
    house.advise(case)
    house.decline(case)
    return case


def test_an_empty_register_is_whole(house: House) -> None:
    assert verify(house.engine) == Whole(0, 0)


@pytest.mark.feature("I5")
def test_a_register_of_honest_work_is_whole(house: House) -> None:
    first = played(house)
    second = house.request()
    house.time_is(MONDAY + 60 * DAY)
    sweep(house.engine, house.library)
    entries = house.sql("SELECT count(*) FROM events")[0][0]
    assert verify(house.engine) == Whole(int(str(entries)), 2)
    assert list(check_folds(house.engine, house.library)) == []
    assert first != second


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE events SET facts = facts || '{\"round\": 2}' WHERE seq = 8", 8, "the sealed text has been changed"),
        ("UPDATE events SET at = at + interval '1 second' WHERE seq = 5", 5, "the sealed text has been changed"),
        ("UPDATE events SET actor = '' WHERE seq = 9", 9, "the sealed text has been changed"),
        ("UPDATE events SET type = 'Advised' WHERE seq = 9", 9, "the sealed text has been changed"),
        ("UPDATE events SET command_id = gen_random_uuid() WHERE seq = 3", 3, "the sealed text has been changed"),
        ("UPDATE events SET commitments = '{}' WHERE seq = 9", 9, "the sealed text has been changed"),
        (
            'UPDATE events SET texts = texts || \'{"note": "No form."}\' WHERE seq = 9',
            9,
            "the personal part “note” has been changed",
        ),
        ("UPDATE events SET texts = NULL WHERE seq = 9", 9, "the personal part is missing"),
        ("UPDATE events SET texts = texts || '{\"more\": 1}' WHERE seq = 9", 9, "has other fields"),
        ("UPDATE events SET digest = repeat('0', 64) WHERE seq = 4", 4, "the sealed text has been changed"),
        ("DELETE FROM events WHERE seq = 4", 4, "entry 4 is missing"),
        ("DELETE FROM events WHERE seq = 1", 1, "entry 1 is missing"),
        ("DELETE FROM events WHERE seq = 11", 11, "should have 11 entries and has 10"),
        ("DELETE FROM events", 1, "all 11 entries are missing"),
        (
            """UPDATE events SET seq = CASE seq WHEN 3 THEN 1004 WHEN 4 THEN 1003 END WHERE seq IN (3, 4);
            UPDATE events SET seq = seq - 1000 WHERE seq > 1000""",
            3,
            "the sealed text has been changed",
        ),
        (
            """INSERT INTO events SELECT stream, 12, type, at, actor, gen_random_uuid(), 0, facts, commitments, texts,
            salt, erased_at, digest FROM events WHERE seq = 11""",
            12,
            "the sealed text has been changed",
        ),
        ("UPDATE cases SET head = repeat('a', 64)", 11, "does not end in the digest"),
        ("UPDATE cases SET version = 12", 12, "should have 12 entries and has 11"),
    ],
)
def test_each_way_to_tamper_is_found_and_named(house: House, statement: str, seq: int, why: str) -> None:
    case = played(house)
    assert isinstance(verify(house.engine), Whole)
    tamper(house, statement)
    found = verify(house.engine)
    assert isinstance(found, Break)
    assert (found.stream, found.seq) == (case, seq)
    assert why in found.why


def test_an_entry_of_no_case_is_found(house: House) -> None:
    played(house)
    stray = str(uuid4())
    tamper(
        house,
        """INSERT INTO events SELECT cast(:stray AS uuid), 1, type, at, actor, gen_random_uuid(), 0, facts,
        commitments, texts, salt, erased_at, digest FROM events WHERE seq = 1""",
        stray=stray,
    )
    assert verify(house.engine) == Break(stray, 1, "there is no case or stream that this entry belongs to")


def test_a_broken_case_is_found_among_whole_ones(house: House) -> None:
    cases = [played(house) for _ in range(4)]
    tamper(house, "UPDATE events SET actor = '' WHERE seq = 2 AND stream = cast(:id AS uuid)", id=cases[2])
    assert verify(house.engine) == Break(cases[2], 2, "the sealed text has been changed")


def test_the_database_itself_refuses_to_change_an_entry(house: House) -> None:
    played(house)
    for statement in ("UPDATE events SET actor = ''", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(IntegrityError):
            house.sql(statement)


def test_an_erasure_that_is_on_record_leaves_the_register_whole_and_the_case_as_it_was(house: House) -> None:
    case = house.request()
    house.check_consent(case)
    house.do(
        Advise(
            id=str(uuid4()), actor=house.actor("ivy"), at=MONDAY, case_id=case, advice=AdviceType.OUT_OF_SCOPE,
            why="Nobody is at risk.", redirect="Use the ordinary form.",
        )
    )  # fmt: skip
    assert house.sql("SELECT count(*) > 0 FROM events WHERE erased_at IS NOT NULL AND texts IS NULL") == [(True,)]
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.library)) == []
    tamper(house, "UPDATE events SET erased_at = NULL WHERE seq = 2")
    found = verify(house.engine)
    assert isinstance(found, Break)
    assert (found.seq, "no erasure is recorded" in found.why) == (2, True)


@pytest.mark.feature("I3", "I5")
def test_two_acts_at_once_never_fork_the_chain(house: House) -> None:
    case = house.request()
    version = int(str(house.sql("SELECT version FROM cases")[0][0]))
    start = Barrier(2)

    def one(_: int) -> str:
        command = Advise(
            id=str(uuid4()), actor=house.actor("ivy"), at=MONDAY, case_id=case, seen_version=version + 1,
            advice=AdviceType.SUPPORTS, why="Proportionate.",
        )  # fmt: skip
        start.wait()
        try:
            house.do(command)
        except Refused as refused:
            return refused.code
        return "done"

    house.check_consent(case)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == ["done", STALE]
    assert isinstance(verify(house.engine), Whole)


@pytest.mark.feature("I5")
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "UPDATE cases SET state = jsonb_set(state, '{withdrawn_because}', '\"x\"')",
            "its state is not the fold of its events",
        ),
        ("UPDATE cases SET overdue = true", "its columns overdue differ from its state"),
        ("UPDATE cases SET due_at = due_at + interval '1 day'", "its columns due_at differ from its state"),
        ("DELETE FROM due_items WHERE rung = 'half'", "its due work is not what its clock says"),
        ("UPDATE due_items SET due_at = due_at + interval '1 hour'", "its due work is not what its clock says"),
    ],
)
def test_a_case_that_is_not_what_its_events_add_up_to_is_named(house: House, statement: str, what: str) -> None:
    case = house.request()
    assert list(check_folds(house.engine, house.library)) == []
    house.sql(statement)
    assert list(check_folds(house.engine, house.library)) == [Misfit(case, what)]


def record(house: House, *, command_id: str = "", name: str = "Anna") -> None:
    with transaction(house.engine) as connection:
        record_house(
            connection, kind=HouseEvent.PERSON_ADDED, facts={"person": "p1", "roles": [["o1", "manager"]]},
            texts={"name": name}, command_id=command_id or str(uuid4()), by="", at=MONDAY,
        )  # fmt: skip


def test_what_happens_to_the_house_is_sealed_too(house: House) -> None:
    record(house)
    record(house, name="Ünal")
    assert verify(house.engine) == Whole(2, 1)
    tamper(house, 'UPDATE events SET texts = \'{"name": "Eve"}\' WHERE seq = 2')
    assert verify(house.engine) == Break(streams.stream_id("house"), 2, "the personal part “name” has been changed")


def test_the_house_records_a_command_once_and_many_side_by_side(house: House) -> None:
    same = str(uuid4())
    record(house, command_id=same)
    with pytest.raises(IntegrityError):
        record(house, command_id=same)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: record(house), range(12)))
    assert verify(house.engine) == Whole(13, 1)


def test_the_shell_command_says_whole_or_names_the_entry(
    house: House, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.cli.register import register

    case = played(house)
    monkeypatch.setenv("GATEHOUSE_DATABASE_URL", database_url)
    monkeypatch.setenv("GATEHOUSE_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("GATEHOUSE_SECRET_KEY", "for-tests-only-" + "0" * 32)
    good = CliRunner().invoke(register, ["verify", "--folds"])
    assert good.exit_code == 0, good.output
    assert "The register is whole: 11 entries in 1 streams." in good.output
    tamper(house, "UPDATE events SET actor = '' WHERE seq = 9")
    bad = CliRunner().invoke(register, ["verify"])
    assert bad.exit_code == 1
    assert f"BROKEN at entry 9 of SR-{case[:8]} ({case})" in bad.output
    house.sql("UPDATE cases SET overdue = true")
    tamper(house, "UPDATE events SET actor = :by WHERE seq = 9", by=house.people["colin"])
    misfit = CliRunner().invoke(register, ["verify", "--folds"])
    assert misfit.exit_code == 1
    assert "its columns overdue differ" in misfit.output
