"""Numbers: the reserve, the levels of dry contacts, and the band in which AC Batteries sleep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberEntityDescription, NumberMode, RestoreNumber
from homeassistant.const import PERCENTAGE, EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..client.control.changes import CONTACT_IDS, Change, ContactField, change_contact_setting, change_reserve
from ..client.control.rules import Setting
from ..client.settings_models import DryContactSettings
from ..control.entity import ControlDescription, ControlEntity, async_add_controls, of_load
from ..control.gateway_control import async_control
from ..control.keys import RESERVE, SLEEP_HIGH, SLEEP_LOW
from ..coordinator import GatewayConfigEntry
from ..entity import SeenEntities, Value

# The control of a gateway sends one write after the other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ControlNumberDescription(NumberEntityDescription, ControlDescription):
    """Description of a number in percent."""

    native_min_value: float | None = 0
    native_max_value: float | None = 100
    native_step: float | None = 1
    native_unit_of_measurement: str | None = PERCENTAGE


@dataclass(frozen=True, kw_only=True)
class SettingNumberDescription(ControlNumberDescription):
    """Description of a number that is a setting of the gateway."""

    change_fn: Callable[[float], Change]


_CONTACT_NUMBERS: Final[Mapping[str, tuple[ContactField, Callable[[DryContactSettings], float | None]]]] = {
    "soc_low": (ContactField.SOC_LOW, lambda settings: settings.soc_low_percent),
    "soc_high": (ContactField.SOC_HIGH, lambda settings: settings.soc_high_percent),
}
"""The field of the document and the value by the end of the key."""


def _contact_number(contact_id: str, name: str) -> SettingNumberDescription:
    """Return the row of one level of a contact; they are used for loads only (S§7.2)."""
    changed, value_fn = _CONTACT_NUMBERS[name]
    text = f"contact_{name}"
    return SettingNumberDescription(
        key=f"{contact_id}_{name}",
        translation_key=text,
        entity_category=EntityCategory.CONFIG,
        setting=Setting.CONTACT_SETTINGS,
        part=f"{contact_id} {changed}",
        contact=contact_id,
        value_fn=of_load(contact_id, value_fn),
        change_fn=partial(change_contact_setting, contact_id, changed),
    )


NUMBERS: Final = (
    SettingNumberDescription(
        key=RESERVE,
        translation_key=RESERVE,
        setting=Setting.RESERVE,
        value_fn=lambda storage: storage.reserve_set_percent,
        change_fn=change_reserve,
    ),
    *(_contact_number(contact_id, name) for contact_id in CONTACT_IDS for name in _CONTACT_NUMBERS),
)
SLEEP_BAND: Final = tuple(
    ControlNumberDescription(
        key=key,
        translation_key=key,
        entity_category=EntityCategory.CONFIG,
        setting=Setting.AC_BATTERY_SLEEP,
        value_fn=lambda _: True,
    )
    for key in (SLEEP_LOW, SLEEP_HIGH)
)
"""No settings of the gateway: what the next order to sleep contains."""


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the numbers."""
    seen = SeenEntities(hass, entry, Platform.NUMBER, async_add_entities)
    control = async_control(hass, entry)
    async_add_controls(control, seen, NUMBERS, SettingNumber)
    async_add_controls(control, seen, SLEEP_BAND, SleepBandNumber)


class ControlNumber(ControlEntity, NumberEntity):
    """Number in percent."""

    entity_description: ControlNumberDescription
    # A slider leaves no room for the name on a phone, and would send a change while it is moved.
    _attr_mode = NumberMode.BOX

    @property
    @override
    def native_value(self) -> float | None:
        return float(self.current_value) if isinstance(self.current_value, int | float) else None


class SettingNumber(ControlNumber):
    """Number that changes a setting."""

    entity_description: SettingNumberDescription

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self._change(self.entity_description.change_fn(value))


class SleepBandNumber(ControlNumber, RestoreNumber):
    """One end of the band for the next order to sleep."""

    @override
    async def async_added_to_hass(self) -> None:
        last = await self.async_get_last_number_data()
        if last is not None and last.native_value is not None:
            self._control.sleep_band[self.entity_description.key] = round(last.native_value)
        await super().async_added_to_hass()

    @property
    @override
    def current_value(self) -> Value:
        return self._control.sleep_band[self.entity_description.key]

    @override
    async def async_set_native_value(self, value: float) -> None:
        self._control.sleep_band[self.entity_description.key] = round(value)
        self._handle_coordinator_update()
