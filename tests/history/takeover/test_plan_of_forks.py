"""The rows that forks of core's integration have made, and those of `enphase_gateway`."""

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN, HOFFMANN_DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import Left, Meaning, make_plan

from .rows import INVERTER, SERIAL, planned, row, site


def fork(key: str, *, serial: str = SERIAL, platform: str = ENVOY_DOMAIN, state_class: str = "") -> er.RegistryEntry:
    """Return a row as forks of core's integration make them: their names are complete."""
    changes = {"has_entity_name": False, "capabilities": {"state_class": state_class} if state_class else None}
    return row(key, changes, serial=serial, platform=platform)


def total(key: str, state_class: str, *, serial: str = SERIAL, platform: str = ENVOY_DOMAIN) -> er.RegistryEntry:
    return fork(key, serial=serial, platform=platform, state_class=state_class)


@pytest.mark.parametrize(
    ("old", "ours"),
    [
        (fork("inverter_data_watts", serial=INVERTER), f"{INVERTER}_power"),
        (fork("inverter_data_lifetime_power", serial=INVERTER), f"{INVERTER}_energy_lifetime"),
        (fork("lifetime_batteries_charged"), f"{SERIAL}_storage_ct_energy_received"),
        (fork("voltage"), f"{SERIAL}_production_voltage"),
        (fork("reactive_power_l1"), f"{SERIAL}_production_reactive_power_l1"),
        (total("lifetime_net_consumption", "total"), f"{SERIAL}_net_consumption_energy_lifetime"),
        (total("lifetime_net_consumption", "total_increasing"), f"{SERIAL}_grid_import_energy"),
        (fork("", serial=INVERTER), f"{INVERTER}_power"),
    ],
    ids=lambda value: getattr(value, "unique_id", value),
)
def test_entities_of_forks_move(old: er.RegistryEntry, ours: str) -> None:
    moves, _ = planned([old], site(ours))

    assert moves == {old.unique_id: ours}


def test_the_voltage_is_that_of_the_net_ct_where_briancmpbll_has_made_it() -> None:
    ours = f"{SERIAL}_net_consumption_voltage"

    moves, _ = planned([fork("voltage"), fork("pf")], site(ours))

    assert moves == {f"{SERIAL}_voltage": ours}


def test_rows_of_several_integrations_are_planned_together() -> None:
    """Users change from one fork to another, and the registry keeps the rows of all of them."""
    rows = [row("voltage"), fork("lifetime_production"), fork("inverter_data_watts", serial=INVERTER)]

    moves, _ = planned(
        rows,
        site(f"{SERIAL}_net_consumption_voltage", f"{SERIAL}_production_energy_lifetime", f"{INVERTER}_power"),
    )

    assert sorted(moves.values()) == sorted(
        [f"{SERIAL}_net_consumption_voltage", f"{SERIAL}_production_energy_lifetime", f"{INVERTER}_power"]
    )


def test_an_entity_that_would_lose_its_statistics_stays_behind_unless_chosen() -> None:
    old, ours = total("inverter_data_watt_hours_week", "total", serial=INVERTER), f"{INVERTER}_energy_last_7_days"

    assert planned([old], site(ours))[1] == {old.unique_id: Left.OTHER_MEANING}
    (move,) = make_plan([old], site(ours), with_changed=True).moves
    assert move.meaning is Meaning.NO_STATISTICS


@pytest.mark.parametrize(
    ("old", "ours"),
    [
        (fork("lastReportWatts", serial=INVERTER, platform=HOFFMANN_DOMAIN), f"{INVERTER}_power"),
        (fork("", serial=INVERTER, platform=HOFFMANN_DOMAIN), f"{INVERTER}_power"),
        (fork("grid_import", platform=HOFFMANN_DOMAIN), f"{SERIAL}_grid_import_power"),
        (fork("lifetime_grid_net_export", platform=HOFFMANN_DOMAIN), f"{SERIAL}_grid_export_energy"),
    ],
    ids=lambda value: getattr(value, "unique_id", value),
)
def test_entities_of_enphase_gateway_move(old: er.RegistryEntry, ours: str) -> None:
    moves, _ = planned([old], site(ours))

    assert moves == {old.unique_id: ours}


def test_means_of_a_lifetime_become_sums() -> None:
    old = total("lifetime_consumption", "measurement", platform=HOFFMANN_DOMAIN)

    (move,) = make_plan([old], site(f"{SERIAL}_total_consumption_energy_lifetime")).moves

    assert move.meaning is Meaning.SUM_OF_HOURS
