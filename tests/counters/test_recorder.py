"""The last values of counters are read from the states and statistics of a real recorder."""

from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator
from sqlalchemy.exc import OperationalError

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters import recorder
from custom_components.enphase_iq_gateway.counters.counter import rebase
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import (
    AcBatteryCounter,
    CounterField,
    CounterKey,
    FlowCounter,
    InverterCounter,
)
from custom_components.enphase_iq_gateway.counters.last_value import LastValue
from custom_components.enphase_iq_gateway.counters.recorder import async_last_values, async_values_since
from custom_components.enphase_iq_gateway.counters.state import GuardState
from custom_components.enphase_iq_gateway.counters.store import CounterStore
from tests.support.guard import LIFETIME, NET, TOTAL_CT, guard_site

ENTITY = "sensor.lifetime_production"
EXPORT = FlowCounter(NET, CounterField.RECEIVED)
SERIAL, OTHER_SERIAL = "999900000001", "999900000002"


async def import_hour(hass: HomeAssistant, unit: str, unit_class: str, state: float | None = 1.5) -> float:
    """Import the statistics of the last full hour and return its end in epoch seconds."""
    start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    row = StatisticData(start=start, sum=1.5)
    if state is not None:
        row["state"] = state
    async_import_statistics(
        hass,
        {
            "has_sum": True,
            "mean_type": StatisticMeanType.NONE,
            "name": None,
            "source": "recorder",
            "statistic_id": ENTITY,
            "unit_class": unit_class,
            "unit_of_measurement": unit,
        },
        [row],
    )
    await async_wait_recording_done(hass)
    return (start + timedelta(hours=1)).timestamp()


async def test_an_hour_in_another_unit_is_returned_in_watt_hours(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    end = await import_hour(hass, "MWh", "energy")

    assert await async_last_values(hass, [ENTITY]) == {ENTITY: LastValue(energy_wh=1_500_000.0, at=end)}


async def test_a_sensor_that_is_no_energy_has_no_last_value(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    await import_hour(hass, "m³", "volume")

    assert await async_last_values(hass, [ENTITY]) == {}


async def test_an_hour_without_a_state_has_no_last_value(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    await import_hour(hass, "kWh", "energy", state=None)

    assert await async_last_values(hass, [ENTITY]) == {}


async def record(hass: HomeAssistant, state: str, unit: str) -> None:
    """Record one state."""
    hass.states.async_set(ENTITY, state, {"unit_of_measurement": unit})
    await async_wait_recording_done(hass)


async def test_a_state_is_newer_than_the_statistics(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    await import_hour(hass, "kWh", "energy")
    await record(hass, "1.7", "kWh")
    recorded = hass.states.get(ENTITY)
    assert recorded is not None

    last = await async_last_values(hass, [ENTITY])

    assert last[ENTITY].energy_wh == 1_700.0
    assert last[ENTITY].at == pytest.approx(recorded.last_updated_timestamp)


async def test_the_last_number_counts_while_the_sensor_is_unavailable(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    for state, unit in (("0.0016", "MWh"), ("0.0017", "MWh"), ("inf", "MWh"), ("9", "m³"), ("unavailable", "MWh")):
        await record(hass, state, unit)

    assert (await async_last_values(hass, [ENTITY]))[ENTITY].energy_wh == pytest.approx(1_700.0)


async def test_the_last_value_since_a_time_has_the_reset_of_its_sensor(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    await record(hass, "1.5", "kWh")
    since = dt_util.utcnow()
    reset = {"unit_of_measurement": "kWh", "last_reset": "2026-06-10T00:00:00+02:00"}
    for value in ("1.6", "1.7", "unavailable"):
        hass.states.async_set(ENTITY, value, reset)
    await async_wait_recording_done(hass)

    last = (await async_values_since(hass, [ENTITY, "sensor.other"], since))[ENTITY]

    assert last.energy_wh == pytest.approx(1_700)
    assert last.reset_at == datetime(2026, 6, 9, 22, tzinfo=UTC).timestamp()


async def test_nothing_that_was_recorded_earlier_is_a_value_since_a_time(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> None:
    await async_setup_recorder_instance(hass)
    await record(hass, "1.5", "kWh")

    assert [await async_values_since(hass, wanted, dt_util.utcnow()) for wanted in ([ENTITY], [])] == [{}, {}]


async def test_a_recorder_that_did_not_start_has_no_last_value(hass: HomeAssistant) -> None:
    assert "recorder" not in hass.config.components
    assert await async_last_values(hass, [ENTITY]) == {}


async def test_a_database_that_fails_is_logged(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await async_setup_recorder_instance(hass)

    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    monkeypatch.setattr("custom_components.enphase_iq_gateway.counters.recorder.get_last_state_changes", fail)

    assert await async_last_values(hass, [ENTITY]) == {}
    assert "The last values of the counters cannot be read from the recorder" in caplog.text


async def test_a_database_that_does_not_answer_does_not_stop_set_up(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that is switched off answers nothing for minutes."""
    await async_setup_recorder_instance(hass)
    answered = Event()
    monkeypatch.setattr(recorder, "get_significant_states", lambda *_, **__: {} if answered.wait() else None)
    monkeypatch.setattr(recorder, "_LIMIT_S", 0)

    try:
        assert await async_values_since(hass, [ENTITY], dt_util.utcnow()) == {}
    finally:
        answered.set()
    assert "cannot be read from the recorder" in caplog.text


async def test_a_state_of_an_old_backup_continues_from_a_value_of_days_ago(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """A counter of export may stand for days."""
    await async_setup_recorder_instance(hass)
    backup_at, shown_at = (dt_util.utcnow().timestamp() - days * 86_400 for days in (14, 3))
    entry = MockConfigEntry(domain=DOMAIN, unique_id="999900000001")
    entry.add_to_hass(hass)
    guard = Guard(site=guard_site(TOTAL_CT), state=GuardState(stored_at=backup_at))
    for key, name in ((LIFETIME, "production_energy_lifetime"), (EXPORT, "grid_export_energy")):
        unique_id = f"{entry.unique_id}_{name}"
        entity = er.async_get(hass).async_get_or_create("sensor", DOMAIN, unique_id, config_entry=entry)
        guard.state.counters[key] = rebase(CounterState(), 40_000, backup_at)
        at = shown_at if key == EXPORT else backup_at - 1
        hass.states.async_set(entity.entity_id, "70", {"unit_of_measurement": "kWh"}, timestamp=at)
    await async_wait_recording_done(hass)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {"version": 1, "data": guard.state.as_json()}
    store = CounterStore(hass, entry.entry_id)

    state = await store.async_load()
    await store.async_catch_up(guard.site)

    assert {key: counter.published for key, counter in state.counters.items()} == {LIFETIME: 40_000, EXPORT: 70_000}


def deleted_sensor(
    hass: HomeAssistant,
    unique_id: str,
    entry: MockConfigEntry,
    *,
    disabled_by: er.RegistryEntryDisabler | None = None,
) -> str:
    """Show 70 kWh in a sensor, and delete it from the registry; return its entity ID."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_or_create(
        "sensor", DOMAIN, unique_id, config_entry=entry, disabled_by=disabled_by
    ).entity_id
    hass.states.async_set(entity_id, "70", {"unit_of_measurement": "kWh"})
    hass.states.async_remove(entity_id)
    registry.async_remove(entity_id)
    return entity_id


async def recovered(hass: HomeAssistant, entry: MockConfigEntry) -> set[CounterKey]:
    """Return the counters that continue in an entry without a stored state."""
    await async_wait_recording_done(hass)
    return set((await CounterStore(hass, entry.entry_id).async_load()).counters)


@pytest.fixture
async def entries(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant
) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Add the entries of a gateway, and of another one."""
    await async_setup_recorder_instance(hass)
    added = tuple(MockConfigEntry(domain=DOMAIN, unique_id=serial) for serial in (SERIAL, OTHER_SERIAL))
    for entry in added:
        entry.add_to_hass(hass)
    return added[0], added[1]


async def test_an_added_entry_continues_the_counters_of_its_deleted_sensors(
    hass: HomeAssistant, entries: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    """Home Assistant gives them their former entity IDs."""
    former, _ = entries
    for unique_id in (f"{SERIAL}_production_energy_lifetime", "121_energy_lifetime", "482_energy_charged"):
        deleted_sensor(hass, unique_id, former)
    await hass.config_entries.async_remove(former.entry_id)
    entry = MockConfigEntry(domain=DOMAIN, unique_id=SERIAL)
    entry.add_to_hass(hass)

    battery = AcBatteryCounter("482", CounterField.RECEIVED)
    assert await recovered(hass, entry) == {LIFETIME, InverterCounter("121"), battery}


async def test_deleted_sensors_of_another_gateway_do_not_count(
    hass: HomeAssistant, entries: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    entry, other = entries
    for unique_id in (f"{OTHER_SERIAL}_production_energy_lifetime", "121_energy_lifetime"):
        deleted_sensor(hass, unique_id, other)
    assert await recovered(hass, entry) == set()

    deleted_sensor(hass, f"{OTHER_SERIAL}_grid_export_energy", other)
    er.async_get(hass).async_clear_config_entry(other.entry_id)

    assert await recovered(hass, entry) <= {InverterCounter("121")}


async def test_a_deleted_sensor_that_home_assistant_does_not_restore_does_not_count(
    hass: HomeAssistant, entries: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    """Another entity has its entity ID or its unique ID, or it was disabled."""
    entry, _ = entries
    registry = er.async_get(hass)
    taken = deleted_sensor(hass, f"{SERIAL}_production_energy_lifetime", entry)
    registry.async_get_or_create("sensor", "other", "1", suggested_object_id=taken.removeprefix("sensor."))
    export = f"{SERIAL}_grid_export_energy"
    deleted_sensor(hass, export, entry)
    moved = registry.async_get_or_create("sensor", "other", "2")
    registry.async_update_entity_platform(
        moved.entity_id, DOMAIN, new_config_entry_id=entry.entry_id, new_unique_id=export
    )
    deleted_sensor(hass, f"{SERIAL}_grid_import_energy", entry, disabled_by=er.RegistryEntryDisabler.USER)

    assert await recovered(hass, entry) == set()
