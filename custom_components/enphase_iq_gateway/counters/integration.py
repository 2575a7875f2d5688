"""Import and export of sites whose consumption CT measures the total: the gateway has no counters of them (G§9)."""

from dataclasses import dataclass
from math import isfinite
from typing import Final, Self

from .serialization import fields, number

# The power within a longer pause is unknown. The slowest update interval is 300 s, and answers may be late.
GAP_S: Final = 330.0


@dataclass(frozen=True, kw_only=True, slots=True)
class IntegrationState:
    """The energy integrated so far and the last sample, stored across restarts as JSON."""

    import_wh: float
    export_wh: float
    net_w: float  # + import, - export
    at: float  # time of the last sample, epoch seconds

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        return {"import_wh": self.import_wh, "export_wh": self.export_wh, "net_w": self.net_w, "at": self.at}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the state that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        names = frozenset(cls.__dataclass_fields__)
        saved = fields(data, names, "integration")
        state = cls(**{name: number(saved, name, "integration") for name in names})
        if state.import_wh < 0 or state.export_wh < 0:
            raise ValueError(f"integration: energy below zero: {state.import_wh}, {state.export_wh}")
        return state


def step(net_w: float | None, at: float, *, limit_w: float, state: IntegrationState | None) -> IntegrationState | None:
    """Return the state with the energy since the last sample, None while there was no good sample.

    The power is taken to run in a straight line, split where it crosses zero. `net_w` is in W, + import, - export,
    None while unknown; `at` is in epoch seconds. A power beyond `limit_w`, the most that the site can draw or feed in,
    is ignored and returns the very same state.
    """
    if net_w is None or not (abs(net_w) <= limit_w and isfinite(at)):
        return state
    if state is None:
        return IntegrationState(import_wh=0.0, export_wh=0.0, net_w=net_w, at=at)
    imported = exported = 0.0
    seconds = at - state.at
    if 0 < seconds <= GAP_S:
        imported = _above_zero(state.net_w, net_w) * seconds / 3600
        exported = _above_zero(-state.net_w, -net_w) * seconds / 3600
    return IntegrationState(
        import_wh=state.import_wh + imported, export_wh=state.export_wh + exported, net_w=net_w, at=at
    )


def _above_zero(start_w: float, end_w: float) -> float:
    """Return the mean of the part above zero of a straight line, in W."""
    low, high = sorted((start_w, end_w))
    if high <= 0:
        return 0.0
    if low >= 0:
        return (low + high) / 2
    return high / 2 * (high / (high - low))
