"""The API, version 1: what a person can do on the pages, another system can do here, for a person who gave it a token.

How a request is answered, in this order (``handling``): who comes and how often (``entry``), whether the token was made
for this (``core/scopes``), the key by which the same request is known again (``Idempotency-Key``), the body
(``bodies``: strict JSON, unknown fields refused), the version of the case that the caller saw (``If-Match``), and then
the same service, the same door and the same rules as behind the pages. Every refusal is a problem document with a
stable code (``problems``).

To add an operation: declare it in a module called ``routes_*.py`` that ``routes`` names, with the models of what it
takes and says (``operations``)::

    @operation(
        "GET", "/cases/<uuid:case_id>/clocks", name="readClocks", tag="Requests", scopes={Scope.READ},
        summary="The clocks of a request", says=ClocksModel, refuses=(NOT_FOUND,),
    )
    def clocks(call: Call) -> Answer: ...

The route, its guard, the OpenAPI document and the reference page come from that declaration. ``call.person`` is who
asks, narrowed to the organisation of the token (``Principal.within``): services get *her*, never the whole person.
"""

from __future__ import annotations

PREFIX = "/api/v1"
"""Where the API stands."""
