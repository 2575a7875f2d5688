"""Batteries and what belongs to them: when they are looked for, found, and may be deleted."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.enphase_iq_gateway import async_remove_config_entry_device
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN
from custom_components.enphase_iq_gateway.hub.registered import async_registered
from simulator import Faults
from tests.conftest import StartHome
from tests.support.home import Home

INVENTORY = "/ivp/ensemble/inventory"
DAY = 86_400.0
STEP_S = 1800.0
RARELY = {CONF_UPDATE_INTERVAL: 300}
"""What is read daily does not depend on the interval of all else, and a day takes less time."""


def refusing(code: int) -> Callable[[Faults], object]:
    """Return what makes a gateway answer the list of devices with a status."""
    return lambda faults: faults.add("status", path=INVENTORY, code=code)


def without_ac_batteries(faults: Faults) -> None:
    """Make the lists of all batteries fail, so that none is known."""
    for path in (INVENTORY, "/inventory.json", "/ivp/pdm/device_data", "/production.json", "/production"):
        faults.add("status", path=path, code=404)


def requests_of_storage(home: Home) -> list[str]:
    """Return the requests for paths that only gateways with storage have."""
    paths = [request.path for request in home.simulator.requests]
    return [path for path in paths if path.startswith(("/ivp/ensemble", "/ivp/ss", "/ivp/sc", "/ivp/livedata"))]


async def test_a_gateway_without_storage_costs_one_request_a_day(start_home: StartHome) -> None:
    home = await start_home(options=RARELY)
    assert requests_of_storage(home) == [INVENTORY]

    await home.advance(2 * DAY + 60, step=STEP_S)

    assert requests_of_storage(home) == [INVENTORY] * 3
    assert PollGroup.STORAGE not in home.entry.runtime_data.coordinators


@pytest.mark.parametrize("code", [401, 404])
async def test_batteries_that_are_installed_are_found_within_a_day(start_home: StartHome, code: int) -> None:
    home = await start_home("storage_single_phase", spoil=refusing(code), options=RARELY)
    home.simulator.faults.clear()
    await home.advance(DAY - 600, step=STEP_S)
    assert PollGroup.STORAGE not in home.entry.runtime_data.coordinators

    await home.advance(1200, step=300)

    assert 0 <= float(home.state("battery_state_of_charge")) <= 100


@pytest.mark.parametrize("code", [401, 404, 503])
async def test_a_list_that_is_refused_again_the_next_day_changes_nothing(start_home: StartHome, code: int) -> None:
    home = await start_home(options=RARELY)
    home.simulator.faults.add("status", path=INVENTORY, code=code)
    before = home.states()

    await home.advance(DAY + 600, step=STEP_S)

    assert home.states().keys() == before.keys()
    assert PollGroup.STORAGE not in home.entry.runtime_data.coordinators
    assert home.entry.state is ConfigEntryState.LOADED


async def test_ac_batteries_that_are_installed_are_found_within_a_day(start_home: StartHome) -> None:
    """They are in the list of devices of the gateway, which is read daily, and in no list of newer batteries."""
    home = await start_home("acb", spoil=without_ac_batteries, options=RARELY)
    assert PollGroup.STORAGE not in home.entry.runtime_data.coordinators
    home.simulator.faults.clear()
    refusing(404)(home.simulator.faults)

    await home.advance(DAY + 1200, step=STEP_S)

    assert home.entry.runtime_data.site.storage.ac_batteries


async def test_batteries_that_are_gone_are_looked_for_daily_after_a_day(start_home: StartHome) -> None:
    home = await start_home("storage_single_phase", options=RARELY)
    await home.advance(600, step=300)
    refusing(404)(home.simulator.faults)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    home.simulator.requests.clear()
    await home.advance(3600, step=30)
    assert len(requests_of_storage(home)) >= 10
    await home.advance(DAY, step=STEP_S)
    home.simulator.requests.clear()

    await home.advance(DAY, step=STEP_S)

    assert len(requests_of_storage(home)) <= 1


async def test_ac_batteries_whose_list_fails_at_first_are_found_soon_after(start_home: StartHome) -> None:
    home = await start_home("acb")
    await home.advance(600, step=30)
    without_ac_batteries(home.simulator.faults)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.advance(600, step=30)
    assert PollGroup.STORAGE not in home.entry.runtime_data.coordinators
    home.simulator.faults.clear()
    refusing(404)(home.simulator.faults)

    await home.advance(660, step=30)

    assert home.entry.runtime_data.site.storage.ac_batteries


async def test_a_list_that_could_not_be_read_at_set_up_is_read_again_soon(start_home: StartHome) -> None:
    home = await start_home("storage_single_phase", spoil=refusing(503))
    assert PollGroup.STORAGE not in home.entry.runtime_data.coordinators
    home.simulator.faults.clear()

    await home.advance(400)

    assert 0 <= float(home.state("battery_state_of_charge")) <= 100


async def test_devices_have_model_firmware_and_serial_and_are_connected_through_the_gateway(
    start_home: StartHome,
) -> None:
    home = await start_home("collar")

    registry = dr.async_get(home.hass)
    gateway = registry.async_get_device_by_identifier((DOMAIN, str(home.entry.unique_id)), home.entry.entry_id)
    assert gateway is not None
    found = {
        device.name: (device.model, device.model_id, device.sw_version)
        for device in dr.async_entries_for_config_entry(registry, home.entry.entry_id)
        if device.via_device_id == gateway.id and "Inverter" not in str(device.name)
    }
    assert found == {
        "IQ Battery 492300000101": ("IQ Battery 10C", "836-01250-r00", "4.5.35"),
        "IQ Battery 492300000109": ("IQ Battery 10C", "836-01250-r00", "4.5.35"),
        "IQ Meter Collar": ("IQ Meter Collar", "865-00400-r22", "3.0.6-D0"),
        "IQ Combiner": ("IQ Combiner 6C", "800-02403-r08", "0.1.20-D1"),
    }


@pytest.mark.usefixtures("all_entities_enabled")
async def test_devices_of_storage_are_not_registered_for_ever(
    start_home: StartHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway may list others at every start."""
    monkeypatch.setattr("custom_components.enphase_iq_gateway.hub.storage_devices.MOST_DEVICES", 2)
    home = await start_home("collar")

    registered = async_registered(home.hass, home.entry) & home.entry.runtime_data.site.storage.serials
    assert len(registered) == 2
    entities = {unique_id.partition("_")[0] for unique_id in home.states()}
    assert entities & home.entry.runtime_data.site.storage.serials == registered


async def test_a_battery_can_be_deleted_only_when_the_gateway_does_not_list_it(start_home: StartHome) -> None:
    home = await start_home("storage_single_phase")
    registry = dr.async_get(home.hass)
    (listed,) = home.entry.runtime_data.site.storage.batteries
    old = registry.async_get_or_create(config_entry_id=home.entry.entry_id, identifiers={(DOMAIN, "492300000999")})
    new = registry.async_get_device_by_identifier((DOMAIN, listed), home.entry.entry_id)
    assert new is not None

    deletable = [await async_remove_config_entry_device(home.hass, home.entry, device) for device in (old, new)]

    assert deletable == [True, False]
