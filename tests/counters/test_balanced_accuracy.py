"""Balanced import and export against those of the simulated site, by the interval of the readings."""

from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.counters.balanced import BalancedState, Sample, step
from simulator import PROFILES, Simulator

START: Final = datetime(2026, 3, 10, tzinfo=UTC).timestamp()
DAY_S: Final = 86_400


@pytest.mark.slow
@pytest.mark.parametrize(("interval_s", "most"), [(5, 0.0001), (30, 0.0005), (300, 0.006)])
def test_the_error_is_as_small_as_the_page_about_counters_states(interval_s: int, most: float) -> None:
    """Over two days in March, on three phases with six inverters: the smallest energies, and so the largest errors."""
    now = START
    world = Simulator(PROFILES["metered_net_three_phase"], inverters=6, clock=lambda: now, seed=1).world
    first, balanced = world.at(now), BalancedState()
    for seconds in range(0, 2 * DAY_S + 1, interval_s):
        now = START + seconds
        last = world.at(now)
        imported = Sample(value=last.net_consumption.delivered_wh, at=now)
        exported = Sample(value=last.net_consumption.received_wh, at=now)
        balanced = step(Flow.NET_CONSUMPTION, imported, exported, balanced)
    true_import = last.balanced_import_wh - first.balanced_import_wh
    true_export = last.balanced_export_wh - first.balanced_export_wh
    assert balanced.import_wh == pytest.approx(true_import, rel=most)
    assert balanced.export_wh == pytest.approx(true_export, rel=most)
    assert balanced.import_wh - balanced.export_wh == pytest.approx(true_import - true_export, abs=0.1)
