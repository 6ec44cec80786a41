"""Try a pretend case: a way through a workflow, step by step. Nothing is stored, nobody is told.

The whole state is the address: a few codes of what is made up, and the list of steps. No name can stand in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.guards import signed_in
from webapp.views import pretend_words as say
from webapp.views.desk import casework, me
from webapp.views.showing import long_instant
from webapp.views.workflow_proposals import desk as proposals
from workflows.core.definition import Definition, Side, Urgency
from workflows.core.permissions import role_words
from workflows.core.pretend import MOST_STEPS, Choice, Standing, Taken
from workflows.core.pretend_samples import Setting
from workflows.core.refusals import Refusal, Refused
from workflows.core.request import ConsentState
from workflows.service.pretending import Pretending

blueprint = Blueprint("pretend", __name__)

BAD_SETTING = "This is not one of the choices about the pretend case, so it begins as usual. Choose again."


def pretending() -> Pretending:
    """Pretend cases."""
    return Pretending(casework().engine, casework().library)


@blueprint.get("/workflows/<workflow>/<int:version>/try")
@signed_in
def page(workflow: str, version: int) -> Response:
    """Where the pretend case stands, what can be done, and the way so far."""
    definition = pretending().published(me(), workflow, version)
    back = url_for("workflows.page", workflow=workflow, version=version), "This version"
    return pretend_page(definition, url_for("pretend.page", workflow=workflow, version=version), back=back)


@blueprint.get("/workflows/proposals/<int:number>/try")
@signed_in
def proposal(number: int) -> Response:
    """The same with a version that was proposed and is not published."""
    found = proposals().one(me(), number)
    back = url_for("workflow_proposals.page", number=number), f"Proposal {number}"
    here = url_for("pretend.proposal", number=number)
    return pretend_page(proposals().definition(found), here, back=back)


def pretend_page(definition: Definition, address: str, *, back: tuple[str, str]) -> Response:
    """The page for any version, published or not; ``address`` is where it stands, ``back`` where it leads back to."""
    setting, faults = _setting(definition)
    steps = request.args.getlist("step")[: MOST_STEPS + 1]
    found = None
    try:
        found = pretending().walked(definition, setting, steps, at=g.now).walk
    except Refused as refused:
        faults = {**faults, "": refused.refusals[0].say}
    wrong = found.wrong if found else None
    if wrong is not None:
        faults["next"] = wrong.say
    done = [each.choice.code for each in found.taken] if found else []
    query = _query(setting)
    body = render_template(
        "workflows/try.html",
        definition=definition,
        address=address,
        back_url=back[0],
        back_words=back[1],
        setting=setting,
        errors=faults,
        options=_options(definition),
        now=_standing(found.now, _Links(address, query, done), wrong) if found else None,
        way=[_taken(each, _Links(address, query, done[: each.number])) for each in found.taken] if found else [],
        afresh=_Links(address, query, []).here(),
    )
    return make_response(body, 422 if faults else 200)


class _Links:
    """Addresses of the pretend case with the steps so far."""

    def __init__(self, address: str, query: Mapping[str, str], steps: list[str]) -> None:
        self._address, self._query, self._steps = address, query, steps

    def here(self, *more: str) -> str:
        """The case after these steps and ``more``."""
        args: dict[str, Any] = {**self._query, "step": [*self._steps, *more]}
        return f"{self._address}?{urlencode(args, doseq=True)}#next"


def _setting(definition: Definition) -> tuple[Setting, dict[str, str]]:
    """What is made up about the case, as the address says it; what it cannot say is told."""
    given = {name: request.args.get(name, "") for name in ("urgency", "threshold", "consent", "sensitive", "cpis")}
    known = {
        "urgency": {each.value for each in Urgency},
        "threshold": set(definition.thresholds),
        "consent": {each.value for each in ConsentState},
        "sensitive": {"yes", "no"},
        "cpis": {"yes", "no"},
    }
    faults = {name: BAD_SETTING for name, value in given.items() if value and value not in known[name]}
    good = {name: "" if name in faults else value for name, value in given.items()}
    return (
        Setting(
            urgency=Urgency(good["urgency"] or Urgency.ROUTINE),
            threshold=good["threshold"],
            consent=ConsentState(good["consent"] or ConsentState.GIVEN),
            sensitive=good["sensitive"] == "yes",
            cpis=good["cpis"] == "yes",
        ),
        faults,
    )


def _query(setting: Setting) -> dict[str, str]:
    asked = {
        "urgency": setting.urgency.value,
        "threshold": setting.threshold,
        "consent": setting.consent.value,
        "sensitive": "yes" if setting.sensitive else "no",
        "cpis": "yes" if setting.cpis else "",
    }
    return {name: value for name, value in asked.items() if value}


def _options(definition: Definition) -> dict[str, list[tuple[str, str]]]:
    return {
        "urgency": [(each.value, words) for each, words in say.URGENCIES.items()],
        "threshold": say.thresholds(definition),
        "consent": [(each.value, words) for each, words in say.CONSENTS.items()],
        "sensitive": [("no", "Ordinary information"), ("yes", "Sensitive information")],
        "cpis": [("no", "No check is on record"), ("yes", "Asked an hour before: no plan is recorded")],
    }


_MOVES = {Side.REQUESTER: "the requester", Side.NOBODY: "nobody: it has ended"}


def _standing(now: Standing, links: _Links, wrong: Refusal | None) -> dict[str, Any]:
    """Where it stands: whose move, until when, the ladder, and every choice grouped by act."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for choice in now.choices:
        groups.setdefault(say.act_words(choice), []).append(_choice(choice, links))
    return {
        "title": now.stage.title,
        "whose": _MOVES.get(now.stage.side) or role_words(now.stage.roles),
        "due": long_instant(now.due_at) if now.due_at else "",
        "rungs": [(long_instant(each.at), say.rung_words(each)) for each in now.rungs],
        "groups": [{"title": title, "choices": choices} for title, choices in groups.items()],
        "ended": not now.choices,
        "wrong": wrong.say if wrong else "",
    }


def _choice(choice: Choice, links: _Links) -> dict[str, Any]:
    return {
        "words": say.way_words(choice) or say.act_words(choice),
        "hidden": say.act_words(choice) if say.way_words(choice) else "",
        "url": "" if choice.refusals else links.here(choice.code),
        "who": say.who_words(choice),
        "to": choice.to.title if choice.to else "",
        "why_not": [each.say for each in choice.refusals],
    }


def _taken(taken: Taken, links: _Links) -> dict[str, Any]:
    choice = taken.choice
    return {
        "before": taken.before.title,
        "words": say.choice_words(choice),
        "who": say.who_words(choice),
        "to": choice.to.title if choice.to else "",
        "why": [say.met_words(met) for met in choice.looked_at],
        "url": links.here(),
    }
