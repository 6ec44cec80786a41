"""Who may enter: a closed world."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.page import PageClient
from webapp import create_app, guards
from workflows.service.office import Cost
from workflows.service.unit_of_work import Engine
from workflows.settings import Settings

PUBLIC = {
    "signin.home",
    "signin.sign_in",
    "signin.enter",
    "health.live",
    "health.ready",
    "static",
    "calendar_feed.feed",
    "ask.listing",
    "ask.begin",
    "ask.onward",
    "workflow_schema.schema",
    "api.description",
    "api_reference.page",
}
"""Everything that anybody may ask for. Pages of plain words and of the demo come on top."""
PLAIN_WORDS = {"help", "accessibility", "privacy", "cookies"}


def test_an_application_with_an_unmarked_route_does_not_start() -> None:
    app = Flask("planted")

    @guards.public
    def marked() -> str:
        return ""

    app.add_url_rule("/marked", view_func=marked)
    guards.check_all_guarded(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(guards.UnguardedRoute, match="forgotten"):
        guards.check_all_guarded(app)


def test_only_these_pages_are_open_to_everybody(app: Flask) -> None:
    open_to_all = {
        rule.endpoint for rule in app.url_map.iter_rules() if guards.guard_of(app, rule.endpoint) is guards.Guard.PUBLIC
    }
    others = {
        name
        for name in open_to_all - PUBLIC
        if not name.startswith("help.")
        and name.rpartition(".")[2] not in PLAIN_WORDS
        and not getattr(app.view_functions[name], "__gatehouse_demo__", False)
    }
    assert open_to_all >= PUBLIC
    assert not others


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page_by_every_other_route(app: Flask, client: PageClient) -> None:
    adapter = app.url_map.bind("localhost")
    tried = 0
    for rule in app.url_map.iter_rules():
        if guards.guard_of(app, rule.endpoint) is guards.Guard.SIGNED_IN and not rule.arguments:
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = client.http.open(adapter.build(rule.endpoint), method=method)
                if not getattr(app.view_functions[rule.endpoint], "__gatehouse_demo__", False):
                    assert answer.status_code == 303, rule.rule
                    assert answer.headers["Location"].startswith("/sign-in"), rule.rule
                    tried += 1
    assert tried >= 3


def test_a_page_of_the_demo_does_not_exist_elsewhere(engine: Engine, settings: Settings, cheap: Cost) -> None:
    for demo, status in ((True, 200), (False, 404)):
        app = create_app(replace(settings, demo=demo), engine=engine, cost=cheap)

        @guards.demo_only
        @guards.public
        def clock() -> str:
            return "the clock"

        app.add_url_rule("/planted-clock", "planted", clock)
        assert app.test_client().get("/planted-clock").status_code == status


def test_the_demo_says_what_its_clock_shows(engine: Engine, settings: Settings, cheap: Cost) -> None:
    client = PageClient(create_app(replace(settings, demo=True), engine=engine, cost=cheap))
    assert "Clock:" in client.open("/sign-in").text
