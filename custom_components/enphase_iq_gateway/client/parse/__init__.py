"""The parsers: pure functions from an answer's bytes to a model; nothing but `GatewayResponseError` leaves them."""

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

__all__ = [
    "DEVICE_DATA_PATH",
    "INFO_PATH",
    "INVERTER_LIST_PATH",
    "METERS_PATH",
    "PRODUCTION_SUMMARY_PATH",
    "READINGS_PATH",
    "REPORT_DETAILED_PATH",
    "REPORT_PATH",
    "parse_device_data",
    "parse_info",
    "parse_inverter_list",
    "parse_meters",
    "parse_production_summary",
    "parse_readings",
    "parse_report",
]
