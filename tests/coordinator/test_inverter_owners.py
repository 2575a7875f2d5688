"""An inverter that two gateways list is an inverter of the one that has received its last report."""

from dataclasses import dataclass

from homeassistant.core import CoreState
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.const import CONF_UPDATE_INTERVAL, DOMAIN
from custom_components.enphase_iq_gateway.coordinator import GatewayConfigEntry
from simulator import Simulator
from tests.conftest import StartHome, StartSimulator, set_up
from tests.support.entries import sensor_id
from tests.support.home import Home
from tests.support.virtual_time import settle

pytestmark = pytest.mark.slow

HOUR = 3600.0
SLOW = {CONF_UPDATE_INTERVAL: 300}
"""Everything but the inverters is polled every five minutes only, as the inverters are."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A home with a gateway and another one, which shares one inverter with it."""

    home: Home
    other: Simulator
    other_entry: GatewayConfigEntry
    serial: str

    def registered(self) -> er.RegistryEntry:
        """Return the registered power of the shared inverter."""
        registry = er.async_get(self.home.hass)
        found = registry.async_get(sensor_id(self.home.hass, f"{self.serial}_power"))
        assert found is not None
        return found

    def entries(self) -> set[str | None]:
        """Return the ids of the entries that have entities of the shared inverter."""
        entities = er.async_get(self.home.hass).entities.values()
        return {each.config_entry_id for each in entities if each.unique_id.startswith(f"{self.serial}_")}

    def unavailable(self) -> set[str]:
        """Return the entities of the shared inverter that are unavailable."""
        states = self.home.states()
        return {key for key, (_, state) in states.items() if key.startswith(self.serial) and state == "unavailable"}

    def silence(self, simulator: Simulator) -> None:
        """Stop the reports of the shared inverter to a gateway."""
        simulator.world.inverters[self.serial].communicating = False


@pytest.fixture
async def pair(start_home: StartHome, start_simulator: StartSimulator, all_entities_enabled: None) -> Pair:
    """Set up another gateway that lists the last inverter of the first one too; both are read every 5 minutes."""
    assert all_entities_enabled is None
    home = await start_home(options=SLOW)
    *_, serial = home.simulator.world.inverters
    other = await start_simulator(serial="122300000222", clock=home.clock.now, neighbor=home.simulator, shared=1)
    pair = Pair(home=home, other=other, other_entry=await set_up(home.hass, other, SLOW), serial=serial)
    home.caplog.clear()
    return pair


async def test_an_inverter_that_both_gateways_receive_does_not_move(pair: Pair) -> None:
    await pair.home.advance(2 * HOUR, step=60)

    assert pair.entries() == {pair.home.entry.entry_id}
    assert pair.home.log() == []


async def test_an_inverter_moves_to_the_gateway_that_still_receives_it(pair: Pair) -> None:
    before = pair.registered()
    er.async_get(pair.home.hass).async_update_entity(before.entity_id, name="South roof")
    runtimes = (pair.home.entry.runtime_data, pair.other_entry.runtime_data)
    pair.silence(pair.home.simulator)

    await pair.home.advance(1.5 * HOUR, step=60)

    after = pair.registered()
    assert pair.entries() == {pair.other_entry.entry_id}
    assert (after.entity_id, after.device_id, after.name) == (before.entity_id, before.device_id, "South roof")
    assert float(pair.home.state("power", pair.serial)) > 0
    assert pair.unavailable() == set()
    assert (pair.home.entry.runtime_data, pair.other_entry.runtime_data) == runtimes
    assert [level for level, message in pair.home.log() if pair.serial in message] == ["INFO"]
    assert f"{pair.other_entry.title}: inverters {pair.serial} report to this gateway now" in pair.home.caplog.text
    assert "does not generate unique IDs" not in pair.home.caplog.text


async def test_the_device_of_an_inverter_moves_behind_the_other_gateway(pair: Pair) -> None:
    pair.silence(pair.home.simulator)

    await pair.home.advance(1.5 * HOUR, step=60)

    devices = dr.async_get(pair.home.hass)
    moved = devices.async_get_device_by_identifier((DOMAIN, pair.serial), pair.other_entry.entry_id)
    gateway = devices.async_get_device_by_identifier((DOMAIN, pair.other.serial), pair.other_entry.entry_id)
    assert moved is not None
    assert gateway is not None
    assert moved.via_device_id == gateway.id
    assert devices.async_get_device_by_identifier((DOMAIN, pair.serial), pair.home.entry.entry_id) is None


async def test_an_inverter_moves_back(pair: Pair) -> None:
    pair.silence(pair.home.simulator)
    await pair.home.advance(1.5 * HOUR, step=60)
    assert pair.entries() == {pair.other_entry.entry_id}
    pair.home.simulator.world.inverters[pair.serial].communicating = True
    pair.silence(pair.other)

    await pair.home.advance(1.5 * HOUR, step=60)

    assert pair.entries() == {pair.home.entry.entry_id}
    assert pair.unavailable() == set()


async def test_the_inverter_of_a_gateway_that_is_gone_moves(pair: Pair) -> None:
    await pair.home.simulator.stop()

    await pair.home.advance(1.5 * HOUR, step=60)

    assert pair.entries() == {pair.other_entry.entry_id}
    assert pair.unavailable() == set()


async def test_a_restart_of_both_moves_nothing(pair: Pair) -> None:
    for entry in (pair.other_entry, pair.home.entry):
        await pair.home.hass.config_entries.async_reload(entry.entry_id)
        await settle(pair.home.hass)

    assert pair.entries() == {pair.home.entry.entry_id}
    assert pair.unavailable() == set()
    assert "does not generate unique IDs" not in pair.home.caplog.text


async def test_an_inverter_waits_for_its_gateway_while_home_assistant_starts(pair: Pair) -> None:
    hass = pair.home.hass
    await hass.config_entries.async_unload(pair.home.entry.entry_id)
    hass.set_state(CoreState.starting)

    await pair.home.advance(HOUR, step=60)

    assert pair.entries() == {pair.home.entry.entry_id}
    hass.set_state(CoreState.running)
    await pair.home.advance(600, step=60)
    assert pair.entries() == {pair.other_entry.entry_id}
    assert pair.unavailable() == set()


async def test_an_inverter_registered_for_both_gateways_becomes_one_device(pair: Pair) -> None:
    devices = dr.async_get(pair.home.hass)
    identifier = (DOMAIN, pair.serial)
    devices.async_get_or_create(config_entry_id=pair.other_entry.entry_id, identifiers={identifier})

    await pair.home.advance(600, step=60)

    assert devices.async_get_device_by_identifier(identifier, pair.other_entry.entry_id) is None
    kept = devices.async_get_device_by_identifier(identifier, pair.home.entry.entry_id)
    assert kept is not None
    assert pair.registered().device_id == kept.id


async def test_an_inverter_that_has_moved_is_not_logged_as_silent(pair: Pair) -> None:
    pair.silence(pair.home.simulator)

    await pair.home.advance(3 * HOUR, step=60)

    assert len([message for _, message in pair.home.log() if pair.serial in message]) == 1


async def test_the_other_gateway_has_the_inverter_of_a_deleted_one_at_once(pair: Pair) -> None:
    before = pair.registered()
    runtime = pair.other_entry.runtime_data

    await pair.home.hass.config_entries.async_remove(pair.home.entry.entry_id)
    await settle(pair.home.hass)

    assert pair.entries() == {pair.other_entry.entry_id}
    assert pair.registered().entity_id == before.entity_id
    assert float(pair.home.state("power", pair.serial)) > 0
    assert pair.unavailable() == set()
    assert pair.other_entry.runtime_data is runtime


async def test_an_inverter_that_no_gateway_listed_for_some_time_comes_back(pair: Pair) -> None:
    here, there = pair.home.simulator.world, pair.other.world
    inverter = here.inverters[pair.serial]
    here.list_inverter(inverter, listed=False)
    await pair.home.advance(900, step=60)
    assert pair.entries() == {pair.other_entry.entry_id}
    there.list_inverter(there.inverters[pair.serial], listed=False)
    await pair.home.advance(900, step=60)
    here.list_inverter(inverter, listed=True)

    await pair.home.advance(HOUR, step=60)

    assert pair.entries() == {pair.home.entry.entry_id}
    assert float(pair.home.state("power", pair.serial)) > 0
    assert pair.unavailable() == set()
