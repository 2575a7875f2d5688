"""Energy that never was leaves the statistics of any energy sensor, and no true energy leaves with it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homeassistant.auth.models import User
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    import_statistics,
    statistics_during_period,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

import custom_components.enphase_iq_gateway as integration
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.services import SCHEMA

ENTITY = "sensor.elsewhere_energy"
START = datetime(2026, 6, 1, tzinfo=UTC)
LIFETIME = 12_000.0
SPIKE_HOUR = 100


@pytest.fixture(autouse=True)
def _real_sockets(async_setup_recorder_instance: RecorderInstanceGenerator, enable_custom_integrations: None) -> None:
    """Begin with the recorder's database, which must be there before Home Assistant."""


@pytest.fixture
async def action(async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant) -> None:
    """Set the integration up, without a gateway."""
    await async_setup_recorder_instance(hass)
    assert await async_setup_component(hass, DOMAIN, {})


def statistics(*, false: float = 0.0, false_state: float = 0.0) -> list[StatisticData]:
    """Ten days of 1.5 kWh an hour, one hour of which counts `false` too much and shows as much at its end."""
    return [
        StatisticData(
            start=START + timedelta(hours=hour),
            state=LIFETIME + 1.5 * hour + (false_state if hour >= SPIKE_HOUR else 0.0),
            sum=1.5 * hour + (false if hour >= SPIKE_HOUR else 0.0),
        )
        for hour in range(240)
    ]


async def put(hass: HomeAssistant, rows: list[StatisticData], *, unit: str = "kWh", unit_class: str = "energy") -> None:
    """Put statistics of another integration in."""
    metadata = StatisticMetaData(
        has_sum=True,
        mean_type=StatisticMeanType.NONE,
        name=None,
        source="recorder",
        statistic_id=ENTITY,
        unit_class=unit_class,
        unit_of_measurement=unit,
    )
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)


async def repair(
    hass: HomeAssistant, context: Context | None = None, changes: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Call the action for all of June."""
    data = {"entity": ENTITY, "from": "2026-06-01 00:00:00", "to": "2026-07-01 00:00:00", **(changes or {})}
    response = await hass.services.async_call(
        DOMAIN, "repair_statistics", data, blocking=True, context=context, return_response=True
    )
    await async_wait_recording_done(hass)
    return dict(response or {})


async def last_sum(hass: HomeAssistant) -> float:
    """What the statistics have counted in the end."""
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, START, None, {ENTITY}, "hour", None, {"sum"})
    )
    return float(found[ENTITY][-1]["sum"] or 0.0)


@pytest.mark.usefixtures("action")
async def test_without_more_it_only_says_what_it_would_change(hass: HomeAssistant) -> None:
    """Nobody's history is touched by trying."""
    await put(hass, statistics(false=12_245.0))
    response = await repair(hass)
    assert response["dry_run"] is True
    assert response["too_much"] == 12_245.0
    assert [(change["counted"], change["instead"]) for change in response["changes"]] == [(12_246.5, 1.5)]
    assert await last_sum(hass) == 239 * 1.5 + 12_245.0


@pytest.mark.usefixtures("action")
async def test_a_drop_to_zero_and_back_is_taken_out_and_the_true_energy_stays(hass: HomeAssistant) -> None:
    """The counter itself says what the hour has made."""
    await put(hass, statistics(false=12_245.0))
    await repair(hass, changes={"dry_run": False})
    assert await last_sum(hass) == pytest.approx(239 * 1.5)


@pytest.mark.usefixtures("action")
async def test_a_jump_is_taken_out_whole(hass: HomeAssistant) -> None:
    """The counter does not tell what of it was true."""
    await put(hass, statistics(false=1_691.0, false_state=1_691.0))
    await repair(hass, changes={"dry_run": False})
    assert await last_sum(hass) == pytest.approx(238 * 1.5)


@pytest.mark.usefixtures("action")
async def test_what_is_counted_too_little_is_put_right_too(hass: HomeAssistant) -> None:
    """A fall that was taken for energy given back."""
    await put(hass, statistics(false=-5_000.0))
    await repair(hass, changes={"dry_run": False})
    assert await last_sum(hass) == pytest.approx(239 * 1.5)


@pytest.mark.usefixtures("action")
async def test_within_the_hour_only_what_follows_the_spike_is_adjusted(hass: HomeAssistant) -> None:
    """The statistics of five minutes fall no lower than they were."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    rows = statistics()
    shift = hour - timedelta(hours=SPIKE_HOUR) - START
    await put(hass, [{**row, "start": row["start"] + shift} for row in statistics(false=12_245.0)])
    instance = get_instance(hass)
    metadata = await instance.async_add_executor_job(lambda: get_metadata(hass, statistic_ids={ENTITY}))
    fives: list[StatisticData] = [
        StatisticData(
            start=hour + timedelta(minutes=5 * number),
            state=LIFETIME,
            sum=(rows[SPIKE_HOUR]["sum"] or 0.0) + (12_245.0 if number >= 6 else 0.0),
        )
        for number in range(-1, 12)
    ]
    await instance.async_add_executor_job(
        lambda: import_statistics(instance, metadata[ENTITY][1], fives, StatisticsShortTerm)
    )
    span = {"from": (hour - timedelta(days=1)).isoformat(), "to": (hour + timedelta(days=1)).isoformat()}
    await repair(hass, changes={"dry_run": False, **span})
    found = await instance.async_add_executor_job(
        lambda: statistics_during_period(hass, hour, None, {ENTITY}, "5minute", None, {"sum"})
    )
    assert {row["sum"] for row in found[ENTITY]} == {rows[SPIKE_HOUR]["sum"]}


@pytest.mark.usefixtures("action")
async def test_a_second_run_finds_nothing(hass: HomeAssistant) -> None:
    """It may be called as often as one likes."""
    await put(hass, statistics(false=12_245.0))
    await repair(hass, changes={"dry_run": False})
    assert (await repair(hass))["changes"] == []


@pytest.mark.usefixtures("action")
async def test_the_time_that_was_not_named_stays_as_it_is(hass: HomeAssistant) -> None:
    """The spike was on the fifth."""
    await put(hass, statistics(false=12_245.0))
    assert (await repair(hass, changes={"from": "2026-06-07 00:00:00"}))["changes"] == []


@pytest.mark.usefixtures("action")
@pytest.mark.parametrize(
    ("rows", "unit", "changes", "reason"),
    [
        ([], "kWh", {}, "no_statistics"),
        (statistics(), "m³", {}, "not_energy"),
        (statistics()[:1], "kWh", {}, "too_few_statistics"),
        (statistics(), "kWh", {"to": "2026-05-01 00:00:00"}, "from_after_to"),
    ],
)
async def test_what_cannot_be_repaired_is_refused_with_a_reason(
    hass: HomeAssistant, rows: list[StatisticData], unit: str, changes: dict[str, str], reason: str
) -> None:
    """In words of its own."""
    if rows:
        await put(hass, rows, unit=unit, unit_class="energy" if unit == "kWh" else "volume")
    with pytest.raises(ServiceValidationError) as refused:
        await repair(hass, changes=changes)
    assert refused.value.translation_key == reason


@pytest.mark.usefixtures("action")
async def test_only_an_administrator_may(hass: HomeAssistant) -> None:
    """It changes everybody's history."""
    user: User = MockUser(is_owner=False).add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await repair(hass, context=Context(user_id=user.id))


def test_every_field_has_a_text_and_a_selector() -> None:
    """The page shows them by these."""
    folder = Path(integration.__file__).parent
    texts = orjson.loads((folder / "translations" / "en.json").read_bytes())["services"]
    shown = load_yaml_dict(folder / "services.yaml")
    fields = {str(key) for key in SCHEMA.schema}
    assert {name: set(action["fields"]) for name, action in texts.items()} == {"repair_statistics": fields}
    assert {name: set(action["fields"]) for name, action in shown.items()} == {"repair_statistics": fields}
