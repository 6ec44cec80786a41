"""A workflow drawn on a page, with every way in words beside it, and the schema that editors fetch."""

from __future__ import annotations

import json

import html5lib
import pytest
from flask import Flask

from tests.builders import House
from tests.page import words
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from webapp.views.diagram import drawn
from workflows.core.definition import Definition
from workflows.definitions.json_schema import schema
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.definitions.route_words import command_words, ladders, rung_words, steps
from workflows.definitions.svg import svg
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C16")


def shown(app: Flask, definition: Definition, key: str = "flow") -> str:
    with app.test_request_context():
        return str(drawn(definition, key=key))


@pytest.mark.parametrize("name", builtin_names())
def test_every_way_and_every_step_of_a_ladder_stands_in_words(shared_app: Flask, name: str) -> None:
    definition = load(read_builtin(name))
    root = html5lib.parse(shown(shared_app, definition), namespaceHTMLElements=False)
    said = {
        each.find("h3").get("id"): each  # type: ignore[union-attr]
        for each in root.iter("li") if each.get("class") == "gh-flow-words__stage"
    }  # fmt: skip
    assert list(said) == [f"flow-stage-{stage}" for stage in definition.stages]
    for step in steps(definition):
        ways = list(said[f"flow-stage-{step.source}"].iter("li"))
        leading = [each for each in ways if f"#flow-stage-{step.target}" in {a.get("href") for a in each.iter("a")}]
        assert any(words(each).startswith(command_words(step.command)) for each in leading), step
        assert not step.when or any(step.when in words(each) for each in leading)
    for stage in definition.stages.values():
        for rule in stage.commands.values():
            assert all(need.say in words(said[f"flow-stage-{stage.name}"]) for need in rule.needs)
    everything = words(root)
    assert all(rung_words(rung) in everything for ladder in ladders(definition) for rung in ladder.rungs)


def test_two_drawings_of_one_page_do_not_share_ids(shared_app: Flask) -> None:
    definition = load(read_builtin("emergency"))
    html = shown(shared_app, definition, "one") + shown(shared_app, definition, "other")
    ids = [each.get("id") for each in html5lib.parse(html, namespaceHTMLElements=False).iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_the_drawing_can_be_scrolled_with_the_keyboard_and_is_named(shared_app: Flask) -> None:
    html = shown(shared_app, load(read_builtin("emergency")))
    root = html5lib.parse(html, namespaceHTMLElements=False)
    (box,) = [each for each in root.iter("div") if each.get("role") == "region"]
    assert (box.get("tabindex"), box.get("aria-labelledby")) == ("0", "flow-drawing")
    assert 'role="img"' in html
    assert " style=" not in html


def test_words_of_a_workflow_cannot_break_out_of_the_page(shared_app: Flask) -> None:
    nasty = "<script>alert(1)</script>"
    text = read_builtin("standard").replace("title: Consent check", f"title: {json.dumps(nasty)}")
    html = shown(shared_app, load(text))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_editors_fetch_the_schema_without_signing_in(app: Flask) -> None:
    answer = app.test_client().get("/workflows/schema.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/schema+json"
    assert answer.get_json(force=True) == schema()


def test_managers_see_the_drawing_and_take_it_along(engine: Engine, app: Flask) -> None:
    desk = Desk(House.found(engine), app)
    client = desk.sit(MANAGER)
    page = client.open("/workflows/standard/1")
    page = client.open(page.links()["The drawing, and files for other tools"])
    assert page.h1 == "How requests go through it"
    assert 'role="img"' in page.html
    definition = load(read_builtin("standard"))
    for words_, begin, kind in (
        ("BPMN 2.0, for tools that draw processes", "<?xml", "application/xml"),
        ("Mermaid, for documents in Markdown", "stateDiagram-v2", "text/plain"),
        ("SVG, the drawing of this page", "<svg ", "image/svg+xml"),
    ):
        answer = client.http.get(page.links()[words_])
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.get_data(as_text=True).startswith(begin)
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="standard-1.')
    assert client.http.get("/workflows/standard/1/drawing/svg").get_data(as_text=True) == svg(definition)


def test_others_find_no_drawing(engine: Engine, app: Flask) -> None:
    desk = Desk(House.found(engine), app)
    for path in ("/workflows/standard/1/drawing", "/workflows/standard/1/drawing/bpmn"):
        desk.sit(GUARDIAN).open(path, status=404)
        desk.sit(MANAGER).open(path.replace("/1/", "/7/"), status=404)
    desk.sit(MANAGER).open("/workflows/standard/1/drawing/exe", status=404)
