"""Headers, origins, hosts, verbs and sizes: on every route, from the application's own list of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from tests.page import PASSWORD, PageClient, check_headers
from tests.webapp.people import PRIYA, person
from webapp import create_app
from webapp.guards import Guard, guard_of
from workflows.service.office import Cost, Office
from workflows.service.unit_of_work import Engine
from workflows.settings import Settings

SOME_ID = "01a204ce-bdf0-743e-9075-f9efef3b960b"


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Every route of ours with an address that fits it."""
    adapter = app.url_map.bind("localhost")
    made = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            values = {name: fitting(rule._converters[name]) for name in rule.arguments}
            made.append((rule, adapter.build(rule.endpoint, values, method=min(rule.methods or {"GET"}))))
    return made


def fitting(converter: BaseConverter) -> str | int:
    """A value that a part of an address can have."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else SOME_ID


@pytest.mark.feature("U07")
def test_every_answer_of_every_route_carries_the_headers(client: PageClient, office: Office, app: Flask) -> None:
    person(office)
    client.sign_in(PRIYA)
    for rule, path in routes(app):
        for method in ("GET", "POST", "DELETE"):
            if rule.endpoint != "signin.leave":
                check_headers(client.http.open(path, method=method))


@pytest.mark.feature("U07")
@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/no-such-page", {}, 404),
        ("/account", {"method": "DELETE"}, 405),
        ("/account", {}, 303),
        ("/account", {"headers": {"Host": "evil.example"}}, 400),
        ("/static/no-such-file.css", {}, 404),
        ("/static/../webapp/__init__.py", {}, 404),
        ("/sign-in", {"method": "POST"}, 403),
        ("/sign-in", {"method": "POST", "data": {"email": "x" * 1_200_000}}, 413),
        ("/sign-in", {"method": "POST", "data": {f"f{n}": "1" for n in range(2100)}}, 403),
    ],
)
def test_errors_and_redirects_carry_them_too(client: PageClient, path: str, options: dict, status: int) -> None:
    answer = client.http.open(path, **options)
    assert answer.status_code == status
    check_headers(answer)
    assert len(answer.headers["X-Request-Id"]) == 16


def test_a_foreign_host_is_not_told_of_a_form(client: PageClient) -> None:
    answer = client.http.get("/account", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "form" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_the_policy_lets_in_only_what_we_serve_and_the_nonce_is_new_each_time(client: PageClient) -> None:
    policies = [client.http.get("/sign-in").headers["Content-Security-Policy"] for _ in range(2)]
    assert policies[0] != policies[1]
    parts = {part.split()[0]: part.split()[1:] for part in policies[0].split(";")}
    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == parts["object-src"] == ["'none'"]
    assert parts["style-src"] == parts["img-src"] == parts["font-src"] == parts["form-action"] == ["'self'"]
    assert parts["script-src"][0] == "'self'"
    assert parts["script-src"][1].startswith("'nonce-")


def enter(client: PageClient, *, headers: dict[str, str] | None = None, **changes: str) -> TestResponse:
    client.open("/sign-in")
    sent = {"email": PRIYA, "password": PASSWORD, "csrf_token": client.token(), **changes}
    return client.http.post("/sign-in", data=sent, headers=headers or {})


CROSS_SITE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:9999"},
    {"Origin": "https://localhost"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null", "Sec-Fetch-Site": "none"},
]
OWN = [
    {},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.feature("N16", "U05")
@pytest.mark.parametrize("headers", CROSS_SITE)
def test_a_form_from_another_site_is_refused_even_with_a_token(
    client: PageClient, office: Office, headers: dict[str, str]
) -> None:
    person(office)
    answer = enter(client, headers=headers)
    assert answer.status_code == 403
    assert "This page was open too long" in answer.text
    assert "role" not in answer.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.feature("N16", "U05")
@pytest.mark.parametrize("headers", OWN)
def test_our_own_forms_pass_whatever_the_browser_says_of_itself(
    client: PageClient, office: Office, headers: dict[str, str]
) -> None:
    person(office)
    assert enter(client, headers=headers).status_code == 303


@pytest.mark.feature("N16", "U05")
def test_a_token_must_be_there_and_be_this_session_s(client: PageClient, office: Office, app: Flask) -> None:
    person(office)
    stranger = PageClient(app)
    stranger.open("/sign-in")
    refused = enter(client, csrf_token="")
    assert refused.status_code == 403
    assert "This page was open too long" in refused.text
    assert "Nothing was changed" in refused.text
    assert "Your role" not in refused.text
    assert enter(client, csrf_token="guessed").status_code == 403
    assert enter(client, csrf_token=stranger.token()).status_code == 403
    client.open("/sign-in")
    in_url = client.http.post(f"/sign-in?csrf_token={client.token()}", data={"email": PRIYA, "password": PASSWORD})
    assert in_url.status_code == 403
    as_text = client.http.post(
        "/sign-in", data=f'{{"csrf_token": "{client.token()}"}}', headers={"Content-Type": "text/plain"}
    )
    assert as_text.status_code == 403
    page = client.send("/organisation", {"organisation": "x"}, token=False)
    assert page.h1 == "Sign in", "who is not signed in is sent to sign in before anything else"


@pytest.mark.feature("N16", "U05")
def test_every_route_that_changes_something_wants_a_token(client: PageClient, office: Office, app: Flask) -> None:
    person(office)
    client.sign_in(PRIYA)
    tried = 0
    for rule, path in routes(app):
        for method in (rule.methods or set()) - {"GET", "HEAD"}:
            hidden = getattr(app.view_functions[rule.endpoint], "__gatehouse_demo__", False)
            # Being signed in is nothing to the API, which wants a token of its own in every request.
            wanted = 401 if guard_of(app, rule.endpoint) is Guard.TOKEN else 404 if hidden else 403
            assert client.http.open(path, method=method).status_code == wanted, rule.rule
            tried += 1
    assert tried >= 3


@pytest.mark.feature("N07")
def test_no_route_answers_to_a_verb_it_does_not_declare(client: PageClient, office: Office, app: Flask) -> None:
    person(office)
    client.sign_in(PRIYA)
    declared: dict[str, set[str]] = {}
    for rule, path in routes(app):
        declared.setdefault(path, set()).update(rule.methods or set())
    for path, methods in declared.items():
        for verb in {"HEAD", "OPTIONS", "TRACE", "PATCH", "PUT", "DELETE", "FOO", "POST", "GET"} - methods:
            answer = client.http.open(path, method=verb, headers={"X-HTTP-Method-Override": "GET"})
            assert answer.status_code == 405, f"{verb} {path}"
            assert set(answer.headers["Allow"].split(", ")) == methods


@pytest.mark.feature("N07")
@pytest.mark.parametrize(
    "path",
    ["//account", "/account/", "/%2e%2e/account", "/account;jsessionid=1", "/account.", "/Account", "/ACCOUNT",
     "/account%00", "/account%2f", "/./account/..", "/%61ccount/x"],
)  # fmt: skip
def test_other_spellings_of_an_address_are_not_found(client: PageClient, office: Office, path: str) -> None:
    person(office)
    client.sign_in(PRIYA)
    assert client.http.get(path).status_code in (400, 404)


def test_an_override_of_the_verb_does_nothing(client: PageClient, office: Office) -> None:
    person(office)
    client.sign_in(PRIYA).open("/account")
    for sent in ({"headers": {"X-HTTP-Method-Override": "POST"}}, {"query_string": {"_method": "POST"}}):
        client.http.get("/sign-out", **sent)
    assert client.http.get("/account").status_code == 200


@pytest.mark.feature("N17", "U08")
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "local host"])
def test_a_foreign_host_is_refused(client: PageClient, host: str) -> None:
    answer = client.http.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


@pytest.mark.feature("N17", "U08")
def test_forwarded_headers_count_only_behind_a_proxy_that_is_named(
    client: PageClient, engine: Engine, settings: Settings, cheap: Cost
) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-For": "192.0.2.66",
    }
    answer = client.http.get("/account", headers=forged)
    assert answer.headers["Location"] == "/sign-in?next=/account"
    behind = create_app(replace(settings, trusted_proxies=1), engine=engine, cost=cheap)
    answer = behind.test_client().get("/account", headers=forged)
    assert answer.headers["Location"] == "/sign-in?next=/account"


def test_built_files_may_be_kept_for_a_year_because_their_names_change(client: PageClient, app: Flask) -> None:
    page = client.open("/sign-in")
    style = next(link.get("href", "") for link in page.all("link", rel="stylesheet"))
    answer = client.http.get(style, buffered=True)
    if answer.status_code == 200:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
    else:
        assert answer.headers["Cache-Control"] == "no-store", "a missing file must not be kept as missing"


def test_over_plain_http_no_promise_of_https_is_made(client: PageClient) -> None:
    assert "Strict-Transport-Security" not in client.http.get("/sign-in").headers
