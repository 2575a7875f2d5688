"""Which cases are measured: integration, site, entities, clock."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

OURS = "enphase_iq_gateway"
THEIRS = "enphase_envoy"
# Above every site: a gateway that lists all inverters in full. None is known above 50 devices; the goal for bytes comes
# from a site of 49 inverters that cost 3.0 MB an hour, which was one.
NO_LIMIT = 1000
# Set-up is over in a moment, and that may be a busy one.
_SET_UPS = 9
_THEIR_INTERVAL_S = 60
DEFAULT_HOURS = 3
# Inverters of the sites; 49 is where device_data reaches its limit (G§5.1). How the cost of theirs grows from 20 to 200
# is a figure too, so these are in one match.
_TOGETHER = ((20, 200), (49,), (400,))
# What ours is asked to do at other intervals than theirs, the default one and live mode: by inverters and all entities.
_FASTER = {(20, False): (30, 5), (49, False): (30, 5), (20, True): (5,)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One process to run."""

    integration: str = OURS
    inverters: int
    all_entities: bool = False
    interval_s: int = _THEIR_INTERVAL_S
    device_limit: int = 50
    memory: bool = False
    night: bool = False
    set_up: bool = False
    hours: int = DEFAULT_HOURS
    """For the processor time."""

    @property
    def theirs(self) -> Case:
        """The same with their integration, whose interval is fixed."""
        return replace(self, integration=THEIRS, interval_s=_THEIR_INTERVAL_S)

    @property
    def arguments(self) -> list[str]:
        """For `benchmarks.one_run`."""
        return [
            self.integration,
            f"--inverters={self.inverters}",
            f"--interval={self.interval_s}",
            f"--device-limit={self.device_limit}",
            *(["--all-entities"] if self.all_entities else []),
            *(["--memory"] if self.memory else []),
            *(["--night"] if self.night else []),
            *(["--set-up"] if self.set_up else []),
            f"--hours={self.hours}",
        ]


# Single quarters of an hour differ by an eighth for the same work; twelve of each case tell a growth to a tenth only,
# which is more than it is away from its goal. More hours at a time would reach into the evening.
GROWTH = (Case(inverters=20, all_entities=True, hours=9), Case(inverters=200, all_entities=True, hours=9))
_GROWTHS = 3


type Match = tuple[Case, ...]
"""What is compared with each other, so measured in turns."""


def matches(*, quick: bool) -> Iterator[Match]:
    """Each case once, but set-up and growth."""
    for sites in _TOGETHER[:1] if quick else _TOGETHER:
        for all_entities in (False, True):
            yield tuple(_hours(sites, all_entities=all_entities, faster=not quick))
    for _ in range(1 if quick else _GROWTHS):
        yield GROWTH
    if quick:
        return
    yield _both(Case(inverters=49, device_limit=NO_LIMIT))
    yield _both(Case(inverters=20, night=True))
    for _ in range(_SET_UPS):
        yield _both(Case(inverters=20, set_up=True))
        yield _both(Case(inverters=49, set_up=True))
        yield _both(Case(inverters=200, all_entities=True, set_up=True))
    yield _both(Case(inverters=49, memory=True))
    yield _both(Case(inverters=200, all_entities=True, memory=True))


def _hours(sites: tuple[int, ...], *, all_entities: bool, faster: bool) -> Iterator[Case]:
    """Hours of both on some sites, and of ours at its other intervals."""
    for inverters in sites:
        ours = Case(inverters=inverters, all_entities=all_entities)
        yield from _both(ours)
        for interval_s in _FASTER.get((inverters, all_entities), ()) if faster else ():
            yield replace(ours, interval_s=interval_s)


def _both(ours: Case) -> Match:
    """A case of ours behind the same one of theirs."""
    return (ours.theirs, ours)
