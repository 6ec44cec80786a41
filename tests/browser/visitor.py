"""Somebody in front of the browser. Whatever page she meets is checked as a page before the test goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, StorageState
from playwright.sync_api import Error as PlaywrightError

from launch.homes import ROOT
from tests.processes.product import PASSWORD, Product

PHONE, DESK = 390, 1280
"""The two widths in CSS pixels."""
HEIGHTS = {PHONE: 844, DESK: 900}
AXE = ROOT / "webapp" / "static" / "dist" / "test" / "axe.min.js"
PATIENCE = 45_000
"""Milliseconds that a page may take on a busy machine."""
TWICE = """() => { const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
    return ids.filter((id, place) => ids.indexOf(id) !== place) }"""
SHAPE = """() => { const kinds = new Set();
    const said = each => each.getAttributeNames().filter(name => /^(role|type|aria-|lang|hidden|tabindex)/.test(name))
        .map(name => /^(role|type|aria-hidden|tabindex)$/.test(name) ? name + '=' + each.getAttribute(name) : name);
    for (const each of document.body.querySelectorAll('*:not(svg *)')) {
        const over = each.parentElement;
        const words = (each.textContent || each.value || '').trim() !== '';
        kinds.add([over.tagName, over.className, each.tagName, each.className, words, ...said(each)].join(' ')); }
    return [...kinds].sort().join('\\n') }"""
"""What kinds of elements a page is made of, each within its parent: what axe may hold against a page depends on it."""
_passed: set[int] = set()


@cache
def axe_source() -> str:
    """axe-core, as the build of the assets has put it there."""
    return Path(AXE).read_text(encoding="utf-8")


class Visitor:
    """One person in one browser context; ``width`` in CSS pixels, ``scripts`` False for a browser without them."""

    def __init__(self, context: BrowserContext, product: Product, *, width: int, scripts: bool) -> None:
        self.product = product
        self.width = width
        self.scripts = scripts
        self.context = context
        self.faults: list[str] = []
        self.statuses: dict[str, int] = {}
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        self.page.on("response", self._answered)

    @classmethod
    def arrive(
        cls, browser: Browser, product: Product, *, width: int, scripts: bool, cookies: StorageState | None = None
    ) -> Visitor:
        """A visitor who has not opened anything yet; her browser is empty but for ``cookies``."""
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]}, java_script_enabled=scripts, locale="en-GB",
            base_url=product.base_url, has_touch=width == PHONE, timezone_id="Europe/London",
            storage_state=cookies,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        return cls(context, product, width=width, scripts=scripts)

    def leave(self) -> None:
        """Close the browser context, once nothing was heard that should not be."""
        self.context.close()
        assert not self.faults, self.faults

    # Going about

    def open(self, path: str, *, status: int = 200) -> None:
        """Go to an address and check what is there."""
        self.page.goto(path, wait_until="load")
        self.check(status=status)

    def press(self, name: str, *, status: int = 200) -> None:
        """Press a button that sends a form."""
        with self.goes_on(status=status):
            self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, *, status: int = 200) -> None:
        """Follow a link, also one that looks like a button."""
        # Asked for together, so that either is waited for where a busy machine has not drawn the page yet.
        link = self.page.get_by_role("link", name=name, exact=True)
        link = link.or_(self.page.get_by_role("button", name=name, exact=True))
        with self.goes_on(status=status):
            link.first.click()

    @contextmanager
    def goes_on(self, *, status: int = 200) -> Iterator[None]:
        """What is done in the block leads to another page, which is checked."""
        with self.page.expect_navigation(wait_until="load"):
            yield
        self.check(status=status)

    def sign_in(self, who: str) -> None:
        """Sign in as a person of the demo, by e-mail address or what is before the @."""
        self.open("/sign-in")
        self.fill("email", who if "@" in who else self._address(who))
        self.fill("password", PASSWORD)
        self.press("Sign in")
        assert self.heading.startswith(("Your work", "What needs someone")), self.heading

    def _address(self, who: str) -> str:
        from workflows.service.demo import people

        (found,) = [person.email for person in people() if person.email.partition("@")[0] == who]
        return found

    # Filling forms, by the names of their fields

    def fill(self, name: str, value: str) -> None:
        """Write into a text field."""
        self.field(name).fill(value)

    def field(self, name: str) -> Locator:
        """The field with this name in the main part of the page."""
        return self.page.locator(f'main [name="{name}"]')

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button or an option, by its value."""
        field = self.field(name)
        if field.first.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            self.page.locator(f'main [name="{name}"][value="{value}"]').check()

    def tick(self, name: str, values: Iterable[str]) -> None:
        """Tick exactly these boxes of a name."""
        wanted = set(values)
        for box in self.field(name).all():
            box.set_checked(str(box.get_attribute("value")) in wanted)

    def date(self, name: str, value: date) -> None:
        """Write a date into its three fields."""
        for part, number in (("day", value.day), ("month", value.month), ("year", value.year)):
            self.fill(f"{name}-{part}", str(number))

    # Looking

    @property
    def heading(self) -> str:
        """The one first-level heading."""
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def path(self) -> str:
        """The path of the page's address."""
        return "/" + self.page.url.removeprefix(self.product.base_url).partition("?")[0].lstrip("/")

    @property
    def words(self) -> str:
        """The words of the main part, with single spaces."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def all_words(self) -> str:
        """The same, with what is folded away."""
        return " ".join((self.page.locator("main").text_content() or "").split())

    def sees(self, *words: str) -> None:
        """All of these are on the page, folded away or not."""
        there = self.all_words
        for each in words:
            assert " ".join(each.split()) in there, f"{self.page.url}: no “{each}” in: {there}"

    def does_not_see(self, *words: str) -> None:
        """None of these is anywhere in the page's source."""
        source = self.page.content()
        for each in words:
            assert each not in source, f"{self.page.url}: “{each}” is there"

    # Checking

    def check(self, *, status: int = 200) -> None:
        """Hold the page that was met to what every page must hold."""
        where = f"{self.page.url} ({self.width} px)"
        found = self.statuses.get(self.page.url.partition("#")[0])
        assert found == status, f"{where}: answered {found}, not {status}: {self._short()}"
        assert self.page.locator("h1").count() == 1, f"{where}: not one h1"
        assert not self.faults, f"{where}: {self.faults}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{where}: {wide} px wider than the window: {self._wide()}"
        twice = self.page.evaluate(TWICE)
        assert not twice, f"{where}: ids that stand twice: {twice}"
        # axe waits for promises, which never come where scripts are off: those pages are met with scripts as well.
        if self.scripts:
            self._check_with_axe(where)

    def _check_with_axe(self, where: str) -> None:
        """Hold the page to axe, unless one made of the very same kinds of elements has passed at this width."""
        shape = hash((self.width, self.page.evaluate(SHAPE)))
        if shape not in _passed:
            found = axe(self.page)
            assert not found, f"{where}: {json.dumps(found, indent=1)}"
            _passed.add(shape)

    def account(self) -> str:
        """Where she is and what is on the page, for the report of a test that failed."""
        try:
            return f"{self.page.url} ({self.width} px): {self._short()}"
        except PlaywrightError as gone:
            return f"no page to look at: {str(gone)[:200]}"

    def _short(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text())[:600]

    def _wide(self) -> Any:
        script = """() => [...document.querySelectorAll('body *')].filter(each =>
            each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .map(each => each.outerHTML.slice(0, 120)).slice(0, 5)"""
        return self.page.evaluate(script)

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.statuses[response.url.partition("#")[0]] = response.status
        elif response.status >= 400:
            self.faults.append(f"{response.status} {response.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type != "error" and "Content Security Policy" not in message.text:
            return
        # The browser reports the status of a page itself this way; check() looks at that.
        if message.text.startswith("Failed to load resource") and self.statuses.get(message.location["url"], 0) >= 400:
            return
        self.faults.append(f"{message.type}: {message.text}")


def axe(page: Page) -> list[dict[str, Any]]:
    """What axe-core has against the page as it stands: rule, help and the places; empty when nothing."""
    page.evaluate(axe_source())
    script = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(each => ({
        rule: each.id, help: each.help, where: each.nodes.slice(0, 4).map(node => node.html.slice(0, 200)) }))"""
    found: list[dict[str, Any]] = page.evaluate(script)
    return found
