"""Right to ask: somebody from the public applies, page by page, without an account.

No address and no title of these pages says what was typed, nothing is kept in the browser, and the last page answers
the post itself: there is no address of it that could be opened again.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from webapp.context import now
from webapp.forms import command_id
from webapp.guards import public
from webapp.house import house
from webapp.statuses import status_of
from webapp.views.answer_cards import answer_rows
from webapp.views.ask_steps import Sheet, Step
from webapp.views.desk import HELD, new_id
from webapp.views.field_forms import hidden_pairs, views
from workflows.core.clocks import length_words
from workflows.core.definition import ClockFrom, ClockRule, Definition, Side, Urgency
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.service.applications import Applications, Form
from workflows.service.public_door import PublicDoor
from workflows.service.unit_of_work import Busy

blueprint = Blueprint("ask", __name__)

AWAY = "https://www.bbc.co.uk/weather"
"""Where "Exit this page" leads: a page that anybody may have open."""
CHECKING = "check"


def applications() -> Applications:
    """What the public can apply for."""
    return Applications(house().engine, house().casework.library)


@blueprint.get("/ask")
@public
def listing() -> Response:
    """What can be asked for here."""
    return _answer("list", forms=[each.definition for each in applications().open()])


@blueprint.get("/ask/<workflow>")
@public
def begin(workflow: str) -> Response:
    """Before an application: what to do in danger, what is asked, and who takes it."""
    return _start(_form(workflow))


@blueprint.post("/ask/<workflow>")
@public
def onward(workflow: str) -> Response:
    """The next page of an application, the one before, the answers to check, or the end."""
    form = _form(workflow)
    place = request.form.get("place", "")
    if place not in {each.id for each in form.places}:
        return _start(form, error="Choose who should look at your application.")
    sheet = Sheet.read(form.definition, request.form, at=now())
    go = request.form.get("go", "next")
    if go == "send":
        return _send(form, sheet, place)
    if go.startswith("to-"):
        return _step(form, sheet, sheet.step(_number(go.removeprefix("to-"))))
    shown = 0 if request.form.get("page") == CHECKING else _number(request.form.get("page", ""))
    if go == "back":
        return _step(form, sheet, sheet.step(shown - 1)) if shown > 1 else _start(form)
    step = sheet.step(shown)
    if step is not None and sheet.faults_of(step):
        return _step(form, sheet, step, wrong=True)
    following = None if request.form.get("returning") == "yes" else sheet.step(shown + 1)
    return _step(form, sheet, following)


def _form(workflow: str) -> Form:
    return applications().form(workflow)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise BadRequest
    return int(text)


def _start(form: Form, *, error: str = "") -> Response:
    return _answer(
        "start",
        422 if error else 200,
        definition=form.definition,
        places=form.places,
        errors={"place" if len(form.places) > 1 else "": error} if error else {},
        chosen=request.form.get("place", ""),
        choices=[(each.id, each.name) for each in form.places],
        pairs=_carried(form.definition),
    )


def _carried(definition: Definition, *, but: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """What the page carries: every answer that it does not show itself."""
    fields = [each for each in definition.stage(definition.first).fields if each.key not in but]
    return hidden_pairs(request.form, fields)


def _step(form: Form, sheet: Sheet, step: Step | None, *, wrong: bool = False, say: str = "") -> Response:
    """One page of questions, or the answers to check where there is none further."""
    if step is None:
        return _check(form, sheet)
    faults = sheet.faults_of(step) if wrong else ()
    errors = {fault.field: fault.say for fault in faults} | ({"": say} if say else {})
    drawn = views(step.fields, request.form, documents=form.definition.documents, faults=faults)
    returning = request.form.get("page") == CHECKING or request.form.get("returning") == "yes"
    return _answer(
        "step",
        422 if errors else 200,
        definition=form.definition,
        step=step,
        of=len(sheet.steps()),
        fields=list(zip(step.fields, drawn, strict=True)),
        errors=errors,
        pairs=_carried(form.definition, but=step.keys),
        returning=returning,
        page_now=step.number,
        heading=_heading(form, step),
        **_kept(),
    )


def _kept() -> dict[str, str]:
    """What every page passes on besides answers."""
    given = request.form.get("command_id", "")
    return {"place": request.form.get("place", ""), "command_id": given or new_id()}


def _check(form: Form, sheet: Sheet, *, say: str = "", status: int = 200) -> Response:
    """Every answer, each with the way to change it."""
    if (wrong := sheet.first_wrong()) is not None:
        return _step(form, sheet, wrong, wrong=True)
    place = next(each for each in form.places if each.id == request.form.get("place"))
    given = {each.key: each for each in sheet.answers}
    groups = [
        {"number": step.number, "title": step.fields[0].title, "rows": list(answer_rows(
            step.fields, [given[each.key] for each in step.fields if each.key in given], form.definition))}
        for step in sheet.steps()
    ]  # fmt: skip
    return _answer(
        "check", status,
        definition=form.definition, groups=groups, errors={"": say} if say else {}, place_name=place.name,
        pairs=_carried(form.definition), of=len(groups), page_now=CHECKING, **_kept(),
    )  # fmt: skip


def _send(form: Form, sheet: Sheet, place: str) -> Response:
    """Send it, once it is whole; sent twice it is one application."""
    if sheet.first_wrong() is not None:
        return _check(form, sheet)
    wait = PublicDoor(house().engine, house().settings.secret_key).wait(request.remote_addr or "")
    if wait:
        minutes = -(-wait // 60)
        say = f"Too many applications were sent from here. Wait {minutes} minutes, then press the button again."
        answer = _check(form, sheet, say=say, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        received = applications().apply(
            form.definition.ref.workflow, place, sheet.raw, command_id=command_id(request.form), now=now()
        )
    except Busy:
        return _check(form, sheet, say=HELD, status=503)
    except Refused as refused:
        if refused.code == NOT_FOUND:
            raise
        return _check(form, sheet, say=refused.refusals[0].say, status=status_of(refused))
    name = next(each.name for each in form.places if each.id == place)
    return _answer(
        "sent", definition=form.definition, reference=received.reference, place_name=name, steps=_steps(form.definition)
    )


def _steps(definition: Definition) -> list[tuple[str, str]]:
    """What happens to an application, stage by stage, with its longest time in words."""
    return [
        (stage.title, _longest(clock))
        for stage in definition.stages.values()
        if stage.side is Side.HOLDER and (clock := stage.clocks.get(Urgency.ROUTINE)) is not None
    ]


def _longest(clock: ClockRule) -> str:
    counted = " from your application" if clock.since is ClockFrom.SUBMISSION else ""
    return f"{length_words(clock.length)}{counted}"


def _heading(form: Form, step: Step) -> str:
    """What a page of several questions is called."""
    reaching = form.definition.safe_contact
    return "Reaching you safely" if reaching and reaching.by in step.keys else "More about your application"


def _answer(template: str, status: int = 200, **values: Any) -> Response:
    workflow = values["definition"].ref.workflow if "definition" in values else ""
    here = url_for("ask.begin", workflow=workflow) if workflow else url_for("ask.listing")
    return make_response(render_template(f"ask/{template}.html", away=AWAY, here=here, bare=True, **values), status)
