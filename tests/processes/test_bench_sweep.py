"""The bench of the sweep, small: it measures what it says it does, and leaves no database behind."""

from __future__ import annotations

import os

import psycopg
import pytest

from bench import sweep
from bench.ground import server

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.feature("C20", "C22")]


def test_the_bench_of_the_sweep_tells_its_rates_beside_both_floors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "TARGET", 0.0)
    monkeypatch.setattr(sweep, "NO_GROWTH", float("inf"))
    assert sweep.run(1_000, 0.1)
    told = capsys.readouterr().out
    assert "nothing due among 10 open clocks" in told
    assert "nothing due among 1,000 open clocks" in told
    assert "100 due among 1,100 open clocks:  bare claim" in told
    assert "ix_due_items_due_at" in told or "Seq Scan on due_items" in told, "the plan is shown"
    with psycopg.connect(server()) as connection:
        mine = (f"gatehouse_bench_sweep_{os.getpid()}",)
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", mine).fetchone() is None
