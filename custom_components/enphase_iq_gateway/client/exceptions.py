"""The errors of the client: it raises no others.

Every message names the endpoint and what was expected, and never contains a credential, a body or a header.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .transport.certificates import Certificate


class GatewayError(Exception):
    """Base class of all errors of the client."""


class GatewayConnectionError(GatewayError):
    """The gateway could not be reached, or the connection broke before the whole answer was there."""


class GatewayTimeoutError(GatewayConnectionError):
    """The gateway did not answer in time."""


class GatewayResponseError(GatewayError):
    """The gateway answered, but not with the expected document."""

    def __init__(self, endpoint: str, problem: str) -> None:
        """Set the endpoint and the problem: what was received and what was expected."""
        super().__init__(f"{endpoint}: {problem}")
        self.endpoint = endpoint
        self.problem = problem


class GatewayStatusError(GatewayResponseError):
    """The gateway answered with a status other than 200."""

    def __init__(self, endpoint: str, status: int) -> None:
        """Set the status: 404 for a missing endpoint, 401 for one closed to this credential, 5xx when busy (G§2.6)."""
        super().__init__(endpoint, f"status {status}, expected 200")
        self.status = status


class GatewayAuthenticationError(GatewayError):
    """The gateway does not accept the credential: a new one is needed."""


class GatewayCertificateError(GatewayError):
    """The device at this address presents another certificate than the one pinned at set-up."""

    def __init__(self, pinned: Certificate, presented: Certificate) -> None:
        """Set both certificates, so that the user can compare them and accept the new one."""
        super().__init__(f"certificate {presented.sha256}, expected {pinned.sha256}")
        self.pinned = pinned
        self.presented = presented


class UnconfirmedCertificateError(GatewayCertificateError):
    """The certificate seems to be the renewed one, but the device has not accepted the token over it yet."""


class GatewayWrongDeviceError(GatewayError):
    """Another device than the one expected answers at this address."""

    def __init__(self, expected: str, found: str) -> None:
        """Set both serials, so that the user can see which device it is.

        The message contains neither: the end of a serial is the password of old firmware (G§2.2), and messages are
        logged.
        """
        super().__init__("/info: the serial of another gateway, expected this one's")
        self.expected = expected
        self.found = found


class GatewayUnsupportedError(GatewayError):
    """The device is a gateway, but its firmware has none of the endpoints that are needed."""
