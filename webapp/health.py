"""Is it alive, is it ready: for supervisors and load balancers. Nothing here tells anything about people."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response

from webapp.guards import public
from webapp.house import house
from workflows.service.upkeep import readiness

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@public
def live() -> Response:
    """The process answers; it asks nobody else."""
    return make_response("live\n", 200, {"Content-Type": "text/plain; charset=utf-8"})


@blueprint.get("/ready")
@public
def ready() -> Response:
    """Whether work gets done: database, migrations, undone due work, beat. 503 when one of them is bad.

    Messages that do not arrive make it degraded, which is told beside 200: another process would not send them either.
    """
    found = readiness(house().engine)
    response = jsonify(found.report())
    response.status_code = 200 if found.ready else 503
    if not found.ready:
        response.headers["Retry-After"] = "10"
    return response
