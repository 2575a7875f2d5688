"""Batteries one by one: efficiency, limits, and the share of each in the power of all."""

from dataclasses import dataclass

from simulator.areas import add_areas

ONE_WAY = 0.9**0.5
"""Efficiency of charging and of discharging: 90 % for both (S§22: 75-77 % with the standby of years)."""
STANDBY_W = 10.0
"""Power that each battery consumes by itself; only a CT shows it (S§32)."""
_STEP_S = 60.0
_UNEVEN = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One battery: an IQ Battery or an AC Battery."""

    serial: str
    capacity_wh: float
    rated_w: float
    is_acb: bool = False

    @property
    def standby_w(self) -> float:
        """Power that the battery consumes by itself; an AC Battery shows -1 W when it is idle (S§13)."""
        return 1.0 if self.is_acb else STANDBY_W


def stored_after(stored_wh: float, first_w: float, last_w: float, half_h: float) -> float:
    """Return the energy in a battery after its AC power has changed linearly; `half_h` is half of the time in h."""
    out, into = add_areas(0.0, 0.0, first_w, last_w, half_h)
    return stored_wh - out / ONE_WAY + into * ONE_WAY


@dataclass(frozen=True, slots=True)
class Limits:
    """The AC power that each battery can discharge and charge with at the end of a step."""

    discharge: list[float]
    charge: list[float]
    """Positive."""

    @classmethod
    def of(
        cls, units: tuple[Unit, ...], stored: list[float], powers: list[float], floors: list[float], seconds: float
    ) -> Limits:
        """Return the limits after a step that starts with the given energy and powers.

        A battery can reach 0 W in the step after it before its energy is down at its floor or up at its capacity.
        """
        half = seconds / 7200
        rest = half + max(seconds, _STEP_S) / 7200
        discharge, charge = [], []
        for unit, energy, power, floor in zip(units, stored, powers, floors, strict=True):
            lowest = stored_after(energy, max(0.0, power), 0.0, half)
            highest = stored_after(energy, min(0.0, power), 0.0, half)
            discharge.append(min(unit.rated_w, max(0.0, lowest - floor) * ONE_WAY / rest))
            charge.append(min(unit.rated_w, max(0.0, unit.capacity_wh - highest) / ONE_WAY / rest))
        return cls(discharge, charge)

    def share(self, wanted_w: float) -> list[float]:
        """Return the power of each battery; the shares differ a little, as on real sites (S§32)."""
        limits = self.discharge if wanted_w >= 0 else self.charge
        size = min(abs(wanted_w), sum(limits))
        weights = [limit * (1.0 + _UNEVEN * (1 - 2 * (number % 2))) for number, limit in enumerate(limits)]
        total = sum(weights)
        if not total:
            return limits[:]
        shares = [min(limit, size * weight / total) for limit, weight in zip(limits, weights, strict=True)]
        rooms = [limit - each for limit, each in zip(limits, shares, strict=True)]
        missing, room = size - sum(shares), sum(rooms)
        if missing > 0 and room > 0:
            shares = [each + missing * more / room for each, more in zip(shares, rooms, strict=True)]
        return shares if wanted_w >= 0 else [-each for each in shares]
