"""The state of one energy counter and its stored form."""

from dataclasses import asdict, dataclass, replace
from typing import Final, Self

from .serialization import fields, number, numbers, optional_number


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The samples of a new line that is not accepted yet; values of the gateway without an offset."""

    first: float
    first_at: float
    last: float
    last_at: float
    seen_s: float = 0.0
    samples: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Below:
    """The line is below the published value, which stands."""

    line: float  # last sample, offset included
    seen_s: float = 0.0  # since the line last fell by more than a negligible amount ...
    samples: int = 0  # ... and the samples since then; 0: it has only drifted

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the line that was stored.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = numbers(data, frozenset(cls.__dataclass_fields__), "lower line")
        return cls(line=saved["line"], seen_s=saved["seen_s"], samples=int(saved["samples"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """The energy of the counter's hours, to judge what it can have done while it was not read."""

    begin: float  # published value at the start of this hour
    begin_at: float
    highest_w: float = 0.0  # mean power of the highest hour so far
    former_highest_w: float = 0.0  # the same without the last hour
    count: int = 0  # number of hours seen

    def without_last(self) -> Self:
        """Return the hours without the last one as the highest, because a spike in it was undone."""
        return replace(self, highest_w=self.former_highest_w)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the hours that were stored.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, frozenset({"begin", "begin_at", "highest_w", "count"}), "hours")
        highest_w = number(saved, "highest_w", "hours")
        former_highest_w = optional_number(saved, "former_highest_w", "hours")
        return cls(
            begin=number(saved, "begin", "hours"),
            begin_at=number(saved, "begin_at", "hours"),
            highest_w=highest_w,
            former_highest_w=highest_w if former_highest_w is None else former_highest_w,
            count=int(number(saved, "count", "hours")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftLine:
    """The line that the counter was on before its last jump or fall."""

    offset: float
    at: float  # time of the first sample after the jump or fall

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the line that was stored.

        Raises:
            ValueError: `data` is anything else.
        """
        return cls(**numbers(data, frozenset(cls.__dataclass_fields__), "left line"))


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterState:
    """The state of one counter, stored across restarts as JSON; times in epoch seconds, energy in Wh."""

    published: float | None = None  # None: no value yet
    offset: float = 0.0  # published = value + offset
    floor: float = 0.0  # published value at the start of the previous window: a fall to here is a dip
    next_floor: float = 0.0  # published value at the start of this window
    window_at: float = 0.0  # start of this window
    at: float = 0.0  # last sample on the line
    moved_at: float = 0.0  # last sample that changed the published value
    held: Held | None = None
    left: LeftLine | None = None
    below: Below | None = None
    hours: Hours | None = None
    recovered: bool = False  # the state was lost; `published` is known, `offset` is not

    def shifted(self, amount_wh: float) -> Self:
        """Return the state with another offset; what is held are values of the gateway, which stay."""
        return replace(
            self,
            published=None if self.published is None else self.published + amount_wh,
            offset=self.offset + amount_wh,
            floor=self.floor + amount_wh,
            next_floor=self.next_floor + amount_wh,
            left=self.left and replace(self.left, offset=self.left.offset + amount_wh),
            below=self.below and replace(self.below, line=self.below.line + amount_wh),
            hours=self.hours and replace(self.hours, begin=self.hours.begin + amount_wh),
        )

    def as_json(self) -> dict[str, object]:
        """Return the JSON form that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the state that `as_json` has written.

        Raises:
            ValueError: `data` is anything else.
        """
        saved = fields(data, _STATE_FIELDS, "counter state")
        state = cls(
            published=optional_number(saved, "published", "counter state"),
            held=None if saved["held"] is None else _held_from_json(saved["held"]),
            left=None if (left := saved.get("left")) is None else LeftLine.from_json(left),
            below=None if (below := saved.get("below")) is None else Below.from_json(below),
            hours=None if (hours := saved.get("hours")) is None else Hours.from_json(hours),
            recovered=bool(saved.get("recovered")),
            **{name: number(saved, name, "counter state") for name in _STATE_FIELDS - {"published", "held"}},
        )
        if state.published is not None and max(state.floor, state.next_floor) > state.published:
            raise ValueError(f"counter state: floor {state.floor} is above published {state.published}")
        return state


def _held_from_json(data: object) -> Held:
    saved = fields(data, _HELD_FIELDS, "held line")
    samples = saved["samples"]
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        raise ValueError(f"held line: samples must be a count, got {samples!r}")
    return Held(samples=samples, **{name: number(saved, name, "held line") for name in _HELD_FIELDS - {"samples"}})


# Stored since the first version; the others may be missing.
_STATE_FIELDS: Final = frozenset({"published", "offset", "floor", "next_floor", "window_at", "at", "moved_at", "held"})
_HELD_FIELDS: Final = frozenset(Held.__dataclass_fields__)
