"""CP-IS over its FHIR R4 API: the two reads that NHS England documents for consumers.

Without onboarding there is no live service to ask: it is switched off unless somebody sets where it is. Whatever goes
wrong is an answer too, "could not be checked" with a plain reason, and nothing of it carries the NHS number.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from webapp.checking.answers import MOST_BYTES, Answer, Unreadable, digits_of, number_fault
from webapp.checking.bundle import NHS_NUMBER, audit_days, read_bundle
from webapp.checking.hurried import Got, NoAnswer, get
from workflows.core.cpis import CpisResult, CpisVia

SECONDS = 5.0
"""For one whole question."""
ASSIGNED = "http://terminology.hl7.org/CodeSystem/v3-RoleClass|ASSIGNED"
KINDS = frozenset({"application/fhir+json", "application/json"})
AGAIN = "It may work in a moment: ask again before you record this."
AGENT = "Gatehouse-CPIS"
REASONS = {
    400: ("CP-IS did not accept the question", False),
    401: ("CP-IS did not accept our access: whoever runs Gatehouse must look at it", False),
    403: ("CP-IS denied access to this question", False),
    404: ("There is no CP-IS at the address that is set: whoever runs Gatehouse must look at it", False),
    408: ("CP-IS took too long", True),
    429: ("CP-IS was asked too often", True),
}


@dataclass(frozen=True, slots=True)
class FhirSource:
    """The API at an address. ``demo``: only numbers that are reserved for tests are asked for."""

    url: str
    token: str = field(repr=False)
    demo: bool = False
    seconds: float = SECONDS
    trust: ssl.SSLContext | None = None

    def plans(self, number: str, *, unscheduled: bool, trace: str) -> Answer:
        """Whether a plan is recorded: GET /CareTeam."""
        if say := number_fault(number, demo=self.demo):
            return failed(f"CP-IS was not asked. {say}")
        try:
            got = self._ask("CareTeam", {}, number, unscheduled=unscheduled, trace=trace)
        except NoAnswer as nothing:
            return failed(f"CP-IS could not be asked: {nothing.say}.", again=nothing.again)
        return self._understood(got, number)

    def earlier_looks(self, number: str, *, unscheduled: bool, trace: str) -> tuple[date, ...] | None:
        """On which days somebody had looked: GET /AuditEvent. Who they were comes too, and is thrown away."""
        if number_fault(number, demo=self.demo):
            return None
        include = {"_include": f"AuditEvent:entity-type={ASSIGNED}"}
        try:
            got = self._ask("AuditEvent", include, number, unscheduled=unscheduled, trace=trace)
            return audit_days(got.body, number=number) if got.status == 200 and got.kind in KINDS else None
        except (NoAnswer, Unreadable):
            return None

    def _ask(self, kind: str, more: dict[str, str], number: str, *, unscheduled: bool, trace: str) -> Got:
        query = urlencode({"patient:identifier": f"{NHS_NUMBER}|{digits_of(number)}", **more}, safe=":/=")
        headers = [
            ("Authorization", f"Bearer {self.token}"),
            ("TraceID", trace),
            ("IsUnscheduledAccessEvent", "true" if unscheduled else "false"),
            ("Accept", "application/fhir+json"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", AGENT),
        ]
        return get(f"{self.url}/{kind}?{query}", headers, seconds=self.seconds, most=MOST_BYTES, trust=self.trust)

    def _understood(self, got: Got, number: str) -> Answer:
        if got.status != 200:
            return _refused(got, number)
        if got.kind not in KINDS:
            return failed("CP-IS answered with something that is not FHIR, such as a page of another service.")
        try:
            return replace(self._read(got, number), checked_at=None)
        except Unreadable as bad:
            return failed(f"The answer of CP-IS cannot be used. {bad.faults[0]}")

    def _read(self, got: Got, number: str) -> Answer:
        return read_bundle(got.body, number=number, demo=self.demo, via=CpisVia.FHIR_API)


def failed(reason: str, *, again: bool = False) -> Answer:
    """The answer that there was none."""
    remarks = (AGAIN,) if again else ()
    return Answer(CpisVia.FHIR_API, CpisResult.COULD_NOT_CHECK, reason=reason, remarks=remarks)


def _refused(got: Got, number: str) -> Answer:
    """Why the service did not answer, with what it says itself where it says it as FHIR does."""
    say, again = REASONS.get(got.status, ("CP-IS is out of order", got.status >= 500))
    if 300 <= got.status < 400:
        say = "CP-IS points to another address, which is not followed"
    reason = f"{say} ({got.status})."
    if got.kind in KINDS and 400 <= got.status < 500:
        try:
            said = read_bundle(got.body, number=number, demo=False)
        except Unreadable:
            return failed(reason, again=again)
        reason += f" {said.reason}" if said.result is CpisResult.COULD_NOT_CHECK else ""
    return failed(reason.strip(), again=again)
