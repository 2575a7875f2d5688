"""Issue about a production CT that measures less than the inverters report."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..client import Flow, PollGroup, Quantity
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry
from ..polling.ct_checkup import CtCheckup, CtFinding, CtProblem, can_check

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
    issue = f"{CT_CHECKUP}_{entry.entry_id}"
    if finding is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=_TEXTS[finding.problem],
        translation_placeholders={
            "gateway": entry.title,
            "ct": _ct_power(finding),
            "inverters": _watts(finding.inverters_w),
        },
    )


def _ct_power(finding: CtFinding) -> str:
    """Return what the CT measured, with each phase where there are several: `80 W (L1 78 W, L2 2 W)`."""
    phases = ", ".join(f"L{number} {_watts(power_w)}" for number, power_w in enumerate(finding.phases_w, start=1))
    return _watts(finding.ct_w) + (f" ({phases})" if phases else "")


def _watts(power_w: float) -> str:
    """Return a power in a form that no language misreads: whole watts without separators."""
    return f"{round(power_w)} W"
