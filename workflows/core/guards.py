"""Guards: yes-or-no questions about a case, written in CEL inside a workflow definition.

The library (Google's C++ CEL) is kept behind this one file: it is young, and another
implementation of the same language can take its place here. It bounds nesting and iterations itself,
so a guard cannot hang a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

MAX_LENGTH = 1_000
"""Longest guard accepted, in characters; a longer one is a program, not a question."""

FACTS: Mapping[str, str] = {
    "request": "what the requester wrote: threshold, urgency, continuing and whole_record flags",
    "people": "list of people: roles, relation, age known or not; never names",
    "items": "list of items: key, category, sensitive, whole_record, continuing",
    "recipients": "list of recipients: items only",
    "consent": "the consent the requester recorded: state, kinds, explicit, grounds",
    "check": "the consent check: done, finding, covers_all",
    "basis": "legal basis: article_6, article_9, schedule_1, common_law, regime",
    "advice": "latest advice: given, advice, delegated_release",
    "decision": "the decision: made, outcome, continuing",
    "cpis": "checks of CP-IS: checked, tried, people (with an answer), plan_recorded, age_hours of the newest answer",
    "round": "the round: number, changed (whether content is new or not what it was)",
    "answers": "what forms said, as answers.stage.field: codes, yes or no, days and numbers; never words",
    "command": "the command being carried out, its plain fields only",
}
"""What a guard may speak about; anything else is refused when the definition is read."""


class GuardError(ValueError):
    """The guard's text is not a CEL expression that gives true or false."""


@lru_cache(maxsize=1)
def _environment() -> cel.Env:
    return cel.NewEnv(variables=dict.fromkeys(FACTS, cel.Type.DYN))


@dataclass(frozen=True)
class Guard:
    """A compiled guard. Two guards with the same text are equal."""

    text: str
    _program: cel.Expression = field(repr=False, compare=False)

    def met(self, facts: Mapping[str, Any]) -> bool:
        """True only when the expression gives true; an error or a missing fact counts as no."""
        try:
            return self._program.eval(data=dict(facts)).value() is True
        except RuntimeError:
            return False


def compile_guard(text: str) -> Guard:
    """Compile ``text``.

    Raises:
        GuardError: too long, not CEL, an undeclared name, or a result that is not a boolean.
    """
    if len(text) > MAX_LENGTH:
        raise GuardError(f"a guard may have at most {MAX_LENGTH} characters, this one has {len(text)}")
    try:
        program = _environment().compile(text)
    except RuntimeError as error:
        raise GuardError(_first_line(str(error))) from None
    if program.return_type() not in (cel.Type.BOOL, cel.Type.DYN):
        raise GuardError(f"a guard must be true or false, this one gives {program.return_type().name()}")
    return Guard(text, program)


def _first_line(message: str) -> str:
    line = message.splitlines()[0]
    return line.removeprefix("INVALID_ARGUMENT: ERROR: <input>:").split(" [INVALID", 1)[0]
