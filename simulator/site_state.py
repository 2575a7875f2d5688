"""State of a site at one time, and the exact integration from one state to the next."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Powers:
    """The powers at one time, per phase in W, and the light."""

    east: float
    """Light on the south-east plane, 0..1."""
    west: float
    """Light on the south-west plane, 0..1."""
    production: list[float]
    net: list[float]
    """Positive for import, negative for export."""
    battery: float
    """Sum of the phases; positive when discharging."""


@dataclass(slots=True)
class Energies:
    """The energies since the start of the simulation, per phase in Wh, and the light in hours of full sun."""

    east_h: float
    west_h: float
    produced: list[float]
    standby: list[float]
    """Energy that the inverters consume at night, measured by the production CT."""
    imported: list[float]
    exported: list[float]
    charged: float
    discharged: float

    @classmethod
    def zero(cls, phases: int) -> Energies:
        """Return the energies at the start."""
        return cls(0.0, 0.0, [0.0] * phases, [0.0] * phases, [0.0] * phases, [0.0] * phases, 0.0, 0.0)

    def after(self, start: Powers, end: Powers, seconds: float) -> Energies:
        """Return the energies `seconds` later, with powers that change linearly from start to end."""
        half = seconds / 7200  # half of the hours, for the area of a trapezoid
        hours = seconds / 3600
        charged, discharged = self.charged, self.discharged
        # The battery's power is constant over the step, as in Battery.power().
        if end.battery > 0:
            discharged += end.battery * hours
        else:
            charged -= end.battery * hours
        produced, standby = _add_halves(self.produced, self.standby, start.production, end.production, half)
        imported, exported = _add_halves(self.imported, self.exported, start.net, end.net, half)
        return Energies(
            self.east_h + (start.east + end.east) * half,
            self.west_h + (start.west + end.west) * half,
            produced,
            standby,
            imported,
            exported,
            charged,
            discharged,
        )


def _add_halves(
    up: list[float], down: list[float], start: list[float], end: list[float], half: float
) -> tuple[list[float], list[float]]:
    """Return two lists of counters plus the positive and negative areas under the lines from start to end."""
    more_up, more_down = up[:], down[:]
    for phase, first in enumerate(start):
        last = end[phase]
        if first >= 0.0 <= last:
            more_up[phase] += (first + last) * half
        elif first <= 0.0 >= last:
            more_down[phase] -= (first + last) * half
        else:  # the line crosses zero: two triangles
            positive, negative = (first, last) if first > 0.0 else (last, first)
            share = positive / (positive - negative)
            more_up[phase] += positive * share * half
            more_down[phase] -= negative * (1.0 - share) * half
    return more_up, more_down


def between(start: Powers, end: Powers, share: float) -> Powers:
    """Return the powers at a share (0..1) of the way from start to end."""
    return Powers(
        start.east + (end.east - start.east) * share,
        start.west + (end.west - start.west) * share,
        [low + (high - low) * share for low, high in zip(start.production, end.production, strict=True)],
        [low + (high - low) * share for low, high in zip(start.net, end.net, strict=True)],
        end.battery,
    )


@dataclass(frozen=True, slots=True)
class PowerAndEnergy:
    """Power in W and energy delivered and received in Wh of one quantity, as totals and per phase."""

    power_w: float
    delivered_wh: float
    received_wh: float
    phases: tuple[PowerAndEnergy, ...] = ()

    @property
    def energy_wh(self) -> float:
        """Delivered minus received energy."""
        return self.delivered_wh - self.received_wh

    @classmethod
    def sum_of(cls, phases: list[PowerAndEnergy]) -> PowerAndEnergy:
        """Return the totals of some phases."""
        return cls(
            sum(phase.power_w for phase in phases),
            sum(phase.delivered_wh for phase in phases),
            sum(phase.received_wh for phase in phases),
            tuple(phases),
        )


@dataclass(slots=True)
class SiteState:
    """The whole site at one time."""

    at: float
    powers: Powers
    energies: Energies
    _measured: dict[str, PowerAndEnergy] = field(default_factory=dict)

    @property
    def production(self) -> PowerAndEnergy:
        """Power and energy measured by the production CT."""
        return self._sum("production", self.powers.production, self.energies.produced, self.energies.standby)

    @property
    def net_consumption(self) -> PowerAndEnergy:
        """Power and energy at the grid: positive / delivered is import, negative / received is export."""
        return self._sum("net", self.powers.net, self.energies.imported, self.energies.exported)

    @property
    def total_consumption(self) -> PowerAndEnergy:
        """Power and energy of the house: production + net consumption (G§6.4)."""
        powers = [made + net for made, net in zip(self.powers.production, self.powers.net, strict=True)]
        energies = [
            made.energy_wh + net.energy_wh
            for made, net in zip(self.production.phases, self.net_consumption.phases, strict=True)
        ]
        return self._sum("total", powers, energies, [0.0] * len(powers))

    @property
    def storage(self) -> PowerAndEnergy:
        """Power and energy of the battery: positive / delivered is discharge, negative / received is charge."""
        phases = len(self.powers.net)
        return self._sum(
            "storage",
            [self.powers.battery / phases] * phases,
            [self.energies.discharged / phases] * phases,
            [self.energies.charged / phases] * phases,
        )

    def _sum(self, name: str, powers: list[float], delivered: list[float], received: list[float]) -> PowerAndEnergy:
        """Return a quantity, built on first use."""
        if name not in self._measured:
            self._measured[name] = PowerAndEnergy.sum_of(
                [PowerAndEnergy(*each) for each in zip(powers, delivered, received, strict=True)]
            )
        return self._measured[name]
