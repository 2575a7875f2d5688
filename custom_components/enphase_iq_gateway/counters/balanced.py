"""Balanced import and export: what a utility meter that nets its phases counts.

Between two samples the net energy is the difference of two counters: import - export of a net CT, or total consumption
- production with a total CT, whose gateway has no counters of import and export (G§9). A positive difference is import,
a negative one export. Nothing is integrated, so import - export stays exactly the CT's own, also over pauses and
restarts.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

from ..client.models import Flow
from .allowance import AT_ONCE_S
from .counter_state import CounterState
from .new_start import RESET_SHARE, gain
from .serialization import fields, number, numbers, optional_number

_UNDONE_WITHIN_S: Final = 3600.0
"""A spike is taken back within this time: it lasts for two windows of a counter at most, and its end for one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A checked counter, in Wh, and the time of its last good sample, in epoch seconds."""

    value: float
    at: float

    @classmethod
    def of(cls, state: CounterState | None) -> Self | None:
        """Return the last sample of a counter, None while it has no value."""
        return None if state is None or state.published is None else cls(value=state.published, at=state.at)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the sample that was stored.

        Raises:
            ValueError: `data` is anything else.
        """
        return cls(**numbers(data, frozenset(cls.__dataclass_fields__), "balanced sample"))


@dataclass(frozen=True, kw_only=True, slots=True)
class BalancedState:
    """Balanced import and export so far and the samples up to which they count, stored across restarts as JSON."""

    import_wh: float = 0.0
    export_wh: float = 0.0
    flow: Flow | None = None
    """Total consumption or net consumption, whichever the CT measures; the samples are of its counters."""
    plus: Sample | None = None
    """The counter that net energy adds to: import, or total consumption."""
    minus: Sample | None = None
    """The counter that net energy subtracts from: export, or production."""
    began_at: float | None = None
    """When both began at zero, epoch seconds: the `last_reset` of the statistics."""
    common: Sample | None = None
    """The most that both counters gained in one step in the last hour, in Wh: no net energy, but it may be a spike."""

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        samples = {"plus": self.plus, "minus": self.minus, "common": self.common}
        return {
            "import_wh": self.import_wh,
            "export_wh": self.export_wh,
            "flow": self.flow and str(self.flow),
            "began_at": self.began_at,
            **{name: sample and {"value": sample.value, "at": sample.at} for name, sample in samples.items()},
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the state that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, frozenset({"import_wh", "export_wh"}), "balanced")
        state = cls(
            import_wh=number(saved, "import_wh", "balanced"),
            export_wh=number(saved, "export_wh", "balanced"),
            flow=None if (flow := saved.get("flow")) is None else Flow(str(flow)),
            plus=None if (plus := saved.get("plus")) is None else Sample.from_json(plus),
            minus=None if (minus := saved.get("minus")) is None else Sample.from_json(minus),
            began_at=optional_number(saved, "began_at", "balanced"),
            common=None if (common := saved.get("common")) is None else Sample.from_json(common),
        )
        if state.import_wh < 0 or state.export_wh < 0:
            raise ValueError(f"balanced: energy below zero: {state.import_wh}, {state.export_wh}")
        return state


def step(
    flow: Flow, plus: Sample | None, minus: Sample | None, state: BalancedState, *, together: bool = True
) -> BalancedState:
    """Return the state with the net energy since both counters had their last good sample.

    `flow` is total consumption or net consumption, whichever the CT measures. When it changes, the energy so far stays.
    `together` is false where the two counters are read at different times.

    Without a new sample of both there is nothing to compare, and the very same state is returned: while one of them is
    held for a glitch, the energy of the time waits.
    """
    if plus is None or minus is None:
        return state
    if state.plus is None or state.minus is None or state.flow is not flow:
        return replace(state, flow=flow, plus=plus, minus=minus)
    if together and plus.at != minus.at:
        return state
    if plus.at == state.plus.at or minus.at == state.minus.at:
        return state
    added, taken = gain(state.plus.value, plus.value), gain(state.minus.value, minus.value)
    net = max(added, 0.0) - max(taken, 0.0)
    imported, exported = state.import_wh + max(net, 0.0), state.export_wh + max(-net, 0.0)
    common = _common(state.common, min(added, taken), plus.at, plus.at - state.plus.at)
    # Undoing a spike subtracts what it has added. With a total CT the two are also the site's import and
    # export, which are `total_increasing`.
    most = 1 - RESET_SHARE if flow is Flow.TOTAL_CONSUMPTION else 1.0
    if added < 0:
        imported, exported, common = _undo(imported, exported, -added, most, common)
    if taken < 0:
        exported, imported, common = _undo(exported, imported, -taken, most, common)
    return replace(state, import_wh=imported, export_wh=exported, plus=plus, minus=minus, common=common)


def _common(before: Sample | None, gained: float, at: float, seconds: float) -> Sample | None:
    """Return the most that both counters gained in one step in the last hour, which does not include pauses."""
    if seconds > AT_ONCE_S:
        return before and replace(before, at=before.at + seconds)
    if before is not None and not 0 <= at - before.at <= _UNDONE_WITHIN_S:
        before = None
    if gained > (before.value if before else 0.0):
        return Sample(value=gained, at=at)
    return before


def _undo(
    counter: float, other: float, amount: float, most: float, common: Sample | None
) -> tuple[float, float, Sample | None]:
    """Return both counters after a spike of one is undone, and what is left of `common`.

    A spike of both was no net energy. Its part in this one is therefore added to the other one, from which it is
    subtracted when the spike there is undone.
    """
    shared = min(amount, common.value) if common else 0.0
    if common is not None and shared > 0:
        common = replace(common, value=common.value - shared)
    counter, other = _subtract(counter, other + shared, amount - shared, most)
    return counter, other, common


def catch_up(state: BalancedState, import_wh: float, export_wh: float) -> BalancedState:
    """Continue from energies that are newer than the state, which is older after a crash.

    What they have gained is net energy since the samples, so it moves these: import - export stays the CT's own.
    """
    if state.plus is None or state.minus is None:
        return replace(state, import_wh=import_wh, export_wh=export_wh)
    net = (import_wh - state.import_wh) - (export_wh - state.export_wh)
    return replace(
        state,
        import_wh=import_wh,
        export_wh=export_wh,
        plus=replace(state.plus, value=state.plus.value + max(net, 0.0)),
        minus=replace(state.minus, value=state.minus.value + max(-net, 0.0)),
    )


def _subtract(counter: float, other: float, amount: float, most: float) -> tuple[float, float]:
    """Subtract an amount from a counter, or add it to the other where it exceeds the share `most` of the counter."""
    return (counter - amount, other) if amount <= counter * most else (counter, other + amount)
