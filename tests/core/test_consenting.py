"""Consent per person and item: two kinds, what rests on it, and what follows when it is taken back. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workflows.core import consent_faults as faults_module
from workflows.core import consenting
from workflows.core.consent_faults import consent_faults
from workflows.core.consenting import (
    Approach,
    Assessment,
    Capacity,
    Competence,
    ConsentKind,
    ConsentRecord,
    Flow,
    GivenBy,
    How,
    Pressure,
    Standing,
    Withdrawal,
    Wording,
    after_withdrawal,
    before_asking,
    sharing_rests_on_consent,
    standing_of,
)
from workflows.core.refusals import Refused
from workflows.core.request import Consent, ConsentState

TODAY = date(2026, 11, 22)
GIVEN_AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
GROWN = date(1992, 3, 14)
CHILD = date(2012, 2, 11)
YOUTH = date(2009, 2, 11)
SEEN = Assessment("The nurse", date(2026, 11, 1), "Sharing the health summary")
SOUND = ConsentRecord(
    person="Adult A",
    items=("falls", "gp"),
    organisations=("housing", "council"),
    uk_gdpr=Standing.GIVEN,
    common_law=Standing.GIVEN,
    explicit=True,
    freely_given=True,
    specific=True,
    informed=True,
    would_share_anyway=False,
    how=How.WRITTEN,
    given_at=GIVEN_AT,
    taken_by="consent",
    pressure=Pressure.NONE_SEEN,
    wording=Wording("May we tell the housing officer about your falls?", "3"),
    review_on=date(2027, 5, 2),
)
BACK = Withdrawal(GIVEN_AT + timedelta(days=7), How.VERBAL, GivenBy.DATA_SUBJECT, "Nothing more is sent.")
EVERY = tuple(Flow(item, organisation) for item in ("falls", "gp") for organisation in ("council", "housing"))

pytestmark = pytest.mark.feature("C14")


def codes(record: ConsentRecord = SOUND, *, born: date | None = GROWN, **fields: Any) -> list[str]:
    """The faults of a record, or of the sound one with changes."""
    more = {name: fields.pop(name) for name in ("on", "explicit_needed", "asked") if name in fields}
    found = consent_faults(
        replace(record, **fields),
        on=more.get("on", TODAY),
        born=born,
        items=more.get("asked", ("falls", "gp", "medication")),
        explicit_needed=more.get("explicit_needed", False),
    )
    assert all(fault.say.endswith((".", "?")) for fault in found)
    return [fault.code for fault in found]


def test_before_asking_one_decides_what_a_no_would_change() -> None:
    assert before_asking(None) is Approach.DECIDE_FIRST
    assert before_asking(False) is Approach.ASK
    assert before_asking(True) is Approach.INFORM
    assert codes(would_share_anyway=None) == ["share_anyway_open"]
    assert codes(would_share_anyway=True) == ["inform_instead"]
    never: dict[str, Any] = {"uk_gdpr": Standing.NOT_THE_BASIS, "common_law": None, "would_share_anyway": True}
    assert codes(ConsentRecord(person="Adult A", items=("falls",)), **never) == []


def test_a_whole_record_has_no_fault() -> None:
    assert codes() == []
    assert codes(explicit_needed=True) == []
    assert codes(common_law=None) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": ()}, "consent_items_missing"),
        ({"items": ("falls", "bank")}, "foreign_item"),
        ({"organisations": ()}, "consent_organisations_missing"),
        ({"freely_given": None}, "freely_given_open"),
        ({"freely_given": False}, "not_freely_given"),
        ({"specific": None}, "specific_open"),
        ({"specific": False}, "not_specific"),
        ({"informed": None}, "informed_open"),
        ({"informed": False}, "not_informed"),
        ({"explicit": None, "explicit_needed": True}, "not_explicit"),
        ({"how": None}, "how_missing"),
        ({"given_at": None}, "given_at_missing"),
        ({"given_at": datetime(2026, 11, 23, 0, 0, tzinfo=UTC)}, "given_later"),
        ({"taken_by": ""}, "taken_by_missing"),
        ({"pressure": None}, "pressure_open"),
        ({"pressure": Pressure.CONCERN}, "pressed"),
        ({"wording": Wording("", "3")}, "wording_missing"),
        ({"wording": Wording("May we?", " ")}, "wording_missing"),
        ({"review_on": None}, "review_missing"),
        ({"review_on": date(2026, 11, 21)}, "review_past"),
        ({"withdrawal": BACK}, "not_withdrawn"),
        ({"born": None}, "age_missing"),
    ],
)
def test_each_thing_that_is_missing_has_its_code(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes) == [code]


def test_refusals_and_reasons_for_not_asking_say_why() -> None:
    for standing in (Standing.REFUSED, Standing.CANNOT_BE_GIVEN, Standing.NOT_REASONABLE_TO_GET,
                     Standing.WOULD_PREJUDICE_PROTECTION):  # fmt: skip
        assert codes(uk_gdpr=standing, common_law=None) == ["consent_why_missing"]
        assert codes(uk_gdpr=standing, common_law=None, why="It may put the child at risk.") == []
    assert codes(uk_gdpr=None, common_law=None) == ["consent_kind_missing"]
    assert codes(uk_gdpr=Standing.REFUSED, common_law=None, why="No.", review_on=None, freely_given=None) == []


def test_the_two_kinds_stand_apart() -> None:
    mixed = replace(SOUND, uk_gdpr=Standing.NOT_THE_BASIS)
    assert codes(mixed) == []
    assert mixed.given() == {ConsentKind.COMMON_LAW}
    assert mixed.standing(ConsentKind.UK_GDPR) is Standing.NOT_THE_BASIS
    assert sharing_rests_on_consent((mixed,), "falls", "housing") == {ConsentKind.COMMON_LAW}


# --- Who answers


def test_a_child_answers_when_gillick_competent_for_this_decision() -> None:
    assert codes(born=CHILD) == ["competence_open"]
    assert codes(born=CHILD, competence=Competence.COMPETENT) == ["assessment_open"]
    assert codes(born=CHILD, competence=Competence.COMPETENT, assessment=SEEN) == []
    assert codes(born=CHILD, competence=Competence.NOT_COMPETENT, assessment=SEEN) == ["not_competent"]


def test_the_age_at_the_answer_counts() -> None:
    assert codes(born=date(2010, 11, 3)) == ["competence_open"]
    assert codes(born=date(2010, 11, 2)) == []
    assert codes(born=date(2010, 11, 3), given_at=None) == ["given_at_missing"]


def test_from_sixteen_on_capacity_is_assumed() -> None:
    assert codes(born=YOUTH) == []
    assert codes(capacity=Capacity.NOT_KNOWN) == ["capacity_open"]
    assert codes(capacity=Capacity.CAN_DECIDE) == ["assessment_open"]
    assert codes(capacity=Capacity.CAN_DECIDE, assessment=SEEN) == []
    assert codes(capacity=Capacity.CANNOT_DECIDE, assessment=SEEN) == ["lacks_capacity"]


def test_a_parent_answers_only_with_parental_responsibility_for_a_child_who_cannot() -> None:
    parent: dict[str, Any] = {
        "given_by": GivenBy.PARENTAL_RESPONSIBILITY, "giver": "Adult B", "authority": "Birth certificate seen",
    }  # fmt: skip
    assert codes(born=CHILD, **parent) == []
    assert codes(born=CHILD, **{**parent, "authority": " ", "giver": ""}) == ["giver_missing", "authority_missing"]
    assert codes(born=CHILD, competence=Competence.COMPETENT, **parent) == ["competent_child_decides"]
    assert codes(born=YOUTH, **parent) == ["young_person_decides"]
    assert codes(born=YOUTH, capacity=Capacity.CANNOT_DECIDE, **parent) == []
    assert codes(**parent) == ["parent_of_adult"]


@pytest.mark.parametrize("given_by", [GivenBy.ATTORNEY, GivenBy.DEPUTY])
def test_an_attorney_or_deputy_answers_for_who_cannot_decide(given_by: GivenBy) -> None:
    other: dict[str, Any] = {"given_by": given_by, "giver": "Adult B", "authority": "Order seen", "assessment": SEEN}
    cannot = {**other, "capacity": Capacity.CANNOT_DECIDE}
    assert codes(**cannot) == []
    assert codes(**{**cannot, "assessment": Assessment("The nurse")}) == ["assessment_open"]
    assert codes(**{**cannot, "authority": ""}) == ["authority_missing"]
    assert codes(**other) == ["person_decides"]
    assert codes(born=CHILD, **cannot) == ["no_attorney_for_child"]
    assert codes(born=YOUTH, **cannot) == (["no_attorney_for_child"] if given_by is GivenBy.ATTORNEY else [])


def test_competence_is_named_after_gillick_and_nobody_else() -> None:
    for module in (consenting, faults_module):
        words = Path(str(module.__file__)).read_text(encoding="utf-8").lower()
        assert "gillick" in words
        assert "fra" + "ser" not in words


# --- What rests on consent, and taking it back


def test_consent_counts_for_the_items_and_organisations_that_it_names() -> None:
    both = frozenset(ConsentKind)
    assert sharing_rests_on_consent((SOUND,), "falls", "housing") == both
    assert sharing_rests_on_consent((SOUND,), "medication", "housing") == frozenset()
    assert sharing_rests_on_consent((SOUND,), "falls", "police") == frozenset()
    assert sharing_rests_on_consent((), "falls", "housing") == frozenset()
    for standing in set(Standing) - {Standing.GIVEN}:
        none = replace(SOUND, uk_gdpr=standing, common_law=standing)
        assert sharing_rests_on_consent((none,), "falls", "housing") == frozenset()


def test_withdrawal_stops_what_rested_on_it_and_asks_for_another_basis() -> None:
    after = after_withdrawal((SOUND,), BACK, person="Adult A", flows=EVERY, shared=(Flow("gp", "council"),))
    assert after.stops == EVERY
    assert after.needs_basis == ("falls", "gp")
    assert after.goes_on == ()
    assert after.tell == ("council",)
    (record,) = after.records
    assert record.standings == {Standing.WITHDRAWN}
    assert record.withdrawal == BACK
    assert codes(record) == []
    assert sharing_rests_on_consent(after.records, "falls", "housing") == frozenset()


def test_what_rests_on_something_else_goes_on() -> None:
    other = (Flow("gp", "council"), Flow("falls", "police"))
    flows = (*EVERY, Flow("falls", "police"))
    after = after_withdrawal((SOUND,), BACK, person="Adult A", flows=flows, other_basis=other)
    assert after.goes_on == (Flow("gp", "council"),)
    assert after.stops == tuple(flow for flow in EVERY if flow != Flow("gp", "council"))
    assert after.tell == ()


def test_a_part_can_be_taken_back() -> None:
    after = after_withdrawal(
        (SOUND,), BACK, person="Adult A", flows=EVERY, items=("falls", "bank"), organisations=("housing",)
    )
    assert after.stops == (Flow("falls", "housing"),)
    still = {flow for flow in EVERY if sharing_rests_on_consent(after.records, flow.item, flow.recipient)}
    assert still == set(EVERY) - {Flow("falls", "housing")}
    assert [codes(record) for record in after.records] == [[], [], []]
    items = after_withdrawal((SOUND,), BACK, person="Adult A", flows=EVERY, items=("falls",))
    assert items.stops == (Flow("falls", "council"), Flow("falls", "housing"))
    assert len(items.records) == 2


def test_one_kind_can_be_taken_back() -> None:
    kinds = (ConsentKind.COMMON_LAW,)
    after = after_withdrawal((SOUND,), BACK, person="Adult A", flows=EVERY, kinds=kinds)
    assert after.stops == EVERY
    assert after.records[0].uk_gdpr is Standing.GIVEN
    assert after.records[0].common_law is Standing.WITHDRAWN
    again = after_withdrawal(after.records, BACK, person="Adult A", flows=EVERY)
    assert again.records[0].standings == {Standing.WITHDRAWN}


def test_one_persons_withdrawal_leaves_the_others_records() -> None:
    other = replace(SOUND, person="Adult B")
    after = after_withdrawal((other, SOUND), BACK, person="Adult A", flows=EVERY)
    assert after.records[0] == other
    assert after.stops == EVERY


def test_what_was_never_given_cannot_be_taken_back() -> None:
    def code(records: tuple[ConsentRecord, ...], **fields: Any) -> str:
        with pytest.raises(Refused) as refused:
            after_withdrawal(records, BACK, **{"person": "Adult A", "flows": EVERY, **fields})
        return refused.value.code

    assert code(()) == "nothing_to_withdraw"
    assert code((SOUND,), person="Adult B") == "nothing_to_withdraw"
    assert code((SOUND,), items=("bank",)) == "nothing_to_withdraw"
    assert code((SOUND,), organisations=("police",)) == "nothing_to_withdraw"
    assert code((replace(SOUND, uk_gdpr=Standing.REFUSED, common_law=None),)) == "nothing_to_withdraw"
    assert code((replace(SOUND, given_at=BACK.at + timedelta(seconds=1)),)) == "withdrawn_before_given"
    assert after_withdrawal((replace(SOUND, given_at=None),), BACK, person="Adult A", flows=()).stops == ()


def test_a_withdrawal_is_recorded_whole() -> None:
    gone = replace(SOUND, uk_gdpr=Standing.WITHDRAWN, common_law=Standing.WITHDRAWN)
    assert codes(gone) == ["withdrawal_missing"]
    assert codes(gone, withdrawal=replace(BACK, effect=" ")) == ["withdrawal_effect_missing"]
    assert codes(gone, withdrawal=replace(BACK, at=GIVEN_AT - timedelta(days=1))) == ["withdrawn_before_given"]
    assert codes(gone, withdrawal=BACK, given_at=None) == ["given_at_missing"]


@pytest.mark.parametrize(
    ("consent", "standing"),
    [
        (Consent(), None),
        (Consent(ConsentState.GIVEN), Standing.GIVEN),
        (Consent(ConsentState.NOT_THE_BASIS), Standing.NOT_THE_BASIS),
        (Consent(ConsentState.NOT_SOUGHT), None),
        (Consent(ConsentState.NOT_SOUGHT, grounds="cannot_reasonably_be_obtained"), Standing.NOT_REASONABLE_TO_GET),
        (Consent(ConsentState.NOT_SOUGHT, grounds="would_prejudice_protection"), Standing.WOULD_PREJUDICE_PROTECTION),
        (Consent(ConsentState.NOT_SOUGHT, grounds="given"), None),
    ],
)
def test_what_the_requester_wrote(consent: Consent, standing: Standing | None) -> None:
    assert standing_of(consent) is standing


def test_every_state_that_a_requester_can_write_has_a_standing() -> None:
    for state in set(ConsentState) - {ConsentState.NOT_SOUGHT}:
        assert standing_of(Consent(state)) == Standing(state.value)
