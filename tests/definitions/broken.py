"""One broken workflow per rule of lint, each made from the standard one by a small change."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.definitions.loader import read_builtin

STANDARD = read_builtin("standard")
EMERGENCY = read_builtin("emergency")


@dataclass(frozen=True)
class Broken:
    """``old`` becomes ``new`` in the workflow ``base``, the standard one unless it says.

    ``rule`` must be found on the line that holds ``at``.
    ``at`` is looked for from the change on (else backwards), and is the first line of ``new`` when empty.
    ``also`` names the rules that the same change breaks as well.
    """

    rule: str
    old: str
    new: str
    at: str = ""
    also: frozenset[str] = frozenset()
    base: str = STANDARD

    @property
    def text(self) -> str:
        """The broken workflow."""
        assert self.base.count(self.old) >= 1, f"{self.rule}: the workflow no longer has {self.old!r}"
        return self.base.replace(self.old, self.new, 1)

    @property
    def line(self) -> int:
        """Where the fault must be found, from 1."""
        change = self.base.index(self.old)
        start = self.text.find(self.at, change) if self.at else change
        if start < 0:
            start = self.text.rindex(self.at, 0, change)
        return self.text.count("\n", 0, start) + 1


def also(*rules: str) -> frozenset[str]:
    return frozenset(rules)


WITHDRAWN = "  withdrawn: {kind: closed, title: Withdrawn, outcome: withdrawn}\n"
REDIRECTED = "  redirected: {kind: closed, title: Redirected, outcome: redirected}\n"
ADVISER_ROLES = "    asked: Advise on the request\n    roles: [ig_lead]\n"
CONSENT = "  - {code: consent, words: Consent covers it, outcomes: [share, share_reduced]}\n"
REFUSALS = STANDARD[STANDARD.index("  - {code: not_necessary") : STANDARD.index("\nladders:")]
ASK_CONSENT_CHECK = "      record_consent: {to: ig_advice}\n      ask: {to: information_needed}\n"
ADVISE_ROUTES = (
    "          - when: advice.advice == 'out_of_scope'\n            to: redirected\n"
    "          - when: advice.delegated_release\n            to: release\n"
    "          - to: adjudication\n"
)
DECIDE = (
    "      decide:\n        routes:\n"
    "          - when: decision.outcome == 'declined'\n            to: declined\n          - to: release\n"
)
RELEASE = (
    "      release:\n        routes:\n"
    "          - when: decision.outcome == 'shared'\n            to: shared\n          - to: partly_shared\n"
)
CHECK_CLOCK = STANDARD[STANDARD.index("    clock:\n") : STANDARD.index("    ladder: holder\n")]
DELEGATED = (
    "              has(consent.state) && consent.state == 'given' && check.done && check.finding == 'valid'"
    " && check.covers_all\n"
    "              && !items.exists(i, i.sensitive || i.continuing) && command.advice == 'supports'\n"
)
GIVE_BACK = STANDARD[STANDARD.index("    - key: give_back") : STANDARD.index("\nstages:")]
ESCALATIONS = STANDARD[STANDARD.index("    - key: deputy") : STANDARD.index("  requester:\n    - key: half")]
CONDITION = "            needs: >-\n"
DEPUTY = "    - key: deputy\n      action: escalate\n      tell: [deputy_guardian, on_call_authoriser]\n"
NAMED_WHEN = "when: {routine: 3 working_days, priority: 1 working_days, emergency: 2 hours}"

READING = (
    Broken("yaml-syntax", "title: Standard request", "title: 'Standard' request"),
    Broken("yaml-syntax", "title: Standard request", "  title: Standard request"),
    Broken("yaml-syntax", "format: gate", "%YAML 1.1\n---\nformat: gate", "---"),
    Broken("yaml-syntax", WITHDRAWN, "---\n" + WITHDRAWN),
    Broken("yaml-syntax", "title: Standard request", 'title: "Standard \\0 request"'),
    Broken("yaml-syntax", "title: Standard request", "title: Standard \x00 request"),
    Broken("yaml-syntax", "title: Standard request", "? {a: b}\n: Standard request"),
    Broken("yaml-too-big", WITHDRAWN, WITHDRAWN + "# " + "x" * 300_000 + "\n", "# The standard"),
    Broken("yaml-too-big", "start: draft", f"start: [{'a, ' * 11_000}a]"),
    Broken("yaml-too-big", "start: draft", f"start: {'[' * 30}{']' * 30}"),
    Broken("yaml-tag", "title: Standard request", "title: !!python/object:os.system Standard"),
    Broken("yaml-alias", "title: Standard request", "title: &name Standard request"),
    Broken("yaml-alias", "title: Standard request", "title: *name"),
    Broken("duplicate-key", REDIRECTED, REDIRECTED + WITHDRAWN, WITHDRAWN.strip()),
)

SHAPE = (
    Broken("unknown-key", "start: draft", "starts: draft", also=also("missing-key")),
    Broken("missing-key", "title: Standard request\n", "", "format:"),
    Broken("missing-key", "    title: Draft\n", "", "  draft:"),
    Broken("wrong-type", "title: Standard request", "title: 12"),
    Broken("wrong-type", "packs: [caldicott/2020-12, golden-rules/2024-05]", "packs: caldicott/2020-12"),
    Broken("wrong-type", "      save: {}", "      save:"),
    Broken("bad-length", "identity_shown_for: 1 hours", "identity_shown_for: 1 working_days"),
    Broken("bad-length", "identity_shown_for: 1 hours", "identity_shown_for: 9 hours"),
    Broken("bad-format", "gatehouse/workflow/1", "gatehouse/workflow/9"),
    Broken("bad-version", "version: 1", "version: '1'"),
    Broken("bad-version", "version: 1", "version: 0"),
    Broken("bad-name", "id: standard", "id: Standard request"),
    Broken("bad-name", "golden-rules/2024-05", "golden rules", "packs:"),
    Broken("unknown-kind", "kind: check", "kind: chekc"),
    Broken("unknown-role", "roles: [consent_officer]", "roles: [consent_oficer]"),
    Broken("unknown-command", "      record_consent:", "      recod_consent:"),
    Broken("unknown-side", "side: holder", "side: holders"),
    Broken("unknown-action", "action: remind", "action: remember"),
    Broken("unknown-urgency", "when: {routine: 50%,", "when: {usual: 50%,"),
    Broken("unknown-task", "task: people", "task: persons"),
    Broken("bad-length", "routine: {length: 2 working_days,", "routine: {length: 2 days,"),
    Broken("bad-length", "routine: {length: 2 working_days,", "routine: {length: 0 hours,"),
    Broken("bad-length", "routine: {length: 2 working_days,", "routine: {length: 9999 working_days,"),
    Broken("bad-length", "routine: 50%", "routine: 150%"),
    Broken("bad-due-time", "{length: 2 working_days,", "{length: 2 working_days, due_time: '01:30',"),
    Broken("bad-due-time", "{length: 2 working_days,", "{length: 2 working_days, due_time: 5pm,"),
    Broken("text-empty", "title: Consent check", "title: ' '"),
    Broken("text-too-long", "title: Consent check", f"title: {'long ' * 60}"),
)

MEANING = (
    Broken("command-not-for-kind", ASK_CONSENT_CHECK, ASK_CONSENT_CHECK + "      decide: {to: declined}\n",
           "decide:"),
    Broken("to-and-routes", "      advise:\n", "      advise:\n        to: adjudication\n",
           also=also("outcome-mismatch")),
    Broken("save-moves", "save: {}", "save: {to: consent_check}"),
    Broken("route-missing", "ask: {to: information_needed}", "ask: {}"),
    Broken("unknown-option", "          delegated_release:\n", "          delegated:\n"),
    Broken("unknown-target", "record_consent: {to: ig_advice}", "record_consent: {to: advice}"),
    Broken("back-misplaced", "record_consent: {to: ig_advice}", "record_consent: {to: back}"),
    Broken("ask-without-answer-stage", "ask: {to: information_needed}", "ask: {to: adjudication}"),
    Broken("answer-without-question", "record_consent: {to: ig_advice}",
           "record_consent: {to: information_needed}"),
    Broken("withdraw-elsewhere", "withdraw: {to: withdrawn}", "withdraw: {to: declined}"),
    Broken("route-unreachable", "          - when: advice.delegated_release\n            to: release\n",
           "          - to: release\n", "          - to: adjudication",
           also("decision-bypassed")),
    Broken("no-default-route", "            to: release\n          - to: adjudication\n",
           "            to: release\n          - when: 'true'\n            to: adjudication\n",
           "- when: 'true'"),
    Broken("bad-name", "  redirected: {kind", "  back: {kind", also=also("unknown-target",
           "unreachable-stage")),
    Broken("wrong-side", "    kind: check\n    title: Consent check\n    side: holder",
           "    kind: check\n    title: Consent check\n    side: requester", "side:"),
    Broken("missing-key", "    asked: Check consent and openness\n", "", "  consent_check:"),
    Broken("unknown-placeholder", "asked: Decide {items}", "asked: Decide {people}"),
    Broken("no-performer", "    roles: [consent_officer]\n", "", "  consent_check:"),
    Broken("role-not-for-stage", "roles: [consent_officer]", "roles: [consent_officer, administrator]"),
    Broken("adviser-decides", "roles: [caldicott_guardian, deputy", "roles: [ig_lead, deputy"),
    Broken("closed-with-commands", WITHDRAWN,
           "  withdrawn: {kind: closed, title: Withdrawn, outcome: withdrawn, commands: {ask: {to: redirected}}}\n",
           also=also("ask-without-answer-stage")),
    Broken("command-moves", "      review_use: {}\n", "      review_use: {to: adjudication}\n"),
    Broken("round-elsewhere", "challenge: {to: decision_review}", "challenge: {to: ig_advice}"),
    Broken("closed-without-outcome", "title: Redirected, outcome: redirected", "title: Redirected",
           also=also("outcome-mismatch")),
    Broken("unknown-outcome", "outcome: redirected", "outcome: gone", also=also("outcome-mismatch")),
    Broken("outcome-while-open", "    kind: check\n", "    kind: check\n    outcome: shared\n",
           "outcome: shared"),
    Broken("start-missing", "start: draft", "start: begin"),
    Broken("start-not-draft", "start: draft", "start: consent_check", also=also("unreachable-stage")),
    Broken("unreachable-stage", WITHDRAWN, WITHDRAWN + "  lost: {kind: closed, title: Lost, outcome: declined}\n",
           "  lost:"),
    Broken("dead-end", RELEASE, "", "  release:", also("unreachable-stage")),
    Broken("decision-bypassed", "record_consent: {to: ig_advice}", "record_consent: {to: release}"),
    Broken("decision-bypassed", "- when: advice.delegated_release\n",
           "- when: advice.delegated_release || check.done\n",
           "to: release"),
    Broken("decision-bypassed", "- when: advice.delegated_release\n",
           "- when: '!(check.done && advice.delegated_release && check.covers_all)'\n", "to: release",
           also("outcome-mismatch")),
    Broken("release-bypassed", DECIDE, DECIDE.replace("to: release", "to: partly_shared"),
           "to: partly_shared",
           also("outcome-mismatch")),
    Broken("outcome-mismatch", DECIDE, "      decide: {to: release}\n"),
    Broken("outcome-mismatch", ADVISE_ROUTES, ADVISE_ROUTES.replace("'out_of_scope'", "'supports'"),
           "to: redirected"),
    Broken("no-clock", CHECK_CLOCK, "", "  consent_check:"),
    Broken("clock-urgency-missing", CHECK_CLOCK, CHECK_CLOCK.replace("      emergency: {length: 1 hours}\n",
           "")),
    Broken("unknown-calendar", "identity_shown_for: 1 hours", "calendar: utopia\nidentity_shown_for: 1 hours"),
    Broken("extension-unit", "extension: {most: 2 working_days", "extension: {most: 9 hours"),
    Broken("extension-by-nobody", "roles: [manager, caldicott_guardian]}", "roles: []}"),
    Broken("role-not-for-extension", "roles: [manager, caldicott_guardian]}", "roles: [manager, requester]}"),
    Broken("extension-not-used", "{length: 5 working_days}",
           "{length: 5 working_days, extension: {most: 1 working_days, roles: [manager]}}"),
    Broken("clock-not-used",
           WITHDRAWN, "  withdrawn: {kind: closed, title: Withdrawn, outcome: withdrawn, ladder: holder}\n"),
    Broken("no-escalation", ESCALATIONS, "", "    ladder: holder"),
    Broken("no-escalation", ESCALATIONS, ESCALATIONS.replace("routine: 4 hours, ", "").replace(
        "routine: 1 working_days, ", "").replace("routine: 3 working_days, ", ""), "    ladder: holder"),
    Broken("no-ladder", CHECK_CLOCK + "    ladder: holder\n", CHECK_CLOCK, "  consent_check:"),
    Broken("unknown-ladder", "ladder: holder", "ladder: step"),
    Broken("ladder-without-overdue", "when: {routine: due, priority: due, emergency: due}",
           "when: {routine: due, priority: due, emergency: 1 hours}", "  holder:", also("rung-out-of-order")),
    Broken("ladder-without-overdue", "    - key: overdue\n", "    - key: late\n", "  holder:"),
    Broken("rung-repeated", "    - key: named_senior\n", "    - key: manager\n"),
    Broken("rung-never-falls", NAMED_WHEN, "when: {}"),
    Broken("rung-out-of-order", NAMED_WHEN, NAMED_WHEN.replace("3 working_days", "2 hours")),
    Broken("rung-tells-nobody", DEPUTY, "    - key: deputy\n      action: escalate\n"),
    Broken("rung-tell-unused", "      action: remind\n", "      action: remind\n      tell: [manager]\n",
           "tell:"),
    Broken("pause-without-cap", GIVE_BACK, "", "    ladder: requester"),
    Broken("pause-without-cap", GIVE_BACK, GIVE_BACK.replace(", emergency: 2 hours", ""), "    ladder: requester"),
    Broken("give-back-misplaced", "    ladder: holder\n", "    ladder: requester\n"),
    Broken("give-back-not-last", GIVE_BACK, GIVE_BACK.replace("routine: 5 working_days", "routine: 90%"),
           "    - key: give_back", also("rung-out-of-order")),
    Broken("give-back-not-last", GIVE_BACK,
           GIVE_BACK + "    - key: more\n      action: remind\n      when: {routine: 9 working_days}\n",
           "    - key: give_back"),
    Broken("bad-length", "routine: 50%", "routine: 2 hours earlier"),
    Broken("rung-before-start", "routine: 50%", "routine: 9 working_days before"),
    Broken("rung-before-start", "emergency: 50%", "emergency: 1 hours before"),
    Broken("rung-out-of-order", DEPUTY + "      title: the deputy\n      when: {routine: 4 hours,",
           DEPUTY + "      title: the deputy\n      when: {routine: 1 hours before,",
           "when: {routine: 1 hours before,"),
    Broken("rung-told-twice", "    - key: overdue\n",
           "    - key: again\n      action: remind\n      when: {priority: 50%}\n    - key: overdue\n",
           "when: {priority"),
    Broken("rung-told-twice", "      tell: [deputy_guardian, on_call_authoriser]\n      title: the deputy\n",
           "      tell: [deputy_guardian]\n      title: the deputy\n      when: {priority: 2 hours}\n"
           "    - key: other\n      action: escalate\n      tell: [on_call_authoriser, deputy_guardian]\n"
           "      title: the other deputy\n", "when: {routine: 4 hours, priority: 2 hours"),
    Broken("missing-key", "      title: the deputy\n", "", "    - key: deputy"),
    Broken("bad-guard", "needs: size(people) > 0", "needs: size(people) >"),
    Broken("bad-guard", "needs: size(people) > 0", "needs: size(people)"),
    Broken("guard-unknown-fact", "needs: size(people) > 0", "needs: size(persons) > 0"),
    Broken("guard-unknown-fact", "needs: request.threshold != ''", "needs: request.treshold != ''"),
    Broken("guard-unknown-fact", "items.all(i, i.described)", "items.all(i, i.discribed)"),
    Broken("guard-unknown-fact", "&& command.advice == 'supports'", "&& command.advise == 'supports'",
           "needs: >-\n              has(consent.state) && consent.state == 'given'"),
    Broken("delegation-too-wide", CONDITION + DELEGATED,
           CONDITION + "              command.advice == 'supports'\n"),
    Broken("unknown-sensitive-category", "  - counselling\n", "  - councelling\n"),
    Broken("nothing-to-choose", STANDARD[STANDARD.index("thresholds:\n") : STANDARD.index("categories:\n")],
           "thresholds: {}\n"),
    Broken("duplicate-code", "code: not_held", "code: no_basis"),
    Broken("reason-outcome-unknown", "outcomes: [refuse]}", "outcomes: [refused]}"),
    Broken("reason-outcome-unknown", "outcomes: [refuse]}", "outcomes: []}"),
    Broken("no-reason-for-outcome", CONSENT, "", "reasons:"),
    Broken("no-reason-for-outcome", REFUSALS, "", "reasons:"),
)  # fmt: skip

SHARE_NOW = "      share_now: {to: retrospective_review}\n"
EMERGENCIES = (
    Broken("command-moves", "      advise:\n        roles: [ig_lead]\n",
           "      advise:\n        roles: [ig_lead]\n        to: shared\n", "      advise:\n", base=EMERGENCY),
    Broken("role-not-of-stage", "        roles: [ig_lead]\n", "        roles: [manager]\n", base=EMERGENCY),
    Broken("length-not-used", "    lengths: {late: 24 hours}\n", "    lengths: {late: 24 hours, soon: 1 hours}\n",
           base=EMERGENCY),
    Broken("length-missing", "    lengths: {late: 24 hours}\n", "", "  emergency_release:", base=EMERGENCY),
    Broken("no-reason-for-outcome", "code: risk_outweighs", "code: risk", "reasons:", base=EMERGENCY),
    Broken("length-unit", "{late: 24 hours}", "{late: 1 working_days}", base=EMERGENCY),
    Broken("share-not-reviewed", SHARE_NOW, "      share_now: {to: shared}\n", base=EMERGENCY,
           also=also("unreachable-stage")),
)  # fmt: skip

REVIEWERS = "        roles: [caldicott_guardian, deputy_guardian, adjudicator]\n        routes:\n"
SENSE = (
    Broken("draft-again", "record_consent: {to: ig_advice}", "record_consent: {to: draft}"),
    Broken("transition-by-nobody", "      withdraw:\n        to: withdrawn\n",
           "      withdraw:\n        to: withdrawn\n        roles: [consent_officer]\n", "roles:",
           also("role-not-of-stage")),
    Broken("transition-by-nobody", "      ask: {to: information_needed}\n      withdraw: {to: withdrawn}\n",
           "      ask: {to: information_needed}\n      withdraw: {to: withdrawn, roles: [consent_officer]}\n",
           "withdraw:"),
    Broken("duplicate-code", "code: subject_missing", "code: people_missing"),
    Broken("guard-never-met", "needs: size(people) > 0", "needs: false"),
    Broken("guard-never-met", "- when: request.threshold == 'none'", "- when: 1 > 2"),
    Broken("route-unreachable", "- when: request.threshold == 'none'", "- when: \"'request' == 'request'\"",
           "- to: consent_check"),
    Broken("route-unreachable", "          - when: advice.delegated_release\n            to: release\n",
           "          - when: advice.delegated_release\n            to: release\n"
           "          - when: advice.delegated_release\n            to: adjudication\n",
           "- when: advice.delegated_release\n            to: adjudication"),
    Broken("adviser-decides", REVIEWERS, REVIEWERS.replace("adjudicator]", "ig_lead]"), base=EMERGENCY),
    Broken("adviser-decides", REVIEWERS, "        routes:\n", "    roles: [caldicott_guardian", base=EMERGENCY),
)  # fmt: skip

ALL = (*READING, *SHAPE, *MEANING, *EMERGENCIES, *SENSE)
