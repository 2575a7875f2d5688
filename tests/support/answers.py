"""Made-up answers of a gateway: a small valid document for each endpoint, in which a test changes what it needs."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import orjson

type Document = bool | int | float | str | list[Document] | dict[str, Document] | None
type Object = dict[str, Document]

NOW = 1_750_000_000


def body(document: Document) -> bytes:
    """Return the document as the gateway would send it."""
    return orjson.dumps(document)


def info(
    *, inside_device: str = "", inside_root: str = "", serial: str = "999900000001", software: str = "D8.2.1"
) -> bytes:
    """Return `/info`, with further elements."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><envoy_info><time>{NOW}</time><device><sn>{serial}</sn>"
        f"<software>{software}</software>{inside_device}</device>{inside_root}"
        "<package name='app'><pn>1</pn><version>2.0</version></package></envoy_info>"
    ).encode()


def meter(**changes: Document) -> Object:
    """Return one element of `/ivp/meters`."""
    return {
        "eid": 1001,
        "state": "enabled",
        "measurementType": "production",
        "phaseMode": "three",
        "phaseCount": 3,
        "meteringStatus": "normal",
        "statusFlags": [],
        **changes,
    }


def channel(**changes: Document) -> Object:
    """Return one channel of a reading."""
    return {
        "eid": 5001,
        "timestamp": NOW,
        "actEnergyDlvd": 2500.5,
        "actEnergyRcvd": 12,
        "apparentEnergy": 9.0,
        "instantaneousDemand": 501.0,
        "activePower": 500,
        "apparentPower": 520.25,
        "reactivePower": -100.0,
        "pwrFactor": 0.96,
        "voltage": 231.5,
        "current": 2.25,
        "freq": 50.0,
        **changes,
    }


def reading(**changes: Document) -> Object:
    """Return one element of `/ivp/meters/readings`."""
    return {**channel(eid=1001), "channels": [channel(), channel(), channel()], **changes}


def eim(**changes: Document) -> Object:
    """Return an `eim` entry of a report, or one of its lines, which has only the numbers."""
    return {
        "type": "eim",
        "activeCount": 1,
        "measurementType": "production",
        "readingTime": NOW,
        "wNow": 1500.5,
        "whLifetime": 70000.25,
        "rmsCurrent": 6.5,
        "rmsVoltage": 693.0,
        "reactPwr": 20,
        "apprntPwr": 1501.0,
        "pwrFactor": 0.99,
        "whToday": 4000.0,
        "whLastSevenDays": 30000,
        **changes,
    }


def reported_inverters(**changes: Document) -> Object:
    """Return the `inverters` entry of a report."""
    return {"type": "inverters", "activeCount": 4, "readingTime": NOW, "wNow": 1400, "whLifetime": 69000, **changes}


def report(**changes: Document) -> Object:
    """Return a report with all that a metered gateway sends."""
    return {
        "production": [reported_inverters(), eim(lines=[eim(), eim()])],
        "consumption": [eim(measurementType="total-consumption"), eim(measurementType="net-consumption")],
        "storage": [{"type": "acb", "activeCount": 0, "wNow": 0, "whNow": 0, "state": "idle"}],
        **changes,
    }


def production_summary(**changes: Document) -> Object:
    """Return `/api/v1/production`."""
    return {
        "wattsNow": 700,
        "wattHoursToday": 5100,
        "wattHoursSevenDays": 42000,
        "wattHoursLifetime": 81000,
        **changes,
    }


def listed_inverter(**changes: Document) -> Object:
    """Return one element of `/api/v1/production/inverters`."""
    return {
        "serialNumber": "999900000101",
        "lastReportDate": NOW,
        "devType": 1,
        "lastReportWatts": 210,
        "maxReportWatts": 300,
        **changes,
    }


def last_reading(**changes: Document) -> Object:
    """Return the `lastReading` of an inverter."""
    return {
        "endDate": NOW,
        "duration": 900,
        "joulesProduced": 180000,
        "acVoltageINmV": 230500,
        "acFrequencyINmHz": 50010,
        "dcVoltageINmV": 35250,
        "dcCurrentINmA": 6125,
        "channelTemp": 31,
        "acCurrentInmA": 875,
        "leadingVArs": 21000,
        "laggingVArs": 14000,
        "pwrConvErrSecs": 3,
        "rssi": 90,
        "issi": 60,
        **changes,
    }


def device_channel(**changes: Document) -> Object:
    """Return the channel of an inverter in the device data."""
    return {
        "chanEid": 7001,
        "created": NOW,
        "wattHours": {"today": 800, "yesterday": 1200, "week": 7500},
        "watts": {"now": 200, "nowUsed": 0, "max": 310},
        "lastReading": last_reading(),
        "lifetime": {"createdTime": 1, "duration": 2, "joulesProduced": 7_200_000_000},
        **changes,
    }


def device(*, channels: Document = None, **changes: Document) -> Object:
    """Return one device of the device data, by default an inverter with a channel."""
    return {
        "devName": "pcu",
        "sn": "999900000101",
        "active": True,
        "modGone": False,
        "channels": [device_channel()] if channels is None else channels,
        **changes,
    }


def device_data(*devices: Object, **changes: Document) -> Object:
    """Return `/ivp/pdm/device_data` with these devices."""
    return {
        **{str(6001 + number): value for number, value in enumerate(devices)},
        "deviceCount": len(devices),
        "deviceDataLimit": 50,
        **changes,
    }


def values_in(model: object) -> Iterator[object]:
    """Yield the plain values of a model."""
    if is_dataclass(model):
        for field in fields(model):
            yield from values_in(getattr(model, field.name))
    elif isinstance(model, Mapping):
        for value in model.values():
            yield from values_in(value)
    elif isinstance(model, tuple | frozenset):
        for value in model:
            yield from values_in(value)
    else:
        yield model
