"""Requests: begun, read, and followed. What is done to one afterwards stands in the modules called acts_*."""

from __future__ import annotations

from pydantic import Field

from webapp.api.acting import stands
from webapp.api.case_models import CaseShown, ContentShown, ContentsShown, Findings, PersonShown
from webapp.api.models import ActedModel, Id, NoId, Sent, StandingModel
from webapp.api.operations import Answer, Call, operation
from webapp.api.problems import Fault, Problem
from webapp.house import house
from webapp.intake.whole import RequestModel
from workflows.core.definition import Role
from workflows.core.scopes import Scope
from workflows.service.standing import standing

REQUESTS = "Requests"


class StartBody(Sent):
    """A new request to one organisation, as a draft."""

    holder: Id = Field(description="The id of the organisation that holds the information.")
    like: NoId = Field(
        default="", description="The id of an earlier request of yours, from which what is still true "
        "is taken over."
    )  # fmt: skip


@operation(
    "POST", "/cases", name="startCase", tag=REQUESTS, scopes={Scope.REQUEST}, says=ActedModel, takes=StartBody,
    summary="Begin a request", changes=True, status=201, tagged=True, refuses=frozenset({404}),
    takes_example={"holder": "0192f0c1-6f2e-7b51-8a51-2f0a35a3f6d2"},
    links={"readCase": "/id", "readStanding": "/id", "submitCase": "/id", "withdrawCase": "/id", "saveCase": "/id"},
)  # fmt: skip
def start(call: Call) -> Answer:
    """Begin a draft, in the name of the token's organisation. Nobody at the holder can see it until it is sent.

    An earlier request that is not yours is answered as if there were none.
    """
    if Role.REQUESTER not in call.person.roles_in(call.caller.organisation_id):
        raise Problem(403, "not_requester", "Only a requester of the token's organisation can begin a request.")
    body: StartBody = call.body
    if body.holder == call.caller.organisation_id:
        say = "Choose another organisation: this one asks."
        raise Problem(422, "holder_missing", say, faults=(Fault("/holder", "holder_missing", say),))
    done = house().casework.start(
        call.person, command_id=call.command_id, holder_org=body.holder, requester_org=call.caller.organisation_id,
        now=call.now, like=body.like,
    )  # fmt: skip
    return stands(call, done.case_id, status=201, location=f"/cases/{done.case_id}")


@operation(
    "GET", "/cases/<uuid:case_id>", name="readCase", tag=REQUESTS, scopes={Scope.READ}, says=CaseShown,
    summary="Read a request", tagged=True,
)  # fmt: skip
def read(call: Call) -> Answer:
    """The request as you may see it. That you read it is recorded, as it is when you open its page."""
    page = house().casework.case(call.person, call.path["case_id"], now=call.now)
    found = standing(house().engine, house().casework.library, call.person, page.id)
    shown = CaseShown(
        standing=StandingModel.of(found, call.caller.scopes), requester=page.requester_name, awaits=page.awaits,
        assigned_to=page.assignee_name, people=[PersonShown.of(each) for each in page.people],
        request=RequestModel.from_core(page.request) if page.request else None,
        findings=Findings.of(page, now=call.now),
    )  # fmt: skip
    return Answer(body=shown, version=page.version)


@operation(
    "GET", "/cases/<uuid:case_id>/standing", name="readStanding", tag=REQUESTS, scopes={Scope.READ},
    says=StandingModel, summary="Where a request stands", tagged=True, acts_follow=True,
)  # fmt: skip
def read_standing(call: Call) -> Answer:
    """Where the request is, when it is due, and what you may do next. Nothing that anybody wrote is in it."""
    found = standing(house().engine, house().casework.library, call.person, call.path["case_id"])
    return Answer(body=StandingModel.of(found, call.caller.scopes), version=found.version)


@operation(
    "GET", "/cases/<uuid:case_id>/contents", name="readContents", tag=REQUESTS, scopes={Scope.READ},
    says=ContentsShown, summary="Read what was released to you",
)  # fmt: skip
def contents(call: Call) -> Answer:
    """The words that were released to you as a named recipient. Each reading is recorded."""
    found = house().casework.contents(call.person, call.path["case_id"], now=call.now)
    return Answer(body=ContentsShown(contents=[ContentShown.of(each) for each in found]))
