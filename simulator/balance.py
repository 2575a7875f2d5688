"""The balance of the powers at one time: production + grid + storage + generator = house."""

from .battery import Battery
from .house_load import load
from .local_days import LocalDays
from .panels import made_of
from .profiles import Profile
from .site_state import Powers, SiteState
from .storage.plant import Demand, Plant
from .sunlight import Light, Noise, sunlight

type Ratings = list[tuple[Light, float]]
"""Of each phase, the rated power of the inverters by the light on their panels, and their standby power."""


class Balance:
    """The powers of the house, the inverters, storage and devices of other makers."""

    def __init__(self, profile: Profile, plant: Plant, noise: Noise, days: LocalDays) -> None:
        self._phases = profile.phases
        self._plant = plant
        self._noise = noise
        self._days = days
        self.third_party_battery = Battery(profile.third_party_battery_wh, 0.0)
        self._third_party_pv_w = profile.third_party_pv_w
        self._third_party_pv_measured = profile.third_party_pv_measured

    def powers(self, sun_at: float, seconds: float, ratings: Ratings, last: SiteState) -> Powers:
        """Return the powers `seconds` after a state, with the sun of the epoch `sun_at`."""
        at, stored = last.at + seconds, last.energies.stored
        sun = sunlight(sun_at, self._noise)
        hour = self._days.hour(at)
        light = [made_of(sun, rated) for rated, _ in ratings]
        standby = [standby_w for _, standby_w in ratings]
        house = load(at, hour, self._phases, self._noise)
        house[0] += self._plant.contact_load_w(at, stored)
        third_party = self._third_party_pv_w * (sun[0] + sun[1]) / 2
        demand = Demand(
            since=last.at,
            hour=hour,
            seconds=seconds,
            house_w=sum(house),
            light_w=sum(light),
            standby_w=sum(standby),
            other_w=third_party,
        )
        plant = self._plant.operate(demand, stored, last.powers.units)
        if not plant.alive:
            house = standby = light = [0.0] * self._phases
        if plant.islanded:
            third_party = 0.0  # it is on the side of the grid
        production = [plant.light * made - own for made, own in zip(light, standby, strict=True)]
        if self._third_party_pv_measured:
            production[0] += third_party
            third_party = 0.0
        net = [used - made for used, made in zip(house, production, strict=True)]
        if plant.islanded and not plant.generator:
            storage, net = net, [0.0] * self._phases
        else:
            storage = [sum(plant.units) / self._phases] * self._phases
            net = [each - share for each, share in zip(net, storage, strict=True)]
        if self.third_party_battery.capacity_wh:
            if seconds:
                self.third_party_battery.step(sum(net) - third_party, hour, seconds)
            third_party += self.third_party_battery.power_w
        net[0] -= third_party
        generator = net[:] if plant.generator else [0.0] * self._phases
        return Powers(
            (plant.light * sun[0], plant.light * sun[1], plant.light * sun[2], plant.light * sun[3]),
            production,
            net,
            house,
            storage,
            third_party,
            plant.units,
            plant.own_use,
            generator,
            plant.alive,
        )
