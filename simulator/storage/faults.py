"""Faults of storage (S§34-S§36): in the reports of the batteries and in the documents."""

from dataclasses import replace

from simulator.documents import Document
from simulator.documents.meters import EIDS
from simulator.fault import Fault, FaultKind
from simulator.profiles import STORAGE
from simulator.simulated_site import SimulatedSite

INVENTORY, POWER = "/ivp/ensemble/inventory", "/ivp/ensemble/power"
SECCTRL = "/ivp/ensemble/secctrl"
LIVE_DATA, TARIFF = "/ivp/livedata/status", "/admin/lib/tariff"
CONTACTS = "/ivp/ensemble/dry_contacts"
READINGS, REPORTS = "/ivp/meters/readings", ("/production.json", "/production")


def battery_silent(site: SimulatedSite, fault: Fault, *, serial: str = "") -> SimulatedSite:
    """Receive no more reports from a battery, by default the first (S§36: 8.2.4264, Zigbee)."""
    since = fault.memory.setdefault("since", fault.now)
    units = site.world.plant.units
    chosen = serial or (units[0].serial if units else "")
    return replace(site, silent={**site.silent, chosen: since})


def live_data_frozen(site: SimulatedSite, fault: Fault) -> SimulatedSite:
    """Freeze the powers of the live data while their date moves (S§14.1: up to 57 s on 8.3.6086)."""
    return replace(site, live_values_since=fault.memory.setdefault("since", fault.now - 1))


def live_data_stale(site: SimulatedSite, fault: Fault) -> SimulatedSite:
    """Freeze the powers and the date of the live data although the stream is on (S§14.1: 25 s old on 8.3.6087)."""
    since = fault.memory.setdefault("since", fault.now - 1)
    return replace(site, live_values_since=since, live_update_since=since)


def _devices(document: Document, kind: str) -> list[Document]:
    """Return the devices of a group of the inventory."""
    return [device for group in document if group.get("type") == kind for device in group["devices"]]


def temperature_unknown(document: Document, _fault: Fault) -> Document:
    """Send the text "unknown" for the temperatures of batteries (S§35: minutes after a reboot)."""
    for device in _devices(document, "ENCHARGE"):
        device |= {"temperature": "unknown", "maxCellTemp": "unknown"}
    return document


def battery_missing(document: Document, _fault: Fault) -> Document:
    """Leave out the first battery, as after it was swapped (S§34)."""
    if isinstance(document, dict):
        return {"devices:": document["devices:"][1:]}
    for group in document:
        if group.get("type") == "ENCHARGE":
            group["devices"] = group["devices"][1:]
    return document


def battery_odd(document: Document, _fault: Fault) -> Document:
    """Send a revision and a capacity that no battery has (S§32: 255, S§20: 4960 on D8.2.4382)."""
    for device in _devices(document, "ENCHARGE"):
        device |= {"encharge_rev": 255, "encharge_capacity": 4960}
    return document


def battery_group_empty(document: Document, _fault: Fault) -> Document:
    """Send the group of the batteries without a device (S§2: 8.2.4345)."""
    for group in document:
        if group.get("type") == "ENCHARGE":
            group["devices"] = []
    return document


def soc_zero(document: Document, _fault: Fault) -> Document:
    """Send 0 % for every battery, as a failed report does (S§19)."""
    for device in document["devices:"] if isinstance(document, dict) else _devices(document, "ENCHARGE"):
        device |= {key: 0 for key in ("soc", "percentFull") if key in device}
    return document


def power_without_colon(document: Document, _fault: Fault) -> Document:
    """Send the powers under a key without a colon (S§3: a sample in a report)."""
    return {"devices": document["devices:"]}


def group_without_type(document: Document, _fault: Fault) -> Document:
    """End the inventory with an object that is no group (S§2: firmware of 2021)."""
    return [*document, {"grid_profile_name": "EN 50549-1", "id": "1", "grid_profile_version": "1.2.3", "item_count": 1}]


def contacts_read_open(document: Document, _fault: Fault) -> Document:
    """Report all normally closed contacts as open although no relay moves (S§29: 1-90 s after a change)."""
    for contact in document["dry_contacts"]:
        if contact["id"].startswith("NC"):
            contact["status"] = "open"
    return document


def mode_null(document: Document, _fault: Fault, *, mode: str = "") -> Document:
    """Send no profile, or an unknown one (S§36: null, "economy")."""
    document["tariff"]["storage_settings"]["mode"] = mode or None
    return document


def storage_date_missing(document: Document, _fault: Fault) -> Document:
    """Leave out the date of the storage settings (S§36: 7.0.88)."""
    document["tariff"]["storage_settings"].pop("date", None)
    return document


def reserve_raised(document: Document, _fault: Fault, *, percent: int = 80) -> Document:
    """Apply another reserve than the configured one (S§4: Storm Guard)."""
    return document | {"adjusted_backup_soc": percent}


def storage_channel_lost(document: Document, _fault: Fault, *, channel: int = 0) -> Document:
    """Zero the first (G§9 rule 5) or second (S§15) channel of the storage CT, and repeat the other one as its total."""
    for meter in document:
        if meter["eid"] == EIDS[STORAGE]:
            lost, other = meter["channels"][channel], meter["channels"][1 - channel]
            lost |= dict.fromkeys(lost.keys() - {"eid", "timestamp"}, 0.0)
            meter |= {key: value for key, value in other.items() if key != "eid"}
    return document


def storage_ct_reversed(document: Document, _fault: Fault) -> Document:
    """Swap charging and discharging at the storage CT (S§15: the sample of Enphase's brief)."""
    for meter in document:
        if meter["eid"] == EIDS[STORAGE]:
            for entry in (meter, *meter["channels"]):
                entry["actEnergyDlvd"], entry["actEnergyRcvd"] = entry["actEnergyRcvd"], entry["actEnergyDlvd"]
                entry |= {key: -entry[key] for key in ("activePower", "instantaneousDemand")}
    return document


def acb_stale(document: Document, fault: Fault) -> Document:
    """Freeze the entry of the AC Batteries (S§31: 41 h old in 8.2.4382_ACB)."""
    return document | {"storage": fault.memory.setdefault("storage", document["storage"])}


STORAGE_FAULTS = [
    FaultKind("battery_silent", "site", battery_silent, ("*",)),
    FaultKind("live_data_frozen", "site", live_data_frozen, (LIVE_DATA,)),
    FaultKind("live_data_stale", "site", live_data_stale, (LIVE_DATA,)),
    FaultKind("temperature_unknown", "document", temperature_unknown, (INVENTORY,)),
    FaultKind("battery_missing", "document", battery_missing, (INVENTORY, POWER)),
    FaultKind("battery_odd", "document", battery_odd, (INVENTORY,)),
    FaultKind("battery_group_empty", "document", battery_group_empty, (INVENTORY,)),
    FaultKind("soc_zero", "document", soc_zero, (INVENTORY, POWER)),
    FaultKind("power_without_colon", "document", power_without_colon, (POWER,)),
    FaultKind("group_without_type", "document", group_without_type, (INVENTORY,)),
    FaultKind("contacts_read_open", "document", contacts_read_open, (CONTACTS,)),
    FaultKind("mode_null", "document", mode_null, (TARIFF,)),
    FaultKind("storage_date_missing", "document", storage_date_missing, (TARIFF,)),
    FaultKind("reserve_raised", "document", reserve_raised, (SECCTRL,)),
    FaultKind("storage_channel_lost", "document", storage_channel_lost, (READINGS,)),
    FaultKind("storage_ct_reversed", "document", storage_ct_reversed, (READINGS,)),
    FaultKind("acb_stale", "document", acb_stale, REPORTS),
]
