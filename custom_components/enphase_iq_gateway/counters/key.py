"""Keys of the counters: typed in memory, text in the store and in repairs."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, assert_never, override

from ..client.models import Flow, Measurement
from ..client.site.site import Quantity

_INVERTER: Final = "inverter"
_AC_BATTERY: Final = "ac_battery"


class CounterField(StrEnum):
    """The counters of a flow, named as the fields of `Measurement`."""

    LIFETIME = "energy_lifetime_wh"
    DELIVERED = "energy_delivered_wh"
    RECEIVED = "energy_received_wh"

    def read(self, measurement: Measurement) -> float | None:
        """Return this counter of a measurement, in Wh."""
        match self:
            case CounterField.LIFETIME:
                return measurement.energy_lifetime_wh
            case CounterField.DELIVERED:
                return measurement.energy_delivered_wh
            case CounterField.RECEIVED:
                return measurement.energy_received_wh
            case _:
                assert_never(self)


COUNTERS_OF: Final = {
    Quantity.LIFETIME: (CounterField.LIFETIME,),
    Quantity.IMPORT_EXPORT: (CounterField.DELIVERED, CounterField.RECEIVED),
}
"""The counters that come from one source together."""


class FlowCounter(NamedTuple):
    """Key of a counter of one flow; phase 0 is all phases together."""

    flow: Flow
    field: CounterField
    phase: int = 0

    @override
    def __str__(self) -> str:
        """Return the stored form, `flow.field.phase`."""
        return f"{self.flow}.{self.field}.{self.phase}"

    def at(self, phase: int) -> FlowCounter:
        """Return the key of the same counter of a phase."""
        return self._replace(phase=phase)


PRODUCTION: Final = FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME)
TOTAL_CONSUMPTION: Final = FlowCounter(Flow.TOTAL_CONSUMPTION, CounterField.LIFETIME)
NET_CONSUMPTION: Final = FlowCounter(Flow.NET_CONSUMPTION, CounterField.LIFETIME)
IMPORT: Final = FlowCounter(Flow.NET_CONSUMPTION, CounterField.DELIVERED)
EXPORT: Final = FlowCounter(Flow.NET_CONSUMPTION, CounterField.RECEIVED)
DISCHARGED: Final = FlowCounter(Flow.STORAGE, CounterField.DELIVERED)
CHARGED: Final = FlowCounter(Flow.STORAGE, CounterField.RECEIVED)


class InverterCounter(NamedTuple):
    """Key of the lifetime counter of one inverter."""

    serial: str

    @override
    def __str__(self) -> str:
        """Return the stored form, `inverter.serial`."""
        return f"{_INVERTER}.{self.serial}"


class AcBatteryCounter(NamedTuple):
    """Key of a counter of one AC Battery: delivered is discharged, received is charged."""

    serial: str
    field: CounterField

    @override
    def __str__(self) -> str:
        """Return the stored form, `ac_battery.serial.field`."""
        return f"{_AC_BATTERY}.{self.serial}.{self.field}"


type CounterKey = FlowCounter | InverterCounter | AcBatteryCounter
type Day = Flow | InverterCounter
"""Key of an energy of today."""


_OF_BATTERY: Final = {CounterField.DELIVERED: "energy_discharged", CounterField.RECEIVED: "energy_charged"}
_OF_DEVICES: Final = {"energy_lifetime", "energy_today", *_OF_BATTERY.values()}
_STORAGE: Final = {f"battery_{name}": FlowCounter(Flow.STORAGE, field) for field, name in _OF_BATTERY.items()}
"""Where no CT counts the energies of storage, these are its only sensors."""


def parse_counter_key(text: str) -> CounterKey:
    """Return the key whose stored form is `text`.

    Raises:
        ValueError: `text` is no key of a counter.
    """
    kind, _, rest = text.partition(".")
    if kind == _INVERTER and rest:
        return InverterCounter(rest)
    if kind == _AC_BATTERY:
        serial, _, field = rest.partition(".")
        return AcBatteryCounter(serial, CounterField(field))
    field, _, phase = rest.partition(".")
    return FlowCounter(Flow(kind), CounterField(field), int(phase))


def may_be_negative(key: CounterKey) -> bool:
    """Return whether a counter may be below zero at some site: net lifetime, and total lifetime computed from it."""
    match key:
        case FlowCounter(Flow.NET_CONSUMPTION | Flow.TOTAL_CONSUMPTION, CounterField.LIFETIME):
            return True
        case _:
            return False


def unique_id(key: CounterKey, gateway: str) -> str:
    """Return the unique id of the entity that shows a counter; `gateway` is the serial of the gateway."""
    if isinstance(key, InverterCounter):
        return f"{key.serial}_energy_lifetime"
    if isinstance(key, AcBatteryCounter):
        return f"{key.serial}_{_OF_BATTERY[key.field]}"
    return f"{gateway}_{_name(key)}"


def lifetime_of(day: Day) -> CounterKey:
    """Return the lifetime counter whose rise is this energy of today."""
    return day if isinstance(day, InverterCounter) else FlowCounter(day, CounterField.LIFETIME)


def days_of(counters: Iterable[CounterKey]) -> list[Day]:
    """Return the keys of the energies of today that lifetime counters among these have."""
    found: list[Day] = []
    for key in counters:
        match key:
            case InverterCounter():
                found.append(key)
            case FlowCounter(flow, CounterField.LIFETIME, 0):
                found.append(flow)
            case _:
                pass
    return found


def today_unique_id(day: Day, gateway: str) -> str:
    """Return the unique id of the entity that shows an energy of today; `gateway` is the serial of the gateway."""
    return f"{day.serial if isinstance(day, InverterCounter) else f'{gateway}_{day}'}_energy_today"


def _name(key: FlowCounter) -> str:
    """Return what follows the serial in the unique id of the entity that shows a counter of a flow."""
    if key.field is CounterField.LIFETIME:
        name = f"{key.flow}_energy_lifetime"
    elif key.flow is Flow.NET_CONSUMPTION:
        name = "grid_import_energy" if key.field is CounterField.DELIVERED else "grid_export_energy"
    else:
        name = f"{key.flow}_ct_{key.field.removesuffix('_wh')}"
    return f"{name}_l{key.phase}" if key.phase else name


_BY_NAME: Final[Mapping[str, FlowCounter]] = {
    _name(key): key
    for key in (FlowCounter(flow, field, phase) for flow in Flow for field in CounterField for phase in range(4))
}


def counter_of(entity: str, gateway: str) -> CounterKey | None:
    """Return the counter that the entity with this unique id shows, None where it shows something else."""
    serial, _, shown = entity.partition("_")
    if serial == gateway:
        return _BY_NAME.get(shown) or _STORAGE.get(shown)
    if shown == "energy_lifetime":
        return InverterCounter(serial)
    return next((AcBatteryCounter(serial, field) for field, name in _OF_BATTERY.items() if shown == name), None)


def may_belong_to(entity: str, gateway: str) -> bool:
    """Return whether the entity with this unique id shows energy of this gateway, or of a device of any gateway."""
    serial, _, shown = entity.partition("_")
    return serial == gateway or shown in _OF_DEVICES
