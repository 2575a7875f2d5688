"""After a crash the counters continue from what their entities have shown last."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source, Sources
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.balanced import BalancedState
from custom_components.enphase_iq_gateway.counters.catch_up import catch_up as catch_up_state
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.daily import DailyState, OtherDay
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.last_value import LastValue
from custom_components.enphase_iq_gateway.counters.origin import Origin
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.counters.storage_energy import StorageEnergy, step
from tests.support.guard import (
    INVERTERS,
    LIFETIME,
    NET,
    NET_CT,
    PRODUCTION,
    T0,
    TOTAL,
    TOTAL_CT,
    balanced,
    check_inverters,
    check_net,
    check_totals,
    guard_site,
    import_export,
    restart_guard,
)

GATEWAY = "999900000001"
INVERTERS_AND_NET: Sources = {
    **INVERTERS,
    (NET, Quantity.IMPORT_EXPORT): Source.READINGS,
    (NET, Quantity.LIFETIME): Source.READINGS,
    (TOTAL, Quantity.LIFETIME): Source.INVERTERS_AND_NET,
}


def shown(**energies_wh: float) -> dict[str, LastValue]:
    """Return last values of ten minutes after the stored state by the end of their unique ids."""
    return {f"{GATEWAY}_{key}": LastValue(energy_wh=value, at=T0 + 660) for key, value in energies_wh.items()}


def catch_up(guard: Guard, **energies_wh: float) -> bool:
    """Continue from energies that were shown ten minutes after the stored state, by the end of their unique ids."""
    return catch_up_state(guard.site, guard.state, GATEWAY, shown(**energies_wh), UTC)


def total_ct() -> Guard:
    """Return the guard of a total CT that has counted 300 Wh of import and 100 Wh of export."""
    guard = Guard(site=guard_site(TOTAL_CT))
    for seconds, total, produced in ((0, 50_000, 40_000), (30, 50_300, 40_000), (60, 50_300, 40_100)):
        check_totals(guard, seconds, (total, produced))
    return restart_guard(guard)


def test_import_and_export_of_a_total_ct_do_not_fall_and_their_difference_is_that_of_the_ct() -> None:
    """Before the crash 200 Wh more were imported and 150 Wh exported, and 40 Wh are imported until the restart."""
    guard = total_ct()

    assert catch_up(guard, grid_import_energy=500, grid_export_energy=250)
    (net,) = check_totals(guard, 700, (50_540, 40_250))

    assert import_export(net) == (540, 250)


def test_a_state_that_is_not_older_stays() -> None:
    guard = total_ct()
    before = guard.state.as_json()

    assert not catch_up(guard, grid_import_energy=300.6, grid_export_energy=40)
    assert guard.state.as_json() == before


def test_a_counter_stands_at_its_last_value_while_nothing_can_be_read() -> None:
    guard = total_ct()
    catch_up(guard, grid_import_energy=500)

    (net,) = check_totals(guard, 700, (None, None))

    assert import_export(net) == (500, 100)


def test_an_offset_of_another_source_is_not_energy() -> None:
    guard = total_ct()
    key = FlowCounter(NET, CounterField.DELIVERED)
    guard.state.counters[key] = replace(guard.state.counters[key], published=9_300.0, offset=9_000.0)

    catch_up(guard, grid_import_energy=9_500, grid_import_energy_balanced=450)
    (net,) = check_totals(guard, 700, (50_500, 40_100))

    assert import_export(net) == (9_500, 100)


def test_balanced_energy_beside_a_net_ct_does_not_fall() -> None:
    guard = Guard(site=guard_site(NET_CT))
    for seconds, imported, exported in ((0, 5_000, 2_000), (30, 5_070, 2_020), (60, 5_080, 2_060)):
        check_net(guard, seconds, imported, exported)
    guard = restart_guard(guard)

    catch_up(guard, grid_import_energy_balanced=90, grid_export_energy_balanced=70)
    measured = check_net(guard, 700, 5_130, 2_110)

    assert (balanced(measured), import_export(measured)) == ((90, 70), (5_130, 2_110))


def test_balanced_energy_without_samples_continues() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    guard.state.balanced[0] = BalancedState(import_wh=5.0, export_wh=7.0)

    catch_up(guard, grid_export_energy_balanced=70)

    assert guard.state.balanced[0] == BalancedState(import_wh=5.0, export_wh=70.0)


def test_energy_that_was_exported_before_the_crash_is_not_exported_again() -> None:
    """It moves the sample of the counter that is subtracted."""
    guard = total_ct()

    catch_up(guard, grid_export_energy=160)
    (net,) = check_totals(guard, 700, (50_300, 40_200))

    assert import_export(net) == (300, 200)


def check_today(guard: Guard, seconds: float, lifetime: float | None) -> tuple[float | None, float | None]:
    """Check a production counter; return its published lifetime and energy of today."""
    snapshot = Snapshot(at=T0 + seconds, flows={PRODUCTION: (Measurement(energy_lifetime_wh=lifetime),)})
    counted = guard.check(PollGroup.LIVE, snapshot, UTC).counters(PRODUCTION)
    return counted.energy_lifetime_wh, counted.energy_today_wh


def production() -> Guard:
    """Return the guard of a production CT that has counted 300 Wh."""
    guard = Guard(site=guard_site(TOTAL_CT))
    for seconds, lifetime in ((0, 40_000), (60, 40_300)):
        check_today(guard, seconds, lifetime)
    return restart_guard(guard)


def test_a_counter_and_its_energy_of_today_stand_at_their_last_values_while_the_gateway_reports_zeros() -> None:
    guard = production()

    assert catch_up(guard, production_energy_lifetime=40_500, production_energy_today=500)

    assert check_today(guard, 690, 0) == (40_500, 500)


def test_energy_since_the_last_value_counts_once() -> None:
    guard = production()

    catch_up(guard, production_energy_lifetime=40_500, production_energy_today=500)

    assert check_today(guard, 720, 40_540) == (40_540, 540)


def test_a_counter_that_was_rounded_up_stands_until_the_gateway_has_passed_it() -> None:
    guard = production()

    catch_up(guard, production_energy_lifetime=40_501, production_energy_today=501)

    assert [check_today(guard, 720 + each, 40_500.5 + each) for each in (0, 1)] == [(40_501, 501), (40_501.5, 501.5)]


def test_a_spike_that_was_shown_is_undone() -> None:
    guard = production()

    catch_up(guard, production_energy_lifetime=40_900, production_energy_today=900)
    values = [check_today(guard, seconds, 40_500 + seconds / 60)[0] for seconds in range(690, 1800, 30)]

    assert (values[0], values[-1]) == (40_900, 40_529.5)


def test_a_spike_that_was_undone_before_the_crash_stays_undone() -> None:
    guard = production()

    catch_up(guard, production_energy_lifetime=40_280, production_energy_today=280)

    assert check_today(guard, 690, 40_290) == (40_290, 290)


def test_a_fall_to_a_new_start_is_not_followed() -> None:
    """The state is stored at once when a counter begins again."""
    guard = production()

    assert not catch_up(guard, production_energy_lifetime=20_000, production_energy_today=200)

    assert check_today(guard, 690, 40_300) == (40_300, 300)


def test_an_offset_stays() -> None:
    guard = production()
    guard.state.counters[LIFETIME] = replace(guard.state.counters[LIFETIME], published=90_300.0, offset=50_000.0)

    catch_up(guard, production_energy_lifetime=90_500)

    assert check_today(guard, 720, 40_540)[0] == 90_540


def test_a_day_that_has_begun_since_is_the_one_that_was_shown() -> None:
    guard = production()
    guard.state.days[PRODUCTION] = replace(guard.state.days[PRODUCTION], day=date(2026, 9, 20))

    catch_up(guard, production_energy_today=20)

    assert guard.state.days[PRODUCTION] == DailyState(
        day=date(2026, 9, 21),
        baseline=40_280.0,
        lifetime=40_300.0,
        at=T0 + 660,
        other=OtherDay(day=date(2026, 9, 20), baseline=40_000.0),
    )


def test_a_counter_that_is_not_in_the_state_continues_from_its_last_value() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))

    catch_up(guard, production_energy_lifetime=40_500, production_energy_today=500)

    assert [check_today(guard, seconds, wh) for seconds, wh in ((690, 0), (720, 40_540))] == [
        (40_500, 500),
        (40_540, 540),
    ]


def test_energy_of_today_continues_where_its_lifetime_is_not_recorded() -> None:
    guard = production()

    catch_up(guard, production_energy_today=500)

    assert [check_today(guard, seconds, lifetime)[1] for seconds, lifetime in ((690, 0), (720, 40_540))] == [500, 540]


def test_the_sum_of_inverters_continues_with_each_of_them() -> None:
    guard = Guard(site=guard_site(INVERTERS))
    check_inverters(guard, 0, {"1": 1_000, "2": 2_000}, 3_000)
    guard = restart_guard(guard)
    inverters = {
        f"{serial}_energy_lifetime": LastValue(energy_wh=energy_wh, at=T0 + 660)
        for serial, energy_wh in (("1", 1_050), ("2", 2_060))
    }

    catch_up_state(guard.site, guard.state, GATEWAY, inverters | shown(production_energy_lifetime=3_110), UTC)

    assert check_inverters(guard, 900, {"1": 1_050, "2": None}) == 3_110
    assert check_inverters(guard, 960, {"1": 1_055, "2": 2_060}, 3_115) == 3_115


def inverters_and_net() -> Guard:
    """Return the guard of inverters and a net CT, whose total consumption is 4000 Wh."""
    guard = Guard(site=guard_site(INVERTERS_AND_NET))
    check_net(guard, 0, 5_000, 2_000)
    check_inverters(guard, 30, {"1": 1_000}, 1_000)
    return restart_guard(guard)


def test_total_consumption_of_inverters_and_a_net_ct_follows_its_parts() -> None:
    """It is the change of its parts, of which one was not shown."""
    guard = inverters_and_net()

    catch_up(guard, production_energy_lifetime=1_100, grid_import_energy=5_050, total_consumption_energy_lifetime=4_140)
    caught_up = guard.state.counters[FlowCounter(TOTAL, CounterField.LIFETIME)].published
    check_net(guard, 690, 5_050, 2_010)

    assert (caught_up, guard.state.counters[FlowCounter(TOTAL, CounterField.LIFETIME)].published) == (4_150, 4_140)


@pytest.mark.parametrize("shown_wh", [{}, {"total_consumption_energy_lifetime": 4_080.0}])
def test_total_consumption_follows_its_parts_where_it_was_shown_before_them(shown_wh: dict[str, float]) -> None:
    guard = inverters_and_net()
    if shown_wh:
        shown_wh = shown_wh | {"total_consumption_energy_today": 80.0}

    catch_up(guard, production_energy_lifetime=1_100, **shown_wh)
    guard.check(PollGroup.INVERTERS, Snapshot(at=T0 + 690), UTC)

    assert guard.state.days[TOTAL].energy_wh == 100


def test_energy_of_today_is_not_counted_again_where_no_part_of_total_consumption_was_shown() -> None:
    guard = inverters_and_net()

    catch_up(guard, total_consumption_energy_lifetime=4_050, total_consumption_energy_today=50)
    check_net(guard, 690, 5_060, 2_000)
    guard.check(PollGroup.INVERTERS, Snapshot(at=T0 + 690), UTC)

    assert guard.state.counters[FlowCounter(TOTAL, CounterField.LIFETIME)].published == 4_060
    assert guard.state.days[TOTAL].energy_wh == 60


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
    guard = Guard(site=guard_site(TOTAL_CT), state=storage_state())

    assert catch_up(guard, battery_energy_discharged=2_500, battery_energy_charged=3_000)
    energy = step(0.0, T0 + 3_600, guard.state.storage[0], stored_wh=4_300.0)

    assert (energy.discharged_wh, energy.charged_wh) == (2_700, 3_000)


def test_energy_of_storage_continues_where_the_batteries_content_is_not_known() -> None:
    guard = Guard(site=guard_site(TOTAL_CT), state=storage_state())
    guard.state.storage[0] = replace(guard.state.storage[0], stored_wh=None)

    catch_up(guard, battery_energy_charged=3_100)

    energy = guard.state.storage[0]
    assert (energy.charged_wh, energy.at, energy.stored_wh) == (3_100, T0 + 660, None)


def test_energies_of_storage_that_a_ct_counts_are_not_computed() -> None:
    guard = Guard(site=guard_site(TOTAL_CT), state=storage_state(Source.READINGS))

    catch_up(guard, storage_ct_energy_delivered=2_500)

    assert guard.state.storage == storage_state().storage
