"""Help, the accessibility statement and the privacy page: open to everybody, signed in or not."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.guards import public
from webapp.house import house
from webapp.views.time_words import TIME_DEFINITIONS

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def guide() -> str:
    """What Gatehouse is, its steps, who does what, what the words mean and how time is counted."""
    return render_template("help/guide.html", definitions=TIME_DEFINITIONS)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """The accessibility statement: a template that the organisation completes."""
    return render_template("help/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What the service records about people, and what the organisation still has to say."""
    settings = house().settings
    return render_template(
        "help/privacy.html", idle_minutes=settings.session_idle_minutes, longest_hours=settings.session_hours
    )
