"""The endpoints that are used: path, parser and model of each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..models import DeviceData, GatewayHealth, Info, Inventory, InverterList, Meter, ProductionSummary, Reading, Report
from .device_data import DEVICE_DATA_PATH, parse_device_data
from .home import HOME_PATH, parse_home
from .info import INFO_PATH, parse_info
from .inventory import INVENTORY_PATH, parse_inventory
from .inverters import INVERTER_LIST_PATH, parse_inverter_list
from .meters import METERS_PATH, READINGS_PATH, parse_meters, parse_readings
from .production import (
    PRODUCTION_SUMMARY_PATH,
    REPORT_DETAILED_PATH,
    REPORT_PATH,
    parse_production_summary,
    parse_report,
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Endpoint[T]:
    """One endpoint and the model of its answer; compared by identity."""

    path: str
    """Path and query."""
    parse: Callable[[bytes], T]
    limit_s: float | None = None
    """Time for the whole answer, None for the connection's default, which would delay the other groups for too long."""

    def read(self, body: bytes) -> T:
        """Return the model of an answer.

        Raises:
            GatewayResponseError: the body is not a document of this endpoint.
        """
        return self.parse(body)


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
