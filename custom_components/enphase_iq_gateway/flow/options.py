"""What a person can change of a gateway that is set up, and the step that fills the Energy dashboard (DESIGN §3)."""

from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)
import probatio

from ..client import CertificateCheck
from ..const import (
    CONF_CERTIFICATE_CHECK,
    CONF_PHASE_VALUES,
    CONF_UPDATE_INTERVAL,
    UPDATE_INTERVAL_DEFAULT_S,
    UPDATE_INTERVAL_MAX_S,
    UPDATE_INTERVAL_MIN_S,
    PhaseValues,
)
from ..coordinator import GatewayConfigEntry
from .energy_dashboard import async_add, async_describe, async_propose

ENERGY_STEP: Final = "energy_dashboard"

_SETTINGS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_UPDATE_INTERVAL, default=UPDATE_INTERVAL_DEFAULT_S): probatio.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=UPDATE_INTERVAL_MIN_S,
                    max=UPDATE_INTERVAL_MAX_S,
                    step=1,
                    unit_of_measurement="s",
                    mode=NumberSelectorMode.BOX,
                )
            ),
            probatio.Coerce(int),
        ),
        probatio.Required(CONF_PHASE_VALUES, default=PhaseValues.NONE): SelectSelector(
            SelectSelectorConfig(options=list(PhaseValues), translation_key=CONF_PHASE_VALUES)
        ),
        probatio.Required(CONF_CERTIFICATE_CHECK, default=CertificateCheck.RENEWALS): SelectSelector(
            SelectSelectorConfig(options=list(CertificateCheck), translation_key=CONF_CERTIFICATE_CHECK)
        ),
    }
)


class GatewayOptionsFlow(OptionsFlowWithReload):
    """A menu: the settings, or the Energy dashboard."""

    async def async_step_init(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person choose; right after set-up, go on to what it has offered.

        Home Assistant's page (2026.10, 2026.11) begins another flow where set-up gave it one to go on with.
        """
        flows = self.hass.config_entries.options
        offered = [
            flow["flow_id"]
            for flow in flows.async_progress_by_handler(self.handler)
            if flow.get("step_id") == ENERGY_STEP
        ]
        for flow_id in offered:
            flows.async_abort(flow_id)
        if offered:
            return await self.async_step_energy_dashboard()
        return self.async_show_menu(step_id="init", menu_options=["settings", ENERGY_STEP])

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how often to read, and what to do about another certificate."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(_SETTINGS_SCHEMA, self.config_entry.options),
        )

    async def async_step_energy_dashboard(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what would be added and what is left alone; add it when that is confirmed."""
        entry = cast("GatewayConfigEntry", self.config_entry)
        if reason := _obstacle(self.hass, entry):
            return self.async_abort(reason=reason)
        if user_input is not None:
            await async_add(self.hass, entry)
            return self.async_create_entry(data=dict(entry.options))
        proposals = await async_propose(self.hass, entry)
        described = {"sources": await async_describe(self.hass, proposals)}
        if not any(proposal.source for proposal in proposals):
            return self.async_abort(reason="energy_nothing_to_add", description_placeholders=described)
        return self.async_show_form(step_id=ENERGY_STEP, description_placeholders=described)


async def async_offer_energy_dashboard(hass: HomeAssistant, entry: GatewayConfigEntry) -> str | None:
    """Begin the step that fills the Energy dashboard; return the id of its flow, None where there is nothing to add."""
    if _obstacle(hass, entry) or not any(proposal.source for proposal in await async_propose(hass, entry)):
        return None
    flows = hass.config_entries.options
    menu = await flows.async_init(entry.entry_id)
    step = await flows.async_configure(menu["flow_id"], {"next_step_id": ENERGY_STEP})
    return step["flow_id"]


def _obstacle(hass: HomeAssistant, entry: GatewayConfigEntry) -> str | None:
    """Why nothing can be said of the Energy dashboard now, as the reason of an abort."""
    if entry.state is not ConfigEntryState.LOADED:
        return "not_loaded"
    return None if "energy" in hass.config.components else "energy_is_off"
