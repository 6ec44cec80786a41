"""The description of the API as OpenAPI 3.1, made from the operations and their models."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from openapi_pydantic import (
    Components,
    Contact,
    Header,
    Info,
    License,
    Link,
    MediaType,
    OpenAPI,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Response,
    Schema,
    SecurityScheme,
    Server,
    Tag,
)
from openapi_pydantic import Operation as Described
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from webapp.api import PREFIX, problems
from webapp.api.bodies import KEY_HEADER
from webapp.api.handling import MEDIA_TYPE, REPLAYED
from webapp.api.operations import OPERATIONS, Operation
from webapp.api.problems import ProblemModel
from webapp.api.statuses import ABOUT, CODES

VERSION = "1.0"
SECURITY = "token"
_RULE = re.compile(r"<(?:(uuid|int|string):)?(\w+)>")
INTRODUCTION = """What a person can do on the pages of Gatehouse, another system can do here, for a person who gave it
a token. The same rules answer both: what you may do next, and why not what you may not, is in every answer about a
request. Every change needs a header Idempotency-Key; every act on a request a header If-Match with the ETag of what
you read. Refusals are problem documents with a code that never changes. Times are UTC."""


def text() -> str:
    """The description as JSON."""
    return _text()


@cache
def _text() -> str:
    return document().model_dump_json(by_alias=True, exclude_none=True, indent=2)


def document() -> OpenAPI:
    """The description, with every model that it names."""
    described = OpenAPI(
        info=Info(
            title="Gatehouse", version=VERSION, description=" ".join(INTRODUCTION.split()),
            license=License(name="MIT", identifier="MIT"), contact=Contact(name="Whoever runs this service"),
        ),
        servers=[Server(url=PREFIX)],
        tags=[Tag(name=name) for name in dict.fromkeys(one.tag for one in OPERATIONS.values())],
        paths=_paths(),
        components=Components(
            securitySchemes={
                SECURITY: SecurityScheme(
                    type="http", scheme="bearer", description="A token that a person made under her account, or that "
                    "an administrator made for a system. It can do what its owner may do in one organisation.",
                )
            }
        ),
        security=[{SECURITY: []}],
    )  # fmt: skip
    return construct_open_api_with_schema_class(described)


def path_of(one: Operation) -> str:
    """The path of an operation, as OpenAPI writes it."""
    return _RULE.sub(r"{\2}", one.path)


def _schema(**values: Any) -> Schema:
    return Schema.model_validate(values)


def _parameter(*, place: str, **values: Any) -> Parameter:
    return Parameter.model_validate({"in": place, **values})


def _paths() -> dict[str, PathItem]:
    found: dict[str, dict[str, Described]] = {}
    for one in OPERATIONS.values():
        found.setdefault(path_of(one), {})[one.method.lower()] = _described(one)
    return {path: PathItem(**methods) for path, methods in found.items()}  # type: ignore[arg-type]


def _described(one: Operation) -> Described:
    return Described(
        operationId=one.name,
        tags=[one.tag],
        summary=one.summary,
        description=_about(one),
        parameters=[*_in_path(one), *_in_query(one), *_in_headers(one)] or None,
        requestBody=_body(one),
        responses={str(status): _response(one, status) for status in one.statuses()},
    )


def _about(one: Operation) -> str:
    scopes = " or ".join(sorted(scope.value for scope in one.scopes))
    return f"{one.about} Needs the scope: {scopes}." if scopes else one.about


def _in_path(one: Operation) -> list[Parameter | Reference]:
    return [
        _parameter(
            name=name, place="path", required=True,
            schema=_schema(type="string", format="uuid") if kind == "uuid"
            else _schema(type="integer", minimum=1, maximum=1_000_000) if kind == "int" else _schema(type="string"),
        )
        for kind, name in _RULE.findall(one.path)
    ]  # fmt: skip


def _in_query(one: Operation) -> list[Parameter | Reference]:
    if one.query is None:
        return []
    made = one.query.model_json_schema(ref_template="#/components/schemas/{model}")
    return [
        _parameter(
            name=name, place="query", required=field.is_required(),
            description=field.description, schema=_schema(**_flat(made, name, field)),
        )
        for name, field in one.query.model_fields.items()
    ]  # fmt: skip


def _flat(made: dict[str, Any], name: str, field: FieldInfo) -> dict[str, Any]:
    """The schema of one name of a query, with what it refers to in its place."""
    schema = dict(made["properties"][name])
    reference = schema.pop("$ref", "")
    inside = made.get("$defs", {}).get(reference.rpartition("/")[2], {})
    kept = {key: value for key, value in {**inside, **schema}.items() if key not in ("title", "description")}
    return {"description": field.description, **kept}


def _in_headers(one: Operation) -> list[Parameter | Reference]:
    found: list[Parameter | Reference] = []
    if one.changes:
        found.append(
            _parameter(
                name=KEY_HEADER, place="header", required=True,
                description="New for each thing to do; the same when the same request is sent again.",
                schema=_schema(type="string", minLength=1, maxLength=200, pattern="^[!-~]{1,200}$"),
                example="5f0c2c0e-8a62-4f0e-9d9b-0a4c2f1d7e31",
            )
        )  # fmt: skip
    if one.on_case:
        found.append(
            _parameter(
                name="If-Match", place="header", required=True,
                description="The ETag of the request as you read it.",
                schema=_schema(type="string", pattern='^"v[0-9]{1,9}"$'), example='"v3"',
            )
        )  # fmt: skip
    return found


def _body(one: Operation) -> RequestBody | None:
    if one.takes is None:
        return None
    return RequestBody(required=True, content={MEDIA_TYPE: _media(one.takes, one.takes_example)})


def _media(model: type[BaseModel], example: Any = None) -> MediaType:
    return MediaType(schema=PydanticSchema(schema_class=model), example=example)  # type: ignore[call-arg]


def _response(one: Operation, status: int) -> Response | Reference:
    if status == one.status:
        return Response(
            description="Done." if one.changes else "Found.",
            headers=_answer_headers(one) or None,
            content={MEDIA_TYPE: _media(one.says, one.says_example)},
            links=_links(one) or None,
        )  # fmt: skip
    code, detail = CODES[status]
    shown = problems.example(status, code, detail)
    headers: dict[str, Header | Reference] = {}
    if status in (429, 503):
        headers["Retry-After"] = Header(description="Seconds to wait.", schema=_schema(type="integer"))
    if status == 401:
        headers["WWW-Authenticate"] = Header(description="How to come in.", schema=_schema(type="string"))
    return Response(
        description=ABOUT[status], headers=headers or None, content={problems.MEDIA_TYPE: _media(ProblemModel, shown)}
    )


def _links(one: Operation) -> dict[str, Link | Reference]:
    """What can follow, with the id and, for an act, the version that it must name."""
    acts = {each.name: "/id" for each in OPERATIONS.values() if each.on_case} if one.acts_follow else {}
    return {name: _link(name, place) for name, place in {**acts, **one.links}.items()}


def _link(name: str, place: str) -> Link:
    given = {"path.case_id": f"$response.body#{place}"}
    if OPERATIONS[name].on_case:
        given["header.If-Match"] = "$response.header.ETag"
    return Link(operationId=name, parameters=given)


def _answer_headers(one: Operation) -> dict[str, Header | Reference]:
    found: dict[str, Header | Reference] = {}
    if one.tagged:
        found["ETag"] = Header(description="Which version this is.", schema=_schema(type="string"))
    if one.status == 201:
        found["Location"] = Header(description="Where it stands.", schema=_schema(type="string"))
    if one.changes:
        found[REPLAYED] = Header(
            description="Present when this is the answer that the request was given before.",
            schema=_schema(type="string"),
        )
    return found
