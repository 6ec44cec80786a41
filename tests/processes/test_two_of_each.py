"""Two workers and two beats over one database and one queue: nothing happens twice, and either of them can go."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.launch.starting import said, wait_for
from tests.processes.ground import Ground
from tests.processes.parts import Parts, parts_of
from tests.processes.product import own_database
from tests.processes.record import Record, every_mail_is_one_mail, ids_once
from workers.letters import DIGEST_SUBJECT
from workflows.core.digests import Choice, Grouping
from workflows.service.digesting import Choices

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(240),
    pytest.mark.xdist_group("two_of_each"),
]

PATIENCE = 90.0
"""Each wait ends as soon as it has what it waits for; a machine that does much else takes a while."""
LADDER = {"half", "overdue", "deputy", "manager"}
READER = "samir.haddad"
"""Who gets a digest: the consent officer, whose move it is."""
BOTH = ("worker", "worker2", "beat", "beat2")
MANY = 26
"""Requests, with four rungs each: more than one round of a sweep claims, so that both workers have some."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """The parts of a product with the demo laid out; two workers and two beats run."""
    with pytest.MonkeyPatch.context() as patch, own_database("gatehouse_two") as database:
        patch.delenv("GATEHOUSE_REDIS_URL", raising=False)
        patch.setenv("GATEHOUSE_DATABASE_URL", database)
        with parts_of(tmp_path_factory.mktemp("two") / "home", database=database) as parts:
            parts.start("mail", *BOTH)
            yield parts


def logs(parts: Parts) -> str:
    """All that the workers and the beats have said."""
    return "\n".join(said(parts.product.home / "logs" / f"{name}.log") for name in BOTH)


def digests(parts: Parts) -> int:
    """How many digests the reader has got."""
    found = (mail.seen for mail in parts.product.mails())
    return sum(seen == (READER, DIGEST_SUBJECT) for seen in found)


def one_digest_each(record: Record) -> bool:
    """Nobody has two digests of one period."""
    return not record.rows("SELECT person_id, period FROM digests GROUP BY 1, 2 HAVING count(*) > 1")


def of_cases(record: Record, cases: list[str]) -> list[set[str]]:
    """The rungs of these cases that were carried out."""
    done = record.rungs()
    return [{rung for case, _clock, rung in done if case == each} for each in cases]


@pytest.mark.feature("C20", "C21", "C24", "I7", "F01", "F04", "F17")
def test_two_workers_and_two_beats_do_everything_once_and_go_on_when_one_of_each_is_killed(parts: Parts) -> None:
    """Rungs, mails and digests: each once with two of each, and each once when one of each is killed in between."""
    product = parts.product
    with contextlib.closing(Ground.over(product)) as ground:
        record = Record(ground)
        ground.two_working_days_begin()
        reader = ground.house.person(READER)
        chosen = Choice(groups=frozenset({Grouping.WORK}))
        Choices(ground.house.engine).choose(reader, chosen, command_id=str(uuid.uuid4()), now=ground.now)
        cases = [ground.brought("S2", upto="consent_check") for _ in range(MANY)]
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet at the start")
        before = record.rungs()
        assert digests(parts) == 0

        ground.office.move_clock(timedelta(hours=36))
        due = record.due() | set(record.rungs() - before)
        wait_for(lambda: of_cases(record, cases) == [LADDER] * MANY, seconds=PATIENCE, what="every rung")
        wait_for(lambda: digests(parts) == 1 and record.is_quiet(), seconds=PATIENCE, what="the digest")
        assert record.rungs() - before == Counter(due)
        every_mail_is_one_mail(product, record)
        assert ids_once(product)
        assert one_digest_each(record)
        assert "Traceback" not in logs(parts)
        assert "ERROR" not in logs(parts)

        cases += [ground.brought("S2", upto="consent_check") for _ in range(4)]
        before = record.rungs()
        ground.office.move_clock(timedelta(days=6))
        due = record.due() | set(record.rungs() - before)
        wait_for(lambda: bool(record.rungs() - before), seconds=PATIENCE, what="a first rung")
        parts.kill("worker2", "beat2")
        record.end_leases()
        wait_for(
            lambda: of_cases(record, cases) == [LADDER | {"named_senior"}] * len(cases),
            seconds=PATIENCE, what="every rung after the kill",
        )  # fmt: skip
        wait_for(lambda: digests(parts) >= 2 and record.is_quiet(), seconds=PATIENCE, what="the next digest")
        happened = record.rungs() - before
        assert set(happened.values()) == {1}
        assert set(happened) >= due
        every_mail_is_one_mail(product, record)
        assert one_digest_each(record)
        assert "Traceback" not in logs(parts)
        assert product.tool("register", "verify")
