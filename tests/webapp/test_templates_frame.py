"""The frame of every page and the error pages: header, navigation, title, and nothing that tells too much."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import jinja2
import pytest

from tests.webapp.markup import NASTY, TEMPLATES, Tree, environment_of, parse, words

FRAME = (
    '{% extends "base.html" %}{% from "macros/forms.html" import error_summary %}'
    '{% from "macros/notices.html" import back_link %}{% set section = "board" %}'
    "{% block title %}Board{% endblock %}{% block errors %}{{ error_summary(errors) }}{% endblock %}"
    '{% block back %}{{ back_link("/b") }}{% endblock %}{% block content %}<h1>Board</h1><i id="f"></i>{% endblock %}'
)
VIEWER = {
    "name": NASTY,
    "organisation_name": "Harrowmere",
    "organisations": ["a", "b"],
    "is_manager": True,
    "unread": 2,
}


@pytest.fixture(params=[jinja2.StrictUndefined, jinja2.Undefined], ids=["strict", "lenient"])
def environment(request: pytest.FixtureRequest) -> jinja2.Environment:
    """The templates, strict about what they are not given and lenient."""
    return environment_of(request.param)


@pytest.fixture
def frame(environment: jinja2.Environment) -> Callable[..., Tree]:
    """Write a page in the frame."""

    def write(**values: object) -> Tree:
        return parse(environment.from_string(FRAME).render(**({"errors": {}} | values)))

    return write


def test_the_frame_of_someone_signed_in(frame: Callable[..., Tree]) -> None:
    page = frame(viewer=SimpleNamespace(**VIEWER), demo=SimpleNamespace(clock_text="Tue 3 Nov 2026 09:12"))
    assert words(page.one("title")) == "Board - Gatehouse"
    assert page.one("main").get("id") == page.one("a", class_="govuk-skip-link").get("href", "#")[1:]
    assert words(page.one("a", aria_current="true")) == "Board"
    assert [link.get("href") for link in page.all("a", href="/organisation")] == ["/organisation"] * 2, (
        "on a phone it stands in the menu"
    )
    assert "Notifications: 2 unread" in page.text()
    assert "Demo. Clock: Tue 3 Nov 2026 09:12." in page.text()
    assert page.one("form", action="/sign-out").get("method") == "post"
    assert page.one("input", name="csrf_token").get("value") == "a-token"
    assert {one.get("nonce") for one in page.all("script")} == {"n0nce"}
    assert len(page.all("script")) == 2
    assert len(page.all("h1")) == 1


def test_the_frame_shows_the_board_to_managers_and_switching_to_those_who_can(frame: Callable[..., Tree]) -> None:
    plain = VIEWER | {"is_manager": False, "organisations": ["a"], "unread": 0}
    page = frame(viewer=SimpleNamespace(**plain))
    assert not page.all("a", href="/board")
    assert not page.all("a", href="/organisation")
    assert "Notifications: none unread" in page.text()
    assert not page.all("div", class_="gh-demo")


def test_the_frame_of_a_stranger_offers_only_to_sign_in(frame: Callable[..., Tree]) -> None:
    page = frame(viewer=None)
    assert page.one("a", href="/sign-in") is not None
    assert not page.all("form")
    assert not frame(viewer=None, bare=True).all("a", href="/sign-in")


def test_an_error_is_in_the_title_and_first_in_the_page(frame: Callable[..., Tree]) -> None:
    page = frame(viewer=None, errors={"f": "Choose one"})
    assert words(page.one("title")) == "Error: Board - Gatehouse"
    assert next(iter(page.one("main"))).get("class") == "govuk-error-summary"


def test_other_addresses_can_be_named(frame: Callable[..., Tree]) -> None:
    page = frame(viewer=SimpleNamespace(**VIEWER), paths={"board": "/over-here"})
    assert words(page.one("a", aria_current="true")) == "Board"
    assert page.one("a", aria_current="true").get("href") == "/over-here"


@pytest.mark.parametrize("name", sorted(path.name for path in (TEMPLATES / "errors").glob("[0-9]*.html")))
def test_every_error_page_stands_without_a_viewer_and_tells_nothing(environment: jinja2.Environment, name: str) -> None:
    page = parse(environment.get_template(f"errors/{name}").render(request_id="r-1", message=NASTY))
    heading = words(page.one("h1"))
    assert words(page.one("title")) == f"{heading} - Gatehouse"
    assert "quote r-1" in page.text()
    assert NASTY in page.text()
    assert "Traceback" not in page.source


def test_no_template_names_an_inline_style_or_another_machine() -> None:
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        code = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
        assert not re.search(r'\sstyle=|<style|\son[a-z]+="|(src|<link[^>]*href)="https?:', code), path.name
