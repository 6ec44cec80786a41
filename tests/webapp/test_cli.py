"""The same from a shell."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import SECRET
from tests.page import PASSWORD
from tests.webapp.people import PRIYA, organisation
from webapp.cli.group import LAUNCHER, main, make_group, take_home
from workflows.core.definition import Role
from workflows.definitions.loader import builtin_names
from workflows.service.office import Office

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(office: Office, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as a shell would: exit code, what it said, what it complained of."""
    for name in [name for name in os.environ if name.startswith("GATEHOUSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GATEHOUSE_DATABASE_URL", database_url)
    monkeypatch.setenv("GATEHOUSE_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("GATEHOUSE_SECRET_KEY", SECRET)

    def run(*arguments: str, typed: str = "", **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"GATEHOUSE_{name}", value)
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def add(run: Run, *more: str, typed: str = PASSWORD + "\n", key: str = "marlbridge") -> tuple[int, str, str]:
    given = ("person", "add", "--name", "Priya Anand", "--email", PRIYA, "--organisation", key, "--password-stdin")
    return run(*given, *more, typed=typed)


def test_the_help_page_names_every_group(run: Run) -> None:
    code, said, _ = run("--help")
    assert code == 0
    assert {*LAUNCHER, "db", "demo", "person"} <= set(make_group().commands)
    assert all(f"  {name} " in said for name in make_group().commands)


def test_the_database_is_upgraded_as_often_as_one_likes(run: Run) -> None:
    code, said, complaint = run("db", "upgrade")
    assert (code, complaint) == (0, "")
    shipped = "".join(f"Published: {name} version 1.\n" for name in builtin_names())
    assert said.startswith(f"The database has the newest shape.\n{shipped}In force: ")
    assert "In force: caldicott/2020-12.\n" in said
    assert run("db", "upgrade") == (0, "The database has the newest shape.\n", "")


def test_a_person_is_added_and_can_sign_in(run: Run, office: Office) -> None:
    organisation(office)
    assert add(run, "--role", "requester", "--role", "consent_officer")[:2] == (
        0,
        "Added: Requester, Consent officer at Marlbridge County Council.\n",
    )
    assert office.sign_in(PRIYA, PASSWORD, address="192.0.2.1").person_id


def test_roles_are_changed_in_one_organisation_and_kept_elsewhere(run: Run, office: Office) -> None:
    here, there = organisation(office), organisation(office, key="harrowmere", name="Harrowmere")
    add(run, "--role", "requester")
    add(run, "--role", "manager", key="harrowmere")
    code, said, _ = add(run, "--role", "auditor", typed="")
    assert (code, said) == (0, "Changed: now Requester, Auditor at Marlbridge County Council.\n")
    code, said, _ = add(run, "--role", "auditor", "--only", typed="")
    assert (code, said) == (0, "Changed: now Auditor at Marlbridge County Council.\nNo longer: Requester.\n")
    found = office.find(PRIYA)
    assert found is not None
    assert found.roles_in(here.id) == {Role.AUDITOR}
    assert found.roles_in(there.id) == {Role.MANAGER}
    assert office.sign_in(PRIYA, PASSWORD, address="192.0.2.1").person_id


@pytest.mark.parametrize(
    ("more", "typed", "code", "says"),
    [
        (("--role", "king"), PASSWORD, 2, "king"),
        ((), PASSWORD, 2, "--role"),
        (("--role", "auditor"), "too short", 1, "at least 15 characters"),
        (("--role", "auditor"), "x" * 1025, 1, "at most 1024 bytes"),
        (("--role", "auditor", "--email", "no address"), PASSWORD, 2, "not an e-mail address"),
        (("--role", "auditor", "--organisation", "nowhere"), PASSWORD, 2, "Known: marlbridge"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence_and_changes_nothing(
    run: Run, office: Office, more: tuple[str, ...], typed: str, code: int, says: str
) -> None:
    organisation(office)
    given, _, complaint = add(run, *more, typed=typed)
    assert given == code
    assert says in complaint
    assert "Traceback" not in complaint
    assert office.find(PRIYA) is None


def test_the_demo_clock_moves_on(run: Run, office: Office) -> None:
    code, said, _ = run("demo", "advance", "--hours", "30", DEMO="1")
    assert code == 0
    assert said.startswith("The clock now says ")
    moved = office.now() - datetime.now(UTC)
    assert timedelta(hours=29, minutes=59) < moved < timedelta(hours=30, minutes=1)


@pytest.mark.parametrize("hours", ["0", "-1", "9000", "soon", "nan"])
def test_the_demo_clock_never_moves_back_or_out_of_sight(run: Run, office: Office, hours: str) -> None:
    assert run("demo", "advance", f"--hours={hours}", DEMO="1")[0] == 2
    assert abs(office.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_outside_the_demo_the_clock_cannot_be_moved(run: Run, office: Office) -> None:
    code, _, complaint = run("demo", "advance", "--hours", "1")
    assert code == 1
    assert "only be moved in the demo" in complaint
    assert abs(office.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"SECRET_KEY": "short"}, "GATEHOUSE_SECRET_KEY must be at least 32"),
        ({"DATABASE_URL": "mysql://x"}, "GATEHOUSE_DATABASE_URL must be an address that begins with"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "The database cannot be reached."),
        ({"SESSION_HOURS": "100"}, "GATEHOUSE_SESSION_HOURS must be a whole number from 1 to 24."),
    ],
)
def test_a_wrong_setting_names_itself(run: Run, settings: dict[str, str], says: str) -> None:
    code, _, complaint = run("db", "upgrade", **settings)
    assert code == 1
    assert says in complaint
    assert "Traceback" not in complaint


def test_the_home_may_be_named_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_HOME", "before")
    assert take_home(["demo", "--home", "/a", "advance", "--hours", "1"]) == ["demo", "advance", "--hours", "1"]
    assert os.environ["GATEHOUSE_HOME"] == "/a"
    assert take_home(["--home=/b", "db", "upgrade"]) == ["db", "upgrade"]
    assert os.environ["GATEHOUSE_HOME"] == "/b"
    assert take_home(["up", "--home", "/c"]) == ["up", "--home", "/c"]
    assert os.environ["GATEHOUSE_HOME"] == "/b"


def test_an_organisation_is_added_so_that_an_empty_home_can_be_used(run: Run, office: Office) -> None:
    given = ("organisation", "add", "--name", "Newmoor Council", "--kind", "local_authority", "--nation", "Wales")
    assert run(*given, "--key", "newmoor")[0] == 0
    found = office.organisation("newmoor")
    assert found is not None
    assert (found.name, found.calendar, found.public_authority) == ("Newmoor Council", "england-and-wales", True)
    told = ("--covered", "--policy-document", "Policy 7", "--policy-review-on", "2027-05-01")
    assert run(*given, "--key", "newmoor", *told)[0] == 0
    assert run(*given, "--key", "newmoor")[0] == 0  # what is not given again stays
    found = office.organisation("newmoor")
    assert found is not None
    assert (found.covered, found.policy_document, found.policy_review_on) == (True, "Policy 7", date(2027, 5, 1))
    assert run(*given, "--key", "newmoor", "--policy-review-on", "soon")[0] == 2
    code, _, complaint = run(*given, "--key", "New Moor")
    assert code != 0
    assert "small letters" in complaint


def test_a_home_that_is_not_there_is_told_and_not_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATEHOUSE_DATABASE_URL", raising=False)
    nowhere = tmp_path / "typo"
    code, _, complaint = run("register", "verify", "--home", str(nowhere))
    assert code != 0
    assert "There is no Gatehouse home at" in complaint
    assert not nowhere.exists()
