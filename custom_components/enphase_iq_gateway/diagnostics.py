"""Diagnostics that users can publish: an allow-list, with what the gateway responds now.

The answers are named like the files of a capture: written to a folder, the simulator can replay this gateway.
"""

from dataclasses import asdict
from ipaddress import ip_address
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN
from homeassistant.core import HomeAssistant

from .array.feed import async_roof_feed
from .array.layout import Layout
from .client import Address, GatewayError, Token
from .client.capture import record
from .client.firmware import known_faults
from .client.redaction import Scrubber
from .client.site.storage_site import StorageSite
from .const import CONF_CERTIFICATE_CHECK, CONF_PHASE_VALUES, CONF_UPDATE_INTERVAL
from .coordinator import GatewayConfigEntry, GatewayRuntime, PollGroupCoordinator, loaded_runtime
from .hub.entry_data import certificate_of

# A user waits for the download. An idle gateway takes a second or two, the slowest report 33 s (G§6).
LIMIT_S: Final = 60.0


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: GatewayConfigEntry) -> dict[str, object]:
    """Return how a gateway is set up, what it has, how reading it goes, and what it responds now."""
    host = Address.parse(entry.data[CONF_HOST]).host
    runtime = loaded_runtime(entry)
    if runtime is None:
        scrubber = Scrubber([str(entry.unique_id)], [host])
        return {"entry": _entry(entry), "state": entry.state.value, "reason": scrubber.text(entry.reason or "")}
    scrubber = Scrubber([runtime.site.info.serial, *_inverters(runtime), *sorted(runtime.site.storage.serials)], [host])
    health = runtime.site_coordinator.data.health
    capture = await record(runtime.gateway, scrubber, storage=runtime.site.storage, limit_s=LIMIT_S)
    return {
        "entry": _entry(entry),
        "site": _site(runtime),
        "coordinators": {
            name: _coordinator(coordinator, scrubber) for name, coordinator in runtime.coordinators.items()
        },
        "endpoints": {
            path: asdict(statistics) | {"last_error": scrubber.text(statistics.last_error or "")}
            for path, statistics in runtime.gateway.statistics.items()
        },
        "layout": _layout(async_roof_feed(hass, entry.entry_id).layouts.layout),
        "health": None if health is None else {name: value for name, value in asdict(health).items() if name != "mac"},
        "counters": runtime.guard.state.as_diagnostics(),
        "answers": capture.answers,
        "unanswered": capture.unanswered,
    }


def _layout(layout: Layout | None) -> dict[str, object]:
    """Return where the layout of the panels is from; its names may be those of people."""
    return {"version": 0} if layout is None else {"version": layout.version, "source": layout.source.value}


def _inverters(runtime: GatewayRuntime) -> list[str]:
    """Return the serials of all inverters, sorted."""
    return sorted({serial for coordinator in runtime.coordinators.values() for serial in coordinator.data.inverters})


def _entry(entry: ConfigEntry) -> dict[str, object]:
    """Return how the gateway was set up, without its address and credentials."""
    certificate = certificate_of(entry)
    return {
        "options": {
            name: entry.options.get(name) for name in (CONF_UPDATE_INTERVAL, CONF_PHASE_VALUES, CONF_CERTIFICATE_CHECK)
        },
        "address": _kind_of_address(Address.parse(entry.data[CONF_HOST])),
        "sign_in": _token(entry.data[CONF_TOKEN]) if CONF_TOKEN in entry.data else "local account",
        "password_stored": bool(entry.data.get(CONF_PASSWORD)),
        "certificate": certificate and {"not_before": certificate.not_before, "not_after": certificate.not_after},
    }


def _kind_of_address(address: Address) -> str:
    """Return the kind of an address, which decides how it is resolved."""
    try:
        kind = f"IPv{ip_address(address.host).version}"
    except ValueError:
        kind = "name"
    return kind if address.port is None else f"{kind} with a port"


def _token(text: str) -> dict[str, object]:
    """Return the role and the validity of a token, or why it cannot be read."""
    try:
        token = Token.parse(text)
    except GatewayError as error:
        return {"error": str(error)}
    role = token.role if token.role in {"owner", "installer"} else None  # G§2.4
    return {"role": role, "issued_at": token.issued_at, "expires_at": token.expires_at}


def _site(runtime: GatewayRuntime) -> dict[str, object]:
    """Return what the gateway has, and the source of each quantity."""
    site = runtime.site
    return {
        "firmware": str(site.info.firmware),
        "firmware_faults": known_faults(site.info.firmware),
        "part_number": site.info.part_number,
        "imeter": site.info.has_meter,
        "class": site.gateway_class,
        "phases": dict(site.phase_counts),
        "inverters": site.inverter_count,
        "sources": {f"{flow}.{quantity}": source for (flow, quantity), source in site.sources.items()},
        "storage": _storage(site.storage),
    }


def _storage(site: StorageSite) -> dict[str, object]:
    """Return how many devices there are, and which endpoints the gateway lacks or refuses."""
    return {
        "batteries": len(site.batteries),
        "ac_batteries": len(site.ac_batteries),
        "has_ac_batteries": site.has_ac_batteries,
        "system_controllers": len(site.system_controllers),
        "collars": len(site.collars),
        "combiners": len(site.combiners),
        "has_generator": site.has_generator,
        "missing": sorted(endpoint.path for endpoint in site.missing),
    }


def _coordinator(coordinator: PollGroupCoordinator, scrubber: Scrubber) -> dict[str, object]:
    """Return how reading goes for a coordinator."""
    return {
        "endpoints": sorted(endpoint.path for endpoint in coordinator.endpoints),
        "interval_s": None if coordinator.update_interval is None else coordinator.update_interval.total_seconds(),
        "base_interval_s": coordinator.backoff.base_s,
        "slowest_answer_s": coordinator.backoff.answer_s,
        "failures_in_a_row": coordinator.backoff.failures,
        "last_success": coordinator.last_success,
        "has_values": coordinator.last_update_success,
        "last_error": scrubber.text(str(coordinator.last_exception or "")),
    }
