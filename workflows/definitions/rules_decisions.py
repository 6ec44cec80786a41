"""Rules about what is decided: reasons, categories, and where each outcome leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workflows.core.case import Case, Outcome
from workflows.core.commands import AdviceType as Says
from workflows.core.commands import Advise, Command, ConsentFinding, ItemOutcome
from workflows.core.definition import CommandRule, CommandType, Definition, Stage, StageKind
from workflows.core.emergency import HELD_FOR, SHARED_FOR
from workflows.core.facts import facts
from workflows.core.holding import UNDER_CONSENT
from workflows.core.request import Consent, ConsentState, Continuing
from workflows.definitions import samples
from workflows.definitions.faults import Fault
from workflows.definitions.subject import SHARING, Subject

DELEGATION = "delegated_release"


def choices(subject: Subject) -> Iterator[Fault]:
    """There is something to choose from, and only what is there is called sensitive."""
    model = subject.model
    if model.public:
        return
    for key, given in (("thresholds", model.thresholds), ("categories", model.categories)):
        if not given:
            yield subject.fault("nothing-to-choose", f"There are no {key}. Add at least one.", key)
    for index, category in enumerate(model.sensitive):
        if category not in model.categories:
            say = f"There is no category “{category}”. Correct the name, or add it under categories."
            yield subject.fault("unknown-sensitive-category", say, "sensitive", index)


def reasons(subject: Subject) -> Iterator[Fault]:
    """Each item outcome has a reason to give, each reason an outcome to be given for."""
    known = [outcome.value for outcome in ItemOutcome]
    if subject.model.public and not subject.model.reasons:
        return
    given = subject.model.reasons
    codes = [reason.code for reason in given]
    for index, reason in enumerate(given):
        here = ("reasons", index)
        if codes.index(reason.code) != index:
            say = f"Two reasons have the code “{reason.code}”. Rename or delete one."
            yield subject.fault("duplicate-code", say, *here, "code")
        if not reason.outcomes:
            say = f"“{reason.code}” can never be given. Add an outcome: {', '.join(known)}."
            yield subject.fault("reason-outcome-unknown", say, *here, "outcomes")
        for place, outcome in enumerate(reason.outcomes):
            if outcome not in known:
                say = f"There is no item outcome “{outcome}”. Use {', '.join(known)}."
                yield subject.fault("reason-outcome-unknown", say, *here, "outcomes", place)
    for outcome in known:
        if not any(outcome in reason.outcomes for reason in given):
            say = f"No reason can be given for “{outcome}”. Add a reason with that outcome."
            yield subject.fault("no-reason-for-outcome", say, "reasons")
    fixed = ((SHARED_FOR, ItemOutcome.SHARE), (HELD_FOR, ItemOutcome.REFUSE))
    for code, outcome in fixed if any(stage.kind is StageKind.EMERGENCY for _, stage in subject.stages()) else ():
        if not any(reason.code == code and outcome in reason.outcomes for reason in given):
            say = f"An emergency share gives the reason “{code}”. Add it, with the outcome {outcome}."
            yield subject.fault("no-reason-for-outcome", say, "reasons")
    delegates = any(DELEGATION in rule.options for _, _, _, rule in subject.commands())
    if delegates and not any(r.code == UNDER_CONSENT and ItemOutcome.SHARE in r.outcomes for r in given):
        say = f"A delegated release gives the reason “{UNDER_CONSENT}”. Add it, with the outcome share."
        yield subject.fault("no-reason-for-outcome", say, "reasons")


def delegation(subject: Subject, definition: Definition) -> Iterator[Fault]:
    """Release is delegated only where consent covers everything and nothing is sensitive: never wider."""
    for name, stage in definition.stages.items():
        rule = stage.commands.get(CommandType.ADVISE)
        option = rule.options.get(DELEGATION) if rule else None
        for words, case, command in _not_delegable() if option else ():
            if option and option.needs.met(facts(case, command, definition)):
                say = f"Release could be delegated although {words}. Tighten this condition."
                path = ("stages", name, "commands", "advise", "options", DELEGATION, "needs")
                yield subject.fault("delegation-too-wide", say, *path)


def _not_delegable() -> Iterator[tuple[str, Case, Advise]]:
    """Cases that differ in one thing from one whose release may be delegated."""
    case, command = samples.ordinary_case(), samples.advise(Says.SUPPORTS, delegated=True)
    check = case.consent_check
    assert check is not None
    for state in ConsentState:
        if state is not ConsentState.GIVEN:
            request = replace(case.request, consent=Consent(state=state))
            yield f"consent is “{state}”", replace(case, request=request), command
    for finding in ConsentFinding:
        if finding is not ConsentFinding.VALID:
            found = replace(check, finding=finding)
            yield f"the consent check found “{finding}”", replace(case, consent_check=found), command
    yield "consent was not checked", replace(case, consent_check=None), command
    some = replace(check, covers_all=False)
    yield "consent does not cover everything", replace(case, consent_check=some), command
    first, second = case.request.items
    for words, item in (
        ("something sensitive is asked for", replace(second, whole_record=True)),
        ("something is to continue", replace(second, continuing=Continuing("month"))),
    ):
        yield words, replace(case, request=replace(case.request, items=(first, item))), command
    against = samples.advise(Says.DOES_NOT_SUPPORT, delegated=True)
    yield "the advice is against it", case, against


def endings(subject: Subject, definition: Definition) -> Iterator[Fault]:
    """Each decision, release and piece of advice leads where its name says."""
    for name, stage in definition.stages.items():
        for words, case, command, wanted in _trials(stage):
            place = _place(stage.commands[command.type], case, command, definition)
            target = definition.stages.get(place[1]) if place else None
            if place is None or target is None or _agrees(target, wanted):
                continue
            say = f"“{words}” would lead to “{target.name}”, but must lead to {_WORDS[wanted]}. Mend it."
            yield subject.fault("outcome-mismatch", say, "stages", name, "commands", command.type.value, *place[0])


_RELEASE = "release"
_WORDS: dict[str, str] = {
    Outcome.SHARED: "a release, or a closed stage with outcome: shared",
    Outcome.PARTLY_SHARED: "a release, or a closed stage with outcome: partly_shared",
    Outcome.DECLINED: "a closed stage with outcome: declined",
    Outcome.REDIRECTED: "a closed stage with outcome: redirected",
    _RELEASE: "a stage of kind release",
}


def _trials(stage: Stage) -> Iterator[tuple[str, Case, Command, str]]:
    """What can be said at a stage: words, the case after it, the command, and where it must lead."""
    case = samples.ordinary_case()
    if stage.kind is StageKind.ADJUDICATION and CommandType.DECIDE in stage.commands:
        for outcome in (Outcome.SHARED, Outcome.PARTLY_SHARED, Outcome.DECLINED):
            yield f"decide: {outcome}", samples.decided(case, outcome), samples.decide(), outcome
    if stage.kind is StageKind.RELEASE and CommandType.RELEASE in stage.commands:
        for outcome in (Outcome.SHARED, Outcome.PARTLY_SHARED):
            yield f"release: {outcome}", samples.decided(case, outcome), samples.release(), outcome
    if stage.kind is StageKind.REVIEW and CommandType.REVIEW_SHARE in stage.commands:
        for outcome in (Outcome.SHARED, Outcome.PARTLY_SHARED, Outcome.DECLINED):
            yield f"review_share: {outcome}", samples.decided(case, outcome), samples.review_share(), outcome
    if stage.kind is StageKind.ADVICE and CommandType.ADVISE in stage.commands:
        away = samples.advise(Says.OUT_OF_SCOPE)
        yield "advise: out_of_scope", samples.advised(case, away), away, Outcome.REDIRECTED
        if DELEGATION in stage.commands[CommandType.ADVISE].options:
            given = samples.advise(Says.SUPPORTS, delegated=True)
            yield f"advise: {DELEGATION}", samples.advised(case, given), given, _RELEASE


def _place(
    rule: CommandRule, case: Case, command: Command, definition: Definition
) -> tuple[tuple[str | int, ...], str] | None:
    """The first route taken: its place in the file, and its target."""
    known = facts(case, command, definition)
    for index, route in enumerate(rule.routes):
        if route.when is None or route.when.met(known):
            return ("routes", index, "to"), route.to
    return None


def _agrees(target: Stage, wanted: str) -> bool:
    if target.kind is StageKind.RELEASE:
        return wanted == _RELEASE or wanted in SHARING
    return target.outcome == wanted if target.kind is StageKind.CLOSED else wanted in SHARING


RULES = (choices, reasons)
TRIED_RULES = (delegation, endings)
"""Rules that try the compiled workflow out on sample cases."""
