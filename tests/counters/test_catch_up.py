"""After a crash the computed counters continue from what their entities have shown last."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import Source
from custom_components.enphase_iq_gateway.counters.balanced import BalancedState
from custom_components.enphase_iq_gateway.counters.catch_up import catch_up, is_computed
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.last_values import LastValue
from custom_components.enphase_iq_gateway.counters.origin import Origin
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.counters.storage_energy import StorageEnergy, step
from tests.support.guard import (
    NET,
    NET_CT,
    T0,
    TOTAL_CT,
    balanced,
    check_net,
    check_totals,
    guard_site,
    import_export,
    restart_guard,
)

GATEWAY = "999900000001"
IMPORT, EXPORT = f"{GATEWAY}_grid_import_energy", f"{GATEWAY}_grid_export_energy"
DISCHARGED, CHARGED = f"{GATEWAY}_battery_energy_discharged", f"{GATEWAY}_battery_energy_charged"


def shown(**energies_wh: float) -> dict[str, LastValue]:
    """Return last values of ten minutes after the stored state by the end of their unique ids."""
    return {f"{GATEWAY}_{key}": LastValue(energy_wh=value, at=T0 + 660) for key, value in energies_wh.items()}


def total_ct() -> Guard:
    """Return the guard of a total CT that has counted 300 Wh of import and 100 Wh of export."""
    guard = Guard(site=guard_site(TOTAL_CT))
    for seconds, total, produced in ((0, 50_000, 40_000), (30, 50_300, 40_000), (60, 50_300, 40_100)):
        check_totals(guard, seconds, (total, produced))
    return restart_guard(guard)


def test_import_and_export_of_a_total_ct_do_not_fall_and_their_difference_is_that_of_the_ct() -> None:
    """Before the crash 200 Wh more were imported and 150 Wh exported, and 40 Wh are imported until the restart."""
    guard = total_ct()

    assert catch_up(guard.state, GATEWAY, shown(grid_import_energy=500, grid_export_energy=250))
    (net,) = check_totals(guard, 700, (50_540, 40_250))

    assert import_export(net) == (540, 250)


def test_a_state_that_is_not_older_stays() -> None:
    guard = total_ct()
    before = guard.state.as_json()

    assert not catch_up(guard.state, GATEWAY, shown(grid_import_energy=300.6, grid_export_energy=40))
    assert guard.state.as_json() == before


def test_a_counter_stands_at_its_last_value_while_nothing_can_be_read() -> None:
    guard = total_ct()
    catch_up(guard.state, GATEWAY, shown(grid_import_energy=500))

    (net,) = check_totals(guard, 700, (None, None))

    assert import_export(net) == (500, 100)


def test_an_offset_of_another_source_is_not_energy() -> None:
    guard = total_ct()
    key = FlowCounter(NET, CounterField.DELIVERED)
    guard.state.counters[key] = replace(guard.state.counters[key], published=9_300.0, offset=9_000.0)

    catch_up(guard.state, GATEWAY, shown(grid_import_energy=9_500, grid_import_energy_balanced=450))
    (net,) = check_totals(guard, 700, (50_500, 40_100))

    assert import_export(net) == (9_500, 100)


def test_balanced_energy_beside_a_net_ct_does_not_fall() -> None:
    guard = Guard(site=guard_site(NET_CT))
    for seconds, imported, exported in ((0, 5_000, 2_000), (30, 5_070, 2_020), (60, 5_080, 2_060)):
        check_net(guard, seconds, imported, exported)
    guard = restart_guard(guard)

    catch_up(
        guard.state,
        GATEWAY,
        shown(grid_import_energy_balanced=90, grid_export_energy_balanced=70, grid_import_energy=9_999),
    )
    measured = check_net(guard, 700, 5_130, 2_110)

    assert (balanced(measured), import_export(measured)) == ((90, 70), (5_130, 2_110))


def test_balanced_energy_without_samples_continues() -> None:
    state = GuardState(balanced={0: BalancedState(import_wh=5.0, export_wh=7.0)})

    catch_up(state, GATEWAY, shown(grid_export_energy_balanced=70))

    assert state.balanced[0] == BalancedState(import_wh=5.0, export_wh=70.0)


def test_energy_that_was_exported_before_the_crash_is_not_exported_again() -> None:
    """It moves the sample of the counter that is subtracted."""
    guard = total_ct()

    catch_up(guard.state, GATEWAY, shown(grid_export_energy=160))
    (net,) = check_totals(guard, 700, (50_300, 40_200))

    assert import_export(net) == (300, 200)


def storage_state(source: Source = Source.LIVE_DATA) -> GuardState:
    """Return energies of storage whose batteries hold 5 kWh."""
    keys = [FlowCounter(Flow.STORAGE, field) for field in (CounterField.DELIVERED, CounterField.RECEIVED)]
    energy = StorageEnergy(discharged_wh=2_000.0, charged_wh=3_000.0, power_w=600.0, at=T0, stored_wh=5_000.0)
    return GuardState(
        counters={key: CounterState(published=wh, at=T0) for key, wh in zip(keys, (2_000.0, 3_000.0), strict=True)},
        origins=dict.fromkeys(keys, Origin(source)),
        storage={0: energy},
    )


def test_energy_of_storage_that_was_shown_is_not_counted_again_from_what_the_batteries_have_lost() -> None:
    """Of the 700 Wh that they have lost by the restart, 500 Wh were shown before the crash."""
    state = storage_state()

    assert catch_up(state, GATEWAY, shown(battery_energy_discharged=2_500, battery_energy_charged=3_000))
    energy = step(0.0, T0 + 3_600, state.storage[0], stored_wh=4_300.0)

    assert (energy.discharged_wh, energy.charged_wh) == (2_700, 3_000)


def test_energy_of_storage_continues_where_the_batteries_content_is_not_known() -> None:
    state = storage_state()
    state.storage[0] = replace(state.storage[0], stored_wh=None)

    catch_up(state, GATEWAY, shown(battery_energy_charged=3_100))

    assert (state.storage[0].charged_wh, state.storage[0].at, state.storage[0].stored_wh) == (3_100, T0 + 660, None)


@pytest.mark.parametrize(
    ("unique_id", "computed"),
    [
        (IMPORT, True),
        (EXPORT, True),
        (f"{IMPORT}_balanced", True),
        (f"{IMPORT}_l1", False),  # one phase only: there is no such counter
        (f"{GATEWAY}_net_consumption_energy_lifetime", False),
        (f"{GATEWAY}_production_energy_lifetime", False),
        (f"{GATEWAY}_production_power", False),
        (DISCHARGED, False),
    ],
)
def test_only_counters_that_no_gateway_counts_are_computed(unique_id: str, *, computed: bool) -> None:
    assert is_computed(unique_id, GATEWAY, total_ct().state) is computed


@pytest.mark.parametrize(("source", "computed"), [(Source.LIVE_DATA, True), (Source.READINGS, False)])
def test_energies_of_storage_are_computed_without_a_ct(source: Source, *, computed: bool) -> None:
    assert [is_computed(each, GATEWAY, storage_state(source)) for each in (DISCHARGED, CHARGED)] == [computed] * 2
