"""The API's routes: the modules that declare operations are named here, and each operation gets its route."""

from __future__ import annotations

from flask import Blueprint, Response

# To load a module of operations is to declare them; their order here is that of the reference.
from webapp.api import (
    PREFIX,
    acts_asking,
    acts_checks,
    acts_deciding,
    acts_managing,
    acts_working,
    openapi,
    routes_events,
    routes_intake,
    routes_lists,
    routes_reading,
    routes_requests,
)
from webapp.api.handling import install
from webapp.guards import public

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)

OPERATIONS_OF = (
    routes_requests, routes_lists, routes_reading, routes_intake, acts_asking, acts_working, acts_deciding,
    acts_checks, acts_managing, routes_events,
)  # fmt: skip
"""Every module that declares operations."""


@blueprint.get("/openapi.json")
@public
def description() -> Response:
    """The description of this API, as OpenAPI 3.1: made from the code, and the same for everybody."""
    return Response(openapi.text(), mimetype="application/json")


install(blueprint)
