"""What is sent to the API: JSON read strictly, checked against its model, and every fault named by its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from webapp.api.problems import Fault, Problem
from webapp.intake.pointers import pointer
from webapp.intake.strict import BadJson, loads

MOST_BYTES = 1024 * 1024
DEEPEST = 32
MOST_FAULTS = 100
KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How a library writes a choice; the choice itself is what counts."""
_ETAG = re.compile(r'"v([0-9]{1,9})"')

Model = TypeVar("Model", bound=BaseModel)

SAY: dict[str, str] = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field. Look at how it is spelt.",
    "string_type": "This must be a text.",
    "bool_type": "This must be true or false.",
    "int_type": "This must be a whole number.",
    "list_type": "This must be a list.",
    "tuple_type": "This must be a list.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "dict_type": "This must be an object.",
    "none_required": "This must be null.",
    "string_too_short": "This must not be empty.",
    "string_pattern_mismatch": "This is not written as it must be. Look at the reference.",
    "one_part": "Send one part at a time: people, purpose, items, recipients, basis, or consent and being told.",
    "day": "This must be a real day, such as 2026-11-23.",
    "moment": "This must be a moment with its zone, such as 2026-11-23T09:30:00Z.",
    "too_short": "There must be more of these.",
    "union_tag_invalid": "There is no such kind. Look at the reference.",
    "union_tag_not_found": "Say which kind it is. Look at the reference.",
}
"""Our sentences for what a model finds wrong: a library's own would quote what was sent."""


def read(model: type[Model]) -> tuple[Model, bytes]:
    """The body as its model, and its bytes. Raises Problem: 400, 413, 415, 422."""
    _, raw = sent()
    return checked(model, raw), raw


def sent() -> tuple[object, bytes]:
    """What the body says, read strictly, and its bytes. Raises Problem: 400, 413, 415."""
    if request.content_encoding or request.headers.get("Content-Encoding"):
        raise Problem(415, "not_json", "Send the body as it is, without Content-Encoding.")
    if request.mimetype != "application/json":
        raise Problem(415, "not_json", "Send the body as application/json.")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise Problem(415, "not_json", "Send the body in UTF-8.")
    raw = request.get_data(cache=False)
    if len(raw) >= (request.max_content_length or MOST_BYTES) and len(raw) != request.content_length:
        # Nobody told how long it is, and it was cut off where the server stops to read.
        raise Problem(413, "too_large", "This is more than one request may hold: 1 MB.")
    try:
        return loads(raw, most=MOST_BYTES, deepest=DEEPEST), raw
    except BadJson as bad:
        if bad.code == "too_large":
            raise Problem(413, "too_large", bad.say) from None
        raise Problem(400, "bad_json", bad.say, faults=(Fault(bad.path, bad.code, bad.say),)) from None


def checked(model: type[Model], raw: bytes) -> Model:
    """JSON that was read strictly, as its model. Raises Problem (422) with every fault and its place."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as wrong:
        raise Problem(422, "invalid", "Some of what was sent cannot be taken.", faults=faults_of(wrong)) from None


def faults_of(wrong: ValidationError) -> tuple[Fault, ...]:
    """What a model found wrong, in our own sentences; nothing that was sent is quoted."""
    found: dict[tuple[str, str], Fault] = {}
    for each in wrong.errors(include_url=False, include_input=False)[:MOST_FAULTS]:
        fault = Fault(pointer(each["loc"]), each["type"], sentence(each))
        found.setdefault((fault.path, fault.code), fault)
    return tuple(found.values())


def sentence(each: ErrorDetails) -> str:
    """One fault in words."""
    context: dict[str, Any] = each.get("ctx", {})
    match each["type"]:
        case "string_too_long":
            return f"Use at most {context['max_length']:,} characters."
        case "too_long":
            return f"There can be at most {context['max_length']:,} of these."
        case "literal_error" | "enum":
            return "Choose one of: " + _MEMBER.sub(r"\1", context["expected"]) + "."
        case "value_error":
            return str(context.get("error", "This cannot be taken."))
        case kind if kind.startswith(("date", "time")):
            return "This must be a real date, such as 2026-11-23, or a time in UTC, such as 2026-11-23T09:30:00Z."
        case kind if kind.startswith(("greater", "less")):
            return "This number is outside of what it can be. Look at the reference."
        case kind if kind.startswith("uuid"):
            return "This must be an id, as the API gave it."
        case kind:
            return SAY.get(kind, "This cannot be taken. Look at the reference.")


def read_query(model: type[Model]) -> Model:
    """The query as its model. Raises Problem (400): for an unknown name, a name that comes twice, a wrong value."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise Problem(400, "bad_query", "A name can stand only once in the query.", faults=_in_query(["twice"]))
    try:
        return model.model_validate_strings(dict(request.args.items()))
    except ValidationError as wrong:
        raise Problem(400, "bad_query", "Something in the query cannot be taken.", faults=faults_of(wrong)) from None


def refuse_query() -> None:
    """Refuse a query where there is none. Raises Problem (400)."""
    if request.args:
        raise Problem(
            400, "bad_query", "Nothing can be asked in the query here.", faults=_in_query(["extra_forbidden"])
        )


def _in_query(codes: Sequence[str]) -> tuple[Fault, ...]:
    return tuple(Fault("", code, SAY.get(code, "This name came twice.")) for code in codes)


def key() -> str:
    """The key by which the request is known again. Raises Problem (400)."""
    given = request.headers.get(KEY_HEADER, "")
    if not _KEY.fullmatch(given):
        say = "Send a header Idempotency-Key: 1 to 200 visible characters, new for each thing to do, such as a UUID."
        raise Problem(400, "no_key" if not given else "bad_key", say)
    return given


def seen_version() -> int:
    """The version of the case that the caller saw. Raises Problem: 428 without one, 400 when it cannot be read."""
    given = request.headers.get("If-Match", "")
    if not given:
        say = "Send a header If-Match with the ETag of the request as you read it, so that you change what you saw."
        raise Problem(428, "no_version", say)
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        say = 'If-Match must be one ETag as this API gave it, such as "v3".'
        raise Problem(400, "bad_version", say)
    return int(found[1])


def etag(version: int) -> str:
    """The ETag of a version of a case."""
    return f'"v{version}"'
