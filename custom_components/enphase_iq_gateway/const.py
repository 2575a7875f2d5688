"""Names and clocks that the whole integration shares."""

from datetime import timedelta
from enum import StrEnum
import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "enphase_iq_gateway"
LOGGER = logging.getLogger(__package__)
MANUFACTURER: Final = "Enphase"
PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.SENSOR)

CONF_CERTIFICATE: Final = "certificate"
CONF_CERTIFICATE_CHECK: Final = "certificate_check"
CONF_PHASE_VALUES: Final = "phase_values"
CONF_REMEMBER_PASSWORD: Final = "remember_password"  # noqa: S105 - the name of a setting
CONF_SIGN_IN: Final = "sign_in"
CONF_UPDATE_INTERVAL: Final = "update_interval"


class PhaseValues(StrEnum):
    """Which sensors of single phases are enabled."""

    NONE = "none"
    POWER = "power"
    POWER_AND_ENERGY = "power_and_energy"


# DESIGN §1: readings change each second and cost the gateway 0.1 s; 5 s is as often as that can be asked for days.
UPDATE_INTERVAL_DEFAULT_S: Final = 30
UPDATE_INTERVAL_MIN_S: Final = 5
UPDATE_INTERVAL_MAX_S: Final = 300
# Any other source of power is no fresher, and the report takes seconds to make (G§2.8, §6).
SLOW_SOURCE_INTERVAL: Final = timedelta(seconds=60)
# Inverters report each 5 or 15 minutes (G§4), and what the report adds to the readings is used by the day (DESIGN §1).
REPORT_INTERVAL: Final = timedelta(seconds=300)
INVERTERS_INTERVAL: Final = timedelta(seconds=300)
# From 50 devices on a gateway cuts the details (G§5.1), so that the list is read beside them: it has each report, and
# they cost the gateway ten times as much. Each third reading, which is a little over a quarter of an hour.
DETAILS_INTERVAL_S: Final = 840.0
# At night no inverter says anything; at dawn the first report is of an interval of 5 or 15 minutes (G§4).
ASLEEP_INTERVAL: Final = timedelta(minutes=15)
# An installer may change the CTs at any time (G§8).
METERS_INTERVAL: Final = timedelta(hours=1)
# Firmware is updated unasked (G§1.3).
INFO_INTERVAL: Final = timedelta(hours=4)
# Inverters are exchanged once in years. The list takes the gateway seconds, so it is not read during set-up (G§11).
INVENTORY_INTERVAL: Final = timedelta(days=1)
FIRST_INVENTORY_AFTER: Final = timedelta(minutes=2)
# Power is what a person waits for: at 5 s the last digits of counters would be a third of all that is written. The
# default interval, less half of the shortest one for the jitter, so that only faster clocks notice it.
COUNTED_EACH_S: Final = 27.5
