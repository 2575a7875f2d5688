"""Compare docs/architecture.md with the code."""

from importlib import import_module
from inspect import unwrap
import re
import sys
from types import CodeType, FrameType

import pytest

from custom_components.enphase_iq_gateway.binary_sensor.inverters import INVERTER_BINARY_SENSORS
from custom_components.enphase_iq_gateway.binary_sensor.storage import (
    STORAGE_BINARY_SENSORS,
    STORAGE_DEVICE_BINARY_SENSORS,
)
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.control.entity import OF_CONTROLLER
from custom_components.enphase_iq_gateway.entity.storage import ac_batteries, batteries, other_devices
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.health import PANELS_BELOW_ARRAY
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage import STORAGE_SENSORS
from custom_components.enphase_iq_gateway.sensor.storage_devices import STORAGE_DEVICE_SENSORS
from tests.support.entity_names import CONTROLS, PERFORMANCE
from tests.support.home import Home
from tests.support.pages import DOCS, ROOT, section, table

INTEGRATION = ROOT / "custom_components" / DOMAIN

ARCHITECTURE = DOCS / "architecture.md"
MOST_STATIONS = 8
STATIONS = re.findall(r"^\d+\. `([\w.]+):([\w.]+)`", section(ARCHITECTURE, "The way of one value"), re.MULTILINE)


def station_code(module: str, name: str) -> CodeType:
    """Return the code of a station, a function or a property."""
    found: object = import_module(f"custom_components.{DOMAIN}.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    function = found.fget if isinstance(found, property) else found
    assert callable(function)
    code = unwrap(function).__code__
    assert isinstance(code, CodeType)
    return code


def test_every_package_of_the_layout_exists() -> None:
    packages = [package.strip("`/") for package, _ in table(section(ARCHITECTURE, "Layout"))]

    missing = [
        name for name in packages if not (INTEGRATION / name).exists() and not (INTEGRATION / f"{name}.py").exists()
    ]

    assert missing == []


def test_the_layout_lists_every_package() -> None:
    listed = {package.strip("`/") for package, _ in table(section(ARCHITECTURE, "Layout"))}

    packages = {file.parent.relative_to(INTEGRATION).as_posix() for file in INTEGRATION.rglob("*/__init__.py")}

    assert packages - {"."} <= listed


def test_what_is_new_goes_into_files_that_exist() -> None:
    rows = table(section(ROOT / "CONTRIBUTING.md", "Where would ... go?"))
    paths = {path for _, places in rows for path in re.findall(r"`([\w/]+(?:/|\.\w+))`", places)}

    missing = {path for path in paths if not (INTEGRATION / path).exists() and not (ROOT / path).exists()}

    assert [subject for subject, _ in rows] == ["CT type", "entity", "endpoint", "repair"]
    assert len(paths) > 20
    assert missing == set()


def test_every_unique_id_is_listed() -> None:
    of_gateway = {row.key for row in FLOW_SENSORS} | {
        "{flow}_ct_status" if row.key.endswith("_ct_status") else row.key
        for row in (*GATEWAY_SENSORS, PANELS_BELOW_ARRAY)
    }
    of_inverter = {row.key for row in (*INVERTER_SENSORS, PERFORMANCE, *INVERTER_BINARY_SENSORS)}

    of_gateway |= {row.key for row in (*STORAGE_SENSORS, *STORAGE_BINARY_SENSORS)}
    letters: dict[object, str] = {batteries: "B", ac_batteries: "A", other_devices: "E"}
    of_device = {
        f"{letters[row.devices_fn]}_{row.key}" for row in (*STORAGE_DEVICE_SENSORS, *STORAGE_DEVICE_BINARY_SENSORS)
    }

    of_device |= {
        f"E_{row.key.replace(row.contact, '{contact}') if row.contact else row.key}"
        for rows in CONTROLS.values()
        for row in rows
        if row.setting in OF_CONTROLLER
    }
    of_gateway |= {row.key for rows in CONTROLS.values() for row in rows if row.setting not in OF_CONTROLLER}

    listed = re.findall(r"`([SIBAE]_[^`]+)`", section(ARCHITECTURE, "Unique ids"))

    assert len(listed) == len(set(listed))
    assert set(listed) == {f"S_{key}" for key in of_gateway} | {f"I_{key}" for key in of_inverter} | of_device


@pytest.mark.parametrize(("module", "name"), STATIONS)
def test_every_station_exists(module: str, name: str) -> None:
    assert station_code(module, name)


async def test_a_reading_passes_the_stations_in_order(home: Home) -> None:
    stations = {station_code(module, name): f"{module}:{name}" for module, name in STATIONS}
    passed: list[str] = []

    def record(frame: FrameType, event: str, _: object) -> None:
        name = stations.get(frame.f_code)
        if event == "call" and name is not None and name not in passed:
            passed.append(name)

    sys.setprofile(record)
    try:
        await home.advance(60)
    finally:
        sys.setprofile(None)

    assert 0 < len(STATIONS) <= MOST_STATIONS
    assert passed == [f"{module}:{name}" for module, name in STATIONS]
