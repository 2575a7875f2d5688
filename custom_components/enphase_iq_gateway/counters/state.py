"""The state of all counters of one gateway, as it is stored across restarts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from ..client.endpoints.values import MOST_DEVICES
from ..client.models import Flow
from ..client.site.site import Quantity, Sources
from .balanced import BalancedState
from .counter_state import CounterState
from .daily import DailyState
from .key import CounterField, CounterKey, Day, FlowCounter, InverterCounter, may_be_negative, parse_counter_key
from .origin import Origin
from .serialization import fields, number, optional_number
from .storage_energy import StorageEnergy

MOST_COUNTERS: Final = 2 * MOST_DEVICES
"""Of flows and devices together: each gateway has some sixty of flows, and one or two of each device."""


@dataclass(kw_only=True, slots=True)
class GuardState:
    """The state of all counters of one gateway."""

    counters: dict[CounterKey, CounterState] = field(default_factory=dict[CounterKey, CounterState])
    days: dict[Day, DailyState] = field(default_factory=dict[Day, DailyState])
    """Energy of today of each flow and inverter."""
    balanced: dict[int, BalancedState] = field(default_factory=dict[int, BalancedState])
    """Balanced import and export; by phase where they are the only ones, 0 being all phases together."""
    storage: dict[int, StorageEnergy] = field(default_factory=dict[int, StorageEnergy])
    """Calculated energies of storage by phase, 0 being all phases together."""
    shares_from: dict[str, float] = field(default_factory=dict[str, float])
    """The lifetime of each inverter, in Wh, from which on it counts in the inverters' sum, by serial."""
    counted_since: dict[str, int] = field(default_factory=dict[str, int])
    """When the counters of each AC Battery began at zero, epoch seconds, by serial."""
    origins: dict[CounterKey, Origin] = field(default_factory=dict[CounterKey, Origin])
    """The origin of each flow counter's last value."""
    offsets: dict[CounterKey, dict[Origin, float]] = field(default_factory=dict[CounterKey, dict[Origin, float]])
    """The offset for each origin of a counter that goes back and forth between two (G§6.8)."""
    rejected: Counter[str] = field(default_factory=Counter[str])
    """Number of samples rejected since set-up, by reason."""
    firmware: str = ""
    """The firmware at the last set-up: only another one may remove the source of a counter."""
    serial: str = ""
    """The serial of the gateway that has counted; empty in states of earlier versions."""
    stored_at: float | None = None
    """When it was written last, epoch seconds; None in states of earlier versions."""
    shifted_by: str = ""
    """The id of the takeover whose shifts are in the counters."""
    restart: set[CounterKey] = field(default_factory=set[CounterKey])
    """Counters that continue from the next value above zero, because another gateway counts it."""

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        return {
            "counters": {str(key): state.as_json() for key, state in self.counters.items()},
            "days": {str(key): state.as_json() for key, state in self.days.items()},
            "balanced": {str(phase): state.as_json() for phase, state in self.balanced.items()},
            "storage": {str(phase): energy.as_json() for phase, energy in self.storage.items()},
            "ac_batteries": dict(self.counted_since),
            "origins": dict(self.shares_from),
            "sources": {str(key): str(origin) for key, origin in self.origins.items()},
            "offsets": {
                str(key): {str(origin): offset for origin, offset in offsets.items()}
                for key, offsets in self.offsets.items()
            },
            "gateway": {
                "firmware": self.firmware,
                "serial": self.serial,
                "shifted_by": self.shifted_by,
                "stored_at": self.stored_at,
            },
            "restart": {str(key): True for key in sorted(self.restart, key=str)},
            "rejected": {str(reason): count for reason, count in self.rejected.items()},
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the state that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        rejected, shares, offsets = _part(data, "rejected"), _part(data, "origins"), _part(data, "offsets")
        gateway, since = _part(data, "gateway"), _optional_part(data, "ac_batteries")
        state = cls(
            counters={
                parse_counter_key(name): CounterState.from_json(part) for name, part in _part(data, "counters").items()
            },
            days={_day_key(name): DailyState.from_json(part) for name, part in _part(data, "days").items()},
            balanced=_balanced(data),
            storage={
                int(phase): StorageEnergy.from_json(part) for phase, part in _optional_part(data, "storage").items()
            },
            counted_since={serial: int(number(since, serial, "ac_batteries")) for serial in since},
            shares_from={serial: number(shares, serial, "origins") for serial in shares},
            origins=_origins(_part(data, "sources")),
            offsets={parse_counter_key(name): _offsets(_part(offsets, name)) for name in offsets},
            rejected=Counter({name: int(number(rejected, name, "rejected")) for name in rejected}),
            firmware=str(gateway.get("firmware", "")),
            serial=str(gateway.get("serial", "")),
            shifted_by=str(gateway.get("shifted_by", "")),
            stored_at=optional_number(gateway, "stored_at", "gateway"),
            restart={parse_counter_key(name) for name in _optional_part(data, "restart")},
        )
        if missing := {InverterCounter(serial) for serial in state.shares_from} - state.counters.keys():
            raise ValueError(f"stored counters: {len(missing)} inverters of the sum are missing")
        if not state.restart <= state.counters.keys():
            raise ValueError("stored counters: one that continues from another gateway is missing")
        if any(_is_too_low(key, each) for key, each in state.counters.items()):
            raise ValueError("stored counters: one is negative, which only net energy may be")
        if state.rejected and min(state.rejected.values()) < 0:
            raise ValueError("stored counters: a number of rejected samples is negative")
        return state

    def counts(self, *keys: CounterKey) -> bool:
        """Return whether one of some counters is known, or there is room for more.

        A gateway that lists other devices in every answer would fill the memory.
        """
        return len(self.counters) < MOST_COUNTERS or not self.counters.keys().isdisjoint(keys)

    def locked_sources(self) -> Sources:
        """Return the source of each lifetime counter, which `decide` keeps for as long as it is there."""
        return {
            (key.flow, Quantity.LIFETIME): origin.source
            for key, origin in self.origins.items()
            if isinstance(key, FlowCounter) and key == FlowCounter(key.flow, CounterField.LIFETIME)
        }

    def as_diagnostics(self) -> dict[str, object]:
        """Return the JSON form with numbers instead of the serials of inverters and AC Batteries."""
        devices = [key for key in self.counters if not isinstance(key, FlowCounter)]
        serials = sorted({key.serial for key in devices} | self.counted_since.keys())
        names = {serial: str(place) for place, serial in enumerate(serials, start=1)}
        names |= {str(key): str(key._replace(serial=names[key.serial])) for key in devices}
        parts = {**self.as_json(), "gateway": {"firmware": self.firmware}}
        return {part: {names.get(name, name): value for name, value in _part(parts, part).items()} for part in parts}


def _is_too_low(key: CounterKey, state: CounterState) -> bool:
    return state.published is not None and state.published < 0 and not may_be_negative(key)


def _balanced(data: object) -> dict[int, BalancedState]:
    """Return the balanced counters, which continue what an earlier version integrated from power, phase by phase."""
    if not isinstance(data, dict) or "balanced" in data:
        return {int(phase): BalancedState.from_json(part) for phase, part in _part(data, "balanced").items()}
    phases = {int(phase): BalancedState.from_json(part) for phase, part in _part(data, "integrations").items()}
    if phases:
        together = BalancedState(
            import_wh=sum(each.import_wh for each in phases.values()),
            export_wh=sum(each.export_wh for each in phases.values()),
        )
        phases.setdefault(0, together)
    return phases


def _origins(stored: Mapping[str, object]) -> dict[CounterKey, Origin]:
    """Return the stored origins; those of inverters, which have one only, are no longer stored."""
    keys = {parse_counter_key(name): str(origin) for name, origin in stored.items()}
    return {key: Origin.parse(origin) for key, origin in keys.items() if isinstance(key, FlowCounter)}


def _day_key(name: str) -> Day:
    """Return the flow or inverter whose stored form is `name`."""
    if "." not in name:
        return Flow(name)
    match parse_counter_key(name):
        case InverterCounter() as key:
            return key
        case _:
            raise ValueError(f"stored counters: {name} has no energy of today")


def _offsets(stored: Mapping[str, object]) -> dict[Origin, float]:
    return {Origin.parse(origin): number(stored, origin, "offsets") for origin in stored}


def _part(data: object, name: str) -> Mapping[str, object]:
    """Return one object of the stored state."""
    return fields(fields(data, frozenset({name}), "stored counters")[name], frozenset(), name)


def _optional_part(data: object, name: str) -> Mapping[str, object]:
    """Return one object of the stored state, empty where an earlier version has not stored it."""
    return _part(data, name) if isinstance(data, dict) and name in data else {}
