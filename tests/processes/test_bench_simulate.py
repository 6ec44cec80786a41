"""The bench of simulations, small: it measures what it says it does, and leaves no database behind."""

from __future__ import annotations

import os

import psycopg
import pytest

from bench import simulate
from bench.ground import server

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.feature("C7")]


def test_the_bench_of_simulations_tells_its_rate_beside_the_floor_and_its_memory(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate, "TARGET", 0.0)
    monkeypatch.setattr(simulate, "MOST_GROWTH", float("inf"))
    assert simulate.run(1_000, 0.1)
    told = capsys.readouterr().out
    assert "100 requests with" in told
    assert "read and folded" in told
    assert "most memory:" in told
    with psycopg.connect(server()) as connection:
        mine = (f"gatehouse_bench_simulate_{os.getpid()}",)
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", mine).fetchone() is None
