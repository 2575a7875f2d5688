"""The one place where the client's errors become Home Assistant's."""

from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed

from .client import (
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
    GatewayWrongDeviceError,
)
from .const import DOMAIN

_KEYS: tuple[tuple[type[GatewayError], str, type[HomeAssistantError]], ...] = (
    (GatewayAuthenticationError, "not_accepted", ConfigEntryAuthFailed),
    (GatewayWrongDeviceError, "wrong_device", UpdateFailed),
    (GatewayCertificateError, "other_certificate", UpdateFailed),
    (GatewayUnsupportedError, "unsupported", ConfigEntryError),
    (GatewayTimeoutError, "no_answer", UpdateFailed),
    (GatewayConnectionError, "not_reachable", UpdateFailed),
    (GatewayError, "odd_answer", UpdateFailed),
)
"""First match counts: error, translation key, what Home Assistant does about it."""


def translated(error: GatewayError) -> HomeAssistantError:
    """Say an error of the client in the user's language."""
    key, kind = next((key, kind) for client_error, key, kind in _KEYS if isinstance(error, client_error))
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders={"detail": str(error)})
