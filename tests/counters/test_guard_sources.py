"""Counters continue when their source changes."""

from datetime import UTC

import pytest

from custom_components.enphase_iq_gateway.client.models import Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.lines import SourceChange
from custom_components.enphase_iq_gateway.counters.origin import Origin
from tests.support.guard import (
    LIFETIME,
    NET,
    NET_CT,
    PRODUCTION,
    T0,
    TOTAL,
    check_production,
    guard_site,
)


def test_another_source_goes_on_from_where_the_old_one_stood() -> None:
    guard = Guard(site=guard_site({**NET_CT, (PRODUCTION, Quantity.LIFETIME): Source.READINGS}))
    check_production(guard, 0, 12_000_000)
    guard.site = guard_site(
        {(PRODUCTION, Quantity.POWER): Source.SUMMARY, (PRODUCTION, Quantity.LIFETIME): Source.SUMMARY}
    )
    assert check_production(guard, 30, 11_000_000) == 12_000_000
    assert check_production(guard, 60, 11_000_100) == 12_000_100
    assert guard.events == [
        SourceChange(counter=LIFETIME, before=Origin(Source.READINGS), after=Origin(Source.SUMMARY), at=T0 + 30)
    ]


@pytest.mark.parametrize("not_ready", [0, -5, 1e13])
def test_another_source_that_is_not_ready_is_waited_for(not_ready: float) -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_production(guard, 0, 12_000_000)
    guard.site = guard_site(
        {(PRODUCTION, Quantity.POWER): Source.SUMMARY, (PRODUCTION, Quantity.LIFETIME): Source.SUMMARY}
    )
    assert [
        check_production(guard, at, value) for at, value in ((30, not_ready), (60, 11_000_000), (90, 11_000_001))
    ] == [
        12_000_000,
        12_000_000,
        12_000_001,
    ]


def test_the_next_set_up_keeps_the_stored_sources() -> None:
    guard = Guard(site=guard_site(NET_CT))
    measured = {flow: (Measurement(energy_lifetime_wh=5_000.0),) for flow in (PRODUCTION, TOTAL, NET)}
    for group in (PollGroup.LIVE, PollGroup.REPORT):
        guard.check(group, Snapshot(at=T0, flows=measured), UTC)
    assert guard.state.locked_sources() == {
        (PRODUCTION, Quantity.LIFETIME): Source.READINGS,
        (TOTAL, Quantity.LIFETIME): Source.REPORT,
        (NET, Quantity.LIFETIME): Source.READINGS,
    }


def check_total(guard: Guard, seconds: float, lifetime: float, *, from_net: bool) -> float | None:
    """Check the report's total consumption; return what is published."""
    flows = {TOTAL: (Measurement(energy_lifetime_wh=lifetime),)}
    snapshot = Snapshot(at=T0 + seconds, flows=flows, total_from_net=from_net)
    return guard.check(PollGroup.REPORT, snapshot, UTC).counters(TOTAL).energy_lifetime_wh


def test_a_total_computed_from_production_and_net_continues_from_the_reported_one() -> None:
    """They differ by what the inverters drew at night, and the gateway has changed nothing (G§6.8)."""
    guard = Guard(site=guard_site(NET_CT))

    assert [
        check_total(guard, 0, 9_000, from_net=False),
        check_total(guard, 300, 11_000, from_net=True),
        check_total(guard, 600, 11_050, from_net=True),
        check_total(guard, 900, 9_100, from_net=False),
        check_total(guard, 1_200, 11_150, from_net=True),
        check_total(guard, 1_500, 9_200, from_net=False),
    ] == [9_000, 9_000, 9_050, 9_100, 9_100, 9_200]
    assert guard.events == []


def test_a_total_computed_months_later_makes_no_spike_of_the_standby_of_the_inverters() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_total(guard, 0, 9_000, from_net=False)
    check_total(guard, 300, 11_000, from_net=True)
    for day in range(60):
        check_total(guard, 600 + 86_400 * day, 9_050, from_net=False)

    spiked = check_total(guard, 900 + 86_400 * 60, 11_050 + 60 * 30, from_net=True)

    assert spiked == 9_050
    assert check_total(guard, 1_200 + 86_400 * 60, 9_060, from_net=False) == 9_060
