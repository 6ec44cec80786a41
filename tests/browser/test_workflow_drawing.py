"""The drawing of a workflow in a browser: words inside their boxes, on a phone, in forced colours, on paper."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import DESK, PHONE
from workflows.definitions.loader import builtin_names, load, read_builtin

pytestmark = [pytest.mark.timeout(180), pytest.mark.feature("C16")]

SMALLEST = 13.0
"""CSS pixels: no word of the drawing is smaller, however narrow the screen."""
WORDS = """() => [...document.querySelectorAll('svg.gh-flow g.gh-flow__stage')].flatMap(stage => {
    const outer = stage.querySelector('rect').getBoundingClientRect();
    return [...stage.querySelectorAll('text')].map(each => { const box = each.getBoundingClientRect();
        return { text: each.textContent, size: parseFloat(getComputedStyle(each).fontSize),
                 inside: box.left >= outer.left && box.right <= outer.right && box.bottom <= outer.bottom } }) })"""
PAINT = """() => [...document.querySelectorAll('svg.gh-flow *')].flatMap(each => {
    const look = getComputedStyle(each);
    return each.matches('rect, path, circle, text') ? [look.fill, look.stroke] : [] })"""
SYSTEM = """() => { const probe = document.body.appendChild(document.createElement('i'));
    const as = name => { probe.style.color = name; return getComputedStyle(probe).color };
    const found = [as('Canvas'), as('CanvasText')]; probe.remove(); return found }"""
WIDE = "document.querySelector('.gh-flow-figure__box').scrollWidth"
SEEN = "document.querySelector('.gh-flow-figure__box').clientWidth"


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_drawing_can_be_read(visit: Visit, width: int) -> None:
    martin = visit("martin.shaw", width=width)
    for name in builtin_names():
        definition = load(read_builtin(name))
        if martin.page.request.get(f"/workflows/{name}/{definition.ref.version}/drawing").status != 200:
            continue  # shipped, and not published in this house
        martin.open(f"/workflows/{name}/{definition.ref.version}/drawing")
        said = martin.page.evaluate(WORDS)
        assert len(said) > 30
        assert [each for each in said if each["size"] < SMALLEST] == []
        assert [each["text"] for each in said if not each["inside"]] == []
        martin.sees("Every stage and every way, in words", *(stage.title for stage in definition.stages.values()))
        if width == PHONE:
            assert martin.page.evaluate(WIDE) > martin.page.evaluate(SEEN), "it scrolls inside its own box"


def test_it_is_found_from_the_version_and_scrolled_with_the_keyboard(visit: Visit) -> None:
    martin = visit("martin.shaw", width=DESK)
    martin.open("/workflows/standard/1")
    martin.follow("The drawing, and files for other tools")
    assert martin.heading == "How requests go through it"
    drawing = martin.page.get_by_role("img", name="Standard request, version 1")
    assert "Every way is also told" in (drawing.locator("desc").text_content() or "")
    box = martin.page.get_by_role("region", name="Drawing")
    box.focus()
    martin.page.keyboard.press("ArrowRight")
    # Not wait_for_function: where it has to look twice it asks for what our content security policy forbids.
    look = "(function look() { box.scrollLeft > 0 ? done() : setTimeout(look, 20) })()"
    box.evaluate(f"box => new Promise(done => {look})")
    with martin.page.expect_download() as coming:
        martin.page.get_by_role("link", name="BPMN 2.0, for tools that draw processes").click()
    assert coming.value.suggested_filename == "standard-1.bpmn"


def test_in_forced_colours_everything_is_in_the_readers_own_two(visit: Visit) -> None:
    martin = visit("martin.shaw", width=DESK)
    martin.page.emulate_media(forced_colors="active")
    martin.open("/workflows/standard/1/drawing")
    painted = set(martin.page.evaluate(PAINT))
    assert painted <= {*martin.page.evaluate(SYSTEM), "none"}


def test_on_paper_the_whole_drawing_is_there(visit: Visit) -> None:
    martin = visit("martin.shaw", width=DESK)
    martin.open("/workflows/standard/1/drawing")
    martin.page.emulate_media(media="print")
    assert martin.page.evaluate(WIDE) <= martin.page.evaluate(SEEN) + 1
    shown = martin.page.evaluate("() => [...document.querySelectorAll('.gh-flow-words details')]"
                                 ".every(each => each.querySelector('li').checkVisibility())")  # fmt: skip
    assert shown
