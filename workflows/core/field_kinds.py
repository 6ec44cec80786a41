"""What a workflow may ask in fields of its own: their types, who may read them, and the wordings that are signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflows.core.guards import Guard


class FieldType(StrEnum):
    """What an answer to a field is."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    INSTANT = "instant"
    PERSON = "person"
    """Who somebody is: she becomes one of the people of the case, under the label that the field gives her."""
    PEOPLE = "people"
    """Some of the people of the case, by their labels."""
    SIGNED = "signed"
    """A declaration or undertaking: who signed which wording, how and when."""


class FieldClass(StrEnum):
    """Who may read an answer. Whoever sees labels in place of names reads only what is plain, and that masked."""

    IDENTITY = "identity"
    PROTECTED = "protected"
    PLAIN = "plain"


OF_IDENTITY = frozenset({FieldType.PERSON, FieldType.SIGNED})
"""Types that hold a name, whatever else: their class is always identity."""
WITH_OPTIONS = frozenset({FieldType.CHOICE, FieldType.CHOICES})
"""Types that need something to choose from."""
CODED = frozenset({FieldType.YES_NO, FieldType.CHOICE, FieldType.CHOICES, FieldType.DATE, FieldType.INSTANT})
"""Types whose answers guards may read as they are: codes, yes or no, and days."""


class SignedHow(StrEnum):
    """How a wording was signed."""

    ON_PAPER = "on_paper"
    ON_SCREEN = "on_screen"
    TYPED_NAME = "typed_name"
    AGREED_ALOUD = "agreed_aloud"


class DocumentKind(StrEnum):
    """What a wording is for."""

    LETTER = "letter"
    UNDERTAKING = "undertaking"
    DECLARATION = "declaration"


TO_SIGN = frozenset({DocumentKind.UNDERTAKING, DocumentKind.DECLARATION})
"""Wordings that somebody signs."""


@dataclass(frozen=True, slots=True)
class Document:
    """A wording of the workflow: one version of a letter, an undertaking or a declaration."""

    key: str
    kind: DocumentKind
    title: str
    version: str
    text: str
    source: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a stage. ``when`` None: it is always asked.

    ``document`` is the wording that is signed; ``label`` and ``roles`` say who a person is in the case.
    """

    key: str
    type: FieldType
    title: str
    help: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    read_by: FieldClass = FieldClass.PROTECTED
    required: bool = True
    when: Guard | None = None
    document: str = ""
    label: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnOutcome:
    """A way in which cases of one workflow end. ``shares``: somebody was told something.

    ``letter`` is the wording that tells whoever applied that it is over.
    """

    code: str
    title: str
    shares: bool = False
    letter: str = ""


@dataclass(frozen=True, slots=True)
class SafeContact:
    """The fields of an application that say how the applicant can be reached safely."""

    by: str
    when: str
    no_email: str
