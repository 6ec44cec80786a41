"""How each request is answered: who, how often, for what, once, what, which version; and then the operation itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from webapp.api import PREFIX
from webapp.api.bodies import KEY_HEADER, etag, key, read, read_query, refuse_query, seen_version, sent
from webapp.api.entry import check_scope, enter
from webapp.api.operations import OPERATIONS, Answer, Call, Operation
from webapp.api.problems import Problem
from webapp.guards import by_token
from webapp.house import house
from workflows.core.refusals import Refused
from workflows.service.once import InFlight, Kept, Once, OtherRequest, command_id_of

MEDIA_TYPE = "application/json"
REPLAYED = "Idempotency-Replayed"


def install(blueprint: Blueprint) -> None:
    """A route for every operation that has been declared."""
    for one in OPERATIONS.values():
        blueprint.add_url_rule(one.path, one.name, by_token(_view(one)), methods=[one.method])


def _view(one: Operation) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        return serve(one, {name: str(value) for name, value in path.items()})

    view.__name__ = one.name
    view.__doc__ = one.summary
    return view


def serve(one: Operation, path: dict[str, str]) -> Response:
    """Answer one request. Raises Problem, Refused, Busy, Unavailable."""
    caller = enter()
    check_scope(caller, one.scopes)
    call = Call(caller=caller, path=path)
    if one.query is not None:
        call = replace(call, query=read_query(one.query))
    else:
        refuse_query()
    if not one.changes:
        return _told(one.handler(call))
    return _once(one, call)


def _once(one: Operation, call: Call) -> Response:
    """Carry a change out, or give the answer again that it had the first time."""
    chosen, raw = key(), b""
    if one.takes is not None:
        body, raw = sent() if one.whole else read(one.takes)
        call = replace(call, body=body)
    if one.on_case:
        call = replace(call, seen_version=seen_version())
    person_id = call.person.id
    place = call.caller.organisation_id
    call = replace(call, command_id=command_id_of(person_id, place, chosen))
    once = Once(house().engine)
    try:
        kept = once.begin(person_id, chosen, digest=_digest(place, raw))
    except OtherRequest:
        say = "This key was used for another request. Choose a new one for each thing to do."
        raise Problem(422, "key_reused", say) from None
    except InFlight:
        say = "The first request with this key is being answered now. Send it again in a moment."
        raise Problem(409, "in_flight", say, headers={"Retry-After": "1"}) from None
    if kept is not None:
        return _replayed(kept)
    try:
        answer = one.handler(call)
    except (Problem, Refused):
        # Nothing was done: with something mended, the same key may be used.
        once.free(person_id, chosen)
        raise
    except BaseException:
        # Whether it was done is not known: who sends it again, with the same key, gets it done once.
        once.leave(person_id, chosen)
        raise
    response = _told(answer)
    once.keep(
        person_id, chosen,
        Kept(response.status_code, response.headers.get("ETag", ""), answer.location, response.get_data(as_text=True)),
    )  # fmt: skip
    return response


def _digest(place: str, raw: bytes) -> str:
    """Of what was asked, and for which organisation; without the version: who read the case again may send the same
    request with the same key."""
    asked = f"{place} {request.method} {request.path}\n".encode()
    return hashlib.sha256(asked + raw).hexdigest()


def _told(answer: Answer) -> Response:
    response = Response(answer.body.model_dump_json(), answer.status, mimetype=MEDIA_TYPE)
    if answer.version is not None:
        response.headers["ETag"] = etag(answer.version)
    if answer.location:
        response.headers["Location"] = f"{PREFIX}{answer.location}"
    return response


def _replayed(kept: Kept) -> Response:
    response = Response(kept.body, kept.status, mimetype=MEDIA_TYPE)
    if kept.etag:
        response.headers["ETag"] = kept.etag
    if kept.location:
        response.headers["Location"] = f"{PREFIX}{kept.location}"
    response.headers[REPLAYED] = "true"
    return response


__all__ = ["KEY_HEADER", "install", "serve"]
