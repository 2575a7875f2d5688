"""A simulated Enphase IQ Gateway for the tests, the demo and the benchmarks."""

from .fault import Fault
from .faults import FAULTS, Faults
from .profiles import PROFILES, Profile
from .simulated_gateway import SeenRequest, Simulator
from .world import World

__all__ = ["FAULTS", "PROFILES", "Fault", "Faults", "Profile", "SeenRequest", "Simulator", "World"]
