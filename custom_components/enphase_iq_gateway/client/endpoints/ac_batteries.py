"""AC Batteries in `/inventory.json` and in `/ivp/pdm/device_data` (S§13, S§31)."""

from typing import Final

from ..json_types import Json, JsonObject
from ..storage_models import AcBattery, SleepState
from .quantities import energy, interval, percent, temperature
from .values import (
    array_in,
    epoch,
    epoch_text,
    flag,
    number,
    object_in,
    part_number_in,
    serial_in,
    watt_hours,
    whole,
    within,
    word,
    words,
)

AC_BATTERY_LIMIT_W: Final = 1000.0
"""An AC Battery charges and discharges with 270 W."""
_DELETED: Final = 3
_SLEEP_FLAG: Final = "envoy.cond_flags.pcu_ctrl.sleep-mode"


def listed_ac_battery(device: JsonObject) -> AcBattery | None:
    """Return an AC Battery of the inventory, whose times are texts; None without a serial or where it is deleted."""
    serial = serial_in(device.get("serial_num"))
    if serial is None or whole(device.get("admin_state")) == _DELETED:
        return None
    status = words(device.get("device_status"))
    return AcBattery(
        serial=serial,
        part_number=part_number_in(device.get("part_num")),
        firmware=word(device.get("img_pnum_running")),
        last_reported=epoch_text(device.get("last_rpt_date")),
        communicating=flag(device.get("communicating")),
        state_of_charge_percent=percent(device.get("percentFull")),
        max_cell_temperature_c=temperature(device.get("maxCellTemp")),
        status_words=status,
        sleep_state=_sleep_state(ordered=flag(device.get("sleep_enabled")), asleep=_SLEEP_FLAG in status),
        sleep_min_soc_percent=percent(device.get("sleep_min_soc")),
        sleep_max_soc_percent=percent(device.get("sleep_max_soc")),
    )


def _sleep_state(*, ordered: bool | None, asleep: bool) -> SleepState | None:
    """Return the state by the order and the flag of the battery (S§31)."""
    if ordered is None:
        return None
    if ordered:
        return SleepState.ASLEEP if asleep else SleepState.GOING_TO_SLEEP
    return SleepState.WAKING if asleep else SleepState.AWAKE


def detailed_ac_battery(serial: str, device: JsonObject) -> AcBattery:
    """Return an AC Battery of the device data: counters in Wh, power in W from the energy of its last interval.

    `watts` and `wattHours` are not used: they are wrong for these devices. Without the end of a last interval only
    the counters are kept.
    """
    channels = array_in(device.get("channels"))
    channel = object_in(channels[0]) if channels else {}
    lifetime = object_in(channel.get("lifetime"))
    reading = object_in(channel.get("lastReading"))
    reported = epoch(reading.get("endDate"))
    if reported is None:
        reading = {}
    return AcBattery(
        serial=serial,
        last_reported=reported,
        state_of_charge_percent=percent(reading.get("SOC")),
        state_of_health_percent=percent(reading.get("SOH")) or None,
        power_w=_power(reading),
        report_interval_s=interval(whole(reading.get("duration"))),
        energy_discharged_wh=_counter(lifetime.get("joulesProduced")),
        energy_charged_wh=_counter(lifetime.get("joulesUsed")),
        counted_since=epoch(lifetime.get("createdTime")),
        max_cell_temperature_c=temperature(reading.get("maxCellTemp")),
        min_cell_temperature_c=temperature(reading.get("minCellTemp")),
    )


def _counter(joules: Json) -> float | None:
    """Return a counter in Wh, None for a negative one."""
    counted = energy(watt_hours(joules))
    return None if counted is None or counted < 0 else counted


def _power(reading: JsonObject) -> float | None:
    """Return the mean power of the last interval, + discharging (S§21)."""
    produced, used = number(reading.get("joulesProduced")), number(reading.get("joulesUsed"))
    duration = number(reading.get("duration"))
    if produced is None or used is None or duration is None or duration < 1:
        return None
    return within((produced - used) / duration + 0.0, -AC_BATTERY_LIMIT_W, AC_BATTERY_LIMIT_W)
