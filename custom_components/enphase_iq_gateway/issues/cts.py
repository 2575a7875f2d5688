"""Issues about CTs: fitted but not enabled, or wired the wrong way around (G§8)."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import probatio

from ..client import GatewayError
from ..client.endpoints import METERS, READINGS
from ..client.models import Flow, Meter, MeterStatus, Reading
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry, loaded_runtime
from .fix_flow import FixFlow
from .registry import async_create, async_delete, issue_id

DISABLED: Final = "ct_disabled"
CHECK_WIRING: Final = "ct_check_wiring"
NEGATIVE_PRODUCTION: Final = "ct_negative_production"
UNUSED_PHASE: Final = "ct_unused_phase"
PRODUCTION_IMBALANCE: Final = "ct_production_imbalance"
NEGATIVE_CONSUMPTION: Final = "ct_negative_consumption"
_BY_FLAG: Final[Mapping[str, tuple[str, frozenset[Flow]]]] = {
    "negative-production": (NEGATIVE_PRODUCTION, frozenset({Flow.PRODUCTION})),
    "power-on-unused-phase": (UNUSED_PHASE, frozenset(Flow)),
    "production-imbalance": (PRODUCTION_IMBALANCE, frozenset({Flow.PRODUCTION})),
    "negative-total-consumption": (
        NEGATIVE_CONSUMPTION,
        frozenset({Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION}),
    ),
}
"""The kind of issue for each flag of `/ivp/meters` (G§8) and the CTs that can have it, the most specific first.

One mistake, such as a reversed clamp, can set several flags.
"""
_KINDS: Final = (DISABLED, CHECK_WIRING, *(kind for kind, _ in _BY_FLAG.values()))

# A meter without a CT shows noise: up to 2 W in the recordings, where fitted ones show 36 W and more (G§14). Voltage
# and current prove nothing: the voltage is measured in the gateway, and 0.5 A of noise has been recorded.
_FITTED_W: Final = 20.0


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Update the issues now and with every update of the site."""
    coordinator = entry.runtime_data.site_coordinator

    @callback
    def update() -> None:
        update_issues(hass, entry, coordinator.data.meters or (), coordinator.data.readings)

    update()
    entry.async_on_unload(coordinator.async_add_listener(update))


def problem_of(meter: Meter, reading: Reading | None) -> str | None:
    """Return the kind of issue that a CT has, the most specific first."""
    for flag, (kind, flows) in _BY_FLAG.items():
        if flag in meter.flags and meter.flow in flows:
            return kind
    if meter.status is MeterStatus.CHECK_WIRING:
        return CHECK_WIRING
    power = reading.total.power_w if reading is not None else None
    return DISABLED if not meter.enabled and power is not None and abs(power) > _FITTED_W else None


def update_issues(
    hass: HomeAssistant, entry: GatewayConfigEntry, meters: Iterable[Meter], readings: Iterable[Reading]
) -> frozenset[str]:
    """Create an issue for each CT with a problem, delete those that are solved, and return the ids that remain."""
    by_eid = {reading.eid: reading for reading in readings}
    issues = set()
    for meter in meters:
        problem = problem_of(meter, by_eid.get(meter.eid))
        for kind in _KINDS:
            issue = issue_id(kind, entry, subject=meter.flow)
            # A fitted CT may measure nothing for an hour, which does not enable it.
            stands = kind == DISABLED and problem is None and not meter.enabled and _is_raised(hass, issue)
            if kind != problem and not stands:
                async_delete(hass, entry, kind, subject=meter.flow)
                continue
            issues.add(issue)
            async_create(
                hass,
                entry,
                kind,
                subject=meter.flow,
                data={"issue": issue, "ct": meter.flow},
                placeholders={"gateway": entry.title},
            )
    return frozenset(issues)


def _is_raised(hass: HomeAssistant, issue: str) -> bool:
    raised = ir.async_get(hass).async_get_issue(DOMAIN, issue)
    return raised is not None and raised.active


class CtRepair(FixFlow):
    """Read the gateway again when the user has fixed a CT; each CT has a step because each has its own texts."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show what is wrong with the CT."""
        return self._form()

    async def _async_check(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Set the gateway up again if it no longer reports the problem."""
        entry = self.entry
        runtime = loaded_runtime(entry) if entry else None
        if entry is None or runtime is None:
            return self.async_abort(reason="not_loaded")
        try:
            meters, readings = await runtime.gateway.read(METERS), await runtime.gateway.read(READINGS)
        except GatewayError:
            return self._form("not_readable")
        if (self.data or {}).get("issue") in update_issues(self.hass, entry, meters, readings):
            return self._form("still_there")
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})

    async_step_production = _async_check
    async_step_total_consumption = _async_check
    async_step_net_consumption = _async_check
    async_step_storage = _async_check
    async_step_backfeed = _async_check
    async_step_load = _async_check
    async_step_evse = _async_check
    async_step_pv3p = _async_check

    def _form(self, error: str | None = None) -> RepairsFlowResult:
        return self.async_show_form(
            step_id=Flow(str((self.data or {}).get("ct"))),
            data_schema=probatio.Schema({}),
            errors={"base": error} if error else None,
            description_placeholders=self.placeholders,
        )
