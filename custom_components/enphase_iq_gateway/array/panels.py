"""The panels of a gateway: its inverters, with their devices and entities."""

from dataclasses import dataclass

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..client.site.site import PollGroup
from ..const import DOMAIN
from ..coordinator import GatewayConfigEntry, InvertersCoordinator
from ..coordinator.inverter_owners import async_inverter_owners


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """An inverter, and what it is called in the registries."""

    serial: str
    name: str
    device_id: str | None
    power: str | None
    """The entity of its power, whose id its statistics have too; None until that was added."""
    power_enabled: bool
    energy: str | None
    """The entity of its lifetime energy, None where the gateway counts none."""


def inverters_coordinator(entry: GatewayConfigEntry) -> InvertersCoordinator | None:
    """Return the coordinator of the inverters, None where the gateway lists none."""
    coordinator = entry.runtime_data.coordinators.get(PollGroup.INVERTERS)
    return coordinator if isinstance(coordinator, InvertersCoordinator) else None


@callback
def async_panels(hass: HomeAssistant, entry: GatewayConfigEntry) -> list[Panel]:
    """Return the panels whose inverters belong to an entry, by serial."""
    coordinator = inverters_coordinator(entry)
    if coordinator is None:
        return []
    devices, entities, owners = dr.async_get(hass), er.async_get(hass), async_inverter_owners(hass)

    def entity_id(serial: str, key: str) -> str | None:
        return entities.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{serial}_{key}")

    panels = []
    for serial in sorted(coordinator.data.inverters):
        if serial == coordinator.site.info.serial or not owners.has(entry, serial):
            continue  # these have no entities either
        power = entity_id(serial, "power")
        registered = None if power is None else entities.async_get(power)
        device = devices.async_get_device_by_identifier((DOMAIN, serial), entry.entry_id)
        panels.append(
            Panel(
                serial=serial,
                name=serial if device is None else device.name_by_user or device.name or serial,
                device_id=None if device is None else device.id,
                power=power,
                power_enabled=registered is not None and not registered.disabled,
                energy=entity_id(serial, "energy_lifetime"),
            )
        )
    return panels
