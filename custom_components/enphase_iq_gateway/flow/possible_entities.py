"""The entities that this integration can have of a gateway, including those that have had no value yet.

At night, or in a week that the gateway reports implausibly, an entity may not exist yet. Entities that wait for
their first value must move all the same; otherwise they would appear later beside those that were left behind.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..binary_sensor import StorageBinarySensor, StorageDeviceBinarySensor
from ..binary_sensor.inverters import INVERTER_BINARY_SENSORS
from ..binary_sensor.storage import STORAGE_BINARY_SENSORS, STORAGE_DEVICE_BINARY_SENSORS
from ..client.endpoints import DEVICE_DATA
from ..client.site.site import PollGroup, Site
from ..coordinator import GatewayConfigEntry, GatewayRuntime
from ..entity.storage import storage_candidates, storage_device_candidates
from ..history.takeover.plan import Possible
from ..sensor import StorageDeviceSensor, StorageSensor
from ..sensor.flows import flow_sensors_of
from ..sensor.gateway import GATEWAY_SENSORS
from ..sensor.inverters import INVERTER_SENSORS
from ..sensor.storage import STORAGE_SENSORS
from ..sensor.storage_devices import STORAGE_DEVICE_SENSORS
from .possible_controls import possible_controls

_LISTED: Final = frozenset({"power", "max_power", "last_reported"})
"""What the list of inverters has of each; the rest is in their details."""


def possible_entities(hass: HomeAssistant, entry: GatewayConfigEntry) -> Possible:
    """Return what the integration can have of the gateway of a loaded entry."""
    runtime = entry.runtime_data
    site = runtime.site
    inverters = runtime.coordinators.get(PollGroup.INVERTERS)
    serials = () if inverters is None else inverters.data.inverters
    registered = {
        (row.domain, row.unique_id) for row in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    }
    controls = dict(possible_controls(runtime))
    meters = runtime.site_coordinator.data.meters or ()
    statuses = {f"{meter.flow}_ct_status" for meter in meters if meter.enabled}
    return Possible(
        serial=site.info.serial,
        unique_ids=frozenset(
            {*registered, *_of_gateway(site, statuses), *_of_inverters(site, serials), *_of_storage(runtime), *controls}
        ),
        controls=controls,
        phases={str(flow): site.phases(flow) for flow in site.phase_counts},
        with_storage=site.total_includes_storage,
    )


def _of_gateway(site: Site, statuses: Iterable[str]) -> Iterator[tuple[str, str]]:
    keys = [row.of(flow, phase).key for row, flow, phase in flow_sensors_of(site)]
    own = [row.key for row in GATEWAY_SENSORS if not row.key.endswith("_ct_status")]
    for key in (*keys, *own, *statuses):
        yield Platform.SENSOR, f"{site.info.serial}_{key}"


def _of_storage(runtime: GatewayRuntime) -> Iterator[tuple[str, str]]:
    for coordinator in runtime.coordinators.values():
        sensors = (
            *storage_candidates(coordinator, STORAGE_SENSORS, StorageSensor),
            *storage_device_candidates(coordinator, STORAGE_DEVICE_SENSORS, StorageDeviceSensor),
        )
        binary = (
            *storage_candidates(coordinator, STORAGE_BINARY_SENSORS, StorageBinarySensor),
            *storage_device_candidates(coordinator, STORAGE_DEVICE_BINARY_SENSORS, StorageDeviceBinarySensor),
        )
        yield from ((Platform.SENSOR, candidate.unique_id) for candidate in sensors)
        yield from ((Platform.BINARY_SENSOR, candidate.unique_id) for candidate in binary)


def _of_inverters(site: Site, serials: Iterable[str]) -> Iterator[tuple[str, str]]:
    detailed = DEVICE_DATA in site.inverter_endpoints
    for serial in serials:
        if serial == site.info.serial:
            continue
        for binary in INVERTER_BINARY_SENSORS:
            yield Platform.BINARY_SENSOR, f"{serial}_{binary.key}"
        for row in INVERTER_SENSORS:
            if detailed or row.key in _LISTED:
                yield Platform.SENSOR, f"{serial}_{row.key}"
