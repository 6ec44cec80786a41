"""A workflow as BPMN 2.0: a reader of others reads it back without a warning, and every part of it is where it says."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from launch.assets import dist_folder, find_node
from launch.homes import ROOT
from workflows.core.definition import Definition, StageKind
from workflows.definitions.bpmn import NAMESPACES, bpmn
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.definitions.route_words import steps

pytestmark = pytest.mark.feature("C16")

READER = dist_folder(ROOT) / "test" / "node_modules" / "bpmn-moddle" / "dist" / "index.js"
READ_BACK = """
import { readFileSync } from "node:fs";
const [reader, ...files] = process.argv.slice(1);
const { BpmnModdle } = await import(reader);
const found = [];
for (const file of files) {
  const { rootElement, warnings, elementsById } = await new BpmnModdle().fromXML(readFileSync(file, "utf8"));
  const kinds = {};
  for (const each of Object.values(elementsById)) kinds[each.$type] = (kinds[each.$type] || 0) + 1;
  found.push({ root: rootElement.$type, warnings: warnings.map(each => each.message), kinds });
}
console.log(JSON.stringify(found));
"""
MODEL, INTERCHANGE, BOUNDS = (f"{{{NAMESPACES[f'xmlns:{name}']}}}" for name in ("bpmn", "bpmndi", "dc"))
NODES = ("startEvent", "endEvent", "userTask", "exclusiveGateway", "boundaryEvent", "intermediateThrowEvent")
NASTY = "<b>\"'&]]> \u202e"


def definitions() -> dict[str, Definition]:
    """What is shipped, and one whose words and names are as bad as they may be."""
    found = {name: load(read_builtin(name)) for name in builtin_names()}
    text = read_builtin("standard").replace("title: Consent check", f"title: {json.dumps(NASTY)}")
    text = text.replace("- key: manager\n", "- key: manager_half\n").replace("consent_check", "ig_advice_manager")
    return {**found, "nasty": load(text)}


@pytest.fixture(params=definitions())
def definition(request: pytest.FixtureRequest) -> Definition:
    return definitions()[request.param]


def parsed(definition: Definition) -> Element:
    return ElementTree.fromstring(bpmn(definition))


def nodes(root: Element) -> list[Element]:
    return [each for tag in NODES for each in root.iter(MODEL + tag)]


@pytest.mark.feature("C15")
def test_others_read_it_back_without_a_warning(tmp_path: Path) -> None:
    files = []
    for name, each in definitions().items():
        files.append(tmp_path / f"{name}.bpmn")
        files[-1].write_text(bpmn(each), encoding="utf-8")
    node = find_node(ROOT).program
    assert READER.is_file(), "./gatehouse test lays the reader out: run that first"
    command = [str(node), "--input-type=module", "-e", READ_BACK, READER.as_uri(), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for each, read in zip(definitions().values(), json.loads(done.stdout), strict=True):
        assert (read["root"], read["warnings"]) == ("bpmn:Definitions", [])
        written = Counter(node.tag.removeprefix(MODEL) for node in nodes(parsed(each)))
        assert {f"bpmn:{kind[:1].upper()}{kind[1:]}": number for kind, number in written.items()}.items() <= (
            read["kinds"].items()
        )


def test_the_reader_does_warn_of_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "broken.bpmn"
    file.write_text(
        bpmn(load(read_builtin("emergency"))).replace('sourceRef="start"', 'sourceRef="gone"'), encoding="utf-8"
    )
    command = [str(find_node(ROOT).program), "--input-type=module", "-e", READ_BACK, READER.as_uri(), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0]["warnings"] == ["unresolved reference <gone>"]


def test_ids_are_unique_and_whatever_is_named_is_there(definition: Definition) -> None:
    root = parsed(definition)
    ids = [each.get("id", "") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    named = {each.get(name) for each in root.iter() for name in
             ("sourceRef", "targetRef", "bpmnElement", "processRef", "attachedToRef")} - {None}  # fmt: skip
    told = {each.text for tag in ("flowNodeRef", "incoming", "outgoing") for each in root.iter(MODEL + tag)}
    assert named | told <= set(ids)


def test_flows_and_nodes_agree_on_what_leads_where(definition: Definition) -> None:
    root = parsed(definition)
    flows = {
        each.get("id"): (each.get("sourceRef"), each.get("targetRef")) for each in root.iter(MODEL + "sequenceFlow")
    }
    for node in nodes(root):
        coming = [each.text for each in node.iter(MODEL + "incoming")]
        leaving = [each.text for each in node.iter(MODEL + "outgoing")]
        assert sorted(coming) == sorted(name for name, (_, to) in flows.items() if to == node.get("id"))  # type: ignore[type-var]
        assert sorted(leaving) == sorted(name for name, (at, _) in flows.items() if at == node.get("id"))  # type: ignore[type-var]
        tag = node.tag.removeprefix(MODEL)
        assert bool(coming) == (tag not in ("startEvent", "boundaryEvent")), node.get("id")
        assert bool(leaving) == (tag != "endEvent"), node.get("id")
        assert tag == "exclusiveGateway" or len(leaving) <= 1, "only a gateway chooses"


def test_every_stage_way_and_step_of_a_ladder_is_in_it(definition: Definition) -> None:
    root = parsed(definition)
    by_id = {each.get("id"): each for each in root.iter()}
    named = Counter((each.get("name"), each.get("targetRef")) for each in root.iter(MODEL + "sequenceFlow"))
    for step in steps(definition):
        assert named[step.words, f"stage_{step.target}"] >= 1
    said = {each.text for each in root.iter(MODEL + "documentation")}
    assert {step.when for step in steps(definition) if step.when} <= said
    for stage in definition.stages.values():
        node = by_id[f"stage_{stage.name}"]
        assert node.get("name") == stage.title
        assert (node.tag == f"{MODEL}userTask") == (stage.kind is not StageKind.CLOSED)
        timers = [each for each in root.iter(f"{MODEL}boundaryEvent") if each.get("attachedToRef") == node.get("id")]
        assert len(timers) == len(stage.ladder)
    ends = {each.get("name") for each in root.iter(f"{MODEL}endEvent")}
    for stage in definition.stages.values():
        if stage.kind is StageKind.CLOSED:
            assert {stage.title, f"{stage.title}: nothing more"} & ends
    durations = {each.text for each in root.iter(f"{MODEL}timeDuration")}
    assert {"PT1H", "P28D", "5 working days"} & durations


def test_every_node_stands_in_one_lane_of_its_people(definition: Definition) -> None:
    root = parsed(definition)
    lanes = {
        each.get("name"): [ref.text for ref in each.iter(f"{MODEL}flowNodeRef")] for each in root.iter(f"{MODEL}lane")
    }
    counted = Counter(ref for refs in lanes.values() for ref in refs)
    assert set(counted) == {each.get("id") for each in nodes(root)}
    assert set(counted.values()) == {1}
    assert f"stage_{definition.first}" in lanes["The requester"]
    assert "Ended" in lanes


def test_everything_has_its_place_and_nothing_lies_on_anything_else(definition: Definition) -> None:
    root = parsed(definition)
    shapes = {each.get("bpmnElement"): _box(each) for each in root.iter(f"{INTERCHANGE}BPMNShape")}
    edges = {each.get("bpmnElement") for each in root.iter(f"{INTERCHANGE}BPMNEdge")}
    assert edges == {each.get("id") for each in root.iter(f"{MODEL}sequenceFlow")}
    lanes = {each.get("id") for each in root.iter(f"{MODEL}lane")}
    assert shapes.keys() == {each.get("id") for each in nodes(root)} | lanes | {"pool"}
    free = [each.get("id") for each in nodes(root) if not each.get("attachedToRef")]
    for one, other in combinations(free, 2):
        assert _apart(shapes[one], shapes[other]), (one, other)
    for one, other in combinations(sorted(str(lane) for lane in lanes), 2):
        assert _apart(shapes[one], shapes[other])
    for lane in root.iter(f"{MODEL}lane"):
        for ref in lane.iter(f"{MODEL}flowNodeRef"):
            assert _within(shapes[ref.text], shapes[lane.get("id")]), (ref.text, lane.get("name"))
    assert all(_within(box, shapes["pool"]) for box in shapes.values())


Rectangle = tuple[float, float, float, float]


def _box(shape: Element) -> Rectangle:
    bounds = shape.find(f"{BOUNDS}Bounds")
    assert bounds is not None
    x, y, width, height = (float(bounds.get(name, "nan")) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _apart(one: Rectangle, other: Rectangle) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def _within(inner: Rectangle, outer: Rectangle) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def test_it_is_plain_xml_without_entities_and_always_the_same() -> None:
    text = bpmn(definitions()["nasty"])
    assert "<!" not in text
    assert bpmn(definitions()["nasty"]) == text
    titles = {each.get("name") for each in _all(ElementTree.fromstring(text))}
    assert NASTY in titles


def _all(root: Element) -> Iterator[Element]:
    yield from root.iter()
