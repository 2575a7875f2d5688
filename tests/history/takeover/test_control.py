"""Core's switches, selects and numbers move where control is on, or is turned on with the takeover."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.enphase_iq_gateway.const import CONF_CONTROL, DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.plan import Left, Meaning

from .forms import as_shown, open_step, parts, submit
from .two_integrations import TwoIntegrations

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("home", ["storage"], indirect=True)]
USED = ("select", "storage_mode")


def of_core(home: TwoIntegrations, domain: str, end: str) -> er.RegistryEntry:
    """Return the row of core's entity of a platform with this end of the unique id."""
    (row,) = [
        row for row in home.rows(home.core).values() if row.domain == domain and row.unique_id.endswith(f"_{end}")
    ]
    return row


async def use(hass: HomeAssistant, row: er.RegistryEntry) -> None:
    """Use an entity in an automation."""
    triggers = [{"trigger": "state", "entity_id": row.entity_id}]
    automation = {"id": "a", "alias": "a", "triggers": triggers, "actions": []}
    assert await async_setup_component(hass, "automation", {"automation": [automation]})


def preset(form: ConfigFlowResult) -> object:
    """Return the areas of control that are selected in the form."""
    return as_shown(form)[CONF_CONTROL]


async def test_a_used_control_moves_and_its_area_is_turned_on(home: TwoIntegrations, hass: HomeAssistant) -> None:
    row, relay = of_core(home, *USED), of_core(home, "switch", "mains_admin_state")
    await use(hass, row)

    form = await open_step(home, "take_over")
    assert preset(form) == ["storage_settings"]
    assert "- Storage mode → Storage mode" in parts(form)["moves"]
    assert [line for line in parts(form)["left"] if line.startswith("- Moves only if you turn on control of it:")]
    await submit(home, form)
    await home.live(1)

    assert home.entry.options[CONF_CONTROL] == ["storage_settings"]
    assert home.row(row.id).platform == DOMAIN
    assert home.row(relay.id).platform != DOMAIN
    shown = hass.states.get(row.entity_id)
    assert shown is not None
    assert shown.state == "self_consumption"


async def test_choices_that_change_what_moves_show_the_preview_again(home: TwoIntegrations) -> None:
    """Before anything is changed."""
    before, relay = home.rows(home.core), of_core(home, "switch", "mains_admin_state")
    form = await open_step(home, "take_over")
    assert "- Grid enabled → Grid relay" not in parts(form)["moves"]

    form = await submit(home, form, {CONF_CONTROL: ["grid_relay"], "keep_names": False})

    assert (form["type"], form["errors"]) == (FlowResultType.FORM, {"base": "take_over_changed"})
    assert "- Grid enabled → Grid relay" in parts(form)["moves"]
    assert (preset(form), as_shown(form)["keep_names"]) == (["grid_relay"], False)
    assert home.changed(before, "platform", "name") == {}
    assert CONF_CONTROL not in home.entry.options

    form = await submit(home, form)

    assert form["step_id"] == "take_over_done"
    assert home.row(relay.id).platform == DOMAIN


async def test_the_other_integration_stays_enabled_if_a_used_entity_no_longer_moves(
    home: TwoIntegrations, hass: HomeAssistant
) -> None:
    await use(hass, of_core(home, *USED))
    form = await open_step(home, "take_over")
    assert as_shown(form)["other_integration"] == "disable"

    form = await submit(home, form, {CONF_CONTROL: []})

    assert as_shown(form)["other_integration"] == "keep"
    form = await submit(home, form, {CONF_CONTROL: ["grid_relay"], "other_integration": "disable"})
    assert as_shown(form)["other_integration"] == "disable"


async def test_undo_turns_control_off_again(home: TwoIntegrations, hass: HomeAssistant) -> None:
    before = home.rows(home.core)
    form = await open_step(home, "take_over")
    assert preset(form) == []
    form = await submit(home, form, {CONF_CONTROL: ["storage_settings", "dry_contacts", "grid_relay"]})
    await submit(home, form)
    moved = [row for row in home.rows(home.entry).values() if row.domain in {"switch", "select", "number"}]
    assert len(moved) > 10
    shown = hass.states.get(of_contact(before).entity_id)
    assert shown is not None
    assert shown.state in {"on", "off"}

    await home.undo()

    assert home.entry.options.get(CONF_CONTROL) == []
    assert home.changed(before, "name", "unique_id", "platform") == {}
    assert [row for row in home.rows(home.entry).values() if row.domain in {"switch", "select", "number"}] == []


async def test_control_is_turned_on_again_after_a_crash(home: TwoIntegrations, hass: HomeAssistant) -> None:
    """The registries were on disk before the options: without control, set-up would remove what has moved."""
    row = of_core(home, *USED)
    await home.take_over(home.plan(areas=("storage_settings",)), areas=("storage_settings",))
    hass.config_entries.async_update_entry(home.entry, options={})

    await hass.config_entries.async_reload(home.entry.entry_id)

    assert home.entry.options[CONF_CONTROL] == ["storage_settings"]
    assert home.row(row.id).platform == DOMAIN


def of_contact(rows: dict[str, er.RegistryEntry]) -> er.RegistryEntry:
    """Return the row of a dry contact."""
    return next(row for row in rows.values() if row.unique_id.endswith("_relay_status"))


async def test_the_devices_of_dry_contacts_stay(home: TwoIntegrations) -> None:
    """This integration has the contacts on the system controller."""
    contact = of_contact(home.rows(home.core))
    plan = home.plan(areas=("dry_contacts",))
    assert Meaning.OPTION_NAMES in {each.meaning for each in plan.moves}
    assert Left.CONTROL_OFF in {why for _, why in plan.left}

    await home.take_over(plan, areas=("dry_contacts",))

    now = home.row(contact.id)
    serial = contact.unique_id.partition("_")[0]
    assert now.device_id == home.device(home.entry, DOMAIN, serial).id != contact.device_id
    assert {identifier for device in home.devices(home.entry) for _, identifier in device.identifiers} >= {serial}
    assert not any("NC" in identifier for device in home.devices(home.entry) for _, identifier in device.identifiers)
