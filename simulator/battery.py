"""A battery of another maker, which sells its energy in the evening."""

from dataclasses import dataclass

_C_RATE = 0.38  # per hour, as an IQ Battery 10: 3.84 kW for 10 kWh
_COVERED = 0.9  # of the demand or the surplus
_SALE_BEGIN, _SALE_END = 18.0, 23.0  # in hours after local midnight


@dataclass(slots=True)
class Battery:
    """A battery without losses, whose power changes linearly from one step to the next."""

    capacity_wh: float
    stored_wh: float
    power_w: float = 0.0
    """Power at the end of the last step: positive when discharging."""

    def step(self, deficit_w: float, hour: float, seconds: float) -> float:
        """Return the power in W at the end of a step of `seconds` and update the charge.

        `hour` is the time after local midnight. The power is limited such that it can reach 0 in the next step before
        the battery is empty or full. In the evening it feeds in at full power, as with a dynamic tariff.
        """
        limit = self.capacity_wh * _C_RATE
        wanted = limit if _SALE_BEGIN <= hour < _SALE_END else _COVERED * deficit_w
        half = seconds / 7200
        left = max(0.0, self.stored_wh - self.power_w * half)
        room = max(0.0, self.capacity_wh - self.stored_wh + self.power_w * half)
        power = min(limit, max(-limit, wanted), left / (2 * half))
        power = max(power, -room / (2 * half))
        self.stored_wh -= (self.power_w + power) * half
        self.power_w = power
        return power
