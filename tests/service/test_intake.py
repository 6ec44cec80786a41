"""A whole request from another system is the same as one that was typed, is taken whole or not at all, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic_core import to_jsonable_python
from sqlalchemy import func, select

from tests.builders import BEGAN, House, build
from tests.webapp.intake_documents import document
from webapp.intake.reading import read
from webapp.intake.taking import faults_in, take
from workflows.core.commands import Withdraw
from workflows.core.definition import Role, StageKind
from workflows.core.events import Started
from workflows.core.imported import Fault, FaultyDocument
from workflows.core.permissions import Relation
from workflows.definitions.loader import read_builtin
from workflows.service.intake import Intake, Taken
from workflows.service.publishing import publish
from workflows.service.publishing import published as published_workflows
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.scenario import scenarios
from workflows.service.unit_of_work import Engine, reading
from workflows.store import events, tables
from workflows.store.mapping import event_from_row

pytestmark = pytest.mark.feature("C28", "N03")

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
EMERGENCY = "emergency"


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.fixture
def intake(house: House) -> Intake:
    return Intake(house.engine, house.casework.library)


def bring(intake: Intake, said: object, *, by: Any = None, now: datetime = NOW) -> Taken:
    return take(intake, read(said), by=by, now=now)[0]


def wrong(intake: Intake, said: object, *, by: Any = None, now: datetime = NOW) -> dict[str, str]:
    """What is held against a document: the code by the place. It is refused with exactly that, too."""
    found = faults_in(intake, read(said), by=by, now=now)
    with pytest.raises(FaultyDocument) as caught:
        take(intake, read(said), by=by, now=now)
    assert set(caught.value.faults) == set(found)
    assert all(each.say.endswith(".") for each in found)
    return {each.path: each.code for each in found}


def rows(house: House) -> tuple[int, int]:
    """How many cases and entries of their histories there are."""
    with reading(house.engine) as connection:
        one = connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()
        past = select(func.count()).select_from(tables.events).where(tables.events.c.command_id.is_not(None))
        published = len(published_workflows(house.engine))
        return one, connection.execute(past).scalar_one() - published


@pytest.mark.parametrize("key", sorted(scenarios()))
def test_every_request_of_the_data_becomes_the_case_that_it_would_have_become_on_the_pages(
    house: House, intake: Intake, key: str
) -> None:
    story = scenarios()[key]
    first = {"standard": "consent_check", "emergency": "emergency_release"}[story.workflow]
    upto = "ig_advice" if key == "S11" else first
    typed = house.case(build(house, key, upto=upto))
    brought = house.case(bring(intake, document(key), now=story.submitted).case_id)
    assert brought.request == typed.request
    same = ("stage", "kind", "submitted_at", "clock", "requester", "requester_org", "holder_org", "packs", "calendar",
            "definition", "round", "stage_since", "outcome", "past_clocks", "group", "others")  # fmt: skip
    assert {name: getattr(brought, name) for name in same} == {name: getattr(typed, name) for name in same}


@pytest.mark.parametrize("key", ["S1", "S2", "S9"])
def test_the_same_people_are_told_the_same_and_the_same_falls_due(house: House, intake: Intake, key: str) -> None:
    story = scenarios()[key]
    first = build(house, key, upto="consent_check")
    second = bring(intake, document(key), now=story.submitted).case_id
    told, due = tables.notices.c, tables.due_items.c
    with reading(house.engine) as connection:
        for columns in (
            (told.case_id, told.person_id, told.kind, told.stage_title, told.due_at, told.created_at),
            (due.case_id, due.clock, due.rung, due.command, due.due_at, due.version),
        ):
            rows = {tuple(row) for row in connection.execute(select(*columns))}
            typed, brought = ({row[1:] for row in rows if str(row[0]) == case} for case in (first, second))
            if columns[0] is told.case_id:
                # Only she is told of it who would not know: somebody else sent it in her name.
                (extra,) = brought - typed
                assert extra[:2] == (house.person(story.requester).id, "brought_in")
                brought -= {extra}
            assert typed == brought != set()


def test_the_record_of_what_was_brought_in_is_whole(house: House, intake: Intake) -> None:
    bring(intake, document(other_holders=["harrowmere"]))
    bring(intake, document("S2", send=False))
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.casework.library)) == []


def test_a_beginning_that_was_stored_before_there_were_imports_is_still_read(house: House, intake: Intake) -> None:
    taken = bring(intake, document(send=False))
    with reading(house.engine) as connection:
        row = connection.execute(select(tables.events).where(tables.events.c.stream == taken.case_id)).one()
        texts = events.of_stream(connection, taken.case_id)[0].event
    assert isinstance(texts, Started)
    old = {key: value for key, value in row.facts.items() if key not in ("system", "by_operator")}
    said = to_jsonable_python({"answers": texts.answers, "application": []})
    for stored in (said, None):
        begun = event_from_row("Started", at=row.at, by=row.actor, facts=old, texts=stored)
        assert isinstance(begun, Started)
        assert (begun.system, begun.system_reference, begun.by_operator) == ("", "", False)


def test_a_draft_is_left_to_its_requester_who_can_go_on_with_it(house: House, intake: Intake) -> None:
    taken = bring(intake, document("S2", send=False))
    case = house.case(taken.case_id)
    assert (case.kind, case.submitted_at, taken.version) == (StageKind.DRAFT, None, 1)
    draft = house.casework.draft(house.person("priya.anand"), case.id)
    assert draft.missing == ()


def test_a_draft_may_say_little_but_nothing_that_has_no_shape(house: House, intake: Intake) -> None:
    said = {key: value for key, value in document(send=False).items() if key in
            {"format", "source", "requester", "requester_organisation", "holder"}}  # fmt: skip
    assert house.case(bring(intake, said).case_id).request.saved == ()
    said |= {"source": {"system": "x", "reference": "y"}, "people": [{"label": "Adult A"}, {"label": "Adult A"}]}
    assert wrong(intake, said) == {"/people/1/label": "label_twice"}


@pytest.mark.parametrize("send", [True, False])
def test_twice_is_once(house: House, intake: Intake, send: bool) -> None:
    first, before = bring(intake, document(send=send)), rows(house)
    again = bring(intake, document(send=send), now=NOW + timedelta(days=3))
    assert again == replace(first, repeated=True)
    assert not first.repeated
    assert rows(house) == before
    other = bring(intake, document(send=send, reference="another"))
    assert other.case_id != first.case_id


def test_what_was_taken_stays_taken_whatever_changed_since(house: House, intake: Intake) -> None:
    first = bring(intake, document())
    changed = document(holder="nowhere")
    assert bring(intake, changed) == replace(first, repeated=True)


def test_eight_at_once_are_one(house: House, intake: Intake) -> None:
    said = [document(), document("S2")]
    bundle = {
        "format": said[0]["format"],
        "requests": [{k: v for k, v in one.items() if k != "format"} for one in said],
    }
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: take(intake, read(bundle), by=None, now=NOW), range(8)))
    assert len({tuple(each.case_id for each in taken) for taken in done}) == 1
    assert sum(not each.repeated for taken in done for each in taken) == 2
    assert rows(house)[0] == 2


def test_of_several_all_are_taken_or_none(house: House, intake: Intake) -> None:
    parts = [{k: v for k, v in document(reference=str(n)).items() if k != "format"} for n in range(3)]
    parts[1]["holder"], parts[2]["people"] = "nowhere", []
    bundle = {"format": "gatehouse-request/1", "requests": parts}
    found = wrong(intake, bundle)
    assert found["/requests/1/holder"] == "unknown_organisation"
    assert found["/requests/2/people"] == "people_missing"
    assert not any(path.startswith("/requests/0") for path in found)
    assert rows(house) == (0, 0)
    parts[1]["holder"], parts[2]["people"], parts[2]["source"] = "larkfield", parts[0]["people"], parts[0]["source"]
    assert wrong(intake, bundle) == {"/requests/2/source": "source_twice"}
    parts[2]["source"] = {"system": "Test system", "reference": "third"}
    assert len({each.case_id for each in take(intake, read(bundle), by=None, now=NOW)}) == 3


def test_only_the_requester_herself_sends_her_requests(house: House, intake: Intake) -> None:
    jess, other = house.person("jess.holloway"), house.person("priya.anand")
    assert wrong(intake, document(), by=other) == {"/requester": "not_yourself"}
    nobody = document(requester="nobody@brightwater.example")
    assert wrong(intake, nobody, by=other) == {"/requester": "not_yourself"}
    taken = bring(intake, document(), by=jess)
    assert house.case(taken.case_id).requester == jess.id
    assert bring(intake, document()) == replace(taken, repeated=True)


@pytest.mark.parametrize("send", [True, False])
def test_she_is_told_of_what_others_bring_in_in_her_name_and_not_of_what_she_sends(
    house: House, intake: Intake, *, send: bool
) -> None:
    jess, told = house.person("jess.holloway"), tables.notices.c
    own = bring(intake, document(reference="own", send=send), by=jess)
    carried = bring(intake, document(reference="carried", send=send))
    for _ in range(2):  # again is once
        bring(intake, document(reference="carried", send=send))
    with reading(house.engine) as connection:
        found = connection.execute(select(told.case_id, told.person_id).where(told.kind == "brought_in")).all()
    assert [(str(row.case_id), str(row.person_id)) for row in found] == [(carried.case_id, jess.id)] != own.case_id


def test_it_is_on_the_record_where_it_came_from_and_who_brought_it(house: House, intake: Intake) -> None:
    jess = house.person("jess.holloway")
    own = bring(intake, document(reference="own"), by=jess)
    carried = bring(intake, document(reference="carried"))
    with reading(house.engine) as connection:
        begun = [events.of_stream(connection, each.case_id)[0].event for each in (own, carried)]
    assert [(e.system, e.system_reference, e.by_operator, e.by) for e in begun if isinstance(e, Started)] == [
        ("Test system", "own", False, jess.id), ("Test system", "carried", True, jess.id),
    ]  # fmt: skip
    page = house.casework.case(jess, carried.case_id, now=NOW)
    line = page.timeline[-1]
    assert Relation.OWNER in page.look.relations
    assert line.title == "Request brought in from Test system by whoever runs this service, in the requester’s name"
    assert line.text == "Its reference there: carried."
    seen = house.casework.case(house.person("beth.carver"), own.case_id, now=NOW).timeline[-1]
    assert (seen.title, seen.text) == ("Request brought in from Test system", "")


def test_the_reference_of_the_other_system_goes_when_a_draft_is_discarded(house: House, intake: Intake) -> None:
    taken = bring(intake, document(send=False))
    house.give(Withdraw, "jess.holloway", taken.case_id, reason="Not needed.")
    with reading(house.engine) as connection:
        begun = events.of_stream(connection, taken.case_id)[0].event
    assert isinstance(begun, Started)
    assert (begun.system, begun.system_reference) == ("Test system", "")


def test_several_holders_get_a_request_each(house: House, intake: Intake) -> None:
    said = document(other_holders=["harrowmere", "tolland"])
    case = house.case(bring(intake, said).case_id)
    with reading(house.engine) as connection:
        holders = connection.execute(
            select(tables.cases.c.holder_org, tables.cases.c.stage).where(tables.cases.c.track_group == case.group)
        ).all()
    wanted = {house.organisation(key).id for key in ("larkfield", "harrowmere", "tolland")}
    assert {row.holder_org for row in holders} == wanted
    assert {row.stage for row in holders} == {case.stage}
    assert rows(house)[0] == 3
    assert bring(intake, said).repeated
    assert rows(house)[0] == 3


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"requester": "nobody@brightwater.example"}, {"/requester": "unknown_requester"}),
        ({"requester": "beth.carver@larkfield.example"}, {"/requester": "not_requester",
                                                          "/holder": "own_organisation"}),
        ({"requester_organisation": "nowhere"}, {"/requester_organisation": "unknown_organisation"}),
        ({"requester_organisation": "marlbridge"}, {"/requester": "not_requester"}),
        ({"holder": "nowhere"}, {"/holder": "unknown_organisation"}),
        ({"holder": "brightwater"}, {"/holder": "own_organisation"}),
        ({"other_holders": ["larkfield"]}, {"/other_holders": "holder_twice"}),
        ({"other_holders": ["harrowmere", "nowhere"]}, {"/other_holders/1": "unknown_organisation"}),
        ({"workflow": "none"}, {"/workflow": "unknown_workflow"}),
        ({"source": {"system": " ", "reference": "x"}}, {"/source": "source_missing"}),
        ({"people": []}, {"/people": "people_missing"}),
        ({"basis": {}}, {"/basis/article_6": "basis_missing"}),
        ({"basis": {"article_6": "6(1)(f)"}}, {}),
        ({"consent": {}}, {"/consent/state": "consent_missing"}),
        ({"consent": {"state": "not_sought"}}, {"/consent/grounds": "grounds_missing"}),
    ],
)  # fmt: skip
def test_what_it_names_must_be_there_and_what_it_says_complete(
    house: House, intake: Intake, change: dict[str, Any], found: dict[str, str]
) -> None:
    if not found:
        # Brightwater is no public authority: a basis for such bodies is open to it.
        assert bring(intake, document(**change)).case_id
        return
    assert wrong(intake, document(**change)) == found
    assert rows(house) == (0, 0)


def test_every_fault_is_told_at_once_each_in_its_place(house: House, intake: Intake) -> None:
    said = document("S2", holder="nowhere", surprise=1)
    said["people"][0] |= {"nhs_number": "9990041198", "born": "2031-01-01", "label": "D. Orrin", "roles": []}
    said["people"][1]["name"] = " "
    said["items"][0] |= {"category": "gossip", "justify": "", "period": {"from": "2026-01-02", "to": "2026-01-01"}}
    said["items"][2]["key"] = "crisis"
    said["recipients"][0] |= {"items": ["risk", "diary"], "email": "priya"}
    said["purpose"] |= {"threshold": "worry", "risk_of_sharing": ""}
    said["differs"] = [{"person": "Child Z", "consent": {"state": "given"}}]
    assert wrong(intake, said) == {
        "/surprise": "unknown_key",
        "/holder": "unknown_organisation",
        "/people/0/born": "born_later",
        "/people/0/label": "label_tells",
        "/people/0/nhs_number": "nhs_number",
        "/people/0/roles": "role_missing",
        "/people": "subject_missing",
        "/people/1/name": "name_missing",
        "/purpose/threshold": "unknown_threshold",
        "/purpose/risk_of_sharing": "risk_of_sharing_missing",
        "/items/0/category": "unknown_category",
        "/items/0/period/to": "period_backwards",
        "/items/0/justify": "item_not_justified",
        "/items/2/key": "item_key",
        "/recipients/0/email": "email",
        "/recipients/0/items/1": "foreign_item",
        "/recipients": "item_without_recipient",
        "/differs/0/person": "foreign_person",
    }


def test_what_could_not_be_read_brings_no_further_faults_with_it(house: House, intake: Intake) -> None:
    said = document("S2", holder="nowhere")
    said["people"][1]["born"] = "yesterday"
    said["items"] = "everything"
    said["differs"] = [{"person": "Child P", "items": ["risk"], "consent": {"state": "given"}}]
    said["basis"]["article_6"] = ""
    assert wrong(intake, said) == {
        "/people/1/born": "not_a_day",
        "/items": "not_a_list",
        "/holder": "unknown_organisation",
        "/basis/article_6": "basis_missing",
    }


def test_two_public_authorities_are_not_offered_what_is_for_others(house: House, intake: Intake) -> None:
    said = document("S2")
    said["basis"]["article_6"] = "6(1)(f)"
    assert wrong(intake, said) == {"/basis/article_6": "basis_of_public_body"}


def test_an_emergency_is_sent_at_once_to_who_is_on_call_and_an_application_is_not_for_systems(
    house: House, intake: Intake
) -> None:
    for name in (EMERGENCY, "csods"):
        publish(house.engine, read_builtin(name), source=f"{name}.yaml", by="", at=BEGAN)
    said = document("S3", send=False)
    said["purpose"]["urgency"] = "routine"
    assert wrong(intake, said) == {"/send": "send_now", "/purpose/urgency": "urgency_emergency"}
    nobody = document("S3", holder="tolland")
    on_call = [each for each in house.cast.people.values()
               if Role.ON_CALL_AUTHORISER in each.roles_in(house.organisation("tolland").id)]  # fmt: skip
    assert on_call == []
    assert wrong(intake, nobody) == {"/holder": "holder_cannot_be_asked"}
    assert wrong(intake, document("S1", workflow="csods"))["/workflow"] == "public_only"


def test_a_date_beyond_what_is_known_takes_nothing(house: House, intake: Intake) -> None:
    far = datetime(2099, 11, 2, 9, 30, tzinfo=UTC)
    with pytest.raises(FaultyDocument) as caught:
        bring(intake, document(), now=far)
    assert caught.value.faults == (Fault("", "calendar_horizon", caught.value.faults[0].say),)
    assert rows(house) == (0, 0)
