"""What a person reads in a form when something went wrong: a key of the translations for every error."""

from datetime import UTC, datetime
from http import HTTPStatus

from ..client import (
    INFO,
    AddressError,
    CloudError,
    ExpiredTokenError,
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
    GatewayWrongDeviceError,
    NotATokenError,
    OtherGatewayTokenError,
)

type Words = tuple[str, dict[str, str]]
"""A translation key and what it may name."""

_KEYS: tuple[tuple[type[GatewayError], str], ...] = (
    (NotATokenError, "not_a_token"),
    (GatewayAuthenticationError, "invalid_auth"),
    (GatewayCertificateError, "other_certificate"),
    (GatewayUnsupportedError, "unsupported"),
    (GatewayTimeoutError, "timeout"),
    (GatewayConnectionError, "cannot_connect"),
    (GatewayResponseError, "not_a_gateway"),
)
"""Those with nothing to name; first match counts."""


def form_error(error: GatewayError | AddressError) -> Words:
    """Give the translation key and what it may say: serials, times, what the gateway answered."""
    match error:
        case AddressError():
            return f"address_{error.problem}", {}
        case CloudError():
            return f"cloud_{error.problem}", {}
        case OtherGatewayTokenError() | GatewayWrongDeviceError():
            key = "wrong_device" if isinstance(error, GatewayWrongDeviceError) else "token_for_other_gateway"
            return key, {"found": error.found, "expected": error.expected}
        case ExpiredTokenError():
            expired = datetime.fromtimestamp(error.expired_at, UTC)
            return "token_expired", {"expired": f"{expired:%Y-%m-%d %H:%M}"}
        case GatewayStatusError() if error.endpoint != INFO.path or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "busy", {"status": str(error.status)}
        case _:
            return next(key for kind, key in _KEYS if isinstance(error, kind)), {}
