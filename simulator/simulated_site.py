"""The input of the documents: a gateway, the site it measures, and what its CTs measure of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .firmware import Firmware
from .profiles import BACKFEED, NET, PRODUCTION, STORAGE, TOTAL, Profile
from .site_state import PowerAndEnergy, SiteState
from .storage.hardware import Hardware
from .world import World


@dataclass(frozen=True, slots=True)
class SimulatedSite:
    """A gateway's profile, firmware and serial, and the physical site around it."""

    profile: Profile
    firmware: Firmware
    serial: str
    world: World
    production_share: float = 1.0
    """Share of the production that the production CT measures."""
    production_share_since: SiteState | None = None
    """State of the site since which the CT measures that share; None for always."""
    channel_lag_s: float = 0.0
    """Age of the channels' activePower in the readings (G§9)."""
    silent: Mapping[str, float] = field(default_factory=dict)
    """Epoch since which each battery that doesn't communicate is silent, by serial."""
    live_values_since: float | None = None
    """Epoch at which the powers of the live data have stopped."""
    live_update_since: float | None = None
    """Epoch at which the date of the live data has stopped too."""

    @property
    def hardware(self) -> Hardware:
        """What is installed behind the gateway beside the inverters."""
        return self.world.plant.hardware

    def measures(self, kind: str) -> bool:
        """Return whether a CT of this kind is enabled."""
        return kind in self.world.enabled_cts

    def quantity(self, state: SiteState, kind: str) -> PowerAndEnergy:
        """Return a quantity as the gateway has it, with one phase for each channel.

        Total consumption is what the CT measures or else the sum of the channels of production and net consumption
        (G§6.4), which lacks the production where no CT measures it (G§13.2).
        """
        if kind == PRODUCTION:
            return self._production(state)
        if kind == STORAGE:
            return state.storage
        if kind == BACKFEED:  # what it measures is unknown; in the only recording, half of the storage (S§15)
            first, *rest = state.storage.phases
            return PowerAndEnergy.sum_of([first, *(PowerAndEnergy(0.0, 0.0, 0.0) for _ in rest)])
        if kind == NET:
            return state.net_consumption
        if self.world.consumption_ct == TOTAL:
            return state.total_consumption
        made = self._production(state).phases if self.measures(PRODUCTION) else ()
        return PowerAndEnergy.sum_of(
            [
                PowerAndEnergy(net.power_w + made[number].power_w, net.energy_wh + made[number].energy_wh, 0.0)
                if number < len(made)
                else PowerAndEnergy(net.power_w, net.energy_wh, 0.0)
                for number, net in enumerate(state.net_consumption.phases)
            ]
        )

    def _production(self, state: SiteState) -> PowerAndEnergy:
        """Return what the production CT measures, whether it is enabled or not."""
        phases = self.profile.measured_phases
        shares = self.profile.production_ct_shares or (1.0,) * len(phases)
        since = self.production_share_since
        channels = []
        for phase, share in zip(phases, shares, strict=True):
            measured = _part(state.production.phases[phase], share)
            if self.production_share != 1.0 and (since is None or state.at >= since.at):
                start = None if since is None else _part(since.production.phases[phase], share)
                measured = _part(measured, self.production_share, start)
            channels.append(measured)
        return PowerAndEnergy.sum_of(channels)


def _part(whole: PowerAndEnergy, share: float, start: PowerAndEnergy | None = None) -> PowerAndEnergy:
    """Return a share of the power, and of the energy since `start` or, without it, of all the energy."""
    delivered, received = (start.delivered_wh, start.received_wh) if start is not None else (0.0, 0.0)
    return PowerAndEnergy(
        share * whole.power_w,
        delivered + share * (whole.delivered_wh - delivered),
        received + share * (whole.received_wh - received),
    )
