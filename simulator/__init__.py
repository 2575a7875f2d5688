"""An Enphase IQ Gateway in a process of its own: for tests, the demo and benchmarks."""

from .fault import Fault
from .faults import FAULTS, Faults
from .profiles import PROFILES, Profile
from .simulated_gateway import SeenRequest, Simulator
from .world import World

__all__ = ["FAULTS", "PROFILES", "Fault", "Faults", "Profile", "SeenRequest", "Simulator", "World"]
