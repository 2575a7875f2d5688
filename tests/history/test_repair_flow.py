"""The page of the options that repairs statistics: choose a sensor, see what would change, confirm, undo."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.enphase_iq_gateway.const import DOMAIN
from tests.support.options import open_step
from tests.support.statistics import END, ENTITY, put, sums, ten_days

PERIOD = {"entity": ENTITY, "begin": "2026-06-01 00:00:00", "end": "2026-09-01 00:00:00"}
SPIKE = 12_000.0


pytestmark = pytest.mark.usefixtures("action")


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add an entry that is not loaded: statistics can be repaired while the gateway is away."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    entry = MockConfigEntry(domain=DOMAIN, unique_id="1", options={"update_interval": 60})
    entry.add_to_hass(hass)
    return entry


async def open_form(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> ConfigFlowResult:
    return await open_step(hass, entry.entry_id, "statistics", step)


async def submit(hass: HomeAssistant, form: ConfigFlowResult, answers: dict[str, Any]) -> ConfigFlowResult:
    return await hass.config_entries.options.async_configure(form["flow_id"], answers)


def problem(form: ConfigFlowResult) -> str:
    assert form["errors"] == {"base": "repair_failed"}
    return (form["description_placeholders"] or {})["problem"]


@pytest.mark.slow
async def test_false_energy_is_shown_removed_and_put_back(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await put(hass, ten_days(false=SPIKE))

    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), PERIOD)

    assert form["step_id"] == "repair_statistics_confirm"
    assert form["description_placeholders"] == {
        "entity": ENTITY,
        "rows": "| 2026-06-05 06:00 | 12001.500 kWh | 1.500 kWh |",
        "energy": "12000.000 kWh",
    }
    assert (await sums(hass))[-1] == END + SPIKE
    result = await submit(hass, form, {})
    assert (result["type"], entry.options) == (FlowResultType.CREATE_ENTRY, {"update_interval": 60})
    assert (await sums(hass))[-1] == pytest.approx(END)

    result = await submit(hass, await open_form(hass, entry, "undo_repair_statistics"), {"entity": ENTITY})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (await sums(hass))[-1] == pytest.approx(END + SPIKE)


@pytest.mark.slow
async def test_reading_the_form_again_repairs_nothing(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await put(hass, ten_days(false=SPIKE))
    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), PERIOD)

    again = await hass.config_entries.options.async_configure(form["flow_id"])

    assert (again["step_id"], again["description_placeholders"]) == (form["step_id"], form["description_placeholders"])
    assert (await sums(hass))[-1] == END + SPIKE


async def test_a_time_in_a_short_form_is_accepted(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await put(hass, ten_days())

    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), {**PERIOD, "begin": "2026-6-1 0:00"})

    assert problem(form) == "No false energy was found in this period."


async def test_the_form_proposes_the_last_month(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await open_form(hass, entry, "repair_statistics")

    assert form["data_schema"] is not None
    suggested = {str(key): key.description["suggested_value"] for key in form["data_schema"].schema if key.description}
    assert suggested.keys() == {"begin", "end"}
    assert suggested["begin"] < suggested["end"]


async def test_correct_statistics_are_left_unchanged(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await put(hass, ten_days())

    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), PERIOD)

    assert problem(form) == "No false energy was found in this period."


async def test_a_sensor_without_statistics_is_explained(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), PERIOD)
    assert problem(form) == f"There are no long-term statistics for {ENTITY}."

    form = await submit(hass, await open_form(hass, entry, "undo_repair_statistics"), {"entity": ENTITY})
    assert problem(form) == f"There are no long-term statistics for {ENTITY}."


async def test_a_failure_while_repairing_is_explained(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await put(hass, ten_days(false=SPIKE))
    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), PERIOD)
    hass_storage[f"{DOMAIN}.statistics_repairs"] = {"version": 1, "minor_version": 1, "data": "damaged"}

    form = await submit(hass, form, {})

    assert (form["step_id"], (await sums(hass))[-1]) == ("repair_statistics", END + SPIKE)
    assert problem(form) == (
        "The record of changes, which makes undo possible, can't be read or written, so nothing was changed."
    )


async def test_a_long_table_is_cut(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    rows = ten_days()
    for hour in range(30, 228, 9):
        for row in rows[hour:]:
            row["sum"] = float(row["sum"] or 0) + SPIKE
    await put(hass, rows)

    form = await submit(hass, await open_form(hass, entry, "repair_statistics"), PERIOD)

    lines = (form["description_placeholders"] or {})["rows"].splitlines()
    assert (len(lines), lines[-1]) == (21, "| … 2 | | |")
