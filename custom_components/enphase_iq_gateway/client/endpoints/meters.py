"""`/ivp/meters` and `/ivp/meters/readings`: the CTs and what they measure (G§8, G§9)."""

from typing import Final

from ..json_types import JsonObject
from ..models import Flow, Measurement, Meter, MeterStatus, Reading
from .quantities import MOST_PHASES, apparent_power, current, energy, frequency, voltage
from .values import array_in, epoch, load_objects, object_in, power_factor, signed, text, whole

METERS_PATH: Final = "/ivp/meters"
READINGS_PATH: Final = "/ivp/meters/readings"

FLOWS: Final = {flow.value.replace("_", "-"): flow for flow in Flow}
"""The flows by the gateway's `measurementType`."""
_STATUSES: Final = {status.value.replace("_", "-"): status for status in MeterStatus}
_PHASES_OF_MODE: Final = {"split": 2, "three": 3}


def parse_meters(body: bytes) -> tuple[Meter, ...]:
    """Return the CTs, none where the gateway has no metering hardware (`[]`, G§8).

    A meter of an unknown type is left out.

    Raises:
        GatewayResponseError: the body is not an array of meters.
    """
    meters: list[Meter] = []
    for entry in load_objects(body, METERS_PATH, "eid"):
        eid = whole(entry["eid"])
        flow = FLOWS.get(text(entry.get("measurementType")) or "")
        if eid is None or flow is None:
            continue
        meters.append(
            Meter(
                eid=eid,
                flow=flow,
                enabled=entry.get("state") == "enabled",
                phase_count=_phase_count(entry),
                status=_STATUSES.get(text(entry.get("meteringStatus")) or ""),
                flags=frozenset(flag for flag in array_in(entry.get("statusFlags")) if isinstance(flag, str)),
            )
        )
    return tuple(meters)


def _phase_count(entry: JsonObject) -> int:
    """Return the number of phases in use; without `phaseCount` the number that the CT is wired for (G§8)."""
    count = whole(entry.get("phaseCount"))
    if count is not None and 1 <= count <= MOST_PHASES:
        return count
    return _PHASES_OF_MODE.get(text(entry.get("phaseMode")) or "", 1)


def parse_readings(body: bytes) -> tuple[Reading, ...]:
    """Return the readings of the CTs; the gateway adds one without a meter, which joining by eid leaves out (G§9).

    Raises:
        GatewayResponseError: the body is not an array of readings.
    """
    return tuple(
        _reading(eid, entry)
        for entry in load_objects(body, READINGS_PATH, "eid")
        if (eid := whole(entry["eid"])) is not None
    )


def _reading(eid: int, entry: JsonObject) -> Reading:
    channels = [object_in(channel) for channel in array_in(entry.get("channels"))[:MOST_PHASES]]
    total = _measurement(entry, "activePower")
    power_key = _power_key_of_channels(total.power_w, channels)
    return Reading(
        eid=eid,
        timestamp=epoch(entry.get("timestamp")),
        total=total,
        channels=tuple(_measurement(channel, power_key) for channel in channels),
    )


def _power_key_of_channels(total_w: float | None, channels: list[JsonObject]) -> str:
    """Return the key of the power that adds up to the total.

    Firmware with eight readings sends an `activePower` of another moment for the channels, while their
    `instantaneousDemand` adds up to the total exactly. Elsewhere both are equal (G§9).
    """
    demand = [signed(channel.get("instantaneousDemand")) for channel in channels]
    active = [signed(channel.get("activePower")) for channel in channels]
    if demand == active or total_w is None or None in demand:
        return "activePower"
    missing_w = abs(total_w - sum(power or 0 for power in active))
    return "instantaneousDemand" if abs(total_w - sum(power or 0 for power in demand)) < missing_w else "activePower"


def _measurement(entry: JsonObject, power_key: str) -> Measurement:
    """Return the values of a CT or of one of its channels; units as sent, the lifetime is what it delivered (G§9)."""
    delivered_wh = energy(entry.get("actEnergyDlvd"))
    return Measurement(
        power_w=signed(entry.get(power_key)),
        voltage_v=voltage(entry.get("voltage")),
        current_a=current(entry.get("current")),
        apparent_power_va=apparent_power(entry.get("apparentPower")),
        reactive_power_var=apparent_power(entry.get("reactivePower")),
        power_factor=power_factor(entry.get("pwrFactor")),
        frequency_hz=frequency(entry.get("freq")),
        energy_delivered_wh=delivered_wh,
        energy_received_wh=energy(entry.get("actEnergyRcvd")),
        energy_lifetime_wh=delivered_wh,
    )
