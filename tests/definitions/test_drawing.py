"""The drawing of a workflow: nothing lies on anything else, every arrow ends at its box, and it is always the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import pytest

from tests.definitions.mutants import SEED, kinds_swapped, routes_retargeted, stages_removed
from workflows.core.definition import Definition, StageKind
from workflows.definitions.drawing import LETTERS, TITLE_LETTERS, WIDTH, Box, Drawing, drawing
from workflows.definitions.layers import layers
from workflows.definitions.lines import Piece, joints, merged, pieces
from workflows.definitions.loader import builtin_names, definition_of, load, read_builtin, shape
from workflows.definitions.route_words import condition_words, steps
from workflows.definitions.source import Source
from workflows.definitions.svg import OTHER, SHAPES, svg

pytestmark = pytest.mark.feature("C16")

SVG = "{http://www.w3.org/2000/svg}"


@cache
def definitions() -> dict[str, Definition]:
    """What is shipped, and workflows whose ways are odd: circles, ends in the middle, stages that nothing leads to."""
    found = {name: load(read_builtin(name)) for name in builtin_names()}
    chance = random.Random(SEED)
    for operator in (routes_retargeted, stages_removed, kinds_swapped):
        for mutant in chance.sample(list(operator("standard")), 10):
            source = Source(mutant.what, mutant.value, {})
            definition = definition_of(source, shape(source))
            targets = {step.target for step in steps(definition)} | {definition.first}
            if targets <= definition.stages.keys():
                found[f"{mutant.kind}: {mutant.what}"] = definition
    assert len(found) > 15
    return found


@cache
def made(name: str) -> Drawing:
    return drawing(definitions()[name])


def every() -> Iterator[Drawing]:
    yield from (made(name) for name in definitions())


def crosses(piece: Piece, box: Box) -> bool:
    """Whether a piece of a line goes through the inside of a box."""
    (x, y), (right, bottom) = piece
    return x < box.right and right > box.x and y < box.bottom and bottom > box.y


def test_no_two_boxes_overlap_and_all_are_in_the_picture() -> None:
    for each in every():
        for one, other in combinations(each.boxes, 2):
            apart = one.right < other.x or other.right < one.x or one.bottom < other.y or other.bottom < one.y
            assert apart, (one.name, other.name)
        for box in each.boxes:
            assert box.x >= 0
            assert box.y >= 0
            assert box.right <= each.width
            assert box.bottom <= each.height
        lowest = max(box.bottom for box in each.boxes)
        for ladder in each.ladders:
            assert ladder.y > lowest
            assert ladder.y + ladder.height <= each.height
        for above, below in combinations(each.ladders, 2):
            assert above.x != below.x or above.y + above.height < below.y


def test_every_way_is_an_arrow_from_its_box_to_its_box() -> None:
    for name, definition in definitions().items():
        boxes = {box.name: box for box in made(name).boxes}
        assert boxes.keys() == definition.stages.keys()
        assert sorted(arrow.step.words for arrow in made(name).arrows) == sorted(
            step.words for step in steps(definition)
        )
        for arrow in made(name).arrows:
            source, target = boxes[arrow.step.source], boxes[arrow.step.target]
            (x, y), (end, height) = arrow.points[0], arrow.points[-1]
            assert x == source.right
            assert source.y < y < source.bottom
            assert end == target.x
            assert target.y < height < target.bottom
            assert arrow.points[-2][0] < end, "an arrow comes from the left"


def test_no_line_goes_through_a_box_or_leaves_the_picture() -> None:
    for each in every():
        for arrow in each.arrows:
            for piece in pieces(arrow):
                assert piece[0][0] == piece[1][0] or piece[0][1] == piece[1][1]
                assert not [box.name for box in each.boxes if crosses(piece, box)]
            assert all(0 <= x <= each.width and 0 <= y <= each.height for x, y in arrow.points)


def test_lines_lie_on_each_other_only_where_they_lead_to_the_same_place() -> None:
    for each in every():
        for one, other in combinations(each.arrows, 2):
            if one.lane == other.lane or one.points[0] == other.points[0]:
                continue
            for first in pieces(one):
                for second in pieces(other):
                    assert not _on_each_other(first, second), (one.step, other.step)


def _on_each_other(one: Piece, other: Piece) -> bool:
    for along, across in ((0, 1), (1, 0)):
        level = one[0][across] == one[1][across] == other[0][across] == other[1][across]
        if level and max(one[0][along], other[0][along]) < min(one[1][along], other[1][along]):
            return True
    return False


def test_words_fit_into_their_boxes() -> None:
    for each in every():
        for box in each.boxes:
            assert all(len(line) <= TITLE_LETTERS for line in box.title)
            lines = [*box.words, *(line for row in box.rows for line in row.lines)]
            assert all(len(line) <= LETTERS for line in lines)
            assert all(box.y < row.y < box.bottom for row in box.rows)


def test_the_ordinary_way_goes_from_left_to_right_and_ends_stand_last() -> None:
    definition = definitions()["standard"]
    columns = layers(definition, steps(definition))
    place = {name: number for number, names in enumerate(columns) for name in names}
    assert columns[0] == (definition.first,)
    assert all(definition.stages[name].kind is StageKind.CLOSED for name in columns[-1])
    kinds = [definition.stages[names[0]].kind for names in columns]
    assert kinds == [StageKind.DRAFT, StageKind.CHECK, StageKind.ADVICE, StageKind.ADJUDICATION, StageKind.RELEASE,
                     StageKind.CLOSED]  # fmt: skip
    drawn = made("standard")
    assert all(arrow.returns or place[arrow.step.target] > place[arrow.step.source] for arrow in drawn.arrows)


def test_the_same_workflow_gives_the_same_drawing() -> None:
    text = read_builtin("standard")
    assert svg(load(text)) == svg(load("# a remark\n" + text))


def test_pieces_are_drawn_once_and_joints_marked() -> None:
    arrows = made("standard").arrows
    drawn = [each for each in arrows if each.returns]
    found = merged(drawn)
    assert not [1 for one, other in combinations(found, 2) if _on_each_other(one, other)]
    assert {point for piece in found for point in piece} <= {point for each in drawn for point in each.points}
    ends = {each.points[-1] for each in drawn}
    assert joints(drawn)
    assert not set(joints(drawn)) & ends
    assert joints(drawn[:1]) == []


@pytest.mark.parametrize("name", builtin_names())
def test_the_svg_says_what_it_is_and_needs_no_style_sheet(name: str) -> None:
    text = svg(definitions()[name], key="here")
    root = ElementTree.fromstring(text)
    assert (root.get("role"), root.get("aria-labelledby"), root.get("aria-describedby")) == (
        "img", "here-title", "here-told",
    )  # fmt: skip
    assert definitions()[name].title in (root.findtext(f"{SVG}title") or "")
    assert "Every way is also told" in (root.findtext(f"{SVG}desc") or "")
    assert " style=" not in text
    assert "<script" not in text
    assert "<style" not in text
    assert "url(" not in text
    shown = {"".join(each.itertext()) for each in root.iter(f"{SVG}text")}
    assert {line for box in made(name).boxes for row in box.rows for line in row.lines} <= shown
    drawn = {each.get("data-stage") for each in root.iter(f"{SVG}g")} - {None}
    assert drawn == definitions()[name].stages.keys()
    width = float(root.get("width", "0"))
    assert all(0 <= float(each.get("x", "0")) < width for each in root.iter(f"{SVG}text"))
    assert width > WIDTH


def test_words_of_a_workflow_cannot_break_out_of_the_drawing() -> None:
    nasty = "<b>\"'&]]>"
    text = read_builtin("standard").replace("title: Consent check", f"title: {json.dumps(nasty)}")
    root = ElementTree.fromstring(svg(load(text)))
    assert nasty in {"".join(each.itertext()) for each in root.iter(f"{SVG}text")}


def test_each_kind_of_stage_has_a_shape_of_its_own() -> None:
    assert SHAPES.keys() == set(StageKind)
    assert len({*SHAPES.values(), OTHER}) == len(SHAPES) + 1


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        ("decision.outcome == 'declined'", "outcome is declined"),
        ("decision.outcome != 'declined'", "outcome is not declined"),
        ("request.threshold == ''", "no threshold"),
        ("basis.article_6 != ''", "article 6 is said"),
        ("advice.delegated_release", "delegated release"),
        ("!check.done", "not check done"),
        ("check.done && advice.advice == 'out_of_scope'", "check done and advice is out of scope"),
        ("answers.first.scope == 'out_of_scope'", "scope is out of scope"),
        ("answers.first.danger_now && !answers.first.goes_on", "danger now and not goes on"),
        ("items.all(i, i.described)", "on a condition"),
        ("check.done && round.changed && advice.given", "on a condition"),
        ("check.done || round.changed", "on a condition"),
    ],
)
def test_a_condition_is_said_in_a_few_words(guard: str, words: str) -> None:
    assert condition_words(guard) == words
