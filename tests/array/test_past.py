"""Past days: the rows of the recorder as columns of whole numbers, in every time zone."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
import logging
from typing import Literal

from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import async_import_statistics, get_metadata
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope
from homeassistant.util import dt as dt_util
import orjson
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator, WebSocketGenerator
from sqlalchemy import insert

from custom_components.enphase_iq_gateway.array.panels import Panel, async_panels
from custom_components.enphase_iq_gateway.array.past import NoRecorderError, async_day, async_recorded_days
from tests.conftest import StartSimulator, set_up
from tests.support.virtual_time import virtual_time

NOW = datetime(2026, 11, 20, 11, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)
FINE = timedelta(minutes=5)
MOST_BYTES = 200_000


@pytest.fixture
async def recorder(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> HomeAssistant:
    """Set up a recorder in Amsterdam."""
    caplog.set_level(logging.WARNING, "sqlalchemy.engine")
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    await async_setup_recorder_instance(hass)
    return hass


def panel(number: int = 1, *, energy: bool = True) -> Panel:
    return Panel(
        serial=f"12200000{number:04}",
        name=f"Inverter {number}",
        device_id=None,
        power=f"sensor.power_{number}",
        power_enabled=True,
        energy=f"sensor.energy_{number}" if energy else None,
    )


def metadata(statistic_id: str) -> StatisticMetaData:
    power = not statistic_id.startswith("sensor.energy")
    return StatisticMetaData(
        has_sum=not power,
        mean_type=StatisticMeanType.ARITHMETIC if power else StatisticMeanType.NONE,
        name=None,
        source="recorder",
        statistic_id=statistic_id,
        unit_class="power" if power else "energy",
        unit_of_measurement="kW" if power else "kWh",
    )


async def record(hass: HomeAssistant, rows: dict[str, list[StatisticData]], kind: Literal["hour", "5minute"]) -> None:
    """Put rows into the database at once, with power in kW and energy in kWh as users may show them."""
    for statistic_id in rows:
        async_import_statistics(hass, metadata(statistic_id), [])
    await async_wait_recording_done(hass)
    table = Statistics if kind == "hour" else StatisticsShortTerm

    def put() -> None:
        ids = {each: found[0] for each, found in get_metadata(hass, statistic_ids=set(rows)).items()}
        with session_scope(hass=hass) as session:
            session.execute(
                insert(table),
                [
                    {
                        "metadata_id": ids[statistic_id],
                        "start_ts": row["start"].timestamp(),
                        "mean": row.get("mean"),
                        "state": row.get("state"),
                        "sum": row.get("sum"),
                    }
                    for statistic_id, each in rows.items()
                    for row in each
                ],
            )

    await get_instance(hass).async_add_executor_job(put)


def rows_of(
    start: datetime, end: datetime, step: timedelta, watts: Callable[[datetime], float]
) -> Iterable[tuple[datetime, float]]:
    while start < end:
        yield start, watts(start)
        start += step


def day_of(day: date) -> tuple[datetime, datetime]:
    """Return when a day starts and ends."""
    start, end = (dt_util.start_of_local_day(each) for each in (day, day + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def power(start: datetime, end: datetime, step: timedelta, watts: float) -> list[StatisticData]:
    return [StatisticData(start=at, mean=value / 1000) for at, value in rows_of(start, end, step, lambda _: watts)]


def energy(start: datetime, end: datetime, step: timedelta, wh: float, total: float = 5.0) -> list[StatisticData]:
    """Return rows of a counter that counts `wh` in every step, after one before the start."""
    times = [start - step, *(at for at, _ in rows_of(start, end, step, lambda _: wh))]
    return [StatisticData(start=at, state=total, sum=total + index * wh / 1000) for index, at in enumerate(times)]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
async def test_an_old_day_has_a_value_for_every_hour_of_it(recorder: HomeAssistant, day: str, hours: int) -> None:
    start, end = day_of(date.fromisoformat(day))
    await record(
        recorder,
        {
            "sensor.power_1": power(start - 3 * HOUR, end + 3 * HOUR, HOUR, 120.4),
            "sensor.energy_1": energy(start - 3 * HOUR, end + 3 * HOUR, HOUR, 121),
        },
        "hour",
    )

    with virtual_time(NOW):
        read = await async_day(recorder, [panel()], date.fromisoformat(day))

    assert read == {
        "start": int(start.timestamp()),
        "step": 3600,
        "watts": [[120] * hours],
        "energy_wh": [121 * hours],
        "measured_energy": True,
    }


async def test_a_recent_day_has_a_value_every_five_minutes(recorder: HomeAssistant) -> None:
    day = TODAY - timedelta(days=10)
    start, end = day_of(day)
    await record(recorder, {"sensor.power_1": power(start, end, FINE, 33)}, "5minute")
    await record(recorder, {"sensor.power_1": power(start, end, HOUR, 44)}, "hour")

    with virtual_time(NOW):
        read = await async_day(recorder, [panel(energy=False)], day)

    assert (read["step"], read["watts"]) == (300, [[33] * 288])


async def test_hours_are_shown_where_the_five_minutes_were_deleted(recorder: HomeAssistant) -> None:
    day = TODAY - timedelta(days=1)
    start, end = day_of(day)
    await record(recorder, {"sensor.power_1": power(start, end, HOUR, 44)}, "hour")

    with virtual_time(NOW):
        read = await async_day(recorder, [panel()], day)

    assert (read["step"], read["watts"]) == (3600, [[44] * 24])


async def test_today_ends_with_its_last_value_and_counts_the_present_hour(recorder: HomeAssistant) -> None:
    start, _ = day_of(TODAY)
    hour = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    await record(recorder, {"sensor.energy_1": energy(start, hour - HOUR, HOUR, 100)}, "hour")
    await record(
        recorder,
        {
            "sensor.energy_1": energy(hour - HOUR, hour, FINE, 10, total=6.1),
            "sensor.power_1": power(start, hour, FINE, 120),
        },
        "5minute",
    )

    with virtual_time(NOW):
        read = await async_day(recorder, [panel()], TODAY)

    # Midnight is 23:00 UTC: eleven hours from it until 10:00 UTC, and twelve times five minutes after that.
    assert len(read["watts"][0]) == 12 * 12
    assert read["energy_wh"] == [11 * 100 + 12 * 10]


async def test_power_is_summed_where_no_energy_is_counted(recorder: HomeAssistant) -> None:
    start, end = day_of(date(2026, 7, 1))
    await record(
        recorder,
        {
            "sensor.power_1": power(start, end, HOUR, 50),
            "sensor.power_2": power(start, end, HOUR, 50),
            "sensor.energy_2": energy(start, end, HOUR, 51),
        },
        "hour",
    )

    with virtual_time(NOW):
        read = await async_day(recorder, [panel(1), panel(2), panel(3)], date(2026, 7, 1))

    assert read["energy_wh"] == [24 * 50, 24 * 51, None]
    assert read["measured_energy"] is False


async def test_missing_rows_are_unknown(recorder: HomeAssistant) -> None:
    start, _ = day_of(date(2026, 7, 1))
    await record(
        recorder,
        {
            "sensor.power_1": power(start + 2 * HOUR, start + 4 * HOUR, HOUR, 7),
            "sensor.power_2": power(start + 5 * HOUR, start + 6 * HOUR, HOUR, 8),
        },
        "hour",
    )

    with virtual_time(NOW):
        read = await async_day(recorder, [panel(1), panel(2)], date(2026, 7, 1))

    assert read["watts"] == [[None, None, 7, 7, None, None], [None, None, None, None, None, 8]]


async def test_in_a_zone_of_half_an_hour_the_first_hour_starts_after_midnight(recorder: HomeAssistant) -> None:
    await recorder.config.async_set_time_zone("Asia/Kolkata")
    start, end = day_of(date(2026, 7, 1))
    begin = start.replace(minute=0)
    await record(recorder, {"sensor.power_1": power(begin, end, HOUR, 9)}, "hour")

    with virtual_time(NOW):
        read = await async_day(recorder, [panel()], date(2026, 7, 1))

    assert read["start"] == int((begin + HOUR).timestamp())
    assert read["watts"] == [[9] * 24]


async def test_a_day_without_statistics_is_empty(recorder: HomeAssistant) -> None:
    with virtual_time(NOW):
        read = await async_day(recorder, [panel()], date(2026, 7, 1))

    assert (read["watts"], read["energy_wh"], read["measured_energy"]) == ([[]], [None], False)


@pytest.mark.slow
async def test_a_day_of_200_panels_is_at_most_200_kb(recorder: HomeAssistant) -> None:
    start, end = day_of(TODAY - timedelta(days=1))
    panels = [panel(number) for number in range(200)]

    def watts(number: int) -> list[StatisticData]:
        def at(time: datetime) -> float:
            hours = (time - start) / HOUR
            return max(0.0, 300 - 10 * (hours - 13) ** 2) * (0.8 + number / 1000)

        return [StatisticData(start=time, mean=value / 1000) for time, value in rows_of(start, end, FINE, at)]

    await record(recorder, {str(each.power): watts(number) for number, each in enumerate(panels)}, "5minute")

    with virtual_time(NOW):
        read = await async_day(recorder, panels, TODAY - timedelta(days=1))

    assert {len(column) for column in read["watts"]} == {288}
    assert max(map(max, read["watts"])) > 290
    assert len(orjson.dumps(read)) <= MOST_BYTES


async def test_the_recorded_days_begin_with_the_earliest_of_any_panel(recorder: HomeAssistant) -> None:
    start, _ = day_of(date(2026, 7, 1))
    await record(
        recorder,
        {
            "sensor.power_1": power(start + 30 * HOUR, start + 40 * HOUR, HOUR, 9),
            "sensor.power_2": power(start, start + HOUR, HOUR, 9),
        },
        "hour",
    )

    with virtual_time(NOW):
        days = await async_recorded_days(recorder, [panel(1), panel(2), panel(3)])

    assert (days.first, days.fine_from) == (date(2026, 7, 1), TODAY - timedelta(days=10))


async def test_without_statistics_there_are_no_days(recorder: HomeAssistant) -> None:
    days = await async_recorded_days(recorder, [panel()])

    assert (days.first, days.fine_from) == (None, None)


async def test_without_a_recorder_there_is_no_day(hass: HomeAssistant) -> None:
    with pytest.raises(NoRecorderError):
        await async_day(hass, [panel()], TODAY)


@pytest.mark.slow
async def test_the_page_reads_the_days_of_a_gateway(
    recorder: HomeAssistant, start_simulator: StartSimulator, hass_ws_client: WebSocketGenerator
) -> None:
    entry = await set_up(recorder, await start_simulator(inverters=2))
    first, _ = (str(each.power) for each in async_panels(recorder, entry))
    day = dt_util.now().date() - timedelta(days=2)
    start, _ = day_of(day)
    await record(recorder, {first: power(start, start + HOUR, HOUR, 5)}, "hour")
    client = await hass_ws_client(recorder)
    command = {"type": "enphase_iq_gateway/array/day", "entry_id": entry.entry_id, "date": day.isoformat()}

    await client.send_json_auto_id(command)
    read = (await client.receive_json())["result"]
    subscribe = {"type": "enphase_iq_gateway/array/subscribe", "entry_id": entry.entry_id}
    await client.send_json_auto_id(subscribe)
    assert (await client.receive_json())["success"]
    roof = (await client.receive_json())["event"]

    assert read["watts"] == [[5], [None]]
    assert (roof["first_day"], roof["fine_from"]) == (day.isoformat(), day.isoformat())
