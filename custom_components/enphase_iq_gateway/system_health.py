"""System health of the gateways."""

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import GatewayConfigEntry, loaded_runtime


@callback
def async_register(_hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the callback that returns the information."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, object]:
    """Return what is known about each gateway without reading it; with several gateways, keys end with titles."""
    entries: list[GatewayConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    info: dict[str, object] = {}
    for entry in entries:
        suffix = f" ({entry.title})" if len(entries) > 1 else ""
        info |= {f"{key}{suffix}": value for key, value in _gateway_info(entry).items()}
    return info


def _gateway_info(entry: GatewayConfigEntry) -> dict[str, object]:
    runtime = loaded_runtime(entry)
    if runtime is None:
        return {"reachable": False}
    info: dict[str, object] = {
        "reachable": any(coordinator.last_update_success for coordinator in runtime.coordinators.values()),
        "firmware": str(runtime.site.info.firmware),
    }
    for name, coordinator in runtime.coordinators.items():
        info[f"{name}_answer_time"] = f"{coordinator.backoff.answer_s:.1f} s"
        info[f"{name}_last_success"] = coordinator.last_success
    return info
