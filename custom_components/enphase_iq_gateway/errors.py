"""Translate the errors of the client, the same way for forms and for Home Assistant's exceptions."""

from http import HTTPStatus
from math import ceil
from typing import Final

from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed

from .client import (
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
    GatewayWrongDeviceError,
)
from .client.auth.cloud import CloudError, CloudProblem
from .client.auth.token import ExpiredTokenError, NotATokenError, OtherGatewayTokenError
from .client.endpoints import INFO
from .const import DOMAIN
from .formatting import utc_minute

type Explanation = tuple[str, dict[str, str]]
"""A translation key and its placeholders."""

NEEDS_USER: Final = frozenset(
    {
        CloudProblem.WRONG_PASSWORD,
        CloudProblem.MULTI_FACTOR,
        CloudProblem.BLOCKED,
        CloudProblem.FORBIDDEN,
        CloudProblem.REFUSED,
        CloudProblem.NO_TOKEN_FOR_GATEWAY,
    }
)
"""Problems that the same password would run into again: another try is useless and may get the account blocked."""

_WAIT_S: Final = 900.0
"""The wait after too many requests that users are advised, where the cloud names none."""
_KEYS: Final[tuple[tuple[type[GatewayError], str], ...]] = (
    (NotATokenError, "not_a_token"),
    (GatewayAuthenticationError, "invalid_auth"),
    (GatewayCertificateError, "other_certificate"),
    (GatewayUnsupportedError, "unsupported"),
    (GatewayTimeoutError, "timeout"),
    (GatewayConnectionError, "cannot_connect"),
    (GatewayError, "unknown"),
)
"""Errors without placeholders; the first match counts."""


def explain(error: GatewayError) -> Explanation:
    """Return the translation key of an error, below `config.error` and `exceptions`, and its placeholders."""
    placeholders: dict[str, str] = {}
    match error:
        case CloudError(problem=CloudProblem.TOO_MANY_REQUESTS):
            minutes = ceil((error.retry_after_s or _WAIT_S) / 60)
            key, placeholders = f"cloud_{error.problem}", {"minutes": str(minutes)}
        case CloudError():
            key = f"cloud_{error.problem}"
        case OtherGatewayTokenError():
            key, placeholders = "token_for_other_gateway", {"found": error.found, "expected": error.expected}
        case ExpiredTokenError():
            key, placeholders = "token_expired", {"expired": utc_minute(error.expired_at)}
        case GatewayWrongDeviceError():
            key, placeholders = "wrong_device", {"found": error.found, "expected": error.expected}
        case GatewayStatusError() if error.endpoint != INFO.path or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            key, placeholders = "error_status", {"path": error.endpoint, "status": str(error.status)}
        case GatewayResponseError() if error.endpoint == INFO.path:
            key = "not_a_gateway"
        case GatewayResponseError():
            key, placeholders = "unexpected_response", {"path": error.endpoint}
        case _:
            key = next(key for kind, key in _KEYS if isinstance(error, kind))
    return key, placeholders


def translated(error: GatewayError, retry: type[HomeAssistantError] = UpdateFailed) -> HomeAssistantError:
    """Return the exception that Home Assistant handles; `retry` is the class that makes it try again."""
    match error:
        case CloudError():
            kind = ConfigEntryAuthFailed if error.problem in NEEDS_USER else retry
        case GatewayAuthenticationError():
            kind = ConfigEntryAuthFailed
        case GatewayUnsupportedError():
            kind = ConfigEntryError
        case _:
            kind = retry
    return described(error, kind)


def described(error: GatewayError, kind: type[HomeAssistantError]) -> HomeAssistantError:
    """Return an exception of this class with the text of an error."""
    key, placeholders = explain(error)
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
