"""The client of the gateway, independent of Home Assistant: the names that the integration uses."""

from .auth.cloud import Cloud, CloudError, CloudProblem, CloudUrls
from .auth.cloud_sign_in import CloudSignIn
from .auth.secret import Secret
from .auth.sign_in import DEFAULT_USERNAME, Account
from .auth.token import ExpiredTokenError, NotATokenError, OtherGatewayTokenError, Token
from .endpoints import (
    DEVICE_DATA,
    HOME,
    INFO,
    INVENTORY,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
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
from .firmware import FirmwareFault, known_faults
from .gateway import Gateway
from .models import DeviceData, Flow, GatewayHealth, Info, Inventory, Inverter, Measurement, Meter, MeterStatus, Reading
from .part_numbers import inverter_model_name, model_name
from .site.documents import Documents, was_read, with_earlier
from .site.limits import CT_LIMIT_W, INVERTER_LIMIT_W
from .site.measure import measure
from .site.probe import PROBE_LIMIT_S, check_supported, probe
from .site.read import read_group
from .site.site import SOURCE_ENDPOINTS, PollGroup, Quantity, Site, Source, Sources, endpoints_of
from .site.snapshot import Snapshot, TotalAndPhases
from .site.sources import decide
from .transport.address import Address, AddressError
from .transport.certificates import Certificate, CertificateCheck

__all__ = [
    "CT_LIMIT_W",
    "DEFAULT_USERNAME",
    "DEVICE_DATA",
    "HOME",
    "INFO",
    "INVENTORY",
    "INVERTER_LIMIT_W",
    "INVERTER_LIST",
    "METERS",
    "PROBE_LIMIT_S",
    "PRODUCTION_SUMMARY",
    "READINGS",
    "REPORT",
    "REPORT_DETAILED",
    "SOURCE_ENDPOINTS",
    "Account",
    "Address",
    "AddressError",
    "Certificate",
    "CertificateCheck",
    "Cloud",
    "CloudError",
    "CloudProblem",
    "CloudSignIn",
    "CloudUrls",
    "DeviceData",
    "Documents",
    "Endpoint",
    "ExpiredTokenError",
    "FirmwareFault",
    "Flow",
    "Gateway",
    "GatewayAuthenticationError",
    "GatewayCertificateError",
    "GatewayConnectionError",
    "GatewayError",
    "GatewayHealth",
    "GatewayResponseError",
    "GatewayStatusError",
    "GatewayTimeoutError",
    "GatewayUnsupportedError",
    "GatewayWrongDeviceError",
    "Info",
    "Inventory",
    "Inverter",
    "Measurement",
    "Meter",
    "MeterStatus",
    "NotATokenError",
    "OtherGatewayTokenError",
    "PollGroup",
    "Quantity",
    "Reading",
    "Secret",
    "Site",
    "Snapshot",
    "Source",
    "Sources",
    "Token",
    "TotalAndPhases",
    "check_supported",
    "decide",
    "endpoints_of",
    "inverter_model_name",
    "known_faults",
    "measure",
    "model_name",
    "probe",
    "read_group",
    "was_read",
    "with_earlier",
]
