"""Publishing: only good and newer versions, sealed on the house's record; open cases stay on theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import House, build
from workflows.core.commands import ConsentFinding, RecordConsent
from workflows.definitions.faults import BadDefinition
from workflows.definitions.loader import builtin_names, read_builtin
from workflows.service import publishing
from workflows.service.library import DamagedWorkflow, Library
from workflows.service.publishing import NotNewer, publish, publish_shipped, published
from workflows.service.registering import Whole, verify
from workflows.service.unit_of_work import reading, transaction

pytestmark = [pytest.mark.feature("C15"), pytest.mark.feature("C16")]
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)


def version(number: int) -> str:
    """The shipped standard workflow under another version number."""
    made = read_builtin("standard").replace("\nversion: 1\n", f"\nversion: {number}\n")
    assert number == 1 or made != read_builtin("standard")
    return made


def test_a_new_version_is_for_new_cases_and_open_ones_stay_on_theirs(house: House) -> None:
    before = build(house, "S2", upto="consent_check")
    longer = version(2).replace("priority: {length: 1 working_days,", "priority: {length: 3 working_days,", 1)
    publish(house.engine, longer, source="two.yaml", by="", at=NOW)
    after = build(house, "S2", upto="consent_check")
    assert house.case(before).definition.version == 1
    assert house.case(after).definition.version == 2
    found = ConsentFinding.NOT_A_BAR
    house.give(RecordConsent, "samir.haddad", before, finding=found, covers_all=False, note="Refused.")
    old, new = house.case(before), house.case(after)
    assert old.definition.version == 1
    assert old.past_clocks[0].length.amount == 1
    assert new.clock is not None
    assert new.clock.length.amount == 3
    assert [(row.version, row.open_cases) for row in published(house.engine)] == [(1, 1), (2, 1)]


@pytest.mark.parametrize("number", [1, 2])
def test_the_same_or_a_lower_version_is_refused_and_nothing_changes(house: House, number: int) -> None:
    publish(house.engine, version(2), source="two.yaml", by="", at=NOW)
    with pytest.raises(NotNewer, match=r"version 2 has been already.*Give the file version 3"):
        publish(house.engine, version(number), source="again.yaml", by="", at=NOW)
    assert [row.version for row in published(house.engine)] == [1, 2]


@pytest.mark.feature("C20")
def test_a_ladder_with_a_step_that_nobody_would_be_told_by_is_not_published(house: House) -> None:
    with transaction(house.engine) as connection:
        connection.execute(text("DELETE FROM memberships WHERE role = 'named_senior'"))
    with pytest.raises(BadDefinition) as refused:
        publish(house.engine, version(2), source="two.yaml", by="", at=NOW)
    assert {fault.rule for fault in refused.value.faults} == {"rung-reaches-nobody"}
    assert [row.version for row in published(house.engine)] == [1]


def test_a_bad_workflow_is_not_published(house: House) -> None:
    bad = version(2).replace("ladder: holder\n", "ladder: nobody\n", 1)
    with pytest.raises(BadDefinition) as refused:
        publish(house.engine, bad, source="bad.yaml", by="", at=NOW)
    assert any("bad.yaml:" in str(fault) for fault in refused.value.faults)
    assert [row.version for row in published(house.engine)] == [1]


@pytest.mark.feature("C3")
def test_publishing_is_sealed_on_the_houses_record(house: House) -> None:
    publish(house.engine, version(2), source="two.yaml", by="", at=NOW)
    with reading(house.engine) as connection:
        rows = connection.execute(text("SELECT facts FROM events WHERE type = 'WorkflowPublished' ORDER BY seq"))
        facts = [row.facts for row in rows]
    assert [(each["workflow"], each["version"]) for each in facts] == [("standard", 1), ("standard", 2)]
    assert facts[0]["digest"] != facts[1]["digest"]
    assert isinstance(verify(house.engine), Whole)


def test_the_shipped_workflows_are_published_once(house: House) -> None:
    others = [name for name in builtin_names() if name != "standard"]
    assert [ref.workflow for ref in publish_shipped(house.engine, by="", at=NOW)] == others
    assert publish_shipped(house.engine, by="", at=NOW) == ()
    assert [row.workflow for row in published(house.engine)] == sorted([*others, "standard"])


def test_a_new_version_of_the_product_waits_until_somebody_publishes_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_shipped(house.engine, by="", at=NOW)
    monkeypatch.setattr(publishing, "builtin_names", lambda: ("standard",))
    monkeypatch.setattr(publishing, "read_builtin", lambda name: version(2))
    assert publish_shipped(house.engine, by="", at=NOW, newer=False) == ()
    assert [ref.version for ref in publish_shipped(house.engine, by="", at=NOW)] == [2]


def test_a_version_whose_text_is_not_what_was_published_rules_nothing(house: House) -> None:
    ref = publish(house.engine, version(2), source="two.yaml", by="", at=NOW)
    changed = version(2).replace("priority: {length: 1 working_days,", "priority: {length: 9 working_days,", 1)
    with transaction(house.engine) as connection:
        connection.execute(text("ALTER TABLE definitions DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE definitions SET source = :source WHERE version = 2"), {"source": changed})
        connection.execute(text("ALTER TABLE definitions ENABLE TRIGGER USER"))
    with (
        pytest.raises(DamagedWorkflow, match="standard version 2 is not what was published"),
        reading(house.engine) as connection,
    ):
        Library().version(connection, ref.workflow, ref.version)


def test_a_published_version_can_be_neither_changed_nor_deleted(house: House) -> None:
    for statement in ("UPDATE definitions SET source = ''", "DELETE FROM definitions"):
        with pytest.raises(IntegrityError), transaction(house.engine) as connection:
            connection.execute(text(statement))
