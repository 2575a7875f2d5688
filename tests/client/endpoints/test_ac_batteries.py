"""AC Batteries in the inventory, in the device data and in the report."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import DEVICE_DATA, INVENTORY, REPORT_DETAILED
from custom_components.enphase_iq_gateway.client.storage_models import AcBattery, ReportedStorage, SleepState
from tests.support import answers, storage_answers as storage
from tests.support.answers import NOW, Document, Object, body


def listed(**changes: Document) -> dict[str, AcBattery]:
    """Return the AC Batteries of an inventory with one device."""
    document: Document = [storage.group("ACB", storage.listed_ac_battery(**changes))]
    return dict(INVENTORY.parse(body(document)).ac_batteries)


def detailed(
    reading: Object | None = None, lifetime: Object | None = None, /, **changes: Document
) -> dict[str, AcBattery]:
    """Return the AC Batteries of device data with one device."""
    device = storage.detailed_ac_battery(storage.AC_BATTERY, reading, lifetime, **changes)
    return dict(DEVICE_DATA.parse(body(answers.device_data(answers.device(), device))).ac_batteries)


def reported(*entries: Document) -> ReportedStorage | None:
    """Return the storage of a report with these entries."""
    return REPORT_DETAILED.parse(body(answers.report(storage=list(entries)))).storage


def test_the_inventory_has_times_as_texts() -> None:
    assert listed() == {
        storage.AC_BATTERY: AcBattery(
            serial=storage.AC_BATTERY,
            part_number="800-00930-r03",
            firmware="520-00092-r01-v02.13.02",
            last_reported=NOW - 300,
            communicating=True,
            state_of_charge_percent=3.0,
            max_cell_temperature_c=30.0,
            status_words=("envoy.global.ok",),
            sleep_state=SleepState.AWAKE,
            sleep_min_soc_percent=25.0,
            sleep_max_soc_percent=30.0,
        )
    }


@pytest.mark.parametrize(
    ("ordered", "asleep", "expected"),
    [
        (False, False, SleepState.AWAKE),
        (True, False, SleepState.GOING_TO_SLEEP),
        (True, True, SleepState.ASLEEP),
        (False, True, SleepState.WAKING),
        (None, True, None),
    ],
)
def test_two_signs_give_the_state_of_sleep(*, ordered: bool | None, asleep: bool, expected: SleepState | None) -> None:
    """S§31."""
    flags: Document = ["envoy.cond_flags.pcu_ctrl.sleep-mode"] if asleep else ["envoy.global.ok"]

    assert listed(sleep_enabled=ordered, device_status=flags)[storage.AC_BATTERY].sleep_state is expected


@pytest.mark.parametrize("changes", [{"admin_state": 3}, {"serial_num": None}])
def test_a_deleted_battery_and_one_without_a_serial_are_left_out(changes: dict[str, Document]) -> None:
    assert listed(**changes) == {}


@pytest.mark.parametrize("date", ["", "soon", "-5", "٣٣", "99999999999", None, 0])
def test_an_invalid_time_is_missing(date: Document) -> None:
    assert listed(last_rpt_date=date)[storage.AC_BATTERY].last_reported is None


def test_device_data_have_counters_and_power_in_both_directions() -> None:
    """S§13: the joules of the last interval are power, `watts` and `wattHours` are wrong."""
    assert detailed() == {
        storage.AC_BATTERY: AcBattery(
            serial=storage.AC_BATTERY,
            last_reported=NOW - 100,
            state_of_charge_percent=2.0,
            state_of_health_percent=86.0,
            power_w=-200.0,
            report_interval_s=900,
            energy_discharged_wh=59_000.0,
            energy_charged_wh=72_000.0,
            counted_since=NOW - 8_000_000,
            max_cell_temperature_c=32.0,
            min_cell_temperature_c=31.0,
        )
    }


@pytest.mark.parametrize(
    "reading", [{"duration": 0}, {"duration": None}, {"joulesUsed": None}, {"joulesProduced": 10**9}, {"duration": 0.5}]
)
def test_a_power_that_cannot_be_computed_is_missing(reading: Object) -> None:
    assert detailed(reading)[storage.AC_BATTERY].power_w is None


def test_without_an_interval_only_the_counters_are_known() -> None:
    before = detailed()[storage.AC_BATTERY]

    assert detailed({"endDate": 0})[storage.AC_BATTERY] == replace(
        AcBattery(serial=storage.AC_BATTERY),
        energy_discharged_wh=before.energy_discharged_wh,
        energy_charged_wh=before.energy_charged_wh,
        counted_since=before.counted_since,
    )


@pytest.mark.parametrize("joules", [-1, None, "1"])
def test_an_invalid_counter_is_missing(joules: Document) -> None:
    assert detailed(None, {"joulesUsed": joules})[storage.AC_BATTERY].energy_charged_wh is None


@pytest.mark.parametrize("changes", [{"active": False}, {"sn": None}])
def test_a_retired_battery_is_left_out_of_the_device_data(changes: dict[str, Document]) -> None:
    assert detailed(**changes) == {}


@pytest.mark.parametrize("channels", [None, [], [None], {}])
def test_a_battery_without_channels_has_no_values(channels: Document) -> None:
    assert detailed(channels=channels) == {storage.AC_BATTERY: AcBattery(serial=storage.AC_BATTERY)}


def test_ac_batteries_are_no_inverters() -> None:
    document = answers.device_data(answers.device(), storage.detailed_ac_battery())

    assert list(DEVICE_DATA.parse(body(document)).inverters) == ["999900000101"]


def test_the_report_has_the_ac_batteries_together() -> None:
    assert reported(storage.reported_storage()) == ReportedStorage(
        count=3,
        power_w=260.0,
        available_energy_wh=930.0,
        state_of_charge_percent=25.0,
        reading_time=NOW - 60,
    )


@pytest.mark.parametrize(
    "entry", [None, {}, {"type": "acb", "activeCount": 1}, {"type": "other", "percentFull": 5}, {"percentFull": 5}]
)
def test_an_entry_without_a_state_of_charge_is_no_ac_battery(entry: Document) -> None:
    """S§31: gateways without any send an entry too."""
    assert reported(entry) is None


def test_a_report_without_storage_is_read() -> None:
    document = answers.report()
    del document["storage"]

    assert REPORT_DETAILED.parse(body(document)).storage is None
