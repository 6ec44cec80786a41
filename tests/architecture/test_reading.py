"""Looking changes nothing: each page fetched by each kind of person, and fetched again, leaves every row as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from tests.applying import APPLICATION, FORMS
from tests.builders import BEGAN, House, build
from tests.page import PageClient
from tests.webapp.api_client import Caller
from webapp import create_app
from workflows.core.absences import Wanted
from workflows.core.commands import AskIdentity, Complete
from workflows.core.definition import Role
from workflows.core.simulated import Chosen
from workflows.definitions.loader import read_builtin
from workflows.service import packing
from workflows.service.absences import Absences
from workflows.service.applications import Applications
from workflows.service.calendaring import Calendars
from workflows.service.moving import VersionMoves
from workflows.service.office import Cost
from workflows.service.proposing import Proposals
from workflows.service.publishing import publish
from workflows.service.scenario import scenarios
from workflows.service.sealing import Safe
from workflows.service.simulation import Simulations
from workflows.service.tokens import Tokens
from workflows.service.unit_of_work import Engine, reading, transaction
from workflows.service.webhooks import Webhooks
from workflows.settings import Cpis, Settings
from workflows.store.tables import metadata

NOTED = {
    "notices": "whoever opens a request has seen what she was told of it",
    "announcements": "whoever reads first gives what has happened its place in the order, which nobody can see",
    "api_tokens": "when a token was last used is noted, and shown to whoever it belongs to",
    "api_uses": "how often a token was used in this minute is counted",
    "attempts": "that a calendar was asked for is counted, so that nobody can try out addresses",
    "reads": "that somebody looked is recorded",
    "sessions": "when somebody was last here is noted, and what a page keeps for the next one",
}
"""Tables in which looking leaves a trace, and why. The rest may not change."""

ROLES = {
    "priya.anand": "requester, and named as recipient",
    "samir.haddad": "consent officer",
    "lucy.brandt": "information governance lead",
    "anne.whitcombe": "Caldicott Guardian",
    "martin.shaw": "manager",
    "moira.keane": "adjudicator of another house, with something to follow up",
    "nadia.roy": "on-call authoriser",
    "jess.holloway": "requester of what consent was given for",
    "mona.clarke": "coordinator of the disclosure scheme",
}
EMERGENCIES = ("emergency_release", "retrospective_review")
ACTS = ("submit", "information_needed", "consent_check", "ig_advice", "adjudication", "release", None)
OF_APPLICATIONS = ("stage_forms.", "applicant_letter.")
"""Pages of cases that the public begins: tried by who works on them, with one that is new and one that has ended."""
TAKING_BACK = "checks.withdraw"
"""A page only where consent was given: one more case, and her who asked for it."""
WRITING = 2
"""The pages that write a request lead elsewhere once it is sent: they are tried with a draft and an open question."""
QUERY_NAMES = {
    "agency", "case", "consent", "cpis", "group", "holder", "next", "on-day", "on-month", "on-year", "org", "other",
    "outcome", "page", "period", "return", "role", "sensitive", "side", "signed_out", "since", "stage", "state", "step",
    "tab", "threshold", "urgency", "waits",
}  # fmt: skip
"""Every name that may stand in the question part of an address on our pages; none can hold a person."""


@dataclass(frozen=True)
class Answer:
    """What one address gave."""

    endpoint: str
    path: str
    status: int
    html: str


@pytest.fixture
def demo(engine: Engine, settings: Settings, cheap: Cost, tmp_path: Path) -> Flask:
    """The application as in the demo, with one mail on its page, and where CP-IS could be asked."""
    (tmp_path / "20261102T093000Z-00.eml").write_text("Subject: Work\nTo: a@x.example\n\nGH-1\n", encoding="utf-8")
    asking = Cpis("http://127.0.0.1:1", "nobody")
    app = create_app(replace(settings, demo=True, mail_dir=tmp_path, cpis=asking), engine=engine, cost=cheap)
    app.testing = True
    return app


def rows(engine: Engine) -> dict[str, tuple[int, int]]:
    """For each table how many rows there are and a sum over what they say."""
    kept = [table.name for table in metadata.sorted_tables if table.name not in NOTED]
    with reading(engine) as connection:
        return {
            name: tuple(  # type: ignore[misc]
                connection.execute(
                    text(f"SELECT count(*), coalesce(sum(hashtext(t::text)), 0)::bigint FROM {name} t")
                ).one()
            )
            for name in kept
        }


def addresses(app: Flask, case_ids: list[str]) -> Iterator[tuple[str, str]]:
    """Every GET route with every case, every fixed word, and the first of whatever is numbered."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.methods is None or "GET" not in rule.methods or rule.endpoint == "static":
            continue
        for values in filled(rule, case_ids[:WRITING] if rule.rule.startswith("/requests/") else case_ids):
            yield rule.endpoint, adapter.build(rule.endpoint, values)


def filled(rule: Rule, case_ids: list[str]) -> Iterator[dict[str, str | int]]:
    """Values for the variables of a rule."""
    converters = rule._converters
    cases = case_ids if any(isinstance(each, UUIDConverter) for each in converters.values()) else [""]
    words: list[str] = next((_words(each) for each in converters.values() if isinstance(each, AnyConverter)), [""])
    for case_id in cases:
        for word in words:
            made: dict[str, str | int] = {}
            for name, converter in converters.items():
                made[name] = case_id if isinstance(converter, UUIDConverter) else 1
                if isinstance(converter, AnyConverter):
                    made[name] = word
                if name == "workflow":
                    made[name] = "csods" if rule.rule.startswith("/ask/") else "standard"
                if rule.endpoint == "api.readPack":
                    made |= {"pack": "legal-bases", "version": "2026-09"}
                if name == "name":
                    made[name] = "20261102T093000Z-00.eml"
            yield made


def _words(converter: AnyConverter) -> list[str]:
    return sorted(part.replace("\\", "") for part in converter.regex.removeprefix("(?:").removesuffix(")").split("|"))


def fetch(client: FlaskClient, where: list[tuple[str, str]], token: dict[str, str]) -> list[Answer]:
    """Get every address once; those of the API with a token."""
    found = []
    for endpoint, path in where:
        answer = client.get(path, headers=token if path.startswith("/api/v1/") else {})
        html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        found.append(Answer(endpoint, path, answer.status_code, html))
    return found


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's people and one case at each stage, and the policy packs in force."""
    found = House.found(engine)
    packing.found(engine, at=BEGAN)
    return found


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.feature("C26")
def test_no_page_changes_anything_for_anybody(house: House, demo: Flask, engine: Engine) -> None:
    made = [*(build(house, "S2", upto=act) for act in ACTS), build(house, "S7", upto="review")]
    where = list(addresses(demo, made))
    nights = addresses(demo, [build(house, "S3", upto=act) for act in EMERGENCIES])
    where += [each for each in nights if each[0].startswith("emergency_acts.") and each not in where]
    waits = build(house, "S2", upto="ig_advice")
    house.give(AskIdentity, "lucy.brandt", waits, label="Child P", reason="The two children may be one.")
    where += [each for each in addresses(demo, [waits]) if each not in where]
    consented = addresses(demo, [build(house, "S1", upto="ig_advice")])
    where += [each for each in consented if each[0] == TAKING_BACK]
    applied = list(addresses(demo, [*apply(house)]))
    where += [each for each in applied if each[0].startswith(OF_APPLICATIONS) and each not in where]
    plan_to_be_away(house, absence_id=made[0])
    version = plan_to_close(house)
    where = [(name, path.replace("/calendars/1", f"/calendars/{version}")) for name, path in where]
    asked, moved = propose_and_move(house)
    numbered = {
        "/workflows/proposals/1": f"/workflows/proposals/{asked}",
        "/workflows/moves/1": f"/workflows/moves/{moved}",
    }
    for one, other in {**numbered, "/standard/1/move/1": "/standard/1/move/2"}.items():
        where = [(name, path.replace(one, other)) for name, path in where]
    register_a_receiver(house, webhook_id=made[0])
    add_a_system(house, account_id=made[1])
    try_a_version(house, simulation_id=made[0])
    opened: set[str] = set()
    for who in ROLES:
        client = PageClient(demo).sign_in(house.person(who).email).http
        token = Caller.enter(demo, engine, house.person(who)).headers()
        before = rows(engine)
        answers = fetch(client, [each for each in where if tried(each[1], who)], token)
        shown = [answer for answer in answers if answer.status == 200]
        again = fetch(client, [(answer.endpoint, answer.path) for answer in shown], token)
        assert [answer.path for answer in again if answer.status != 200] == [], f"{who}: the second look differs"
        after = rows(engine)
        assert after == before, f"{who}: looking changed {[name for name in before if before[name] != after[name]]}"
        check_answers(answers, who)
        opened |= {answer.endpoint for answer in answers if answer.status in (200, 303)}
    # The beat of a test is never heard, and the address of a calendar is nobody's until it is made.
    wanted = {endpoint for endpoint, _ in where} - {"health.ready", "calendar_feed.feed"}
    assert opened >= wanted, f"nobody could open {wanted - opened}"


def apply(house: House) -> Iterator[str]:
    """Two applications to the disclosure scheme: one that nobody has looked at, one out of scope."""
    publish(house.engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    door, place = Applications(house.engine, house.casework.library), house.organisation("westmoor").id
    out_of_scope = {**FORMS["initial_contact"], "scope": ("out_of_scope",), "contact": ()}
    for ends in (False, True):
        given, sent = {**APPLICATION, "no_email": ("no",)}, house.casework.now() - timedelta(hours=2)
        case_id = door.apply("csods", place, given, command_id=house.new_id(), now=sent).done.case_id
        if ends:
            house.give(Complete, "mona.clarke", case_id, answers=out_of_scope)
        yield case_id


def plan_to_be_away(house: House, *, absence_id: str) -> None:
    """The manager will be away one day: nothing changes before that, and he can still come back early."""
    martin, now = house.person("martin.shaw"), house.casework.now()
    start = now + timedelta(days=300)
    wanted = Wanted(
        organisation_id=house.organisation("harrowmere").id, person_id=martin.id, start=start,
        until=start + timedelta(days=7), deputies=(house.person("elaine.foster").id,),
    )  # fmt: skip
    Absences(house.engine, house.casework.library).record(martin, wanted, absence_id=absence_id, now=now)


def plan_to_close(house: House) -> int:
    """Days that wait for the manager, who is an administrator as well: the number of their version."""
    house.holds("martin.shaw", Role.ADMINISTRATOR, "harrowmere")
    desk, now = Calendars(house.engine, house.casework.library), house.casework.now()
    return desk.close(
        house.person("peter.quayle").id, house.organisation("harrowmere").id,
        days=((now.date() + timedelta(days=300), "Training"),), hours=None, note="Training.",
        command_id=house.new_id(), at=now,
    )  # fmt: skip


def propose_and_move(house: House) -> tuple[int, int]:
    """A version that waits for an answer, and a move to another that nobody has carried out: their numbers."""
    second, third = (read_builtin("standard").replace("version: 1\n", f"version: {each}\n", 1) for each in (2, 3))
    peter, now = house.person("peter.quayle").id, house.casework.now()
    publish(house.engine, second, source="standard.yaml", by="", at=now)
    said: dict[str, str] = {"by": peter, "command_id": house.new_id()}
    asked = Proposals(house.engine).propose(third, source="standard.yaml", note="Tried.", at=now, **said)
    moves = VersionMoves(house.engine, house.casework.library)
    moving = moves.begin("standard", 1, 2, (), why="Tried.", at=now, by=peter, command_id=house.new_id())
    return asked, moving.number


def register_a_receiver(house: House, *, webhook_id: str) -> None:
    """The administrator has a receiver, to which nothing was sent yet."""
    hooks = Webhooks(house.engine, Safe("for-tests-only"), resolve=lambda _host, _port: ["93.184.216.34"])
    hooks.add(
        house.person("peter.quayle"), house.organisation("harrowmere").id, url="https://hooks.example.org/",
        kinds=["case.moved"], command_id=str(uuid4()), now=house.casework.now(),
    )  # fmt: skip
    with transaction(house.engine) as connection:
        connection.execute(text("UPDATE webhooks SET id = cast(:id AS uuid)"), {"id": webhook_id})


def add_a_system(house: House, *, account_id: str) -> None:
    """The administrator's organisation has a system with an account of its own."""
    Tokens(house.engine).add_account(
        house.person("peter.quayle"), house.organisation("harrowmere").id, name="Records",
        email="records@harrowmere.example", roles=["requester"], command_id=account_id, now=house.casework.now(),
    )  # fmt: skip


def try_a_version(house: House, *, simulation_id: str) -> None:
    """What another version would have done with the requests that have been sent."""
    text_of_it, now = read_builtin("standard"), house.casework.now()
    desk = Simulations(house.engine, house.casework.library)
    desk.now(house.person("peter.quayle"), text_of_it, Chosen(), run_id=simulation_id, at=now)


def tried(path: str, who: str) -> bool:
    """Whether a person tries an address. A draft's pages are for its owner; one more person stands for the others."""
    if who == "jess.holloway":
        return path.endswith("/consent/withdraw")
    if who == "mona.clarke":
        return path.startswith("/ask") or path.endswith(("/form", "/withdrawn", "/letter", "/letter/e-mail"))
    return not path.startswith("/requests/") or who in ("priya.anand", "martin.shaw")


def check_answers(answers: list[Answer], who: str) -> None:
    """Proper answers only, and no address on any page that could tell who a case is about."""
    odd = [(answer.path, answer.status) for answer in answers if answer.status not in (200, 303, 403, 404, 409, 503)]
    odd += [(a.path, a.status) for a in answers if a.status == 503 and a.endpoint != "health.ready"]
    assert not odd, f"{who}: {odd}"
    telling = {f"{answer.endpoint}: {link}" for answer in answers for link in links(answer.html) if tells(link)}
    assert not telling, f"{who}: {telling}"


def links(html: str) -> set[str]:
    """Every address on a page, and for forms that ask by address what they add to it."""
    found = {unescape(link) for link in re.findall(r'(?:href|action|src|formaction)="([^"]*)"', html)}
    asking = re.findall(r'<form[^>]*method="get".*?</form>', html, re.DOTALL)
    return found | {f"?{name}=" for form in asking for name in re.findall(r'\bname="([^"]*)"', form)}


PERSONAL = {
    word.casefold()
    for story in scenarios().values()
    for _, part in story.answers
    for person in getattr(part, "people", ())
    for word in re.findall(r"[^\W\d_]{4,}", f"{person.name}")
}


def tells(link: str) -> bool:
    """Whether an address says more than which page of which case it is."""
    parts = urlsplit(link)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    words = {word.casefold() for word in re.findall(r"[^\W\d_]{4,}", parts.path + " " + parts.query)}
    return "@" in link or bool(names - QUERY_NAMES) or bool(words & PERSONAL)


def test_an_address_that_tells_is_noticed() -> None:
    assert PERSONAL
    assert tells(f"/cases?tab={next(iter(PERSONAL))}")
    assert tells("/people?email=a")
    assert tells("/people/priya@x.example")
    assert [link for link in links('<form method="get"><input name="surname"></form>') if tells(link)] == ["?surname="]
    assert not tells("/work?tab=team&page=2")
