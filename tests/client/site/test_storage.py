"""The snapshot of storage: each quantity from the right source (S§19 to §26)."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    GENERATOR,
    LIVE_DATA,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.grid_state import GridState
from custom_components.enphase_iq_gateway.client.site.storage import measure_storage
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from custom_components.enphase_iq_gateway.client.site.storage_snapshot import StorageSnapshot
from custom_components.enphase_iq_gateway.client.site.storage_values import state_of
from custom_components.enphase_iq_gateway.client.storage_models import BatteryState
from tests.support import storage_answers as storage
from tests.support.answers import NOW, Document
from tests.support.storage_documents import FULL, NONE, storage_documents

BATTERY = storage.BATTERY
type Changes = dict[Endpoint[object], Document]


def measured(documents: StorageDocuments, *, measured_w: float | None = None, later_s: float = 0) -> StorageSnapshot:
    """Return the snapshot some time after the documents were read."""
    return measure_storage(decide_storage(documents), documents, NOW + later_s, measured_w=measured_w)


def full(changes: Changes | None = None, *without: Endpoint[object], firmware: str = "8.3.6086") -> StorageSnapshot:
    """Return the snapshot of the site with IQ Batteries after some changes."""
    return measured(storage_documents(FULL, changes, without=without, firmware=firmware))


def control(**changes: Document) -> Changes:
    """Return a change of the aggregate values."""
    return {SECONDARY_CONTROL: storage.secondary_control(**changes)}


def live(**meters: Document) -> Changes:
    """Return a change of live data."""
    return {LIVE_DATA: storage.live_data(meters=meters)}


def test_state_of_charge_and_energy_are_the_aggregate_values() -> None:
    """S§19: not the mean of the units, which differs by 1. Those of live data are newer than the controller's."""
    found = full()

    assert (found.state_of_charge_percent, found.battery_state_of_charge_percent) == (48.0, 48.0)
    assert found.ac_battery_state_of_charge_percent is None
    assert (found.capacity_wh, found.available_energy_wh, found.health_percent) == (10_000.0, 4800.0, 99.0)


def test_usable_energy_is_above_the_reserve_in_force() -> None:
    """Of 4800 Wh, 30 % of 10 kWh are kept."""
    found = full()

    assert (found.reserve_energy_wh, found.usable_energy_wh) == (3000.0, 1800.0)


def test_there_is_no_usable_energy_below_the_reserve() -> None:
    assert full(control(adjusted_backup_soc=100)).usable_energy_wh == 0.0


def test_without_live_data_the_aggregate_values_have_the_state_of_charge() -> None:
    found = full({}, LIVE_DATA)

    assert (found.state_of_charge_percent, found.battery_state_of_charge_percent) == (47.0, 47.0)
    assert found.available_energy_wh == 4700.0


def test_without_the_aggregate_values_live_data_have_the_state_of_charge() -> None:
    found = full({}, SECONDARY_CONTROL)

    assert (found.state_of_charge_percent, found.battery_state_of_charge_percent) == (48.0, 48.0)
    assert (found.available_energy_wh, found.reserve_percent) == (4800.0, 30.0)
    assert (found.capacity_wh, found.health_percent, found.usable_energy_wh) == (10_000.0, None, None)


def test_a_state_of_charge_that_drops_to_zero_alone_is_a_failed_report() -> None:
    """S§19."""
    found = full(live(soc=0, enc_agg_soc=0, enc_agg_energy=0))

    assert (found.state_of_charge_percent, found.battery_state_of_charge_percent) == (47.0, 47.0)
    assert found.available_energy_wh == 4700.0


def test_a_battery_may_be_empty() -> None:
    found = full({**control(agg_soc=1, ENC_agg_soc=1), **live(soc=0, enc_agg_soc=0)})

    assert (found.state_of_charge_percent, found.battery_state_of_charge_percent) == (0.0, 0.0)


def test_aggregate_values_without_a_capacity_are_not_used() -> None:
    found = full({**control(Max_energy=0, agg_soc=0, ENC_agg_avail_energy=0), **live(soc=2)})

    assert (found.state_of_charge_percent, found.capacity_wh, found.available_energy_wh) == (2.0, 10_000.0, 4800.0)


def test_the_capacity_needs_every_battery() -> None:
    devices = [storage.battery(), storage.battery(storage.OTHER_BATTERY, encharge_capacity=None)]
    found = full({ENSEMBLE_INVENTORY: [storage.group("ENCHARGE", *devices)]}, SECONDARY_CONTROL)

    assert found.capacity_wh is None


def test_the_reserve_in_force_differs_from_the_one_that_is_set() -> None:
    """S§26: never that of the tariff."""
    found = full({TARIFF: storage.tariff(reserved_soc=77)})

    assert (found.reserve_percent, found.reserve_set_percent) == (30.0, 20.0)


def test_the_shutdown_level_is_that_of_the_tariff_on_old_firmware() -> None:
    """S§26: `VLS_Limit` exists from 8.1.41 on."""
    assert full().shutdown_level_percent == 10.0
    assert full(control(VLS_Limit=None)).shutdown_level_percent == 5.0
    assert full(control(VLS_Limit=None), TARIFF).shutdown_level_percent is None


def test_the_scheduler_decides_whether_charging_from_the_grid_is_allowed() -> None:
    change: Changes = {SCHEDULER: storage.scheduler(**{"Charge From Grid Allowed": False})}

    assert full(change).charge_from_grid_allowed is False
    assert full().scheduler_mode == "ZN - Zero Net"


@pytest.mark.parametrize(
    ("firmware", "optimized", "expected"),
    [("8.2.127", False, True), ("8.2.4225", False, None), ("8.2.4286", False, None), ("8.2.127", True, None)],
)
def test_without_the_scheduler_the_tariff_decides_only_where_it_is_followed(
    firmware: str, *, optimized: bool, expected: bool | None
) -> None:
    """S§26, S§28."""
    change: Changes = {TARIFF: storage.tariff(charge_from_grid=True, opt_schedules=optimized)}

    assert full(change, SCHEDULER, firmware=firmware).charge_from_grid_allowed is expected


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "backup"), (1, "self_consumption"), (2, "savings"), (3, "3"), (-1, None)]
)
def test_the_profile_is_that_of_live_data(number: int, expected: str | None) -> None:
    """S§14.1: -1 is unknown, and further numbers may follow."""
    assert full(live(backup_bat_mode=number)).profile == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("backup", "backup"),
        ("self-consumption", "self_consumption"),
        ("savings-mode", "savings"),
        ("economy", "savings"),
        ("new-mode", "new-mode"),
        (None, None),
    ],
)
def test_on_old_firmware_the_profile_is_that_of_the_tariff(word: str | None, expected: str | None) -> None:
    change: Changes = {TARIFF: storage.tariff(mode=word)}

    assert full(change, LIVE_DATA, firmware="8.2.127").profile == expected
    assert full(change, LIVE_DATA, firmware="8.2.4286").profile is None


def test_the_optimizer_of_the_cloud_is_named() -> None:
    assert full({TARIFF: storage.tariff(opt_schedules=True)}).optimized is True
    assert full().optimized is False
    assert full({}, TARIFF).optimized is None


@pytest.mark.parametrize(
    ("measured_w", "without", "expected"),
    [
        (-2800.5, (), -2800.5),
        (0.0, (), 0.0),
        (None, (), 1500.5),
        (None, (LIVE_DATA,), -2624.0),
        (None, (LIVE_DATA, ENSEMBLE_POWER), None),
    ],
)
def test_the_best_source_of_power_is_used(
    measured_w: float | None,
    without: tuple[Endpoint[object], ...],
    expected: float | None,
) -> None:
    """S§21."""
    found = measured(storage_documents(without=without), measured_w=measured_w)

    assert found.power_w == expected


def test_the_sum_of_the_batteries_needs_every_one() -> None:
    one: Changes = {ENSEMBLE_POWER: {"devices:": [{"serial_num": BATTERY, "real_power_mw": 5000, "soc": 4}]}}

    assert full(one, LIVE_DATA).power_w is None


@pytest.mark.parametrize(
    "changes",
    [
        {"meters": {"last_update": NOW - 91}},
        {"meters": {"last_update": NOW + 301}},
        {"info": "Last available status data"},
    ],
)
def test_stale_live_data_are_not_used(changes: dict[str, Document]) -> None:
    """S§14.1."""
    meters = changes.pop("meters", None)
    assert meters is None or isinstance(meters, dict)

    assert full({LIVE_DATA: storage.live_data(meters=meters, **changes)}).power_w == -2624.0


def test_the_age_of_live_data_is_judged_by_the_clock_of_the_gateway() -> None:
    documents = storage_documents()
    site = decide_storage(documents)

    assert measure_storage(site, documents, NOW - 3600, clock_ahead_s=3600).power_w == 1500.5
    assert measure_storage(site, documents, NOW + 3600).power_w == -2624.0


@pytest.mark.parametrize(
    ("power_w", "units", "expected"),
    [
        (30.0, 1, BatteryState.IDLE),
        (30.1, 1, BatteryState.DISCHARGING),
        (-30.0, 1, BatteryState.IDLE),
        (-30.1, 1, BatteryState.CHARGING),
        (60.0, 2, BatteryState.IDLE),
        (-61.0, 2, BatteryState.CHARGING),
        (24.0, 0, BatteryState.IDLE),
        (None, 1, None),
    ],
)
def test_the_state_has_a_dead_band_for_each_unit(
    power_w: float | None, units: int, expected: BatteryState | None
) -> None:
    assert state_of(power_w, units) is expected


def test_the_dead_band_of_the_site_is_that_of_its_batteries() -> None:
    """Two batteries: 60 W."""
    assert full(live(storage={"agg_p_mw": 60000})).state is BatteryState.IDLE
    assert full(live(storage={"agg_p_mw": -60001})).state is BatteryState.CHARGING


def test_a_battery_has_the_values_of_all_documents() -> None:
    found = full().batteries[BATTERY]

    assert (found.state_of_charge_percent, found.power_w, found.state) == (49.0, -1324.0, BatteryState.CHARGING)
    assert (found.available_energy_wh, found.rated_power_w) == (2450.0, 3840.0)
    assert (found.device.temperature_c, found.device.last_reported) == (18.0, NOW - 50)


def test_without_the_other_documents_a_battery_has_what_the_inventory_has() -> None:
    found = full({}, ENSEMBLE_POWER, ENSEMBLE_STATUS).batteries[BATTERY]

    assert (found.state_of_charge_percent, found.power_w, found.state) == (48.0, None, None)
    assert (found.available_energy_wh, found.rated_power_w) == (2400.0, None)


def test_one_battery_that_reads_zero_keeps_the_value_of_the_inventory() -> None:
    power: Changes = {ENSEMBLE_POWER: {"devices:": [{"serial_num": BATTERY, "real_power_mw": 0, "soc": 0}]}}

    assert full(power).batteries[BATTERY].state_of_charge_percent == 48.0


def test_dates_are_by_our_clock_and_not_in_the_future() -> None:
    documents = storage_documents()
    site = decide_storage(documents)
    ahead = measure_storage(site, documents, NOW - 3600, clock_ahead_s=3600.4)
    behind = measure_storage(site, documents, NOW - 3600)

    assert ahead.batteries[BATTERY].device.last_reported == NOW - 3650
    assert behind.batteries[BATTERY].device.last_reported is None


def test_the_grid_follows_the_state_before() -> None:
    changes: Changes = {
        ENSEMBLE_INVENTORY: [storage.group("ENPOWER", storage.controller(mains_oper_state="open"))],
        GENERATOR: storage.generator(),
    }
    documents = storage_documents({ENSEMBLE_INVENTORY: []}, changes)
    site = decide_storage(documents)

    assert measure_storage(site, documents, NOW).grid_state is GridState.OUTAGE
    assert measure_storage(site, documents, NOW, previous=GridState.OFF_GRID).grid_state is GridState.SYNCHRONIZING
    assert measure_storage(site, documents, NOW).grid_connected is False


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "stopped"),
        ({GENERATOR: storage.generator(oper_state="close")}, "running"),
        ({GENERATOR: storage.generator(oper_state="cranking")}, "cranking"),
    ],
)
def test_a_generator_that_is_configured_has_a_state(changes: Changes, state: str) -> None:
    found = full(changes).generator

    assert found is not None
    assert (found.state, found.power_w, found.config.rated_power_w, found.last_command) == (
        state,
        0.0,
        22_000.0,
        "auto",
    )


def test_a_generator_has_no_state_while_it_is_not_read() -> None:
    found = full({}, GENERATOR, LIVE_DATA).generator

    assert found is not None
    assert (found.state, found.power_w, found.details) == (None, None, None)


def test_contacts_belong_to_a_system_controller() -> None:
    contacts = full().dry_contacts

    assert {name: one.contact.status for name, one in contacts.items()} == {
        "NC1": "closed",
        "NC2": "closed",
        "NO1": "open",
        "NO2": "open",
    }
    assert [one.settings is not None for one in contacts.values()] == [True, False, False, False]
    assert full({}, DRY_CONTACTS).dry_contacts == {}


def test_a_site_without_devices_has_no_values() -> None:
    """S§34: the gateway sends a reserve, a relay and contacts all the same."""
    documents = storage_documents(NONE)
    found = measured(documents, measured_w=5.0)

    assert replace(found, scheduler_mode=None) == StorageSnapshot(at=NOW)
