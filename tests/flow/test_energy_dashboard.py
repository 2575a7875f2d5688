"""The Energy dashboard: the sources that are added or left unchanged, and their validation by Home Assistant."""

from collections.abc import Sequence

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, GridSourceType, SourceType, async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.flow.energy_dashboard import (
    GridCounters,
    Kind,
    Proposal,
    Verdict,
    async_add,
    async_describe,
    async_propose,
)
from tests.conftest import StartSimulator, set_up
from tests.support.entries import sensor_id

METER: GridSourceType = {
    "type": "grid",
    "stat_energy_from": "sensor.smart_meter_import",
    "stat_energy_to": "sensor.smart_meter_export",
    "stat_cost": None,
    "entity_energy_price": None,
    "number_energy_price": 0.31,
    "stat_compensation": None,
    "entity_energy_price_export": None,
    "number_energy_price_export": None,
    "cost_adjustment_day": 0.0,
}


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderInstanceContextManager) -> None:
    """Set up the recorder, which statistics need, before Home Assistant."""


@pytest.fixture
async def energy(mock_recorder_before_hass: None, recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Set up the backend of the Energy dashboard with a recorder."""
    assert mock_recorder_before_hass is None
    assert recorder_mock.hass is hass
    assert await async_setup_component(hass, "energy", {})


def sensor(hass: HomeAssistant, entry: ConfigEntry, key: str) -> str:
    """Return the entity id of a sensor of the gateway."""
    return sensor_id(hass, f"{entry.unique_id}_{key}")


async def add_by_hand(hass: HomeAssistant, *sources: SourceType) -> None:
    """Add sources to the dashboard as a user does."""
    await (await async_get_manager(hass)).async_update({"energy_sources": list(sources), "device_consumption": []})


async def sources(hass: HomeAssistant) -> list[SourceType]:
    """Return the sources of the dashboard."""
    data = (await async_get_manager(hass)).data
    return data["energy_sources"] if data else []


def verdicts(proposals: Sequence[Proposal]) -> dict[Kind, Verdict]:
    """Return the verdict on each kind of source."""
    return {proposal.kind: proposal.verdict for proposal in proposals}


@pytest.mark.slow
@pytest.mark.usefixtures("energy")
async def test_solar_and_grid_are_added_with_their_power(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """A gateway with a net CT provides both."""
    entry = await set_up(hass, await start_simulator("metered_net_three_phase"))
    await async_add(hass, entry)
    solar, grid = await sources(hass)
    assert solar == {
        "type": "solar",
        "stat_energy_from": sensor(hass, entry, "production_energy_lifetime"),
        "stat_rate": sensor(hass, entry, "production_power"),
        "config_entry_solar_forecast": None,
        "name": "IQ Gateway",
    }
    power = sensor(hass, entry, "net_consumption_power")
    assert grid["type"] == "grid"
    assert grid["stat_energy_from"] == sensor(hass, entry, "grid_import_energy_balanced")
    assert grid["stat_energy_to"] == sensor(hass, entry, "grid_export_energy_balanced")
    assert grid["stat_rate"] == power
    assert grid["power_config"] == {"stat_rate": power}
    assert ENERGY_SOURCE_SCHEMA([solar, grid]) == [solar, grid]


@pytest.mark.usefixtures("energy")
async def test_gateways_are_distinguished_by_their_titles(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    first = await start_simulator()
    second = await start_simulator(serial="122300000002")
    entries = [await set_up(hass, simulator) for simulator in (first, second)]
    for entry in entries:
        await async_add(hass, entry)
    solar = [source.get("name") for source in await sources(hass) if source["type"] == "solar"]
    assert solar == ["IQ Gateway", f"IQ Gateway {second.address}"]


@pytest.mark.slow
@pytest.mark.usefixtures("energy")
@pytest.mark.parametrize("profile", ["metered_storage_split_phase", "storage_ct_split"])
async def test_a_storage_ct_provides_the_battery_source(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str
) -> None:
    entry = await set_up(hass, await start_simulator(profile))
    await async_add(hass, entry)
    battery = (await sources(hass))[2]
    assert battery["type"] == "battery"
    assert battery["stat_energy_from"] == sensor(hass, entry, "battery_energy_discharged")
    assert battery["stat_energy_to"] == sensor(hass, entry, "battery_energy_charged")
    assert battery["stat_rate"] == sensor(hass, entry, "battery_power")


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["storage", "storage_single_phase", "acb", "collar"])
@pytest.mark.usefixtures("energy")
async def test_every_site_with_batteries_has_the_battery_with_its_state_of_charge(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str
) -> None:
    entry = await set_up(hass, await start_simulator(profile))
    await async_add(hass, entry)
    battery = (await sources(hass))[2]
    assert battery["type"] == "battery"
    assert battery["stat_energy_from"] == sensor(hass, entry, "battery_energy_discharged")
    assert battery["stat_energy_to"] == sensor(hass, entry, "battery_energy_charged")
    assert battery["stat_soc"] == sensor(hass, entry, "battery_state_of_charge")
    assert ENERGY_SOURCE_SCHEMA([battery]) == [battery]


@pytest.mark.parametrize(
    "profile",
    ["metered_storage_split_phase", "metered_total_split_phase", "non_metered_token", "metered_net_three_phase"],
)
@pytest.mark.usefixtures("energy")
async def test_home_assistant_finds_no_fault_in_the_result(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str
) -> None:
    entry = await set_up(hass, await start_simulator(profile))
    await async_add(hass, entry)
    await async_wait_recording_done(hass)
    now = dt_util.utcnow()
    do_adhoc_statistics(hass, start=now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0))
    await async_wait_recording_done(hass)
    validated = (await async_validate(hass)).as_dict()["energy_sources"]
    assert validated == [[] for _ in await sources(hass)]
    assert validated


@pytest.mark.usefixtures("energy")
async def test_nothing_is_added_twice(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    entry = await set_up(hass, await start_simulator())
    await async_add(hass, entry)
    before = await sources(hass)
    assert verdicts(await async_propose(hass, entry)) == {
        Kind.SOLAR: Verdict.ALREADY_THERE,
        Kind.GRID: Verdict.ALREADY_THERE,
        Kind.BATTERY: Verdict.NOT_MEASURED,
    }
    await async_add(hass, entry)
    assert await sources(hass) == before


@pytest.mark.usefixtures("energy")
async def test_a_grid_source_of_another_meter_is_left_unchanged(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """A second grid would count the same energy twice; the source of the user keeps its prices."""
    entry = await set_up(hass, await start_simulator())
    await add_by_hand(hass, METER)
    proposals = await async_propose(hass, entry)
    assert proposals[1].verdict is Verdict.ANOTHER_THERE
    assert proposals[1].names == ("sensor.smart_meter_import", "sensor.smart_meter_export")
    await async_add(hass, entry)
    assert [source["type"] for source in await sources(hass)] == ["grid", "solar"]
    assert (await sources(hass))[0] == METER


@pytest.mark.usefixtures("energy")
async def test_a_solar_source_of_another_integration_is_left_unchanged(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """The solar source of another integration may be the panels of this gateway."""
    entry = await set_up(hass, await start_simulator())
    await add_by_hand(
        hass, {"type": "solar", "stat_energy_from": "sensor.other_lifetime", "config_entry_solar_forecast": None}
    )
    assert verdicts(await async_propose(hass, entry))[Kind.SOLAR] is Verdict.ANOTHER_THERE


@pytest.mark.usefixtures("energy")
async def test_solar_of_a_single_inverter_counts_as_there(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """With the inverters added one by one, all of the energy is there already."""
    entry = await set_up(hass, await start_simulator(inverters=3))
    inverter = next(
        entity.entity_id
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        if entity.translation_key == "energy_lifetime"
    )
    await add_by_hand(hass, {"type": "solar", "stat_energy_from": inverter, "config_entry_solar_forecast": None})
    assert verdicts(await async_propose(hass, entry))[Kind.SOLAR] is Verdict.ALREADY_THERE


@pytest.mark.usefixtures("energy")
async def test_a_second_gateway_has_panels_of_its_own_but_the_same_grid(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator())
    other = MockConfigEntry(domain=DOMAIN)
    other.add_to_hass(hass)
    solar, imported = (
        er.async_get(hass).async_get_or_create(Platform.SENSOR, DOMAIN, key, config_entry=other).entity_id
        for key in ("1_production_energy_lifetime", "1_grid_import_energy")
    )
    await add_by_hand(
        hass,
        {"type": "solar", "stat_energy_from": solar, "config_entry_solar_forecast": None},
        {**METER, "stat_energy_from": imported, "stat_energy_to": None},
    )
    assert verdicts(await async_propose(hass, entry)) == {
        Kind.SOLAR: Verdict.ADD,
        Kind.GRID: Verdict.ANOTHER_THERE,
        Kind.BATTERY: Verdict.NOT_MEASURED,
    }


@pytest.mark.usefixtures("energy")
async def test_an_entity_that_is_turned_off_is_named(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    entry = await set_up(hass, await start_simulator("metered_net_three_phase"))
    er.async_get(hass).async_update_entity(
        sensor(hass, entry, "grid_export_energy_balanced"), disabled_by=er.RegistryEntryDisabler.USER
    )
    grid = (await async_propose(hass, entry))[1]
    assert (grid.verdict, grid.names) == (Verdict.TURNED_OFF, ("Grid export balanced",))


@pytest.mark.parametrize(
    ("profile", "counters"),
    [
        ("metered_net_single_phase", ("grid_import_energy", "grid_export_energy")),
        ("metered_total_three_phase", ("grid_import_energy_balanced", "grid_export_energy_balanced")),
    ],
)
@pytest.mark.usefixtures("energy")
async def test_balanced_counters_are_chosen_where_there_are_several_phases(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str, counters: tuple[str, str]
) -> None:
    entry = await set_up(hass, await start_simulator(profile))
    await async_add(hass, entry)
    grid = (await sources(hass))[1]
    assert grid["type"] == "grid"
    assert (grid["stat_energy_from"], grid["stat_energy_to"]) == tuple(sensor(hass, entry, key) for key in counters)


@pytest.mark.usefixtures("energy")
async def test_a_grid_with_the_counters_of_each_phase_counts_as_there(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """The user has chosen them, or has added them before there were balanced ones."""
    entry = await set_up(hass, await start_simulator())
    await async_add(hass, entry, GridCounters.EACH_PHASE)
    before = await sources(hass)
    assert verdicts(await async_propose(hass, entry))[Kind.GRID] is Verdict.ALREADY_THERE
    await async_add(hass, entry)
    assert await sources(hass) == before


@pytest.mark.usefixtures("energy")
async def test_power_that_is_turned_off_is_left_out(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    entry = await set_up(hass, await start_simulator())
    er.async_get(hass).async_update_entity(
        sensor(hass, entry, "production_power"), disabled_by=er.RegistryEntryDisabler.USER
    )
    solar = (await async_propose(hass, entry))[0]
    assert solar.names == ("Lifetime production",)
    assert solar.source
    assert "stat_rate" not in solar.source


@pytest.mark.slow
@pytest.mark.usefixtures("energy")
async def test_a_grid_whose_counter_has_no_value_yet_is_not_added(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator("metered_net_three_phase"))
    er.async_get(hass).async_remove(sensor(hass, entry, "grid_export_energy_balanced"))
    assert verdicts(await async_propose(hass, entry))[Kind.GRID] is Verdict.NO_VALUE_YET


@pytest.mark.parametrize(
    ("profile", "verdict"),
    [
        ("metered_production_only", Verdict.NOT_MEASURED),
        ("non_metered_token", Verdict.NOT_MEASURED),
        ("metered_without_meters_list", Verdict.NO_COUNTERS),
    ],
)
@pytest.mark.usefixtures("energy")
async def test_a_grid_that_is_not_counted_has_its_own_verdict(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str, verdict: Verdict
) -> None:
    entry = await set_up(hass, await start_simulator(profile))
    assert verdicts(await async_propose(hass, entry))[Kind.GRID] is verdict


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("kind", list(Kind))
async def test_every_verdict_is_a_sentence(hass: HomeAssistant, kind: Kind, verdict: Verdict) -> None:
    text = await async_describe(hass, [Proposal(kind=kind, verdict=verdict, names=("Lifetime production",))])
    assert text.startswith(f"- **{kind.capitalize()}** ")
    assert text.endswith(".")
    assert not {"{", "}", "_"} & set(text)


async def test_the_sentences_are_in_home_assistant_s_language(hass: HomeAssistant) -> None:
    hass.config.language = "de"
    text = await async_describe(hass, [Proposal(kind=Kind.GRID, verdict=Verdict.ADD, names=("Netzbezug",))])
    assert text == "- **Netz** wird hinzugefügt: Netzbezug."
