"""A gateway and the site it measures: what the documents are built from."""

from dataclasses import dataclass

from .firmware import Firmware
from .profiles import Profile
from .world import World


@dataclass(frozen=True, slots=True)
class SimulatedSite:
    """One gateway's make, firmware, serial and surroundings."""

    profile: Profile
    firmware: Firmware
    serial: str
    world: World

    def measures(self, kind: str) -> bool:
        """Is there an enabled CT of this kind?"""
        return kind in self.world.enabled_cts
