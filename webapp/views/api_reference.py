"""What systems can do here: the reference of the API as a page. It is the same for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.api.reference import reference
from webapp.api.statuses import ABOUT, CODES
from webapp.guards import public

blueprint = Blueprint("api_reference", __name__)


@blueprint.get("/api/reference")
@public
def page() -> str:
    """The reference."""
    return render_template("api/reference.html", reference=reference(), statuses=ABOUT, codes=CODES)
