"""The input of the documents: a gateway and the site it measures."""

from dataclasses import dataclass

from .firmware import Firmware
from .profiles import Profile
from .world import World


@dataclass(frozen=True, slots=True)
class SimulatedSite:
    """A gateway's profile, firmware and serial, and the physical site around it."""

    profile: Profile
    firmware: Firmware
    serial: str
    world: World

    def measures(self, kind: str) -> bool:
        """Return whether a CT of this kind is enabled."""
        return kind in self.world.enabled_cts
