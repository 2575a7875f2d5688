"""What the house draws, and its battery."""

from dataclasses import dataclass
from math import exp

from .sky import Noise

_PULSE_S = 1200  # kettles, ovens and washing machines run for twenty minutes
_PHASE_SHARES = {1: (1.0,), 2: (0.55, 0.45), 3: (0.5, 0.3, 0.2)}


def load(at: float, hour: float, phases: int, noise: Noise) -> list[float]:
    """Give the house's load of each phase in W at an epoch that is `hour` hours after local midnight."""
    morning = 300.0 * exp(-(((hour - 7.5) / 1.3) ** 2))
    evening = 550.0 * exp(-(((hour - 19.0) / 2.3) ** 2))
    common = (180.0 + morning + evening) * (0.6 + 0.8 * noise(at / 1800 + 999))
    loads = [common * share for share in _PHASE_SHARES[phases]]
    minute = int(at // 60)
    if minute % 50 < 18:  # the fridge
        loads[-1] += 95.0
    pulse = int(at // _PULSE_S)
    if 7.0 < hour < 22.5 and noise.step(pulse * 7) > 0.88:
        loads[pulse % phases] += 900.0 + 1500.0 * noise.step(pulse * 13)
    return loads


@dataclass(slots=True)
class Battery:
    """A battery that stores what is left over and gives what is missing."""

    capacity_wh: float
    stored_wh: float

    def power(self, deficit_w: float, seconds: float) -> float:
        """Give the power in W for the next while (+ discharging) and keep account of the charge."""
        limit = self.capacity_wh * 0.38  # the ratio of an IQ Battery 10: 3.84 kW for 10 kWh
        power = min(limit, max(-limit, 0.9 * deficit_w))
        power = min(power, self.stored_wh * 3600 / seconds)
        power = max(power, (self.stored_wh - self.capacity_wh) * 3600 / seconds)
        self.stored_wh -= power * seconds / 3600
        return power

    @property
    def percent(self) -> float:
        """The state of charge in percent."""
        return 100.0 * self.stored_wh / self.capacity_wh if self.capacity_wh else 0.0
