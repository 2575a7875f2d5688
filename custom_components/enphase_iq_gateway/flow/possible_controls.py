"""The entities of control that this integration could have of a gateway, whether control is on or not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from homeassistant.const import Platform

from ..button import BUTTONS
from ..client.control.rules import rule_for
from ..client.site.site import PollGroup
from ..client.site.storage_snapshot import StorageSnapshot
from ..control.areas import AREAS, ControlArea
from ..control.entity import ControlDescription, contact_settings, serial_of
from ..coordinator import GatewayRuntime
from ..number import NUMBERS, SLEEP_BAND
from ..select import SELECTS
from ..switch import SWITCHES

_DESCRIPTIONS: Final[Mapping[Platform, Iterable[ControlDescription]]] = {
    Platform.BUTTON: BUTTONS,
    Platform.NUMBER: (*NUMBERS, *SLEEP_BAND),
    Platform.SELECT: SELECTS,
    Platform.SWITCH: SWITCHES,
}


def possible_controls(runtime: GatewayRuntime) -> Iterator[tuple[tuple[str, str], ControlArea]]:
    """Yield platform and unique id of each entity, and the area that it needs."""
    coordinator = runtime.coordinators.get(PollGroup.STORAGE)
    if coordinator is None:
        return
    site, storage = coordinator.site, coordinator.data.storage
    for platform, descriptions in _DESCRIPTIONS.items():
        for description in descriptions:
            rule = rule_for(description.setting, site.storage, site.info.firmware)
            if rule is not None and not _is_excluded(description, storage):
                key = f"{serial_of(site, description.setting)}_{description.key}"
                yield (platform, key), AREAS[description.setting]


def _is_excluded(description: ControlDescription, storage: StorageSnapshot | None) -> bool:
    """Return whether the settings of a dry contact are known and exclude an entity, as those of a solar inverter do."""
    if storage is None or contact_settings(storage, description.contact) is None:
        return False
    return description.value_fn(storage) is None
