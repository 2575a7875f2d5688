"""The demo: a readable table, a free port, no process left behind."""

from pathlib import Path
import signal
import socket
import sys

import pytest

from scripts.demo_home.__main__ import missing_values
from scripts.demo_home.processes import LOOPBACK, Child, DemoError, child, free_port
from scripts.demo_home.table import Row, fit, format_state, layout, read_row

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def row(device: str, name: str, value: str, *, is_inverter: bool = False) -> Row:
    """Return a row of the table."""
    return Row(
        entity_id=f"sensor.{device}_{name}".lower().replace(" ", "_"),
        device=device,
        name=name,
        value=value,
        has_value=value != "unknown",
        of_gateway=device == "Gateway",
        is_inverter=is_inverter,
    )


INVERTERS = [
    row(f"Inverter {number}", name, value, is_inverter=name == "Power")
    for number in (1, 2)
    for name, value in (("Power", f"{number} W"), ("Today", "0.10 kWh"))
]


def test_a_device_without_others_of_its_kind_is_a_block() -> None:
    rows = [row("Gateway", "Production", "1 200 W"), row("Gateway", "Grid", "-5 W")]
    assert layout(rows) == ["Gateway", "  Production  1 200 W", "  Grid           -5 W", ""]


def test_devices_of_one_kind_share_a_block() -> None:
    assert layout(INVERTERS) == [
        "2 devices     Power     Today",
        "  Inverter 1    1 W  0.10 kWh",
        "  Inverter 2    2 W  0.10 kWh",
        "",
    ]


def test_the_main_entity_of_a_device_is_named_by_what_it_measures() -> None:
    entity = {"entity_id": "sensor.inverter_1", "translation_key": "power"}
    state = {"state": "259", "attributes": {"friendly_name": "Inverter 1", "device_class": "power"}}
    read = read_row(entity, {"name": "Inverter 1", "via_device_id": "gateway"}, state)
    assert (read.device, read.name, read.is_inverter, read.of_gateway) == ("Inverter 1", "Power", True, False)


def test_a_number_is_shown_as_the_page_shows_it() -> None:
    """It has the suggested decimals, separated thousands and the unit."""
    state = {"state": "12345.678", "attributes": {"unit_of_measurement": "kWh"}}
    assert format_state(state, {"suggested_display_precision": 1}) == "12 345.7 kWh"


def test_a_table_too_long_for_the_terminal_ends_with_the_number_of_missing_lines() -> None:
    """No line wraps, because the next frame is drawn over this one."""
    lines = fit([f"line {number} {'x' * 80}" for number in range(30)], 40, 10)
    assert len(lines) == 9
    assert lines[-1].startswith("... and 22 more lines")
    assert max(map(len, lines)) < 40


def test_entities_without_a_value_are_listed() -> None:
    assert missing_values([row("Gateway", "Grid", "unknown"), *INVERTERS], 2) == [
        "the value of sensor.gateway_grid (unknown)"
    ]


def test_missing_inverters_are_counted() -> None:
    """An inverter without entities is in no row."""
    assert missing_values(INVERTERS, 20) == ["inverters: 2 of 20"]


def test_a_battery_is_not_counted_as_an_inverter() -> None:
    assert missing_values([row("IQ Battery 1", "State of charge", "50 %"), *INVERTERS], 2) == []


def test_no_entity_at_all_is_not_success() -> None:
    assert missing_values([], None) == ["entities of the integration"]


def test_complete_rows_lack_nothing() -> None:
    assert missing_values(INVERTERS, 2) == []


def test_without_an_option_the_next_free_port_is_used() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port, or_next=True) > port


def test_a_port_in_use_is_an_error_with_the_option() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=f"port {port} is in use"):
            free_port(port, or_next=False)


async def test_a_child_is_ended_when_the_demo_fails(tmp_path: Path) -> None:
    children: list[Child] = []

    async def failing_demo() -> None:
        async with child("sleeper", SLEEPER, tmp_path / "log") as running:
            children.append(running)
            raise DemoError("something else went wrong")

    with pytest.raises(DemoError, match="something else"):
        await failing_demo()
    assert children[0].process.returncode == -signal.SIGTERM


async def test_a_child_that_ends_by_itself_is_reported_with_its_log(tmp_path: Path) -> None:
    """The message has the process, its exit code and its last line."""
    command = [sys.executable, "-c", "import sys; sys.exit('x error: no such profile')"]
    async with child("the simulator", command, tmp_path / "log") as running:
        await running.process.wait()
        with pytest.raises(DemoError, match=r"^the simulator exited unexpectedly \(exit code 1\)\n  x error:"):
            running.check()
