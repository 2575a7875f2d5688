"""`/home`: the network of the gateway and its connection to the cloud (G§11)."""

from simulator.simulated_site import SimulatedSite

from . import Document

_REPORT_EVERY_S = 900


def home(site: SimulatedSite, now: float) -> Document:
    """Return the gateway's view of itself; it last reported on the quarter of an hour."""
    ethernet = {
        "type": "ethernet",
        "interface": "eth0",
        "mac": "00:1D:C0:00:00:01",
        "dhcp": True,
        "ip": "192.0.2.10",
        "signal_strength": 1,
        "signal_strength_max": 1,
        "carrier": True,
    }
    inverters = {"num": len(site.world.inverters), "level": 5}
    return {
        "software_build_epoch": 1_700_000_000,
        "timezone": "Europe/Amsterdam",
        "network": {
            "web_comm": True,
            "ever_reported_to_enlighten": True,
            "last_enlighten_report_time": int(now // _REPORT_EVERY_S * _REPORT_EVERY_S),
            "primary_interface": "eth0",
            "interfaces": [ethernet],
        },
        "tariff": "none",
        "comm": {**inverters, "pcu": inverters},
    }
