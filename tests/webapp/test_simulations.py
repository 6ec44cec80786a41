"""The pages of simulations: asked for by an administrator, watched while they run, read, and taken along."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from celery import Celery
from flask import Flask
from sqlalchemy import text

from tests.builders import BEGAN, House
from tests.page import Page, PageClient
from tests.service.test_csods import to
from tests.webapp import test_cli
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from tests.webapp.test_cli import Run as Shell
from webapp.views.simulations import KIND
from workers import celery_app, tasks
from workflows.core.definition import Role
from workflows.core.simulated import Kind
from workflows.definitions.loader import read_builtin
from workflows.service.proposing import Proposals
from workflows.service.publishing import publish
from workflows.service.simulation_run import work
from workflows.settings import Settings
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C7")
run = test_cli.run
ADMINISTRATOR = "peter.quayle"
OLD = "priority: {length: 1 working_days, extension: {most: 1 working_days, roles: [manager]}}"
RED = read_builtin("standard").replace(OLD, "priority: {length: 4 hours}")
AGAIN = {"X-Look-Again": "1"}
FIVE_HOURS = 5 / 24
"""In days: later than the four hours of RED, and within the working day of what is published, at every hour."""


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def upload(client: PageClient, source: str = RED, *, status: int = 200, **fields: str) -> Page:
    client.open("/workflows/simulations/new")
    file = (io.BytesIO(source.encode()), "four-hours.yaml")
    return client.submit({"version": "", "file": file, **fields}, action="/workflows/simulations", status=status)


def words_of(desk: Desk, case: str) -> list[str]:
    """What the request says, and of whom: none of it may ever be shown."""
    request = desk.house.case(case).request
    return [request.purpose.purpose, *(each.name for each in request.people), *(i.describe for i in request.items)]


def test_an_administrator_tries_a_file_watches_it_and_reads_the_report(desk: Desk) -> None:
    case = desk.case(days_ago=FIVE_HOURS)
    reference = desk.house.case(case).reference
    client = desk.sit(ADMINISTRATOR)
    assert "Simulations appear here" in client.open("/workflows/simulations").text
    page = upload(client)
    assert page.h1 == "What would change: standard, version 1"
    assert "Waiting for a worker" in page.text
    assert "not published" in page.text
    tag = client.http.get(page.path, headers=AGAIN).headers["ETag"]
    assert client.http.get(page.path, headers={**AGAIN, "If-None-Match": tag}).status_code == 304
    assert work(desk.house.engine, desk.house.casework.library).done == 1
    changed = client.http.get(page.path, headers={**AGAIN, "If-None-Match": tag}).get_data(as_text=True)
    assert "<h1" not in changed
    assert "Another due date" in changed
    page = client.open(page.path)
    assert "Done" in page.text
    assert "Nothing was changed." in page.text
    assert (
        "1 request was looked at: 1 with another timeliness result and 1 with another due date. 0 would have"
        in page.text
    )
    assert reference in page.text
    assert reference not in page.links(), "the administrator may not open it"
    for words in words_of(desk, case):
        assert words not in page.html
    assert 'role="img"' in page.html
    assert not page.all("script", type="module", src="live")
    whole = client.open(f"{page.path}/due")
    assert reference in whole.text
    assert "No request differs in this way." in client.open(f"{page.path}/route").text
    assert "Simulation" in client.open("/workflows/simulations").text


def test_who_may_open_a_request_gets_a_link_and_a_manager_elsewhere_no_reference(desk: Desk) -> None:
    case = desk.case(days_ago=1)
    reference = desk.house.case(case).reference
    page = upload(desk.sit(ADMINISTRATOR))
    work(desk.house.engine, desk.house.casework.library)
    own = desk.sit(MANAGER).open(page.path)
    assert own.links()[reference] == f"/cases/{case}"
    assert "Try a version" not in desk.sit(MANAGER).open("/workflows/simulations").links()
    desk.house.holds("jess.holloway", Role.MANAGER, _home(desk))
    other = desk.sit("jess.holloway").open(page.path)
    assert reference not in other.html
    assert "A request of other organisations" in other.text
    desk.sit(GUARDIAN).open(page.path, status=404)
    desk.sit(GUARDIAN).open("/workflows/simulations", status=403)
    for path in ("/workflows/simulations/new", "/workflows/standard/1/simulate"):
        desk.sit(MANAGER).open(path, status=403)


def _home(desk: Desk) -> str:
    (own,) = desk.house.person("jess.holloway").organisations()
    return next(key for key, each in desk.house.cast.organisations.items() if each.id == own)


def test_a_published_version_is_tried_from_its_own_form(desk: Desk) -> None:
    client = desk.sit(ADMINISTRATOR)
    page = client.open("/workflows/standard/1/simulate")
    assert page.form("/workflows/simulations").fields["version"] == "standard/1"
    page = client.submit(action="/workflows/simulations")
    assert "published" in page.text
    assert page.path in client.open("/workflows/standard/1/simulations").links().values()
    assert client.open("/workflows/standard/1").links()["What would it change? Tried on past requests"]
    desk.sit(GUARDIAN).open("/workflows/standard/1/simulations", status=404)
    work(desk.house.engine, desk.house.casework.library)
    assert "No request fits what was chosen" in client.open(page.path).text
    client.open("/workflows/standard/99/simulate", status=404)


def test_a_proposal_is_tried_before_it_is_published_and_keeps_its_report(desk: Desk) -> None:
    client = desk.sit(ADMINISTRATOR)
    proposal = Proposals(desk.house.engine).propose(
        RED.replace("version: 1\n", "version: 2\n", 1), source="red.yaml", note="Faster.",
        by=desk.house.person(ADMINISTRATOR).id, command_id=desk.house.new_id(), at=BEGAN,
    )  # fmt: skip
    page = client.open(f"/workflows/proposals/{proposal}")
    assert "Nobody has tried it" in page.text
    client.open(page.links()["Try it on past and open requests"])
    run = client.submit(action="/workflows/simulations")
    assert "version 2" in run.text
    assert run.path in client.open(f"/workflows/proposals/{proposal}").links().values()
    client.open("/workflows/proposals/99/simulate", status=404)
    desk.sit(MANAGER).open(f"/workflows/proposals/{proposal}/simulate", status=403)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"version": "standard/1"}, "file", "one of the two"),
        ({"since-day": "31", "since-month": "2", "since-year": "2026"}, "since", "real date"),
        ({"since-day": "3", "since-month": "2", "since-year": "2026",
          "until-day": "1", "until-month": "2", "until-year": "2026"}, "until", "ends before it begins"),
        ({"most": "many"}, "most", "whole number"),
        ({"most": "0"}, "most", "whole number"),
        ({"urgency": "never"}, "urgency", "Choose an urgency"),
        ({"state": "both"}, "state", "Choose open"),
        ({"pack": "caldicott/1997"}, "pack", "Choose a published version"),
        ({"organisation": "none"}, "organisation", "Choose an organisation"),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_refused_with_the_field_and_nothing_is_kept(
    desk: Desk, fields: dict[str, str], field: str, words: str
) -> None:
    page = upload(desk.sit(ADMINISTRATOR), status=422, **fields)
    assert any(words in each for each in page.errors().values()), page.errors()
    assert field in page.errors()
    with desk.house.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM simulations")).scalar_one() == 0


def test_a_bad_file_is_refused_with_its_lines(desk: Desk) -> None:
    client = desk.sit(ADMINISTRATOR)
    page = upload(client, RED.replace("kind: check", "kind: moon", 1), status=422)
    assert "file:" in page.errors()["file"]
    page = upload(client, RED.replace("id: standard", "id: unheard"), status=422)
    assert "No version of “unheard”" in page.errors()["file"]
    client.open("/workflows/simulations/new")
    page = client.submit(
        {"version": "", "file": (io.BytesIO(b"\xff\xfe\x00"), "x.yaml")}, action="/workflows/simulations", status=422
    )
    assert "not text" in page.errors()["file"]
    page = client.submit({"version": "standard/x"}, action="/workflows/simulations", status=422)
    assert "Choose a version" in page.errors()["version"]


def test_a_double_click_is_one_run_and_a_stopped_one_is_run_again(desk: Desk) -> None:
    client = desk.sit(ADMINISTRATOR)
    first = upload(client)
    form = client.open("/workflows/standard/1/simulate").form("/workflows/simulations")
    one = client.send(form.action, form.fields)
    assert client.send(form.action, form.fields).path == one.path
    assert one.path != first.path
    with desk.house.engine.begin() as connection:
        connection.execute(
            text("UPDATE simulations SET state = 'stopped', why = 'worker', ended_at = clock_timestamp()")
        )
    page = client.open(first.path)
    assert "was lost several times" in page.text
    assert "There is no report, and nothing was changed." in page.text
    again = client.submit(action=f"{first.path}/again")
    assert again.path != first.path
    assert "It runs again" in again.text
    work(desk.house.engine, desk.house.casework.library)
    assert "Done" in client.open(again.path).text
    assert "was lost several times" in client.open(first.path).text, "what was stopped stays as it was"


def test_a_run_that_is_silent_says_so(desk: Desk) -> None:
    client = desk.sit(ADMINISTRATOR)
    page = upload(client)
    with desk.house.engine.begin() as connection:
        running = "UPDATE simulations SET state = 'running', lease_until = clock_timestamp() + :more"
        connection.execute(text(f"{running}, done = 3, total = 9"), {"more": "1 minute"})
    assert "3 of 9 requests have been looked at" in client.open(page.path).text
    assert "3 of 9" in client.open("/workflows/simulations").text
    with desk.house.engine.begin() as connection:
        connection.execute(text(running), {"more": "-1 minute"})
    assert "Nothing has been heard of it" in client.open(page.path).text


def test_the_list_is_taken_along_as_a_file_that_no_spreadsheet_carries_out(desk: Desk) -> None:
    case = desk.case(days_ago=1)
    client = desk.sit(ADMINISTRATOR)
    page = upload(client)
    work(desk.house.engine, desk.house.casework.library)
    page = client.open(page.path)
    form = page.form(f"{page.path}/export")
    answer = client.http.post(form.action, data=form.fields)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[0].endswith("What would change,Request,Stage,On record,Under this version,Note")
    assert any(desk.house.case(case).reference in line for line in lines)
    for words in words_of(desk, case):
        assert words not in answer.get_data(as_text=True)
    assert "Download as CSV" not in desk.sit(MANAGER).open(page.path).text
    other = desk.sit(MANAGER)
    other.open("/account")
    refused = other.http.post(form.action, data={**form.fields, "csrf_token": other.token()})
    assert refused.status_code == 403


def test_what_only_its_own_roles_may_know_of_is_not_looked_at_and_the_page_says_so(desk: Desk) -> None:
    publish(desk.house.engine, read_builtin("csods"), source="csods.yaml", by="", at=BEGAN)
    case = to(desk.house, "decision")
    client = desk.sit(ADMINISTRATOR)
    page = upload(client, read_builtin("csods"))
    work(desk.house.engine, desk.house.casework.library)
    page = client.open(page.path)
    assert "Only the roles of this workflow itself may know that its requests exist" in page.text
    assert desk.house.case(case).reference not in page.html


def test_every_kind_has_its_page() -> None:
    assert set(KIND.split(",")) == {each.value for each in Kind}


def test_the_worker_runs_what_waits(desk: Desk, settings: Settings) -> None:
    means = tasks.Means(settings)
    means.__dict__["engine"] = desk.house.engine
    worker: Celery[tasks.IdsOnly] = celery_app.make_app(settings, means=means)
    client = desk.sit(ADMINISTRATOR)
    page = upload(client)
    for _ in range(2):
        worker.tasks[tasks.SIMULATE].run()
    assert "Done" in client.open(page.path).text


# --- The shell


def test_the_shell_prints_the_same_and_keeps_nothing_unless_told_to(
    desk: Desk, run: Shell, tmp_path: Path, database_url: str
) -> None:
    case = desk.case(days_ago=1)
    file = tmp_path / "four-hours.yaml"
    file.write_text(RED, encoding="utf-8")
    code, said, complaint = run("workflow", "simulate", str(file), "--workflow", "standard", "--since", "2020-01-01")
    assert (code, complaint) == (0, "")
    assert "1 request was looked at" in said
    assert desk.house.case(case).reference in said
    assert "Another due date" in said
    with desk.house.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM simulations")).scalar_one() == 0
    address = desk.house.person(ADMINISTRATOR).email
    code, said, _ = run("workflow", "simulate", str(file), "--keep", "--by", address)
    assert code == 0
    assert "Kept as simulation" in said
    with desk.house.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM simulations")).scalar_one() == 1
    assert run("workflow", "simulate", str(file), "--keep")[0] == 2
    assert "No pack caldicott/1997" in run("workflow", "simulate", str(file), "--pack", "caldicott/1997")[2]
    assert run("workflow", "simulate", str(file), "--workflow", "emergency")[0] == 1
    assert "nobody here" in run("workflow", "simulate", str(file), "--keep", "--by", "x@x.example")[2]
    file.write_text("format: nothing", encoding="utf-8")
    assert run("workflow", "simulate", str(file))[0] != 0
