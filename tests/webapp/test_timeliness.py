"""The page of timeliness: who sees it, that each chart has its table, and files that do no harm."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.builders import House, build, play
from tests.counting import statements
from tests.page import PageClient, words
from tests.webapp.test_cli import Run, run
from webapp.exports import BOM, as_csv, as_xlsx, harmless
from workflows.core.timeliness import CAUSES, DEFINITIONS
from workflows.service import demo_history
from workflows.service.filling import Mix, fill
from workflows.service.unit_of_work import reading

__all__ = ["run"]

pytestmark = pytest.mark.feature("C23")

SVG = "{http://www.w3.org/2000/svg}"
MANAGER, SENIOR, AUDITOR = "martin.shaw", "elaine.foster", "amina.yusuf"
HOSTILE = ("=1+1", "+441", "-2", "@SUM(A1)", "\tTab", "\rReturn", "\nLine", "  =1+1", "＝1+1")


def as_person(house: House, app: Flask, who: str) -> PageClient:
    return PageClient(app).sign_in(house.person(who).email)


def worked(house: House) -> None:
    """Some requests that ended a while ago, one that is late now."""
    now = house.casework.now()
    fill(house.engine, house.casework.library, Mix(30, ended=0.9, seed=5), now=now)
    play(house, "S4", submitted=now - timedelta(days=20))
    build(house, "S2", upto="adjudication", submitted=now - timedelta(days=30))


def exported(client: PageClient, form: str, **more: str) -> TestResponse:
    client.open("/timeliness")
    assert client.page is not None
    fields = {**client.page.form("/timeliness/export").fields, "form": form, **more}
    answer = client.http.post("/timeliness/export", data=fields)
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("who", [MANAGER, SENIOR, AUDITOR])
def test_managers_seniors_and_auditors_find_it_in_the_menu(house: House, app: Flask, who: str) -> None:
    client = as_person(house, app, who)
    assert client.open("/account").links()["Timeliness"] == "/timeliness"
    assert client.open("/timeliness").h1 == "Timeliness"


@pytest.mark.parametrize("who", ["anne.whitcombe", "priya.anand", "peter.quayle"])
def test_to_others_it_does_not_exist(house: House, app: Flask, who: str) -> None:
    client = as_person(house, app, who)
    assert "Timeliness" not in client.open("/account").links()
    client.open("/timeliness", status=404)
    token = client.open("/account").all("input", name="csrf_token")[0].get("value", "")
    client.send("/timeliness/export", {"form": "csv", "csrf_token": token, "command_id": house.new_id()}, status=404)


def test_before_anything_has_ended_it_says_what_will_appear(house: House, app: Flask) -> None:
    page = as_person(house, app, MANAGER).open("/timeliness")
    assert "Figures appear here once a request has left its first stage." in page.text
    assert not page.all(f"{SVG}svg", class_="gh-chart")
    assert "What the words mean" in page.text


def test_each_chart_says_something_and_has_its_table(house: House, app: Flask) -> None:
    worked(house)
    page = as_person(house, app, MANAGER).open("/timeliness")
    figures = page.all("section", class_="gh-figure")
    assert len(figures) == 6
    for figure in figures:
        title = words(next(figure.iter("h2")))
        drawing = next(figure.iter(f"{SVG}svg"))
        assert drawing.get("role") == "img"
        assert words(next(drawing.iter(f"{SVG}title"))) == title
        assert words(next(drawing.iter(f"{SVG}desc")))
        assert list(figure.iter("table"))
        assert words(next(each for each in figure.iter("p") if "gh-figure__source" in each.get("class", "")))
    assert re.search(r"\d+ of \d+ requests? ended in time\.", page.text)
    assert re.search(r"\d+ open stages? (is|are) late now", page.text)
    for name, means in (*DEFINITIONS, *(("", means) for means in CAUSES.values())):
        assert name in page.text
        assert means in page.text


def test_filters_stand_in_the_address_and_can_be_taken_away(house: House, app: Flask) -> None:
    worked(house)
    client = as_person(house, app, MANAGER)
    client.open("/timeliness")
    page = client.submit({"urgency": "routine", "side": "asked"}, action="/timeliness")
    assert "Urgency: Routine" in page.text
    assert "/timeliness?side=asked" in page.links().values()
    other = client.open("/timeliness")
    with reading(house.engine) as connection:
        wanted = "SELECT requester_org::text FROM spells WHERE holder_org = cast(:org AS uuid) LIMIT 1"
        org = connection.execute(text(wanted), {"org": house.organisation("harrowmere").id}).scalar_one()
    assert "These figures are about one other organisation" not in other.text
    assert "These figures are about one other organisation" in client.open(f"/timeliness?other={org}").text


@pytest.mark.parametrize(
    "address", ["period=2019-01", "side=both", "urgency=soon", "outcome=lost", "other=1", "stage=A%20B", "other=x"]
)
def test_a_filter_that_the_page_never_offers_is_not_found(house: House, app: Flask, address: str) -> None:
    as_person(house, app, MANAGER).open(f"/timeliness?{address}", status=404)


def test_the_page_takes_the_same_statements_whatever_there_is(house: House, app: Flask) -> None:
    client = as_person(house, app, MANAGER)
    worked(house)
    client.open("/timeliness")
    with statements(house.engine) as few:
        client.open("/timeliness")
    fill(house.engine, house.casework.library, Mix(20, ended=0.5, seed=6), now=house.casework.now())
    with statements(house.engine) as many:
        client.open("/timeliness")
    assert len(few) == len(many)


# --- Files


def test_a_csv_holds_every_table_and_its_definitions_and_is_on_record(house: House, app: Flask) -> None:
    worked(house)
    answer = exported(as_person(house, app, MANAGER), "csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="timeliness-year.csv"'
    assert answer.headers["Cache-Control"].startswith("no-store")
    body = answer.get_data(as_text=True)
    assert body.startswith(BOM)
    rows = list(csv.reader(StringIO(body.removeprefix(BOM))))
    assert rows[0] == ["Table", "Row", "Measure", "Value"]
    assert {"About", "Stages", "Requests by month", "How far requests came"} <= {row[0] for row in rows}
    assert dict(DEFINITIONS).items() <= {row[1]: row[3] for row in rows if row[0] == "About"}.items()
    for row in rows[1:]:
        if row[2] in ("In time", "Late", "Not counted", "Ended late", "Not shared by default") and row[3] != "hidden":
            assert int(row[3]) == 0 or int(row[3]) >= 5
    with reading(house.engine) as connection:
        kept = "SELECT facts ->> 'form', actor FROM events WHERE type = 'FiguresExported'"
        assert connection.execute(text(kept)).all() == [("csv", house.person(MANAGER).id)]


def test_a_workbook_holds_a_sheet_for_every_table(house: House, app: Flask) -> None:
    worked(house)
    answer = exported(as_person(house, app, AUDITOR), "xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.data))
    assert book.sheetnames[:3] == ["About", "Requests by month", "Stages"]
    stages = book["Stages"]
    assert [cell.value for cell in stages[1]][:4] == ["Stage", "In time", "Late", "Not counted"]
    assert len(book.sheetnames) == 10


def test_a_form_of_file_that_there_is_not_is_not_found(house: House, app: Flask) -> None:
    worked(house)
    client = as_person(house, app, MANAGER)
    client.open("/timeliness")
    client.submit({"form": "pdf"}, action="/timeliness/export", status=404)


def test_words_that_begin_like_a_formula_are_made_harmless() -> None:
    assert [harmless(each) for each in HOSTILE] == [f"'{each}" for each in HOSTILE]
    assert [harmless(each) for each in ("Advice", "", None, -2, 0.5, "a=b")] == ["Advice", "", None, -2, 0.5, "a=b"]


def test_hostile_cells_come_back_from_files_as_words() -> None:
    rows = [["Name", "Number"], *([each, 3] for each in HOSTILE)]
    back = list(csv.reader(StringIO(as_csv(rows).decode("utf-8-sig"), newline="")))
    assert [row[0] for row in back[1:]] == [f"'{each}" for each in HOSTILE]
    sheet = openpyxl.load_workbook(BytesIO(as_xlsx([("Sheet", rows)], title="T")))["Sheet"]
    for row in sheet.iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert str(row[0].value).startswith("'")
        assert (row[1].data_type, row[1].value) == ("n", 3)


def test_a_hostile_name_of_an_organisation_does_no_harm_in_a_file(house: House, app: Flask) -> None:
    worked(house)
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE organisations SET name = '=cmd|''/c calc''!A1 ' || key WHERE key <> 'harrowmere'")
        )
    client = as_person(house, app, MANAGER)
    sheet = openpyxl.load_workbook(BytesIO(exported(client, "xlsx").data))["Requests by who asked"]
    names = [row[0] for row in sheet.iter_rows(min_row=2) if "cmd" in str(row[0].value)]
    assert names
    assert all(cell.data_type == "s" and cell.value.startswith("'=") for cell in names)
    assert "'=cmd" in exported(client, "csv").get_data(as_text=True)


# --- The shell


def test_the_shell_makes_the_figures_anew_and_a_year_for_the_demo(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(house, "S4")
    code, said, _ = run("timeliness", "rebuild")
    assert (code, "7 lines, made anew from the record" in said) == (0, True), said
    code, _, complaint = run("demo", "history", DEMO="0")
    assert (code, "set GATEHOUSE_DEMO=1" in complaint) == (1, True)
    monkeypatch.setattr(demo_history, "CASES", 4)
    code, said, _ = run("demo", "history", DEMO="1")
    assert (code, "New: 4 finished requests." in said) == (0, True)
