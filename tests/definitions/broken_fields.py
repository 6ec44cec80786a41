"""One broken workflow per rule about fields, wordings, ends, variants and silos, each made from the shipped one."""

from __future__ import annotations

from tests.definitions.broken import Broken, also
from workflows.definitions.loader import read_builtin

CSODS = read_builtin("csods")


def broken(rule: str, old: str, new: str, at: str = "", *more: str) -> Broken:
    return Broken(rule, old, new, at, also(*more), base=CSODS)


SCOPE = "      - key: scope\n        type: choice\n"
OPTIONS = "        options: {in_scope: In scope, out_of_scope: Out of scope}\n"
CHECKED = (
    "      - key: checked\n        type: yes_no\n        title: Have the first checks been made?\n"
    "        class: plain\n"
)
CONTACT_WHEN = "        when: answers.initial_contact.scope == 'in_scope'\n"
COMMANDS_ONE = "    commands:\n      complete:\n        routes:\n          - when: answers.initial"
FORM_ONE = CSODS[CSODS.index("    fields:\n      - key: checked") : CSODS.index(COMMANDS_ONE)]
SHARED = "title: Disclosed, shares: true, letter: ending_letter"
DECLARED = "        document: application_declaration\n"
VARIANT = CSODS[CSODS.index("    clocks:\n      risk_assessment:\n") : CSODS.index("\nladders:")]
SAFE = "safe_contact: {by: contact_by, when: contact_when, no_email: no_email}\n"

FIELDS = (
    broken("unknown-field-type", "type: long_text", "type: longtext"),
    broken("unknown-field-class", "class: plain", "class: secret"),
    broken("unknown-document-kind", "kind: declaration", "kind: promise"),
    broken("unknown-person-role", "roles: [applicant]", "roles: [asker]"),
    broken("unknown-clock-from", "          from: submission", "          from: birth"),
    broken("fields-not-for-kind", "  disclosed: {kind: closed, title: Disclosed, outcome: disclosed}\n",
           "  disclosed:\n    kind: closed\n    title: Disclosed\n    outcome: disclosed\n    fields:\n"
           "      - {key: more, type: text, title: More}\n", "    fields:"),
    broken("fields-missing", FORM_ONE, "", "  initial_contact:", "guard-unknown-answer"),
    broken("too-many-fields", "    fields:\n" + CHECKED, "    fields:\n" + CHECKED
           + "".join(f"      - {{key: more_{each}, type: text, title: More}}\n" for each in range(40))),
    broken("field-repeated", "      - key: danger_now\n", "      - key: checked\n", "", "guard-unknown-answer"),
    broken("options-missing", OPTIONS, "", "      - key: scope"),
    broken("options-not-used", CHECKED, CHECKED + "        options: {a: A, b: B}\n", "options: {a"),
    broken("class-not-identity", "        label: Applicant\n", "        label: Applicant\n        class: plain\n",
           "class: plain"),
    broken("label-not-used", CHECKED, CHECKED + "        label: Adult B\n", "label: Adult B"),
    broken("label-not-used", CHECKED, CHECKED + "        roles: [applicant]\n", "roles: [applicant]"),
    broken("label-missing", "        label: Applicant\n", "", "      - key: applicant"),
    broken("label-repeated", "label: Child L", "label: Adult A"),
    broken("person-too-late", CHECKED, CHECKED.replace("yes_no", "person").replace("        class: plain\n", "")
           + "        label: Adult B\n", "type: person"),
    broken("people-too-early", "      - key: worry\n        type: long_text\n",
           "      - key: worry\n        type: people\n", "type: people"),
    broken("guard-unknown-answer", CONTACT_WHEN, CONTACT_WHEN.replace(".scope", ".scoop")),
    broken("guard-unknown-answer", CONTACT_WHEN, CONTACT_WHEN.replace("initial_contact", "first_contact")),
    broken("guard-unknown-answer", CONTACT_WHEN, "        when: answers.initial_contact.note != ''\n"),
    broken("guard-unknown-answer", CONTACT_WHEN, "        when: answers.draft.worry != ''\n"),
    broken("guard-unknown-answer", CONTACT_WHEN, "        when: answers.decision.presumption\n"),
    broken("bad-guard", CONTACT_WHEN, "        when: answers.initial_contact.scope ==\n"),
    broken("document-not-signed", CHECKED, CHECKED + "        document: undertaking\n", "document: undertaking"),
    broken("document-missing", DECLARED, "", "      - key: declaration",
           "document-not-used"),
    broken("unknown-document", DECLARED, "        document: declaration\n", "",
           "document-not-used"),
    broken("unknown-document", SHARED, SHARED.replace("ending_letter", "letter"), "",
           "letter-tells"),
    broken("document-not-to-sign", DECLARED, "        document: ending_letter\n", "",
           "document-not-used"),
    broken("document-not-used", "  undertaking:\n    kind: undertaking\n",
           "  spare: {kind: letter, title: Spare, version: '1', text: Words.}\n"
           "  undertaking:\n    kind: undertaking\n"),
    broken("letter-kind", "out_of_scope: {title: Out of scope, letter: ending_letter}",
           "out_of_scope: {title: Out of scope, letter: undertaking}"),
    broken("letter-tells", "not_disclosed: {title: Not disclosed, letter: ending_letter}",
           "not_disclosed: {title: Not disclosed}"),
    broken("outcome-known", "  out_of_scope: {title: Out of scope,",
           "  shared: {title: Shared, letter: ending_letter}\n"
           "  out_of_scope: {title: Out of scope,"),
    broken("outcome-not-used", "  out_of_scope: {title: Out of scope,", "  gone: {title: Gone, letter: ending_letter}\n"
           "  out_of_scope: {title: Out of scope,"),
    broken("ruling-bypassed", "      complete: {to: decision}\n", "      complete: {to: disclosure}\n",
           "          - to: disclosed", "unreachable-stage"),
    broken("enquirer-rules", "    roles: [csods_decision_maker]\n", "    roles: [csods_coordinator]\n", "",
           "silo-extension"),
    broken("safe-contact-missing", SAFE, "", "public: true"),
    broken("safe-contact-field", "by: contact_by", "by: contact_care"),
    broken("safe-contact-field", "no_email: no_email}", "no_email: parents_know}"),
    broken("nobody-to-answer", "    kind: enquiry\n    title: Face-to-face meeting\n",
           "    kind: information_needed\n    side: holder\n    title: Face-to-face meeting\n", "",
           "answer-without-question", "command-not-for-kind", "fields-not-for-kind", "from-not-used",
           "extension-not-used", "pause-without-cap", "role-not-for-stage", "wrong-side"),
    broken("variant-unknown-stage", "    clocks:\n      risk_assessment:\n", "    clocks:\n      assessment:\n",
           "      assessment:"),
    broken("variant-changes-nothing", VARIANT, "    clocks: {}\n"),
    broken("variant-without-clock", "    clocks:\n", "    clocks:\n      disclosed: {routine: {length: 1 hours}}\n",
           "disclosed:"),
    broken("variant-from", "          length: 45 calendar_days\n          from: submission\n",
           "          length: 45 calendar_days\n"),
    broken("silo-open-to-managers", "roles: [csods_decision_maker]\n", "roles: [csods_decision_maker, manager]\n"),
    broken("silo-extension", "most: 24 hours, roles: [scheme_supervisor, csods_decision_maker]",
           "most: 24 hours, roles: [scheme_supervisor, manager]"),
    Broken("fields-not-asked", "    asked: Finish your request\n", "    asked: Finish your request\n    fields:\n"
           "      - {key: more, type: text, title: More}\n", "    fields:"),
    Broken("safe-contact-not-used", "start: draft\n", "start: draft\n" + SAFE, SAFE, also("safe-contact-field")),
    Broken("from-not-used", "      routine: {length: 5 working_days}\n",
           "      routine: {length: 5 working_days, from: submission}\n"),
)  # fmt: skip
