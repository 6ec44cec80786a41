"""Pages that look again by themselves: the parts that may change, without the rest, when the page's script asks.

The script asks for the same address with a header of its own. Such a request is nobody's act: it does not keep a
session alive, and is answered with 304 while nothing has changed. Without scripts a link does the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from flask import g, make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.context import LONDON
from webapp.sessions import looks_again

SHOWN_AT = "X-Shown-At"
SECONDS = 20


@dataclass(frozen=True, slots=True)
class Live:
    """The parts of a page that change, by name, and what tells whether they have changed."""

    parts: dict[str, Markup]
    tag: str
    url: str
    seconds: int = SECONDS

    @property
    def shown_at(self) -> str:
        """When this was true, as people here read it."""
        return f"{g.now.astimezone(LONDON):%H:%M}"


def live(parts: dict[str, str], facts: Iterable[object], *, url: str, **context: object) -> Live:
    """Draw the changing parts (name to template). ``facts`` are what a reader would call a change."""
    told = hashlib.sha256(repr(tuple(facts)).encode()).hexdigest()[:32]
    drawn = {name: Markup(render_template(template, **context)) for name, template in parts.items()}  # noqa: S704 - ours
    return Live(drawn, told, url)


def answer(found: Live) -> Response | None:
    """The changing parts alone, where the page's script asked for them; None where a person wants the page."""
    if not looks_again(request):
        return None
    response = make_response(render_template("live.html", live=found))
    response.headers[SHOWN_AT] = found.shown_at
    response.set_etag(found.tag)
    return response.make_conditional(request)
