"""A battery that covers the house's demand and stores the surplus."""

from dataclasses import dataclass


@dataclass(slots=True)
class Battery:
    """A battery that charges from the surplus and discharges into the deficit."""

    capacity_wh: float
    stored_wh: float

    def power(self, deficit_w: float, seconds: float) -> float:
        """Return the power in W for the next `seconds` (positive when discharging) and update the charge."""
        limit = self.capacity_wh * 0.38  # as an IQ Battery 10: 3.84 kW for 10 kWh
        power = min(limit, max(-limit, 0.9 * deficit_w))
        power = min(power, self.stored_wh * 3600 / seconds)
        power = max(power, (self.stored_wh - self.capacity_wh) * 3600 / seconds)
        self.stored_wh -= power * seconds / 3600
        return power

    @property
    def percent(self) -> float:
        """State of charge in percent."""
        return 100.0 * self.stored_wh / self.capacity_wh if self.capacity_wh else 0.0
