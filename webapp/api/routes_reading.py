"""What can be read besides requests themselves: their timelines and clocks, packs, workflows, organisations."""

from __future__ import annotations

from webapp.api.choice_models import ChoicesModel, ChoicesQuery
from webapp.api.examples import EXAMPLES
from webapp.api.operations import Answer, Call, operation
from webapp.api.reading_models import (
    ClockModel,
    ClocksModel,
    DefinitionModel,
    DefinitionRow,
    DefinitionsModel,
    EntryModel,
    OrganisationModel,
    OrganisationsModel,
    PackModel,
    PackRow,
    PacksModel,
    TimelineModel,
)
from webapp.house import house
from workflows.core.refusals import not_found
from workflows.core.scopes import Scope
from workflows.service import choices as choosing
from workflows.service import packing, shown_workflows
from workflows.service.clock_views import clocks_of

FOLLOWED = "Timelines and clocks"
RULES = "Packs and workflows"
MOST_VERSION = 1_000_000


@operation(
    "GET", "/cases/<uuid:case_id>/timeline", name="readTimeline", tag=FOLLOWED, scopes={Scope.READ},
    says=TimelineModel, summary="What has happened to a request", tagged=True,
    says_example=EXAMPLES["readTimeline"],
)  # fmt: skip
def timeline(call: Call) -> Answer:
    """What happened, as you see it on the request's page. That you read it is recorded."""
    page = house().casework.case(call.person, call.path["case_id"], now=call.now)
    return Answer(body=TimelineModel(entries=[EntryModel.of(each) for each in page.timeline]), version=page.version)


@operation(
    "GET", "/cases/<uuid:case_id>/clocks", name="readClocks", tag=FOLLOWED, scopes={Scope.READ}, says=ClocksModel,
    summary="The clocks of a request", says_example=EXAMPLES["readClocks"],
)  # fmt: skip
def clocks(call: Call) -> Answer:
    """Each clock, when it falls due and why on that day, what was paused and added, and whether it was kept."""
    found = clocks_of(house().engine, house().casework.library, call.person, call.path["case_id"], now=call.now)
    return Answer(body=ClocksModel(clocks=[ClockModel.of(each) for each in found]))


@operation(
    "GET", "/packs", name="listPacks", tag=RULES, scopes={Scope.READ}, says=PacksModel,
    summary="List the policy packs", says_example=EXAMPLES["listPacks"],
)  # fmt: skip
def packs(call: Call) -> Answer:
    """Every published version of every pack, in force or not."""
    lines = packing.shelf(house().engine, at=call.now)
    return Answer(body=PacksModel(packs=[PackRow.of(line) for line in lines]))


@operation(
    "GET", "/packs/<string:pack>/<string:version>", name="readPack", tag=RULES, scopes={Scope.READ}, says=PackModel,
    summary="Read a policy pack", says_example=EXAMPLES["readPack"],
)  # fmt: skip
def pack(call: Call) -> Answer:
    """One version, with everything that it says and where that is from."""
    for line in packing.shelf(house().engine, at=call.now):
        if (line.pack.ref.pack, line.pack.ref.version) == (call.path["pack"], call.path["version"]):
            return Answer(body=PackModel.whole(line))
    raise not_found()


@operation(
    "GET", "/definitions", name="listDefinitions", tag=RULES, scopes={Scope.READ}, says=DefinitionsModel,
    summary="List the workflows", refuses=frozenset({404}), says_example=EXAMPLES["listDefinitions"],
)  # fmt: skip
def definitions(call: Call) -> Answer:
    """Every published version of every workflow, for managers, administrators and auditors."""
    found = shown_workflows.versions(house().engine, call.person)
    return Answer(body=DefinitionsModel(definitions=[DefinitionRow.of(each) for each in found]))


@operation(
    "GET", "/definitions/<string:workflow>/<int:version>", name="readDefinition", tag=RULES, scopes={Scope.READ},
    says=DefinitionModel, summary="Read a workflow", says_example=EXAMPLES["readDefinition"],
)  # fmt: skip
def definition(call: Call) -> Answer:
    """One version, for managers, administrators and auditors: its stages, who works on them, how long they may take."""
    version = int(call.path["version"])
    if version > MOST_VERSION:
        raise not_found()
    found = shown_workflows.shown(house().engine, house().casework.library, call.person, call.path["workflow"], version)
    return Answer(body=DefinitionModel.of(found))


@operation(
    "GET", "/choices", name="listChoices", tag="Requests", scopes={Scope.READ, Scope.REQUEST}, says=ChoicesModel,
    query=ChoicesQuery, summary="List the codes to choose from", refuses=frozenset({404}),
    says_example=EXAMPLES["listChoices"],
)  # fmt: skip
def choices(call: Call) -> Answer:
    """The codes that a request that is begun now can be filled with, and decided with, each with its words."""
    asked: ChoicesQuery = call.query
    found = choosing.choices(house().engine, house().casework.library, asked.workflow, at=call.now)
    return Answer(body=ChoicesModel.of(found))


@operation(
    "GET", "/organisations", name="listOrganisations", tag="Requests", scopes={Scope.READ, Scope.REQUEST},
    says=OrganisationsModel, summary="List whom you can ask", says_example=EXAMPLES["listOrganisations"],
)  # fmt: skip
def organisations(call: Call) -> Answer:
    """The organisations that have somebody to take a request, but for the token's own."""
    found = house().casework.holders(call.person)
    return Answer(body=OrganisationsModel(organisations=[OrganisationModel.of(each) for each in found]))
