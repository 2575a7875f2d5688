"""Descriptions of the gateway's own sensors, the status of its CTs included."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from ..client.models import Flow, MeterStatus
from ..client.site.site import PollGroup
from ..client.site.snapshot import Snapshot
from ..entity import Value


@dataclass(frozen=True, kw_only=True)
class GatewaySensorDescription(SensorEntityDescription):
    """Description of a sensor of the gateway itself."""

    group: PollGroup
    """The poll group whose coordinator has the value."""
    value_fn: Callable[[Snapshot], Value]
    attributes_fn: Callable[[Snapshot], Mapping[str, object]] | None = None


def _ct_status(flow: Flow, data: Snapshot) -> str | None:
    meter = data.meters.get(flow)
    return meter.status if meter is not None and meter.enabled else None


def _ct_status_sensor(flow: Flow) -> GatewaySensorDescription:
    """Return the description of the status of a CT."""
    key = f"{flow}_ct_status"
    return GatewaySensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        options=list(MeterStatus),
        group=PollGroup.LIVE,
        value_fn=partial(_ct_status, flow),
    )


GATEWAY_SENSORS: Final[tuple[GatewaySensorDescription, ...]] = (
    GatewaySensorDescription(
        key="inverters_reporting",
        translation_key="inverters_reporting",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        group=PollGroup.INVERTERS,
        value_fn=lambda data: data.inverters_reporting,
    ),
    GatewaySensorDescription(
        key="rejected_readings",
        translation_key="rejected_readings",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.TOTAL_INCREASING,
        group=PollGroup.LIVE,
        value_fn=lambda data: sum(data.rejected_readings.values()),
        attributes_fn=lambda data: data.rejected_readings,
    ),
    GatewaySensorDescription(
        key="firmware",
        translation_key="firmware",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        group=PollGroup.LIVE,
        value_fn=lambda data: data.firmware,
    ),
    GatewaySensorDescription(
        key="token_expires",
        translation_key="token_expires",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        group=PollGroup.LIVE,
        value_fn=lambda data: (
            None if data.token_expires_at is None else dt_util.utc_from_timestamp(data.token_expires_at)
        ),
    ),
    *(_ct_status_sensor(flow) for flow in Flow),
)
