"""Sensors of how the panels compare with their array; they change once a day."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory

from ..array.daily_health import DailyHealth
from ..array.health import PanelHealth
from ..client.models import Inverter
from ..coordinator import PollGroupCoordinator
from ..entity import Candidate, GatewayEntity, InverterEntity, SeenEntities, Value
from .inverters import InverterSensorDescription

PANELS_BELOW_ARRAY: Final = SensorEntityDescription(
    key="panels_below_array",
    translation_key="panels_below_array",
    entity_category=EntityCategory.DIAGNOSTIC,
    state_class=SensorStateClass.MEASUREMENT,
)


def add_health_sensors(seen: SeenEntities, coordinator: PollGroupCoordinator, health: DailyHealth) -> None:
    """Add the sensors of the gateway and of each inverter once panels could be compared."""
    seen.add(health, _candidates(coordinator, health))
    seen.add_inverters(coordinator, [performance(health.panel)], partial(PerformanceSensor, health))


def _candidates(coordinator: PollGroupCoordinator, health: DailyHealth) -> Iterator[Candidate]:
    yield Candidate(
        unique_id=f"{coordinator.site.info.serial}_{PANELS_BELOW_ARRAY.key}",
        value_fn=partial(_number_below_array, health),
        create=partial(PanelsBelowArraySensor, health, coordinator),
    )


def _number_below_array(health: DailyHealth) -> int | None:
    """Return how many panels are below their array; None where none can be compared."""
    report = health.report
    return None if report is None or not report.judged else len(report.below_array)


def performance(panel_fn: Callable[[str], PanelHealth]) -> InverterSensorDescription:
    """Return the description of the level of an inverter, by a function for the health of the panel with a serial."""

    def value(inverter: Inverter) -> float | None:
        level = panel_fn(inverter.serial).level
        return None if level is None else round(100 * level, 1)

    return InverterSensorDescription(
        key="performance",
        translation_key="performance",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=value,
    )


class _HealthSensor(GatewayEntity, SensorEntity):
    """Sensor of a value that changes with the report of a day, and is right until the next one."""

    health: DailyHealth

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.health.async_add_listener(self._handle_coordinator_update))

    @property
    @override
    def native_value(self) -> Value:
        return self.current_value

    @property
    @override
    def stands(self) -> bool:
        return True

    @override
    def _shown(self) -> tuple[object, ...]:
        return (*super()._shown(), self.extra_state_attributes)


class PanelsBelowArraySensor(_HealthSensor):
    """Sensor of the number of panels below their array, with what is known about them."""

    def __init__(self, health: DailyHealth, coordinator: PollGroupCoordinator) -> None:
        super().__init__(coordinator, PANELS_BELOW_ARRAY)
        self.health = health

    @property
    @override
    def current_value(self) -> int | None:
        return _number_below_array(self.health)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        report = self.health.report
        below = {} if report is None else report.below_array
        return {
            "serials": list(below),
            "level": {serial: round(100 * panel.level) for serial, panel in below.items() if panel.level is not None},
            "since": {serial: panel.since.isoformat() for serial, panel in below.items() if panel.since is not None},
        }


class PerformanceSensor(InverterEntity, _HealthSensor):
    """Sensor of the level of an inverter, with its shade."""

    entity_description: InverterSensorDescription

    def __init__(
        self,
        health: DailyHealth,
        coordinator: PollGroupCoordinator,
        serial: str,
        description: InverterSensorDescription,
    ) -> None:
        super().__init__(coordinator, serial, description)
        self.health = health

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        panel = self.health.panel(self._serial)
        return {"shade_hours": list(panel.shade_hours), "shade_loss": round(100 * panel.shade_loss)}
