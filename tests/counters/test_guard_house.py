"""Total consumption where no CT measures the production: production of the inverters + import - export."""

from datetime import UTC
from typing import Final

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source, Sources
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.counter import recover
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.lines import SourceChange
from custom_components.enphase_iq_gateway.counters.origin import Origin, Variant
from tests.support.guard import INVERTERS, NET, NET_CT, PRODUCTION, T0, TOTAL, guard_site, restart_guard

NET_ONLY: Final[Sources] = {
    (PRODUCTION, Quantity.POWER): Source.REPORTED_INVERTERS,
    (PRODUCTION, Quantity.LIFETIME): Source.REPORTED_INVERTERS,
    (NET, Quantity.POWER): Source.READINGS,
    (NET, Quantity.LIFETIME): Source.READINGS,
    (NET, Quantity.IMPORT_EXPORT): Source.READINGS,
    (TOTAL, Quantity.POWER): Source.INVERTERS_AND_NET,
    (TOTAL, Quantity.LIFETIME): Source.INVERTERS_AND_NET,
}
HOUSE: Final = FlowCounter(TOTAL, CounterField.LIFETIME)


def read_net(guard: Guard, seconds: float, imported: float, exported: float) -> None:
    """Check the counters of the net CT."""
    net = Measurement(energy_delivered_wh=imported, energy_received_wh=exported, energy_lifetime_wh=imported - exported)
    guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows={NET: (net,)}), UTC)


def read_production(guard: Guard, seconds: float, lifetime: float | None) -> Measurement:
    """Check the counter of the inverters; return total consumption."""
    flows = {PRODUCTION: (Measurement(energy_lifetime_wh=lifetime),)}
    return guard.check(PollGroup.REPORT, Snapshot(at=T0 + seconds, flows=flows), UTC).counters(TOTAL)


def started() -> Guard:
    """Return a guard that has read import 2 kWh, export 3 kWh and production 10 kWh."""
    guard = Guard(site=guard_site(NET_ONLY))
    read_net(guard, 0, 2_000, 3_000)
    read_production(guard, 0, 10_000)
    return guard


def test_total_consumption_is_unknown_until_all_of_its_parts_are_known() -> None:
    guard = Guard(site=guard_site(NET_ONLY))

    assert read_production(guard, 0, 10_000).energy_lifetime_wh is None
    read_net(guard, 30, 2_000, 3_000)
    assert read_production(guard, 300, 10_000).energy_lifetime_wh == 9_000


def test_total_consumption_follows_parts_that_are_read_at_different_times() -> None:
    guard = started()

    read_net(guard, 30, 2_010, 3_000)
    read_net(guard, 60, 2_010, 3_040)

    assert read_production(guard, 300, 10_100).energy_lifetime_wh == 9_000 + 10 - 40 + 100


def test_energy_of_today_falls_with_total_consumption() -> None:
    guard = started()
    read_net(guard, 30, 2_000, 3_040)

    assert read_production(guard, 300, None).energy_today_wh == -40


def test_storage_is_part_of_total_consumption() -> None:
    storage: Sources = {
        (Flow.STORAGE, Quantity.POWER): Source.READINGS,
        (Flow.STORAGE, Quantity.IMPORT_EXPORT): Source.READINGS,
    }
    guard = Guard(site=guard_site({**NET_ONLY, **storage}))

    def read_cts(seconds: float, charged: float) -> None:
        flows = {
            NET: (Measurement(energy_delivered_wh=2_000, energy_received_wh=3_000, energy_lifetime_wh=-1_000),),
            Flow.STORAGE: (Measurement(energy_delivered_wh=500, energy_received_wh=charged),),
        }
        guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC)

    read_cts(0, 600)
    assert read_production(guard, 0, 10_000).energy_lifetime_wh == 9_000 + 500 - 600
    read_cts(30, 650)
    assert read_production(guard, 300, 10_100).energy_lifetime_wh == 8_900 - 50 + 100


def test_a_storage_ct_that_has_yet_to_count_costs_no_energy() -> None:
    guard = started()
    storage = {(Flow.STORAGE, quantity): Source.READINGS for quantity in (Quantity.POWER, Quantity.IMPORT_EXPORT)}
    guard.site = guard_site({**NET_ONLY, **storage})

    read_net(guard, 30, 2_010, 3_000)

    assert read_production(guard, 300, 10_100).energy_lifetime_wh == 9_110


def test_a_restart_changes_nothing() -> None:
    guard = restart_guard(started())
    read_net(guard, 30, 2_010, 3_000)

    assert read_production(guard, 300, 10_100).energy_lifetime_wh == 9_110


def test_a_glitch_of_a_part_does_not_change_total_consumption() -> None:
    guard = started()
    read_net(guard, 30, 2_000, 0)

    assert read_production(guard, 300, 5e9).energy_lifetime_wh == 9_000


def test_a_part_that_begins_again_at_zero_adds_what_it_counts_from_there() -> None:
    guard = started()
    for seconds in range(30, 1_200, 30):
        read_net(guard, seconds, 2_000, seconds / 30)

    assert read_production(guard, 1_200, 10_100).energy_lifetime_wh == 9_100 - 39


def test_a_jump_of_a_part_that_was_energy_is_added() -> None:
    guard = started()
    imported = FlowCounter(NET, CounterField.DELIVERED)

    guard.accept_jump(imported, 700)

    assert read_production(guard, 300, 10_000).energy_lifetime_wh == 9_700


def test_a_production_ct_that_is_enabled_later_makes_no_jump() -> None:
    guard = started()
    guard.site = guard_site({**NET_CT, (PRODUCTION, Quantity.LIFETIME): Source.REPORTED_INVERTERS})

    def reported(seconds: float, lifetime: float) -> float | None:
        flows = {TOTAL: (Measurement(energy_lifetime_wh=lifetime),)}
        snapshot = Snapshot(at=T0 + seconds, flows=flows)
        return guard.check(PollGroup.REPORT, snapshot, UTC).counters(TOTAL).energy_lifetime_wh

    assert [reported(60, 77_000), reported(360, 77_025)] == [9_000, 9_025]
    assert guard.take_events() == [
        SourceChange(
            counter=HOUSE,
            before=Origin(Source.INVERTERS_AND_NET),
            after=Origin(Source.REPORT, Variant.NET_CT),
            at=T0 + 60,
        )
    ]


def test_a_production_ct_that_is_disabled_later_makes_no_jump() -> None:
    guard = Guard(site=guard_site({**NET_CT, (PRODUCTION, Quantity.LIFETIME): Source.REPORTED_INVERTERS}))
    flows = {TOTAL: (Measurement(energy_lifetime_wh=77_000),), PRODUCTION: (Measurement(energy_lifetime_wh=10_000),)}
    guard.check(PollGroup.REPORT, Snapshot(at=T0, flows=flows), UTC)
    guard.site = guard_site(NET_ONLY)

    read_net(guard, 60, 2_000, 3_000)

    assert read_production(guard, 300, 10_100).energy_lifetime_wh == 77_100


def test_total_consumption_continues_where_the_state_of_its_counters_was_lost() -> None:
    guard = Guard(site=guard_site(NET_ONLY))
    for key, published in (
        (HOUSE, 9_500.0),
        (FlowCounter(PRODUCTION, CounterField.LIFETIME), 10_000.0),
        (FlowCounter(NET, CounterField.DELIVERED), 2_000.0),
        (FlowCounter(NET, CounterField.RECEIVED), 3_000.0),
    ):
        guard.state.counters[key] = recover(published, T0)

    read_net(guard, 30, 2_010, 3_000)

    assert read_production(guard, 300, 10_100).energy_lifetime_wh == 9_610


def test_a_site_with_inverters_alone_has_no_total_consumption() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    guard.check(PollGroup.LIVE, Snapshot(at=T0), UTC)

    assert HOUSE not in guard.state.counters
