"""Remove false energy from the statistics of a sensor: choose it, see what would change, confirm; and undo it."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.components.sensor import DOMAIN as SENSOR, SensorDeviceClass
from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import DateTimeSelector, EntitySelector, EntitySelectorConfig
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import probatio

from ..const import DOMAIN
from ..formatting import local_minute
from ..history.repair import Outcome, async_get_repairs
from ..history.spikes import Change

REPAIR_STEP: Final = "statistics"
CONF_ENTITY: Final = "entity"
CONF_BEGIN: Final = "begin"
CONF_END: Final = "end"
_USUAL_PERIOD: Final = timedelta(days=31)
_TIME: Final = "%Y-%m-%d %H:%M:%S"
_SHOWN: Final = 20
"""Hours in the table; the repair changes all of them."""
_ENTITY: Final = EntitySelector(EntitySelectorConfig(domain=SENSOR, device_class=SensorDeviceClass.ENERGY))


class StatisticsRepairSteps(OptionsFlowWithReload):
    """The steps about statistics."""

    _period: Mapping[str, Any]
    """The sensor and the period to repair."""

    async def async_step_statistics(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the menu."""
        return self.async_show_menu(step_id=REPAIR_STEP, menu_options=["repair_statistics", "undo_repair_statistics"])

    async def async_step_repair_statistics(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the sensor and the period."""
        problem: str | None = None
        if user_input is not None:
            self._period = user_input
            outcome, problem = await self._async_try(lambda: self._async_repair(dry_run=True))
            if outcome is not None and outcome.changes:
                return self._confirm(outcome)
            if outcome is not None:
                problem = (await self._async_texts("common"))["repair_nothing"]
        now = dt_util.now()
        suggested = user_input or {
            CONF_BEGIN: (now - _USUAL_PERIOD).strftime(_TIME),
            CONF_END: now.strftime(_TIME),
        }
        return self._form("repair_statistics", _PERIOD_SCHEMA, suggested, problem)

    def _confirm(self, outcome: Outcome) -> ConfigFlowResult:
        lines = [_line(change, outcome.unit) for change in outcome.changes]
        more = [f"| … {len(lines) - _SHOWN} | | |"] if len(lines) > _SHOWN else []
        return self.async_show_form(
            step_id="repair_statistics_confirm",
            data_schema=probatio.Schema({}),
            description_placeholders={
                "entity": self._period[CONF_ENTITY],
                "rows": "\n".join([*lines[:_SHOWN], *more]),
                "energy": f"{-sum(change.adjustment for change in outcome.changes):.3f} {outcome.unit}",
            },
        )

    async def async_step_repair_statistics_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Make the changes that were shown."""
        if user_input is None:
            # The form is only read again.
            return await self.async_step_repair_statistics(dict(self._period))
        _outcome, problem = await self._async_try(lambda: self._async_repair(dry_run=False))
        if problem is not None:
            return self._form("repair_statistics", _PERIOD_SCHEMA, self._period, problem)
        return self.async_create_entry(data=dict(self.config_entry.options))

    async def async_step_undo_repair_statistics(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Undo the latest repair of a sensor."""
        problem: str | None = None
        if user_input is not None:
            repairs = async_get_repairs(self.hass)
            outcome, problem = await self._async_try(lambda: repairs.async_undo(user_input[CONF_ENTITY]))
            if outcome is not None:
                return self.async_create_entry(data=dict(self.config_entry.options))
        return self._form("undo_repair_statistics", _UNDO_SCHEMA, user_input or {}, problem)

    async def _async_repair(self, *, dry_run: bool) -> Outcome:
        begin, end = (dt_util.parse_datetime(self._period[key], raise_on_error=True) for key in (CONF_BEGIN, CONF_END))
        return await async_get_repairs(self.hass).async_repair(self._period[CONF_ENTITY], begin, end, dry_run=dry_run)

    async def _async_try(self, work: Callable[[], Coroutine[Any, Any, Outcome]]) -> tuple[Outcome | None, str | None]:
        """Return the outcome of a repair, or the text of its error."""
        try:
            return await work(), None
        except HomeAssistantError as error:
            messages = await self._async_texts("exceptions")
            placeholders = error.translation_placeholders or {}
            return None, messages[f"{error.translation_key}.message"].format(**placeholders)

    async def _async_texts(self, category: str) -> dict[str, str]:
        """Return texts in the language of Home Assistant: a form cannot combine several texts."""
        texts = await async_get_translations(self.hass, self.hass.config.language, category, [DOMAIN])
        prefix = f"component.{DOMAIN}.{category}."
        return {key.removeprefix(prefix): text for key, text in texts.items()}

    def _form(
        self, step_id: str, schema: probatio.Schema, values: Mapping[str, Any], problem: str | None
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors={} if problem is None else {"base": "repair_failed"},
            description_placeholders={"problem": problem or ""},
        )


_PERIOD_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_ENTITY): _ENTITY,
        probatio.Required(CONF_BEGIN): DateTimeSelector(),
        probatio.Required(CONF_END): DateTimeSelector(),
    }
)
_UNDO_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_ENTITY): _ENTITY})


def _line(change: Change, unit: str) -> str:
    """Return a row of the table: the hour, the energy that it counts, and the energy instead."""
    return f"| {local_minute(change.step.row.start)} | {change.step.counted:.3f} {unit} | {change.instead:.3f} {unit} |"
