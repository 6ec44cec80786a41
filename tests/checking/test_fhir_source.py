"""CP-IS over its API, against a server that is strict about the question and bad in every way about the answer."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Iterator
from datetime import date

import pytest

from tests.checking.answers import CHILD, OTHER, REAL, SECRET, team
from tests.checking.cpis_server import TOKEN, CpisServer, cpis_server
from webapp.checking.answers import Answer
from webapp.checking.fhir_source import AGAIN, SECONDS, FhirSource
from workflows.core.cpis import CpisResult, CpisVia, PlanType

pytestmark = pytest.mark.feature("C28")
TRACE = "6ede3b9d-a81b-4c75-9d77-e1d64d85c323"


@pytest.fixture
def cpis() -> Iterator[CpisServer]:
    with cpis_server() as server:
        yield server


def ask(server: CpisServer, number: str = CHILD, *, token: str = TOKEN, seconds: float = SECONDS) -> Answer:
    source = FhirSource(server.url, token, demo=True, seconds=seconds)
    return source.plans(number, unscheduled=False, trace=TRACE)


def test_a_plan_is_told_and_the_question_is_put_as_documented(cpis: CpisServer) -> None:
    cpis.records[CHILD] = [team(), team("LAC")]
    for unscheduled in (True, False):
        found = FhirSource(cpis.url, TOKEN).plans("999 005 4924", unscheduled=unscheduled, trace=TRACE)
        assert (found.via, found.result, len(found.plans)) == (CpisVia.FHIR_API, CpisResult.PLAN, 2)
        assert found.plans[0].type is PlanType.CHILD_PROTECTION
        assert found.checked_at is None, "when it was asked is known here, whatever the answer says"
    assert cpis.asked == [
        {"kind": "CareTeam", "number": CHILD, "unscheduled": each, "trace": TRACE} for each in ("true", "false")
    ]


def test_no_record_is_an_empty_bundle(cpis: CpisServer) -> None:
    assert ask(cpis).result is CpisResult.NO_PLAN_RECORDED


def test_when_somebody_looked_before_is_told_and_who_is_not_read(cpis: CpisServer) -> None:
    cpis.records[CHILD] = [team(), team("LAC")]
    source = FhirSource(cpis.url, TOKEN, demo=True)
    assert source.earlier_looks(CHILD, unscheduled=True, trace=str(uuid.uuid4())) == (date(2026, 1, 1),) * 2
    assert cpis.asked[0]["kind"] == "AuditEvent"
    assert source.earlier_looks(OTHER, unscheduled=True, trace=TRACE) == ()
    assert source.earlier_looks(REAL, unscheduled=True, trace=TRACE) is None
    for mode in ("500", "html", "broken", "reset"):
        cpis.mode = mode
        assert source.earlier_looks(CHILD, unscheduled=True, trace=TRACE) is None


@pytest.mark.parametrize(
    ("mode", "says", "again"),
    [
        ("400", "CP-IS did not accept the question (400). CP-IS answered with an error: ACCESS_DENIED", False),
        ("401", "CP-IS did not accept our access", False),
        ("403", "CP-IS denied access to this question (403). CP-IS answered with an error: ACCESS_DENIED", False),
        ("404", "There is no CP-IS at the address that is set", False),
        ("408", "CP-IS took too long (408)", True),
        ("429", "CP-IS was asked too often (429)", True),
        ("500", "CP-IS is out of order (500).", True),
        ("503", "CP-IS is out of order (503).", True),
        ("418", "CP-IS is out of order (418)", False),
        ("redirect", "CP-IS points to another address, which is not followed (302).", False),
        ("outcome", "CP-IS answered with an error: ACCESS_DENIED, Access has been denied", False),
        ("html", "CP-IS answered with something that is not FHIR", False),
        ("broken", "The answer of CP-IS cannot be used. This is not JSON", False),
        ("huge", "CP-IS could not be asked: its answer is too large.", False),
        ("wrong_patient", "This is about another person than the one you chose.", False),
        ("reset", "the connection could not be made, or was broken off.", True),
        ("slow", "it did not answer within 0.3 seconds.", True),
        ("drip", "it did not answer within 0.3 seconds.", True),
    ],
)
def test_whatever_goes_wrong_is_an_answer_with_a_plain_reason(
    cpis: CpisServer, mode: str, says: str, *, again: bool
) -> None:
    cpis.mode = mode
    found = ask(cpis, seconds=0.3)
    assert found.result is CpisResult.COULD_NOT_CHECK
    assert says in found.reason
    assert (found.remarks == (AGAIN,)) is again
    assert CHILD not in found.reason
    assert TOKEN not in found.reason


def test_a_token_that_is_not_known_and_a_number_that_is_none(cpis: CpisServer) -> None:
    assert "(401)" in ask(cpis, token="other").reason
    assert "CP-IS was not asked." in ask(cpis, "9990054923").reason
    assert "only NHS numbers for tests" in ask(cpis, REAL).reason
    assert cpis.asked == []


def test_where_nothing_listens_it_could_not_be_asked() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = CpisServer(url=f"http://127.0.0.1:{free.getsockname()[1]}")
        found = ask(nowhere)
    assert "could not be made" in found.reason
    assert found.remarks == (AGAIN,)


def test_without_a_right_certificate_nothing_is_asked(cpis: CpisServer) -> None:
    secured = CpisServer(url=cpis.url.replace("http://", "https://"))
    found = ask(secured, seconds=2)
    assert found.result is CpisResult.COULD_NOT_CHECK
    assert cpis.asked == []


def test_no_log_carries_the_number_or_the_token(cpis: CpisServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cpis.records[CHILD] = [team()]
    ask(cpis)
    cpis.mode = "broken"
    ask(cpis)
    for each in caplog.records:
        said = f"{each.getMessage()} {each.__dict__}"
        assert CHILD not in said
        assert TOKEN not in said
        assert SECRET not in said
    assert TOKEN not in repr(FhirSource(cpis.url, TOKEN))
