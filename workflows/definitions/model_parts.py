"""What the models of files are made of: words for people, names, and values that are said to be wrong with a rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from workflows.core.definition import Role
from workflows.core.guards import MAX_LENGTH
from workflows.definitions.patterns import WORDS, whole

TITLE = 120
SENTENCE = 600
"""Longest title and longest sentence, in characters."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
CALLED = "$called"
"""The key under which a piece of JSON Schema brings its name along."""

E = TypeVar("E", bound=StrEnum)


def wrong(rule: str, say: str) -> NoReturn:
    """Refuse a value: the rule's stable name, and how to mend it."""
    raise PydanticCustomError(rule, "{say}", {"say": say})


def as_text(value: Any) -> str:
    """The value, which must be text."""
    if not isinstance(value, str):
        wrong("wrong-type", "This must be text. Put it into quotes if it looks like a number or true or false.")
    return value


def reading(check: Callable[[Any], Any], called: str = "", **said: Any) -> PlainValidator:
    """``check`` reads a value; ``said`` is what the published JSON Schema says of it, under the name ``called``.

    The schema may never be stricter than the check.
    """
    named = {CALLED: called} if called else {}
    return PlainValidator(check, json_schema_input_type=Annotated[Any, WithJsonSchema({**named, **said})])


def words_up_to(limit: int, called: str) -> PlainValidator:
    """Words for people: not empty, at most ``limit`` characters."""

    def check(value: Any) -> str:
        text = as_text(value)
        if not text.strip():
            wrong("text-empty", "This text is empty. Write it, since people will read it.")
        if len(text) > limit:
            wrong("text-too-long", f"This text has {len(text):,} characters; shorten it to {limit:,}.")
        return text

    return reading(check, called, type="string", minLength=1, maxLength=limit, pattern=WORDS)


def one_of(kind: type[E], rule: str, what: str) -> PlainValidator:
    """The name of a member of ``kind``, turned into it; ``what`` is what people call such a thing."""

    def check(value: Any) -> E:
        text = as_text(value)
        try:
            return kind(text)
        except ValueError:
            known = [each.value for each in kind]
            near = get_close_matches(text[:60], known, n=1)
            mend = f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(known)}."
            wrong(rule, f"There is no {what} “{text[:60]}”. {mend}")

    return reading(check, kind.__name__, type="string", enum=[each.value for each in kind])


def matching(pattern: re.Pattern[str], say: str, called: str = "") -> PlainValidator:
    """Text that ``pattern`` matches as a whole; ``say`` tells how to write it."""

    def check(value: Any) -> str:
        text = as_text(value)
        if not pattern.fullmatch(text):
            wrong("bad-name", f"“{text[:60]}” cannot be used here. {say}")
        return text

    return reading(check, called, type="string", pattern=whole(pattern.pattern))


def _guard(value: Any) -> str:
    return "true" if value is True else "false" if value is False else as_text(value)


Title = Annotated[str, words_up_to(TITLE, "Title")]
Sentence = Annotated[str, words_up_to(SENTENCE, "Sentence")]
Name = Annotated[str, matching(_NAME, "Use small letters, digits and _, beginning with a letter, 40 at most.", "Name")]
GuardText = Annotated[str, reading(_guard, "Guard", type=["string", "boolean"], maxLength=MAX_LENGTH)]
RoleName = Annotated[Role, one_of(Role, "unknown-role", "role")]


class FileModel(BaseModel):
    """A part of a file: its keys are known, its values are what they say and are never guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def written(cls) -> dict[str, FieldInfo]:
        """Its keys as files write them: a word that Python keeps for itself is called otherwise here."""
        return {each.alias or name: each for name, each in cls.model_fields.items()}
