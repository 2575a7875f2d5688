"""Electrical values of a CT that every document derives from its power and energy."""

from dataclasses import dataclass
from math import hypot

from simulator.profiles import PRODUCTION
from simulator.site_state import PowerAndEnergy

# Apparent and reactive energy as shares of the energy in both directions.
_APPARENT, _LAG, _LEAD = 1.04, 0.06, 0.11
# Reactive power in VAr of the inverters' filters and of the house's electronics.
_REACTIVE_PRODUCTION_VAR, _REACTIVE_OTHERS_VAR = 18.0, -74.0


@dataclass(frozen=True, slots=True)
class Electrics:
    """Values of one channel of a CT in SI units; energy in Wh, VAh and VArh."""

    power: float
    reactive: float
    voltage: float
    frequency: float
    delivered: float
    received: float

    @property
    def apparent(self) -> float:
        """Apparent power, unsigned."""
        return hypot(self.power, self.reactive)

    @property
    def current(self) -> float:
        """Current, unsigned."""
        return self.apparent / self.voltage

    @property
    def power_factor(self) -> float:
        """Power factor in -1..1."""
        return self.power / self.apparent

    @property
    def both_directions(self) -> float:
        """Sum of the energy in both directions."""
        return self.delivered + self.received

    @property
    def apparent_energy(self) -> float:
        """Lifetime apparent energy."""
        return _APPARENT * self.both_directions

    @property
    def lagging_energy(self) -> float:
        """Lifetime lagging reactive energy."""
        return _LAG * self.both_directions

    @property
    def leading_energy(self) -> float:
        """Lifetime leading reactive energy."""
        return _LEAD * self.both_directions


def electrics(kind: str, measured: PowerAndEnergy, phases: int) -> list[Electrics]:
    """Return the channels of a CT, one per phase: 120 V and 60 Hz for split phase, otherwise 230 V and 50 Hz."""
    nominal, frequency = (121.0, 60.0) if phases == 2 else (231.0, 50.0)
    reactive = _REACTIVE_PRODUCTION_VAR if kind == PRODUCTION else _REACTIVE_OTHERS_VAR
    return [
        Electrics(
            power=channel.power_w,
            reactive=reactive,
            voltage=nominal + 0.4 * number + 0.0003 * channel.power_w,
            frequency=frequency,
            delivered=channel.delivered_wh,
            received=channel.received_wh,
        )
        for number, channel in enumerate(measured.phases)
    ]
