"""``gatehouse import``: files of other systems, taken whole or not at all, with every fault in a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import House
from tests.conftest import SECRET
from tests.webapp.intake_documents import document
from webapp.cli.group import main
from webapp.cli.intake import MOST_BYTES
from webapp.intake.samples import consented, overriding, several
from workflows.service.unit_of_work import Engine

pytestmark = pytest.mark.feature("C28", "N20")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.fixture
def run(
    house: House, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs ``gatehouse import`` in a folder of its own: exit code, what it said, what it complained of."""
    for name in [name for name in os.environ if name.startswith("GATEHOUSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GATEHOUSE_DATABASE_URL", database_url)
    monkeypatch.setenv("GATEHOUSE_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("GATEHOUSE_SECRET_KEY", SECRET)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["import", *arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run


def put(name: str, said: Any) -> str:
    Path(name).write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())
    return name


def count(house: House, who: str = "jess.holloway") -> int:
    person, now = house.person(who), house.casework.now()
    tabs = [house.casework.requests(person, tab=tab, page=1, now=now) for tab in ("drafts", "open")]
    return sum(len(each.rows) for each in tabs)


def test_the_example_is_taken_and_taken_once(run: Run, house: House) -> None:
    code, said, complaint = run("--example")
    assert (code, json.loads(said), complaint) == (0, consented(), "")
    file = put("example.json", said.encode())
    assert run("--check", file) == (0, "Nothing is wrong: 1 request.\n", "")
    assert count(house) == 0
    code, said, complaint = run(file)
    assert (code, complaint) == (0, "")
    assert said.startswith("example.json: taken: GH-")
    assert count(house) == 1
    reference = said.rpartition(": ")[2]
    assert run(file) == (0, f"example.json: was here already: {reference}", "")
    assert count(house) == 1


def test_several_files_and_several_requests_in_one(run: Run, house: House) -> None:
    both, more = put("both.json", several()), put("more.json", document(reference="more"))
    assert run("--check", both, more) == (0, "Nothing is wrong: 3 requests.\n", "")
    code, said, _ = run(both, more)
    lines = said.splitlines()
    assert code == 0
    assert [line.partition(": GH-")[0] for line in lines] == [
        "both.json /requests/0: taken", "both.json /requests/1: taken", "more.json: taken",
    ]  # fmt: skip
    assert (count(house), count(house, "priya.anand")) == (2, 1)


def test_one_fault_in_one_file_and_nothing_is_taken_of_any(run: Run, house: House) -> None:
    good, bad = put("good.json", document()), overriding()
    bad["people"][0] |= {"born": "1990-07-32", "secret": "Orrin"}
    bad["items"][0]["category"] = "gossip"
    twice = put("twice.json", b'{"source": {"system": "a", "system": "b"}}')
    code, said, complaint = run(good, put("bad.json", bad), twice)
    assert (code, said) == (1, "")
    assert complaint.splitlines() == [
        "twice.json: /source/system: This key stands twice in one object. Leave one of them out.",
        "bad.json: /people/0/born: Write a real day as year, month and day, such as “2026-11-02”, from 1880 to 2100.",
        "bad.json: /people/0/secret: There is no such key here. Remove it, or look at how it is spelled.",
        "bad.json: /items/0/category: Choose a kind of information.",
        "Nothing was taken.",
    ]
    assert count(house) == 0


def test_the_same_source_in_two_files_is_one_request(run: Run, house: House) -> None:
    code, said, _ = run(put("one.json", document()), put("two.json", document()))
    assert code == 0
    assert [line.split(": ")[1] for line in said.splitlines()] == ["taken", "was here already"]
    assert count(house) == 1


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "There is nothing here."),
        (b"people:\n  - label: Adult A\n", "This is not JSON: look at line 1, column 1."),
        ("{}".encode("utf-16"), "This is not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b" " * (MOST_BYTES + 1), "larger than 4,194,304 bytes"),
        (b"[" * 100_000, "more than 32 deep"),
        (b"[]", "bad.json: Write an object here"),
        (b"null", "bad.json: Write an object here"),
        (b'"Adult A"', "bad.json: Write an object here"),
        (b'{"format": "gatehouse-request/1", "requests": {}}', "/requests: Write a list here"),
        (b'{"format": "gatehouse-request/1", "requests": []}', "/requests: Write from 1 to 200 requests"),
        (b'{"format": "gatehouse-request/2", "requests": [1]}', "/format: Write one of these here: 'gatehouse-request"),
        (b'{"a": NaN}', "/a: NaN and Infinity are no numbers in JSON."),
    ],
)
def test_what_is_no_such_document_is_told_in_a_sentence(run: Run, house: House, raw: bytes, says: str) -> None:
    code, said, complaint = run(put("bad.json", raw))
    assert (code, said) == (1, "")
    assert says in complaint
    assert complaint.endswith("Nothing was taken.\n")
    assert count(house) == 0


def test_a_file_that_cannot_be_read_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "missing")
    (tmp_path / "round.json").symlink_to(tmp_path / "round.json")
    (tmp_path / "folder.json").mkdir()
    good = put("good.json", document())
    for name, why in (("nowhere.json", "there is no such file"), ("folder.json", "it is a folder"),
                      ("round.json", "there is no such file")):  # fmt: skip
        code, said, complaint = run(good, name)
        assert (code, said) == (2, "")
        assert why in complaint


def test_a_file_of_fifty_megabytes_is_refused_without_being_read(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(50_000_000)
    code, _, complaint = run("large.json")
    assert code == 1
    assert "larger than" in complaint


def test_without_a_file_it_says_what_to_name(run: Run) -> None:
    code, _, complaint = run()
    assert code == 2
    assert "Name a file" in complaint


def test_nothing_of_a_person_is_in_what_it_complains_of(run: Run) -> None:
    said = document("S2")
    said["people"][0]["nhs_number"] = "9990041198"
    said["people"][1]["born"] = "2031-05-19"
    said["recipients"][0]["email"] = "priya"
    said["purpose"]["urgency"] = said["people"][0]["name"]
    _, _, complaint = run(put("bad.json", said))
    assert complaint.count("bad.json: /") == 4
    for word in ("Orrin", "9990041198", "2031", "priya"):
        assert word not in complaint
