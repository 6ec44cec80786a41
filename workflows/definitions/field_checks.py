"""What of a workflow's own fields, wordings and variants must be there for a version to run at all."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.core.field_kinds import TO_SIGN, FieldType
from workflows.definitions.faults import Fault
from workflows.definitions.models import WorkflowModel
from workflows.definitions.source import Source


def reference_faults(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    """Every wording, stage or field that is named and is not there."""
    yield from _wordings(source, model)
    yield from _letters(source, model)
    yield from _variants(source, model)
    yield from _contact(source, model)


def _wordings(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    for name, stage in model.stages.items():
        for index, field in enumerate(stage.fields):
            here = ("stages", name, "fields", index)
            if field.type is not FieldType.SIGNED:
                if field.document is not None:
                    say = f"Only a field of type signed has a document, “{field.key}” has not. Delete it."
                    yield source.fault("document-not-signed", say, *here, "document")
            elif field.document is None:
                say = f"Nothing says what is signed at “{field.key}”. Add document: with a key of documents."
                yield source.fault("document-missing", say, *here)
            elif field.document not in model.documents:
                say = f"There is no document “{field.document}”. Correct the name, or add it under documents."
                yield source.fault("unknown-document", say, *here, "document")
            elif model.documents[field.document].kind not in TO_SIGN:
                say = f"“{field.document}” is a letter, which nobody signs. Name an undertaking or a declaration."
                yield source.fault("document-not-to-sign", say, *here, "document")


def _letters(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    for code, outcome in model.outcomes.items():
        if outcome.letter is not None and outcome.letter not in model.documents:
            say = f"There is no document “{outcome.letter}”. Correct the name, or add it under documents."
            yield source.fault("unknown-document", say, "outcomes", code, "letter")


def _variants(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    for key, variant in model.variants.items():
        for name in variant.clocks:
            if name not in model.stages:
                say = f"There is no stage “{name}” whose time could differ. Correct the name."
                yield source.fault("variant-unknown-stage", say, "variants", key, "clocks", name)


def _contact(source: Source, model: WorkflowModel) -> Iterator[Fault]:
    if model.safe_contact is None or model.start not in model.stages:
        return
    asked = {field.key: field for field in model.stages[model.start].fields}
    wanted = (("by", FieldType.CHOICE), ("when", FieldType.TEXT), ("no_email", FieldType.YES_NO))
    for part, kind in wanted:
        key = getattr(model.safe_contact, part)
        field = asked.get(key)
        if field is None or field.type is not kind or not field.required or field.when is not None:
            say = f"“{key}” must be a field of the application, of type {kind}, that everybody answers. Add it so."
            yield source.fault("safe-contact-field", say, "safe_contact", part)
