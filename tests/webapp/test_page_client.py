"""The client that checks pages is itself checked: each planted fault is found."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from tests.page import PageClient, read_page

HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
GOOD = (
    '<!DOCTYPE html><html lang="en"><head><title>A page - Gatehouse</title></head><body><main><h1>A page</h1>'
    '<p id="one">Words.</p><label for="two">Name</label><input id="two" name="two"></main></body></html>'
)
FAULTS = [
    ("</main>", "", "does not parse"),
    ("<p", "<p <b", "does not parse"),
    ('lang="en"', 'lang=""', "no language"),
    (" - Gatehouse", "", "title"),
    ("<h1>A page</h1>", "", "0 h1"),
    ("<h1>A page</h1>", "<h1>A</h1><h1>B</h1>", "2 h1"),
    ("<h1>A page</h1>", "<h1></h1>", "empty h1"),
    ('id="one"', 'id="two"', "ids twice"),
    ('<label for="two">Name</label>', "", "has no label"),
    ('id="one"', 'style="color: red"', "inline style"),
    ('id="one"', 'onclick="x()"', "onclick"),
    ("</main>", "<script>x()</script></main>", "without nonce"),
    ("</main>", '<a href="#three">Go</a></main>', "links to #three"),
    ("</main>", '<a href="javascript:x()">Go</a></main>', "javascript"),
    ("</main>", "<a>Go</a></main>", "link without a target"),
    ("</main>", '<form method="post" action="/x"></form></main>', "without a token"),
    ('name="two"', 'name="two" aria-describedby="gone"', "names gone"),
]


def page(html: str, **changed: str) -> None:
    app = Flask("planted")
    app.add_url_rule("/", view_func=lambda: Response(html, headers={**HEADERS, **changed}))
    read_page(app.test_client().get("/"), "/")


def test_a_good_page_passes() -> None:
    page(GOOD)


@pytest.mark.parametrize(("old", "new", "says"), FAULTS)
def test_a_bad_page_is_found_out(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(AssertionError, match=says):
        page(GOOD.replace(old, new, 1))


@pytest.mark.parametrize("header", HEADERS)
def test_a_missing_header_is_found_out(header: str) -> None:
    with pytest.raises(AssertionError):
        page(GOOD, **{header: ""})


def test_forms_are_sent_as_a_browser_would(app: Flask) -> None:
    client = PageClient(app)
    fields = client.open("/sign-in").form("/sign-in").fields
    assert set(fields) == {"csrf_token", "email", "password"}
