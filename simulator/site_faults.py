"""Faults of the measurement: each changes what the gateway measures, so that all documents show the same."""

from dataclasses import replace

from .fault import Fault, FaultKind
from .simulated_site import SimulatedSite


def production_ct_low(site: SimulatedSite, fault: Fault, *, share: float = 0.0) -> SimulatedSite:
    """Measure only a share of the production with the production CT, by default nothing (evcc-io/evcc#16619).

    The counter goes on from its value at the first request.
    """
    since = fault.memory.setdefault("since", site.world.at(fault.now))
    return replace(site, production_share=share, production_share_since=since)


def channels_lag(site: SimulatedSite, _fault: Fault, *, seconds: float = 60.0) -> SimulatedSite:
    """Send an activePower of another moment in the channels of the readings (G§9: 8.3.1598_collar, 8.3.5433).

    The sum of their instantaneousDemand remains that of the CT.
    """
    return replace(site, channel_lag_s=seconds)


SITE_FAULTS = [
    FaultKind("production_ct_low", "site", production_ct_low, ("*",)),
    FaultKind("channels_lag", "site", channels_lag, ("/ivp/meters/readings",)),
]
