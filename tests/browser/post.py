"""Waiting for mail, and holding each to what a mail may say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tests.launch.starting import wait_for
from tests.processes.product import Mail, Product
from workflows.core.request import Items, People, Purpose
from workflows.service.demo import organisations, people
from workflows.service.scenario import Scenario

YOUR_TURN = "You have work in Gatehouse"
QUESTION = "You have a question in Gatehouse"
PROGRESS = "Your case in Gatehouse has moved on"
DECIDED = "There is a decision in Gatehouse"
RELEASED = "There is something for you in Gatehouse"
ENDED = "A case in Gatehouse has ended"
ESCALATED = "A case in Gatehouse is late and has been passed up to you"

PATIENCE = 60
"""Seconds that a mail may take on a machine with much else to do."""


class Post:
    """The mail about one case: what has been read of it, and what comes next."""

    def __init__(self, product: Product, case_id: str) -> None:
        self.product = product
        self.case_id = case_id
        self.read: Counter[tuple[str, str]] = Counter()

    def brings(self, *expected: tuple[str, str]) -> None:
        """Exactly these come next, each (who, subject) once, and nothing else is there by then."""
        self.read.update(expected)
        there: list[Counter[tuple[str, str]]] = [Counter()]

        def arrived() -> bool:
            there[0] = Counter(mail.seen for mail in self.product.mails(self.case_id))
            return not self.read - there[0]

        try:
            wait_for(arrived, seconds=PATIENCE)
        except AssertionError:
            words = f"missing: {self.read - there[0]}; there: {there[0]}"
            raise AssertionError(f"{words}\n{self.product.post()}") from None
        assert there[0] == self.read, f"too many: {there[0] - self.read}"

    def has(self, who: str, subject: str) -> None:
        """This mail is there, or comes soon."""
        wait_for(
            lambda: (who, subject) in [mail.seen for mail in self.product.mails(self.case_id)],
            seconds=PATIENCE, what=f"the mail “{subject}” to {who}",
        )  # fmt: skip

    def is_discreet(self, story: Scenario, reference: str) -> None:
        """Every mail names the case and its page; none names anybody, or says anything that somebody wrote."""
        mails = self.product.mails(self.case_id)
        assert mails
        for mail in mails:
            assert reference in mail.body
            assert f"{self.product.base_url}/cases/{self.case_id}" in mail.body
            for secret in {*secrets_of(story), *names_of_the_demo()}:
                assert secret.casefold() not in _without_address(mail).casefold(), f"{mail.subject}: {secret}"
        ids = [mail.message_id for mail in mails]
        assert len(ids) == len(set(ids))


def _without_address(mail: Mail) -> str:
    return re.sub(r"(?m)^To: .*$", "", mail.whole)


def secrets_of(story: Scenario) -> Iterable[str]:
    """Names, numbers and free text of a request."""
    purpose = story.part(Purpose)
    yield from (purpose.purpose, purpose.risk_of_not_sharing)
    for person in story.part(People).people:
        yield from (value for value in (person.name, person.label, person.nhs_number, person.relation) if value)
    for item in story.part(Items).items:
        yield from (item.describe, item.justify)
    yield from story.contents.values()


def names_of_the_demo() -> Iterable[str]:
    """Everybody who works here, and every organisation."""
    yield from (person.name for person in people())
    yield from (organisation.name for organisation in organisations())
