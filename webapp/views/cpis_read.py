"""An answer of CP-IS from a file: read, shown to whoever brought it, and recorded only when she says so."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, request
from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import TypeAdapter
from werkzeug.wrappers import Response

from webapp.checking.answers import Answer, Fault, Unreadable, number_fault
from webapp.checking.bundle import read_bundle
from webapp.checking.csv_file import read_csv
from webapp.guards import signed_in
from webapp.house import house
from webapp.views.acts import show, stamped
from webapp.views.cpis_cards import authority_lines, plan_words
from webapp.views.cpis_form import chosen, otherwise, placed, read_form, when_of, words_of
from webapp.views.cpis_words import CAUTION, RESULTS, SETTINGS, VIA, age_words
from webapp.views.desk import Sent, carry_out, me, new_id, open_case, require_open, sent
from webapp.views.showing import long_instant
from workflows.core.cpis import CpisDetails, CpisSetting, RecordCpisCheck
from workflows.core.definition import CommandType
from workflows.core.refusals import NotAllowed, Refusal
from workflows.core.visibility import Identity
from workflows.service.views import CasePage, PersonView

blueprint = Blueprint("cpis_read", __name__)
KEEPS = 3_600
"""For how many seconds an answer that was read can be recorded."""
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
TOO_OLD = "What was read can no longer be recorded. Read it again."


def named_case(case_id: uuid.UUID) -> CasePage:
    """The case, for whoever may bring an answer. Raises Refused.

    An answer is matched by NHS number: whoever may not know who somebody is would learn it from that.
    """
    found = open_case(case_id)
    require_open(found, CommandType.RECORD_CPIS_CHECK)
    if found.look.identity is not Identity.FULL:
        say = "Answers are matched by NHS number, so somebody who may see who the people are must read them in."
        raise NotAllowed(Refusal("names_needed", say))
    return found


def numbered(found: CasePage) -> list[PersonView]:
    """The people whose NHS number stands in the request and can be used."""
    demo = house().settings.demo
    return [each for each in found.people if each.nhs_number and not number_fault(each.nhs_number, demo=demo)]


@blueprint.get("/cases/<uuid:case_id>/cpis/read")
@signed_in
def page(case_id: uuid.UUID) -> Response:
    """Choose a file, or paste what it holds."""
    found = named_case(case_id)
    form = Sent({}, status=200)
    if len(numbered(found)) == 1:
        form.values["person"] = numbered(found)[0].label
    return _reading_page(found, form)


def _reading_page(found: CasePage, form: Sent) -> Response:
    labels = [(each.label, each.label) for each in numbered(found)]
    return show("cpis_read", found, form, labels=labels, caution=CAUTION)


@blueprint.post("/cases/<uuid:case_id>/cpis/read")
@signed_in
def read(case_id: uuid.UUID) -> Response:
    """Read the answer and show what it says; nothing is recorded yet."""
    found = named_case(case_id)
    form = sent("person", "answer")
    person = next((each for each in numbered(found) if each.label == form.get("person")), None)
    raw = _brought(form)
    if person is None:
        form.errors = {"person": "Choose whose answer it is.", **form.errors}
    if person is None or form.errors:
        return _reading_page(found, form)
    try:
        answer = _read(raw, person)
    except Unreadable as bad:
        return _unreadable(found, form, bad)
    return confirm_page(found, person.label, answer)


def _unreadable(found: CasePage, form: Sent, bad: Unreadable) -> Response:
    form.errors = {"answer": " ".join(str(each) for each in bad.faults)}
    return _reading_page(found, form)


def _read(raw: bytes, person: PersonView) -> Answer:
    demo = house().settings.demo
    reads = read_bundle if raw.lstrip()[:1] in (b"{", b"[") else read_csv
    answer = reads(raw, number=person.nhs_number, demo=demo)
    if answer.checked_at is not None and answer.checked_at > g.now:
        raise Unreadable(Fault("", "It says that CP-IS was asked in the future. Look at the file again."))
    return answer


def _brought(form: Sent) -> bytes:
    """What was pasted, or what the file holds. One of them, and not both."""
    pasted = request.form.get("answer", "")
    file = request.files.get("file")
    if file is None or not file.filename:
        if not pasted.strip():
            form.errors["answer"] = "Choose a file, or paste what it holds."
        return pasted.encode("utf-8", "surrogatepass")
    if pasted.strip():
        form.errors["answer"] = "Choose a file or paste what it holds, not both."
    return bytes(file.read())


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(house().settings.secret_key, salt="cpis-answer")


@dataclass(frozen=True, slots=True)
class EarlierLooks:
    """On which days CP-IS had been asked about somebody, and how often; ``known``: whether that could be told."""

    known: bool
    rows: tuple[tuple[str, int], ...] = ()


def confirm_page(
    found: CasePage, label: str, answer: Answer, form: Sent | None = None, *, before: EarlierLooks | None = None
) -> Response:
    """What was read, and what is still to be said of it, before it is recorded.

    ``before`` is shown this once: it is neither recorded nor carried on.
    """
    said = {"by": me().id, "case": found.id, "person": label, "answer": _ANSWER.dump_python(answer, mode="json")}
    form = form or Sent({"command_id": new_id(), "checked_by": answer.checked_by or me().name}, status=200)
    return show(
        "cpis_confirm", found, form, read=_rows(label, answer), remarks=answer.remarks, caution=CAUTION,
        token=_signer().dumps(said), ask_when=answer.checked_at is None, ask_setting=answer.setting is None,
        before=before, **words_of(found, form),
    )  # fmt: skip


def _rows(label: str, answer: Answer) -> list[dict[str, object]]:
    at = answer.checked_at
    rows = {
        "Who was checked": label,
        "Answer": [RESULTS[answer.result], *(plan_words(plan) for plan in answer.plans)],
        "Why not": answer.reason,
        "Local authority": list(authority_lines(CpisDetails(label, authority=answer.authority))),
        "When CP-IS was asked": [long_instant(at), age_words(at, now=g.now)] if at else "",
        "Where it was asked": SETTINGS[answer.setting] if answer.setting else "",
        "How it came here": f"{VIA[answer.via][:1].upper()}{VIA[answer.via][1:]}",
    }
    return [{"key": key, "value": value} for key, value in rows.items() if value]


@blueprint.post("/cases/<uuid:case_id>/cpis/read/record")
@signed_in
def record(case_id: uuid.UUID) -> Response:
    """Record the answer that was read."""
    form, stamp = read_form(), stamped(case_id)
    try:
        said = _signer().loads(request.form.get("read", ""), max_age=KEEPS)
    except BadData:
        said = {}
    if said.get("by") != me().id or said.get("case") != str(case_id):
        return _reading_page(named_case(case_id), Sent(errors={"answer": TOO_OLD}))
    answer, label = _ANSWER.validate_python(said["answer"]), str(said["person"])

    def draw(form: Sent) -> Response:
        form.values["command_id"] = stamp["id"]
        placed(form)
        return confirm_page(named_case(case_id), label, answer, form)

    command = command_from(answer, label, form, stamp)
    if form.errors:
        return draw(form)
    typed = {"Evidence": form.get("evidence"), "Why it was otherwise": form.get("notified_why")}
    return carry_out(command, form, done="The CP-IS check was recorded.", again=draw, typed=typed)


def command_from(answer: Answer, label: str, form: Sent, stamp: dict[str, Any]) -> RecordCpisCheck:
    """The command that records an answer, with what whoever records it has added."""
    setting = answer.setting or chosen(CpisSetting, form.get("setting"))
    words = answer.setting_words or form.get("setting_words")
    details = CpisDetails(
        person=label, checked_by=form.get("checked_by"), plans=answer.plans, reason=answer.reason,
        setting_words=words if setting is not None and setting.other else "",
        authority=answer.authority, evidence=form.get("evidence"),
    )  # fmt: skip
    when = answer.checked_at or when_of(form)
    command = RecordCpisCheck(
        **stamp, details=details, checked_at=when, setting=setting, result=answer.result, via=answer.via,
        number_used=True,
    )  # fmt: skip
    return otherwise(command, form)
