"""What Home Assistant's page of system health says of the gateways."""

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import GatewayConfigEntry


@callback
def async_register(_hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Say who knows."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, object]:
    """Tell of each gateway what is known without asking it: with several gateways their names say which is meant."""
    entries: list[GatewayConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    told: dict[str, object] = {}
    for entry in entries:
        suffix = f" ({entry.title})" if len(entries) > 1 else ""
        told |= {f"{key}{suffix}": value for key, value in _gateway_info(entry).items()}
    return told


def _gateway_info(entry: GatewayConfigEntry) -> dict[str, object]:
    if entry.state is not ConfigEntryState.LOADED:
        return {"reachable": False}
    runtime = entry.runtime_data
    told: dict[str, object] = {
        "reachable": any(coordinator.last_update_success for coordinator in runtime.coordinators.values()),
        "firmware": str(runtime.site.info.firmware),
    }
    for name, coordinator in runtime.coordinators.items():
        told[f"{name}_answer_time"] = f"{coordinator.backoff.answer_s:.1f} s"
        told[f"{name}_last_success"] = coordinator.last_success
    return told
