"""Time our parsers and pyenphase's models with the answers of captures, in nanoseconds.

Run: `python -m benchmarks.parse [FOLDER]` with the folder of the captures (default: IQ_GATEWAY_CAPTURES, else
../shared/captures). Both start from the bytes and read them with orjson, as in use.
"""

from collections.abc import Callable, Iterator
from importlib.metadata import version
import os
from pathlib import Path
import sys
from timeit import Timer
from typing import Any, Final

import orjson
from pyenphase.models.inverter import EnvoyInverter
from pyenphase.models.meters import EnvoyMeterData
from pyenphase.models.system_consumption import EnvoySystemConsumption
from pyenphase.models.system_production import EnvoySystemProduction

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    READINGS,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayError

ROOT: Final = Path(__file__).parent.parent
ROUNDS: Final = 5  # the fastest counts: other processes disturb the rest
_SECONDS: Final = 0.02  # of every round: enough for some hundred documents


def their_report(body: bytes) -> object:
    """Parse the report as pyenphase's updater does: production, and total and net consumption if present."""
    document = orjson.loads(body)
    return (
        EnvoySystemProduction.from_production(document),
        *(
            EnvoySystemConsumption.from_production(document, index)
            for index in range(len(document.get("consumption", ())))
        ),
    )


def their_inverters(body: bytes) -> object:
    """Return a model of every inverter of the list."""
    return {inverter["serialNumber"]: EnvoyInverter.from_v1_api(inverter) for inverter in orjson.loads(body)}


def their_devices(body: bytes) -> object:
    """Return a model of every active inverter of the device data."""
    return {
        device["sn"]: EnvoyInverter.from_device_data(device)
        for device in orjson.loads(body).values()
        if isinstance(device, dict) and device.get("devName") == "pcu" and device.get("active")
    }


def their_readings(meters: bytes) -> Callable[[bytes], object]:
    """Return a parser of readings that joins them with these meters."""
    states = {meter["eid"]: meter for meter in orjson.loads(meters)}

    def read(body: bytes) -> object:
        return [
            EnvoyMeterData.from_api(reading, states[reading["eid"]])
            for reading in orjson.loads(body)
            if reading["eid"] in states
        ]

    return read


def cost_ns(read: Callable[[bytes], object], body: bytes) -> float | None:
    """Return the nanoseconds for one document; None if the parser rejects it."""
    try:
        read(body)
    except GatewayError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError:
        return None
    timer = Timer(lambda: read(body))
    number, taken = timer.autorange()
    number = max(1, int(number * _SECONDS / taken))
    return min(timer.repeat(ROUNDS, number)) / number * 1e9


def documents(capture: Path) -> Iterator[tuple[Endpoint[Any], bytes, Callable[[bytes], object]]]:
    """Return the answers of a capture that both can read, with the endpoint and pyenphase's parser."""

    def body(name: str) -> bytes | None:
        path = capture / name
        return path.read_bytes() if path.is_file() else None

    for name, endpoint, theirs in (
        ("production.json", REPORT_DETAILED, their_report),
        ("api_v1_production_inverters", INVERTER_LIST, their_inverters),
        ("ivp_pdm_device_data", DEVICE_DATA, their_devices),
    ):
        if (answer := body(name)) is not None:
            yield endpoint, answer, theirs
    meters, readings = body("ivp_meters"), body("ivp_meters_readings")
    try:
        their_reader = their_readings(meters or b"[]")
    except LookupError, TypeError, ValueError:
        return
    if readings is not None and METERS.parse(meters or b"[]"):
        yield READINGS, readings, their_reader


def main() -> int:
    """Run the command line: print a line for every document."""
    default = os.environ.get("IQ_GATEWAY_CAPTURES") or ROOT.parent / "shared" / "captures"
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else default)
    if not folder.is_dir():
        sys.stderr.write(f"no folder of captures: {folder}\n")
        return 1
    write = sys.stdout.write
    write(f"ns per document, and per inverter; theirs: pyenphase {version('pyenphase')}\n")
    for capture in sorted(path for path in folder.iterdir() if path.is_dir()):
        for endpoint, body, theirs in documents(capture):
            ours_ns, theirs_ns = cost_ns(endpoint.parse, body), cost_ns(theirs, body)
            if ours_ns is None:
                continue
            count = len(endpoint.parse(body).inverters) if endpoint in (INVERTER_LIST, DEVICE_DATA) else 0
            line = f"{capture.name[:36]:36} {endpoint.path:32} {len(body):6} B  ours {ours_ns:7.0f}"
            line += f"  theirs {theirs_ns:7.0f}" if theirs_ns is not None else "  theirs      -"
            if count:
                line += f"  per inverter {ours_ns / count:5.0f}"
                line += f" / {theirs_ns / count:5.0f}" if theirs_ns is not None else ""
            write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
