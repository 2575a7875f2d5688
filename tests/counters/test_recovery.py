"""Where the state of the counters is lost, they continue from the last values of their entities."""

from datetime import UTC

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import Sources
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter, InverterCounter
from custom_components.enphase_iq_gateway.counters.last_value import LastValue
from custom_components.enphase_iq_gateway.counters.recovery import recover_balanced, recover_state
from tests.support.guard import (
    INVERTERS,
    LIFETIME,
    NET_CT,
    PRODUCTION,
    T0,
    TOTAL_CT,
    balanced,
    check_net,
    check_totals,
    guard_site,
    import_export,
)

GATEWAY = "999900000001"
BEGAN = T0 - 86_400


def last(**energies_wh: float) -> dict[str, LastValue]:
    """Return last values by the end of their unique ids."""
    return {
        f"{GATEWAY}_{key}": LastValue(energy_wh=value, at=T0, reset_at=BEGAN if key.endswith("balanced") else None)
        for key, value in energies_wh.items()
    }


def recovered(sources: Sources, values: dict[str, LastValue], phases: int = 1) -> Guard:
    """Return the guard of a site whose state is lost."""
    guard = Guard(site=guard_site(sources, phases), state=recover_state(GATEWAY, values, UTC))
    recover_balanced(guard.site, guard.state, GATEWAY, values)
    return guard


def test_each_counter_has_its_last_value_and_energy_of_today_continues() -> None:
    values = last(production_energy_lifetime=40_000, production_energy_today=500)
    inverter = {
        "7_energy_lifetime": LastValue(energy_wh=900, at=T0),
        "7_energy_today": LastValue(energy_wh=30, at=T0),
        "7_power": LastValue(energy_wh=1, at=T0),
    }

    state = recover_state(GATEWAY, values | inverter, UTC)

    assert {key: counter.published for key, counter in state.counters.items()} == {
        LIFETIME: 40_000,
        InverterCounter("7"): 900,
    }
    assert {key: day.energy_wh for key, day in state.days.items()} == {PRODUCTION: 500, InverterCounter("7"): 30}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_of_two_entities_that_have_shown_a_counter_counts(order: tuple[int, int]) -> None:
    """Those of a storage CT that was removed remain in the registry."""
    values = [
        (f"{GATEWAY}_battery_energy_charged", LastValue(energy_wh=9_000, at=T0)),
        (f"{GATEWAY}_storage_ct_energy_received", LastValue(energy_wh=4_000, at=BEGAN)),
    ]

    state = recover_state(GATEWAY, dict(values[place] for place in order), UTC)

    assert state.counters[FlowCounter(Flow.STORAGE, CounterField.RECEIVED)].published == 9_000


def test_import_and_export_of_a_total_ct_continue_with_the_energy_since_their_last_values() -> None:
    guard = recovered(
        TOTAL_CT,
        last(
            total_consumption_energy_lifetime=50_000,
            production_energy_lifetime=40_000,
            grid_import_energy=7_000,
            grid_export_energy=3_000,
        ),
    )

    (net,) = check_totals(guard, 600, (50_300, 40_100))

    assert import_export(net) == (7_200, 3_000)


def test_import_and_export_of_each_phase_continue() -> None:
    values = {
        f"{key}{suffix}": wh
        for suffix in ("", "_l1", "_l2")
        for key, wh in (
            ("total_consumption_energy_lifetime", 50_000.0),
            ("production_energy_lifetime", 40_000.0),
            ("grid_import_energy", 7_000.0),
            ("grid_export_energy", 3_000.0),
        )
    }
    guard = recovered(TOTAL_CT, last(**values), phases=2)

    net = check_totals(guard, 600, (50_300, 40_100), (50_300, 40_000), (50_000, 40_100))

    assert [import_export(each) for each in net] == [(7_200, 3_000), (7_300, 3_000), (7_000, 3_100)]


def test_balanced_energy_beside_a_net_ct_continues_since_it_began() -> None:
    guard = recovered(
        NET_CT,
        last(
            grid_import_energy=5_000,
            grid_export_energy=2_000,
            grid_import_energy_balanced=90,
            grid_export_energy_balanced=70,
        ),
    )

    measured = check_net(guard, 600, 5_050, 2_010)

    assert (balanced(measured), measured.energy_balanced_reset_at) == ((130, 70), BEGAN)


def test_balanced_energy_begins_where_the_counters_behind_it_are_not_recorded() -> None:
    guard = recovered(NET_CT, last(grid_import_energy_balanced=90, grid_export_energy_balanced=70))

    measured = check_net(guard, 600, 5_050, 2_010)

    assert (balanced(measured), measured.energy_balanced_reset_at) == ((0, 0), T0 + 600)


def test_a_site_without_consumption_has_no_balanced_energy() -> None:
    guard = recovered(INVERTERS, last(grid_import_energy_balanced=90, grid_export_energy_balanced=70))

    assert guard.state.balanced == {}
