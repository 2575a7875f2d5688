"""What a person should know of the CTs: fitted but not enabled, or wired the wrong way round (G§8)."""

from collections.abc import Iterable
from typing import Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import probatio

from ..client import METERS, READINGS, GatewayError, Meter, MeterStatus, Reading
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry

DISABLED: Final = "ct_disabled"
CHECK_WIRING: Final = "ct_check_wiring"
NEGATIVE_PRODUCTION: Final = "ct_negative_production"
_KINDS: Final = (DISABLED, NEGATIVE_PRODUCTION, CHECK_WIRING)
_NEGATIVE_PRODUCTION_FLAG: Final = "negative-production"

# A meter without a CT shows noise: up to 2 W in the recordings, where fitted ones show 36 W and more (G§14). Its
# voltage and current say nothing: the voltage is measured in the gateway, and 0.5 A of noise is seen.
_FITTED_W: Final = 20.0


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Note the CTs now and with every update of the site."""
    coordinator = entry.runtime_data.site_coordinator

    @callback
    def update() -> None:
        note_cts(hass, entry, coordinator.data.meters or (), coordinator.data.readings)

    update()
    entry.async_on_unload(coordinator.async_add_listener(update))


def problem_of(meter: Meter, reading: Reading | None) -> str | None:
    """Name what is wrong with a CT, the most telling first."""
    if _NEGATIVE_PRODUCTION_FLAG in meter.flags:
        return NEGATIVE_PRODUCTION
    if meter.status is MeterStatus.CHECK_WIRING:
        return CHECK_WIRING
    power = reading.total.power_w if reading is not None else None
    return DISABLED if not meter.enabled and power is not None and abs(power) > _FITTED_W else None


def note_cts(
    hass: HomeAssistant, entry: GatewayConfigEntry, meters: Iterable[Meter], readings: Iterable[Reading]
) -> frozenset[str]:
    """Raise a repair for each CT with a problem, take away those that are solved, and give the issues there are."""
    by_eid = {reading.eid: reading for reading in readings}
    issues = set()
    for meter in meters:
        problem = problem_of(meter, by_eid.get(meter.eid))
        for kind in _KINDS:
            issue = f"{kind}_{meter.flow}_{entry.entry_id}"
            # A fitted CT may measure nothing for an hour, and is not enabled by that.
            stands = kind == DISABLED and problem is None and not meter.enabled and _is_raised(hass, issue)
            if kind != problem and not stands:
                ir.async_delete_issue(hass, DOMAIN, issue)
                continue
            issues.add(issue)
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue,
                data={"kind": kind, "entry_id": entry.entry_id, "issue": issue},
                is_fixable=True,
                severity=ir.IssueSeverity.WARNING,
                translation_key=kind,
                translation_placeholders={"gateway": entry.title, "ct": meter.flow.replace("_", " ")},
            )
    return frozenset(issues)


def _is_raised(hass: HomeAssistant, issue: str) -> bool:
    raised = ir.async_get(hass).async_get_issue(DOMAIN, issue)
    return raised is not None and raised.active


class CtRepair(ConfirmRepairFlow):
    """Look again once the person says that the CT is as it should be."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        if user_input is None or self.data is None:
            return await super().async_step_confirm(user_input)
        entry: GatewayConfigEntry = self.hass.config_entries.async_get_known_entry(str(self.data["entry_id"]))
        gateway = entry.runtime_data.gateway
        try:
            meters, readings = await gateway.read(METERS), await gateway.read(READINGS)
        except GatewayError:
            return self._ask_again("not_readable")
        if self.data["issue"] in note_cts(self.hass, entry, meters, readings):
            return self._ask_again("still_there")
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return await super().async_step_confirm(user_input)

    def _ask_again(self, error: str) -> RepairsFlowResult:
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            errors={"base": error},
            description_placeholders=None if issue is None else issue.translation_placeholders,
        )
