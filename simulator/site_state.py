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
    house: list[float]
    """Power that the house consumes."""
    battery: float
    """Sum of the phases; positive when discharging."""
    third_party: float = 0.0
    """Power that devices of another maker feed in between the CTs, on the first phase; negative when they consume."""


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
    third_party: float
    """Energy that devices of another maker have fed in minus the energy that they have consumed."""
    balanced_import: float
    """Import of the sum of the phases, as a utility meter counts it."""
    balanced_export: float

    @classmethod
    def zero(cls, phases: int) -> Energies:
        """Return the energies at the start."""
        return cls(
            0.0,
            0.0,
            produced=[0.0] * phases,
            standby=[0.0] * phases,
            imported=[0.0] * phases,
            exported=[0.0] * phases,
            charged=0.0,
            discharged=0.0,
            third_party=0.0,
            balanced_import=0.0,
            balanced_export=0.0,
        )

    def after(self, start: Powers, end: Powers, seconds: float) -> Energies:
        """Return the energies `seconds` later, with powers that change linearly from start to end."""
        half = seconds / 7200  # half of the hours, for the area of a trapezoid
        discharged, charged = _add_areas(self.discharged, self.charged, start.battery, end.battery, half)
        produced, standby = _add_halves(self.produced, self.standby, start.production, end.production, half)
        imported, exported = _add_halves(self.imported, self.exported, start.net, end.net, half)
        balanced_import, balanced_export = _add_areas(
            self.balanced_import, self.balanced_export, sum(start.net), sum(end.net), half
        )
        return Energies(
            self.east_h + (start.east + end.east) * half,
            self.west_h + (start.west + end.west) * half,
            produced,
            standby,
            imported,
            exported,
            charged,
            discharged,
            self.third_party + (start.third_party + end.third_party) * half,
            balanced_import,
            balanced_export,
        )


def _add_halves(
    up: list[float], down: list[float], start: list[float], end: list[float], half: float
) -> tuple[list[float], list[float]]:
    """Return two lists of counters plus the positive and negative areas under the lines from start to end."""
    more_up, more_down = up[:], down[:]
    for phase, first in enumerate(start):
        last = end[phase]
        if first >= 0.0 <= last:  # here too, because the simulation spends most of its time in this loop
            more_up[phase] += (first + last) * half
        else:
            more_up[phase], more_down[phase] = _add_areas(up[phase], down[phase], first, last, half)
    return more_up, more_down


def _add_areas(up: float, down: float, first: float, last: float, half: float) -> tuple[float, float]:
    """Return two counters plus the positive and the negative area under the line from first to last."""
    if first >= 0.0 <= last:
        return up + (first + last) * half, down
    if first <= 0.0 >= last:
        return up, down - (first + last) * half
    # The line crosses zero: two triangles.
    positive, negative = (first, last) if first > 0.0 else (last, first)
    share = positive / (positive - negative)
    return up + positive * share * half, down - negative * (1.0 - share) * half


def between(start: Powers, end: Powers, share: float) -> Powers:
    """Return the powers at a share (0..1) of the way from start to end."""
    return Powers(
        start.east + (end.east - start.east) * share,
        start.west + (end.west - start.west) * share,
        [low + (high - low) * share for low, high in zip(start.production, end.production, strict=True)],
        [low + (high - low) * share for low, high in zip(start.net, end.net, strict=True)],
        [low + (high - low) * share for low, high in zip(start.house, end.house, strict=True)],
        start.battery + (end.battery - start.battery) * share,
        start.third_party + (end.third_party - start.third_party) * share,
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
        """Power and energy that flows out of the inverters, which a correct production CT measures."""
        return self._sum("production", self.powers.production, self.energies.produced, self.energies.standby)

    @property
    def net_consumption(self) -> PowerAndEnergy:
        """Power and energy at the grid: positive / delivered is import, negative / received is export."""
        return self._sum("net", self.powers.net, self.energies.imported, self.energies.exported)

    @property
    def total_consumption(self) -> PowerAndEnergy:
        """Production + net consumption, as a gateway or a total-consumption CT has it (G§6.4).

        This is the house's consumption only without a battery and without devices of another maker (S§23).
        """
        powers = [made + net for made, net in zip(self.powers.production, self.powers.net, strict=True)]
        energies = [
            made.energy_wh + net.energy_wh
            for made, net in zip(self.production.phases, self.net_consumption.phases, strict=True)
        ]
        return self._sum("total", powers, energies, [0.0] * len(powers))

    @property
    def house(self) -> PowerAndEnergy:
        """Power and energy that the house consumes: production + net consumption + whatever else feeds in."""
        energies = [
            total.energy_wh + storage.energy_wh
            for total, storage in zip(self.total_consumption.phases, self.storage.phases, strict=True)
        ]
        energies[0] += self.energies.third_party
        return self._sum("house", self.powers.house, energies, [0.0] * len(energies))

    @property
    def house_wh(self) -> float:
        """Lifetime energy that the house has consumed."""
        return self.house.delivered_wh

    @property
    def battery_charged_wh(self) -> float:
        """Lifetime energy that the battery has taken in."""
        return self.energies.charged

    @property
    def battery_discharged_wh(self) -> float:
        """Lifetime energy that the battery has fed in."""
        return self.energies.discharged

    @property
    def import_wh(self) -> float:
        """Lifetime import, the sum of the phases, each of which counts by itself (G§9)."""
        return sum(self.energies.imported)

    @property
    def export_wh(self) -> float:
        """Lifetime export, the sum of the phases, each of which counts by itself (G§9)."""
        return sum(self.energies.exported)

    @property
    def balanced_import_wh(self) -> float:
        """Lifetime import balanced over the phases, as a utility meter counts it (G§9)."""
        return self.energies.balanced_import

    @property
    def balanced_export_wh(self) -> float:
        """Lifetime export balanced over the phases, as a utility meter counts it (G§9)."""
        return self.energies.balanced_export

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
