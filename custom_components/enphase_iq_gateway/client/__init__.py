"""The client of the gateway, independent of Home Assistant.

This package has the gateway, what it is created with, and its errors. Everything else is imported from its own module.
"""

from .auth.sign_in import Account
from .auth.token import Token
from .exceptions import (
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
from .gateway import Gateway
from .transport.address import Address, AddressError
from .transport.certificates import Certificate, CertificateCheck

__all__ = [
    "Account",
    "Address",
    "AddressError",
    "Certificate",
    "CertificateCheck",
    "Gateway",
    "GatewayAuthenticationError",
    "GatewayCertificateError",
    "GatewayConnectionError",
    "GatewayError",
    "GatewayResponseError",
    "GatewayStatusError",
    "GatewayTimeoutError",
    "GatewayUnsupportedError",
    "GatewayWrongDeviceError",
    "Token",
]
