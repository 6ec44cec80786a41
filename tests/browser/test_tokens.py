"""Tokens and the reference of the API in a browser: made, used over HTTP, revoked; axe clean on a phone and a desk."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE
from tests.processes.product import Product

pytestmark = [pytest.mark.timeout(180), pytest.mark.feature("C28")]
_TOKEN = re.compile(r"gh[ps]_[A-Za-z0-9_-]{43}")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_reference_can_be_read_by_everybody(visit: Visit, width: int) -> None:
    priya = visit("priya.anand", width=width)
    priya.open("/account/tokens")
    priya.follow("What systems can do: the reference")
    assert priya.heading == "Reference for systems"
    priya.sees("How to come in", "Advise", "Problems and their codes", "Idempotency-Key", "If-Match")
    broad = priya.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert broad <= 0, "nothing stands out of the page"
    links = priya.page.evaluate("[...document.querySelectorAll('main a[href^=\"#\"]')].map(a => a.hash.slice(1))")
    lost = priya.page.evaluate("names => names.filter(name => !document.getElementById(name))", links)
    assert len(links) > 60
    assert lost == []


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_token_is_made_used_and_revoked(visit: Visit, product: Product, width: int) -> None:
    priya = visit("priya.anand", width=width)
    priya.open("/account")
    priya.follow("Let another system do something for you")
    priya.follow("Make a token")
    priya.press("Make the token", status=422)
    priya.sees("Give it a name", "Choose at least one of the uses")
    priya.fill("name", f"Case system {width}")
    priya.tick("scopes", ["read", "request"])
    priya.press("Make the token")
    token = _TOKEN.findall(priya.words)[0]
    asked = {"Authorization": f"Bearer {token}"}
    found = httpx.get(f"{product.base_url}/api/v1/cases?list=open", headers=asked)
    assert found.status_code == 200, found.text
    priya.follow("I have copied it")
    assert token not in priya.all_words
    priya.sees(f"Case system {width}", f"…{token[-4:]}")
    priya.page.get_by_role("button", name=f"Revoke the token Case system {width}").click()
    priya.sees("The token was revoked")
    assert httpx.get(f"{product.base_url}/api/v1/cases?list=open", headers=asked).status_code == 401


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_administrator_adds_a_system_and_ends_it(visit: Visit, width: int) -> None:
    peter = visit("peter.quayle", width=width)
    peter.open("/organisation/systems")
    peter.follow("Add a system")
    peter.press("Add the system", status=422)
    peter.fill("name", f"Records {width}")
    peter.fill("email", f"records{width}@harrowmere.example")
    peter.tick("roles", ["requester"])
    peter.press("Add the system")
    peter.follow("Make a token")
    peter.fill("name", "Nightly")
    peter.tick("scopes", ["read"])
    peter.press("Make the token")
    peter.follow("I have copied it")
    peter.press("End this account")
    peter.sees("The account was ended")
