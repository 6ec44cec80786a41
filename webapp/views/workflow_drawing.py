"""One version of a workflow drawn, and the same for the tools of others. No data of any request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.house import house
from webapp.views.desk import casework, me
from webapp.views.diagram import drawn
from workflows.core.definition import Definition
from workflows.definitions.bpmn import bpmn
from workflows.definitions.states import mermaid
from workflows.definitions.svg import svg
from workflows.service.shown_workflows import shown

blueprint = Blueprint("workflow_drawing", __name__)

FORMS: Mapping[str, tuple[Callable[[Definition], str], str, str]] = {
    "bpmn": (bpmn, "application/xml", "BPMN 2.0, for tools that draw processes"),
    "mmd": (mermaid, "text/plain", "Mermaid, for documents in Markdown"),
    "svg": (svg, "image/svg+xml", "SVG, the drawing of this page"),
}
"""Ending of the file -> who writes it, its type, what it is for."""


@blueprint.get("/workflows/<workflow>/<int:version>/drawing")
@signed_in
def page(workflow: str, version: int) -> str:
    """The drawing, every way in words, and the files."""
    definition = _definition(workflow, version)
    return render_template(
        "workflows/drawing.html",
        definition=definition,
        drawing=drawn(definition),
        forms=[(ending, words) for ending, (_, _, words) in FORMS.items()],
    )


@blueprint.get("/workflows/<workflow>/<int:version>/drawing/<any(bpmn, mmd, svg):form>")
@signed_in
def file(workflow: str, version: int, form: str) -> Response:
    """The same as a file."""
    definition = _definition(workflow, version)
    write, kind, _ = FORMS[form]
    name = f"{definition.ref.workflow}-{definition.ref.version}.{form}"
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return make_response(write(definition), 200, headers)


def _definition(workflow: str, version: int) -> Definition:
    return shown(house().engine, casework().library, me(), workflow, version)
