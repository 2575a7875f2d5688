"""Issue about a production CT that measures less than the inverters report."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..client.models import Flow
from ..client.site.site import PollGroup, Quantity
from ..coordinator import GatewayConfigEntry
from ..formatting import watts
from ..polling.ct_checkup import CtCheckup, CtFinding, CtProblem, can_check
from .registry import async_create, async_delete

CT_CHECKUP: Final = "ct_checkup"
_TEXTS: Final[Mapping[CtProblem, str]] = {
    CtProblem.REVERSED: "ct_checkup_reversed",
    CtProblem.NOTHING: "ct_checkup_nothing",
    CtProblem.PHASE_MISSING: "ct_checkup_phase_missing",
    CtProblem.TOO_LITTLE: "ct_checkup_too_little",
}


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Compare the production CT with the inverters from now on; what was found before the set-up is forgotten."""
    runtime = entry.runtime_data
    group = runtime.site.group(Flow.PRODUCTION, Quantity.POWER)
    inverters = runtime.coordinators.get(PollGroup.INVERTERS)
    _show(hass, entry, None)
    if group is None or inverters is None or not can_check(runtime.site):
        return
    production, checkup = runtime.coordinators[group], CtCheckup()

    @callback
    def add_production() -> None:
        if production.error is None:
            data = production.data
            checkup.add_production(data.at, data.flows.get(Flow.PRODUCTION, ()))

    @callback
    def add_inverters() -> None:
        before = checkup.finding
        if inverters.error is None and (finding := checkup.add_inverters(inverters.data)) != before:
            _show(hass, entry, finding)

    add_production()
    entry.async_on_unload(production.async_add_listener(add_production))
    entry.async_on_unload(inverters.async_add_listener(add_inverters))


def _show(hass: HomeAssistant, entry: GatewayConfigEntry, finding: CtFinding | None) -> None:
    """Create or update the issue, or delete it where nothing is found."""
    if finding is None:
        async_delete(hass, entry, CT_CHECKUP)
        return
    async_create(
        hass,
        entry,
        CT_CHECKUP,
        is_fixable=False,
        placeholders={
            "gateway": entry.title,
            "ct": _ct_power(finding),
            "inverters": watts(finding.inverters_w),
        },
        text=_TEXTS[finding.problem],
    )


def _ct_power(finding: CtFinding) -> str:
    """Return what the CT measured, with each phase where there are several: `80 W (L1 78 W, L2 2 W)`."""
    phases = ", ".join(f"L{number} {watts(power_w)}" for number, power_w in enumerate(finding.phases_w, start=1))
    return watts(finding.ct_w) + (f" ({phases})" if phases else "")
