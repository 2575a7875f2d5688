"""What a CT shows beside power and energy, the same in every document."""

from dataclasses import dataclass
from math import hypot

from simulator.profiles import PRODUCTION
from simulator.site_state import PowerAndEnergy

# Counters of apparent and reactive energy, as a share of the energy that passed; production's and the others'.
_APPARENT, _LAG, _LEAD = 1.04, 0.06, 0.11
# Reactive power in W of the inverters' filters and of the house's electronics.
_REACTIVE_PRODUCTION_W, _REACTIVE_OTHERS_W = 18.0, -74.0


@dataclass(frozen=True, slots=True)
class Electrics:
    """One channel of a CT; SI units, energy in Wh, VAh, VArh."""

    power: float
    reactive: float
    voltage: float
    frequency: float
    delivered: float
    received: float

    @property
    def apparent(self) -> float:
        """Apparent power, without a sign."""
        return hypot(self.power, self.reactive)

    @property
    def current(self) -> float:
        """Current, without a sign."""
        return self.apparent / self.voltage

    @property
    def power_factor(self) -> float:
        """Power factor in -1..1."""
        return self.power / self.apparent

    @property
    def passed(self) -> float:
        """Energy that passed in both directions."""
        return self.delivered + self.received

    @property
    def apparent_energy(self) -> float:
        """Counter of apparent energy."""
        return _APPARENT * self.passed

    @property
    def lagging_energy(self) -> float:
        """Counter of lagging reactive energy."""
        return _LAG * self.passed

    @property
    def leading_energy(self) -> float:
        """Counter of leading reactive energy."""
        return _LEAD * self.passed


def electrics(kind: str, measured: PowerAndEnergy, phases: int) -> list[Electrics]:
    """Give the channels of a CT, one for each phase: 120 V and 60 Hz on split-phase sites, else 230 V and 50 Hz."""
    nominal, frequency = (121.0, 60.0) if phases == 2 else (231.0, 50.0)
    reactive = _REACTIVE_PRODUCTION_W if kind == PRODUCTION else _REACTIVE_OTHERS_W
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
