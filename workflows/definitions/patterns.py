"""What the published JSON Schema says of written values: patterns that allow all that reading them allows."""

from __future__ import annotations

from collections.abc import Mapping

WORDS = r"\S"
"""Something that can be seen."""


def whole(pattern: str) -> str:
    """The pattern for the whole of a value."""
    return f"^{pattern}$"


def numbers_up_to(most: int) -> str:
    """Whole numbers from 1 to ``most``, also with zeros in front."""
    digits = str(most)
    parts = [f"[1-9][0-9]{{0,{len(digits) - 2}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        least = 0 if place else 1
        if int(digit) > least:
            parts.append(f"{digits[:place]}[{least}-{int(digit) - 1}]" + "[0-9]" * (len(digits) - place - 1))
    return f"0{{0,8}}(?:{'|'.join([*parts, digits])})"


def length_pattern(most: Mapping[str, int]) -> str:
    """A number and a unit, each unit with its most."""
    return "(?:" + "|".join(f"{numbers_up_to(number)} {unit}" for unit, number in most.items()) + ")"
