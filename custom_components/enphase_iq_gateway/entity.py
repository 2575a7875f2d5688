"""What every entity of the gateway shares: its coordinator, its device, its id, and when it writes its state."""

from abc import abstractmethod
from typing import override

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.typing import UNDEFINED
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, MANUFACTURER
from .coordinator import GatewayCoordinator
from .polling.inverter_updates import Shown


class GatewayEntity(CoordinatorEntity[GatewayCoordinator]):
    """An entity of the gateway itself, on one coordinator."""

    _attr_has_entity_name = True
    _written: Shown = (False, None)
    """Whether there was a value when the state was looked at last, and which."""

    def __init__(
        self,
        coordinator: GatewayCoordinator,
        description: EntityDescription,
        unique_id: str,
        inverter: str | None = None,
    ) -> None:
        """Belong to the gateway's device, or to that of the inverter with this serial."""
        super().__init__(coordinator, inverter)
        self.entity_description = description
        self._attr_unique_id = unique_id
        # What the logbook shows keeps a context of its own: there another entity of the reading would seem the cause.
        self._continuous = getattr(description, "state_class", None) is not None
        self.device_entry = _device(coordinator, inverter)

    @property
    @override
    def available(self) -> bool:
        """Whether there was a value when the state was looked at last."""
        return self._written[0]

    @abstractmethod
    def _shown(self) -> Shown:
        """What the state would show now: a change of it is worth a write, nothing else is."""

    @override
    async def async_added_to_hass(self) -> None:
        """Remember what is written on adding."""
        await super().async_added_to_hass()
        self._take(self._shown())

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only when it shows something else than before."""
        if (shown := self._shown()) != self._written:
            self.show(shown)

    @callback
    def show(self, shown: Shown) -> None:
        """Write the state, which shows something new."""
        self._take(shown)
        self.async_write_ha_state()

    def _take(self, shown: Shown) -> None:
        """Remember what is written now, in the context of its reading."""
        self._written = shown
        if self._continuous:
            self.async_set_context(self.coordinator.reading)


def _device(coordinator: GatewayCoordinator, inverter: str | None) -> dr.DeviceEntry | None:
    """Find the device of the gateway or of an inverter once for each coordinator; an inverter's is made with its first entity.

    Home Assistant would look for it again with every entity, which is a tenth of all that set-up costs.
    """
    if inverter not in coordinator.known_devices:
        registry = dr.async_get(coordinator.hass)
        entry_id = coordinator.config_entry.entry_id
        gateway = registry.async_get_device_by_identifier((DOMAIN, coordinator.site.info.serial), entry_id)
        coordinator.known_devices[inverter] = (
            gateway
            if inverter is None
            else registry.async_get_or_create(
                config_entry_id=entry_id,
                identifiers={(DOMAIN, inverter)},
                manufacturer=MANUFACTURER,
                translation_key="inverter",
                translation_placeholders={"serial": inverter},
                serial_number=inverter,
                via_device_id=gateway.id if gateway else UNDEFINED,
            )
        )
    return coordinator.known_devices[inverter]
