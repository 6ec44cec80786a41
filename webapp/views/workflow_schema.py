"""The published JSON Schema of workflow files: editors fetch it, and they cannot sign in."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from webapp.guards import public
from workflows.definitions.json_schema import schema_text

blueprint = Blueprint("workflow_schema", __name__)

_text = cache(schema_text)


@blueprint.get("/workflows/schema.json")
@public
def schema() -> Response:
    """The schema, the same for everybody: it holds nothing of this house."""
    return make_response(_text(), 200, {"Content-Type": "application/schema+json"})
