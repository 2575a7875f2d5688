"""What a person can hand to others when something does not work: an allow-list, with what the gateway answers now.

The answers are named as the files of a capture: written to a folder, the simulator plays this gateway.
"""

from dataclasses import asdict
from ipaddress import ip_address
import re
from time import monotonic
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN
from homeassistant.core import HomeAssistant

from .client import (
    DEVICE_DATA,
    INFO,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Address,
    Gateway,
    GatewayError,
    Token,
)
from .client.redaction import Scrubber
from .const import CONF_CERTIFICATE_CHECK, CONF_PHASE_VALUES, CONF_UPDATE_INTERVAL
from .coordinator import GatewayConfigEntry, GatewayRuntime, PollGroupCoordinator, loaded_runtime
from .hub.api import certificate_of

# The slow report last: it may take what time is left (G§13.4).
_ASKED: Final = (INFO, METERS, READINGS, PRODUCTION_SUMMARY, DEVICE_DATA, INVERTER_LIST, REPORT, REPORT_DETAILED)
# A person waits for the download; a gateway at ease needs a second or two, the slowest report 33 s (G§6).
LIMIT_S: Final = 60.0


async def async_get_config_entry_diagnostics(_hass: HomeAssistant, entry: GatewayConfigEntry) -> dict[str, object]:
    """Tell how the gateway is set up, what it has, how reading goes, and what it says now."""
    runtime = loaded_runtime(entry)
    if runtime is None:
        scrubber = Scrubber([str(entry.unique_id)])
        return {"entry": _entry(entry), "state": entry.state.value, "reason": scrubber.text(entry.reason or "")}
    scrubber = Scrubber([runtime.site.info.serial, *_inverters(runtime)])
    answers, unanswered = await _ask(runtime.gateway, scrubber)
    return {
        "entry": _entry(entry),
        "site": _site(runtime),
        "coordinators": {name: _lane(coordinator, scrubber) for name, coordinator in runtime.coordinators.items()},
        "endpoints": {
            path: asdict(statistics) | {"last_error": scrubber.text(statistics.last_error or "")}
            for path, statistics in runtime.gateway.statistics.items()
        },
        "counters": runtime.guard.state.as_diagnostics(),
        "answers": answers,
        "unanswered": unanswered,
    }


def _inverters(runtime: GatewayRuntime) -> list[str]:
    """Give the serials of all inverters, in their order."""
    return sorted({serial for coordinator in runtime.coordinators.values() for serial in coordinator.data.inverters})


def _entry(entry: ConfigEntry) -> dict[str, object]:
    """Tell how the gateway was set up, without address and credential."""
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
    """Name the kind: it decides how the gateway is looked for."""
    try:
        kind = f"IPv{ip_address(address.host).version}"
    except ValueError:
        kind = "name"
    return kind if address.port is None else f"{kind} with a port"


def _token(text: str) -> dict[str, object]:
    """Tell of a token for whom it is and for how long, as far as it is one."""
    try:
        token = Token.parse(text)
    except GatewayError as error:
        return {"error": str(error)}
    role = token.role if token.role in {"owner", "installer"} else None  # G§2.4
    return {"role": role, "issued_at": token.issued_at, "expires_at": token.expires_at}


def _site(runtime: GatewayRuntime) -> dict[str, object]:
    """Tell what the gateway has and where each quantity comes from."""
    site = runtime.site
    return {
        "firmware": str(site.info.firmware),
        "part_number": site.info.part_number,
        "imeter": site.info.has_meter,
        "class": site.gateway_class,
        "phases": dict(site.phase_counts),
        "inverters": site.inverter_count,
        "sources": {f"{flow}.{quantity}": source for (flow, quantity), source in site.sources.items()},
    }


def _lane(coordinator: PollGroupCoordinator, scrubber: Scrubber) -> dict[str, object]:
    """Tell how reading a coordinator goes."""
    return {
        "endpoints": sorted(endpoint.path for endpoint in coordinator.endpoints),
        "interval_s": None if coordinator.update_interval is None else coordinator.update_interval.total_seconds(),
        "wished_interval_s": coordinator.backoff.base_s,
        "slowest_answer_s": coordinator.backoff.answer_s,
        "failures_in_a_row": coordinator.backoff.failures,
        "last_success": coordinator.last_success,
        "has_values": coordinator.last_update_success,
        "last_error": scrubber.text(str(coordinator.last_exception or "")),
    }


async def _ask(gateway: Gateway, scrubber: Scrubber) -> tuple[dict[str, object], dict[str, str]]:
    """Ask the gateway everything that is ever asked, within the time there is: the answers, and what came instead."""
    answers: dict[str, object] = {}
    unanswered: dict[str, str] = {}
    end = monotonic() + LIMIT_S
    for path in (endpoint.path for endpoint in _ASKED):
        left_s = end - monotonic()
        if left_s <= 0:
            unanswered[path] = "no time left"
            continue
        try:
            body = await gateway.read_raw(path, timeout_s=left_s)
            answers[re.sub(r"[/?=&]", "_", path.strip("/"))] = scrubber.answer(body)
        except GatewayError as error:
            unanswered[path] = scrubber.text(str(error))
        except ValueError:
            unanswered[path] = f"{len(body)} bytes of something else than expected"
    return answers, unanswered
