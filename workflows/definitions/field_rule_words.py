"""The rules about fields, wordings, own outcomes, variants and silos: part of what ``rule_words`` lists."""

from __future__ import annotations

from collections.abc import Mapping

USE = "Use one of those that the message names."
FIELD_RULES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Fields of a workflow's own": {
        "unknown-field-type": ("There is no such type of field.", USE),
        "unknown-field-class": ("There is no such class of field.", USE),
        "unknown-person-role": ("There is no such part that a person can have in a case.", USE),
        "fields-not-for-kind": ("Fields stand where nobody fills in a form.", "Move them to an enquiry or a ruling."),
        "fields-not-asked": ("A draft has fields that are never asked.", "Write public: true, or delete them."),
        "fields-missing": ("A form asks nothing.", "Add fields."),
        "too-many-fields": ("A form asks more than fits on one.", "Make two stages of it."),
        "field-repeated": ("Two fields of a stage have one key.", "Rename or delete one."),
        "options-missing": ("There is nothing to choose from.", "Add at least two options."),
        "options-not-used": ("A field has options that its type has no use for.", "Delete them."),
        "class-not-identity": ("A name would be read by those who see labels only.", "Delete class."),
        "label-not-used": ("A field that is no person has a label or roles.", "Delete them."),
        "label-missing": ("Nothing stands for the name of a person.", "Add label."),
        "label-repeated": ("Two people have one label.", "Rename one."),
        "person-too-late": ("A person is told of after the application.", "Move it to the draft."),
        "people-too-early": ("An application chooses among people that it has yet to tell of.", "Use the type person."),
        "guard-unknown-answer": (
            "A condition reads an answer that no form gives, that comes later, or that is words.",
            "Correct the name, or ask for a choice.",
        ),
    },
    "Wordings, ends and applications from the public": {
        "unknown-document-kind": ("There is no such kind of document.", USE),
        "document-missing": ("Nothing says what is signed.", "Add document."),
        "unknown-document": ("A wording that is named is not there.", "Correct the name, or add it under documents."),
        "document-not-signed": ("A field that is not signed has a wording.", "Delete it."),
        "document-not-to-sign": ("A letter would be signed.", "Name an undertaking or a declaration."),
        "document-not-used": ("Nobody signs a wording and no outcome sends it.", "Name it there, or delete it."),
        "letter-kind": ("An outcome sends what is no letter.", "Name a document of kind letter."),
        "letter-tells": (
            "Different letters after a ruling would tell what was found.",
            "Name the same letter for every outcome that a ruling can lead to.",
        ),
        "outcome-known": ("An outcome is called like one of the product's.", "Choose another code."),
        "outcome-not-used": ("No stage ends with an outcome.", "Delete it, or name it at a closed stage."),
        "ruling-bypassed": ("Somebody could be told something without a ruling.", "Lead the route to a ruling first."),
        "enquirer-rules": ("A role could both enquire and rule.", "Delete it at one of the two."),
        "safe-contact-missing": ("Nothing says how whoever applies can be reached safely.", "Add safe_contact."),
        "safe-contact-not-used": ("Safe contact is asked of nobody.", "Delete safe_contact."),
        "safe-contact-field": (
            "A field of safe contact is not asked of everybody, or is of another type.",
            "Add it to the draft, so that everybody answers it.",
        ),
        "nobody-to-answer": ("A question would go to somebody without an account.", "Ask in an enquiry instead."),
    },
    "Variants and silos": {
        "unknown-clock-from": ("There is no such beginning of a clock.", "Write stage or submission."),
        "from-not-used": ("The time to answer a question would begin before it.", "Delete from."),
        "variant-unknown-stage": ("A variant changes the time of a stage that is not there.", "Correct the name."),
        "variant-changes-nothing": ("A variant changes no time.", "Add one, or delete the variant."),
        "variant-without-clock": ("A variant changes a time that there is not.", "Delete it there."),
        "variant-from": ("A variant counts from another beginning than the usual time.", "Write the same beginning."),
        "silo-open-to-managers": ("Managers would know of a silo.", "Name a role of its own."),
        "silo-extension": ("More time is given by who may not know of the case.", "Name a role of its own."),
    },
}
"""Group -> rule -> what it finds, how to mend it."""
