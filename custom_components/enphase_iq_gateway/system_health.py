"""System health of the gateways."""

from collections.abc import Mapping

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .client.firmware import known_faults
from .client.models import GatewayHealth
from .const import DOMAIN
from .coordinator import GatewayConfigEntry, loaded_runtime


@callback
def async_register(_hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the callback that returns the information."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, object]:
    """Return what is known about each gateway without reading it; with several gateways, keys end with numbers.

    Their titles may have an address, and users paste this into public reports.
    """
    entries: list[GatewayConfigEntry] = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    # Home Assistant translates the names of values, not the values: these are in the language of the server.
    texts = await async_get_translations(hass, hass.config.language, "common", [DOMAIN])
    info: dict[str, object] = {}
    for number, entry in enumerate(entries, start=1):
        suffix = f" ({number})" if len(entries) > 1 else ""
        info |= {f"{key}{suffix}": value for key, value in _gateway_info(entry, texts).items()}
    return info


def _gateway_info(entry: GatewayConfigEntry, texts: Mapping[str, str]) -> dict[str, object]:
    runtime = loaded_runtime(entry)
    if runtime is None:
        return {"reachable": False}
    firmware = runtime.site.info.firmware
    info: dict[str, object] = {
        "reachable": any(coordinator.last_update_success for coordinator in runtime.coordinators.values()),
        "firmware": str(firmware),
    }
    if faults := known_faults(firmware):
        info["firmware_advice"] = "; ".join(texts[f"component.{DOMAIN}.common.firmware_{fault}"] for fault in faults)
    if (health := runtime.site_coordinator.data.health) is not None:
        info |= _health_info(health)
    for name, coordinator in runtime.coordinators.items():
        info[f"{name}_answer_time"] = f"{coordinator.backoff.answer_s:.1f} s"
        info[f"{name}_last_success"] = coordinator.last_success
    return info


def _health_info(health: GatewayHealth) -> dict[str, object]:
    """Return what the gateway reports about itself, as far as it does."""
    reported_at = health.last_cloud_report
    info = {
        "reaches_cloud": health.reaches_cloud,
        "last_cloud_report": None if reported_at is None else dt_util.utc_from_timestamp(reported_at),
        "network": health.network,
        "alerts": health.alerts,
    }
    return {key: value for key, value in info.items() if value is not None}
