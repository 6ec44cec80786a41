"""The principles of the pinned pack as questions, answered with evidence: never a tick that says yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.core.packs import Pack, Principle


@dataclass(frozen=True, slots=True)
class PrinciplePrompt:
    """One principle as a short question."""

    code: str
    title: str
    question: str


def principle_prompts(packs: Iterable[Pack]) -> tuple[PrinciplePrompt, ...]:
    """A question for each principle of these packs, in their order; of two with one code the first."""
    found: dict[str, PrinciplePrompt] = {}
    for pack in packs:
        for item in pack.items:
            if isinstance(item, Principle):
                question = item.prompts[0] if item.prompts else item.text
                found.setdefault(item.code, PrinciplePrompt(item.code, item.short_title, question))
    return tuple(found.values())
