"""The figures that are compared, and how low each has to be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from .runs import DEFAULT_HOURS, GROWTH, NO_LIMIT, Case

type Result = Mapping[str, Any]
type Results = Mapping[Case, Result]

REPORT = "/production.json?details=1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    ours: float
    theirs: float | None = None
    ratio_goal: float | None = None
    """What ours / theirs may be at most."""
    goal: float | None = None
    """What ours may be at most, whatever theirs is."""

    @property
    def ratio(self) -> float | None:
        """Ours / theirs."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool:
        """Whether it is low enough; what has no goal is."""
        if self.ratio_goal is not None and (self.ratio is None or self.ratio > self.ratio_goal):
            return False
        return self.goal is None or self.ours <= self.goal

    @property
    def verdict(self) -> str:
        """For the last column."""
        if self.goal is None and self.ratio_goal is None:
            return ""
        return "met" if self.met else "**missed**"

    @property
    def goal_text(self) -> str:
        """For the table."""
        if self.ratio_goal is not None:
            return f"ratio {self.ratio_goal:.2f}"
        return "" if self.goal is None else f"{self.goal:g}"

    def as_json(self) -> dict[str, object]:
        """For the file."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def _cpu(result: Result) -> float:
    return float(result["cpu_ms_per_minute"])


def _setup_cpu(result: Result) -> float:
    return float(result["setup"]["cpu_ms"])


def _setup_requests(result: Result) -> float:
    return float(result["setup"]["requests"])


def _served(key: str) -> Callable[[Result], float]:
    return lambda result: float(result["hour"][key])


def _reports(result: Result) -> float:
    return float(result["hour"]["paths"].get(REPORT, 0))


def _unchanging(result: Result) -> float:
    return float(result["state_reports"])


def _memory(result: Result) -> float:
    return float(result["memory_bytes"] / 1024 / result["entities"])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One figure, taken from a case of ours and the same one of theirs."""

    name: str
    take: Callable[[Result], float]
    ours: Case
    ratio_goal: float | None = None
    goal: float | None = None

    def figure(self, results: Results) -> Figure | None:
        """The line, None where this was not measured."""
        ours, theirs = results.get(self.ours), results.get(self.ours.theirs)
        if ours is None or theirs is None:
            return None
        return Figure(
            name=self.name,
            ours=self.take(ours),
            theirs=self.take(theirs),
            ratio_goal=self.ratio_goal,
            goal=self.goal,
        )


_REQUESTS, _BYTES = _served("requests"), _served("bytes")
_LIVE = "live mode, 5 s against their 60 s: "
_USUAL = "default interval, 30 s against their 60 s: "
_ROWS: tuple[_Row, ...] = (
    _Row(name="requests per hour, 20 inverters", take=_REQUESTS, ours=Case(inverters=20), ratio_goal=0.40),
    _Row(name="requests per hour, 49 inverters", take=_REQUESTS, ours=Case(inverters=49), ratio_goal=0.40),
    _Row(name="reads of `/production.json` per hour", take=_reports, ours=Case(inverters=20), goal=12),
    _Row(name="bytes per hour, 20 inverters", take=_BYTES, ours=Case(inverters=20), ratio_goal=0.40),
    _Row(
        name="bytes per hour, 49 inverters, listed in full",
        take=_BYTES,
        ours=Case(inverters=49, device_limit=NO_LIMIT),
        ratio_goal=0.40,
    ),
    _Row(name="bytes per hour, 49 inverters, list cut at 50 devices", take=_BYTES, ours=Case(inverters=49)),
    _Row(name="TLS handshakes per hour", take=_served("handshakes"), ours=Case(inverters=49), goal=4),
    _Row(name="CPU ms per minute, default entities, 20 inverters", take=_cpu, ours=Case(inverters=20), ratio_goal=0.50),
    _Row(name="CPU ms per minute, default entities, 49 inverters", take=_cpu, ours=Case(inverters=49), ratio_goal=0.50),
    _Row(
        name="CPU ms per minute, default, 49, listed in full",
        take=_cpu,
        ours=Case(inverters=49, device_limit=NO_LIMIT),
        ratio_goal=0.50,
    ),
    _Row(name="CPU ms per minute, default entities, 200 inverters", take=_cpu, ours=Case(inverters=200)),
    _Row(name="CPU ms per minute, default entities, 400 inverters", take=_cpu, ours=Case(inverters=400)),
    _Row(name="CPU ms per minute, all entities, 20 inverters", take=_cpu, ours=Case(inverters=20, all_entities=True)),
    _Row(name="CPU ms per minute, all entities, 49 inverters", take=_cpu, ours=Case(inverters=49, all_entities=True)),
    _Row(
        name="CPU ms per minute, all entities, 200 inverters",
        take=_cpu,
        ours=Case(inverters=200, all_entities=True),
        ratio_goal=0.25,
    ),
    _Row(name="CPU ms per minute, all entities, 400 inverters", take=_cpu, ours=Case(inverters=400, all_entities=True)),
    _Row(
        name="state reports an hour that change nothing, all entities, 200 inverters",
        take=_unchanging,
        ours=Case(inverters=200, all_entities=True),
        goal=0,
    ),
    _Row(name="set-up: CPU ms, 20 inverters", take=_setup_cpu, ours=Case(inverters=20, set_up=True), ratio_goal=1.0),
    _Row(name="set-up: CPU ms, 49 inverters", take=_setup_cpu, ours=Case(inverters=49, set_up=True), ratio_goal=1.0),
    _Row(
        name="set-up: CPU ms, all entities, 200 inverters",
        take=_setup_cpu,
        ours=Case(inverters=200, all_entities=True, set_up=True),
        ratio_goal=1.0,
    ),
    _Row(
        name="set-up: requests, 20 inverters",
        take=_setup_requests,
        ours=Case(inverters=20, set_up=True),
        ratio_goal=1.0,
    ),
    _Row(
        name="set-up: requests, 49 inverters",
        take=_setup_requests,
        ours=Case(inverters=49, set_up=True),
        ratio_goal=1.0,
    ),
    _Row(
        name="memory, KiB per entity, default, 49 inverters",
        take=_memory,
        ours=Case(inverters=49, memory=True),
        ratio_goal=1.0,
    ),
    _Row(
        name="memory, KiB per entity, all entities, 200 inverters",
        take=_memory,
        ours=Case(inverters=200, all_entities=True, memory=True),
        ratio_goal=1.0,
    ),
    _Row(
        name=f"{_USUAL}requests, 20 inverters", take=_REQUESTS, ours=Case(inverters=20, interval_s=30), ratio_goal=1.0
    ),
    _Row(name=f"{_USUAL}bytes, 20 inverters", take=_BYTES, ours=Case(inverters=20, interval_s=30), ratio_goal=1.0),
    _Row(
        name=f"{_USUAL}requests, 49 inverters", take=_REQUESTS, ours=Case(inverters=49, interval_s=30), ratio_goal=1.0
    ),
    _Row(name=f"{_USUAL}bytes, 49 inverters", take=_BYTES, ours=Case(inverters=49, interval_s=30), ratio_goal=1.0),
    _Row(name=f"{_USUAL}CPU ms per minute, 20 inverters", take=_cpu, ours=Case(inverters=20, interval_s=30)),
    _Row(
        name=f"{_LIVE}CPU ms per minute, 20 inverters", take=_cpu, ours=Case(inverters=20, interval_s=5), ratio_goal=2.0
    ),
    _Row(
        name=f"{_LIVE}CPU ms per minute, 49 inverters", take=_cpu, ours=Case(inverters=49, interval_s=5), ratio_goal=2.0
    ),
    _Row(
        name=f"{_LIVE}all entities, 20",
        take=_cpu,
        ours=Case(inverters=20, all_entities=True, interval_s=5),
        ratio_goal=2.0,
    ),
    _Row(name="night: requests per hour, 20 inverters", take=_REQUESTS, ours=Case(inverters=20, night=True)),
    _Row(name="night: CPU ms per minute, 20 inverters", take=_cpu, ours=Case(inverters=20, night=True)),
)


def figures(results: Results) -> list[Figure]:
    """Every line that was measured."""
    return [*(figure for row in _ROWS if (figure := row.figure(results)) is not None), *_growth(results)]


def _growth(results: Results) -> Iterator[Figure]:
    """How much more ten times the inverters cost."""
    small, large = GROWTH
    their_small, their_large = (replace(case.theirs, hours=DEFAULT_HOURS) for case in GROWTH)
    if not {small, large, their_small, their_large} <= results.keys():
        return
    yield Figure(
        name="growth of CPU from 20 to 200 inverters, all entities",
        ours=_cpu(results[large]) / _cpu(results[small]),
        theirs=_cpu(results[their_large]) / _cpu(results[their_small]),
        goal=1.5,
    )
