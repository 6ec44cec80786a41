"""From the models of fields, wordings and outcomes to what the core knows them as."""

from __future__ import annotations

from collections.abc import Callable

from workflows.core.field_kinds import OF_IDENTITY, Document, Field, FieldClass, OwnOutcome, SafeContact
from workflows.core.guards import Guard
from workflows.definitions.field_models import DocumentModel, FieldModel, OutcomeModel, SafeContactModel


def class_of(model: FieldModel) -> FieldClass:
    """Who may read an answer. Where the file does not say it is protected, and a name is always identity."""
    if model.type in OF_IDENTITY:
        return FieldClass.IDENTITY
    return model.read_by or FieldClass.PROTECTED


def field(model: FieldModel, compiled: Callable[[str], Guard]) -> Field:
    """One field; ``compiled`` gives its guard."""
    return Field(
        key=model.key, type=model.type, title=model.title, help=model.help or "", options=dict(model.options),
        read_by=class_of(model), required=model.required,
        when=compiled(model.when) if model.when is not None else None, document=model.document or "",
        label=model.label or "", roles=tuple(role.value for role in model.roles),
    )  # fmt: skip


def document(key: str, model: DocumentModel) -> Document:
    """One wording."""
    return Document(
        key, model.kind, model.title, model.version, model.text, source=model.source or "", status=model.status or ""
    )


def outcome(key: str, model: OutcomeModel) -> OwnOutcome:
    """One way to end."""
    return OwnOutcome(key, model.title, shares=model.shares, letter=model.letter or "")


def safe_contact(model: SafeContactModel | None) -> SafeContact | None:
    """The fields of safe contact."""
    return SafeContact(model.by, model.when, model.no_email) if model else None
