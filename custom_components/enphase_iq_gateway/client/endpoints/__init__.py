"""The endpoints that are used: path, parser and model of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..models import DeviceData, GatewayHealth, Info, Inventory, InverterList, Meter, ProductionSummary, Reading, Report
from ..settings_models import (
    DryContact,
    DryContactSettings,
    ExportLimit,
    Generator,
    GeneratorConfig,
    GeneratorMode,
    GeneratorSchedule,
    GridRelay,
    ProductionLimit,
    Scheduler,
    Tariff,
)
from ..storage_models import BatteryPower, EnsembleInventory, LiveData, SecondaryControl
from .acb_config import ACB_CONFIG_PATH, parse_acb_config
from .device_data import DEVICE_DATA_PATH, parse_device_data
from .dry_contacts import (
    DRY_CONTACT_SETTINGS_PATH,
    DRY_CONTACTS_PATH,
    parse_dry_contact_settings,
    parse_dry_contacts,
)
from .ensemble_inventory import ENSEMBLE_INVENTORY_PATH, parse_ensemble_inventory
from .ensemble_power import ENSEMBLE_POWER_PATH, parse_ensemble_power
from .ensemble_relay import GRID_RELAY_PATH, parse_grid_relay
from .ensemble_secctrl import SECONDARY_CONTROL_PATH, parse_secondary_control
from .ensemble_status import ENSEMBLE_STATUS_PATH, parse_ensemble_status
from .export_limit import (
    EXPORT_LIMIT_PATH,
    PRODUCTION_LIMIT_PATH,
    parse_export_limit,
    parse_production_limit,
)
from .generator import (
    GENERATOR_CONFIG_PATH,
    GENERATOR_MODE_PATH,
    GENERATOR_PATH,
    GENERATOR_SCHEDULE_PATH,
    parse_generator,
    parse_generator_config,
    parse_generator_mode,
    parse_generator_schedule,
)
from .home import HOME_PATH, parse_home
from .info import INFO_PATH, parse_info
from .inventory import INVENTORY_PATH, parse_inventory
from .inverters import INVERTER_LIST_PATH, parse_inverter_list
from .live_data import LIVE_DATA_PATH, parse_live_data
from .meters import METERS_PATH, READINGS_PATH, parse_meters, parse_readings
from .production import (
    PRODUCTION_SUMMARY_PATH,
    REPORT_DETAILED_PATH,
    REPORT_PATH,
    parse_production_summary,
    parse_report,
)
from .scheduler import SCHEDULER_PATH, parse_scheduler
from .tariff import TARIFF_PATH, parse_tariff


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Endpoint[T]:
    """One endpoint and the model of its answer; compared by identity."""

    path: str
    """Path and query."""
    parse: Callable[[bytes], T]
    """Return the model of an answer; raise GatewayResponseError where it is not a document of this endpoint."""
    limit_s: float | None = None
    """Time for the whole answer, None for the connection's default, which would delay the other groups for too long."""


INFO: Final[Endpoint[Info]] = Endpoint(path=INFO_PATH, parse=parse_info)
# Answers that the gateway has ready take at most 0.4 s when it is idle (G§4, §5, §8, §9). This is fifty times as long,
# and two of them fit the 90 s after which values become unavailable.
_READY_S: Final = 20.0

METERS: Final[Endpoint[tuple[Meter, ...]]] = Endpoint(path=METERS_PATH, parse=parse_meters, limit_s=_READY_S)
READINGS: Final[Endpoint[tuple[Reading, ...]]] = Endpoint(path=READINGS_PATH, parse=parse_readings, limit_s=_READY_S)
REPORT_DETAILED: Final[Endpoint[Report]] = Endpoint(
    path=REPORT_DETAILED_PATH, parse=partial(parse_report, endpoint=REPORT_DETAILED_PATH)
)
# HTML before firmware 7; later firmware sends it without `lines` (G§7).
REPORT: Final[Endpoint[Report]] = Endpoint(path=REPORT_PATH, parse=partial(parse_report, endpoint=REPORT_PATH))
PRODUCTION_SUMMARY: Final[Endpoint[ProductionSummary]] = Endpoint(
    path=PRODUCTION_SUMMARY_PATH, parse=parse_production_summary
)
INVERTER_LIST: Final[Endpoint[InverterList]] = Endpoint(
    path=INVERTER_LIST_PATH, parse=parse_inverter_list, limit_s=_READY_S
)
# Takes the gateway 2 to 6 s, up to 20 s on a slow one (G§11, S§1).
INVENTORY: Final[Endpoint[Inventory]] = Endpoint(path=INVENTORY_PATH, parse=parse_inventory, limit_s=_READY_S)
# Takes the gateway 6 to 13 s, some more than a minute; others wait meanwhile, and values last 90 s (G§11, S§1).
HOME: Final[Endpoint[GatewayHealth]] = Endpoint(path=HOME_PATH, parse=parse_home, limit_s=60.0)
# Exists from firmware 8.2 on (G§5).
DEVICE_DATA: Final[Endpoint[DeviceData]] = Endpoint(path=DEVICE_DATA_PATH, parse=parse_device_data, limit_s=_READY_S)

# Storage and grid relay: firmware 7 and later (S§1). Each takes at most 0.4 s, but the tariff took 59 s once. There are
# many, and each that hangs delays the others.
_SMALL_S: Final = 8.0
ENSEMBLE_INVENTORY: Final[Endpoint[EnsembleInventory]] = Endpoint(
    path=ENSEMBLE_INVENTORY_PATH, parse=parse_ensemble_inventory, limit_s=_SMALL_S
)
ENSEMBLE_POWER: Final[Endpoint[Mapping[str, BatteryPower]]] = Endpoint(
    path=ENSEMBLE_POWER_PATH, parse=parse_ensemble_power, limit_s=_SMALL_S
)
SECONDARY_CONTROL: Final[Endpoint[SecondaryControl]] = Endpoint(
    path=SECONDARY_CONTROL_PATH, parse=parse_secondary_control, limit_s=_SMALL_S
)
ENSEMBLE_STATUS: Final[Endpoint[Mapping[str, float]]] = Endpoint(
    path=ENSEMBLE_STATUS_PATH, parse=parse_ensemble_status, limit_s=_SMALL_S
)
GRID_RELAY: Final[Endpoint[GridRelay]] = Endpoint(path=GRID_RELAY_PATH, parse=parse_grid_relay, limit_s=_SMALL_S)
DRY_CONTACTS: Final[Endpoint[Mapping[str, DryContact]]] = Endpoint(
    path=DRY_CONTACTS_PATH, parse=parse_dry_contacts, limit_s=_SMALL_S
)
DRY_CONTACT_SETTINGS: Final[Endpoint[Mapping[str, DryContactSettings]]] = Endpoint(
    path=DRY_CONTACT_SETTINGS_PATH, parse=parse_dry_contact_settings, limit_s=_SMALL_S
)
GENERATOR: Final[Endpoint[Generator]] = Endpoint(path=GENERATOR_PATH, parse=parse_generator, limit_s=_SMALL_S)
GENERATOR_CONFIG: Final[Endpoint[GeneratorConfig]] = Endpoint(
    path=GENERATOR_CONFIG_PATH, parse=parse_generator_config, limit_s=_SMALL_S
)
GENERATOR_MODE: Final[Endpoint[GeneratorMode]] = Endpoint(
    path=GENERATOR_MODE_PATH, parse=parse_generator_mode, limit_s=_SMALL_S
)
SCHEDULER: Final[Endpoint[Scheduler]] = Endpoint(path=SCHEDULER_PATH, parse=parse_scheduler, limit_s=_SMALL_S)
EXPORT_LIMIT: Final[Endpoint[ExportLimit]] = Endpoint(
    path=EXPORT_LIMIT_PATH, parse=parse_export_limit, limit_s=_SMALL_S
)
PRODUCTION_LIMIT: Final[Endpoint[ProductionLimit]] = Endpoint(
    path=PRODUCTION_LIMIT_PATH, parse=parse_production_limit, limit_s=_SMALL_S
)
GENERATOR_SCHEDULE: Final[Endpoint[GeneratorSchedule]] = Endpoint(
    path=GENERATOR_SCHEDULE_PATH, parse=parse_generator_schedule, limit_s=_SMALL_S
)
TARIFF: Final[Endpoint[Tariff]] = Endpoint(path=TARIFF_PATH, parse=parse_tariff, limit_s=_READY_S)
ACB_CONFIG: Final[Endpoint[frozenset[str]]] = Endpoint(path=ACB_CONFIG_PATH, parse=parse_acb_config, limit_s=_SMALL_S)
LIVE_DATA: Final[Endpoint[LiveData]] = Endpoint(path=LIVE_DATA_PATH, parse=parse_live_data, limit_s=_SMALL_S)
