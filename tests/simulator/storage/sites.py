"""Sites with storage for the tests."""

from simulator import PROFILES, Simulator
from simulator.site_state import SiteState
from simulator.world import World
from tests.simulator.gateway_client import Clock

WITH_STORAGE = ["storage", "storage_ct_split", "storage_single_phase", "collar", "acb"]


def world(clock: Clock, profile: str = "storage", *, inverters: int = 12) -> World:
    """Return a site without a server."""
    return Simulator(PROFILES[profile], inverters=inverters, clock=clock).world


def check_balance(state: SiteState) -> None:
    """Check that as much power flows in as out, on every phase."""
    powers = state.powers
    for phase, house in enumerate(powers.house):
        assert abs(powers.production[phase] + powers.net[phase] + powers.storage[phase] - house) < 1e-6
    assert abs(sum(powers.units) - sum(powers.storage)) < 1e-6
