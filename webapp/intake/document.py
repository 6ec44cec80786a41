"""The document in which another system sends a whole request, or several of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from webapp.intake.shapes import SHOWN, Codes, Line, Part, line
from webapp.intake.whole import RequestModel
from workflows.core.imported import MOST_REFERENCE, MOST_SYSTEM, STANDARD, Document, Origin
from workflows.core.tracks import MOST_OTHERS

FORMAT = "gatehouse-request/1"
MOST_DOCUMENTS = 200
"""Requests in one document."""

Key = Annotated[str, Field(min_length=1, max_length=60, pattern=SHOWN)]
"""The key of an organisation or the name of a workflow."""


class SourceModel(Part):
    """Where the request comes from. The pair makes sending it twice harmless."""

    system: Annotated[str, Field(min_length=1, max_length=MOST_SYSTEM, pattern=SHOWN)] = Field(
        description="What the sending system is called. It is shown on the request.",
        examples=["Brightwater housing system"],
    )
    reference: Annotated[str, Field(min_length=1, max_length=MOST_REFERENCE, pattern=SHOWN)] = Field(
        description="What the request is called there. Sent again with the same, it is not taken a second time.",
        examples=["HOU-2026-001482"],
    )


class EntryModel(RequestModel):
    """A whole request: where it comes from, who asks whom, and what it says."""

    source: SourceModel = Field(description="Where it comes from; the pair makes sending it twice harmless.")
    requester: Line = Field(
        description="The work e-mail address of the person who makes the request.",
        examples=["jess.holloway@brightwater.example"],
    )
    requester_organisation: Key = Field(
        description="The key of the organisation for which she makes it.", examples=["brightwater"]
    )
    holder: Key = Field(description="The key of the organisation that holds the information.", examples=["larkfield"])
    other_holders: list[Key] = Field(
        default=[], max_length=MOST_OTHERS, examples=[["harrowmere"]],
        description="The keys of further organisations that are asked the same, each in a request of its own.",
    )  # fmt: skip
    workflow: Key = Field(default=STANDARD, description="The way of asking.", examples=[STANDARD])
    send: bool = Field(
        default=False, description="true: send it at once; false: leave it as a draft of the requester.",
        examples=[True],
    )  # fmt: skip

    def to_document(self, place: str = "") -> Document:
        """The document as the rules know it; ``place`` is where it stands in what was sent."""
        return document_of(self, place)


class DocumentModel(EntryModel):
    """One whole request in a document of its own."""

    format: Annotated[str, Codes([FORMAT])] = Field(description="The form of this document.", examples=[FORMAT])


class DocumentsModel(Part):
    """Several whole requests. All of them are taken, or none."""

    format: Annotated[str, Codes([FORMAT])] = Field(description="The form of this document.", examples=[FORMAT])
    requests: list[EntryModel] = Field(
        min_length=1, max_length=MOST_DOCUMENTS, description="The requests. Each has every key but format."
    )


class PartialModel(RequestModel):
    """What is left of a request when what could not be read is taken out."""

    source: SourceModel | None = None
    requester: Line = ""
    requester_organisation: str = ""
    holder: str = ""
    other_holders: list[str] = Field(default=[])
    workflow: str = STANDARD
    send: bool = False
    format: Any = None


def document_of(model: EntryModel | PartialModel, place: str) -> Document:
    """The document as the rules know it."""
    source = model.source
    return Document(
        origin=Origin(line(source.system), line(source.reference)) if source else Origin("", ""),
        requester=line(model.requester), requester_org=model.requester_organisation, holder=model.holder,
        answers=model.to_core(), workflow=model.workflow, send=model.send, others=tuple(model.other_holders),
        place=place,
    )  # fmt: skip
