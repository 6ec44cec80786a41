"""What the database of a running product says has happened, and what has come of its mails."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from tests.processes.ground import Ground
from tests.processes.product import Product
from workflows.service.unit_of_work import reading, transaction


class Record:
    """What the database says has happened."""

    def __init__(self, ground: Ground) -> None:
        self.engine = ground.house.engine

    def rows(self, statement: str) -> list[tuple[str, ...]]:
        """The rows of a question, every value as text."""
        with reading(self.engine) as connection:
            return [tuple(str(value) for value in row) for row in connection.execute(text(statement))]

    def count(self, statement: str) -> int:
        """The one number that a question gives."""
        return int(self.rows(statement)[0][0])

    def due(self) -> set[tuple[str, ...]]:
        """What is due at the product's time and not done: (case, clock, rung)."""
        ahead = "coalesce((SELECT ahead FROM product_clock), interval '0')"
        where = f"WHERE due_at <= clock_timestamp() + {ahead}"
        return set(self.rows(f"SELECT case_id, clock, rung FROM due_items {where}"))

    def rungs(self) -> Counter[tuple[str, ...]]:
        """How often each rung was carried out: (case, clock, rung)."""
        of_rungs = (
            "Reminded",
            "BecameOverdue",
            "Escalated",
            "QuestionGivenBack",
            "FollowUpReminded",
            "UseReviewMissed",
        )
        kinds = f"type IN {of_rungs}"
        clock = "coalesce(facts->>'clock', '0')"
        return Counter(self.rows(f"SELECT stream, {clock}, facts->>'rung' FROM events WHERE {kinds}"))

    def waiting(self) -> int:
        """How many mails wait to go by themselves or in a digest that is made."""
        by_itself = "(channel = 'mail' OR digest_id IS NOT NULL)"
        return self.count(f"SELECT count(*) FROM outbox WHERE state = 'waiting' AND {by_itself}")

    def beats(self) -> str:
        """When beat, queue and worker last showed that they are alive."""
        return str(self.rows("SELECT max(at) FROM heartbeats"))

    def notices(self) -> int:
        """How many notices there are."""
        return self.count("SELECT count(*) FROM notices")

    def is_quiet(self) -> bool:
        """Nothing is due and no mail waits."""
        return not self.due() and self.waiting() == 0

    def end_leases(self) -> None:
        """Let the time of the leases of those that were killed be over."""
        with transaction(self.engine) as connection:
            for table in ("due_items", "outbox", "digests"):
                over = "lease_until = clock_timestamp() - interval '1 second'"
                connection.execute(text(f"UPDATE {table} SET {over} WHERE lease_until IS NOT NULL"))


def every_mail_is_one_mail(product: Product, record: Record) -> None:
    """What the database calls sent has arrived; what arrived twice is the same mail, word for word."""
    sent = {row[0] for row in record.rows("SELECT message_id FROM outbox WHERE state = 'sent' AND digest_id IS NULL")}
    sent |= {f"<{row[0]}@gatehouse>" for row in record.rows("SELECT id FROM digests WHERE state = 'sent'")}
    assert record.waiting() == 0
    assert record.count("SELECT count(*) FROM outbox WHERE state = 'dead'") == 0
    mails = product.mails()
    assert {mail.message_id for mail in mails} == sent
    assert len({(mail.message_id, mail.to, mail.subject, mail.body) for mail in mails}) == len(sent)


def ids_once(product: Product) -> bool:
    """No mail has arrived twice: nothing was killed while it was being sent."""
    return set(Counter(mail.message_id for mail in product.mails()).values()) == {1}
