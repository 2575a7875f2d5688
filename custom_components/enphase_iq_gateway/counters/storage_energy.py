"""Energies of storage without a CT: its power added up, split by sign (S§22).

Between two samples the power is taken to change evenly. After a long gap it is not: then the change of the energy in
the batteries is what is known.
"""

from dataclasses import asdict, dataclass, replace
from typing import Final, Self

from ..client.models import Flow, Measurement
from ..client.site.site import Site
from ..client.site.snapshot import Snapshot
from .serialization import fields, number, optional_number

LONGEST_GAP_S: Final = 600.0
"""Two samples at the longest update interval; over a longer time the two powers prove nothing."""
_STORED: Final = ("power_w", "at", "stored_wh")


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageEnergy:
    """The energies of storage so far and its last sample, stored across restarts as JSON."""

    discharged_wh: float = 0.0
    charged_wh: float = 0.0
    power_w: float | None = None
    """+ discharging; None before the first sample."""
    at: float | None = None
    """Time of the last sample, epoch seconds."""
    stored_wh: float | None = None
    """Energy in the batteries at the last sample, None where it is not known."""

    @property
    def counters(self) -> tuple[float, float, float]:
        """Return the discharged and charged energy in Wh and the time of the last sample."""
        return self.discharged_wh, self.charged_wh, self.at or 0.0

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the energies that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, frozenset({"discharged_wh", "charged_wh"}), "storage")
        return cls(
            discharged_wh=number(saved, "discharged_wh", "storage"),
            charged_wh=number(saved, "charged_wh", "storage"),
            **{name: optional_number(saved, name, "storage") for name in _STORED},
        )


def step(power_w: float, at: float, state: StorageEnergy, *, stored_wh: float | None = None) -> StorageEnergy:
    """Return the energies with those since the last sample.

    After the clock was set back, counting begins anew with this sample, and nothing is counted up to it.
    """
    sample = replace(state, power_w=power_w, at=at, stored_wh=stored_wh)
    if state.power_w is None or state.at is None or at <= state.at:
        return sample
    if at - state.at > LONGEST_GAP_S:
        discharged, charged = _from_stored(state.stored_wh, stored_wh)
    else:
        discharged, charged = _areas(state.power_w, power_w, (at - state.at) / 3600)
    return replace(sample, discharged_wh=state.discharged_wh + discharged, charged_wh=state.charged_wh + charged)


def catch_up(state: StorageEnergy, discharged_wh: float, charged_wh: float, at: float) -> StorageEnergy:
    """Continue from energies of the time `at` that are newer than the state, which is older after a crash.

    The energy in the batteries was lower by then by what they have discharged.
    """
    discharged = (discharged_wh - state.discharged_wh) - (charged_wh - state.charged_wh)
    stored_wh = None if state.stored_wh is None else max(state.stored_wh - discharged, 0.0)
    return replace(state, discharged_wh=discharged_wh, charged_wh=charged_wh, at=at, stored_wh=stored_wh)


def _areas(first_w: float, last_w: float, hours: float) -> tuple[float, float]:
    """Return the energy above and below zero of a power that changes evenly."""
    if first_w * last_w >= 0:
        area = (first_w + last_w) / 2 * hours
        return max(area, 0.0), max(-area, 0.0)
    share = first_w / (first_w - last_w)
    areas = (first_w * share * hours / 2, last_w * (1 - share) * hours / 2)
    return max(areas), -min(areas)


def _from_stored(before_wh: float | None, now_wh: float | None) -> tuple[float, float]:
    """Return what was discharged and charged by the energy in the batteries; an empty one is often a glitch (S§19)."""
    if not before_wh or not now_wh:
        return 0.0, 0.0
    return max(before_wh - now_wh, 0.0), max(now_wh - before_wh, 0.0)


def integrate(site: Site, energies: dict[int, StorageEnergy], snapshot: Snapshot) -> None:
    """Add the power of storage in a snapshot to the energies, by phase, 0 being all phases together."""
    if not site.calculates_storage or snapshot.storage_kept:
        return
    for phase, measured in enumerate(snapshot.flows.get(Flow.STORAGE, ())):
        if measured.power_w is not None:
            before = energies.get(phase, StorageEnergy())
            stored_wh = None if phase else _stored_wh(site, snapshot)
            energies[phase] = step(measured.power_w, snapshot.at, before, stored_wh=stored_wh)


def _stored_wh(site: Site, snapshot: Snapshot) -> float | None:
    """Return the energy in all batteries, None where one kind of them is missing."""
    live = snapshot.live_data
    if live is None or live.battery_available_energy_wh is None:
        return None
    if live.ac_battery_available_energy_wh is None and site.storage.has_ac_batteries:
        return None
    return live.battery_available_energy_wh + (live.ac_battery_available_energy_wh or 0.0)


def with_storage(measured: Measurement, energy: StorageEnergy | None) -> Measurement:
    """Return total consumption whose lifetime contains storage; unknown while there is no energy of storage yet."""
    if measured.energy_lifetime_wh is None:
        return measured
    if energy is None:
        return replace(measured, energy_lifetime_wh=None)
    lifetime_wh = measured.energy_lifetime_wh + energy.discharged_wh - energy.charged_wh
    return replace(measured, energy_lifetime_wh=lifetime_wh)
