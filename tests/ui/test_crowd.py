"""The benchmark of fifty people in short: a few of them, on a server process of their own, for half a minute."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.crowd import measure

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_a_crowd_gets_its_answers_without_an_error_and_nobody_is_left_out() -> None:
    with ThreadPoolExecutor(1) as pool:  # a loop of its own: a browser of this worker may have one running
        seen = pool.submit(measure, 12, 25).result()
    assert seen.errors == []
    assert all(visit.waits and visit.page for visit in seen.visits)
    assert len(seen.memory) > 3
