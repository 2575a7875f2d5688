"""The report of each day, from the recorder to sensors and repairs."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
import logging
from typing import Any
from unittest.mock import Mock

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator
from sqlalchemy.exc import OperationalError

from custom_components.enphase_iq_gateway.array.daily_health import DailyHealth, async_daily_health
from custom_components.enphase_iq_gateway.array.health import HealthReport, PanelState
from custom_components.enphase_iq_gateway.array.health_store import HealthStore
from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.conftest import StartHome
from tests.support.entries import sensor_id
from tests.support.home import Home
from tests.support.panels import Factor, healthy, hour_means

YESTERDAY = date(2026, 11, 19)
"""The day before that of the clock."""


@pytest.fixture
async def recorded(
    async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Run a recorder."""
    for logger in ("sqlalchemy", "homeassistant.components.recorder"):
        caplog.set_level(logging.WARNING, logger)
    await async_setup_recorder_instance(hass)


async def record(home: Home, serials: Iterable[str], factor: Factor, last_day: date, days: int) -> None:
    """Put the hour means of some days into the recorder's database."""
    for serial, powers in hour_means(factor, serials=serials, days=days, last_day=last_day).items():
        async_import_statistics(
            home.hass,
            StatisticMetaData(
                has_sum=False,
                mean_type=StatisticMeanType.ARITHMETIC,
                name=None,
                source="recorder",
                statistic_id=sensor_id(home.hass, f"{serial}_power"),
                unit_class="power",
                unit_of_measurement="W",
            ),
            [StatisticData(start=datetime.fromtimestamp(start, UTC), mean=watts) for start, watts in powers.items()],
        )
    await async_wait_recording_done(home.hass)


def health(home: Home) -> DailyHealth:
    found = async_daily_health(home.hass, home.entry)
    assert found is not None
    return found


def shown(home: Home, unique_id: str) -> State:
    state = home.hass.states.get(sensor_id(home.hass, unique_id))
    assert state is not None
    return state


def issues(home: Home) -> list[ir.IssueEntry]:
    return [
        issue
        for issue in ir.async_get(home.hass).issues.values()
        if issue.translation_key == "panels_without_power" and issue.active
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("recorded", "all_entities_enabled")
async def test_panels_below_their_array_are_shown_until_they_are_good_again(
    start_home: StartHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await start_home(inverters=8)
    serials = sorted(home.simulator.world.inverters)
    weak, dark, shaded = serials[1], serials[4], serials[6]

    def factor(serial: str, ago: int, hour: int) -> float | None:
        dark_now = serial == dark and ago < 3
        shaded_now = serial == shaded and hour in (15, 16)
        return 0.0 if dark_now else 0.5 if shaded_now else 0.8 if serial == weak else 1.0

    await record(home, serials, factor, YESTERDAY, 16)
    await home.advance(1800, step=300)
    report = health(home).report

    assert report is not None
    assert report.day == YESTERDAY
    below = shown(home, f"{home.entry.unique_id}_panels_below_array")
    assert below.state == "2"
    assert below.attributes["serials"] == [weak, dark]
    assert below.attributes["level"] == {weak: 80, dark: 0}
    assert below.attributes["since"] == {dark: (YESTERDAY - timedelta(days=2)).isoformat()}
    assert float(shown(home, f"{weak}_performance").state) == pytest.approx(80, abs=1)
    assert shown(home, f"{shaded}_performance").attributes["shade_hours"] == [16, 17]
    (issue,) = issues(home)
    assert (issue.translation_placeholders or {})["panels"].endswith(dark)

    # What was found is stored; the next report is that of the evening, when the inverters sleep.
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert health(home).report == report
    assert len(issues(home)) == 1
    await record(home, serials, healthy, YESTERDAY + timedelta(days=1), 1)
    home.clock.tick(9 * 3600)
    await home.advance(1800, step=300)
    evening = health(home).report

    assert evening is not None
    assert evening.day == YESTERDAY + timedelta(days=1)
    assert {serial: panel.state for serial, panel in evening.below_array.items()} == {weak: PanelState.WEAK}
    assert shown(home, f"{home.entry.unique_id}_panels_below_array").attributes["serials"] == [weak]
    assert issues(home) == []

    # What the database refuses is left out, and the last report stands.
    monkeypatch.setattr(
        "custom_components.enphase_iq_gateway.array.daily_health.statistics_during_period",
        Mock(side_effect=OperationalError("select", {}, Exception("locked"))),
    )
    home.caplog.clear()
    home.clock.tick(24 * 3600)
    await home.advance(1800, step=300)

    assert health(home).report == evening
    assert ["statistics of the panels cannot be read" in text for _, text in home.log()] == [True]


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 1, "data": {"day": "2026-11-19", "panels": {"482300000001": {"state": "broken"}}}},
        {"version": 1, "data": []},
        {"version": 99, "data": {}},
    ],
)
async def test_a_stored_report_that_cannot_be_read_is_ignored(
    hass: HomeAssistant, hass_storage: dict[str, Any], stored: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    hass_storage[f"{DOMAIN}.entry.health"] = {"minor_version": 1, "key": f"{DOMAIN}.entry.health", **stored}

    assert await HealthStore(hass, "entry").async_load() is None
    assert "The stored health of the panels cannot be used" in caplog.text


@pytest.mark.slow
async def test_nothing_is_compared_without_a_recorder(roof: Home) -> None:
    await roof.advance(900, step=300)

    assert health(roof).report is None
    assert f"{roof.entry.unique_id}_panels_below_array" not in roof.states()


@pytest.mark.slow
@pytest.mark.usefixtures("recorded", "all_entities_enabled")
async def test_after_a_clock_that_was_a_year_ahead_the_days_are_reported_again(start_home: StartHome) -> None:
    home = await start_home(inverters=5)
    await HealthStore(home.hass, home.entry.entry_id).async_save(
        HealthReport(day=YESTERDAY + timedelta(days=365), panels={})
    )
    await home.hass.config_entries.async_reload(home.entry.entry_id)

    await home.advance(1800, step=300)

    report = health(home).report
    assert report is not None
    assert report.day == YESTERDAY
