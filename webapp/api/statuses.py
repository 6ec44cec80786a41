"""What each status means here, with one code as an example: for the description and for the reference page."""

from __future__ import annotations

from collections.abc import Mapping

ABOUT: Mapping[int, str] = {
    400: "The request cannot be understood: JSON, a header or the query.",
    401: "No token came, or one that does not count.",
    403: "You may not do this: the token was not made for it, or the rules say no.",
    404: "There is nothing here, or you are not part of it: the answer is the same.",
    409: "It cannot be done as things stand now.",
    410: "What you want to continue from is no longer kept.",
    412: "Somebody has changed it since you read it.",
    413: "It is larger than 1 MB.",
    415: "It is not application/json.",
    422: "Some of what was sent cannot be taken. Every fault is named with its place.",
    428: "The header If-Match is missing.",
    429: "The token was used too often in this minute.",
    503: "The service cannot do it at this moment. Send the same request again.",
}

CODES: Mapping[int, tuple[str, str]] = {
    400: ("bad_json", "This is not JSON: look at line 3, column 12."),
    401: ("bad_token", "This token does not count: it is unknown, over or revoked."),
    403: ("not_yours", "Only the person who made the request can do this."),
    404: ("not_found", "There is no such request, or you are not part of it."),
    409: ("wrong_stage", "This request is not at the stage where that is done."),
    410: ("cursor_expired", "What came after this event is no longer kept. Read again from the beginning."),
    412: ("stale", "Somebody has changed this request since you read it."),
    413: ("too_large", "This is more than one request may hold: 1 MB."),
    415: ("not_json", "Send the body as application/json."),
    422: ("invalid", "Some of what was sent cannot be taken."),
    428: ("no_version", "Send a header If-Match with the ETag of the request as you read it."),
    429: ("too_many", "This token was used more than 600 times in a minute."),
    503: ("busy", "Somebody else is changing the same thing. Nothing was done: send it again."),
}
