"""Home Assistant is killed around each of its writes to disk during a takeover and its undo: nothing is lost.

It has a real recorder. `HOME_ASSISTANT_PYTHON` is the Python of another Home Assistant (`scripts/test --ha`), by
default that of the tests.
"""

from collections.abc import AsyncIterator
import os
from pathlib import Path
import sys
from typing import Final

import pytest

from custom_components.enphase_iq_gateway.history.takeover.journal import Stage
from tests.support.homes import Homes, Seen, errors_kwh, lost, run_homes
from tests.support.takeover_process import SAVE_DELAYS_S

pytestmark = pytest.mark.long
POINTS: Final = 15
"""In each direction, at least, at which the journal is on disk: about 20, by how the writes coincide."""


@pytest.fixture
async def homes(tmp_path: Path) -> AsyncIterator[Homes]:
    """Start processes on folders in the test's folder."""
    async with run_homes(os.environ.get("HOME_ASSISTANT_PYTHON", sys.executable), tmp_path) as homes:
        (tmp_path / "before").mkdir()
        yield homes


def of(seen: Seen, platform: str) -> Seen:
    """Return the rows of an integration, without those that only hold a place."""
    return {key: row for key, row in seen["rows"].items() if row[1] == platform and row[4] != "user"}


@pytest.mark.parametrize("command", ["take_over", "undo"])
async def test_nothing_is_lost_when_home_assistant_is_killed_at_any_write(homes: Homes, command: str) -> None:
    """Before the journal is on disk, nothing has happened; after it, the next start finishes what has begun."""
    before = await homes.complete("before", "set_up")
    moved = await homes.complete(homes.copy("before", "moved"), "take_over")
    ids = {key for key in of(before, "enphase_envoy") if moved["rows"][key][1] == "enphase_iq_gateway"}
    assert len(ids) == 13
    start, begin, end, stage = {
        "take_over": ("before", before, moved, Stage.MOVING),
        "undo": ("moved", moved, before, Stage.RETURNING),
    }[command]
    counters = homes.counters(before)
    begun = 0
    for order in SAVE_DELAYS_S:
        point = 0
        while await homes.run(name := homes.copy(start, f"{order}_{point}"), command, point, order) is None:
            expected = end if homes.stage(name) == stage else begin
            begun += expected is end
            seen = await homes.complete(name, "check")
            assert {key: seen["rows"][key] for key in ids} == {key: expected["rows"][key] for key in ids}, (
                order,
                point,
            )
            assert of(seen, "enphase_envoy").keys() == of(expected, "enphase_envoy").keys(), (order, point)
            assert seen["disabled"] is (expected is moved), (order, point)
            assert lost(begin, seen) == [], (order, point)
            assert errors_kwh(begin, seen, counters) == {}, (order, point)
            point += 1
    assert begun >= POINTS
