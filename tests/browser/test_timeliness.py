"""The charts of timeliness as a browser draws them: on a phone, on a wide screen, in forced colours, on paper."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE
from tests.processes.ground import Ground
from workflows.service.demo_history import history

pytestmark = [pytest.mark.timeout(180), pytest.mark.feature("C23")]

SMALLEST = 13.0
"""CSS pixels: no word of a chart is smaller, however narrow the screen."""
WORDS = """() => [...document.querySelectorAll('svg.gh-chart text')].map(each => {
    const box = each.getBoundingClientRect(), svg = each.closest('svg'), out = svg.getBoundingClientRect();
    return { text: each.textContent, size: parseFloat(getComputedStyle(each).fontSize) * out.width / 360,
             inside: box.left >= out.left - 2 && box.right <= out.right + 2 && box.bottom <= out.bottom + 2 } })"""
FILLS = """() => [...document.querySelectorAll('svg.gh-chart rect.gh-chart__box, svg.gh-chart circle.gh-chart__dot')]
    .map(each => getComputedStyle(each).fill)"""
FOLDED = """() => [...document.querySelectorAll('.gh-figure table')].filter(each => !each.checkVisibility()).length"""


@pytest.fixture(scope="module")
def year(ground: Ground) -> None:
    """Some requests that ended over a year."""
    history(ground.house.engine, ground.house.casework.library, now=ground.now, cases=90)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_chart_can_be_read(visit: Visit, year: None, width: int) -> None:
    martin = visit("martin.shaw", width=width)
    martin.open("/board")
    if width == DESK:
        martin.follow("Timeliness")
    else:
        martin.open("/timeliness")
    assert martin.page.locator("svg.gh-chart").count() == 6
    said = martin.page.evaluate(WORDS)
    assert len(said) > 40
    assert [each for each in said if each["size"] < SMALLEST] == []
    assert [each["text"] for each in said if not each["inside"]] == []
    # Screen readers are told what is drawn, and find the table under it.
    for drawing in martin.page.get_by_role("img").locator("visible=true").all():
        assert drawing.locator("title").text_content()
        assert drawing.locator("desc").text_content()
    martin.page.locator(".gh-figure summary").first.click()
    assert martin.page.locator(".gh-figure table").first.is_visible()
    martin.check()
    martin.sees("What the words mean", "In-time rate", "Not shared by default")


def test_in_forced_colours_the_parts_are_told_apart_by_pattern(visit: Visit, year: None) -> None:
    martin = visit("martin.shaw", width=DESK)
    martin.page.emulate_media(forced_colors="active")
    martin.open("/timeliness")
    fills = set(martin.page.evaluate(FILLS))
    canvas, ink = martin.page.evaluate("""() => { const probe = document.body.appendChild(document.createElement('i'));
        const as = name => { probe.style.color = name; return getComputedStyle(probe).color };
        const found = [as('Canvas'), as('CanvasText')]; probe.remove(); return found }""")
    assert {each for each in fills if "url(" not in each} <= {canvas, ink}
    assert ink in fills
    assert len({each.partition("-")[2] for each in fills if "url(" in each}) >= 2


def test_on_paper_the_tables_are_written_out(visit: Visit, year: None) -> None:
    martin = visit("martin.shaw", width=DESK)
    martin.open("/timeliness")
    assert martin.page.evaluate(FOLDED) > 0
    martin.page.emulate_media(media="print")
    assert martin.page.evaluate(FOLDED) == 0
    assert not martin.page.locator(".gh-filter").is_visible()


def test_the_files_come_down_without_scripts(visit: Visit, year: None) -> None:
    martin = visit("martin.shaw", width=DESK, scripts=False)
    martin.open("/timeliness")
    for name, ending in (("Download as CSV", "csv"), ("Download as XLSX", "xlsx")):
        with martin.page.expect_download() as coming:
            martin.page.get_by_role("button", name=name).click()
        assert coming.value.suggested_filename == f"timeliness-year.{ending}"
