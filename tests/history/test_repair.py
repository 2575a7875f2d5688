"""A repair removes false energy from the statistics of any energy sensor, and no true energy."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from types import SimpleNamespace

from homeassistant.auth.models import User
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticData
from homeassistant.components.recorder.tasks import AdjustStatisticsTask
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.services import SCHEMA, UNDO_SCHEMA
from tests.support.recorder import Busy
from tests.support.statistics import (
    END,
    ENTITY,
    HOURS,
    LIFETIME,
    PER_HOUR,
    PER_KWH,
    SPIKE_HOUR,
    TRUE_READINGS,
    Readings,
    at,
    counted,
    put,
    put_five_minutes,
    repair,
    sums,
    ten_days,
    undo,
)

pytestmark = pytest.mark.slow

SPIKE = 12_245.0


@pytest.mark.usefixtures("action")
async def test_by_default_a_repair_only_reports_its_changes(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    response = await repair(hass)
    assert response["dry_run"] is True
    assert response["too_much"] == SPIKE
    assert [(change["counted"], change["instead"]) for change in response["changes"]] == [(SPIKE + PER_HOUR, PER_HOUR)]
    assert (await sums(hass))[-1] == END + SPIKE


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("shown", PER_KWH)
@pytest.mark.parametrize("stored", PER_KWH)
async def test_the_unit_of_the_sensor_does_not_matter(hass: HomeAssistant, stored: str, shown: str) -> None:
    """The recorder stores in the unit that the sensor had first; another can be chosen for it later."""
    await put(hass, ten_days(false=SPIKE, scale=PER_KWH[stored]), unit=stored)
    attributes = {
        "unit_of_measurement": shown,
        "device_class": SensorDeviceClass.ENERGY,
        "state_class": SensorStateClass.TOTAL_INCREASING,
    }
    hass.states.async_set(ENTITY, "1", attributes)
    response = await repair(hass, {"dry_run": False})
    assert (response["unit"], response["too_much"]) == (stored, pytest.approx(SPIKE * PER_KWH[stored]))
    assert await sums(hass) == pytest.approx([PER_HOUR * hour for hour in range(HOURS)])


@pytest.mark.usefixtures("action")
async def test_missing_energy_is_added(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=-5_000.0))
    await repair(hass, {"dry_run": False})
    assert (await sums(hass))[-1] == pytest.approx(END)


@pytest.mark.usefixtures("action")
async def test_the_false_energy_after_hours_of_zero_is_removed(hass: HomeAssistant) -> None:
    """The false hour has a reading that agrees with its energy; only the hours before it show that it is false."""
    readings = [(hour, 0.0 if hour in range(100, 103) else LIFETIME + PER_HOUR * hour) for hour in range(HOURS)]
    await put(hass, counted(readings))
    await repair(hass, {"dry_run": False})
    assert (await sums(hass))[-1] == pytest.approx(END)


@pytest.mark.usefixtures("action")
async def test_energy_that_the_sensor_shows_too_stays(hass: HomeAssistant) -> None:
    """A jump that lasts may be true; it is reported as unclear."""
    await put(hass, ten_days(false=1_691.0, false_state=1_691.0))
    response = await repair(hass, {"dry_run": False})
    assert response["changes"] == []
    assert [(hour["counted"], hour["sensor"]) for hour in response["unclear"]] == [(1_692.5, 1_692.5)]
    assert (await sums(hass))[-1] == END + 1_691.0


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize("readings", TRUE_READINGS.values(), ids=TRUE_READINGS)
async def test_a_counter_that_is_idle_or_pauses_keeps_its_energy(hass: HomeAssistant, readings: Readings) -> None:
    await put(hass, counted(readings))
    response = await repair(hass, {"dry_run": False})
    assert response["changes"] == response["unclear"] == []
    assert (await sums(hass))[-1] == pytest.approx(readings[-1][1] - readings[0][1])


@pytest.mark.usefixtures("action")
async def test_energy_that_is_counted_after_a_last_reset_is_unclear(hass: HomeAssistant) -> None:
    """Energy of each day, at 20 kW all day; the reading stands still and has all of the next day in one hour."""
    shown = [45 if hour in range(46, 70) else hour for hour in range(HOURS)]
    rows = [
        StatisticData(
            start=at(hour), state=20.0 * (at_hour % 24 + 1), sum=20.0 * at_hour, last_reset=at(at_hour // 24 * 24)
        )
        for hour, at_hour in enumerate(shown)
    ]
    await put(hass, rows)
    response = await repair(hass, {"dry_run": False})
    assert response["changes"] == []


@pytest.mark.usefixtures("action")
async def test_the_limit_of_an_own_sensor_is_not_below_that_of_its_guard(hass: HomeAssistant) -> None:
    """A thousand inverters of 700 W, whose sensor was enabled in winter."""
    entry = MockConfigEntry(domain=DOMAIN, state=ConfigEntryState.LOADED)
    entry.add_to_hass(hass)
    entry.runtime_data = SimpleNamespace(site=SimpleNamespace(inverter_count=1000))
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "sensor", DOMAIN, "1", suggested_object_id=ENTITY.partition(".")[2], config_entry=entry
    )
    await put(hass, ten_days(false=600.0))
    response = await repair(hass)
    assert (response["most_per_hour"], response["changes"]) == (700.0, [])


@pytest.mark.usefixtures("action")
async def test_only_the_named_hours_are_removed(hass: HomeAssistant) -> None:
    rows = ten_days(false=1_691.0, false_state=1_691.0)
    await put(hass, [{**row, "sum": (row["sum"] or 0.0) + (SPIKE if row["start"] >= at(200) else 0)} for row in rows])
    await repair(hass, {"hours": [at(SPIKE_HOUR).isoformat()], "dry_run": False})
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE - PER_HOUR)


@pytest.mark.usefixtures("action")
async def test_the_five_minutes_of_a_repaired_hour_never_fall(hass: HomeAssistant) -> None:
    """A reading that goes up and down within an hour is false in two of its rows."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    shift = hour - at(SPIKE_HOUR)
    rows = ten_days(false=2 * SPIKE)
    await put(hass, [{**row, "start": row["start"] + shift} for row in rows])
    before = PER_HOUR * (SPIKE_HOUR - 1)
    energy = [0.0, *(0.125 for _ in range(12))]
    energy[4] += SPIKE
    energy[8] += SPIKE
    fives = [
        StatisticData(
            start=hour + timedelta(minutes=5 * (number - 1)), state=LIFETIME, sum=before + sum(energy[: number + 1])
        )
        for number in range(13)
    ]
    await put_five_minutes(hass, fives)
    span = {"from": (hour - timedelta(days=1)).isoformat(), "to": (hour + timedelta(days=1)).isoformat()}
    await repair(hass, {"dry_run": False, **span})
    assert (await sums(hass))[-1] == pytest.approx(END)
    left = await sums(hass, "5minute")
    assert left == sorted(left)
    assert left[-1] == pytest.approx(before + PER_HOUR)


@pytest.mark.usefixtures("action")
async def test_the_five_minutes_after_a_pause_are_corrected(hass: HomeAssistant) -> None:
    """Home Assistant was off for the hour before, whose energy is true and counted in the same five minutes."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    shift = hour - at(SPIKE_HOUR)
    rows = ten_days(false=SPIKE)
    del rows[SPIKE_HOUR - 1]
    await put(hass, [{**row, "start": row["start"] + shift} for row in rows])
    true = [PER_HOUR + 0.125, *(0.125 for _ in range(11))]
    sums_before = list(accumulate([true[0] + SPIKE, *true[1:]], initial=PER_HOUR * (SPIKE_HOUR - 2)))
    starts = [hour - timedelta(minutes=65), *(hour + timedelta(minutes=5 * number) for number in range(12))]
    fives = zip(starts, sums_before, strict=True)
    await put_five_minutes(hass, [StatisticData(start=start, state=LIFETIME, sum=total) for start, total in fives])
    await repair(hass, {"dry_run": False, "to": (hour + timedelta(hours=1)).isoformat()})
    left = await sums(hass, "5minute")
    assert [after - before for before, after in pairwise(left)] == pytest.approx(true)


@pytest.mark.usefixtures("action")
async def test_a_second_repair_finds_nothing(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    await repair(hass, {"dry_run": False})
    assert (await repair(hass))["changes"] == []


@pytest.mark.usefixtures("action")
async def test_two_calls_while_the_recorder_is_busy_repair_once(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    busy = Busy()
    get_instance(hass).queue_task(busy)
    calls = [asyncio.create_task(repair(hass, {"dry_run": False})) for _ in range(2)]
    await asyncio.wait(calls, timeout=0.1)
    assert not any(call.done() for call in calls)
    busy.done.set()
    first, second = await asyncio.gather(*calls)
    assert (len(first["changes"]), len(second["changes"])) == (1, 0)
    assert (await sums(hass))[-1] == pytest.approx(END)


@pytest.mark.usefixtures("action")
async def test_the_recorder_gets_the_changes_of_one_hour_at_a_time(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of changes in years of statistics take longer than it may be busy, and would hold up its other work."""
    false = [SPIKE * (hour // 10) for hour in range(HOURS)]
    await put(hass, [{**row, "sum": (row["sum"] or 0.0) + more} for row, more in zip(ten_days(), false, strict=True)])
    real, queued = AdjustStatisticsTask.run, []

    def run(task: AdjustStatisticsTask, instance: Recorder) -> None:
        queued.append(instance.backlog)
        real(task, instance)

    monkeypatch.setattr(AdjustStatisticsTask, "run", run)
    assert len((await repair(hass, {"dry_run": False}))["changes"]) == 23
    await undo(hass)
    assert max(queued) <= 1


@pytest.mark.usefixtures("action")
async def test_a_recorder_that_stays_busy_is_an_error(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(hass, ten_days(false=SPIKE))
    monkeypatch.setattr("custom_components.enphase_iq_gateway.history.recorder._WAIT_S", 0.0)
    busy = Busy()
    get_instance(hass).queue_task(busy)
    with pytest.raises(HomeAssistantError) as failed:
        await repair(hass, {"dry_run": False})
    busy.done.set()
    assert failed.value.translation_key == "recorder_busy"


@pytest.mark.usefixtures("action")
async def test_a_database_that_is_migrated_is_an_error(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(hass, ten_days(false=SPIKE))
    monkeypatch.setattr("homeassistant.components.recorder.util.async_migration_in_progress", lambda _: True)
    with pytest.raises(HomeAssistantError) as failed:
        await repair(hass)
    assert failed.value.translation_key == "recorder_busy"


@pytest.mark.usefixtures("action")
async def test_an_adjustment_that_fails_is_an_error(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder itself only logs it."""
    await put(hass, ten_days(false=SPIKE))
    monkeypatch.setattr("homeassistant.components.recorder.statistics._adjust_sum_statistics", lambda *_: None)
    with pytest.raises(HomeAssistantError) as failed:
        await repair(hass, {"dry_run": False})
    assert failed.value.translation_key == "not_confirmed"


@pytest.mark.usefixtures("action")
async def test_hours_outside_the_period_are_not_changed(hass: HomeAssistant) -> None:
    await put(hass, ten_days(false=SPIKE))
    assert (await repair(hass, {"from": "2026-06-07 00:00:00"}))["changes"] == []


WITHOUT_READINGS = [StatisticData(start=row["start"], sum=row["sum"]) for row in ten_days(false=SPIKE)]


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize(
    ("rows", "unit", "changes", "reason"),
    [
        ([], "kWh", {}, "no_statistics"),
        (ten_days(), "m³", {}, "not_energy"),
        (ten_days()[:20], "kWh", {}, "too_few_statistics"),
        (WITHOUT_READINGS, "kWh", {}, "no_readings"),
        (ten_days(), "kWh", {"from": "2026-08-01 00:00:00"}, "no_statistics_in_period"),
        (ten_days(), "kWh", {"to": "2026-05-01 00:00:00"}, "from_after_to"),
        (ten_days(), "kWh", {"hours": ["2026-06-02 00:30:00"]}, "unknown_hour"),
        (ten_days(), "kWh", {"hours": ["2026-05-02 00:00:00"]}, "unknown_hour"),
        (ten_days(), "kWh", {"hours": ["9999-12-31 23:00:00"]}, "extreme_period"),
        (ten_days(), "kWh", {"from": "0001-01-01 00:00:00"}, "extreme_period"),
        (ten_days(), "kWh", {"to": "9999-12-31 23:59:59"}, "extreme_period"),
    ],
)
async def test_statistics_that_cannot_be_judged_are_refused_with_a_reason(
    hass: HomeAssistant, rows: list[StatisticData], unit: str, changes: Mapping[str, object], reason: str
) -> None:
    if rows:
        await put(hass, rows, unit=unit, unit_class="energy" if unit == "kWh" else "volume")
    with pytest.raises(ServiceValidationError) as refused:
        await repair(hass, changes)
    assert refused.value.translation_key == reason


@pytest.mark.usefixtures("action")
async def test_the_first_hour_of_all_can_be_removed(hass: HomeAssistant) -> None:
    """A new sensor that shows zero at first counts its whole reading in its first hour."""
    await put(hass, [{**row, "sum": (row["sum"] or 0.0) + LIFETIME} for row in ten_days()])
    before = await sums(hass)
    period = {"from": at(-24).isoformat()}
    assert [(hour["counted"], hour["sensor"]) for hour in (await repair(hass, period))["unclear"]] == [(LIFETIME, None)]
    await repair(hass, {**period, "hours": [at(0).isoformat()], "dry_run": False})
    assert await sums(hass) == pytest.approx([PER_HOUR * hour for hour in range(HOURS)])
    await undo(hass)
    assert await sums(hass) == pytest.approx(before)


@pytest.mark.usefixtures("action")
async def test_named_hours_need_no_readings(hass: HomeAssistant) -> None:
    await put(hass, WITHOUT_READINGS)
    await repair(hass, {"hours": [at(SPIKE_HOUR).isoformat()], "dry_run": False})
    assert (await sums(hass))[-1] == pytest.approx(END - PER_HOUR)


async def test_a_repair_without_a_recorder_is_refused(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    with pytest.raises(ServiceValidationError) as refused:
        await repair(hass)
    assert refused.value.translation_key == "no_recorder"


@pytest.mark.usefixtures("action")
async def test_only_an_administrator_may_repair(hass: HomeAssistant) -> None:
    user: User = MockUser(is_owner=False).add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await repair(hass, context=Context(user_id=user.id))


def test_every_field_has_a_text_and_a_selector() -> None:
    folder = Path(integration.__file__).parent
    texts = orjson.loads((folder / "translations" / "en.json").read_bytes())["services"]
    shown = load_yaml_dict(folder / "services.yaml")
    schemas = {"repair_statistics": SCHEMA, "undo_repair_statistics": UNDO_SCHEMA}
    fields = {action: {str(key) for key in schema.schema} for action, schema in schemas.items()}
    assert {action: set(text["fields"]) for action, text in texts.items() if action in fields} == fields
    assert {action: set(described["fields"]) for action, described in shown.items() if action in fields} == fields
