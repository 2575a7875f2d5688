"""Options: the settings, the Energy step, and how set-up continues with it."""

from homeassistant.components.energy.data import async_get_manager
from homeassistant.config_entries import ConfigEntryState, FlowType
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE_CHECK, CONF_PHASE_VALUES, CONF_UPDATE_INTERVAL
from tests.conftest import StartSimulator, set_up, sign_in, start_flow
from tests.support.options import open_step


@pytest.fixture
def energy_is_on(hass: HomeAssistant) -> None:
    """Mark the Energy dashboard as set up, which is all that its preferences need."""
    hass.config.components.add("energy")


@pytest.mark.slow
async def test_settings_take_effect_at_once(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    entry = await set_up(hass, await start_simulator())
    form = await open_step(hass, entry.entry_id, "settings")
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {CONF_UPDATE_INTERVAL: 10.0, CONF_CERTIFICATE_CHECK: "strict"}
    )
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {CONF_UPDATE_INTERVAL: 10, CONF_PHASE_VALUES: "none", CONF_CERTIFICATE_CHECK: "strict"}
    assert entry.runtime_data.coordinators[PollGroup.LIVE].update_interval.total_seconds() == 10


@pytest.mark.parametrize("seconds", [4, 301])
async def test_an_interval_out_of_range_is_refused(
    hass: HomeAssistant, start_simulator: StartSimulator, seconds: int
) -> None:
    entry = await set_up(hass, await start_simulator())
    form = await open_step(hass, entry.entry_id, "settings")
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            form["flow_id"], {CONF_UPDATE_INTERVAL: seconds, CONF_CERTIFICATE_CHECK: "strict"}
        )


@pytest.mark.usefixtures("energy_is_on")
async def test_the_energy_step_shows_the_sources_and_then_adds_them(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator("metered_net_three_phase"))
    hass.config_entries.async_update_entry(entry, options={CONF_UPDATE_INTERVAL: 60})
    manager = await async_get_manager(hass)
    form = await open_step(hass, entry.entry_id, "energy_dashboard")
    assert form["description_placeholders"] == {
        "sources": "- **Solar** will be added: Lifetime production, Production power.\n"
        "- **Grid** will be added: Grid import balanced, Grid export balanced, Grid power.\n"
        "- **Battery** can't be added: this gateway has no batteries, and no current transformer (CT) for one."
    }
    before = manager.data
    running = entry.runtime_data
    result = await hass.config_entries.options.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert before is None
    assert manager.data
    assert [source["type"] for source in manager.data["energy_sources"]] == ["solar", "grid"]
    assert entry.options == {CONF_UPDATE_INTERVAL: 60}
    assert entry.runtime_data is running


@pytest.mark.usefixtures("energy_is_on")
@pytest.mark.parametrize(
    ("answer", "imported"),
    [
        ({}, "sensor.iq_gateway_grid_import_balanced"),
        ({"grid_counters": "balanced"}, "sensor.iq_gateway_grid_import_balanced"),
        ({"grid_counters": "each_phase"}, "sensor.iq_gateway_grid_import"),
    ],
)
async def test_the_energy_step_adds_the_chosen_counters_of_the_grid(
    hass: HomeAssistant, start_simulator: StartSimulator, answer: dict[str, str], imported: str
) -> None:
    entry = await set_up(hass, await start_simulator("metered_net_three_phase"))
    manager = await async_get_manager(hass)
    form = await open_step(hass, entry.entry_id, "energy_dashboard")
    await hass.config_entries.options.async_configure(form["flow_id"], answer)
    assert manager.data
    assert [source["stat_energy_from"] for source in manager.data["energy_sources"] if source["type"] == "grid"] == [
        imported
    ]


@pytest.mark.usefixtures("energy_is_on")
@pytest.mark.parametrize("profile", ["metered_net_single_phase", "metered_total_three_phase", "non_metered_token"])
async def test_without_a_choice_the_energy_step_has_no_fields(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str
) -> None:
    entry = await set_up(hass, await start_simulator(profile))
    form = await open_step(hass, entry.entry_id, "energy_dashboard")
    assert form["data_schema"] is None


@pytest.mark.usefixtures("energy_is_on")
async def test_the_energy_step_ends_where_all_sources_are_in_the_dashboard(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator("non_metered_token"))
    form = await open_step(hass, entry.entry_id, "energy_dashboard")
    await hass.config_entries.options.async_configure(form["flow_id"], {})
    result = await open_step(hass, entry.entry_id, "energy_dashboard")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "energy_nothing_to_add"
    placeholders = result["description_placeholders"]
    assert isinstance(placeholders, dict)
    assert placeholders["sources"].startswith("- **Solar** is already in the dashboard: Lifetime production")


@pytest.mark.usefixtures("energy_is_on")
async def test_set_up_ends_with_the_energy_step(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    result = await sign_in(hass, await start_flow(hass, simulator), simulator)
    kind, flow_id = result["next_flow"]
    assert kind is FlowType.OPTIONS_FLOW
    assert hass.config_entries.options.async_get(flow_id)["step_id"] == "energy_dashboard"


@pytest.mark.usefixtures("energy_is_on")
async def test_options_opened_by_set_up_go_straight_to_the_energy_step(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """The frontend opens the options again instead of continuing the given step."""
    entry = await set_up(hass, await start_simulator())
    opened = await hass.config_entries.options.async_init(entry.entry_id)
    assert opened["step_id"] == "energy_dashboard"
    assert [flow["flow_id"] for flow in hass.config_entries.options.async_progress()] == [opened["flow_id"]]
    hass.config_entries.options.async_abort(opened["flow_id"])
    assert (await hass.config_entries.options.async_init(entry.entry_id))["step_id"] == "init"


@pytest.mark.usefixtures("energy_is_on")
async def test_set_up_skips_the_energy_step_where_all_sources_are_in_the_dashboard(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    form = await open_step(hass, entry.entry_id, "energy_dashboard")
    await hass.config_entries.options.async_configure(form["flow_id"], {})
    manager = await async_get_manager(hass)
    assert manager.data
    await hass.config_entries.async_remove(entry.entry_id)
    result = await sign_in(hass, await start_flow(hass, simulator), simulator)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "next_flow" not in result


async def test_the_energy_step_is_not_offered_without_the_energy_dashboard(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator()
    result = await sign_in(hass, await start_flow(hass, simulator), simulator)
    assert "next_flow" not in result
    aborted = await open_step(hass, result["result"].entry_id, "energy_dashboard")
    assert aborted["reason"] == "energy_is_off"


@pytest.mark.usefixtures("energy_is_on")
async def test_the_energy_step_ends_while_the_gateway_is_not_loaded(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator())
    await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert (await open_step(hass, entry.entry_id, "energy_dashboard"))["reason"] == "not_loaded"
