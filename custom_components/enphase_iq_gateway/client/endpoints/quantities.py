"""The range of every measured quantity: a number outside it is no measurement, and counts as missing.

The ranges are wide, so that they never hide a true value; they keep damaged numbers out of states and statistics. Power
has its own, narrower limits, which depend on the site (`site/limits.py`).
"""

from typing import Final

# The sum over three phases, as the gateway sends it (G§6.3), of the highest voltage to a neutral, with a margin.
_VOLTAGE_V: Final = 1500.0
# The sum over three phases of CTs of 200 A, with a margin for what a CT shows above its range.
_CURRENT_A: Final = 1000.0
# Some firmware sends three times the apparent power of three phases with 200 A at 277 V (G§6.3).
_APPARENT_POWER_VA: Final = 500_000.0
# Off grid, batteries raise the frequency to curb the inverters.
_FREQUENCY_HZ: Final = (40.0, 70.0)
_TEMPERATURE_C: Final = (-100.0, 200.0)
# Three phases of 200 A at 277 V for 50 years have 7e10 Wh.
_ENERGY_WH: Final = 1e11
# An inverter of 1 kW for the longest day, of 25 hours.
_INVERTER_DAY_WH: Final = 25_000.0
_LONGEST_INTERVAL_S: Final = 86_400
# Known values are up to 110 (G§5.4).
_STRONGEST_SIGNAL: Final = 10_000
# The gateway counts seconds in 32 bits.
_LONGEST_TIME_S: Final = 2**32 - 1


def _within[N: (int, float)](value: N | None, lowest: float, highest: float) -> N | None:
    return value if value is not None and lowest <= value <= highest else None


def voltage(volts: float | None) -> float | None:
    """Return a voltage in V."""
    return _within(volts, 0, _VOLTAGE_V)


def current(amperes: float | None) -> float | None:
    """Return a current in A, which may be negative."""
    return _within(amperes, -_CURRENT_A, _CURRENT_A)


def apparent_power(volt_amperes: float | None) -> float | None:
    """Return an apparent or reactive power in VA or var, which may be negative."""
    return _within(volt_amperes, -_APPARENT_POWER_VA, _APPARENT_POWER_VA)


def frequency(hertz: float | None) -> float | None:
    """Return the frequency of a grid in Hz; 0 marks an unused channel (G§9)."""
    return _within(hertz, *_FREQUENCY_HZ)


def temperature(celsius: float | None) -> float | None:
    """Return a temperature in °C."""
    return _within(celsius, *_TEMPERATURE_C)


def energy(watt_hours: float | None) -> float | None:
    """Return an energy of a site in Wh; net energy may be negative."""
    return _within(watt_hours, -_ENERGY_WH, _ENERGY_WH)


def inverter_energy(watt_hours: float | None, *, days: int) -> float | None:
    """Return the energy of an inverter in some days, in Wh."""
    return _within(watt_hours, 0, _INVERTER_DAY_WH * days)


def interval(seconds: int | None) -> int | None:
    """Return a report interval in seconds, which is never 0 (G§5.4)."""
    return _within(seconds, 1, _LONGEST_INTERVAL_S)


def error_time(seconds: int | None) -> int | None:
    """Return the time of conversion errors in seconds."""
    return _within(seconds, 0, _LONGEST_TIME_S)


def signal_strength(level: int | None) -> int | None:
    """Return a signal strength in the gateway's own units, None for 0: not measured (G§5.4)."""
    return _within(level, 1, _STRONGEST_SIGNAL)
