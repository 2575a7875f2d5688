"""The endpoints that are read: path, and what makes a model of the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..models import DeviceData, Info, InverterList, Meter, ProductionSummary, Reading, Report
from .device_data import DEVICE_DATA_PATH, parse_device_data
from .info import INFO_PATH, parse_info
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
    """One endpoint and the model it answers with; each is there once, and known by that."""

    path: str
    """With its query."""
    parse: Callable[[bytes], T]
    open: bool = False
    """Readable without sign-in on every firmware (G§1, §2.2)."""
    limit_s: float | None = None
    """Time for the whole answer, where the door's own limit would keep the other groups waiting for nothing."""

    def read(self, body: bytes) -> T:
        """Make the model of an answer's body.

        Raises:
            GatewayResponseError: the answer is not what the endpoint is for.
        """
        return self.parse(body)


INFO: Final[Endpoint[Info]] = Endpoint(path=INFO_PATH, parse=parse_info, open=True)
# What the gateway only has to look up: 0.4 s at most on a gateway at ease (G§4, §5, §8, §9),
# so this is fifty times what it takes; twice of it fits the 90 s after which a group counts as lost.
_LOOKED_UP_S: Final = 20.0

METERS: Final[Endpoint[tuple[Meter, ...]]] = Endpoint(path=METERS_PATH, parse=parse_meters, limit_s=_LOOKED_UP_S)
READINGS: Final[Endpoint[tuple[Reading, ...]]] = Endpoint(
    path=READINGS_PATH, parse=parse_readings, limit_s=_LOOKED_UP_S
)
REPORT_DETAILED: Final[Endpoint[Report]] = Endpoint(
    path=REPORT_DETAILED_PATH, parse=partial(parse_report, endpoint=REPORT_DETAILED_PATH)
)
# HTML before firmware 7, and never with lines from then on (G§7).
REPORT: Final[Endpoint[Report]] = Endpoint(path=REPORT_PATH, parse=partial(parse_report, endpoint=REPORT_PATH))
PRODUCTION_SUMMARY: Final[Endpoint[ProductionSummary]] = Endpoint(
    path=PRODUCTION_SUMMARY_PATH, parse=parse_production_summary
)
INVERTER_LIST: Final[Endpoint[InverterList]] = Endpoint(
    path=INVERTER_LIST_PATH, parse=parse_inverter_list, limit_s=_LOOKED_UP_S
)
# From firmware 8.2 on (G§5).
DEVICE_DATA: Final[Endpoint[DeviceData]] = Endpoint(
    path=DEVICE_DATA_PATH, parse=parse_device_data, limit_s=_LOOKED_UP_S
)
