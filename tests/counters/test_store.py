"""The counters' state on disk: over restarts, after damage, and gone with the entry."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters.store import CounterStore
from simulator import Simulator
from tests.conftest import StartSimulator, set_up
from tests.support.virtual_time import VirtualTime, pass_time, virtual_time

PRODUCTION = "sensor.iq_gateway_lifetime_production"
COUNTER = "production.energy_lifetime_wh.0"
ENTRY_ID = "01KTS464006TDZBKQFBPN3ADFG"


@pytest.fixture
async def noon() -> AsyncIterator[VirtualTime]:
    """Stop the clock at noon of a day in June."""
    with virtual_time(datetime(2026, 6, 10, 12, tzinfo=UTC)) as clock:
        yield clock


@pytest.fixture
async def simulator(noon: VirtualTime, start_simulator: StartSimulator) -> Simulator:
    """Start a gateway with a production and a net CT."""
    return await start_simulator("metered_net_single_phase", clock=noon.now)


@pytest.fixture
def newer_file(hass: HomeAssistant, hass_storage: dict[str, Any], tmp_path: Path) -> Path:
    """Write the state of a newer version to a real disk too."""
    hass.config.config_dir = str(tmp_path)
    file = tmp_path / ".storage" / f"{DOMAIN}.{ENTRY_ID}"
    hass_storage[file.name] = {"version": 99, "data": {}}
    file.parent.mkdir()
    file.write_text(json.dumps(hass_storage[file.name]), "utf-8")
    return file


def stored(hass_storage: dict[str, Any], entry: ConfigEntry) -> dict[str, Any] | None:
    """Return what is on the disk of an entry's counters."""
    data: dict[str, Any] | None = hass_storage.get(f"{DOMAIN}.{entry.entry_id}", {}).get("data")
    return data


def production_kwh(hass: HomeAssistant) -> float:
    """Return what the entity shows."""
    state = hass.states.get(PRODUCTION)
    assert state is not None
    return float(state.state)


async def restart(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload the entry and set it up again, as a restart does."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


async def test_the_state_is_written_a_quarter_of_an_hour_after_it_was_last_written(
    hass: HomeAssistant, hass_storage: dict[str, Any], noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    await pass_time(hass, noon, 900)
    assert stored(hass_storage, entry) is None
    await pass_time(hass, noon, 120)
    first = stored(hass_storage, entry)
    assert first is not None
    await pass_time(hass, noon, 780)
    assert stored(hass_storage, entry) == first
    await pass_time(hass, noon, 240)
    assert stored(hass_storage, entry) != first


async def test_the_state_is_written_when_the_entry_is_unloaded(
    hass: HomeAssistant, hass_storage: dict[str, Any], simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    written = stored(hass_storage, entry)
    assert written is not None
    assert written["counters"][COUNTER]["published"] == pytest.approx(simulator.world.production.delivered_wh)


async def test_the_state_is_written_when_home_assistant_stops(
    hass: HomeAssistant, hass_storage: dict[str, Any], noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    await pass_time(hass, noon, 60)
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert stored(hass_storage, entry) is not None


async def test_a_restart_in_the_middle_of_a_glitch_changes_nothing(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    before = production_kwh(hass)
    simulator.faults.add("zeros")
    await pass_time(hass, noon, 60)
    await restart(hass, entry)
    await pass_time(hass, noon, 60)
    assert production_kwh(hass) == before
    simulator.faults.clear()
    await pass_time(hass, noon, 60)
    assert production_kwh(hass) * 1000 == pytest.approx(simulator.world.production.delivered_wh, abs=1)


@pytest.mark.slow
async def test_a_restart_in_the_middle_of_a_wrap_changes_nothing(
    hass: HomeAssistant, noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    simulator.faults.add("wrap")
    await pass_time(hass, noon, 60)
    await restart(hass, entry)
    await pass_time(hass, noon, 60)
    assert production_kwh(hass) * 1000 == pytest.approx(simulator.world.production.delivered_wh, abs=1)


async def test_a_reset_is_written_at_once(
    hass: HomeAssistant, hass_storage: dict[str, Any], noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    simulator.faults.add("spike", wh=-11_000_000.0)
    await pass_time(hass, noon, 990)
    written = stored(hass_storage, entry)
    assert written is not None
    assert written["counters"][COUNTER]["published"] < 2_000_000


@pytest.mark.parametrize(
    "content",
    [
        {"version": 1, "data": {"counters": "gone"}},
        {"version": 1, "data": []},
        {"version": 0, "data": {}},
        {"version": 99, "data": {}},
        {"version": "x", "data": {}},
    ],
    ids=["damaged", "no_object", "old", "new", "no_version"],
)
async def test_a_store_that_cannot_be_used_starts_afresh_with_a_line_in_the_log(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    content: dict[str, Any],
) -> None:
    entry = await set_up(hass, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = content
    caplog.clear()
    await restart(hass, entry)
    lines = [record for record in caplog.records if "start afresh" in record.message]
    assert len(lines) == 1
    assert production_kwh(hass) > 0


async def test_a_store_of_a_newer_version_is_kept_beside_the_new_one(hass: HomeAssistant, newer_file: Path) -> None:
    """The newer version may read it again."""
    store = CounterStore(hass, ENTRY_ID)

    await store.async_load()

    kept = newer_file.with_name(f"{newer_file.name}.unusable")
    content = await hass.async_add_executor_job(kept.read_text)
    assert json.loads(content)["version"] == 99
    await store.async_remove()
    assert not kept.exists()


@pytest.mark.parametrize("error", [IsADirectoryError(), OSError(28, "No space left on device"), FileNotFoundError()])
async def test_an_unusable_store_that_cannot_be_kept_does_not_stop_set_up(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
) -> None:
    """A folder in its place, or a full disk."""
    entry = await set_up(hass, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {"version": 99, "data": {}}

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("custom_components.enphase_iq_gateway.counters.store.copyfile", fail)
    await restart(hass, entry)

    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("stored_at", [-1e12, 1e12])
async def test_an_absurd_time_in_the_store_does_not_stop_set_up(
    hass: HomeAssistant, hass_storage: dict[str, Any], simulator: Simulator, stored_at: float
) -> None:
    entry = await set_up(hass, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["gateway"]["stored_at"] = stored_at

    await restart(hass, entry)

    assert entry.state is ConfigEntryState.LOADED


async def test_a_file_that_home_assistant_cannot_move_aside_does_not_stop_set_up(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corrupt file on a disk that has become read-only."""
    entry = await set_up(hass, simulator)

    async def fail(_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("homeassistant.helpers.storage.Store.async_load", fail)
    await restart(hass, entry)

    assert entry.state is ConfigEntryState.LOADED


async def test_a_missing_store_starts_afresh(
    hass: HomeAssistant, hass_storage: dict[str, Any], simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    del hass_storage[f"{DOMAIN}.{entry.entry_id}"]
    await restart(hass, entry)
    assert production_kwh(hass) > 0


async def test_nothing_is_written_before_anything_was_read(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """It would replace the stored state by an empty one."""
    await CounterStore(hass, "entry").async_save()
    assert f"{DOMAIN}.entry" not in hass_storage


async def test_removing_the_entry_removes_its_state(
    hass: HomeAssistant, hass_storage: dict[str, Any], noon: VirtualTime, simulator: Simulator
) -> None:
    entry = await set_up(hass, simulator)
    await pass_time(hass, noon, 60)
    await hass.config_entries.async_remove(entry.entry_id)
    await pass_time(hass, noon, 600, step=300)
    assert stored(hass_storage, entry) is None
