"""What would move from another integration, and what would stay behind."""

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import HOLDS_PLACE, Left, Meaning, make_plan

from .rows import BATTERY, CONTROLLER, INVERTER, SERIAL, planned, row, site

INTEGRATION = er.RegistryEntryDisabler.INTEGRATION
LIFETIME = f"{SERIAL}_production_energy_lifetime"


def test_an_entity_moves_to_the_one_with_the_same_value() -> None:
    moves, left = planned([row("lifetime_production")], site(LIFETIME))

    assert moves == {f"{SERIAL}_lifetime_production": LIFETIME}
    assert left == {}


def test_an_entity_without_a_counterpart_stays_behind() -> None:
    assert planned([row("production_ct_status_flags"), row("from_the_future")], site(LIFETIME)) == (
        {},
        {
            f"{SERIAL}_production_ct_status_flags": Left.NO_COUNTERPART,
            f"{SERIAL}_from_the_future": Left.NO_COUNTERPART,
        },
    )


def test_an_entity_that_this_gateway_cannot_have_stays_behind() -> None:
    _, left = planned([row("lifetime_net_production")], site(LIFETIME))

    assert left == {f"{SERIAL}_lifetime_net_production": Left.NOT_ON_SITE}


@pytest.mark.parametrize(
    ("old", "ours", "domain"),
    [
        (row("", serial=INVERTER), f"{INVERTER}_power", "sensor"),
        (row("temperature", serial=INVERTER), f"{INVERTER}_temperature", "sensor"),
        (row("lifetime_production_l2"), f"{LIFETIME}_l2", "sensor"),
        (row("soc", serial=BATTERY), f"{BATTERY}_state_of_charge", "sensor"),
        (row("real_power_mw", serial=BATTERY), f"{BATTERY}_power", "sensor"),
        (row("dc_switch", serial=BATTERY, domain="binary_sensor"), f"{BATTERY}_dc_switch", "binary_sensor"),
        (row("battery_level"), f"{SERIAL}_battery_state_of_charge", "sensor"),
        (row("reserve_soc"), f"{SERIAL}_battery_reserve", "sensor"),
        (row("reserve_soc", serial=CONTROLLER, domain="number"), f"{SERIAL}_reserve_soc", "number"),
        (
            row("mains_oper_state", serial=CONTROLLER, domain="binary_sensor"),
            f"{SERIAL}_grid_connected",
            "binary_sensor",
        ),
        (row("mains_admin_state", serial=CONTROLLER, domain="switch"), f"{CONTROLLER}_grid_relay", "switch"),
        (row("relay_NC1_relay_status", serial=CONTROLLER, domain="switch"), f"{CONTROLLER}_NC1_relay", "switch"),
        (
            row("relay_NC2_microgrid_action", serial=CONTROLLER, domain="select"),
            f"{CONTROLLER}_NC2_off_grid_action",
            "select",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.unique_id,
)
def test_entities_of_other_devices_move_too(old: er.RegistryEntry, ours: str, domain: str) -> None:
    moves, _ = planned([old], site(ours, domain=domain))

    assert moves == {old.unique_id: ours}


def test_an_entity_of_another_platform_is_not_mistaken() -> None:
    _, left = planned([row("reserve_soc", domain="number")], site(f"{SERIAL}_reserve_soc"))

    assert left == {f"{SERIAL}_reserve_soc": Left.NOT_ON_SITE}


TWO = [row("production_ct_energy_delivered"), row("lifetime_production")]


def test_of_two_with_the_same_value_the_measured_total_moves() -> None:
    assert planned(TWO, site(LIFETIME)) == (
        {f"{SERIAL}_lifetime_production": LIFETIME},
        {f"{SERIAL}_production_ct_energy_delivered": Left.DOUBLE},
    )


def test_of_two_with_the_same_value_the_enabled_one_moves() -> None:
    off = row("lifetime_production", {"disabled_by": er.RegistryEntryDisabler.USER})

    assert planned([TWO[0], off], site(LIFETIME))[0] == {f"{SERIAL}_production_ct_energy_delivered": LIFETIME}


def test_of_two_with_the_same_value_the_one_in_the_energy_dashboard_moves() -> None:
    moves, _ = planned(TWO, site(LIFETIME), in_dashboard={TWO[0].entity_id})

    assert moves == {f"{SERIAL}_production_ct_energy_delivered": LIFETIME}


def test_nothing_moves_to_an_entity_that_has_moved_before() -> None:
    """Neither what holds its place nor another one with the same value."""
    holder = {"disabled_by": er.RegistryEntryDisabler.USER, "options": {DOMAIN: HOLDS_PLACE}}

    moves, left = planned([row("lifetime_production", holder), row("production_ct_energy_delivered")], site(LIFETIME))

    assert moves == {}
    assert left == {
        f"{SERIAL}_lifetime_production": Left.NEVER_ENABLED,
        f"{SERIAL}_production_ct_energy_delivered": Left.DOUBLE,
    }


def test_of_two_phases_the_same_one_moves_as_of_the_totals() -> None:
    moves, _ = planned(
        [row("production_ct_energy_delivered_l1"), row("lifetime_production_l1")], site(f"{LIFETIME}_l1")
    )

    assert moves == {f"{SERIAL}_lifetime_production_l1": f"{LIFETIME}_l1"}


def test_an_entity_that_was_never_enabled_stays_behind() -> None:
    options = {"sensor.private": {"suggested_unit_of_measurement": "kWh"}, "sensor": {"suggested_display_precision": 2}}

    _, left = planned([row("lifetime_production", {"disabled_by": INTEGRATION, "options": options})], site(LIFETIME))

    assert left == {f"{SERIAL}_lifetime_production": Left.NEVER_ENABLED}


@pytest.mark.parametrize(
    "customized",
    [
        {"name": "Sun"},
        {"icon": "mdi:sun"},
        {"labels": {"roof"}},
        {"options": {"sensor": {"unit_of_measurement": "Wh"}}},
        {"disabled_by": er.RegistryEntryDisabler.USER},
        {"disabled_by": er.RegistryEntryDisabler.CONFIG_ENTRY},
    ],
)
def test_an_entity_that_a_user_has_customized_moves(customized: dict[str, object]) -> None:
    moves, _ = planned([row("lifetime_production", {"disabled_by": INTEGRATION, **customized})], site(LIFETIME))

    assert moves == {f"{SERIAL}_lifetime_production": LIFETIME}


def meaning(
    old: er.RegistryEntry, key: str, *, phases: int = 1, with_storage: bool = False, with_changed: bool = False
) -> Meaning | None:
    possible = site(key, phases=phases, with_storage=with_storage)
    (move,) = make_plan([old], possible, with_changed=with_changed).moves
    return move.meaning


@pytest.mark.parametrize(
    ("old", "ours", "expected"),
    [
        (row("lifetime_production"), LIFETIME, None),
        (row("daily_production"), f"{SERIAL}_production_energy_today", Meaning.TODAY),
        (row("energy_today", serial=INVERTER), f"{INVERTER}_energy_today", None),
        (row("production_ct_metering_status"), f"{SERIAL}_production_ct_status", Meaning.STATUS_WORDS),
        (row("voltage"), f"{SERIAL}_net_consumption_voltage", None),
        (row("net_ct_powerfactor"), f"{SERIAL}_net_consumption_power_factor", None),
        (row("seven_days_production"), f"{SERIAL}_production_energy_last_7_days", None),
    ],
    ids=lambda value: getattr(value, "unique_id", value),
)
def test_a_change_of_meaning_is_shown(old: er.RegistryEntry, ours: str, expected: Meaning | None) -> None:
    assert meaning(old, ours) is expected


def test_the_power_factor_of_several_phases_changes_its_meaning() -> None:
    key = f"{SERIAL}_net_consumption_power_factor"

    assert meaning(row("net_ct_powerfactor"), key, phases=3) is Meaning.POWER_FACTOR
    assert meaning(row("net_ct_powerfactor_l1"), f"{key}_l1", phases=3) is None


def test_consumption_with_storage_changes_its_meaning() -> None:
    key = f"{SERIAL}_total_consumption_energy_lifetime"

    assert meaning(row("lifetime_consumption"), key, with_storage=True) is Meaning.WITH_STORAGE


def test_the_voltage_of_several_phases_moves_only_if_chosen() -> None:
    key = f"{SERIAL}_net_consumption_voltage"

    _, left = planned([row("voltage")], site(key, phases=2))

    assert left == {f"{SERIAL}_voltage": Left.OTHER_MEANING}
    assert meaning(row("voltage"), key, phases=2, with_changed=True) is Meaning.MEAN_VOLTAGE
