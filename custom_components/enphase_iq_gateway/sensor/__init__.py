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

from ..client import Flow, Lane, MeterStatus, Source
from ..coordinator import COUNTED, GatewayConfigEntry, LaneCoordinator
from ..entity import GatewayEntity
from ..inverter_entity import InverterEntity
from ..seen_entities import Candidate, SeenEntities
from .flows import FLOW_SENSORS, FlowSensorDescription
from .inverters import INVERTER_SENSORS, InverterSensorDescription

# Nothing is sent to the gateway, and reading it is the lanes' work.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GatewaySensorDescription(SensorEntityDescription):
    """A value of the gateway itself."""

    lane: Lane
    value_fn: Callable[[LaneCoordinator], StateType | datetime]
    attributes_fn: Callable[[LaneCoordinator], Mapping[str, object]] = lambda _: {}


def inverters_reporting(lane: LaneCoordinator) -> int | None:
    """How many inverters have reported within two of their intervals."""
    return len(lane.devices.heard) if lane.data.inverters else None


GATEWAY_SENSORS: Final[tuple[GatewaySensorDescription, ...]] = (
    GatewaySensorDescription(
        key="inverters_reporting",
        translation_key="inverters_reporting",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        lane=Lane.INVERTERS,
        value_fn=inverters_reporting,
    ),
    GatewaySensorDescription(
        key="rejected_readings",
        translation_key="rejected_readings",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        lane=Lane.LIVE,
        value_fn=lambda lane: lane.guard.state.rejected.total(),
        attributes_fn=lambda lane: dict(lane.guard.state.rejected),
    ),
    GatewaySensorDescription(
        key="token_expires",
        translation_key="token_expires",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        lane=Lane.LIVE,
        value_fn=lambda lane: (
            None if (expires := lane.gateway.token_expires_at) is None else dt_util.utc_from_timestamp(expires)
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: GatewayConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of each lane as their values are first seen."""
    seen = SeenEntities(hass, entry, Platform.SENSOR, async_add_entities)
    for name, lane in entry.runtime_data.lanes.items():
        fixed = [*_flow_sensors(lane), *_gateway_sensors(lane)]
        if name is Lane.LIVE:
            fixed += _status_sensors(lane)
        seen.watch(lane, fixed)
        if name is Lane.INVERTERS:
            seen.watch_inverters(lane, INVERTER_SENSORS, InverterSensor)


def _flow_sensors(lane: LaneCoordinator) -> Iterator[Candidate]:
    """The rows of the flows that this lane serves."""
    for row in FLOW_SENSORS:
        for flow in row.flows:
            if lane.site.lane(flow, row.quantity) is not lane.lane:
                continue
            # What is made here of net power is no measurement of a phase's grid (DESIGN §2).
            phases = row.phases and lane.site.sources[flow, row.quantity] is not Source.INTEGRATED
            for phase in range(1 + (lane.site.phases(flow) if phases else 0)):
                description = row.of(flow, phase)
                yield (
                    f"{lane.site.info.serial}_{description.key}",
                    partial(_flow_value, lane, description, flow, phase),
                    partial(FlowSensor, lane, description, flow, phase),
                )


def _gateway_sensors(lane: LaneCoordinator) -> Iterator[Candidate]:
    """The rows of the gateway itself."""
    for description in GATEWAY_SENSORS:
        if description.lane is lane.lane:
            yield (
                f"{lane.site.info.serial}_{description.key}",
                partial(description.value_fn, lane),
                partial(GatewaySensor, lane, description),
            )


def _status_sensors(lane: LaneCoordinator) -> Iterator[Candidate]:
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
            f"{lane.site.info.serial}_{key}",
            partial(_status, lane, flow),
            partial(MeterStatusSensor, lane, description, flow),
        )


def _flow_value(lane: LaneCoordinator, description: FlowSensorDescription, flow: Flow, phase: int) -> float | None:
    data = lane.data
    return description.value(data.counters(flow, phase) if description.counted else data.measurement(flow, phase))


def _status(lane: LaneCoordinator, flow: Flow) -> str | None:
    meter = lane.data.meters.get(flow)
    return meter.status if meter is not None and meter.enabled else None


class _ValueSensor(GatewayEntity, SensorEntity):
    """A sensor whose value is looked up in its lane's data, once for each reading."""

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

    def __init__(self, lane: LaneCoordinator, description: FlowSensorDescription, flow: Flow, phase: int) -> None:
        """Know which flow, and which phase of it."""
        super().__init__(lane, description, f"{lane.site.info.serial}_{description.key}")
        self._flow = flow
        self._phase = phase
        if description.counted:
            self.coordinator_context = COUNTED
        if lane.site.sources[flow, description.quantity] is Source.INTEGRATED:
            self._attr_extra_state_attributes = {"integrated": True}

    @override
    def _shown(self) -> tuple[bool, float | None]:
        lane = self.coordinator
        return lane.last_update_success, _flow_value(lane, self.entity_description, self._flow, self._phase)


class MeterStatusSensor(_ValueSensor):
    """What the gateway says of one CT's wiring."""

    def __init__(self, lane: LaneCoordinator, description: SensorEntityDescription, flow: Flow) -> None:
        """Know which CT."""
        super().__init__(lane, description, f"{lane.site.info.serial}_{description.key}")
        self._flow = flow

    @override
    def _shown(self) -> tuple[bool, str | None]:
        lane = self.coordinator
        return lane.last_update_success, _status(lane, self._flow)


class GatewaySensor(_ValueSensor):
    """A value of the gateway itself."""

    entity_description: GatewaySensorDescription

    def __init__(self, lane: LaneCoordinator, description: GatewaySensorDescription) -> None:
        """Take the id from the gateway's serial."""
        super().__init__(lane, description, f"{lane.site.info.serial}_{description.key}")

    @override
    def _shown(self) -> tuple[bool, StateType | datetime]:
        lane = self.coordinator
        return lane.last_update_success, self.entity_description.value_fn(lane)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """What belongs to the value."""
        return dict(self.entity_description.attributes_fn(self.coordinator))


class InverterSensor(InverterEntity, _ValueSensor):
    """A value of one inverter."""

    entity_description: InverterSensorDescription
