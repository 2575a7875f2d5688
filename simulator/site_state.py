"""State of a site at one time, and the exact integration from one state to the next."""

from dataclasses import dataclass, field

from .areas import add_areas, add_halves
from .storage.units import stored_after
from .sunlight import DARK, Light


@dataclass(slots=True)
class Powers:
    """The powers at one time, per phase in W, and the light."""

    light: Light
    production: list[float]
    net: list[float]
    """Power from the grid and the generator, as the net CT measures it; negative for export."""
    house: list[float]
    """Power that the house consumes."""
    storage: list[float]
    """AC power of all batteries; positive when discharging."""
    third_party: float = 0.0
    """Power that devices of another maker feed in between the CTs, on the first phase; negative when they consume."""
    units: list[float] = field(default_factory=list)
    """AC power of each battery, positive when discharging; their sum is that of `storage`."""
    own_use: list[float] = field(default_factory=list)
    """Power that each battery consumes by itself, which is part of `units` and is not stored."""
    generator: list[float] = field(default_factory=list)
    """Power from the generator; empty without one."""
    alive: bool = True
    """Whether there is any voltage; otherwise the gateway is off too."""

    @property
    def east(self) -> float:
        """Light on the south-east plane, 0..1."""
        return self.light[0]

    @property
    def west(self) -> float:
        """Light on the south-west plane, 0..1."""
        return self.light[1]

    @property
    def battery(self) -> float:
        """Power of all batteries and phases; positive when discharging."""
        return sum(self.storage)


@dataclass(slots=True)
class Energies:
    """The energies since the start of the simulation, per phase in Wh."""

    light_h: Light
    produced: list[float]
    standby: list[float]
    """Energy that the inverters consume at night, measured by the production CT."""
    imported: list[float]
    exported: list[float]
    charged: list[float]
    """Energy that has flowed into the batteries, as the storage CT counts it."""
    discharged: list[float]
    third_party: float
    """Energy that devices of another maker have fed in minus the energy that they have consumed."""
    balanced_import: float
    """Import of the sum of the phases, as a utility meter counts it."""
    balanced_export: float
    units_charged: list[float]
    """Energy that has flowed into each battery."""
    units_discharged: list[float]
    stored: list[float]
    """Energy in each battery."""
    battery_charged: float = 0.0
    """Energy that has flowed into all batteries, of the sum of their phases."""
    battery_discharged: float = 0.0
    generated: float = 0.0
    """Energy from the generator."""

    @classmethod
    def zero(cls, phases: int, stored: list[float]) -> Energies:
        """Return the energies at the start."""
        return cls(
            DARK,
            produced=[0.0] * phases,
            standby=[0.0] * phases,
            imported=[0.0] * phases,
            exported=[0.0] * phases,
            charged=[0.0] * phases,
            discharged=[0.0] * phases,
            third_party=0.0,
            balanced_import=0.0,
            balanced_export=0.0,
            units_charged=[0.0] * len(stored),
            units_discharged=[0.0] * len(stored),
            stored=stored,
        )

    def shifted(self, produced: list[float], exported: list[float], imported: list[float]) -> Energies:
        """Return the energies plus some of each phase."""
        return Energies(
            self.light_h,
            _sums(self.produced, produced),
            self.standby,
            _sums(self.imported, imported),
            _sums(self.exported, exported),
            self.charged,
            self.discharged,
            self.third_party,
            self.balanced_import + sum(imported),
            self.balanced_export + sum(exported),
            self.units_charged,
            self.units_discharged,
            self.stored,
            self.battery_charged,
            self.battery_discharged,
            self.generated,
        )

    def after(self, start: Powers, end: Powers, seconds: float) -> Energies:
        """Return the energies `seconds` later, with powers that change linearly from start to end."""
        half = seconds / 7200  # half of the hours, for the area of a trapezoid
        produced, standby = add_halves(self.produced, self.standby, start.production, end.production, half)
        imported, exported = add_halves(self.imported, self.exported, start.net, end.net, half)
        balanced_import, balanced_export = add_areas(
            self.balanced_import, self.balanced_export, sum(start.net), sum(end.net), half
        )
        if not start.units:
            charged, discharged = self.charged, self.discharged
            units_charged, units_discharged, stored = self.units_charged, self.units_discharged, self.stored
            battery_charged = battery_discharged = 0.0
        else:
            discharged, charged = add_halves(self.discharged, self.charged, start.storage, end.storage, half)
            units_discharged, units_charged = add_halves(
                self.units_discharged, self.units_charged, start.units, end.units, half
            )
            battery_discharged, battery_charged = add_areas(
                self.battery_discharged, self.battery_charged, start.battery, end.battery, half
            )
            stored = [
                stored_after(
                    each, start.units[number] + start.own_use[number], end.units[number] + end.own_use[number], half
                )
                for number, each in enumerate(self.stored)
            ]
        return Energies(
            _light_after(self.light_h, start.light, end.light, half),
            produced,
            standby,
            imported,
            exported,
            charged,
            discharged,
            self.third_party + (start.third_party + end.third_party) * half,
            balanced_import,
            balanced_export,
            units_charged,
            units_discharged,
            stored,
            battery_charged,
            battery_discharged,
            self.generated + (sum(start.generator) + sum(end.generator)) * half,
        )


def _sums(values: list[float], more: list[float]) -> list[float]:
    return [value + extra for value, extra in zip(values, more, strict=True)]


def _light_after(light_h: Light, start: Light, end: Light, half: float) -> Light:
    """Return the hours of full sun after a step of which `half` is half the hours."""
    return (
        light_h[0] + (start[0] + end[0]) * half,
        light_h[1] + (start[1] + end[1]) * half,
        light_h[2] + (start[2] + end[2]) * half,
        light_h[3] + (start[3] + end[3]) * half,
    )


def _light_between(start: Light, end: Light, share: float) -> Light:
    return (
        start[0] + (end[0] - start[0]) * share,
        start[1] + (end[1] - start[1]) * share,
        start[2] + (end[2] - start[2]) * share,
        start[3] + (end[3] - start[3]) * share,
    )


def between(start: Powers, end: Powers, share: float) -> Powers:
    """Return the powers at a share (0..1) of the way from start to end."""
    return Powers(
        _light_between(start.light, end.light, share),
        [low + (high - low) * share for low, high in zip(start.production, end.production, strict=True)],
        [low + (high - low) * share for low, high in zip(start.net, end.net, strict=True)],
        [low + (high - low) * share for low, high in zip(start.house, end.house, strict=True)],
        [low + (high - low) * share for low, high in zip(start.storage, end.storage, strict=True)],
        start.third_party + (end.third_party - start.third_party) * share,
        [low + (high - low) * share for low, high in zip(start.units, end.units, strict=True)],
        start.own_use,
        [low + (high - low) * share for low, high in zip(start.generator, end.generator, strict=True)],
        start.alive,
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
        """Power and energy from the grid and the generator: delivered is import, negative power is export."""
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
        """Lifetime energy that the batteries have taken in, of the sum of the phases."""
        return self.energies.battery_charged

    @property
    def battery_discharged_wh(self) -> float:
        """Lifetime energy that the batteries have fed in, of the sum of the phases."""
        return self.energies.battery_discharged

    @property
    def stored_wh(self) -> float:
        """Energy in all batteries."""
        return sum(self.energies.stored)

    @property
    def generator_w(self) -> float:
        """Power from the generator."""
        return sum(self.powers.generator)

    @property
    def generated_wh(self) -> float:
        """Lifetime energy from the generator."""
        return self.energies.generated

    @property
    def grid_w(self) -> float:
        """Power from the grid; negative for export. Without a generator, it is that of the net CT."""
        return sum(self.powers.net) - self.generator_w

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
        """Power and energy of the batteries: positive / delivered is discharge, negative / received is charge."""
        return self._sum("storage", self.powers.storage, self.energies.discharged, self.energies.charged)

    def _sum(self, name: str, powers: list[float], delivered: list[float], received: list[float]) -> PowerAndEnergy:
        """Return a quantity, built on first use."""
        if name not in self._measured:
            self._measured[name] = PowerAndEnergy.sum_of(
                [PowerAndEnergy(*each) for each in zip(powers, delivered, received, strict=True)]
            )
        return self._measured[name]
