"""Sensors of the gateway: its flows of energy, its CTs, itself, and its inverters."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ..client import Flow, MeterStatus, PollGroup, Source
from ..coordinator import COUNTED, GatewayConfigEntry, GatewayCoordinator
from ..entity import GatewayEntity
from ..inverter_entity import InverterEntity
from ..seen_entities import Candidate, SeenEntities
from .flows import FLOW_SENSORS, FlowSensorDescription
from .inverters import INVERTER_SENSORS, InverterSensorDescription

# Nothing is sent to the gateway, and reading it is the coordinators' work.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GatewaySensorDescription(SensorEntityDescription):
    """A value of the gateway itself."""

    coordinator: PollGroup
    value_fn: Callable[[GatewayCoordinator], StateType | datetime]
    attributes_fn: Callable[[GatewayCoordinator], Mapping[str, object]] = lambda _: {}


def inverters_reporting(coordinator: GatewayCoordinator) -> int | None:
    """How many inverters have reported within two of their intervals."""
    return len(coordinator.devices.heard) if coordinator.data.inverters else None


GATEWAY_SENSORS: Final[tuple[GatewaySensorDescription, ...]] = (
    GatewaySensorDescription(
        key="inverters_reporting",
        translation_key="inverters_reporting",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        coordinator=PollGroup.INVERTERS,
        value_fn=inverters_reporting,
    ),
    GatewaySensorDescription(
        key="rejected_readings",
        translation_key="rejected_readings",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        coordinator=PollGroup.LIVE,
        value_fn=lambda coordinator: coordinator.guard.state.rejected.total(),
        attributes_fn=lambda coordinator: dict(coordinator.guard.state.rejected),
    ),
    GatewaySensorDescription(
        key="token_expires",
        translation_key="token_expires",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        coordinator=PollGroup.LIVE,
        value_fn=lambda coordinator: (
            None if (expires := coordinator.gateway.token_expires_at) is None else dt_util.utc_from_timestamp(expires)
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of each coordinator as their values are first seen."""
    seen = SeenEntities(hass, entry, Platform.SENSOR, async_add_entities)
    for name, coordinator in entry.runtime_data.coordinators.items():
        fixed = [*_flow_sensors(coordinator), *_gateway_sensors(coordinator)]
        if name is PollGroup.LIVE:
            fixed += _status_sensors(coordinator)
        seen.watch(coordinator, fixed)
        if name is PollGroup.INVERTERS:
            seen.watch_inverters(coordinator, INVERTER_SENSORS, InverterSensor)


def _flow_sensors(coordinator: GatewayCoordinator) -> Iterator[Candidate]:
    """The rows of the flows that this coordinator serves."""
    for row in FLOW_SENSORS:
        for flow in row.flows:
            if coordinator.site.group(flow, row.quantity) is not coordinator.group:
                continue
            # What is made here of net power is no measurement of a phase's grid (DESIGN §2).
            phases = row.phases and coordinator.site.sources[flow, row.quantity] is not Source.INTEGRATED
            for phase in range(1 + (coordinator.site.phases(flow) if phases else 0)):
                description = row.of(flow, phase)
                yield (
                    f"{coordinator.site.info.serial}_{description.key}",
                    partial(_flow_value, coordinator, description, flow, phase),
                    partial(FlowSensor, coordinator, description, flow, phase),
                )


def _gateway_sensors(coordinator: GatewayCoordinator) -> Iterator[Candidate]:
    """The rows of the gateway itself."""
    for description in GATEWAY_SENSORS:
        if description.coordinator is coordinator.group:
            yield (
                f"{coordinator.site.info.serial}_{description.key}",
                partial(description.value_fn, coordinator),
                partial(GatewaySensor, coordinator, description),
            )


def _status_sensors(coordinator: GatewayCoordinator) -> Iterator[Candidate]:
    """What the gateway says of each CT's wiring."""
    for flow in Flow:
        key = f"{flow}_ct_status"
        description = SensorEntityDescription(
            key=key,
            translation_key=key,
            device_class=SensorDeviceClass.ENUM,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            options=list(MeterStatus),
        )
        yield (
            f"{coordinator.site.info.serial}_{key}",
            partial(_status, coordinator, flow),
            partial(MeterStatusSensor, coordinator, description, flow),
        )


def _flow_value(
    coordinator: GatewayCoordinator, description: FlowSensorDescription, flow: Flow, phase: int
) -> float | None:
    data = coordinator.data
    return description.value(data.counters(flow, phase) if description.counted else data.measurement(flow, phase))


def _status(coordinator: GatewayCoordinator, flow: Flow) -> str | None:
    meter = coordinator.data.meters.get(flow)
    return meter.status if meter is not None and meter.enabled else None


class _ValueSensor(GatewayEntity, SensorEntity):
    """A sensor whose value is looked up in its coordinator's data, once for each reading."""

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value as it was looked up last."""
        return self._written[1]

    @override
    def get_initial_entity_options(self) -> er.EntityOptionsType | None:
        """Give the digits to show with the rest: else the registry is changed, and the state written, once more."""
        options = super().get_initial_entity_options()
        digits = self.suggested_display_precision
        if digits is None:
            return options
        return {**(options or {}), SENSOR_DOMAIN: {"suggested_display_precision": digits}}


class FlowSensor(_ValueSensor):
    """A value of one flow or of one of its phases."""

    entity_description: FlowSensorDescription

    def __init__(
        self, coordinator: GatewayCoordinator, description: FlowSensorDescription, flow: Flow, phase: int
    ) -> None:
        """Know which flow, and which phase of it."""
        super().__init__(coordinator, description, f"{coordinator.site.info.serial}_{description.key}")
        self._flow = flow
        self._phase = phase
        if description.counted:
            self.coordinator_context = COUNTED
        if coordinator.site.sources[flow, description.quantity] is Source.INTEGRATED:
            self._attr_extra_state_attributes = {"integrated": True}

    @override
    def _shown(self) -> tuple[bool, float | None]:
        coordinator = self.coordinator
        return coordinator.last_update_success, _flow_value(
            coordinator, self.entity_description, self._flow, self._phase
        )


class MeterStatusSensor(_ValueSensor):
    """What the gateway says of one CT's wiring."""

    def __init__(self, coordinator: GatewayCoordinator, description: SensorEntityDescription, flow: Flow) -> None:
        """Know which CT."""
        super().__init__(coordinator, description, f"{coordinator.site.info.serial}_{description.key}")
        self._flow = flow

    @override
    def _shown(self) -> tuple[bool, str | None]:
        coordinator = self.coordinator
        return coordinator.last_update_success, _status(coordinator, self._flow)


class GatewaySensor(_ValueSensor):
    """A value of the gateway itself."""

    entity_description: GatewaySensorDescription

    def __init__(self, coordinator: GatewayCoordinator, description: GatewaySensorDescription) -> None:
        """Take the id from the gateway's serial."""
        super().__init__(coordinator, description, f"{coordinator.site.info.serial}_{description.key}")

    @override
    def _shown(self) -> tuple[bool, StateType | datetime]:
        coordinator = self.coordinator
        return coordinator.last_update_success, self.entity_description.value_fn(coordinator)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """What belongs to the value."""
        return dict(self.entity_description.attributes_fn(self.coordinator))


class InverterSensor(InverterEntity, _ValueSensor):
    """A value of one inverter."""

    entity_description: InverterSensorDescription
