"""What a person reads when something did not work: plain words, a request id, never any data."""

from __future__ import annotations

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from webapp.api import problems
from webapp.api.problems import Problem
from webapp.logs import note, note_fault
from webapp.security import SAFE, ForeignForm
from webapp.statuses import status_of
from workflows.core.beyond import CALENDAR_HORIZON
from workflows.core.refusals import Refused
from workflows.service.library import DamagedWorkflow
from workflows.service.unit_of_work import Busy, Unavailable

PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
_LAST_RESORT = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} - Gatehouse</title></head>'
    "<body><main><h1>{title}</h1><p>Go back and try again. If a child or an adult is in danger now, call 999.</p>"
    "<p>If you report this, quote {request_id}.</p></main></body></html>"
)


class TooMany(HTTPException):
    """Too many attempts; ``retry_after`` is in seconds."""

    code = 429


def error_page(
    code: int, *, message: str = "", retry_after: int = 0, stale_form: bool = False, beyond: bool = False
) -> Response:
    """The page for a status. ``message`` is one of our own sentences, never something that was sent.

    ``beyond``: it would need bank holidays that are not known yet.
    ``stale_form``: a form came without a token that counts, or not from our pages; no role is the reason.
    """
    page = code if code in PAGES else 500 if code >= 500 else 400
    request_id = g.get("request_id", "")
    told = {"stale_form": stale_form, "beyond": beyond, "had_form": request.method not in SAFE}
    try:
        body = render_template(f"errors/{page}.html", message=message or None, request_id=request_id, **told)
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with the page, an answer must go out
        note_fault(fault)
        body = _LAST_RESORT.format(title="Something went wrong", request_id=request_id)
    response = make_response(body, code)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def install(app: Flask) -> None:
    """Answer every failure with a page."""

    @app.errorhandler(Problem)
    def problem(fault: Problem) -> Response:
        return problems.answer(fault)

    @app.errorhandler(HTTPException)
    def http_error(fault: HTTPException) -> Response:
        if problems.asked_here():
            return problems.answer(problems.of_fault(fault))
        code = fault.code or 500
        if code < 400:
            return make_response(fault.get_response())
        if isinstance(fault, InternalServerError):
            return error_page(500)
        response = error_page(code)
        if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(fault.valid_methods))
        return response

    @app.errorhandler(ForeignForm)
    @app.errorhandler(CSRFError)
    def stale(fault: CSRFError | ForeignForm) -> Response:
        note("form_token_refused")
        return error_page(403, stale_form=True)

    @app.errorhandler(Refused)
    def refused(fault: Refused) -> Response:
        if problems.asked_here():
            return problems.answer(problems.of_fault(fault))
        code = status_of(fault)
        say = "" if code == 404 else " ".join(refusal.say for refusal in fault.refusals[:3])
        beyond = fault.code == CALENDAR_HORIZON
        return error_page(code, message=say, retry_after=2 if code == 503 else 0, beyond=beyond)

    _install_trouble(app)


def _install_trouble(app: Flask) -> None:
    """Answer what is nobody's fault who asked: the service cannot do it now."""

    @app.errorhandler(Unavailable)
    def unavailable(fault: Unavailable) -> Response:
        note_fault(fault)
        if problems.asked_here():
            return problems.answer(problems.of_fault(fault))
        return error_page(503, retry_after=10)

    @app.errorhandler(DamagedWorkflow)
    def damaged(fault: DamagedWorkflow) -> Response:
        # Not of passing trouble: no time is named after which to try again.
        note_fault(fault)
        if problems.asked_here():
            return problems.answer(problems.of_fault(fault))
        return error_page(503, message=problems.DAMAGED)

    @app.errorhandler(Busy)
    def busy(fault: Busy) -> Response:
        note_fault(fault)
        if problems.asked_here():
            return problems.answer(problems.of_fault(fault))
        return error_page(503, message="Somebody else is working on the same thing. Try again.", retry_after=2)
