"""Names and intervals that the whole integration shares."""

from datetime import timedelta
from enum import StrEnum
import logging
from typing import Final

from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError

DOMAIN: Final = "enphase_iq_gateway"
LOGGER = logging.getLogger(__package__)
MANUFACTURER: Final = "Enphase"
CONTROL_PLATFORMS: Final = (Platform.BUTTON, Platform.NUMBER, Platform.SELECT, Platform.SWITCH)
"""Platforms whose entities exist only where the user has turned control on."""
PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.SENSOR, *CONTROL_PLATFORMS)

UNUSABLE_FILE: Final = (
    HomeAssistantError,
    NotImplementedError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)
"""Errors of reading a stored file: of another version, unreadable, or with content that no store has written.

Home Assistant renames a corrupt file, which is an `OSError` on a disk that has become read-only.
"""

CONF_CERTIFICATE: Final = "certificate"
CONF_CERTIFICATE_CHECK: Final = "certificate_check"
CONF_CONTROL: Final = "control"
CONF_METHOD: Final = "method"
CONF_PHASE_VALUES: Final = "phase_values"
CONF_REMEMBER_PASSWORD: Final = "remember_password"  # noqa: S105 - the name of a setting
CONF_REPLACED: Final = "replaced"
"""Serials of the gateways that the present one has replaced."""
CONF_UPDATE_INTERVAL: Final = "update_interval"

TOKEN_PAGE: Final = "https://entrez.enphaseenergy.com"  # noqa: S105 - an address
"""Where users create a token themselves (G§2.3e)."""

CONTROL_PAGE: Final = "https://github.com/enphase-iq-gateway/enphase-iq-gateway/blob/main/docs/control.md"


class PhaseValues(StrEnum):
    """Which sensors of single phases are enabled."""

    NONE = "none"
    POWER = "power"
    POWER_AND_ENERGY = "power_and_energy"


# Readings change every second and cost the gateway 0.1 s; it stands 5 s for days (G§2.8).
UPDATE_INTERVAL_DEFAULT_S: Final = 30
UPDATE_INTERVAL_MIN_S: Final = 5
UPDATE_INTERVAL_MAX_S: Final = 300
# The sources of power other than the CTs are no fresher, and the report takes the gateway seconds (G§2.8, §6).
SLOW_SOURCE_INTERVAL: Final = timedelta(seconds=60)
# Inverters report every 5 or 15 minutes (G§4). What only the report contains is of use by the day.
REPORT_INTERVAL: Final = timedelta(seconds=300)
INVERTERS_INTERVAL: Final = timedelta(seconds=300)
# The longest time from one poll of storage to the next, and between attempts to read the state of the grid.
STORAGE_INTERVAL: Final = timedelta(seconds=60)
# The app and the state of charge switch dry contacts, too; read this often only where the contacts are shown.
CONTACTS_INTERVAL_S: Final = 60.0
CONTACT_SETTINGS_INTERVAL_S: Final = 600.0
# A changed state of the grid is shown after a second reading that agrees.
GRID_CONFIRMED_AFTER: Final = timedelta(seconds=1)
# An endpoint of storage that keeps failing may take up to its time limit at every attempt.
LOST_STORAGE_INTERVAL_S: Final = 300.0
# From 50 devices on a gateway truncates the details (G§5.1), so the list, which has every report, is read as well.
# Details cost the gateway ten times as much: every third reading, a little more often than every quarter of an hour.
DETAILS_INTERVAL_S: Final = 840.0
# Inverters do not report at night. The first report at dawn covers 5 or 15 minutes (G§4).
ASLEEP_INTERVAL: Final = timedelta(minutes=15)
# An installer may change the CTs at any time (G§8).
METERS_INTERVAL: Final = timedelta(hours=1)
# Enphase updates the firmware at any time (G§1.3).
INFO_INTERVAL: Final = timedelta(hours=4)
# Inverters are exchanged once in years. The list takes the gateway seconds, so it is not read during set-up (G§11).
INVENTORY_INTERVAL: Final = timedelta(days=1)
# The health of the gateway takes it up to a minute, so it is read neither during set-up nor right after it.
HEALTH_INTERVAL: Final = timedelta(days=1)
FIRST_HEALTH_AFTER: Final = timedelta(minutes=10)
FIRST_INVENTORY_AFTER: Final = timedelta(minutes=2)
# Where a gateway has no batteries and no grid relay, one request looks for new ones; a coordinator polls present ones.
STORAGE_SEARCH_INTERVAL: Final = timedelta(days=1)
# At an update interval of 5 s the last digits of the counters would be a third of all state writes. This is the default
# interval less half of the shortest one, for the jitter, so that only shorter intervals are affected.
COUNTER_CHECK_INTERVAL_S: Final = 27.5
