"""Rules about what a workflow asks in fields of its own, how it may end, and who may know of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.core.case import Outcome
from workflows.core.definition import ClockFrom, CommandType, Role, Side, StageKind
from workflows.core.field_kinds import CODED, OF_IDENTITY, WITH_OPTIONS, DocumentKind, FieldType
from workflows.definitions.faults import Fault
from workflows.definitions.field_models import FieldModel
from workflows.definitions.guard_words import UNREADABLE, without_literals
from workflows.definitions.loader import guards, side_of
from workflows.definitions.models import StageModel
from workflows.definitions.rules_stages import REQUESTER_KINDS
from workflows.definitions.subject import Subject

ASKING = frozenset({StageKind.DRAFT, StageKind.ENQUIRY, StageKind.RULING})
"""Kinds of stage that may have fields."""
FORMS = frozenset({StageKind.ENQUIRY, StageKind.RULING})
MOST_FIELDS = 40
"""A longer form is several stages."""
READABLE = CODED | {FieldType.PERSON, FieldType.PEOPLE, FieldType.SIGNED}
"""Types of which a guard may read something; words it never can."""
_ANSWER = re.compile(r"(?<![\w.])answers\.([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?")


def asked(subject: Subject) -> Iterator[Fault]:
    """Fields are asked where somebody fills in a form, and a form asks something."""
    for name, stage in subject.stages():
        here = ("stages", name)
        if stage.fields and stage.kind not in ASKING:
            kinds = ", ".join(sorted(ASKING))
            say = f"Nobody fills in a form at a stage of kind {stage.kind}. Move the fields to one of kind {kinds}."
            yield subject.fault("fields-not-for-kind", say, *here, "fields")
        if stage.fields and stage.kind is StageKind.DRAFT and not subject.model.public:
            say = (
                "These questions are asked only of an application from the public. Write public: true, or delete them."
            )
            yield subject.fault("fields-not-asked", say, *here, "fields")
        if not stage.fields and (stage.kind in FORMS or (stage.kind is StageKind.DRAFT and subject.model.public)):
            say = f"The form of “{name}” asks nothing, so nothing would be recorded. Add fields: with a list."
            yield subject.fault("fields-missing", say, *here)
        if len(stage.fields) > MOST_FIELDS:
            say = (
                f"“{name}” asks {len(stage.fields)} things; at most {MOST_FIELDS} fit on a form. Make two stages of it."
            )
            yield subject.fault("too-many-fields", say, *here, "fields")


def fields(subject: Subject) -> Iterator[Fault]:
    """Each field has a key of its own and what its type needs, and nothing that it has no use for."""
    labels: set[str] = set()
    for name, stage in subject.stages():
        keys = [field.key for field in stage.fields]
        for index, field in enumerate(stage.fields):
            here = ("stages", name, "fields", index)
            if keys.index(field.key) != index:
                say = f"Two fields of “{name}” have the key “{field.key}”. Rename or delete one."
                yield subject.fault("field-repeated", say, *here, "key")
            if field.type in WITH_OPTIONS and len(field.options) < 2:
                say = f"“{field.key}” needs at least two options to choose from. Add them under options."
                yield subject.fault("options-missing", say, *here)
            if field.options and field.type not in WITH_OPTIONS:
                say = f"A field of type {field.type} has nothing to choose from. Delete options, or change type."
                yield subject.fault("options-not-used", say, *here, "options")
            if field.type in OF_IDENTITY and field.read_by not in (None, "identity"):
                say = f"“{field.key}” holds a name, so its class is always identity. Delete class, or write identity."
                yield subject.fault("class-not-identity", say, *here, "class")
            yield from _people(subject, stage, field, labels, *here)


def _people(
    subject: Subject, stage: StageModel, field: FieldModel, labels: set[str], *here: str | int
) -> Iterator[Fault]:
    draft = stage.kind is StageKind.DRAFT
    if field.type is not FieldType.PERSON:
        if field.label is not None or field.roles:
            key = "label" if field.label is not None else "roles"
            say = f"Only a person has a label and roles, “{field.key}” is of type {field.type}. Delete them."
            yield subject.fault("label-not-used", say, *here, key)
        if field.type is FieldType.PEOPLE and draft:
            say = "An application tells of people, it cannot choose among them yet. Use the type person."
            yield subject.fault("people-too-early", say, *here, "type")
        return
    if not draft:
        say = "People are told of in the application only. Move this field to the draft, or use the type people."
        yield subject.fault("person-too-late", say, *here, "type")
    if field.label is None:
        say = f"“{field.key}” needs a label that stands for the name, such as Adult A. Add label."
        yield subject.fault("label-missing", say, *here)
    elif field.label in labels:
        yield subject.fault("label-repeated", f"Two people are called “{field.label}”. Rename one.", *here, "label")
    labels.add(field.label or "")


def answers(subject: Subject) -> Iterator[Fault]:
    """Guards read only answers that some form gives, before it is asked about, and of which there is a code."""
    for path, text in guards(subject.model):
        if UNREADABLE.search(text):
            continue
        for stage, key in _ANSWER.findall(without_literals(text)):
            if (say := _unreadable(subject, stage, key, path)) is not None:
                yield subject.fault("guard-unknown-answer", say, *path)


def _unreadable(subject: Subject, stage: str, key: str, path: tuple[str | int, ...]) -> str | None:
    there = subject.model.stages.get(stage)
    found = [each.key for each in there.fields] if there else []
    if there is None or key not in found:
        return f"No form asks for “{stage}.{key}”, so this is never met. Correct the name."
    if there.fields[found.index(key)].type not in READABLE:
        return f"“{key}” holds words, which no guard may read. Ask for a choice or a yes or no instead."
    if path[1] == stage and path[2] == "fields" and found.index(key) >= int(path[3]):
        return f"“{key}” is asked only after this field. Move it up, or correct the name."
    if path[1] != stage and str(path[1]) not in subject.reached(stage):
        return f"“{stage}” comes only after this, so “{key}” is not answered yet. Correct the name."
    return None


def public(subject: Subject) -> Iterator[Fault]:
    """Who applies from the public has no account: nobody can be asked here, so safe contact is kept instead."""
    if not subject.model.public:
        if subject.model.safe_contact is not None:
            say = "Only an application from the public says how the applicant is reached. Delete safe_contact."
            yield subject.fault("safe-contact-not-used", say, "safe_contact")
        return
    if subject.model.safe_contact is None:
        say = "Nothing says how the applicant can be reached safely. Add safe_contact: with by, when and no_email."
        yield subject.fault("safe-contact-missing", say, "public")
    for name, stage in subject.stages():
        if stage.kind is StageKind.INFORMATION_NEEDED:
            say = f"Whoever applied has no account, so nobody would answer at “{name}”. Ask in an enquiry instead."
            yield subject.fault("nobody-to-answer", say, "stages", name, "kind")


def rulings(subject: Subject) -> Iterator[Fault]:
    """Nothing is told without a ruling, and whoever enquires does not rule, not even on other cases by role."""
    model = subject.model
    around = subject.reached(model.start, by=lambda way: not _rules(subject, way.stage, way.command))
    for name, stage in subject.stages():
        own = model.outcomes.get(stage.outcome or "")
        if own is not None and own.shares and around.get(name):
            words = " → ".join([model.start, *(way.to for way in around[name])])
            say = f"This way tells somebody something without a stage of kind ruling: {words}. Lead it there first."
            yield subject.fault("ruling-bypassed", say, *around[name][-1].path)
    enquiring = {
        role
        for name, stage in subject.stages()
        if stage.kind is StageKind.ENQUIRY and any(_is_ruling(subject, each) for each in subject.reached(name))
        for role in stage.roles
    }
    for name, stage in subject.stages():
        for index, role in enumerate(stage.roles if stage.kind is StageKind.RULING else ()):
            if role in enquiring:
                say = f"“{role}” enquires and may not rule as well. Delete it here, or at the enquiry."
                yield subject.fault("enquirer-rules", say, "stages", name, "roles", index)


def _is_ruling(subject: Subject, stage: str) -> bool:
    return subject.model.stages[stage].kind is StageKind.RULING


def _rules(subject: Subject, stage: str, command: CommandType) -> bool:
    return command is CommandType.COMPLETE and _is_ruling(subject, stage)


def outcomes(subject: Subject) -> Iterator[Fault]:
    """Own outcomes are used and new, and no letter tells by its wording what was found."""
    model = subject.model
    used = {stage.outcome for _, stage in subject.stages()}
    known = {each.value for each in Outcome}
    for code, each in model.outcomes.items():
        if code in known:
            say = f"“{code}” is an outcome of the product already. Choose another code."
            yield subject.fault("outcome-known", say, "outcomes", code)
        elif code not in used:
            say = f"No stage ends with “{code}”. Delete it, or name it at a closed stage."
            yield subject.fault("outcome-not-used", say, "outcomes", code)
        letter = model.documents.get(each.letter or "")
        if letter is not None and letter.kind is not DocumentKind.LETTER:
            say = f"“{each.letter}” is no letter. Name a document of kind letter."
            yield subject.fault("letter-kind", say, "outcomes", code, "letter")
    after = _after_rulings(subject)
    letters = {code: model.outcomes[code].letter for code in model.outcomes if code in after}
    first = next(iter(letters.values()), None)
    for code, key in letters.items():
        if key != first:
            say = "The letter must be the same whatever the ruling was, or it tells what was found. Name the same one."
            yield subject.fault("letter-tells", say, "outcomes", code, "letter")


def _after_rulings(subject: Subject) -> set[str]:
    """The own outcomes to which completing a ruling can lead."""
    steps = [way for way in subject.steps if _rules(subject, way.stage, way.command)]
    ends = {name for way in steps for name in subject.reached(way.to)}
    return {subject.model.stages[name].outcome or "" for name in ends}


def documents(subject: Subject) -> Iterator[Fault]:
    """Every wording is signed somewhere or sent at some end."""
    named = {field.document for _, stage in subject.stages() for field in stage.fields}
    named |= {each.letter for each in subject.model.outcomes.values()}
    for key in subject.model.documents:
        if key not in named:
            say = f"Nobody signs “{key}” and no outcome sends it. Name it there, or delete it."
            yield subject.fault("document-not-used", say, "documents", key)


def variants(subject: Subject) -> Iterator[Fault]:
    """A variant changes times that there are, and counts from an application where the time does."""
    for key, variant in subject.model.variants.items():
        here = ("variants", key, "clocks")
        if not variant.clocks:
            yield subject.fault(
                "variant-changes-nothing", "This variant changes no time. Add one, or delete it.", *here
            )
        for name, clocks in variant.clocks.items():
            stage = subject.model.stages.get(name)
            for urgency, clock in clocks.items():
                usual = stage.clock.get(urgency) if stage else None
                if stage is not None and usual is None:
                    say = f"“{name}” has no time for {urgency} that could differ. Delete it here."
                    yield subject.fault("variant-without-clock", say, *here, name, urgency.value)
                elif usual is not None and usual.since is not clock.since:
                    say = f"The usual time is counted from the {usual.since}, so this must be as well. Write it so."
                    yield subject.fault("variant-from", say, *here, name, urgency.value, "length")


def beginnings(subject: Subject) -> Iterator[Fault]:
    """Only the holder's time is counted from the application."""
    for name, stage in subject.timed_stages():
        for urgency, clock in stage.clock.items():
            if clock.since is ClockFrom.SUBMISSION and stage.kind in REQUESTER_KINDS:
                say = f"The time to answer at “{name}” begins with the question. Delete from."
                yield subject.fault("from-not-used", say, "stages", name, "clock", urgency.value, "from")


def silo(subject: Subject) -> Iterator[Fault]:
    """Whoever may do something in a silo must be able to know of the case: its own roles, and nobody else."""
    if not subject.model.silo:
        return
    own = {role for _, stage in subject.stages() if side_of(stage) is Side.HOLDER for role in stage.roles}
    for name, stage in subject.stages():
        for index, role in enumerate(stage.roles):
            if role is Role.MANAGER:
                say = "A manager knows nothing of a silo, unless somebody passes a case up. Name a role of its own."
                yield subject.fault("silo-open-to-managers", say, "stages", name, "roles", index)
        for urgency, clock in stage.clock.items():
            for index, role in enumerate(clock.extension.roles if clock.extension else ()):
                if role not in own:
                    say = f"“{role}” has no work in this silo, so cannot give more time. Name a role of its own."
                    here = ("stages", name, "clock", urgency.value, "extension", "roles", index)
                    yield subject.fault("silo-extension", say, *here)


RULES = (asked, fields, answers, public, rulings, outcomes, documents, variants, beginnings, silo)
