"""References of cases: opaque, short, and easy to say on the telephone."""

from __future__ import annotations

import secrets

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""Characters of a reference: none that look alike, no vowels that would make words."""


def new_reference() -> str:
    """An opaque reference, such as GH-7K3M-Q2XT: nothing can be read from it."""
    code = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"GH-{code[:4]}-{code[4:]}"
