"""Options of a gateway: its settings, the Energy dashboard, control, a takeover, and repairs of statistics."""

from collections.abc import Sequence
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigFlowResult
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
from ..coordinator import GatewayConfigEntry, loaded_runtime
from ..history.takeover.offer import TAKE_OVER_STEP, async_start_step, other_entry_of, take_over_steps
from .control import CONTROL_SCHEMA, CONTROL_STEP, shown_areas, with_areas
from .energy_dashboard import GridCounters, Kind, async_add, async_describe, async_propose, grid_counters
from .statistics_repair import REPAIR_STEP, StatisticsRepairSteps
from .take_over import TakeOverSteps

ENERGY_STEP: Final = "energy_dashboard"
CONF_GRID_COUNTERS: Final = "grid_counters"

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


class GatewayOptionsFlow(TakeOverSteps, StatisticsRepairSteps):
    """Offer everything in a menu."""

    async def async_step_init(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the menu, or right after set-up the step that it continues with.

        The frontend (2026.10, 2026.11) starts another flow instead of continuing the one that set-up has started.
        """
        flows = self.hass.config_entries.options
        offered = {
            flow["step_id"]: flow["flow_id"]
            for flow in flows.async_progress_by_handler(self.handler)
            if flow.get("step_id") in {ENERGY_STEP, TAKE_OVER_STEP}
        }
        for flow_id in offered.values():
            flows.async_abort(flow_id)
        if TAKE_OVER_STEP in offered:
            return await self.async_step_take_over()
        if offered:
            return await self.async_step_energy_dashboard()
        steps = take_over_steps(self.hass, self.config_entry)
        return self.async_show_menu(
            step_id="init", menu_options=["settings", ENERGY_STEP, CONTROL_STEP, *steps, REPAIR_STEP]
        )

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the settings."""
        if user_input is not None:
            return self.async_create_entry(data={**self.config_entry.options, **user_input})
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(_SETTINGS_SCHEMA, self.config_entry.options),
        )

    async def async_step_control(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which areas of control to turn on."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data=with_areas(options, user_input))
        return self.async_show_form(
            step_id=CONTROL_STEP,
            data_schema=self.add_suggested_values_to_schema(CONTROL_SCHEMA, shown_areas(options)),
        )

    async def async_step_energy_dashboard(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what would be added and what is left unchanged; add it after a confirmation."""
        entry = cast("GatewayConfigEntry", self.config_entry)
        if reason := _obstacle(self.hass, entry):
            return self.async_abort(reason=reason)
        if user_input is not None:
            chosen = user_input.get(CONF_GRID_COUNTERS)
            await async_add(self.hass, entry, None if chosen is None else GridCounters(chosen))
            return self.async_create_entry(data=dict(entry.options))
        proposals = await async_propose(self.hass, entry)
        described = {"sources": await async_describe(self.hass, proposals)}
        if not any(proposal.source for proposal in proposals):
            return self.async_abort(reason="energy_nothing_to_add", description_placeholders=described)
        choices = grid_counters(entry.runtime_data.site)
        offered = len(choices) > 1 and any(each.source for each in proposals if each.kind is Kind.GRID)
        return self.async_show_form(
            step_id=ENERGY_STEP,
            data_schema=_grid_counters_schema(choices) if offered else None,
            description_placeholders=described,
        )


def _grid_counters_schema(choices: Sequence[GridCounters]) -> probatio.Schema:
    return probatio.Schema(
        {
            probatio.Required(CONF_GRID_COUNTERS, default=choices[0]): SelectSelector(
                SelectSelectorConfig(options=list(choices), translation_key=CONF_GRID_COUNTERS)
            )
        }
    )


async def async_offer_step(hass: HomeAssistant, entry: GatewayConfigEntry) -> str | None:
    """Start the step that set-up continues with and return the id of its flow, None if there is none."""
    if other_entry_of(hass, entry) is not None and loaded_runtime(entry) is not None:
        flow_id = await async_start_step(hass, entry, TAKE_OVER_STEP)
        if flow_id is not None:
            return flow_id
    if _obstacle(hass, entry) or not any(proposal.source for proposal in await async_propose(hass, entry)):
        return None
    return await async_start_step(hass, entry, ENERGY_STEP)


def _obstacle(hass: HomeAssistant, entry: GatewayConfigEntry) -> str | None:
    """Return the reason to abort, None if the Energy dashboard is available."""
    if loaded_runtime(entry) is None:
        return "not_loaded"
    return None if "energy" in hass.config.components else "energy_is_off"
