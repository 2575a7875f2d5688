"""Statistics are repaired, and repairs undone, alike on every database that Home Assistant supports."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.support.statistics import (
    HOURS,
    PER_HOUR,
    PER_KWH,
    TRUE_READINGS,
    Readings,
    counted,
    put,
    put_false_resets,
    repair,
    sums,
    undo,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
async def _actions(async_setup_recorder_instance: RecorderInstanceGenerator, hass: HomeAssistant, dialect: str) -> None:
    """Start the recorder on the database, and this integration with its actions."""
    await async_setup_recorder_instance(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    assert get_instance(hass).dialect_name == dialect


@pytest.mark.parametrize("unit", PER_KWH)
async def test_a_repair_and_its_undo(hass: HomeAssistant, unit: str) -> None:
    await put_false_resets(hass, unit)
    before = await sums(hass, unit=unit), await sums(hass, "5minute", unit)

    assert (await repair(hass, {"dry_run": False}))["unit"] == unit

    assert (await sums(hass))[-1] == pytest.approx(PER_HOUR * (HOURS - 1))
    assert (await sums(hass, "5minute"))[-1] == pytest.approx(PER_HOUR * (HOURS - 1))
    assert (await repair(hass, {"dry_run": False}))["changes"] == []
    assert len((await undo(hass))["changes"]) == 2
    assert await sums(hass, unit=unit) == pytest.approx(before[0], rel=1e-12)
    assert await sums(hass, "5minute", unit) == pytest.approx(before[1], rel=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("unit", PER_KWH)
@pytest.mark.parametrize("readings", TRUE_READINGS.values(), ids=TRUE_READINGS)
async def test_a_repair_of_true_energy_changes_nothing(hass: HomeAssistant, unit: str, readings: Readings) -> None:
    await put(hass, counted(readings, PER_KWH[unit]), unit=unit)

    response = await repair(hass, {"dry_run": False})

    assert response["changes"] == response["unclear"] == []
    assert (await sums(hass))[-1] == pytest.approx(readings[-1][1] - readings[0][1])
