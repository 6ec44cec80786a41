"""The real product, started once for all browser tests, and Chromium to look at it.

These tests share one product: each makes cases of its own and looks only at those. With several workers they
all run in one, so that one product and one browser do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from launch.testing import CHROMIUM_NAMES, CHROMIUM_SETTING
from tests.browser.visitor import PHONE, Visitor
from tests.processes.ground import Ground
from tests.processes.product import Product, own_database, own_queue, running_product

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
QUEUE = 11
"""The numbered queue of the tests' server that these tests have for themselves."""

Visit = Callable[..., Visitor]
VISITORS = pytest.StashKey[list[Visitor]]()
"""Who takes part in a test, for its report."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the group, also when only this folder is run
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every browser test, and keep them on one worker."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    named = os.environ.get(CHROMIUM_SETTING)
    found = named or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if not found:
        pytest.skip("NO BROWSER: there is no Chromium on this machine, so this was not tried; run ./gatehouse test")
    return found


@pytest.fixture(scope="session")
def product(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The running product with its demo."""
    with own_database("gatehouse_browser") as database:
        folder = tmp_path_factory.mktemp("product") / "home"
        with running_product(folder, database=database, queue=own_queue(QUEUE)) as product:
            yield product


@pytest.fixture(scope="session")
def ground(product: Product) -> Iterator[Ground]:
    """What a test needs beside the pages: people, cases brought to a stage, what the database says."""
    ground = Ground.over(product)
    yield ground
    ground.close()


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium. It is gone after these tests: its loop would be in the way of others that use asyncio."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS), headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, StorageState]:
    """What the browser of each person who has signed in keeps."""
    return {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails, its report says what each visitor had before her: a time-out alone tells nothing."""
    report = yield
    if report.when == "call" and report.failed:
        seen = [visitor.account() for visitor in item.stash.get(VISITORS, [])]
        report.sections.append(("what the visitors saw", "\n".join(seen)))
    return report


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, browser: Browser, product: Product, cookies: dict[str, StorageState]
) -> Iterator[Visit]:
    """Makes visitors: ``visit("priya.anand")`` is signed in, ``visit()`` is not. All are gone after the test.

    A person signs in once in a run; from then on her browsers bring the cookie along.
    """
    made: list[Visitor] = []
    request.node.stash[VISITORS] = made

    def make(who: str = "", *, width: int = PHONE, scripts: bool = True) -> Visitor:
        visitor = Visitor.arrive(browser, product, width=width, scripts=scripts, cookies=cookies.get(who))
        made.append(visitor)
        if who and who not in cookies:
            visitor.sign_in(who)
            cookies[who] = visitor.context.storage_state()
        return visitor

    yield make
    for visitor in made:
        visitor.leave()
