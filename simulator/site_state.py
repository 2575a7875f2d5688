"""Energy of a site at a moment, and exact integration between two."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Powers:
    """What flows at one moment; per phase, in W."""

    east: float
    """Light on the south-east plane, 0..1."""
    west: float
    """Light on the south-west plane, 0..1."""
    production: list[float]
    net: list[float]
    """+ import, - export."""
    battery: float
    """All phases together; + discharging."""


@dataclass(slots=True)
class Energies:
    """What has flowed since the beginning; per phase, in Wh. Light is in hours of full sun."""

    east_h: float
    west_h: float
    produced: list[float]
    standby: list[float]
    """Drawn by the inverters at night, through the production CT."""
    imported: list[float]
    exported: list[float]
    charged: float
    discharged: float

    @classmethod
    def zero(cls, phases: int) -> Energies:
        """Give the beginning."""
        return cls(0.0, 0.0, [0.0] * phases, [0.0] * phases, [0.0] * phases, [0.0] * phases, 0.0, 0.0)

    def after(self, start: Powers, end: Powers, seconds: float) -> Energies:
        """Give the energies `seconds` later, the powers going straight from start to end."""
        half = seconds / 7200  # the trapezoid's half and the hour's 3600 s
        hours = seconds / 3600
        charged, discharged = self.charged, self.discharged
        # The battery's power is held for the whole step, as its charge was accounted.
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
    """Add the positive and the negative part of straight lines from start to end to two lists of counters."""
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
    """Give the powers at a share (0..1) of the way from start to end."""
    return Powers(
        start.east + (end.east - start.east) * share,
        start.west + (end.west - start.west) * share,
        [low + (high - low) * share for low, high in zip(start.production, end.production, strict=True)],
        [low + (high - low) * share for low, high in zip(start.net, end.net, strict=True)],
        end.battery,
    )


@dataclass(frozen=True, slots=True)
class PowerAndEnergy:
    """One quantity of the site: power in W, energy delivered and received in Wh, all phases and each."""

    power_w: float
    delivered_wh: float
    received_wh: float
    phases: tuple[PowerAndEnergy, ...] = ()

    @property
    def energy_wh(self) -> float:
        """Delivered less received."""
        return self.delivered_wh - self.received_wh

    @classmethod
    def sum_of(cls, phases: list[PowerAndEnergy]) -> PowerAndEnergy:
        """Add the phases up."""
        return cls(
            sum(phase.power_w for phase in phases),
            sum(phase.delivered_wh for phase in phases),
            sum(phase.received_wh for phase in phases),
            tuple(phases),
        )


@dataclass(slots=True)
class SiteState:
    """The whole site at one moment."""

    at: float
    powers: Powers
    energies: Energies
    _measured: dict[str, PowerAndEnergy] = field(default_factory=dict)

    @property
    def production(self) -> PowerAndEnergy:
        """Power and energy through the production CT."""
        return self._sum("production", self.powers.production, self.energies.produced, self.energies.standby)

    @property
    def net_consumption(self) -> PowerAndEnergy:
        """Power and energy at the grid: + / delivered is import, - / received is export."""
        return self._sum("net", self.powers.net, self.energies.imported, self.energies.exported)

    @property
    def total_consumption(self) -> PowerAndEnergy:
        """Power and energy of the house: production + net (G§6.4)."""
        powers = [made + net for made, net in zip(self.powers.production, self.powers.net, strict=True)]
        energies = [
            made.energy_wh + net.energy_wh
            for made, net in zip(self.production.phases, self.net_consumption.phases, strict=True)
        ]
        return self._sum("total", powers, energies, [0.0] * len(powers))

    @property
    def storage(self) -> PowerAndEnergy:
        """Power and energy of the battery: + / delivered is discharge, - / received is charge."""
        phases = len(self.powers.net)
        return self._sum(
            "storage",
            [self.powers.battery / phases] * phases,
            [self.energies.discharged / phases] * phases,
            [self.energies.charged / phases] * phases,
        )

    def _sum(self, name: str, powers: list[float], delivered: list[float], received: list[float]) -> PowerAndEnergy:
        """Put a quantity together once."""
        if name not in self._measured:
            self._measured[name] = PowerAndEnergy.sum_of(
                [PowerAndEnergy(*each) for each in zip(powers, delivered, received, strict=True)]
            )
        return self._measured[name]
