"""All that is known of a gateway's counters, as it is stored across restarts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from ..client import Flow, Quantity, Source, Sources
from .counter import CounterState
from .daily import DailyState
from .integration import IntegrationState
from .serialization import number as saved_number

INVERTER: Final = "inverter."
LIFETIME: Final = "energy_lifetime_wh"


@dataclass(kw_only=True, slots=True)
class GuardState:
    """The state of all counters of one gateway, by name: `flow.field.phase`, or `inverter.serial`."""

    counters: dict[str, CounterState] = field(default_factory=dict[str, CounterState])
    days: dict[str, DailyState] = field(default_factory=dict[str, DailyState])
    """Today, by flow."""
    integrations: dict[str, IntegrationState] = field(default_factory=dict[str, IntegrationState])
    """Import and export made here of net power, by phase."""
    origins: dict[str, float] = field(default_factory=dict[str, float])
    """What each inverter had counted when it joined their sum, by serial."""
    sources: dict[str, str] = field(default_factory=dict[str, str])
    """The source each counter was last taken from; another one starts from another value."""
    offsets: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """Of a counter that the gateway tells in two ways: the offset of each, by source (G§6.8)."""
    rejected: Counter[str] = field(default_factory=Counter[str])
    """Samples turned away since set-up, by reason."""
    firmware: str = ""
    """With which the gateway was set up last: only another one may take a counter's source away."""

    def as_json(self) -> dict[str, object]:
        """Return what `from_json` takes."""
        return {
            "counters": {name: state.as_json() for name, state in self.counters.items()},
            "days": {str(name): state.as_json() for name, state in self.days.items()},
            "integrations": {name: state.as_json() for name, state in self.integrations.items()},
            "origins": dict(self.origins),
            "sources": {name: str(source) for name, source in self.sources.items()},
            "offsets": {name: dict(offsets) for name, offsets in self.offsets.items()},
            "gateway": {"firmware": self.firmware},
            "rejected": {str(reason): count for reason, count in self.rejected.items()},
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read back what `as_json` gave.

        Raises:
            ValueError: it is anything else.
        """
        rejected, gateway = _part(data, "rejected"), _part(data, "gateway")
        origins, offsets = _part(data, "origins"), _part(data, "offsets")
        state = cls(
            counters={name: CounterState.from_json(part) for name, part in _part(data, "counters").items()},
            days={name: DailyState.from_json(part) for name, part in _part(data, "days").items()},
            integrations={name: IntegrationState.from_json(part) for name, part in _part(data, "integrations").items()},
            origins={name: saved_number(origins, name, "origins") for name in origins},
            sources={name: str(source) for name, source in _part(data, "sources").items()},
            offsets={
                name: {source: saved_number(_part(offsets, name), source, "offsets") for source in _part(offsets, name)}
                for name in offsets
            },
            rejected=Counter({name: int(saved_number(rejected, name, "rejected")) for name in rejected}),
            firmware=str(gateway.get("firmware", "")),
        )
        if missing := {f"{INVERTER}{serial}" for serial in state.origins} - state.counters.keys():
            raise ValueError(f"stored counters: {len(missing)} inverters of the sum are missing")
        state.locked_sources()
        return state

    def locked_sources(self) -> Sources:
        """The source that each lifetime counter has come from, for `decide`.

        Raises:
            ValueError: there is no such flow or source.
        """
        locked: dict[tuple[Flow, Quantity], Source] = {}
        for counter, source in self.sources.items():
            flow, _, rest = counter.partition(".")
            if rest == f"{LIFETIME}.0":
                locked[Flow(flow), Quantity.LIFETIME] = Source(source.partition(".")[0])
        return locked

    def as_diagnostics(self) -> dict[str, object]:
        """All of it for a person to look at, the inverters by number instead of their serials."""
        serials = sorted({name.removeprefix(INVERTER) for name in self.counters if name.startswith(INVERTER)})
        names = {serial: str(number) for number, serial in enumerate(serials, start=1)}

        def anonymous(name: str) -> str:
            kind, dot, serial = name.rpartition(".")
            return f"{kind}{dot}{names.get(serial, serial)}" if f"{kind}." == INVERTER or not dot else name

        parts = self.as_json()
        return {part: {anonymous(name): value for name, value in _part(parts, part).items()} for part in parts}


def _part(data: object, name: str) -> Mapping[str, object]:
    """One part of the stored state."""
    part = data.get(name) if isinstance(data, dict) else None
    if not isinstance(part, dict):
        raise ValueError(f"stored counters: {name} must be an object")  # noqa: TRY004 - one kind of error for the caller
    return part
