"""A real Home Assistant repairs statistics and takes over on every database that it supports.

It runs in a process of its own, with the Python of the tests and with that of `HOME_ASSISTANT_PYTHON`, another version.
"""

from itertools import pairwise
import os
from pathlib import Path
import sys

import pytest

from tests.support.homes import MOST_KWH, errors_kwh, lost, run_homes
from tests.support.recorder import PAUSED_RISE_KWH, PAUSED_SUM_KWH
from tests.support.statistics import HOURS, PER_HOUR

pytestmark = pytest.mark.long
PYTHONS = dict.fromkeys([sys.executable, os.environ.get("HOME_ASSISTANT_PYTHON", sys.executable)])


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: Path(python).parents[1].name)
async def test_a_repair_and_a_takeover_over_restarts(
    tmp_path: Path, dialect: str, recorder_db_url: str, python: str
) -> None:
    """Undone, the takeover returns; after a pause, it continues counters and sums from the last hour."""
    (tmp_path / "home").mkdir()
    async with run_homes(python, tmp_path, None if dialect == "sqlite" else recorder_db_url) as homes:
        seen = [await homes.complete("home", command) for command in ("set_up", "repair", "take_over", "undo")]
        paused = await homes.complete("home", "take_over_after_pause")
    assert {each["dialect"] for each in [*seen, paused]} == {dialect}
    counters = homes.counters(seen[0])
    before, repaired, undone = seen[1]["repaired"]
    assert before[-1] > repaired[-1] == pytest.approx(PER_HOUR * (HOURS - 1))
    assert undone == pytest.approx(before, rel=1e-12)
    assert [each["disabled"] for each in seen] == [False, False, True, False]
    for earlier, later in pairwise(seen):
        assert lost(earlier, later) == []
        assert errors_kwh(earlier, later, counters) == {}
    for entity_id, key in counters.items():
        _, state, total = paused["recorded"][entity_id]["rows"][-1]
        assert state == pytest.approx(seen[-1]["true"][key] + PAUSED_RISE_KWH, abs=MOST_KWH)
        assert total == pytest.approx(PAUSED_SUM_KWH, abs=MOST_KWH)
