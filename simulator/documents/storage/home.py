"""`/home` and `/home.json`: the network and the number of devices of each kind."""

from simulator.documents import Document
from simulator.local_days import TIME_ZONE
from simulator.simulated_site import SimulatedSite

_INTERFACE = {
    "type": "ethernet",
    "interface": "eth0",
    "mac": "00:00:5E:00:53:01",
    "dhcp": True,
    "ip": "192.0.2.10",
    "signal_strength": 1,
    "signal_strength_max": 1,
    "carrier": True,
}
_WIRELESS = {
    "signal_strength": 0,
    "signal_strength_max": 0,
    "type": "wifi",
    "interface": "wlan0",
    "mac": "00:00:5E:00:53:02",
    "dhcp": True,
    "ip": None,
    "carrier": False,
    "supported": True,
    "present": True,
    "configured": False,
    "status": "connecting",
}


def home(site: SimulatedSite, now: float) -> Document:
    """Return the state of the network and the number of AC Batteries with their signal level (S§13)."""
    local, acbs, profile = site.world.days.local(now), site.profile.ac_batteries, site.profile
    inverters = sum(each.active for each in site.world.inverters.values())
    batteries, controllers = len(site.hardware.batteries), int(site.hardware.controller is not None)
    comm: Document = {
        "num": inverters + acbs + profile.relays + controllers,
        "level": 5,
        "pcu": {"num": inverters, "level": 5},
        "acb": {"num": acbs, "level": 4 if acbs else 0},
        "nsrb": {"num": profile.relays, "level": 5 if profile.relays else 0},
        "esub": {"num": controllers, "level": 5 if controllers else 0},
        "encharge": [{"num": batteries, "level": 0, "level_24g": 0, "level_subg": 0}],
    }
    return {
        "software_build_epoch": 1_749_981_828,
        "timezone": TIME_ZONE,
        "current_date": local.strftime("%m/%d/%Y"),
        "current_time": local.strftime("%H:%M"),
        "network": {
            "web_comm": True,
            "ever_reported_to_enlighten": True,
            "last_enlighten_report_time": int(now - now % 900),
            "primary_interface": "eth0",
            "interfaces": [_INTERFACE, _WIRELESS],
        },
        "tariff": "time_of_use",
        "comm": comm,
        "wireless_connection": [{"signal_strength": 0, "signal_strength_max": 0, "type": "BLE", "connected": False}],
    }
