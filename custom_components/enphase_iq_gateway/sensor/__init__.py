"""Sensors of the gateway, its flows of energy, its storage and its inverters."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from ..array.daily_health import async_daily_health
from ..client.models import Flow, Measurement
from ..client.site.site import PollGroup, Source
from ..const import CONF_PHASE_VALUES, PhaseValues
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator
from ..entity import Candidate, GatewayEntity, InverterEntity, SeenEntities, Value
from ..entity.storage import StorageDeviceEntity, StorageEntity, storage_candidates, storage_device_candidates
from .flows import FlowSensorDescription, flow_sensors_of
from .gateway import GATEWAY_SENSORS, GatewaySensorDescription
from .health import add_health_sensors
from .inverters import INVERTER_SENSORS, InverterSensorDescription
from .phases import async_apply_option, async_mark, is_wanted
from .storage import STORAGE_SENSORS, StorageSensorDescription
from .storage_devices import STORAGE_DEVICE_SENSORS, StorageDeviceSensorDescription

# Coordinators poll the gateway, and these entities send nothing to it.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the sensors of every coordinator."""
    phase_values = PhaseValues(entry.options.get(CONF_PHASE_VALUES, PhaseValues.NONE))
    seen = SeenEntities(hass, entry, Platform.SENSOR, async_add_entities)
    for group, coordinator in entry.runtime_data.coordinators.items():
        seen.add(
            coordinator,
            [
                *_flow_candidates(coordinator, phase_values),
                *_gateway_candidates(coordinator),
                *storage_candidates(coordinator, STORAGE_SENSORS, StorageSensor),
                *storage_device_candidates(coordinator, STORAGE_DEVICE_SENSORS, StorageDeviceSensor),
            ],
        )
        if group is PollGroup.INVERTERS:
            seen.add_inverters(coordinator, INVERTER_SENSORS, InverterSensor)
            if (health := async_daily_health(hass, entry)) is not None:
                add_health_sensors(seen, coordinator, health)


def _flow_candidates(coordinator: PollGroupCoordinator, phase_values: PhaseValues) -> Iterator[Candidate]:
    """Return the sensors of the flows that a coordinator serves."""
    site = coordinator.site
    for row, flow, phase in flow_sensors_of(site):
        if site.group(flow, row.quantity) is not coordinator.group:
            continue
        description = row.at(site, flow, phase)
        unique_id = f"{site.info.serial}_{description.key}"
        kind = FlowSensor
        if phase:
            wanted = is_wanted(phase_values, row.quantity)
            registered = async_apply_option(coordinator.hass, unique_id, wanted=wanted)
            if wanted and not registered:
                kind = EnabledPhaseSensor
        yield Candidate(
            unique_id=unique_id,
            value_fn=partial(_current_flow_value, coordinator, description, flow, phase),
            create=partial(kind, coordinator, description, flow, phase),
        )


def _gateway_candidates(coordinator: PollGroupCoordinator) -> Iterator[Candidate]:
    """Return the sensors of the gateway itself that a coordinator serves."""
    for description in GATEWAY_SENSORS:
        if description.group is coordinator.group:
            yield Candidate(
                unique_id=f"{coordinator.site.info.serial}_{description.key}",
                value_fn=partial(_current_value, coordinator, description),
                create=partial(GatewaySensor, coordinator, description),
            )


def _current_value(coordinator: PollGroupCoordinator, description: GatewaySensorDescription) -> Value:
    return description.value_fn(coordinator.data)


def _current_flow_value(
    coordinator: PollGroupCoordinator, description: FlowSensorDescription, flow: Flow, phase: int
) -> float | None:
    return description.value(_current_measurement(coordinator, description, flow, phase))


def _current_measurement(
    coordinator: PollGroupCoordinator, description: FlowSensorDescription, flow: Flow, phase: int
) -> Measurement:
    data = coordinator.data
    return data.counters(flow, phase) if description.counted else data.measurement(flow, phase)


def _counter_stands(
    coordinator: PollGroupCoordinator, description: FlowSensorDescription | InverterSensorDescription
) -> bool:
    """Return whether the last value of a sensor is that of a counter, and still of the same day where it is daily."""
    if not description.counted or not description.daily:
        return description.counted
    return dt_util.as_local(dt_util.utc_from_timestamp(coordinator.data.at)).date() == dt_util.now().date()


class _ValueSensor(GatewayEntity, SensorEntity):
    """Sensor whose state is its value."""

    @property
    @override
    def native_value(self) -> Value:
        return self.current_value


class FlowSensor(_ValueSensor):
    """Sensor of a flow, of all its phases together (0) or of one."""

    entity_description: FlowSensorDescription

    def __init__(
        self, coordinator: PollGroupCoordinator, description: FlowSensorDescription, flow: Flow, phase: int
    ) -> None:
        super().__init__(coordinator, description)
        self._flow = flow
        self._phase = phase
        source = coordinator.site.sources[flow, description.quantity]
        if source is Source.INVERTERS_AND_NET:
            self._attr_extra_state_attributes = {"calculated_from": "grid_and_inverters"}
        elif description.attributes_fn is not None:
            self._attr_extra_state_attributes = dict(description.attributes_fn(source))

    @property
    @override
    def current_value(self) -> float | None:
        return _current_flow_value(self.coordinator, self.entity_description, self._flow, self._phase)

    @property
    @override
    def stands(self) -> bool:
        return _counter_stands(self.coordinator, self.entity_description)

    @property
    @override
    def last_reset(self) -> datetime | None:
        measured = _current_measurement(self.coordinator, self.entity_description, self._flow, self._phase)
        reset_at = self.entity_description.reset_fn(measured)
        return None if reset_at is None else dt_util.utc_from_timestamp(reset_at)


class EnabledPhaseSensor(FlowSensor):
    """Sensor of a phase that is new in the registry, and enabled there by the option."""

    _attr_entity_registry_enabled_default = True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        async_mark(self.hass, self.entity_id)


class GatewaySensor(_ValueSensor):
    """Sensor of the gateway itself."""

    entity_description: GatewaySensorDescription

    @property
    @override
    def current_value(self) -> Value:
        return _current_value(self.coordinator, self.entity_description)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else dict(attributes_fn(self.coordinator.data))


class InverterSensor(InverterEntity, _ValueSensor):
    """Sensor of an inverter."""

    entity_description: InverterSensorDescription

    @property
    @override
    def stands(self) -> bool:
        return _counter_stands(self.coordinator, self.entity_description)


class StorageSensor(StorageEntity, _ValueSensor):
    """Sensor of all storage, of the grid or of the generator."""

    entity_description: StorageSensorDescription


class StorageDeviceSensor(StorageDeviceEntity, _ValueSensor):
    """Sensor of a battery or of another device."""

    entity_description: StorageDeviceSensorDescription
