"""The translated errors of control: each names the firmware and the reason."""

from collections.abc import Mapping

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..client import GatewayError, GatewayStatusError
from ..client.control.changes import Invalid
from ..client.control.off_grid import Obstacle, needed_charge
from ..client.site.storage_snapshot import StorageSnapshot
from ..const import DOMAIN
from ..errors import translated


def failure(key: str, **placeholders: str) -> HomeAssistantError:
    """Return the error of a change that was sent but is not in effect."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def refusal(key: str, placeholders: Mapping[str, str] | None = None) -> ServiceValidationError:
    """Return the error of a change that was not sent."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=dict(placeholders or {})
    )


def invalid(reason: Invalid, firmware: str) -> ServiceValidationError:
    """Return the error of a change that must not be sent."""
    return refusal(reason, {"firmware": firmware} if reason is Invalid.UNREADABLE else None)


def islanding_refused(obstacle: Obstacle, storage: StorageSnapshot) -> ServiceValidationError:
    """Return the error that names the check that failed."""
    if obstacle is Obstacle.LOW_CHARGE:
        charge = storage.battery_state_of_charge_percent or 0
        return refusal(obstacle, {"charge": f"{charge:.0f}", "needed": f"{needed_charge(storage):.0f}"})
    return refusal(obstacle)


def of_gateway(error: GatewayError, firmware: str) -> HomeAssistantError:
    """Return the error of a write that the gateway refused."""
    if isinstance(error, GatewayStatusError):
        return failure("control_refused", firmware=firmware, path=error.endpoint, status=str(error.status))
    return translated(error, HomeAssistantError)
