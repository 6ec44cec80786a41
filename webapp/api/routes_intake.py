"""A whole request in one document, as another system has it: the same that ``gatehouse import`` takes from a file."""

from __future__ import annotations

from pydantic import Field

from webapp.api.acting import stands
from webapp.api.models import ActedModel, Told
from webapp.api.operations import Answer, Call, operation
from webapp.api.problems import Fault, Problem
from webapp.api.routes_requests import REQUESTS
from webapp.house import house
from webapp.intake.document import DocumentModel
from webapp.intake.reading import read_one
from webapp.intake.samples import consented
from webapp.intake.taking import take
from workflows.core.imported import FaultyDocument
from workflows.core.scopes import Scope
from workflows.service.intake import Intake

NOT_HERS = frozenset({"not_yourself", "not_requester"})
"""Faults of who sends it rather than of what it says."""


class BroughtModel(Told):
    """What became of a document."""

    repeated: bool = Field(description="Whether it was here already: then nothing has changed.", examples=[False])
    case: ActedModel = Field(
        description="Where the request stands; for the account of a system that may not know of it, its id."
    )


@operation(
    "POST", "/intake", name="bringIn", tag=REQUESTS, scopes={Scope.REQUEST}, says=BroughtModel, takes=DocumentModel,
    summary="Send a whole request", changes=True, whole=True, status=201, tagged=True, takes_example=consented(),
    links={"readCase": "/case/id", "readStanding": "/case/id"},
)  # fmt: skip
def bring_in(call: Call) -> Answer:
    """Begin a request with everything that it says and, where the document says so, send it to the holder at once.

    You must be its requester, and the token's organisation the one that asks; the account of a system sends requests
    in the name of people of its organisation, and that it came so is on the record. It is taken whole or not at all,
    and every fault is named with its place. The same source again finds the request that is here already.
    """
    engine, library = house().engine, house().casework.library
    if call.person.service:
        _check_organisation(call)
    try:
        taken = take(
            Intake(engine, library), read_one(call.body), by=call.person, now=call.now, within=call.person.only
        )[0]
    except FaultyDocument as faulty:
        raise _problem(faulty) from None
    stood = stands(call, taken.case_id)
    shown = BroughtModel.model_validate({"repeated": taken.repeated, "case": stood.body})
    return Answer(body=shown, status=201, version=stood.version, location=f"/cases/{taken.case_id}")


def _check_organisation(call: Call) -> None:
    """A system asks for its own organisation alone. Raises Problem (422)."""
    own = next(each for each in house().casework.organisations() if each.id == call.caller.organisation_id)
    named = call.body.get("requester_organisation", own.key) if isinstance(call.body, dict) else own.key
    if named != own.key:
        say = "The account of a system sends requests of its own organisation only."
        raise Problem(422, "invalid", say, faults=(Fault("/requester_organisation", "not_its_own", say),))


def _problem(faulty: FaultyDocument) -> Problem:
    faults = tuple(Fault(each.path, each.code, each.say) for each in faulty.faults)
    if {each.code for each in faults} <= NOT_HERS:
        return Problem(403, faults[0].code, faults[0].say, faults=faults)
    return Problem(422, "invalid", "Some of what was sent cannot be taken.", faults=faults)
