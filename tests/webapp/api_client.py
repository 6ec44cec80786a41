"""A caller of the API in tests: one person with a token, and every answer looked at as an answer of the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from uuid_utils import uuid7
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from webapp.api.operations import OPERATIONS
from workflows.core.permissions import Principal
from workflows.core.scopes import Scope
from workflows.service.tokens import Tokens
from workflows.service.unit_of_work import Engine

EVERYTHING = tuple(scope.value for scope in Scope)


@dataclass
class Caller:
    """One person at the API."""

    http: FlaskClient
    token: str

    @classmethod
    def enter(
        cls, app: Flask, engine: Engine, person: Principal, *, scopes: tuple[str, ...] = EVERYTHING, place: str = ""
    ) -> Caller:
        """With a new token of hers, for ``place`` or else for the first of her organisations."""
        organisation = place or sorted(person.organisations())[0]
        made = Tokens(engine).add(
            person, organisation, name="A test", scopes=scopes, days=30, command_id=str(uuid7()), now=datetime.now(UTC)
        )
        return cls(app.test_client(), made.token)

    def get(self, path: str, *, status: int = 200, **more: Any) -> Any:
        """What the API says; ``status`` is what it must answer with."""
        self.described("GET", path, status)
        return self.looked_at(self.http.get(f"/api/v1{path}", headers=self.headers(), **more), status)

    def post(
        self, path: str, body: object, *, key: str = "", seen: int | str | None = None, status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Any:  # fmt: skip
        """Post ``body``, with a new key unless one is given; ``seen`` is the version, or the ETag, that was read."""
        self.described("POST", path, status)
        return self.looked_at(self.send(path, body, key=key, seen=seen, headers=headers), status)

    def send(
        self, path: str, body: object, *, key: str = "", seen: int | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:  # fmt: skip
        """The same, whatever the answer is."""
        chosen = {**self.headers(), "Idempotency-Key": key or str(uuid7()), "Content-Type": "application/json"}
        if seen is not None:
            chosen["If-Match"] = f'"v{seen}"' if isinstance(seen, int) else seen
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.http.post(f"/api/v1{path}", data=data, headers={**chosen, **(headers or {})})

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.token}"}

    def described(self, method: str, path: str, status: int) -> None:
        """Expect no status that the description does not know; paths that there are not are answered alike."""
        try:
            name, _ = self.http.application.url_map.bind("localhost").match(
                f"/api/v1{path.partition('?')[0]}", method=method
            )
        except HTTPException:
            return
        known = OPERATIONS.get(name.removeprefix("api."))
        assert known is None or status in known.statuses(), f"{known.name} does not describe {status}"

    def looked_at(self, answer: TestResponse, status: int) -> Any:
        """The body of an answer that has the right status, type and headers."""
        assert answer.status_code == status, f"{answer.status_code}: {answer.get_data(as_text=True)[:600]}"
        kind = "application/json" if status < 400 else "application/problem+json"
        assert answer.mimetype == kind
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        found = answer.get_json()
        if status >= 400:
            assert set(found) == {"type", "title", "status", "code", "detail", "request_id", "faults"}
            assert found["status"] == status
            assert found["request_id"] == answer.headers["X-Request-Id"]
        return found
