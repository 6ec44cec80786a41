"""The page docs/intake.md: how a whole request is written, a complete example, and every key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from webapp.intake.consents import ConsentModel, DiffersModel, ToldModel
from webapp.intake.document import DocumentModel, DocumentsModel, SourceModel
from webapp.intake.json_schema import FILE as SCHEMA_FILE
from webapp.intake.json_schema import schema
from webapp.intake.parts import (
    BasisModel,
    ContinuingModel,
    ItemModel,
    PeriodModel,
    PersonModel,
    PurposeModel,
    RecipientModel,
)
from webapp.intake.samples import consented
from webapp.intake.shapes import Part
from webapp.intake.whole import RequestModel

FILE = "docs/intake.md"
SECTIONS: Mapping[str, type[Part]] = {
    "The document": DocumentModel,
    "source": SourceModel,
    "people, each": PersonModel,
    "purpose": PurposeModel,
    "items, each": ItemModel,
    "items, period": PeriodModel,
    "items, continuing": ContinuingModel,
    "recipients, each": RecipientModel,
    "consent": ConsentModel,
    "told_person": ToldModel,
    "differs, each": DiffersModel,
    "basis": BasisModel,
    "Several requests in one document": DocumentsModel,
}
WORDS = """
A case system can send a whole request: a document in JSON with everything that the pages ask for. What is sent is
checked by the same rules as what is typed, and becomes the same request. It is taken whole or not at all.

    ./gatehouse import --example > request.json   # a complete example to begin with
    ./gatehouse import --check request.json       # says everything that is wrong, takes nothing
    ./gatehouse import request.json               # takes it; several files, or several requests in one, at a time

- **Who asks.** `requester` is a person here with the role of requester in `requester_organisation`. On the command
  line whoever runs the service brings the request in, in her name; the history of the request says so, and from which
  system it came. Through the API she sends it herself, with a token of her own.
- **Twice is once.** `source` names the sending system and what the request is called there. The same requester and
  source again is answered with the reference of the request that is here already, and changes nothing, not even where
  the document says something else now.
- **Draft or sent.** With `"send": false` the request waits among the requester’s drafts, and may still lack
  anything. With `"send": true` it goes to the holder at once, and must be as complete as a page would want it.
- **Faults.** All of them are told at once, each with its place, written as a JSON pointer: `/people/0/born` is the
  birthday of the first person. What was written is never repeated: it may be about somebody. Of several requests none
  is taken while one has a fault. The command ends with 0 when all is well, with 1 when something is wrong, with 2 when
  a file cannot be read.
- **JSON.** UTF-8 without a byte order mark. Keys that are not listed here, keys that stand twice in one object, and
  values of another type than the one listed are refused: no text is taken for a number or a day.
- **Codes** of thresholds and of kinds of information come from the workflow (`thresholds:` and `categories:` in its
  file); keys of organisations from whoever runs the service.
"""


def page(made: str) -> str:
    """The whole page. ``made`` is the line that says that it is made by a program."""
    parts = ["# Sending a whole request", "", made, WORDS.rstrip(), ""]
    parts += [f"The JSON Schema is in [{SCHEMA_FILE.partition('/')[2]}]({SCHEMA_FILE.partition('/')[2]}).", ""]
    parts += ["## An example", "", "Everybody in it is made up.", "", "```json"]
    parts += [json.dumps(consented(), indent=2, ensure_ascii=False), "```", "", "## Every key"]
    pieces = schema()["$defs"]
    for title, model in SECTIONS.items():
        parts += ["", f"### {title}", "", *_table(model, pieces)]
    return "\n".join(parts) + "\n"


def _table(model: type[Part], pieces: Mapping[str, Any]) -> Iterator[str]:
    said = pieces[model.__name__.removesuffix("Model")]
    needed = set(said.get("required", ()))
    whole = set(RequestModel.model_fields)
    names = list(said["properties"])
    # What is asked first stands first: the sender and the bodies, then the parts of the request.
    names.sort(key=lambda name: (name != "format", issubclass(model, RequestModel) and name in whole))
    yield "| key | needed | what | value | for example |"
    yield "| --- | --- | --- | --- | --- |"
    for name in names:
        key = said["properties"][name]
        example = json.dumps(key["examples"][0], ensure_ascii=False) if key.get("examples") else ""
        shown = f"`{example}`" if example else ""
        yield _row(f"`{name}`", "yes" if name in needed else "", key.get("description", ""), _value(key), shown)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(key: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "anyOf" in key:
        return " or ".join(_value(each) for each in key["anyOf"])
    if "$ref" in key:
        return "object"
    if "const" in key:
        return f"`{json.dumps(key['const'])}`"
    if "enum" in key:
        return " ".join(f"`{json.dumps(code)}`" for code in key["enum"])
    match key.get("type"):
        case "array":
            return f"list of at most {key['maxItems']}, each {_value(key['items'])}"
        case "string" if key.get("format") == "date":
            return "day"
        case "string" if "maxLength" in key:
            return f"text, at most {key['maxLength']:,}"
        case "string":
            return "key"
        case "boolean":
            return "true or false"
        case other:
            return str(other)
