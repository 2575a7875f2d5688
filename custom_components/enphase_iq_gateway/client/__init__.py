"""The client of the gateway, independent of Home Assistant: the names that the integration uses."""

from .auth.cloud import Cloud, CloudError, CloudProblem, CloudUrls
from .auth.cloud_sign_in import CloudSignIn
from .auth.secret import Secret
from .auth.sign_in import DEFAULT_USERNAME, Account
from .auth.token import ExpiredTokenError, NotATokenError, OtherGatewayTokenError, Token
from .control.changes import (
    CONTACT_ACTIONS,
    CONTACT_IDS,
    CONTACT_MODES,
    GENERATOR_MODES,
    PROFILES,
    Change,
    ContactField,
    Invalid,
    InvalidChangeError,
    Requested,
    change_charge_from_grid,
    change_contact,
    change_contact_setting,
    change_generator_mode,
    change_grid_relay,
    change_reserve,
    change_sleep,
    change_storage_mode,
    change_wake,
    is_switchable,
    subject,
)
from .control.off_grid import Obstacle, needed_charge, off_grid_obstacle
from .control.rules import CONTACTS_UNCLEAR_S, Rule, Setting, rule_for
from .endpoints import (
    DEVICE_DATA,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    GENERATOR_CONFIG,
    GRID_RELAY,
    HOME,
    INFO,
    INVENTORY,
    LIVE_DATA,
    METERS,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from .endpoints.quantities import CT_LIMIT_W
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
from .firmware import known_faults
from .gateway import Gateway, WriteMethod
from .identifiers import is_serial
from .json_types import JsonObject
from .models import DeviceData, Flow, GatewayHealth, Info, Inverter, Measurement, Meter, MeterStatus, Reading
from .part_numbers import inverter_model_name, model_name, storage_model_name
from .settings_models import DryContactSettings
from .site.documents import Documents, was_read, with_earlier
from .site.grid_state import GridState, collar_is_connected, is_connected
from .site.limits import INVERTER_LIMIT_W
from .site.measure import measure
from .site.probe import PROBE_LIMIT_S, check_supported, probe
from .site.read import read_group
from .site.site import CALCULATED, PollGroup, Quantity, Site, Source, Sources, endpoints_of
from .site.snapshot import Snapshot, TotalAndPhases
from .site.sources import decide
from .site.storage import measure_storage
from .site.storage_documents import StorageDocuments
from .site.storage_read import STORAGE_PROBE_LIMIT_S, due_endpoints, probe_storage, read_storage
from .site.storage_site import WITHOUT_LIVE_DATA, StorageSite, decide_storage, storage_plan
from .site.storage_snapshot import BatteryValues, StorageSnapshot
from .site.storage_values import StorageProfile
from .storage_models import AcBattery, BatteryPowerSource, BatteryState, EnsembleDevice, LiveData, SleepState
from .transport.address import Address, AddressError
from .transport.certificates import Certificate, CertificateCheck

__all__ = [
    "CALCULATED",
    "CONTACTS_UNCLEAR_S",
    "CONTACT_ACTIONS",
    "CONTACT_IDS",
    "CONTACT_MODES",
    "CT_LIMIT_W",
    "DEFAULT_USERNAME",
    "DEVICE_DATA",
    "DRY_CONTACTS",
    "DRY_CONTACT_SETTINGS",
    "ENSEMBLE_INVENTORY",
    "ENSEMBLE_POWER",
    "GENERATOR_CONFIG",
    "GENERATOR_MODES",
    "GRID_RELAY",
    "HOME",
    "INFO",
    "INVENTORY",
    "INVERTER_LIMIT_W",
    "LIVE_DATA",
    "METERS",
    "PROBE_LIMIT_S",
    "PROFILES",
    "READINGS",
    "REPORT",
    "REPORT_DETAILED",
    "SECONDARY_CONTROL",
    "STORAGE_PROBE_LIMIT_S",
    "TARIFF",
    "WITHOUT_LIVE_DATA",
    "AcBattery",
    "Account",
    "Address",
    "AddressError",
    "BatteryPowerSource",
    "BatteryState",
    "BatteryValues",
    "Certificate",
    "CertificateCheck",
    "Change",
    "Cloud",
    "CloudError",
    "CloudProblem",
    "CloudSignIn",
    "CloudUrls",
    "ContactField",
    "DeviceData",
    "Documents",
    "DryContactSettings",
    "Endpoint",
    "EnsembleDevice",
    "ExpiredTokenError",
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
    "GridState",
    "Info",
    "Invalid",
    "InvalidChangeError",
    "Inverter",
    "JsonObject",
    "LiveData",
    "Measurement",
    "Meter",
    "MeterStatus",
    "NotATokenError",
    "Obstacle",
    "OtherGatewayTokenError",
    "PollGroup",
    "Quantity",
    "Reading",
    "Requested",
    "Rule",
    "Secret",
    "Setting",
    "Site",
    "SleepState",
    "Snapshot",
    "Source",
    "Sources",
    "StorageDocuments",
    "StorageProfile",
    "StorageSite",
    "StorageSnapshot",
    "Token",
    "TotalAndPhases",
    "WriteMethod",
    "change_charge_from_grid",
    "change_contact",
    "change_contact_setting",
    "change_generator_mode",
    "change_grid_relay",
    "change_reserve",
    "change_sleep",
    "change_storage_mode",
    "change_wake",
    "check_supported",
    "collar_is_connected",
    "decide",
    "decide_storage",
    "due_endpoints",
    "endpoints_of",
    "inverter_model_name",
    "is_connected",
    "is_serial",
    "is_switchable",
    "known_faults",
    "measure",
    "measure_storage",
    "model_name",
    "needed_charge",
    "off_grid_obstacle",
    "probe",
    "probe_storage",
    "read_group",
    "read_storage",
    "rule_for",
    "storage_model_name",
    "storage_plan",
    "subject",
    "was_read",
    "with_earlier",
]
