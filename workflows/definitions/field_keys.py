"""What the keys of fields, wordings, own outcomes and variants mean: part of what ``keys`` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.definitions.field_models import DocumentModel, FieldModel, OutcomeModel, SafeContactModel
from workflows.definitions.model_parts import FileModel

FIELD_KEYS: Mapping[type[FileModel], Mapping[str, tuple[str, Any]]] = {
    FieldModel: {
        "key": ("The field's name for the computer. Conditions read its answer as answers.stage.key.", "scope"),
        "type": ("What an answer to it is.", "yes_no"),
        "title": ("The question, for people.", "Is the application in scope?"),
        "help": ("A hint under the question.", "It names a person and a child."),
        "options": (
            "What can be chosen: a code and its words.",
            {"in_scope": "In scope", "out_of_scope": "Out of scope"},
        ),
        "class": ("Who may read the answer. Left out: protected; a name is always identity.", "protected"),
        "required": ("Whether it must be answered, where it is asked. Left out: yes.", False),
        "when": ("The condition under which it is asked. Left out: always.", "answers.first.scope == 'in_scope'"),
        "document": ("The wording that is signed; only with type: signed.", "undertaking"),
        "label": ("What stands for the name of a person; only with type: person.", "Adult A"),
        "roles": ("Why a person is in the case; only with type: person.", ["data_subject"]),
    },
    DocumentModel: {
        "kind": ("Whether it is sent as a letter, or signed.", "undertaking"),
        "title": ("Its name for people.", "Undertaking to keep it confidential"),
        "version": ("Which version of the wording this is. It is kept with each signature.", "2026-11"),
        "text": ("The wording.", "I will use what I have been told only to protect the child."),
        "source": ("Where the wording comes from.", "MAPPA guidance on disclosing to third parties"),
        "status": ("How far it is confirmed.", "awaiting review"),
    },
    OutcomeModel: {
        "title": ("What this end is called, for people.", "Not disclosed"),
        "shares": ("Whether somebody was told something. Such an end needs a ruling first. Left out: no.", True),
        "letter": ("The letter to whoever applied. After a ruling it is the same for every end.", "ending_letter"),
    },
    SafeContactModel: {
        "by": ("The field that says how the applicant can be reached: a choice.", "contact_by"),
        "when": ("The field that says when: a text.", "contact_when"),
        "no_email": ("The field that says that no e-mail may be sent: a yes or no.", "no_email"),
    },
}
"""Model -> key -> what it means, and an example."""

FIELD_VALUES: Mapping[str, str] = {
    "FieldType": "What an answer is. Names of types are fixed by the product.",
    "FieldClass": "Who may read an answer: whoever sees labels in place of names reads only what is plain.",
    "DocumentKind": "What a wording is for.",
    "PersonRole": "Why somebody is in a case.",
    "ClockFrom": "From when a time is counted.",
    "Wording": "A wording as people read it.",
}
"""The pieces that these values are made of."""
