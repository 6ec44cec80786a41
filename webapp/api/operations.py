"""Operations of the API as data: from each declaration come its route, its guard, and its part of the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from workflows.core.commands import Actor
from workflows.core.definition import CommandType
from workflows.core.permissions import Principal
from workflows.core.scopes import Scope
from workflows.service.tokens import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as an operation gets it: checked, and narrowed to the organisation of the token."""

    caller: Caller
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    command_id: str = ""
    """The id of the command that the request stands for: the same each time it is sent with the same key."""
    seen_version: int | None = None
    """The version of the case that the caller saw."""

    @property
    def person(self) -> Principal:
        """Who asks."""
        return self.caller.person

    @property
    def actor(self) -> Actor:
        """Who acts, for a command; the door adds the position."""
        return Actor(self.person.id, self.person.name)

    @property
    def now(self) -> datetime:
        """The product's time (UTC)."""
        return self.caller.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation says. ``version`` becomes the ETag, ``location`` the address of what was made."""

    body: BaseModel
    status: int = 200
    version: int | None = None
    location: str = ""


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. ``path`` is Flask's rule, without the prefix.

    ``changes``: it takes an Idempotency-Key. ``on_case``: it takes If-Match. ``command``: it stands for that command,
    and is offered in the answers about a case. ``refuses`` are the statuses besides those that every operation has.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    about: str
    scopes: frozenset[Scope]
    says: type[BaseModel]
    handler: Handler
    status: int = 200
    takes: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    whole: bool = False
    """Its handler gets the body as it was sent, and tells faults of shape together with all others."""
    changes: bool = False
    on_case: bool = False
    tagged: bool = False
    """Whether its answer has an ETag: the version of the case."""
    command: CommandType | None = None
    refuses: frozenset[int] = frozenset()
    takes_example: Mapping[str, Any] | None = None
    says_example: Mapping[str, Any] | None = None
    acts_follow: bool = False
    """Whether every act on a request can follow, with the version that its answer has."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Which operations can follow, each with where its ``case_id`` stands in the answer (a JSON pointer)."""

    def statuses(self) -> tuple[int, ...]:
        """Every status that it can answer with, besides those of methods and paths that there are not."""
        found = {self.status, 400, 401, 403, 429, 503} | self.refuses
        if "<" in self.path:
            found.add(404)
        if self.changes:
            found |= {409, 413, 415, 422}
        if self.on_case:
            found |= {404, 412, 428}
        return tuple(sorted(found))


OPERATIONS: dict[str, Operation] = {}
"""Every operation by its name."""


def operation(
    method: str,
    path: str,
    *,
    name: str,
    tag: str,
    summary: str,
    scopes: set[Scope] | frozenset[Scope],
    says: type[BaseModel],
    **more: Any,
) -> Callable[[Handler], Handler]:
    """Declare an operation: the decorated function answers it. ``about`` is its docstring."""

    def declare(handler: Handler) -> Handler:
        declare_operation(
            Operation(
                method=method,
                path=path,
                name=name,
                tag=tag,
                summary=summary,
                scopes=frozenset(scopes),
                says=says,
                about=" ".join((handler.__doc__ or "").split()),
                handler=handler,
                **more,
            )
        )
        return handler

    return declare


def declare_operation(one: Operation) -> None:
    """Add an operation. Raises ValueError when there is one of that name."""
    if one.name in OPERATIONS:
        raise ValueError(f"There are two operations called {one.name}.")
    OPERATIONS[one.name] = one


def of_command(command: CommandType) -> Operation | None:
    """The operation that stands for a command."""
    return next((each for each in OPERATIONS.values() if each.command is command), None)
