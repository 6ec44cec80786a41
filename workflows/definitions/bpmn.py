"""A workflow as BPMN 2.0 XML with diagram interchange, for the tools of others.

It tells and does not run: stages are user tasks, routes are exclusive gateways with their conditions as words, each
step of a ladder is a timer on the edge of its task, each way to end is an end event.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from workflows.core.definition import Definition
from workflows.definitions.bpmn_parts import Flow, Node, Process, process
from workflows.definitions.bpmn_places import EVENT, Bounds, Places, places

NAMESPACES = {
    "xmlns:bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
PROCESS, POOL, PLANE = "workflow", "pool", "plane"


def bpmn(definition: Definition) -> str:
    """The workflow as XML; the same workflow gives the same text."""
    made = process(definition)
    where = places(made, definition)
    ref = definition.ref
    root = Element(
        "bpmn:definitions",
        {**NAMESPACES, "id": "definitions", "targetNamespace": f"urn:gatehouse:workflow:{ref.workflow}:{ref.version}",
         "exporter": "Gatehouse", "name": definition.title},
    )  # fmt: skip
    both = SubElement(root, "bpmn:collaboration", {"id": "collaboration"})
    SubElement(both, "bpmn:participant", {"id": POOL, "name": definition.title, "processRef": PROCESS})
    _process(root, made, definition)
    _diagram(root, made, where)
    indent(root)
    return DECLARATION + tostring(root, encoding="unicode") + "\n"


def _process(root: Element, made: Process, definition: Definition) -> None:
    here = SubElement(root, "bpmn:process", {"id": PROCESS, "name": definition.title, "isExecutable": "false"})
    _say(here, f"{definition.summary} (version {definition.ref.version}, {definition.ref.digest[:12]})")
    lanes = SubElement(here, "bpmn:laneSet", {"id": "lanes"})
    for lane, name in made.lanes.items():
        band = SubElement(lanes, "bpmn:lane", {"id": lane, "name": name})
        for node in made.nodes.values():
            if node.lane == lane:
                SubElement(band, "bpmn:flowNodeRef").text = node.id
    for node in made.nodes.values():
        _node(here, node, made.flows)
    for flow in made.flows:
        about = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
        line = SubElement(here, "bpmn:sequenceFlow", about | ({"name": flow.name} if flow.name else {}))
        if flow.condition:
            _say(line, flow.condition)


def _node(here: Element, node: Node, flows: list[Flow]) -> None:
    about = {"id": node.id} | ({"name": node.name} if node.name else {})
    if node.on:
        about |= {"attachedToRef": node.on, "cancelActivity": str(node.interrupts).lower()}
    made = SubElement(here, f"bpmn:{node.tag}", about)
    for words in node.documentation:
        _say(made, words)
    for flow in flows:
        if flow.target == node.id:
            SubElement(made, "bpmn:incoming").text = flow.id
    for flow in flows:
        if flow.source == node.id:
            SubElement(made, "bpmn:outgoing").text = flow.id
    if node.timer:
        timer = SubElement(made, "bpmn:timerEventDefinition", {"id": f"{node.id}_time"})
        SubElement(timer, "bpmn:timeDuration", {"xsi:type": "bpmn:tFormalExpression"}).text = node.timer
    if node.message:
        SubElement(made, "bpmn:messageEventDefinition", {"id": f"{node.id}_message"})


def _say(here: Element, words: str) -> None:
    SubElement(here, "bpmn:documentation").text = words


def _diagram(root: Element, made: Process, where: Places) -> None:
    diagram = SubElement(root, "bpmndi:BPMNDiagram", {"id": "diagram"})
    plane = SubElement(diagram, "bpmndi:BPMNPlane", {"id": PLANE, "bpmnElement": "collaboration"})
    _shape(plane, POOL, where.pool, {"isHorizontal": "true"})
    for lane, bounds in where.lanes.items():
        _shape(plane, lane, bounds, {"isHorizontal": "true"})
    for node in made.nodes.values():
        bounds = where.nodes[node.id]
        mark = {"isMarkerVisible": "true"} if node.tag == "exclusiveGateway" else {}
        shape = _shape(plane, node.id, bounds, mark)
        if node.tag == "endEvent":
            # Beside it: below hangs the next step of the ladder.
            _bounds(SubElement(shape, "bpmndi:BPMNLabel"), Bounds(bounds.right + 6, bounds.y + 4, 190, EVENT - 8))
    for flow in made.flows:
        edge = SubElement(plane, "bpmndi:BPMNEdge", {"id": f"{flow.id}_edge", "bpmnElement": flow.id})
        for x, y in where.flows[flow.id]:
            SubElement(edge, "di:waypoint", {"x": f"{x:.0f}", "y": f"{y:.0f}"})


def _shape(plane: Element, what: str, bounds: Bounds, more: dict[str, str]) -> Element:
    shape = SubElement(plane, "bpmndi:BPMNShape", {"id": f"{what}_shape", "bpmnElement": what, **more})
    _bounds(shape, bounds)
    return shape


def _bounds(here: Element, bounds: Bounds) -> None:
    said = {"x": bounds.x, "y": bounds.y, "width": bounds.width, "height": bounds.height}
    SubElement(here, "dc:Bounds", {name: f"{value:.0f}" for name, value in said.items()})
