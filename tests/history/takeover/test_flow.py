"""The steps of the options: a preview, the result, and undo; and the repair that leads to them."""

from typing import Any
from unittest.mock import patch

from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.offer import async_start_step
from custom_components.enphase_iq_gateway.issues.registry import issue_id
from custom_components.enphase_iq_gateway.issues.takeover import TWO_INTEGRATIONS
from tests.support.repairs import open_repair, submit_repair

from .forms import menu_options, open_step, parts, submit
from .two_integrations import TwoIntegrations

pytestmark = pytest.mark.slow


async def test_set_up_continues_with_the_takeover(home: TwoIntegrations) -> None:
    (flow,) = home.hass.config_entries.options.async_progress()

    assert flow["step_id"] == "take_over"
    opened = await home.hass.config_entries.options.async_init(home.entry.entry_id)
    assert opened["step_id"] == "take_over"


async def test_the_preview_shows_three_parts(home: TwoIntegrations) -> None:
    form = await open_step(home, "take_over")

    assert form["type"] is FlowResultType.FORM
    placeholders = form["description_placeholders"] or {}
    assert (placeholders["integration"], placeholders["count"]) == ("Enphase Envoy", "13")
    shown = parts(form)
    assert "- Lifetime energy production → Lifetime production" in shown["moves"]
    assert "- Lifetime net energy consumption → Grid import" in shown["moves"]
    assert [line for line in shown["changes"] if "since local midnight" in line]
    assert [line for line in shown["left"] if "never enabled" in line]
    assert [line for line in shown["left"] if line.startswith("- The same value as one that moves")]


async def test_an_entity_whose_meaning_would_change_moves_if_chosen(home: TwoIntegrations) -> None:
    """Three phases, whose voltages core adds up."""
    voltage = home.entity_id("voltage")
    er.async_get(home.hass).async_update_entity(voltage, disabled_by=None)

    form = await open_step(home, "take_over")
    assert [line for line in parts(form)["changes"] if "so they stay behind: Voltage net" in line]
    form = await submit(home, form, {"with_changed": True})
    assert [
        line for line in parts(form)["changes"] if line.startswith("- Voltage net") and "mean of the phases" in line
    ]
    await submit(home, form)

    assert home.rows_by_id(voltage).platform == DOMAIN


async def test_the_preset_form_moves_the_entities_and_disables_the_other_integration(home: TwoIntegrations) -> None:
    plan = home.plan()
    result = await submit(home, await open_step(home, "take_over"))

    assert result["step_id"] == "take_over_done"
    assert (result["description_placeholders"] or {})["result"].startswith("13 entities of **Envoy")
    assert {home.row(each.row.id).platform for each in plan.moves} == {DOMAIN}
    assert home.core.disabled_by is ConfigEntryDisabler.USER
    assert (await submit(home, result))["type"] is FlowResultType.CREATE_ENTRY
    assert "undo_take_over" in await menu_options(home)
    assert "take_over" not in await menu_options(home)


async def test_names_are_kept_by_default(home: TwoIntegrations) -> None:
    entity_id = home.entity_id("lifetime_production")
    name = er.async_get(home.hass).async_get(entity_id)
    assert name is not None

    await submit(home, await open_step(home, "take_over"))

    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name.endswith(str(name.original_name))


async def test_names_can_be_those_of_this_integration(home: TwoIntegrations) -> None:
    entity_id = home.entity_id("lifetime_production")

    await submit(home, await open_step(home, "take_over"), {"keep_names": False})

    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name.endswith("Lifetime production")


async def test_an_entity_in_use_that_stays_behind_is_shown_and_stays_enabled(home: TwoIntegrations) -> None:
    left = home.entity_id("production_ct_energy_delivered")
    triggers = [{"trigger": "state", "entity_id": left}]
    automation = {"id": "a", "alias": "a", "triggers": triggers, "actions": []}
    script = {"sequence": [{"action": "homeassistant.update_entity", "target": {"entity_id": left}}]}
    assert await async_setup_component(home.hass, "automation", {"automation": [automation]})
    assert await async_setup_component(home.hass, "script", {"script": {"s": script}})

    form = await open_step(home, "take_over")
    assert f"- `{left}` is in use: automations, scripts." in parts(form)["left"]
    await submit(home, form)

    await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)
    assert home.core.disabled_by is None
    left_state = home.hass.states.get(left)
    assert left_state is not None
    assert left_state.state not in {"unavailable", "unknown"}
    rows = home.rows(home.core).values()
    assert [row.entity_id for row in rows if row.entity_id.endswith("_2") and not row.disabled] == []


async def test_undo_is_offered_after_a_takeover_and_reverts_it(home: TwoIntegrations) -> None:
    before = home.rows(home.core)
    await submit(home, await open_step(home, "take_over"))

    form = await open_step(home, "undo_take_over")
    result = await submit(home, form)
    await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert home.changed(before, "name", "unique_id", "platform") == {}


async def use_in_dashboard(home: TwoIntegrations, entity_id: str) -> EnergyManager:
    """Make an entity the only source of the Energy dashboard."""
    manager = await async_get_manager(home.hass)
    solar: Any = {"type": "solar", "stat_energy_from": entity_id, "config_entry_solar_forecast": None}
    await manager.async_update({**manager.default_preferences(), "energy_sources": [solar]})
    return manager


def in_dashboard(manager: EnergyManager) -> list[object]:
    """Return the entities in the Energy dashboard."""
    assert manager.data
    return [source["stat_energy_from"] for source in manager.data["energy_sources"]]


async def test_entity_ids_in_the_dashboard_are_replaced_and_restored(home: TwoIntegrations) -> None:
    own, old = home.entity_id("production_energy_lifetime", domain=DOMAIN), home.entity_id("lifetime_production")
    manager = await use_in_dashboard(home, own)

    await home.take_over()
    assert in_dashboard(manager) == [old]
    await home.undo()
    assert in_dashboard(manager) == [own]


async def test_a_dashboard_that_was_not_saved_is_changed_again(home: TwoIntegrations) -> None:
    """Home Assistant writes it a minute after a change."""
    own, old = home.entity_id("production_energy_lifetime", domain=DOMAIN), home.entity_id("lifetime_production")
    await use_in_dashboard(home, own)
    await home.take_over()
    manager = await use_in_dashboard(home, own)

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert in_dashboard(manager) == [old]


async def test_without_another_integration_nothing_is_offered(home: TwoIntegrations) -> None:
    await home.hass.config_entries.async_remove(home.core.entry_id)

    assert await menu_options(home) == ["settings", "energy_dashboard", "control", "statistics"]


async def test_after_the_other_entry_is_deleted_there_is_no_undo(home: TwoIntegrations) -> None:
    plan = await home.take_over()
    await home.hass.config_entries.async_remove(home.core.entry_id)
    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert "undo_take_over" not in await menu_options(home)
    assert {home.row(each.row.id).config_entry_id for each in plan.moves} == {home.entry.entry_id}


async def test_steps_that_are_out_of_date_end_with_an_explanation(home: TwoIntegrations) -> None:
    take_over = await open_step(home, "take_over")
    await home.take_over()
    result = await submit(home, take_over)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "take_over_no_other")

    undo = await open_step(home, "undo_take_over")
    await home.undo()
    home.clock.tick(250)
    await home.turn()
    result = await submit(home, undo)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "take_over_no_other")

    await home.hass.config_entries.async_unload(home.entry.entry_id)
    result = await open_step(home, "take_over")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_a_takeover_whose_journal_cannot_be_written_ends_with_an_explanation(home: TwoIntegrations) -> None:
    before = home.rows(home.core)
    form = await open_step(home, "take_over")

    with patch("homeassistant.helpers.storage.Store.async_save"):
        result = await submit(home, form)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "take_over_failed"
    assert home.changed(before, "platform") == {}


async def test_counters_that_are_zero_for_a_moment_end_the_takeover_with_an_explanation(home: TwoIntegrations) -> None:
    before = home.rows(home.core)
    form = await open_step(home, "take_over")
    home.simulator.faults.add("zeros")
    await home.live(3)

    submitted = await submit(home, form)
    opened = await open_step(home, "take_over")

    for result in (submitted, opened):
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "take_over_unsteady")
    assert home.changed(before, "platform") == {}


async def test_an_undo_whose_journal_cannot_be_written_ends_with_an_explanation(home: TwoIntegrations) -> None:
    await home.take_over()
    form = await open_step(home, "undo_take_over")

    with patch("homeassistant.helpers.storage.Store.async_save"):
        result = await submit(home, form)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "take_over_failed"
    assert "undo_take_over" in await menu_options(home)


async def test_an_entry_without_entities_that_can_move_is_named(home: TwoIntegrations) -> None:
    registry = er.async_get(home.hass)
    for row in home.rows(home.core).values():
        registry.async_remove(row.entity_id)

    result = await open_step(home, "take_over")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "take_over_nothing")


def issue(home: TwoIntegrations) -> ir.IssueEntry | None:
    return ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id(TWO_INTEGRATIONS, home.entry))


@pytest.fixture
async def raised(home: TwoIntegrations) -> ir.IssueEntry:
    """Wait until the issue is raised."""
    await home.live(1)
    raised = issue(home)
    assert raised is not None
    return raised


async def test_one_repair_leads_to_the_takeover(
    home: TwoIntegrations, raised: ir.IssueEntry, hass: HomeAssistant
) -> None:
    """It is also there while set-up still offers another step."""
    (offered,) = hass.config_entries.options.async_progress()
    hass.config_entries.options.async_abort(offered["flow_id"])
    offer = await async_start_step(hass, home.entry, "energy_dashboard")

    result = await submit_repair(hass, await open_repair(hass, raised), {"next_step_id": "move_over"})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["next_flow"][1] != offer
    form = await hass.config_entries.options.async_configure(result["next_flow"][1])
    assert form["step_id"] == "take_over"
    await submit(home, form)
    await home.live(1)
    assert issue(home) is None


async def test_the_repair_can_keep_both_integrations(
    home: TwoIntegrations, raised: ir.IssueEntry, hass: HomeAssistant
) -> None:
    result = await submit_repair(hass, await open_repair(hass, raised), {"next_step_id": "keep_both"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "both_kept")
    await home.live(1)
    kept = issue(home)
    assert kept is not None
    assert kept.dismissed_version


async def test_the_repair_ends_with_an_explanation_while_the_gateway_is_not_set_up(
    home: TwoIntegrations, raised: ir.IssueEntry, hass: HomeAssistant
) -> None:
    question = await open_repair(hass, raised)
    await hass.config_entries.async_unload(home.entry.entry_id)

    result = await submit_repair(hass, question, {"next_step_id": "move_over"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_the_repair_goes_with_the_other_integration(home: TwoIntegrations, raised: ir.IssueEntry) -> None:
    assert raised.translation_placeholders == {"title": home.core.title, "serial": home.simulator.serial}
    await home.hass.config_entries.async_unload(home.core.entry_id)
    await home.live(1)

    assert issue(home) is None
