"""Take over from another integration that reads the same gateway: a preview with choices, the result, and undo."""

from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.loader import async_get_integration
import probatio

from ..const import CONF_CONTROL, CONTROL_PLATFORMS, DOMAIN
from ..control.areas import ControlArea, areas_of
from ..control.keys import area_of
from ..coordinator import GatewayConfigEntry, loaded_runtime
from ..flow.possible_entities import possible_entities
from ..history.takeover.dashboard import async_in_dashboard
from ..history.takeover.journal import journal_of
from ..history.takeover.offer import TAKE_OVER_STEP, UNDO_STEP, other_entry_of
from ..history.takeover.plan import Left, Plan, make_plan
from ..history.takeover.starts import UnsteadyCountersError, async_find_shifts
from ..history.takeover.takeover import async_take_over, async_undo, can_undo
from ..history.takeover.uses import uses_of
from .take_over_texts import Texts, async_describe

CONF_KEEP_NAMES: Final = "keep_names"
CONF_WITH_CHANGED: Final = "with_changed"
CONF_OTHER_INTEGRATION: Final = "other_integration"
_DISABLE: Final = "disable"
_KEEP: Final = "keep"


class TakeOverSteps(OptionsFlowWithReload):
    """The steps about a takeover."""

    _previewed: Collection[tuple[str, str]] = ()
    """The row and the new unique id of each entity that the preview lists as moving."""
    _preset: str = ""
    """What the preview preselects for the other integration."""
    _result: str
    """What the last step shows."""

    async def async_step_take_over(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what would move; move it after a confirmation.

        Where choices change what moves, the preview is shown again before anything is changed.
        """
        entry = cast("GatewayConfigEntry", self.config_entry)
        other = other_entry_of(self.hass, entry)
        if other is None:
            return self.async_abort(reason="take_over_no_other")
        if loaded_runtime(entry) is None:
            return self.async_abort(reason="not_loaded")
        chosen = user_input or {}
        in_dashboard = await async_in_dashboard(self.hass)
        everything = _plan(self.hass, entry, other, in_dashboard, areas=ControlArea)
        offered = _areas_offered(self.hass, entry, everything, in_dashboard)
        areas = {ControlArea(area) for area in chosen.get(CONF_CONTROL, (area for area in offered if offered[area]))}
        with_changed = bool(chosen.get(CONF_WITH_CHANGED))
        plan = _plan(self.hass, entry, other, in_dashboard, areas=areas | areas_of(entry), with_changed=with_changed)
        if not plan.moves:
            return self.async_abort(reason="take_over_nothing", description_placeholders={"title": other.title})
        try:
            shifts = await async_find_shifts(self.hass, entry, plan.moves)
        except UnsteadyCountersError:
            raise AbortFlow("take_over_unsteady") from None
        moving = {(each.row.id, each.unique_id) for each in plan.moves}
        if user_input is None or moving != self._previewed:
            self._previewed = moving
            described = await async_describe(
                self.hass, plan, shifts, serial=str(entry.unique_id), in_dashboard=in_dashboard
            )
            return self.async_show_form(
                step_id=TAKE_OVER_STEP,
                data_schema=self._choices(plan, offered, in_dashboard, chosen),
                errors={} if user_input is None else {"base": "take_over_changed"},
                description_placeholders={
                    **described,
                    "title": other.title,
                    "integration": (await async_get_integration(self.hass, other.domain)).name,
                    "count": str(len(plan.moves)),
                },
            )
        try:
            await async_take_over(
                self.hass,
                entry,
                other,
                plan,
                shifts,
                keep_names=chosen[CONF_KEEP_NAMES],
                keep_old=chosen[CONF_OTHER_INTEGRATION] == _KEEP,
                areas=areas,
            )
        except HomeAssistantError:
            return self.async_abort(reason="take_over_failed")
        self._result = await _async_result(self.hass, plan, other)
        return await self.async_step_take_over_done()

    def _choices(
        self, plan: Plan, offered: Mapping[ControlArea, bool], in_dashboard: Collection[str], chosen: Mapping[str, Any]
    ) -> probatio.Schema:
        """Return the choices as the user has made them; what they left preselected is preselected anew."""
        if chosen.get(CONF_OTHER_INTEGRATION) == self._preset:
            chosen = {key: value for key, value in chosen.items() if key != CONF_OTHER_INTEGRATION}
        in_use = any(uses_of(self.hass, row.entity_id, in_dashboard) for row, _ in plan.left)
        self._preset = _KEEP if in_use else _DISABLE
        could_change = bool(chosen.get(CONF_WITH_CHANGED)) or any(why is Left.OTHER_MEANING for _, why in plan.left)
        schema = _schema(offered, self._preset, could_change=could_change)
        return self.add_suggested_values_to_schema(schema, chosen)

    async def async_step_take_over_done(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the result."""
        if user_input is not None:
            return self.async_create_entry(data=dict(self.config_entry.options))
        return self.async_show_form(
            step_id="take_over_done",
            data_schema=probatio.Schema({}),
            description_placeholders={"result": self._result},
        )

    async def async_step_undo_take_over(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Return everything to the other integration after a confirmation."""
        entry = cast("GatewayConfigEntry", self.config_entry)
        journal = journal_of(self.hass, entry.entry_id)
        if journal is None or not can_undo(self.hass, entry):
            return self.async_abort(reason="take_over_no_other")
        if user_input is not None:
            try:
                await async_undo(self.hass, entry)
            except HomeAssistantError:
                return self.async_abort(reason="take_over_failed")
            return self.async_create_entry(data=dict(entry.options))
        return self.async_show_form(
            step_id=UNDO_STEP,
            data_schema=probatio.Schema({}),
            description_placeholders={"title": journal.old_title, "count": str(len(journal.rows))},
        )


def _plan(
    hass: HomeAssistant,
    entry: GatewayConfigEntry,
    other: ConfigEntry,
    in_dashboard: Collection[str],
    *,
    areas: Collection[ControlArea],
    with_changed: bool = False,
) -> Plan:
    """Plan the move of the other entry's entities."""
    return make_plan(
        er.async_entries_for_config_entry(er.async_get(hass), other.entry_id),
        possible_entities(hass, entry),
        in_dashboard=in_dashboard,
        with_changed=with_changed,
        areas=areas,
    )


def _areas_offered(
    hass: HomeAssistant, entry: GatewayConfigEntry, everything: Plan, in_dashboard: Collection[str]
) -> dict[ControlArea, bool]:
    """Return the areas of control that are off and have entities that could move, and whether any is in use."""
    offered: dict[ControlArea, bool] = {}
    for each in everything.moves:
        if each.row.domain in CONTROL_PLATFORMS and (area := area_of(each.unique_id)) not in areas_of(entry):
            in_use = bool(uses_of(hass, each.row.entity_id, in_dashboard))
            offered[area] = offered.get(area, False) or in_use
    return offered


def _schema(areas: Mapping[ControlArea, bool], other_integration: str, *, could_change: bool) -> probatio.Schema:
    """Return the form of the choices, preset to what is recommended."""
    choices: dict[probatio.Marker, object] = {
        probatio.Required(CONF_KEEP_NAMES, default=True): BooleanSelector(),
        probatio.Required(CONF_OTHER_INTEGRATION, default=other_integration): SelectSelector(
            SelectSelectorConfig(
                options=[_DISABLE, _KEEP], mode=SelectSelectorMode.LIST, translation_key=CONF_OTHER_INTEGRATION
            )
        ),
    }
    if areas:
        preset = [area.value for area, is_used in areas.items() if is_used]
        choices[probatio.Required(CONF_CONTROL, default=preset)] = SelectSelector(
            SelectSelectorConfig(
                options=[area.value for area in areas],
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key=CONF_CONTROL,
            )
        )
    if could_change:
        choices[probatio.Required(CONF_WITH_CHANGED, default=False)] = BooleanSelector()
    return probatio.Schema(choices)


async def _async_result(hass: HomeAssistant, plan: Plan, other: ConfigEntry) -> str:
    """Return how the takeover went; the entities of an integration that cannot unload move with the next start."""
    registry = er.async_get(hass)
    rows = [registry.entities.get_entry(each.row.id) for each in plan.moves]
    moved = all(row is None or row.platform == DOMAIN for row in rows)
    texts = await Texts.async_load(hass)
    return texts.take_over("done" if moved else "pending", count=len(rows), title=other.title)
