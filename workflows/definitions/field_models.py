"""The shape of what a workflow asks in fields of its own: fields, wordings, outcomes and safe contact."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflows.core.field_kinds import DocumentKind, FieldClass, FieldType
from workflows.core.request import PersonRole
from workflows.definitions.model_parts import FileModel, GuardText, Name, Sentence, Title, one_of, words_up_to

WORDING = 8_000
"""Longest letter or wording to sign, in characters."""

TypeName = Annotated[FieldType, one_of(FieldType, "unknown-field-type", "type of field")]
ClassName = Annotated[FieldClass, one_of(FieldClass, "unknown-field-class", "class of field")]
DocumentKindName = Annotated[DocumentKind, one_of(DocumentKind, "unknown-document-kind", "kind of document")]
PersonRoleName = Annotated[PersonRole, one_of(PersonRole, "unknown-person-role", "part that a person has in a case")]
Wording = Annotated[str, words_up_to(WORDING, "Wording")]


class FieldModel(FileModel):
    """One question of a stage."""

    key: Name
    type: TypeName
    title: Title
    help: Sentence | None = None
    options: dict[Name, Title] = Field(default_factory=dict)
    read_by: Annotated[ClassName | None, Field(alias="class")] = None
    required: bool = True
    when: GuardText | None = None
    document: Name | None = None
    label: Title | None = None
    roles: list[PersonRoleName] = Field(default_factory=list)


class DocumentModel(FileModel):
    """A letter, or a wording that somebody signs; ``source`` and ``status`` say how far it is confirmed."""

    kind: DocumentKindName
    title: Title
    version: Title
    text: Wording
    source: Sentence | None = None
    status: Title | None = None


class OutcomeModel(FileModel):
    """A way in which cases of this workflow end."""

    title: Title
    shares: bool = False
    letter: Name | None = None


class SafeContactModel(FileModel):
    """Which fields of the application say how the applicant can be reached safely."""

    by: Name
    when: Name
    no_email: Name
