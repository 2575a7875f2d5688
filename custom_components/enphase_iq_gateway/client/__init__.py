"""The client of the gateway, independent of Home Assistant: the names that the integration uses."""

from .auth.cloud import CloudError, CloudProblem, CloudUrls, fetch_token
from .auth.secret import Secret
from .auth.sign_in import DEFAULT_USERNAME, Account
from .auth.token import ExpiredTokenError, NotATokenError, OtherGatewayTokenError, Token
from .endpoints import (
    DEVICE_DATA,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GRID_RELAY,
    INFO,
    INVENTORY,
    INVERTER_LIST,
    LIVE_DATA,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
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
from .gateway import Gateway
from .identifiers import is_serial
from .models import DeviceData, Flow, Info, Inventory, Inverter, Measurement, Meter, MeterStatus, Reading
from .part_numbers import inverter_model_name, model_name
from .settings_models import DryContact, DryContactSettings, ExportLimit, Generator, GeneratorConfig, ProductionLimit
from .site.documents import Documents, was_read, with_earlier
from .site.grid_state import GridState
from .site.limits import CT_LIMIT_W, INVERTER_LIMIT_W
from .site.measure import measure
from .site.probe import PROBE_LIMIT_S, check_supported, probe
from .site.read import read_group
from .site.site import SOURCE_ENDPOINTS, PollGroup, Quantity, Site, Source, Sources, endpoints_of
from .site.snapshot import Snapshot, TotalAndPhases
from .site.sources import decide
from .site.storage import measure_storage
from .site.storage_documents import StorageDocuments
from .site.storage_read import due_endpoints, probe_storage, read_storage
from .site.storage_site import StorageSite, decide_storage, storage_plan
from .site.storage_snapshot import BatteryValues, DryContactValues, GeneratorValues, StorageSnapshot
from .site.storage_values import StorageProfile
from .storage_models import (
    AcBattery,
    BatteryPowerSource,
    BatteryState,
    Collar,
    CombinerController,
    EnsembleDevice,
    IqBattery,
    LiveData,
    SleepState,
    SystemController,
)
from .transport.address import Address, AddressError
from .transport.certificates import Certificate, CertificateCheck

__all__ = [
    "CT_LIMIT_W",
    "DEFAULT_USERNAME",
    "DEVICE_DATA",
    "DRY_CONTACTS",
    "DRY_CONTACT_SETTINGS",
    "ENSEMBLE_INVENTORY",
    "ENSEMBLE_POWER",
    "GENERATOR",
    "GENERATOR_CONFIG",
    "GENERATOR_MODE",
    "GENERATOR_SCHEDULE",
    "GRID_RELAY",
    "INFO",
    "INVENTORY",
    "INVERTER_LIMIT_W",
    "INVERTER_LIST",
    "LIVE_DATA",
    "METERS",
    "PROBE_LIMIT_S",
    "PRODUCTION_SUMMARY",
    "READINGS",
    "REPORT",
    "REPORT_DETAILED",
    "SCHEDULER",
    "SECONDARY_CONTROL",
    "SOURCE_ENDPOINTS",
    "TARIFF",
    "AcBattery",
    "Account",
    "Address",
    "AddressError",
    "BatteryPowerSource",
    "BatteryState",
    "BatteryValues",
    "Certificate",
    "CertificateCheck",
    "CloudError",
    "CloudProblem",
    "CloudUrls",
    "Collar",
    "CombinerController",
    "DeviceData",
    "Documents",
    "DryContact",
    "DryContactSettings",
    "DryContactValues",
    "Endpoint",
    "EnsembleDevice",
    "ExpiredTokenError",
    "ExportLimit",
    "Flow",
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
    "Generator",
    "GeneratorConfig",
    "GeneratorValues",
    "GridState",
    "Info",
    "Inventory",
    "Inverter",
    "IqBattery",
    "LiveData",
    "Measurement",
    "Meter",
    "MeterStatus",
    "NotATokenError",
    "OtherGatewayTokenError",
    "PollGroup",
    "ProductionLimit",
    "Quantity",
    "Reading",
    "Secret",
    "Site",
    "SleepState",
    "Snapshot",
    "Source",
    "Sources",
    "StorageDocuments",
    "StorageProfile",
    "StorageSite",
    "StorageSnapshot",
    "SystemController",
    "Token",
    "TotalAndPhases",
    "check_supported",
    "decide",
    "decide_storage",
    "due_endpoints",
    "endpoints_of",
    "fetch_token",
    "inverter_model_name",
    "is_serial",
    "measure",
    "measure_storage",
    "model_name",
    "probe",
    "probe_storage",
    "read_group",
    "read_storage",
    "storage_plan",
    "was_read",
    "with_earlier",
]
