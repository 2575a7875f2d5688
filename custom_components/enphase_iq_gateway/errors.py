"""The one place where the client's errors become Home Assistant's."""

from typing import Final

from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed

from .client import (
    CloudError,
    CloudProblem,
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
    GatewayWrongDeviceError,
)
from .const import DOMAIN

FOR_A_PERSON: Final = frozenset(
    {
        CloudProblem.WRONG_PASSWORD,
        CloudProblem.MULTI_FACTOR,
        CloudProblem.BLOCKED,
        CloudProblem.FORBIDDEN,
        CloudProblem.REFUSED,
        CloudProblem.NO_TOKEN_FOR_GATEWAY,
    }
)
"""What the cloud would answer again to the same password: asking again helps nobody and may block the account."""

_KEYS: tuple[tuple[type[GatewayError], str, type[HomeAssistantError] | None], ...] = (
    (CloudError, "no_new_token", None),
    (GatewayAuthenticationError, "not_accepted", ConfigEntryAuthFailed),
    (GatewayWrongDeviceError, "wrong_device", None),
    (GatewayCertificateError, "other_certificate", None),
    (GatewayUnsupportedError, "unsupported", ConfigEntryError),
    (GatewayTimeoutError, "no_answer", None),
    (GatewayConnectionError, "not_reachable", None),
    (GatewayError, "odd_answer", None),
)
"""First match counts: error, translation key, what Home Assistant does about it (None: tries again)."""


def translated(error: GatewayError, again: type[HomeAssistantError] = UpdateFailed) -> HomeAssistantError:
    """Say an error of the client in the user's language; `again` is what makes Home Assistant try again."""
    key, kind = next((key, kind) for client_error, key, kind in _KEYS if isinstance(error, client_error))
    if isinstance(error, CloudError) and error.problem in FOR_A_PERSON:
        kind = ConfigEntryAuthFailed
    return (kind or again)(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders={"detail": str(error)}
    )
