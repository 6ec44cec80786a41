"""Who comes to the API: the bearer of a token, and how often she has come in this minute."""

from __future__ import annotations

from flask import g, request

from webapp.api.problems import Problem
from webapp.house import house
from workflows.core.scopes import OUT_OF_SCOPE, Scope
from workflows.service.tokens import Caller, Tokens

CHALLENGE = 'Bearer realm="Gatehouse"'


def enter() -> Caller:
    """Who sends this request. Raises Problem: 401 without a token that counts, 429 when it was used too often."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        say = "Send a token in the header Authorization, after the word Bearer."
        raise Problem(401, "no_token", say, headers={"WWW-Authenticate": CHALLENGE})
    caller = Tokens(house().engine).come(token.strip())
    if caller is None:
        say = "This token does not count: it is unknown, over or revoked. Make another one under your account."
        raise Problem(401, "bad_token", say, headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'})
    most = house().settings.api_per_minute
    if caller.uses > most:
        say = f"This token was used more than {most:,} times in a minute. Wait as long as Retry-After says."
        raise Problem(429, "too_many", say, headers={"Retry-After": str(caller.rest)})
    g.person, g.now, g.caller = caller.person, caller.now, caller
    return caller


def check_scope(caller: Caller, scopes: frozenset[Scope]) -> None:
    """Refuse a token that was not made for this. No scopes: every token will do. Raises Problem (403)."""
    if scopes and not caller.scopes & scopes:
        needed = " or ".join(sorted(scope.value for scope in scopes))
        raise Problem(403, OUT_OF_SCOPE, f"This token was not made for that. It needs the scope: {needed}.")
