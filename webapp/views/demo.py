"""Only in the demo: the mail that was sent, and the clock that can be moved on to watch what time does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.context import clock_text
from webapp.guards import demo_only, signed_in
from webapp.house import house
from workflows.service.posting import held

blueprint = Blueprint("demo", __name__)

HOURS = {1: "1 hour", 24: "1 day", 72: "3 days"}
MOST = 100
LONGEST = 200_000
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}\.eml")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived."""

    name: str
    to: str
    subject: str
    date: str
    message_id: str
    text: str


@blueprint.get("/demo/clock")
@signed_in
@demo_only
def clock() -> str:
    """Where the product's clock stands, and buttons to move it on."""
    return render_template("demo/clock.html", hours=HOURS)


@blueprint.post("/demo/advance")
@signed_in
@demo_only
def advance() -> Response:
    """Move the product's clock on by 1, 24 or 72 hours."""
    value = request.form.get("hours", "")
    hours = int(value) if value in {str(each) for each in HOURS} else 0
    if not hours:
        page = render_template("demo/clock.html", hours=HOURS, wrong="Choose one of the steps on this page.")
        return make_response(page, 422)
    moved = house().office.move_clock(timedelta(hours=hours))
    flash(f"The clock was moved on by {HOURS[hours]}. It is now {clock_text(moved)}. What falls due follows soon.")
    return redirect(url_for("demo.clock"), 303)


@blueprint.get("/demo/mail")
@signed_in
@demo_only
def mails() -> str:
    """The mail that was sent, newest first."""
    names = sorted((path.name for path in _files()), reverse=True)
    waiting, goes_at = held(house().engine) if house().settings.mail_in_hours else (0, None)
    return render_template(
        "demo/mails.html", mails=[_read(name) for name in names[:MOST]], total=len(names), waiting=waiting,
        goes_at=clock_text(goes_at) if goes_at else "",
    )  # fmt: skip


@blueprint.get("/demo/mail/<name>")
@signed_in
@demo_only
def mail(name: str) -> str:
    """One mail. Only a name that is in the folder is opened, so none can lead out of it."""
    if not _NAME.fullmatch(name) or name not in {path.name for path in _files()}:
        abort(404)
    return render_template("demo/mail.html", mail=_read(name))


def _files() -> list[Path]:
    folder = house().settings.mail_dir
    return [path for path in folder.glob("*.eml") if path.is_file()] if folder and folder.is_dir() else []


def _read(name: str) -> Mail:
    folder = house().settings.mail_dir
    assert folder is not None, "there are names only when there is a folder"
    try:
        with (folder / name).open("rb") as file:
            content = file.read(LONGEST)
    except OSError:
        abort(404)
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        name=name,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        date=_sent(str(message.get("Date", ""))),
        message_id=str(message.get("Message-ID", "")),
        text=body.get_content() if body is not None else "",
    )


def _sent(date: str) -> str:
    """When a mail was sent, as people read it; what the mail says where that is no date."""
    try:
        return clock_text(parsedate_to_datetime(date).astimezone(UTC))
    except ValueError:
        return date
