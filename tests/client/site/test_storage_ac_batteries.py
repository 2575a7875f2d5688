"""The snapshot of a site with AC Batteries: all together, and one by one (S§13, S§31)."""

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    INVENTORY,
    REPORT_DETAILED,
    SECONDARY_CONTROL,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.storage import measure_storage
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from custom_components.enphase_iq_gateway.client.site.storage_snapshot import StorageSnapshot
from custom_components.enphase_iq_gateway.client.storage_models import BatteryState
from tests.support import answers, storage_answers as storage
from tests.support.answers import NOW, Document
from tests.support.storage_documents import AC_ONLY, storage_documents

BATTERY = storage.BATTERY
type Changes = dict[Endpoint[object], Document]


def ac_only(changes: Changes | None = None, *without: Endpoint[object]) -> StorageSnapshot:
    """Return the snapshot of the site with AC Batteries after some changes."""
    documents = storage_documents(AC_ONLY, changes, without=without)
    return measure_storage(decide_storage(documents), documents, NOW)


def test_ac_batteries_have_the_aggregate_values_of_their_own() -> None:
    found = ac_only()

    assert (found.state_of_charge_percent, found.ac_battery_state_of_charge_percent) == (24.0, 24.0)
    assert (found.capacity_wh, found.available_energy_wh, found.usable_energy_wh) == (2480.0, 600.0, 600.0)
    assert found.battery_state_of_charge_percent is None
    assert (found.reserve_percent, found.reserve_set_percent, found.shutdown_level_percent) == (None, None, None)
    assert (found.grid_state, found.grid_connected) == (None, None)


def test_on_old_firmware_the_report_has_the_values_of_the_ac_batteries() -> None:
    found = ac_only({}, SECONDARY_CONTROL)

    assert (found.state_of_charge_percent, found.ac_battery_state_of_charge_percent) == (25.0, 25.0)
    assert (found.capacity_wh, found.available_energy_wh) == (None, 930.0)


def test_the_power_of_the_ac_batteries_is_that_of_the_report() -> None:
    found = ac_only()

    assert found.power_w == 260.0
    assert found.state is BatteryState.DISCHARGING


def test_a_stale_report_gives_way_to_the_sum_of_the_ac_batteries() -> None:
    """S§31: one was 41 hours older than the rest of its file."""
    stale: Changes = {REPORT_DETAILED: answers.report(storage=[storage.reported_storage(readingTime=NOW - 1801)])}

    assert ac_only(stale).power_w == -400.0
    assert ac_only(stale, DEVICE_DATA).power_w is None


def test_a_report_without_a_time_is_of_unknown_age() -> None:
    undated: Changes = {REPORT_DETAILED: answers.report(storage=[storage.reported_storage(readingTime=0)])}

    assert ac_only(undated).power_w == -400.0


def test_a_report_with_a_date_in_the_future_is_of_unknown_age() -> None:
    ahead: Changes = {REPORT_DETAILED: answers.report(storage=[storage.reported_storage(readingTime=NOW + 1801)])}

    assert ac_only(ahead).power_w == -400.0


def test_iq_batteries_and_ac_batteries_add_up() -> None:
    """S§31: 54 % of 3500 Wh and 25 % of 3720 Wh."""
    mixed: Changes = {
        ENSEMBLE_INVENTORY: [storage.group("ENCHARGE", storage.battery())],
        ENSEMBLE_POWER: {"devices:": [{"serial_num": BATTERY, "real_power_mw": 105000, "soc": 54}]},
        SECONDARY_CONTROL: storage.secondary_control(
            agg_soc=39,
            Max_energy=7220,
            ENC_agg_soc=54,
            ENC_agg_avail_energy=1890,
            Enc_max_available_capacity=3500,
            ACB_agg_soc=25,
            ACB_agg_energy=930,
            adjusted_backup_soc=10,
        ),
    }
    found = ac_only(mixed)

    assert (found.state_of_charge_percent, found.battery_state_of_charge_percent) == (39.0, 54.0)
    assert (found.available_energy_wh, found.usable_energy_wh, found.power_w) == (2820.0, 2470.0, 365.0)


def test_an_ac_battery_has_the_later_of_two_reports() -> None:
    found = ac_only().ac_batteries[storage.AC_BATTERY]

    assert (found.last_reported, found.state_of_charge_percent, found.max_cell_temperature_c) == (NOW - 100, 2.0, 32.0)
    assert (found.power_w, found.energy_charged_wh) == (-200.0, 72_000.0)
    assert found.part_number == "800-00930-r03"


def test_a_later_inventory_keeps_the_counters_of_the_device_data() -> None:
    battery = storage.listed_ac_battery(last_rpt_date=str(NOW - 10), percentFull=9)
    found = ac_only({INVENTORY: [storage.group("ACB", battery)]}).ac_batteries[storage.AC_BATTERY]

    assert (found.last_reported, found.state_of_charge_percent, found.energy_discharged_wh) == (NOW - 10, 9.0, 59_000.0)


def test_a_date_in_the_future_does_not_outdo_the_other_report() -> None:
    battery = storage.listed_ac_battery(last_rpt_date=str(NOW + 86_400), percentFull=9)
    found = ac_only({INVENTORY: [storage.group("ACB", battery)]}).ac_batteries[storage.AC_BATTERY]

    assert (found.last_reported, found.state_of_charge_percent) == (NOW - 100, 2.0)


def test_the_power_of_an_ac_battery_whose_report_has_a_date_in_the_future_is_unknown() -> None:
    ahead = answers.device_data(storage.detailed_ac_battery(storage.AC_BATTERY, {"endDate": NOW + 301}))
    found = ac_only({DEVICE_DATA: ahead}, REPORT_DETAILED)
    battery = found.ac_batteries[storage.AC_BATTERY]

    assert (found.power_w, battery.power_w, battery.state_of_charge_percent) == (None, None, 3.0)
    assert (battery.energy_discharged_wh, battery.energy_charged_wh) == (59_000.0, 72_000.0)


def test_when_the_counters_began_does_not_depend_on_our_clock() -> None:
    documents = storage_documents(AC_ONLY)
    began = {
        measure_storage(decide_storage(documents), documents, NOW, clock_ahead_s=ahead_s)
        .ac_batteries[storage.AC_BATTERY]
        .counted_since
        for ahead_s in (0.0, 3600.0, 3601.0)
    }

    assert began == {NOW - 8_000_000}


def test_counters_do_not_begin_in_the_future() -> None:
    ahead = storage.detailed_ac_battery(storage.AC_BATTERY, {}, {"createdTime": NOW + 301})

    assert ac_only({DEVICE_DATA: answers.device_data(ahead)}).ac_batteries[storage.AC_BATTERY].counted_since is None


def test_what_the_later_report_lacks_comes_from_the_other() -> None:
    devices = answers.device_data(storage.detailed_ac_battery(storage.AC_BATTERY, {"SOC": None, "maxCellTemp": None}))
    found = ac_only({DEVICE_DATA: devices}).ac_batteries[storage.AC_BATTERY]

    assert (found.state_of_charge_percent, found.max_cell_temperature_c) == (3.0, 30.0)


def test_each_source_of_ac_batteries_suffices() -> None:
    assert list(ac_only({}, INVENTORY).ac_batteries) == list(ac_only({}, DEVICE_DATA).ac_batteries)
