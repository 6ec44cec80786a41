"""Clare's Law as data alone: another workflow from the public, with questions, times and a stage of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.applying import FORMS, Raw, raw
from tests.architecture.sources import rooms
from tests.builders import BEGAN, House
from workflows.core.case import Case
from workflows.core.clocks import due_at
from workflows.core.commands import Complete
from workflows.core.definition import Role
from workflows.core.refusals import Refused
from workflows.definitions.loader import load, read_builtin
from workflows.service.applicant_letters import ApplicantLetters
from workflows.service.applications import Applications
from workflows.service.publishing import publish
from workflows.service.registering import Whole, verify
from workflows.service.variants import Variants
from workflows.store.engine import Engine

pytestmark = [pytest.mark.feature("C15"), pytest.mark.feature("C16"), pytest.mark.feature("C19")]

MONA, PIERS = "mona.clarke", "piers.holt"
SENT = datetime(2026, 11, 2, 9, 20, tzinfo=UTC)
"""A Monday."""
ASKED = raw(
    applicant__name="B. Sorrel", applicant__relation="herself", applicant__contact="Ring the shop, not the flat.",
    contact_by="phone", contact_when="Tuesday afternoons", no_email="yes", subject__name="K. Dray",
    for_whom="me", relationship="former_partner", children_there="no", worry="He follows me home.",
    declaration="yes", declaration__name="B. Sorrel", declaration__how="typed_name",
)  # fmt: skip
ANSWERS: dict[str, Raw] = {
    "initial_contact": raw(checked="yes", danger_now="no", scope="in_scope", note="In scope."),
    "face_to_face": FORMS["face_to_face"],
    "risk_assessment": raw(
        found=("convictions", "orders"), poses_risk="yes", danger_now="no", assessment="Two convictions for violence.",
    ),
    "agency_forum": raw(
        met_at="2026-11-18T10:00", agencies=("probation", "specialist"), advised="disclose", plan="A safety plan.",
    ),
    "decision": raw(
        necessary="yes", proportionate="yes", decision="disclose", disclose_to=("Applicant",), subject_told="not_told",
        subject_why="It would put her at risk.", reason="She is at risk now.",
    ),
    "disclosure": raw(
        done="made", told=("Applicant",), held_at="2026-11-20T14:00", in_person="yes", undertaking_signed="yes",
        undertaking="yes", undertaking__name="B. Sorrel", undertaking__how="on_paper", documents_left="none",
    ),
}  # fmt: skip


@pytest.fixture
def house(engine: Engine) -> House:
    found = House.found(engine)
    publish(engine, read_builtin("dvds"), source="dvds.yaml", by="", at=BEGAN)
    return found


def applied(house: House, **changed: str) -> str:
    """An application through the public entrance."""
    door = Applications(house.engine, house.casework.library)
    answers = {**ASKED, **raw(**changed)}
    place = house.organisation("westmoor").id
    return door.apply("dvds", place, answers, command_id=house.new_id(), now=SENT).done.case_id


def play(house: House, case_id: str, **changed: Raw) -> list[tuple[str, datetime]]:
    """Play it to its end; each stage with when it falls due."""
    found = []
    while not (case := house.case(case_id)).closed:
        found.append((case.stage, due(house, case)))
        who = PIERS if case.stage == "decision" else MONA
        given = {**ANSWERS[case.stage], **changed.get(case.stage, {})}
        house.give(Complete, who, case_id, answers=given, at=SENT + timedelta(hours=len(found)))
    return found


def due(house: House, case: Case) -> datetime:
    assert case.clock is not None
    found = due_at(case.clock, house.casework.library.calendar(case.calendar))
    assert found is not None
    return found


def test_the_whole_way_with_its_times(house: House) -> None:
    case_id = applied(house)
    ways = play(house, case_id)
    assert [(stage, at.date().isoformat()) for stage, at in ways] == [
        ("initial_contact", "2026-11-03"),
        ("face_to_face", "2026-11-09"),
        ("risk_assessment", "2026-11-30"),
        ("agency_forum", "2026-11-30"),
        ("decision", "2026-11-30"),
        ("disclosure", "2026-11-09"),
    ]
    case = house.case(case_id)
    assert (case.ending, case.requester) == ("disclosed", "")
    assert [person.label for person in case.request.people] == ["Applicant", "Adult A"]
    assert isinstance(verify(house.engine), Whole)


def test_who_asks_for_another_says_who_that_is(house: House) -> None:
    with pytest.raises(Refused) as refused:
        applied(house, for_whom="other")
    assert {each.field for each in refused.value.refusals} == {"at_risk-name"}
    case = house.case(applied(house, for_whom="other", at_risk__name="M. Sorrel"))
    assert [person.label for person in case.request.people] == ["Applicant", "Adult A", "Adult B"]


def test_the_other_time_is_a_choice_with_a_source(house: House) -> None:
    house.holds("ian.webb", Role.ADMINISTRATOR, "westmoor")
    Variants(house.engine, house.casework.library).choose(
        house.person("ian.webb"), house.organisation("westmoor").id, workflow="dvds", variant="force_35_days",
        reason="Local policy.", now=SENT,
    )  # fmt: skip
    ways = dict(play(house, applied(house)))
    assert ways["agency_forum"].date().isoformat() == "2026-12-07"


def test_the_letter_is_the_same_whatever_was_found_and_whoever_enquired_does_not_decide(house: House) -> None:
    letters, now = ApplicantLetters(house.engine, house.casework.library), SENT + timedelta(days=3)
    ends: dict[str, dict[str, Raw]] = {
        "disclosed": {},
        "not_disclosed": {"decision": raw(decision="do_not_disclose")},
        "out_of_scope": {"initial_contact": raw(scope="out_of_scope")},
        "not_verified": {"face_to_face": raw(verified="not_verified")},
    }
    texts = set()
    for ending, changed in ends.items():
        case_id = applied(house)
        play(house, case_id, **changed)
        case = house.case(case_id)
        assert case.ending == ending
        texts.add(letters.letter(house.person(MONA), case_id, now=now).replace(case.reference, "").encode())
    assert len(texts) == 1


def test_no_line_of_python_knows_of_it() -> None:
    known = {
        source.path for source in rooms() if "dvds" in source.text or "domestic violence" in source.text.casefold()
    }
    # That file lists words of this work that are nobody's name; it knows no workflow.
    assert known <= {"workflows/core/masking_words.py"}
    stages = load(read_builtin("dvds")).stages
    assert set(stages) - set(load(read_builtin("csods")).stages) == {"agency_forum"}
