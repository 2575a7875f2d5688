"""What a person can do about a repair: one flow for each kind of issue, found by what the issue was made with."""

from typing import Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant

from .const import CONF_CERTIFICATE, DOMAIN
from .hub.token_renewal import TOKEN_ENDS
from .issues.counters import COUNTER_JUMP, COUNTER_SOURCE, JumpRepair
from .issues.cts import CHECK_WIRING, DISABLED, NEGATIVE_PRODUCTION, CtRepair
from .issues.identity import OTHER_CERTIFICATE

type IssueData = dict[str, str | int | float | None]


class CertificateRepair(ConfirmRepairFlow):
    """Pin the certificate that the person was shown, and begin anew with it."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        if user_input is not None and self.data is not None:
            entry = self.hass.config_entries.async_get_known_entry(str(self.data["entry_id"]))
            certificate = {name: self.data[name] for name in ("sha256", "not_before", "not_after")}
            self.hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_CERTIFICATE: certificate})
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return await super().async_step_confirm(user_input)


class TokenRepair(ConfirmRepairFlow):
    """Lead to where another token can be given."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        if user_input is None or self.data is None:
            return await super().async_step_confirm(user_input)
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": str(self.data["entry_id"])}
        )
        return self.async_create_entry(data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))


FLOWS: Final[dict[str, type[RepairsFlow]]] = {
    COUNTER_JUMP: JumpRepair,
    COUNTER_SOURCE: ConfirmRepairFlow,
    CHECK_WIRING: CtRepair,
    DISABLED: CtRepair,
    NEGATIVE_PRODUCTION: CtRepair,
    OTHER_CERTIFICATE: CertificateRepair,
    TOKEN_ENDS: TokenRepair,
}
"""By the `kind` in the issue's data, where `entry_id` says of which gateway."""


async def async_create_fix_flow(_hass: HomeAssistant, _issue_id: str, data: IssueData | None) -> RepairsFlow:
    """Give the flow of an issue; Home Assistant puts the issue's data into it.

    Raises: KeyError for an issue without a kind, which would be a mistake of ours.
    """
    return FLOWS[str((data or {})["kind"])]()
