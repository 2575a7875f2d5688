"""`/ivp/pdm/device_data`: every inverter in detail (G§5).

Not published: `leadingVArs` and `laggingVArs`, which are no VAr on older inverters, and the EIM's own records (G§5.4).
"""

from typing import Final

from ..exceptions import GatewayResponseError
from ..json_types import JsonObject
from ..models import DeviceData, Inverter, InverterDetails
from ..storage_models import AcBattery
from .ac_batteries import detailed_ac_battery
from .quantities import (
    current,
    energy,
    error_time,
    frequency,
    highest_power,
    interval,
    inverter_energy,
    signal_strength,
    temperature,
    voltage,
)
from .values import (
    array_in,
    at_most,
    epoch,
    load_object,
    object_in,
    serial_in,
    signed,
    thousandth,
    watt_hours,
    whole,
)

DEVICE_DATA_PATH: Final = "/ivp/pdm/device_data"


def parse_device_data(body: bytes) -> DeviceData:
    """Return inverters and AC Batteries; other devices (EIM, relay) and those without a serial are left out (G§5.2).

    Raises:
        GatewayResponseError: the body is not an object of devices, or has too many.
    """
    document = load_object(body, DEVICE_DATA_PATH)
    found = [device for device in document.values() if isinstance(device, dict) and "devName" in device]
    devices = at_most(found, DEVICE_DATA_PATH)
    count = whole(document.get("deviceCount"))
    if not devices and count != 0:
        raise GatewayResponseError(DEVICE_DATA_PATH, "no object with devName, expected devices")
    inverters: dict[str, Inverter] = {}
    retired: set[str] = set()
    ac_batteries: dict[str, AcBattery] = {}
    for device in devices:
        serial = serial_in(device.get("sn"))
        if serial is not None and device["devName"] == "acb" and device.get("active") is not False:
            ac_batteries[serial] = detailed_ac_battery(serial, device)
        if serial is None or device["devName"] != "pcu":
            continue
        if device.get("active") is False:
            retired.add(serial)
        else:
            inverters[serial] = _inverter(serial, device)
    limit = whole(document.get("deviceDataLimit"))
    return DeviceData(
        inverters=inverters,
        retired=frozenset(retired - inverters.keys()),
        truncated=count is not None and limit is not None and count >= limit,
        ac_batteries=ac_batteries,
    )


def _inverter(serial: str, device: JsonObject) -> Inverter:
    """Return one inverter: J converted to Wh, milli-units to units.

    Without the end of a last interval (never reported, or the night after a reboot, G§5.2) only the lifetime is kept:
    the zeros beside it are not measurements.
    """
    channels = array_in(device.get("channels"))
    channel = object_in(channels[0]) if channels else {}
    lifetime = energy(watt_hours(object_in(channel.get("lifetime")).get("joulesProduced")))
    reading = object_in(channel.get("lastReading"))
    reported = epoch(reading.get("endDate"))
    if reported is None:
        return Inverter(serial=serial, energy_lifetime_wh=lifetime)
    watts = object_in(channel.get("watts"))
    energies = object_in(channel.get("wattHours"))
    power = signed(watts.get("now"))
    ac_current = current(thousandth(reading.get("acCurrentInmA")))
    return Inverter(
        serial=serial,
        power_w=power,
        max_power_w=highest_power(watts.get("max")),
        last_reported=reported,
        energy_lifetime_wh=lifetime,
        details=InverterDetails(
            energy_today_wh=inverter_energy(energies.get("today"), days=1),
            energy_yesterday_wh=inverter_energy(energies.get("yesterday"), days=1),
            energy_last_7_days_wh=inverter_energy(energies.get("week"), days=7),
            dc_voltage_v=voltage(thousandth(reading.get("dcVoltageINmV"))),
            dc_current_a=current(thousandth(reading.get("dcCurrentINmA"))),
            ac_voltage_v=voltage(thousandth(reading.get("acVoltageINmV"))),
            # 0 A while producing: this model does not measure it (G§5.4).
            ac_current_a=None if ac_current == 0 and power is not None and power > 0 else ac_current,
            ac_frequency_hz=frequency(thousandth(reading.get("acFrequencyINmHz"))),
            temperature_c=temperature(reading.get("channelTemp")),
            report_interval_s=interval(whole(reading.get("duration"))),
            signal_strength=signal_strength(whole(reading.get("rssi"))),
            conversion_error_time_s=error_time(whole(reading.get("pwrConvErrSecs"))),
        ),
    )
