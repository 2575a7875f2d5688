"""The range of every measured quantity: a number outside it is no measurement, and counts as missing.

The ranges are wide, so that they never hide a true value; they keep damaged numbers out of states and statistics. Power
has its own, narrower limits, which depend on the site (`site/limits.py`). The unsigned image of a negative number
becomes negative in every quantity that may be negative, except energies, which may be as large as an image.
"""

from typing import Final

from ..json_types import Json
from .values import number_within, signed, thousandth, within

MOST_PHASES: Final = 3
CT_LIMIT_W: Final = 200 * 277
"""For one phase: the largest CT that Enphase sells for these gateways carries 200 A, at no more than 277 V."""

# The sum over three phases, as the gateway sends it (G§6.3), of the highest voltage to a neutral, with a margin.
_VOLTAGE_V: Final = 1500.0
# The sum over three phases of CTs of 200 A, with a margin for what a CT shows above its range.
_CURRENT_A: Final = 1000.0
# Some firmware sends three times the apparent power of three phases with 200 A at 277 V (G§6.3).
_APPARENT_POWER_VA: Final = 500_000.0
# Off grid, batteries raise the frequency to curb the inverters.
_FREQUENCY_HZ: Final = (40.0, 70.0)
# Inverters and batteries stop long before.
_TEMPERATURE_C: Final = (-60.0, 150.0)
# Three phases of 200 A at 277 V for 50 years have 7e10 Wh.
_ENERGY_WH: Final = 1e11
# Far more than the batteries of a site can store.
_STORED_ENERGY_WH: Final = 1e7
# An inverter of 1 kW for the longest day, of 25 hours.
_INVERTER_DAY_WH: Final = 25_000.0
_LONGEST_INTERVAL_S: Final = 86_400
# Known values are up to 110 (G§5.4).
_STRONGEST_SIGNAL: Final = 10_000
# The gateway counts seconds in 32 bits.
_LONGEST_TIME_S: Final = 2**32 - 1


def voltage(volts: Json) -> float | None:
    """Return a voltage in V."""
    return number_within(volts, 0, _VOLTAGE_V)


def current(amperes: Json) -> float | None:
    """Return a current in A, which may be negative."""
    return number_within(signed(amperes), -_CURRENT_A, _CURRENT_A)


def apparent_power(volt_amperes: Json) -> float | None:
    """Return an apparent or reactive power in VA or var, which may be negative."""
    return number_within(signed(volt_amperes), -_APPARENT_POWER_VA, _APPARENT_POWER_VA)


def frequency(hertz: Json) -> float | None:
    """Return the frequency of a grid in Hz; 0 marks an unused channel (G§9)."""
    return number_within(hertz, *_FREQUENCY_HZ)


def temperature(celsius: Json) -> float | None:
    """Return a temperature in °C; None for the text `unknown` too (S§35)."""
    return number_within(signed(celsius), *_TEMPERATURE_C)


def energy(watt_hours: Json) -> float | None:
    """Return an energy of a site in Wh; net energy may be negative."""
    return number_within(watt_hours, -_ENERGY_WH, _ENERGY_WH)


def inverter_energy(watt_hours: Json, *, days: int) -> float | None:
    """Return the energy of an inverter in some days, in Wh."""
    return number_within(watt_hours, 0, _INVERTER_DAY_WH * days)


def interval(seconds: int | None) -> int | None:
    """Return a report interval in seconds, which is never 0 (G§5.4)."""
    return within(seconds, 1, _LONGEST_INTERVAL_S)


def error_time(seconds: int | None) -> int | None:
    """Return the time of conversion errors in seconds."""
    return within(seconds, 0, _LONGEST_TIME_S)


def signal_strength(level: int | None) -> int | None:
    """Return a signal strength in the gateway's own units, None for 0: not measured (G§5.4)."""
    return within(level, 1, _STRONGEST_SIGNAL)


def percent(value: Json) -> float | None:
    """Return a percentage as sent."""
    return number_within(value, 0, 100)


def fahrenheit(value: Json) -> float | None:
    """Return a temperature that is sent in °F, in °C to one decimal (S§24)."""
    degrees = signed(value)
    return None if degrees is None else temperature(round((degrees - 32) * 5 / 9, 1))


def stored_energy(value: Json) -> float | None:
    """Return the energy in batteries or their capacity, as sent in Wh."""
    return number_within(value, 0, _STORED_ENERGY_WH)


def milliwatts(value: Json, limit_w: float) -> float | None:
    """Return a power that is sent in mW in W, None above a limit in either direction."""
    return watts(thousandth(value), limit_w)


def watts(value: Json, limit_w: float) -> float | None:
    """Return a power in W, None above a limit in either direction."""
    return number_within(signed(value), -limit_w, limit_w)


def highest_power(value: Json) -> float | None:
    """Return the highest power that a device has had in W, which is not negative."""
    return number_within(value, 0, CT_LIMIT_W)
