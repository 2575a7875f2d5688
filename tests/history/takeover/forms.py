"""The forms of a takeover in the options: open, read and submit them."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult

from tests.support import options

from .two_integrations import TwoIntegrations


async def open_step(home: TwoIntegrations, step: str) -> ConfigFlowResult:
    """Open a step of the options."""
    return await options.open_step(home.hass, home.entry.entry_id, step)


async def menu_options(home: TwoIntegrations) -> list[str]:
    """Return the items of the menu of the options."""
    menu = await options.open_menu(home.hass, home.entry.entry_id)
    home.hass.config_entries.options.async_abort(menu["flow_id"])
    offered = menu["menu_options"]
    assert isinstance(offered, list)
    return offered


def as_shown(form: ConfigFlowResult) -> dict[str, Any]:
    """Return the choices that the frontend preselects."""
    schema = form["data_schema"]
    assert schema is not None
    suggested = {str(key): key.description["suggested_value"] for key in schema.schema if key.description}
    return {**schema({}), **suggested}


async def submit(
    home: TwoIntegrations, form: ConfigFlowResult, answers: dict[str, Any] | None = None
) -> ConfigFlowResult:
    """Submit a form, by default as it is."""
    choices = {**as_shown(form), **(answers or {})}
    result = await home.hass.config_entries.options.async_configure(form["flow_id"], choices)
    await home.turn()
    return result


def parts(form: ConfigFlowResult) -> dict[str, list[str]]:
    """Return the lines of the three parts of the preview."""
    placeholders = form["description_placeholders"] or {}
    return {part: placeholders[part].splitlines() for part in ("moves", "changes", "left")}
