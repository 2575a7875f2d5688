"""Fix flows of repair issues, found by the `kind` in the data of an issue."""

from typing import Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant

from .issues.counters import COUNTER_JUMP, JumpRepair
from .issues.cts import (
    CHECK_WIRING,
    DISABLED,
    NEGATIVE_CONSUMPTION,
    NEGATIVE_PRODUCTION,
    PRODUCTION_IMBALANCE,
    UNUSED_PHASE,
    CtRepair,
)
from .issues.identity import (
    CERTIFICATE_RENEWED,
    OTHER_CERTIFICATE,
    WRONG_DEVICE,
    CertificateRepair,
    RenewalRepair,
    WrongDeviceRepair,
)
from .issues.ignored_setting import IGNORED_SETTING
from .issues.takeover import TWO_INTEGRATIONS, TwoIntegrationsRepair
from .issues.token import TOKEN_ENDS, TokenRepair

type IssueData = dict[str, str | int | float | None]

FLOWS: Final[dict[str, type[RepairsFlow]]] = {
    CERTIFICATE_RENEWED: RenewalRepair,
    CHECK_WIRING: CtRepair,
    COUNTER_JUMP: JumpRepair,
    DISABLED: CtRepair,
    IGNORED_SETTING: ConfirmRepairFlow,
    NEGATIVE_CONSUMPTION: CtRepair,
    NEGATIVE_PRODUCTION: CtRepair,
    OTHER_CERTIFICATE: CertificateRepair,
    PRODUCTION_IMBALANCE: CtRepair,
    TOKEN_ENDS: TokenRepair,
    TWO_INTEGRATIONS: TwoIntegrationsRepair,
    UNUSED_PHASE: CtRepair,
    WRONG_DEVICE: WrongDeviceRepair,
}


async def async_create_fix_flow(_hass: HomeAssistant, _issue_id: str, data: IssueData | None) -> RepairsFlow:
    """Return the fix flow of an issue; Home Assistant adds the data of the issue to it.

    Raises:
        KeyError: the issue has no kind with a fix flow.
    """
    return FLOWS[str((data or {})["kind"])]()
