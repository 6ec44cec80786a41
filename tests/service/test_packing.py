"""Packs in the house: published once, brought into force by two people, sealed, and what is in force when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import House, build
from workflows.core.definition import Role
from workflows.core.packs import PackRef
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refused
from workflows.definitions.faults import BadDefinition
from workflows.definitions.packs import builtin_packs, read_builtin_pack
from workflows.service import packing
from workflows.service.packing import AlreadyPublished, activate, found, propose, publish, shelf, turn_down
from workflows.service.registering import Break, Whole, verify
from workflows.service.unit_of_work import reading, transaction

pytestmark = pytest.mark.feature("C4")
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = PackRef("caldicott", "2013"), PackRef("caldicott", "2020-12")
ONE, TWO = "peter.quayle", "irene.castle"
CURRENT = (
    "caldicott/2020-12", "consent-options/2026-11", "golden-rules/2024-05", "legal-bases/2026-09", "myths/2026-11",
    "reason-codes/2026-11",
)  # fmt: skip


@pytest.fixture
def house(engine: object, house: House) -> House:
    """The demo's people, two of them administrators, and what comes with the product in force."""
    found(house.engine, at=NOW)
    return house


def offer(
    house: House, ref: PackRef = OLD, *, by: str = ONE, note: str = "As agreed.", on: date | None = None,
    at: datetime = NOW, command_id: str = "",
) -> str:  # fmt: skip
    command_id = command_id or house.new_id()
    propose(house.engine, ref, by=house.person(by).id, note=note, starts_on=on, command_id=command_id, at=at)
    return command_id


def accept(house: House, ref: PackRef = OLD, *, by: str = TWO, at: datetime = NOW, command_id: str = "") -> None:
    activate(house.engine, ref, by=house.person(by).id, command_id=command_id or house.new_id(), at=at)


def at(house: House, moment: datetime) -> tuple[str, ...]:
    with reading(house.engine) as connection:
        return packing.in_force(connection, moment)


def sealed(house: House) -> list[tuple[str, dict[str, str], dict[str, str] | None]]:
    with reading(house.engine) as connection:
        rows = connection.execute(text("SELECT type, facts, texts FROM events WHERE type LIKE 'Pack%' ORDER BY seq"))
        return [(row.type, row.facts, row.texts) for row in rows]


# --- Publishing


def test_everything_that_comes_with_the_product_is_published_and_the_current_versions_are_in_force(
    house: House,
) -> None:
    lines = shelf(house.engine, at=NOW)
    assert sorted(str(line.pack.ref) for line in lines) == list(builtin_packs())
    assert sorted(line.number for line in lines) == list(range(1, len(lines) + 1))
    assert at(house, NOW) == CURRENT
    assert at(house, NOW - HOUR) == ()
    caldicott = [line for line in lines if line.pack.ref.pack == "caldicott"]
    assert [line.pack.ref for line in caldicott] == [NEW, OLD]
    assert [line.since for line in caldicott] == [NOW, None]


def test_doing_it_again_changes_nothing(house: House) -> None:
    before = sealed(house)
    assert found(house.engine, at=NOW + HOUR) == ()
    assert sealed(house) == before


def test_a_pack_that_people_have_begun_to_choose_is_left_to_them(engine: object, house: House) -> None:
    later = read_builtin_pack(str(OLD)).replace("id: caldicott", "id: our-own", 1)
    publish(house.engine, later, source="own.yaml", by="", at=NOW)
    offer(house, PackRef("our-own", "2013"))
    assert found(house.engine, at=datetime(2020, 1, 1, tzinfo=UTC)) == ()


def test_a_published_version_stays_as_it_is(house: House) -> None:
    same = read_builtin_pack(str(OLD))
    with pytest.raises(AlreadyPublished, match=r"caldicott/2013 has been published already\.$"):
        publish(house.engine, same, source="again.yaml", by="", at=NOW)
    with pytest.raises(AlreadyPublished, match=r"other words.*Give the file another version"):
        publish(house.engine, same.replace("Justify", "Explain"), source="again.yaml", by="", at=NOW)
    for statement in ("UPDATE packs SET source = ''", "DELETE FROM packs WHERE number = 1"):
        with pytest.raises(IntegrityError), transaction(house.engine) as connection:
            connection.execute(text(statement))


def test_a_bad_pack_is_not_published(house: House) -> None:
    bad = read_builtin_pack(str(OLD)).replace('version: "2013"', 'version: "2014"').replace('code: "2"', 'code: "1"')
    with pytest.raises(BadDefinition) as refused:
        publish(house.engine, bad, source="bad.yaml", by="", at=NOW)
    assert [fault.rule for fault in refused.value.faults] == ["code-twice"]
    assert len(shelf(house.engine, at=NOW)) == len(builtin_packs())


def test_publishing_alone_brings_nothing_into_force(house: House) -> None:
    another = read_builtin_pack(str(OLD)).replace('version: "2013"', "version: 2013.2")
    assert publish(house.engine, another, source="a.yaml", by="", at=NOW) == PackRef("caldicott", "2013.2")
    assert at(house, NOW + HOUR) == CURRENT


# --- Two people


def test_one_person_proposes_and_a_second_activates_and_the_record_says_who(house: House) -> None:
    proposal = offer(house, note="We go back until the Guardian has read the new one.")
    assert at(house, NOW + HOUR) == CURRENT
    accept(house, at=NOW + HOUR)
    assert at(house, NOW + HOUR)[0] == "caldicott/2013"
    assert at(house, NOW + HOUR - timedelta(seconds=1)) == CURRENT
    proposed, activated = sealed(house)[-2:]
    assert proposed[0] == "PackProposed"
    assert proposed[1]["proposal"] == activated[1]["proposal"] == proposal
    assert proposed[2] == {"note": "We go back until the Guardian has read the new one."}
    assert activated[0] == "PackActivated"
    assert (activated[1]["pack"], activated[1]["version"]) == ("caldicott", "2013")
    assert isinstance(verify(house.engine), Whole)
    line = next(line for line in shelf(house.engine, at=NOW + HOUR) if line.pack.ref == OLD)
    (past,) = line.history
    assert (past.proposer, past.answerer) == ("Peter Quayle", "Irene Castle")
    assert line.since == NOW + HOUR


def test_who_proposed_it_cannot_activate_it_in_any_organisation(house: House) -> None:
    house.holds(ONE, Role.ADMINISTRATOR, "marlbridge")
    offer(house)
    with pytest.raises(Refused) as refused:
        accept(house, by=ONE)
    assert refused.value.code == "second_person"
    assert at(house, NOW) == CURRENT


def test_the_database_itself_refuses_one_person_for_both(house: House) -> None:
    proposal = offer(house)
    with pytest.raises(IntegrityError, match="second_person"), transaction(house.engine) as connection:
        connection.execute(
            text(
                "UPDATE pack_activations SET answered_at = :at, answered_by = proposed_by, in_force_from = :at "
                "WHERE id = cast(:id AS uuid)"
            ),
            {"at": NOW, "id": proposal},
        )


@pytest.mark.parametrize("who", ["anne.whitcombe", "lucy.brandt", "martin.shaw"])
def test_only_administrators_propose_activate_and_turn_down(house: House, who: str) -> None:
    with pytest.raises(Refused) as refused:
        offer(house, by=who)
    assert refused.value.code == NOT_YOURS
    offer(house)
    with pytest.raises(Refused) as refused:
        accept(house, by=who)
    assert refused.value.code == NOT_YOURS
    with pytest.raises(Refused) as refused:
        turn_down(house.engine, OLD, by=house.person(who).id, why="No.", command_id=house.new_id(), at=NOW)
    assert refused.value.code == NOT_YOURS


def test_somebody_whose_account_has_been_closed_does_nothing_more(house: House) -> None:
    offer(house)
    with transaction(house.engine) as connection:
        connection.execute(text("UPDATE people SET disabled_at = now()"))
    for act in (
        lambda: accept(house),
        lambda: offer(house, PackRef("golden-rules", "2018-07")),
        lambda: turn_down(house.engine, OLD, by=house.person(TWO).id, why="No.", command_id=house.new_id(), at=NOW),
    ):
        with pytest.raises(Refused, match=NOT_YOURS):
            act()
    assert at(house, NOW) == CURRENT


# --- Bad input: nothing partial is stored


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"note": " "}, "words_missing", "note"),
        ({"note": "x" * 601}, "words_too_long", "note"),
        ({"on": date(2026, 11, 9)}, "day_past", "starts_on"),
        ({"ref": NEW}, "in_force_already", ""),
        ({"ref": PackRef("caldicott", "1997")}, NOT_FOUND, ""),
    ],
)
def test_a_proposal_that_does_not_hold_is_refused_and_nothing_is_stored(
    house: House, fields: dict[str, object], code: str, field: str
) -> None:
    before = sealed(house)
    with pytest.raises(Refused) as refused:
        offer(house, **fields)  # type: ignore[arg-type]
    assert [(each.code, each.field) for each in refused.value.refusals] == [(code, field)]
    assert sealed(house) == before
    assert all(line.proposal is None for line in shelf(house.engine, at=NOW))


def test_every_fault_of_a_proposal_is_told_at_once(house: House) -> None:
    with pytest.raises(Refused) as refused:
        offer(house, note="", on=date(2026, 1, 1))
    assert [each.field for each in refused.value.refusals] == ["note", "starts_on"]


def test_a_second_proposal_waits_for_the_answer_to_the_first(house: House) -> None:
    offer(house)
    with pytest.raises(Refused, match="proposal_open"):
        offer(house, by=TWO)
    turn_down(house.engine, OLD, by=house.person(ONE).id, why="Too early.", command_id=house.new_id(), at=NOW)
    assert sealed(house)[-1][0] == "PackTurnedDown"
    assert sealed(house)[-1][2] == {"why": "Too early."}
    offer(house, by=TWO)
    accept(house, by=ONE)
    assert at(house, NOW)[0] == "caldicott/2013"


def test_a_proposal_is_turned_down_with_a_reason_and_once(house: House) -> None:
    with pytest.raises(Refused, match="no_proposal"):
        accept(house)
    offer(house)
    person = house.person(TWO).id
    with pytest.raises(Refused) as refused:
        turn_down(house.engine, OLD, by=person, why="", command_id=house.new_id(), at=NOW)
    assert [each.field for each in refused.value.refusals] == ["why"]
    turn_down(house.engine, OLD, by=person, why="No.", command_id=house.new_id(), at=NOW)
    with pytest.raises(Refused, match="no_proposal"):
        accept(house)
    line = next(line for line in shelf(house.engine, at=NOW) if line.pack.ref == OLD)
    assert [(each.why, each.in_force_from) for each in line.history] == [("No.", None)]
    assert at(house, NOW) == CURRENT


# --- Later days


def test_a_version_can_be_activated_for_a_later_day_in_london(house: House) -> None:
    offer(house, on=date(2027, 7, 1))
    accept(house)
    midnight = datetime(2027, 6, 30, 23, tzinfo=UTC)
    assert at(house, midnight - timedelta(seconds=1)) == CURRENT
    assert at(house, midnight)[0] == "caldicott/2013"
    line = next(line for line in shelf(house.engine, at=NOW) if line.pack.ref == OLD)
    assert (line.since, line.starts) == (None, midnight)
    with pytest.raises(Refused, match="in_force_already"):
        offer(house, at=NOW + HOUR)


def test_a_version_activated_after_its_day_is_in_force_from_its_activation(house: House) -> None:
    offer(house, on=date(2026, 11, 12))
    accept(house, at=NOW + timedelta(days=30))
    assert at(house, NOW + timedelta(days=29)) == CURRENT
    assert at(house, NOW + timedelta(days=30))[0] == "caldicott/2013"


def test_nothing_is_in_force_before_its_source(house: House) -> None:
    text_of = read_builtin_pack(str(NEW)).replace("version: 2020-12", "version: 2030-01", 1)
    text_of = text_of.replace("effective_from: 2020-12-08", "effective_from: 2030-01-01", 1)
    future = publish(house.engine, text_of, source="future.yaml", by="", at=NOW)
    with pytest.raises(Refused, match="day_too_early"):
        offer(house, future, on=date(2029, 12, 31))
    offer(house, future)
    accept(house, future)
    assert at(house, datetime(2029, 12, 31, 23, 59, tzinfo=UTC)) == CURRENT
    assert at(house, datetime(2030, 1, 1, tzinfo=UTC))[0] == "caldicott/2030-01"


# --- Twice, and at once


def test_the_same_act_sent_twice_is_done_once(house: House) -> None:
    command_id = offer(house)
    offer(house, command_id=command_id)
    second = house.new_id()
    accept(house, command_id=second)
    accept(house, command_id=second)
    third = house.new_id()
    offer(house, NEW)
    for _ in range(2):
        turn_down(house.engine, NEW, by=house.person(TWO).id, why="No.", command_id=third, at=NOW)
    kinds = [kind for kind, _, _ in sealed(house) if kind != "PackPublished"]
    assert kinds[-4:] == ["PackProposed", "PackActivated", "PackProposed", "PackTurnedDown"]


def test_an_id_that_belongs_to_a_request_is_refused(house: House) -> None:
    case_id = build(house, "S2", upto="submit")
    with reading(house.engine) as connection:
        used = connection.execute(
            text("SELECT command_id::text FROM events WHERE stream = cast(:id AS uuid) LIMIT 1"), {"id": case_id}
        ).scalar_one()
    with pytest.raises(Refused, match="command_used"):
        offer(house, command_id=used)


def test_of_two_who_activate_at_once_one_does_and_the_other_is_told(house: House) -> None:
    house.holds("anne.whitcombe", Role.ADMINISTRATOR, "harrowmere")
    offer(house)
    outcomes: list[str] = []

    def go(who: str) -> None:
        try:
            accept(house, by=who)
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.code)

    threads = [Thread(target=go, args=(who,)) for who in (TWO, "anne.whitcombe")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["done", "no_proposal"]
    assert not isinstance(verify(house.engine), Break)


# --- What a request is pinned to


def test_a_request_reads_the_versions_that_it_is_pinned_to_whatever_is_in_force_now(house: House) -> None:
    before = at(house, NOW)
    offer(house)
    accept(house, at=NOW + HOUR)
    with reading(house.engine) as connection:
        kept = packing.pinned(connection, (*before, "caldicott/1997"))
        now = packing.pinned(connection, packing.in_force(connection, NOW + HOUR))
    assert [str(pack.ref) for pack in kept] == list(CURRENT)
    assert len(kept[0].items) == 8
    assert len(now[0].items) == 7
