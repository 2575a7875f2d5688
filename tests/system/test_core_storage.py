"""The entities of storage of every recorded gateway, beside the values that Home Assistant's own integration shows."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pyenphase import Envoy, EnvoyData
import pytest

from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.support.captures import CAPTURES, needs
from tests.support.recorded import GATEWAYS
from tests.support.replaying import start_capture
from tests.support.shown import only_storage, shown_values

pytestmark = needs(CAPTURES)

WITH_STORAGE = {
    "7.3.517",
    "7.3.517_legacy_savings_mode",
    "8.2.127_with_3cts_and_battery_split",
    "8.2.127_with_generator_running",
    "8.2.4286_with_3cts_and_battery_split",
    "8.2.4345_with_device_data",
    "8.2.4382_ACB",
    "8.3.1598_collar",
    "8.3.5167_3rd-pv",
    "8.3.5169_ACB_inventory",
    "8.3.5169_with_generator",
}
REASONS = {
    "8.2.127_with_3cts_and_battery_split": {
        "inverter * last_reported": "the reports are dated after the gateway's own time, so their time is not known"
    },
}
"""Differences by capture and pattern of the key, with their reasons."""

type Item = tuple[str, float | str | None]


async def core_values(simulator: Simulator) -> dict[str, float | str]:
    """Return what core shows of storage, by the keys of this integration's entities."""
    envoy = Envoy(simulator.address, v2_acb_mode=True)
    try:
        await envoy.setup()
        await envoy.authenticate(token=simulator.token())
        data = await envoy.update()
    finally:
        await envoy.close()
    return {key: value for key, value in _items(data) if value is not None}


def _switch(*, on: bool | None) -> str | None:
    return None if on is None else "on" if on else "off"


def _items(data: EnvoyData) -> Iterator[Item]:
    if (all_batteries := data.encharge_aggregate) is not None and data.encharge_inventory:
        whole = data.battery_aggregate
        yield "battery_state_of_charge", whole.state_of_charge if whole else all_batteries.state_of_charge
        yield "battery_available_energy", whole.available_energy if whole else all_batteries.available_energy
        yield "battery_capacity", whole.max_available_capacity if whole else all_batteries.max_available_capacity
        yield "battery_reserve", all_batteries.reserve_state_of_charge
        yield "battery_reserve_energy", all_batteries.backup_reserve
    for serial, battery in (data.encharge_inventory or {}).items():
        yield f"inverter {serial} temperature", battery.temperature
        yield f"inverter {serial} last_reported", battery.last_report_date
        yield f"inverter {serial} communicating", _switch(on=battery.communicating)
        yield f"inverter {serial} dc_switch", _switch(on=not battery.dc_switch_off)
    for serial, power in (data.encharge_power or {}).items():
        yield f"inverter {serial} state_of_charge", power.soc
        yield f"inverter {serial} power", power.real_power_mw / 1000
    if (controller := data.enpower) is not None:
        yield f"inverter {controller.serial_number} temperature", round((controller.temperature - 32) / 1.8, 1)
        yield f"inverter {controller.serial_number} last_reported", controller.last_report_date
        yield f"inverter {controller.serial_number} communicating", _switch(on=controller.communicating)
        yield "grid_connected", _switch(on=controller.mains_oper_state == "closed")
    if (collar := data.collar) is not None:
        yield f"inverter {collar.serial_number} temperature", collar.temperature
        yield f"inverter {collar.serial_number} communicating", _switch(on=collar.communicating)
        yield f"inverter {collar.serial_number} status", collar.admin_state_str
    if (combiner := data.c6cc) is not None:
        yield f"inverter {combiner.serial_number} communicating", _switch(on=combiner.communicating)
    for serial, unit in (data.acb_inventory or {}).items():
        yield f"inverter {serial} state_of_charge", unit.percent_full
        yield f"inverter {serial} temperature", unit.max_cell_temp
        yield f"inverter {serial} communicating", _switch(on=unit.communicating)
    if (ct := data.ctmeter_storage) is not None:
        yield "battery_power", ct.active_power
        yield "battery_energy_discharged", ct.energy_delivered
        yield "battery_energy_charged", ct.energy_received


async def shown_and_core(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str
) -> tuple[dict[str, float | str | None], dict[str, float | str]]:
    """Return the values of storage that this integration shows of a capture, and core's."""
    simulator = await start_capture(start_simulator, freezer, name)
    entry = await set_up(hass, simulator)
    return only_storage(shown_values(hass, entry), entry), await core_values(simulator)


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("name", sorted(WITH_STORAGE))
async def test_what_core_shows_of_storage_is_shown_with_the_same_value(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str
) -> None:
    ours, theirs = await shown_and_core(hass, start_simulator, freezer, name)

    different = {
        key: (ours.get(key), value)
        for key, value in theirs.items()
        if (
            ours.get(key) != pytest.approx(value, abs=0.6)
            if isinstance(value, (int, float))
            else ours.get(key) != value
        )
    }
    patterns = REASONS.get(name, {}).keys()
    assert {key for key in different if not any(fnmatchcase(key, pattern) for pattern in patterns)} == set(), different
    assert {pattern for pattern in patterns if not any(fnmatchcase(key, pattern) for key in different)} == set()


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("name", sorted(GATEWAYS.keys() - WITH_STORAGE))
async def test_a_gateway_without_storage_has_no_entities_of_it(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str
) -> None:
    entry = await set_up(hass, await start_capture(start_simulator, freezer, name))

    assert only_storage(shown_values(hass, entry), entry) == {}
    assert entry.runtime_data.site.storage.is_empty
