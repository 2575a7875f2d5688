"""The values that pyenphase reads from a gateway, by the keys of this integration's entities."""

from collections.abc import Iterator, Mapping
import time
from typing import Any

from pyenphase import EnvoyData
from pyenphase.auth import EnvoyTokenAuth
from pyenphase.models.inverter import EnvoyInverter
from pyenphase.models.meters import EnvoyMeterData

from simulator import Simulator

from .envoy import read_envoy
from .shown import Values

_REPORTS = ("/production.json?details=1", "/production")
_READINGS = "/ivp/meters/readings"
_DEVICE_DATA = "/ivp/pdm/device_data"
_HOUSE = ("production", "total_consumption", "net_consumption")


async def pyenphase_values(simulator: Simulator) -> Values:
    """Read a gateway with pyenphase.

    Where pyenphase has a quantity from two endpoints, which are read some seconds apart, the value of the CT is used,
    as the integration does. Values that follow from two CTs are computed from pyenphase's.
    """
    envoy = await read_envoy(simulator, v2_acb_mode=False)
    data, phases = envoy.data, max(envoy.phase_count, 1)
    assert data is not None
    values: Values = {"rejected_readings": 0}
    if isinstance(envoy.auth, EnvoyTokenAuth):
        values["token_expires"] = envoy.auth.expire_timestamp
    for part in (_report(data), _electrics_of_report(data, phases), _meters(data, phases), _inverters(data)):
        values.update((key, value) for key, value in part if value is not None)
    for phase in ("", "_l1", "_l2", "_l3"):
        values.update(_computed(values, phase))
    return values


type _Item = tuple[str, float | str | None]


def _report(data: EnvoyData) -> Iterator[_Item]:
    """Yield the flows of `/production.json` or `/api/v1/production`."""
    flows = {
        "production": (data.system_production, data.system_production_phases),
        "total_consumption": (data.system_consumption, data.system_consumption_phases),
        "net_consumption": (data.system_net_consumption, data.system_net_consumption_phases),
    }
    for flow, (total, phases) in flows.items():
        if total is not None:
            yield f"{flow}_power", total.watts_now
            yield f"{flow}_energy_lifetime", total.watt_hours_lifetime
            if flow != "net_consumption":
                yield f"{flow}_energy_today", total.watt_hours_today
                yield f"{flow}_energy_last_7_days", total.watt_hours_last_7_days
        for name, phase in (phases or {}).items():
            if phase is not None:
                yield f"{flow}_power_{name.lower()}", phase.watts_now
                if flow != "net_consumption":
                    yield f"{flow}_energy_lifetime_{name.lower()}", phase.watt_hours_lifetime


def _electrics_of_report(data: EnvoyData, phases: int) -> Iterator[_Item]:
    """Yield the electrical values of the report, which pyenphase has in its raw data only."""
    report: Mapping[str, Any] = next((data.raw[path] for path in _REPORTS if path in data.raw), {})
    for entry in (*report.get("production", ()), *report.get("consumption", ())):
        if entry["type"] == "eim" and entry["activeCount"]:
            flow = entry["measurementType"].replace("-", "_")
            yield from _electrics(flow, "", entry, phases)
            for number, line in enumerate(entry.get("lines", ())[: phases if phases > 1 else 0], start=1):
                yield from _electrics(flow, f"_l{number}", line, 1)


def _electrics(flow: str, suffix: str, raw: Mapping[str, float], phases: int) -> Iterator[_Item]:
    """Yield the electrical values of one entry of the report or of one of its lines."""
    yield f"{flow}_voltage{suffix}", round(raw["rmsVoltage"] / phases, 3)
    yield f"{flow}_current{suffix}", raw["rmsCurrent"]
    yield f"{flow}_power_factor{suffix}", raw["pwrFactor"]
    yield f"{flow}_apparent_power{suffix}", raw["apprntPwr"]
    yield f"{flow}_reactive_power{suffix}", raw["reactPwr"]


def _meters(data: EnvoyData, phases: int) -> Iterator[_Item]:
    """Yield the CTs of `/ivp/meters/readings`; two of their powers are in pyenphase's raw data only."""
    raw: Mapping[int, Any] = {reading["eid"]: reading for reading in data.raw.get(_READINGS, ())}
    for kind, meter in data.ctmeters.items():
        flow = kind.replace("-", "_")
        if meter is None:
            continue
        if meter.metering_status is not None:
            yield f"{flow}_ct_status", meter.metering_status.replace("-", "_")
        if flow == "production":
            yield "grid_frequency", meter.frequency
        yield from _meter(flow, "", meter, raw[int(meter.eid)], phases)
        for number, (name, phase) in enumerate(data.ctmeters_phases.get(kind, {}).items()):
            if phase is not None:
                yield from _meter(flow, f"_{name.lower()}", phase, raw[int(meter.eid)]["channels"][number], 1)


def _meter(flow: str, suffix: str, meter: EnvoyMeterData, raw: Mapping[str, float], phases: int) -> Iterator[_Item]:
    """Yield the values of one CT or of one phase of it."""
    if flow not in _HOUSE:
        yield f"{flow}_ct_power{suffix}", meter.active_power
        yield f"{flow}_ct_energy_delivered{suffix}", meter.energy_delivered
        yield f"{flow}_ct_energy_received{suffix}", meter.energy_received
        return
    yield f"{flow}_voltage{suffix}", round(meter.voltage / phases, 3)
    yield f"{flow}_current{suffix}", meter.current
    yield f"{flow}_power_factor{suffix}", meter.power_factor
    yield f"{flow}_apparent_power{suffix}", raw["apparentPower"]
    yield f"{flow}_reactive_power{suffix}", raw["reactivePower"]
    yield f"{flow}_power{suffix}", meter.active_power
    if flow == "net_consumption":
        yield f"grid_import_energy{suffix}", meter.energy_delivered
        yield f"grid_export_energy{suffix}", meter.energy_received
    else:
        yield f"{flow}_energy_lifetime{suffix}", meter.energy_delivered


def _computed(values: Values, phase: str) -> Iterator[_Item]:
    """Yield what follows from production and consumption CT together (G§6.4, §9)."""
    power, lifetime = f"_power{phase}", f"_energy_lifetime{phase}"
    imported, exported = f"grid_import_energy{phase}", f"grid_export_energy{phase}"
    if imported in values:
        yield (
            f"total_consumption{power}",
            _number(values, f"production{power}") + _number(values, f"net_consumption{power}"),
        )
        if not phase:
            yield f"net_consumption{lifetime}", _number(values, imported) - _number(values, exported)
        elif f"total_consumption{lifetime}" not in values:
            yield (
                f"total_consumption{lifetime}",
                _number(values, f"production{lifetime}") + _number(values, imported) - _number(values, exported),
            )
    elif "total_consumption_ct_status" in values and f"production{power}" in values:
        for quantity in (power, lifetime) if not phase else (power,):
            yield (
                f"net_consumption{quantity}",
                _number(values, f"total_consumption{quantity}") - _number(values, f"production{quantity}"),
            )
    if not phase and f"net_consumption{power}" in values:
        net = _number(values, f"net_consumption{power}")
        yield "grid_import_power", max(net, 0)
        yield "grid_export_power", max(-net, 0)


def _number(values: Values, key: str) -> float:
    """Return a value that must be a number."""
    value = values[key]
    assert isinstance(value, (int, float))
    return value


def _inverters(data: EnvoyData) -> Iterator[_Item]:
    """Yield the values of all inverters; some are in pyenphase's raw device data only."""
    if data.inverters:
        yield "inverters_reporting", sum(_is_reporting(inverter) for inverter in data.inverters.values())
    raw = {device["sn"]: device for device in data.raw.get(_DEVICE_DATA, {}).values() if isinstance(device, dict)}
    for serial, inverter in data.inverters.items():
        for key, value in _inverter(inverter, raw.get(serial)):
            yield f"inverter {serial} {key}", value


def _is_reporting(inverter: EnvoyInverter) -> bool:
    """Return whether the last report is at most two intervals old, by default of a quarter of an hour."""
    return time.time() - inverter.last_report_date <= 2 * max(inverter.last_report_duration or 0, 900)


def _inverter(inverter: EnvoyInverter, raw: Mapping[str, Any] | None) -> Iterator[_Item]:
    """Yield the values of one inverter."""
    yield "communicating", "on"  # at the first reading; `modGone` does not mean that it is not (G§5.2)
    yield "power", inverter.last_report_watts
    yield "max_power", inverter.max_report_watts
    yield "last_reported", inverter.last_report_date
    yield "energy_lifetime", inverter.lifetime_energy
    yield "energy_today", inverter.energy_today
    yield "dc_voltage", inverter.dc_voltage
    yield "dc_current", inverter.dc_current
    yield "ac_voltage", inverter.ac_voltage
    yield "ac_current", inverter.ac_current
    yield "ac_frequency", inverter.ac_frequency
    yield "temperature", inverter.temperature
    yield "report_interval", inverter.last_report_duration
    if raw is not None:
        channel = raw["channels"][0]
        yield "energy_yesterday", channel["wattHours"]["yesterday"]
        yield "energy_last_7_days", channel["wattHours"]["week"]
        yield "signal_strength", channel["lastReading"]["rssi"]
        yield "conversion_error_time", channel["lastReading"]["pwrConvErrSecs"]
