"""One JSON line per request and per fault, made from an allow-list: never a value, a name, a path or a query."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, has_request_context, request

LOGGER = logging.getLogger("gatehouse.web")
ALLOWED = ("method", "rule", "status", "ms", "request_id", "fault", "at", "reason")
"""Everything a line may carry beside its time, level and event; anything else is dropped."""

_ROOT = Path(__file__).resolve().parent.parent


class AllowList(logging.Formatter):
    """Writes a record as JSON with the allowed fields only; a message is its event's name, never free text."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if record.name == LOGGER.name else "library",
        }
        if record.name != LOGGER.name:
            line["from"] = record.name
        line |= {key: getattr(record, key) for key in ALLOWED if hasattr(record, key)}
        return json.dumps(line, ensure_ascii=False, default=str)


def note(event: str, *, level: int = logging.WARNING, **fields: str | int | float) -> None:
    """Write one line. ``event`` is a fixed word; fields outside the allow-list are dropped."""
    if has_request_context():
        fields.setdefault("request_id", g.get("request_id", ""))
        fields.setdefault("rule", request.url_rule.rule if request.url_rule else "")
    LOGGER.log(level, event, extra=fields)


def note_fault(fault: BaseException) -> None:
    """Say which kind of fault came from where: class names and code places, no message and no values."""
    kinds: list[str] = []
    link: BaseException | None = fault
    while link is not None and len(kinds) < 4:
        kinds.append(type(link).__name__)
        link = link.__cause__
    note("fault", level=logging.ERROR, fault=" < ".join(kinds), at=_places(fault))


def _places(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(str(_ROOT)) and ".venv" not in frame.filename]
    shown = (ours or list(frames))[-4:]
    return " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in shown)


def watch(app: Flask) -> None:
    """Log every answer, and faults without their values."""
    if not LOGGER.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(AllowList())
        LOGGER.addHandler(handler)
        LOGGER.setLevel(logging.INFO)
        LOGGER.propagate = False

    app.log_exception = lambda exc_info: note_fault(exc_info[1]) if exc_info[1] else None  # type: ignore[method-assign]

    @app.after_request
    def log_answer(response: Response) -> Response:
        if request.endpoint != "static":
            took = (time.perf_counter() - g.started) * 1000 if "started" in g else 0.0
            note(
                "request",
                level=logging.INFO,
                method=request.method if request.method in _METHODS else "other",
                status=response.status_code,
                ms=round(took, 1),
            )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
