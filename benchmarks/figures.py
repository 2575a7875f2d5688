"""The figures of `compare.py`, and their goals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from statistics import median
from typing import Final

from .cases import Case, Result

NO_DEVICE_LIMIT = 1000
"""Above every site: a gateway that lists all its inverters."""
_MIB = 2**20

type Results = Mapping[Case, Sequence[Result]]
"""The results of each case, one for every round."""
type Value = Callable[[Results, Case], float]
_TOLERANCE: Final = 1.1
"""A goal that is exceeded by no more than this factor counts as met: a run differs by that from the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    ours: float
    theirs: float
    most: float | None = None
    """Goal: the largest value of ours."""
    most_ratio: float | None = None
    """Goal: the largest value of ours divided by theirs."""

    @property
    def ratio(self) -> float | None:
        """Return ours divided by theirs."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool:
        """Return whether the goal is met, at least within 10 %; a figure without a goal always is."""
        return self._is_within(_TOLERANCE)

    @property
    def verdict(self) -> str:
        """Return whether the goal is met as text, empty where there is none."""
        if not self.goal:
            return ""
        if self._is_within(1.0):
            return "met"
        return "within 10 %" if self.met else "**missed**"

    def _is_within(self, times: float) -> bool:
        """Return whether the figure is at most its goal `times` a factor; a figure without a goal always is."""
        if self.most_ratio is not None and (self.ratio is None or self.ratio > self.most_ratio * times):
            return False
        return self.most is None or self.ours <= self.most * times

    @property
    def goal(self) -> str:
        """Return the goal as text, empty where there is none."""
        if self.most_ratio is not None:
            return f"ratio {self.most_ratio:.2f}"
        return "" if self.most is None else f"{self.most:g}"

    def as_json(self) -> dict[str, object]:
        """Return the figure for the JSON file."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    name: str
    value: Value
    case: Case
    most: float | None = None
    most_ratio: float | None = None


def _cpu(results: Results, case: Case) -> float:
    return median(chain.from_iterable(result.cpu_ms_per_minute for result in results[case]))


def _setup_cpu(results: Results, case: Case) -> float:
    # The interval does not matter yet, and more measurements give a steadier median.
    alike = (rounds for other, rounds in results.items() if replace(other, interval_s=case.interval_s) == case)
    return median(result.setup_cpu_ms for result in chain.from_iterable(alike))


def _requests(results: Results, case: Case) -> float:
    return median(result.requests_per_hour for result in results[case])


def _bytes(results: Results, case: Case) -> float:
    return median(result.bytes_per_hour for result in results[case])


def _handshakes(results: Results, case: Case) -> float:
    return median(result.handshakes_per_hour for result in results[case])


def _unchanged_writes(results: Results, case: Case) -> float:
    return median(result.unchanged_writes_per_hour for result in results[case])


def _rows(results: Results, case: Case) -> float:
    return median(sum(result.rows.values()) for result in results[case])


def _memory_mib(results: Results, case: Case) -> float:
    return median(result.memory_bytes for result in results[case]) / _MIB


def _against_one(value: Value) -> Value:
    """Return `value` of a case divided by that of the same case with one gateway."""
    return lambda results, case: value(results, case) / value(results, replace(case, gateways=1))


_TEN_TIMES_CPU = _against_one(_cpu)
_TIMED = (_cpu, _setup_cpu, _TEN_TIMES_CPU)

_SMALL = Case(inverters=20)
_MEDIUM = Case(inverters=49)  # with the gateway itself, the first size at which the device list is cut
_MEDIUM_IN_FULL = replace(_MEDIUM, device_limit=NO_DEVICE_LIMIT)
_LARGE = Case(inverters=200, all_entities=True)
_DEFAULT_INTERVAL = replace(_SMALL, interval_s=None)
_STORAGE = replace(_DEFAULT_INTERVAL, profile="storage")
DAY = replace(_DEFAULT_INTERVAL, measure="day")
_TEN = replace(_SMALL, gateways=10)
_MEMORY = replace(_SMALL, measure="memory")
_MEMORY_TEN = replace(_TEN, measure="memory")

_ROWS = (
    _Row(name="requests per hour, 20 inverters", value=_requests, case=_SMALL, most_ratio=0.40),
    _Row(name="requests per hour, 49 inverters", value=_requests, case=_MEDIUM, most_ratio=0.40),
    _Row(name="bytes per hour, 20 inverters", value=_bytes, case=_SMALL, most_ratio=0.40),
    _Row(name="bytes per hour, 49 inverters, all listed", value=_bytes, case=_MEDIUM_IN_FULL, most_ratio=0.40),
    _Row(name="bytes per hour, 49 inverters, list cut at 50 devices", value=_bytes, case=_MEDIUM),
    _Row(name="TLS handshakes per hour", value=_handshakes, case=_MEDIUM, most=4),
    _Row(name="CPU ms per minute, 20 inverters", value=_cpu, case=_SMALL, most_ratio=0.50),
    _Row(name="CPU ms per minute, 49 inverters", value=_cpu, case=_MEDIUM, most_ratio=0.50),
    _Row(name="CPU ms per minute, 200 inverters, all entities", value=_cpu, case=_LARGE, most_ratio=0.25),
    _Row(name="CPU ms per minute, 20, every 5 s", value=_cpu, case=replace(_SMALL, interval_s=5), most_ratio=2.0),
    _Row(name="CPU ms per minute, 49, every 5 s", value=_cpu, case=replace(_MEDIUM, interval_s=5), most_ratio=2.0),
    _Row(name="set-up: CPU ms, 20 inverters", value=_setup_cpu, case=_SMALL, most_ratio=1.0),
    _Row(name="set-up: CPU ms, 49 inverters", value=_setup_cpu, case=_MEDIUM, most_ratio=1.0),
    _Row(name="set-up: CPU ms, 200 inverters, all entities", value=_setup_cpu, case=_LARGE, most_ratio=1.0),
    _Row(
        name="state writes per hour that change nothing, 200, all entities",
        value=_unchanged_writes,
        case=_LARGE,
        most=0,
    ),
    _Row(name="database rows per day, 20 inverters, default interval", value=_rows, case=DAY, most_ratio=1.5),
    _Row(name="requests per hour, 20 inverters, default interval", value=_requests, case=_DEFAULT_INTERVAL),
    _Row(name="bytes per hour, 20 inverters, default interval", value=_bytes, case=_DEFAULT_INTERVAL),
    _Row(name="CPU ms per minute, 20 inverters, default interval", value=_cpu, case=_DEFAULT_INTERVAL),
    _Row(name="requests per hour, 20 inverters and two batteries, default interval", value=_requests, case=_STORAGE),
    _Row(name="bytes per hour, 20 inverters and two batteries, default interval", value=_bytes, case=_STORAGE),
    _Row(name="CPU ms per minute, 20 inverters and two batteries, default interval", value=_cpu, case=_STORAGE),
    _Row(name="ten gateways of 20 inverters: CPU ms per minute", value=_cpu, case=_TEN),
    _Row(name="ten gateways: CPU, times that of one", value=_TEN_TIMES_CPU, case=_TEN),
    _Row(name="ten gateways: memory in MiB", value=_memory_mib, case=_MEMORY_TEN),
    _Row(name="ten gateways: memory, times that of one", value=_against_one(_memory_mib), case=_MEMORY_TEN),
)


def cases() -> list[Case]:
    """Return the cases that the figures need, each beside the one it is compared with."""
    ours = dict.fromkeys([*(row.case for row in _ROWS), _MEMORY])
    return list(dict.fromkeys(chain.from_iterable((case.theirs, case) for case in ours)))


def is_timed(case: Case) -> bool:
    """Return whether a CPU time depends on the case; all other figures are the same in every round."""
    return any(case in {row.case, row.case.theirs} for row in _ROWS if row.value in _TIMED)


def figures(results: Results) -> list[Figure]:
    """Return all lines of the table."""
    return [
        Figure(
            name=row.name,
            ours=row.value(results, row.case),
            theirs=row.value(results, row.case.theirs),
            most=row.most,
            most_ratio=row.most_ratio,
        )
        for row in _ROWS
    ]
