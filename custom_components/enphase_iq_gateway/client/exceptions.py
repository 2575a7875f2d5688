"""The one tree of errors: nothing else leaves the client (DESIGN §6).

Each message names the endpoint and what was expected, and never holds a credential, a body or a header.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .transport.certificates import Certificate


class GatewayError(Exception):
    """Anything that went wrong between us and the gateway."""


class GatewayConnectionError(GatewayError):
    """The gateway could not be reached, or the connection broke before the whole answer was there."""


class GatewayTimeoutError(GatewayConnectionError):
    """The gateway did not answer in time."""


class GatewayResponseError(GatewayError):
    """The gateway answered, but not with what the endpoint is for."""

    def __init__(self, endpoint: str, problem: str) -> None:
        """Say which endpoint answered and what was wrong: what came and what was expected."""
        super().__init__(f"{endpoint}: {problem}")
        self.endpoint = endpoint
        self.problem = problem


class GatewayStatusError(GatewayResponseError):
    """The gateway answered with another status than 200."""

    def __init__(self, endpoint: str, status: int) -> None:
        """Keep the status: 404 means not there, 401 that this credential may not, 5xx that it is busy (G§2.6)."""
        super().__init__(endpoint, f"status {status}, expected 200")
        self.status = status


class GatewayAuthenticationError(GatewayError):
    """The gateway does not accept the credential: only a new one helps."""


class GatewayCertificateError(GatewayError):
    """The device at this address shows another certificate than the one pinned at set-up."""

    def __init__(self, pinned: Certificate, presented: Certificate) -> None:
        """Keep both, so that a person can compare them and accept the new one."""
        super().__init__(f"certificate {presented.sha256}, expected {pinned.sha256}")
        self.pinned = pinned
        self.presented = presented


class GatewayWrongDeviceError(GatewayError):
    """Another device than the one expected answers at this address."""

    def __init__(self, expected: str, found: str) -> None:
        """Keep both serials, so that a person can be told which device it is.

        The text names none: the end of a serial is the password of old firmware (G§2.2), and texts get into logs.
        """
        super().__init__("/info: the serial of another gateway, expected this one's")
        self.expected = expected
        self.found = found


class GatewayUnsupportedError(GatewayError):
    """This is a gateway, but one whose firmware gives no data that can be read here."""
