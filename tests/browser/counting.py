"""A person's hands, counted: what she must do herself, and what the page has done for her."""

from __future__ import annotations

from tests.browser.visitor import Visitor


class Counted:
    """One person's hands: each press, choice and field written counts one; what is filled in for her does not."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.done: list[str] = []

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.done.append(f"follow {name}")
        self.visitor.follow(name)

    def choose(self, name: str, value: str) -> None:
        """Choose an answer."""
        self.done.append(f"{name}: {value}")
        self.visitor.choose(name, value)

    def fill(self, name: str, value: str) -> None:
        """Write into a field."""
        self.done.append(f"write {name}")
        self.visitor.fill(name, value)

    def press(self, name: str) -> None:
        """Press a button."""
        self.done.append(f"press {name}")
        self.visitor.press(name)
