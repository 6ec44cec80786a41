"""Every rule of lint: what it finds, and how to mend it. Faults say the same with the names of the very file."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.definitions.field_rule_words import FIELD_RULES

RULES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "The file can be read": {
        "yaml-syntax": ("The text is not YAML, or not one YAML document.", "Look at indents and quotes."),
        "yaml-too-big": (
            "The file is longer, holds more values or nests them deeper than a workflow needs.",
            "Shorten it.",
        ),
        "yaml-tag": ("A value carries a tag, a word that begins with !.", "Delete the tag; put text into quotes."),
        "yaml-alias": ("An anchor (&name) or an alias (*name) is used.", "Write the value out at each place."),
        "duplicate-key": ("A key is given twice.", "Keep one of them."),
    },
    "Keys and values have the right shape": {
        "unknown-key": ("A key has no meaning where it stands.", "Correct it or leave it out."),
        "missing-key": ("A key that must be there is not.", "Add it."),
        "wrong-type": ("A value is text where a list belongs, or the like.", "Write it as the message says."),
        "bad-format": ("The format is not known.", "Write format: gatehouse/workflow/1"),
        "bad-version": ("The version is not a whole number from 1 upwards.", "Give the next number."),
        "bad-name": ("A name has letters that names cannot have, or is a word with another meaning.", "Rename it."),
        "bad-length": ("A length of time cannot be read, or is out of bounds.", "Write a number and a unit."),
        "bad-due-time": (
            "A time of day cannot be read, or falls into the hour in which clocks change.",
            "Write such as 17:00.",
        ),
        "text-empty": ("Words for people are missing.", "Write them."),
        "text-too-long": ("Words for people are too long to be read.", "Shorten them."),
        "unknown-kind": ("There is no such kind of stage.", "Use one of those that the message names."),
        "unknown-role": ("There is no such role.", "Use one of those that the message names."),
        "unknown-command": ("There is no such command.", "Use one of those that the message names."),
        "unknown-side": ("There is no such side.", "Write requester, holder or nobody; or leave it out."),
        "unknown-action": (
            "A step of a ladder does something that steps cannot do.",
            "Use one of those that the message names.",
        ),
        "unknown-urgency": ("There is no such urgency.", "Write routine, priority or emergency."),
        "unknown-task": ("There is no such task of a draft.", "Use one of those that the message names."),
        "unknown-calendar": ("There is no such calendar of bank holidays.", "Use one of those that the message names."),
    },
    "Stages and what is done there": {
        "command-not-for-kind": ("A stage allows what its kind cannot do.", "Delete the command, or change the kind."),
        "closed-with-commands": ("Something could be done after the end.", "Delete the command, or change the kind."),
        "to-and-routes": ("A command has both to and routes.", "Keep one of them."),
        "save-moves": ("Saving would move the request.", "Write save: {}"),
        "command-moves": ("A command that leaves the request where it is has a route.", "Delete the route."),
        "route-missing": ("Nothing says where a command leads.", "Add to: and the name of a stage."),
        "unknown-option": ("A command has no such option.", "Delete it, or correct its name."),
        "role-not-of-stage": (
            "A command is kept for a role that has no work at the stage.",
            "Add the role to the stage, or delete it.",
        ),
        "transition-by-nobody": (
            "Nobody could ever do it, whatever roles are given out.",
            "Name other roles, or delete the command.",
        ),
        "no-performer": ("Nobody can do the work of a stage.", "Add roles."),
        "role-not-for-stage": ("A role cannot have work at such a stage.", "Delete it there."),
        "wrong-side": ("A stage is on another side than its kind.", "Correct side, or leave it out."),
        "unknown-placeholder": ("Nothing is ever filled in for a placeholder.", "Use {items}, or words."),
        "length-not-used": ("A stage has a length that its kind has no use for.", "Delete it."),
        "length-missing": ("A stage lacks a length that its kind needs.", "Add it under lengths."),
        "length-unit": ("A length is in another unit than it must be.", "Write it in the unit that the message names."),
        "closed-without-outcome": ("A closed stage does not say how the request ended.", "Add outcome."),
        "unknown-outcome": ("A request cannot end so.", "Use one of those that the message names."),
        "outcome-while-open": ("An open stage has an outcome.", "Delete it, or set kind: closed."),
    },
    "Ways through the workflow": {
        "start-missing": ("The stage to start at is not there.", "Name the draft."),
        "start-not-draft": ("A request would not start as a draft.", "Name the draft."),
        "draft-again": (
            "A route leads back to a draft, although the request has been sent.",
            "Name another stage; a question goes to information_needed.",
        ),
        "unreachable-stage": ("No request can get to a stage.", "Let a route lead there, or delete the stage."),
        "dead-end": ("A request could never be finished.", "Let a route lead on towards a closed stage."),
        "unknown-target": ("A route leads to no stage.", "Correct the name, or add the stage."),
        "back-misplaced": ("Something else than an answer goes back.", "Name a stage."),
        "ask-without-answer-stage": (
            "A question leads where it cannot be answered.",
            "Name a stage of kind information_needed.",
        ),
        "answer-without-question": ("Something else than a question waits for an answer.", "Name another stage."),
        "withdraw-elsewhere": (
            "Withdrawing does not end the request as withdrawn.",
            "Name a closed stage with outcome: withdrawn.",
        ),
        "round-elsewhere": (
            "A further round begins at a stage where none can.",
            "Name a stage of the kind that the message names.",
        ),
        "route-unreachable": (
            "A route can never be taken, because one above it always is.",
            "Move the one without when to the end.",
        ),
        "no-default-route": (
            "When no condition is met, nothing says where to go.",
            "End with a route that has no when.",
        ),
        "decision-bypassed": (
            "Information could be shared without a decision.",
            "Lead the route to a stage of kind adjudication first.",
        ),
        "release-bypassed": (
            "A request could count as shared before anything was released.",
            "Lead the route to a stage of kind release first.",
        ),
        "share-not-reviewed": (
            "What is shared in an emergency would not be looked at afterwards.",
            "Lead it to a stage of kind review.",
        ),
        "outcome-mismatch": (
            "A decision, release or piece of advice leads elsewhere than its name says.",
            "Lead it to a stage with that outcome.",
        ),
        "adviser-decides": ("A role could both advise and decide.", "Delete it at one of the two."),
    },
    "Clocks and ladders": {
        "no-clock": ("A stage could wait for ever.", "Add clock, with a length for each urgency."),
        "clock-urgency-missing": ("A clock has no length for an urgency.", "Add it."),
        "clock-not-used": ("A stage at which nobody waits has a clock or ladder.", "Delete it."),
        "extension-not-used": ("The requester's time would be extended.", "Delete extension."),
        "extension-unit": ("An extension counts in another unit than its clock.", "Write it in the clock's unit."),
        "extension-by-nobody": ("Nobody could give the further time.", "Name roles, or delete extension."),
        "role-not-for-extension": ("A role cannot give further time.", "Delete it there."),
        "no-ladder": ("Nobody is told when a stage is late.", "Name a ladder."),
        "no-escalation": (
            "When a stage is late, nobody is told but whoever has the request.",
            "Add a step with action: escalate for each urgency.",
        ),
        "unknown-ladder": ("There is no such ladder.", "Correct the name, or add it under ladders."),
        "ladder-without-overdue": (
            "A ladder does not mark lateness exactly once, when the clock is out.",
            "Add the step overdue, at due.",
        ),
        "rung-repeated": ("Two steps of a ladder have one name.", "Rename one."),
        "rung-never-falls": ("A step of a ladder has no time.", "Say when, for at least one urgency."),
        "rung-out-of-order": ("A step falls before one that stands above it.", "Change the time or the order."),
        "rung-before-start": ("A step would fall before its clock begins.", "Shorten it, or write a part such as 50%."),
        "rung-told-twice": (
            "Two steps tell the same people at the same moment.",
            "Change one time, or make one step of them.",
        ),
        "rung-tells-nobody": ("An escalation tells nobody.", "Add tell, with a list of roles."),
        "rung-tell-unused": (
            "A step that tells whoever has the request names others.",
            "Delete tell, or use action: escalate.",
        ),
        "pause-without-cap": (
            "A question could stop the holder's clock for ever.",
            "End its ladder with action: give_back.",
        ),
        "give-back-misplaced": ("A ladder gives back where nobody waits for an answer.", "Name another ladder."),
        "give-back-not-last": (
            "A ladder goes on after the question was given back, or gives it back early.",
            "Let it be the last step, after the time is due.",
        ),
        "rung-reaches-nobody": (
            "A step would reach nobody: no organisation has anybody in its roles. Asked when a version is published.",
            "Give somebody the role first, or tell others.",
        ),
        "stage-reaches-nobody": (
            "No organisation has anybody who could do the work of a stage. Asked when a version is published.",
            "Give somebody the role first, or name others.",
        ),
    },
    "Conditions": {
        "bad-guard": ("A condition is not a yes-or-no question in CEL.", "Correct it as the message says."),
        "guard-unknown-fact": ("A condition asks for something that no request has.", "Correct the name."),
        "guard-never-met": (
            "A condition is the same for every request and never met.",
            "Ask about the request, or delete it.",
        ),
        "delegation-too-wide": (
            "Release could be delegated although an adjudicator must decide.",
            "Tighten the condition.",
        ),
    },
    "What can be chosen": {
        "nothing-to-choose": ("There are no thresholds or no categories.", "Add at least one."),
        "unknown-sensitive-category": (
            "Something is called sensitive that is no category.",
            "Correct the name, or add the category.",
        ),
        "duplicate-code": ("Two reasons, or two conditions of one command, have one code.", "Rename or delete one."),
        "reason-outcome-unknown": (
            "A reason can be given for nothing, or for what cannot be decided.",
            "Name share, share_reduced or refuse.",
        ),
        "no-reason-for-outcome": (
            "Something can be decided but no reason can be given for it.",
            "Add a reason with that outcome.",
        ),
    },
    **FIELD_RULES,
}
"""Group -> rule -> what it finds, how to mend it."""


def page(made: str) -> str:
    """The list of rules as a document; ``made`` is the remark that it was made."""
    parts = ["# What is checked before a workflow is published", "", made, ""]
    parts += [
        "`./gatehouse workflow check FILE` says each fault with the file, the line, the rule and how to mend it:",
        "",
        "```",
        "ours.yaml:212: [no-performer] Nobody can work on “triage”. Add roles: with a list.",
        "```",
        "",
        "It ends with 0 when nothing is wrong, with 1 when something is, and with 2 when a file cannot be read at all.",
        "`--format json` gives the same as JSON for other programs. Nothing here can be switched off.",
    ]
    for group, rules in RULES.items():
        parts += ["", f"## {group}", "", "| rule | what is wrong | how to mend it |", "| --- | --- | --- |"]
        parts += [f"| `{rule}` | {found} | {mend} |" for rule, (found, mend) in rules.items()]
    return "\n".join(parts) + "\n"
