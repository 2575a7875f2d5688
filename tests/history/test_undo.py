"""A repair can be undone exactly, also after restarts and after later changes."""

import asyncio
from typing import Any

from homeassistant.components.recorder.models import StatisticData
from homeassistant.components.recorder.statistics import async_change_statistics_unit
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.history.recorder import RecordedEnergy
from custom_components.enphase_iq_gateway.history.repair import StatisticsRepairs
from tests.support.statistics import (
    END,
    ENTITY,
    HOURS,
    LIFETIME,
    PER_HOUR,
    PER_KWH,
    SPIKE_HOUR,
    at,
    counted,
    put,
    repair,
    sums,
    ten_days,
    undo,
)

SPIKE = 12_245.0
STORE = f"{DOMAIN}.statistics_repairs"
CHANGE = {"dry_run": False}

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("action")]


async def adjust(hass: HomeAssistant, hour: int, amount: float) -> None:
    """Adjust a sum as Home Assistant's own tool does."""
    get_instance(hass).async_adjust_statistics(ENTITY, at(hour), amount, "kWh")
    await async_wait_recording_done(hass)


async def rename(hass: HomeAssistant, entity_id: str, new_entity_id: str) -> None:
    """Rename a sensor, and with it its statistics."""
    er.async_get(hass).async_update_entity(entity_id, new_entity_id=new_entity_id)
    await async_wait_recording_done(hass)


@pytest.mark.parametrize("unit", PER_KWH)
async def test_an_undo_restores_every_sum(hass: HomeAssistant, unit: str) -> None:
    await put(hass, ten_days(false=SPIKE, scale=PER_KWH[unit]), unit=unit)
    before = await sums(hass, unit=unit)
    await repair(hass, CHANGE)
    response = await undo(hass)
    assert await sums(hass, unit=unit) == pytest.approx(before, rel=1e-12)
    assert [change["instead"] for change in response["changes"]] == pytest.approx([(SPIKE + PER_HOUR) * PER_KWH[unit]])


async def test_energy_counted_since_the_repair_stays(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    await put(hass, [StatisticData(start=at(HOURS), state=LIFETIME + PER_HOUR * HOURS, sum=END + 2.0)])
    await undo(hass)
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE + 2.0)


async def test_an_undo_is_possible_after_a_restart(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    await StatisticsRepairs(hass).async_undo(ENTITY)
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE)


async def test_the_unit_may_be_changed_in_between(hass: HomeAssistant) -> None:
    """Home Assistant converts what is stored when a user does this."""
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    await async_change_statistics_unit(hass, ENTITY, new_unit_of_measurement="MWh", old_unit_of_measurement="kWh")
    await async_wait_recording_done(hass)
    await undo(hass)
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE)


async def test_repairs_and_undos_at_the_same_time_follow_one_another(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    before = await sums(hass)
    await asyncio.gather(repair(hass, CHANGE), undo(hass), repair(hass, CHANGE), undo(hass))
    assert await sums(hass) == pytest.approx(before)


async def test_each_undo_reverts_one_repair_more(hass: HomeAssistant) -> None:
    drops = [(hour, 0.0 if hour in (100, 200) else LIFETIME + PER_HOUR * hour) for hour in range(HOURS)]
    await put(hass, counted(drops))
    before = await sums(hass)
    await repair(hass, {**CHANGE, "hours": [at(101).isoformat()]})
    between = await sums(hass)
    await repair(hass, {**CHANGE, "hours": [at(201).isoformat()]})
    await undo(hass)
    assert await sums(hass) == pytest.approx(between)
    await undo(hass)
    assert await sums(hass) == pytest.approx(before)
    with pytest.raises(ServiceValidationError) as refused:
        await undo(hass)
    assert refused.value.translation_key == "nothing_to_undo"


async def test_a_sensor_that_was_renamed_keeps_its_repairs(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    domain, _, name = ENTITY.partition(".")
    registry.async_get_or_create(Platform(domain), "elsewhere", "1", suggested_object_id=name)
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    renamed = "sensor.renamed"
    await rename(hass, ENTITY, renamed)
    assert len((await undo(hass, renamed))["changes"]) == 1


async def test_a_sensor_with_the_former_name_of_another_has_its_own_repairs(hass: HomeAssistant) -> None:
    """Both have dropped to zero in the same hour, in which both have measured the same."""
    registry = er.async_get(hass)
    domain, _, name = ENTITY.partition(".")
    registry.async_get_or_create(Platform(domain), "elsewhere", "1", suggested_object_id=name)
    await put(hass, ten_days(false=8_000.0))
    await rename(hass, ENTITY, "sensor.first")
    registry.async_get_or_create(Platform(domain), "elsewhere", "2", suggested_object_id=name)
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, {**CHANGE, "entity": "sensor.first"})
    await repair(hass, CHANGE)

    await rename(hass, ENTITY, "sensor.second")
    await rename(hass, "sensor.first", ENTITY)
    await undo(hass)

    assert (await sums(hass))[-1] == pytest.approx(END + 8_000.0)
    assert len((await undo(hass, "sensor.second"))["changes"]) == 1


async def test_statistics_that_another_sensor_continues_keep_their_repairs(hass: HomeAssistant) -> None:
    """Another integration was removed, and a sensor of this one has the name of its sensor."""
    registry = er.async_get(hass)
    domain, _, name = ENTITY.partition(".")
    registry.async_get_or_create(Platform(domain), "elsewhere", "1", suggested_object_id=name)
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    registry.async_remove(ENTITY)
    registry.async_get_or_create(Platform(domain), DOMAIN, "2", suggested_object_id=name)
    await undo(hass)
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE)


async def test_an_hour_that_was_changed_since_is_not_undone(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    await adjust(hass, SPIKE_HOUR, 7.0)
    with pytest.raises(ServiceValidationError) as refused:
        await undo(hass)
    assert refused.value.translation_key == "changed_since"
    assert (await sums(hass))[-1] == pytest.approx(END + 7.0)


async def test_statistics_of_another_database_are_not_undone(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Home Assistant's own files can outlive the database."""
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    hass_storage[STORE]["data"]["repairs"][0]["hours"][0]["start"] += 86_400 * 365
    with pytest.raises(ServiceValidationError) as refused:
        await undo(hass)
    assert refused.value.translation_key == "changed_since"


async def test_only_changes_made_before_a_crash_are_undone(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    drops = [(hour, 0.0 if hour in (100, 200) else LIFETIME + PER_HOUR * hour) for hour in range(HOURS)]
    await put(hass, counted(drops))
    before = await sums(hass)
    adjust_one = RecordedEnergy.async_adjust
    made: list[object] = []

    async def crash_at_the_second(self: RecordedEnergy, parts: list[tuple[float, float]]) -> None:
        if made:
            raise RuntimeError
        made.append(parts)
        await adjust_one(self, parts)

    with monkeypatch.context() as crash:
        crash.setattr(RecordedEnergy, "async_adjust", crash_at_the_second)
        with pytest.raises(RuntimeError):
            await repair(hass, CHANGE)
    response = await undo(hass)
    assert len(response["changes"]) == 1
    assert await sums(hass) == pytest.approx(before)


async def test_nothing_is_changed_when_the_record_cannot_be_written(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """A newer version of the integration wrote the file."""
    await put(hass, ten_days(false=SPIKE))
    hass_storage[STORE] = {"version": 99, "minor_version": 1, "key": STORE, "data": {}}
    with pytest.raises(HomeAssistantError) as failed:
        await repair(hass, CHANGE)
    assert failed.value.translation_key == "journal_failed"
    assert (await sums(hass))[-1] == END + SPIKE


async def test_nothing_is_changed_when_the_disk_is_full(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store does not report that it failed to write."""
    await put(hass, ten_days(false=SPIKE))

    async def write_nothing(*_: object) -> None:
        pass

    with monkeypatch.context() as full:
        full.setattr("homeassistant.helpers.storage.Store._async_write_data", write_nothing)
        with pytest.raises(HomeAssistantError) as failed:
            await repair(hass, CHANGE)
    assert failed.value.translation_key == "journal_failed"
    assert (await sums(hass))[-1] == END + SPIKE


async def test_a_repair_that_finds_nothing_is_not_kept(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await put(hass, ten_days())
    await repair(hass, CHANGE)
    assert STORE not in hass_storage


async def test_a_named_hour_without_energy_is_not_kept(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await put(hass, counted([(hour, LIFETIME) for hour in range(HOURS)]))
    await repair(hass, {**CHANGE, "hours": [at(100).isoformat()]})
    assert STORE not in hass_storage


async def test_an_undo_that_fails_can_be_repeated(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, CHANGE)
    with monkeypatch.context() as broken:
        broken.setattr("homeassistant.components.recorder.statistics._adjust_sum_statistics", lambda *_: None)
        with pytest.raises(HomeAssistantError) as failed:
            await undo(hass)
    assert failed.value.translation_key == "not_confirmed"
    await undo(hass)
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE)


async def test_only_an_administrator_may_undo(hass: HomeAssistant) -> None:
    user = MockUser(is_owner=False).add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await undo(hass, context=Context(user_id=user.id))
