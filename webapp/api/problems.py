"""What the API answers when something cannot be done: a problem document (RFC 9457) with a code that never changes.

It quotes nothing that was sent: a fault is named by its place and by one of our own sentences.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response, g, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from webapp.api import PREFIX
from webapp.api.places import place_in
from webapp.api.statuses import ABOUT
from webapp.statuses import status_of
from workflows.core.imported import place
from workflows.core.refusals import NOT_FOUND, STALE, Refusal, Refused
from workflows.service.library import DamagedWorkflow
from workflows.service.unit_of_work import Busy, Unavailable

MEDIA_TYPE = "application/problem+json"
DAMAGED = (
    "What this request goes by has been changed in the database, so nothing is ruled by it and nothing was done. "
    "Tell whoever runs this service."
)
"""Said where the stored text of a workflow is not what was published."""


class FaultModel(BaseModel):
    """One thing that is wrong with what was sent."""

    model_config = ConfigDict(extra="forbid")
    path: str = Field(
        description="Where it stands in what was sent, as a JSON pointer; empty when it is the whole. "
        "Of what a request lacks when it is submitted: where it stands in the parts of the request."
    )
    code: str = Field(description="For machines; it never changes.")
    say: str = Field(description="For people: what to do.")


class ProblemModel(BaseModel):
    """Why something was not done."""

    model_config = ConfigDict(extra="forbid")
    type: str = Field(description="Where the kind of problem is described.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(description="For machines; it never changes.")
    detail: str = Field(description="For people: what to do.")
    request_id: str = Field(description="Quote this when you report a problem.")
    faults: list[FaultModel] = Field(default_factory=list, description="Everything that is wrong, each with its place.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent. ``path`` is a JSON pointer."""

    path: str
    code: str
    say: str


@dataclass
class Problem(Exception):
    """Raised anywhere behind the API's routes: it becomes the answer."""

    status: int
    code: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


OF_STATUS = {
    400: ("bad_request", "The request could not be understood. Look at the reference."),
    404: (NOT_FOUND, "There is nothing here, or you are not part of it."),
    405: ("method_not_allowed", "This cannot be done here. The header Allow says what can."),
    413: ("too_large", "This is more than one request may hold: 1 MB."),
    415: ("not_json", "Send the body as application/json."),
    429: ("too_many", "Too many requests. Wait as long as the header Retry-After says."),
    500: ("fault", "Something went wrong here. It has been noted; try again later."),
}


def asked_here() -> bool:
    """Whether the request is one to the API: then no page is the answer to it."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def type_of(status: int) -> str:
    """Where the reference describes this kind of problem; one that it does not know is described as a whole there."""
    return f"/api/reference#problem-{status}" if status in ABOUT else "/api/reference#problems"


def answer(problem: Problem) -> Response:
    """The problem as an answer."""
    model = ProblemModel(
        type=type_of(problem.status),
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        request_id=g.get("request_id", ""),
        faults=[FaultModel(path=each.path, code=each.code, say=each.say) for each in problem.faults],
    )
    response = Response(model.model_dump_json(), problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


def of_fault(fault: Exception) -> Problem:
    """What the API says to whatever went against a request."""
    match fault:
        case Problem():
            return fault
        case Refused():
            return of_refused(fault)
        case Busy():
            say = "Somebody else is changing the same thing. Nothing was done: send it again."
            return Problem(503, "busy", say, headers={"Retry-After": "2"})
        case Unavailable():
            say = "The service cannot be reached now. Send the same request again, with the same key."
            return Problem(503, "unavailable", say, headers={"Retry-After": "10"})
        case DamagedWorkflow():
            return Problem(503, "damaged_workflow", DAMAGED)
        case HTTPException():
            return _of_http(fault)
        case _:
            return Problem(500, *OF_STATUS[500])


def _of_http(fault: HTTPException) -> Problem:
    status = fault.code or 500
    code, say = OF_STATUS.get(status, OF_STATUS[500 if status >= 500 else 400])
    headers: dict[str, str] = {}
    if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
        headers["Allow"] = ", ".join(sorted(fault.valid_methods))
    return Problem(status if status in OF_STATUS else 500 if status >= 500 else 400, code, say, headers=headers)


def of_refused(refused: Refused, *, body: BaseModel | None = None) -> Problem:
    """A refusal by the rules; each fault at its place in ``body``, which was sent."""
    code = refused.code
    if code == STALE:
        say = "Somebody has changed this request since you read it. Read it again, and look at what changed."
        return Problem(412, code, say)
    if code == NOT_FOUND and "case_id" not in (request.view_args or {}):
        return Problem(404, *OF_STATUS[404])  # the rules speak of a request, and it was something else
    status = status_of(refused)
    say = " ".join(refusal.say for refusal in refused.refusals[:3])
    faults = tuple(_fault(each, body) for each in refused.refusals) if status == 422 else ()
    return Problem(status, code, say, faults=faults)


def _fault(refusal: Refusal, body: BaseModel | None) -> Fault:
    if refusal.task:
        # Within a part of the request, the rules write "0-period-end" for the end of the period of its first row.
        return Fault(place(refusal), refusal.code, refusal.say)
    own = f"/{refusal.field}" if refusal.field else ""
    return Fault(place_in(body, refusal.field) if body else own, refusal.code, refusal.say)


def example(status: int, code: str, detail: str) -> dict[str, Any]:
    """A problem document for the reference."""
    model = ProblemModel(
        type=type_of(status), title=HTTPStatus(status).phrase, status=status, code=code,
        detail=detail, request_id="9f0c2b7d1e4a5c68", faults=[],
    )  # fmt: skip
    return model.model_dump()
