"""Which cases are measured: integration, site, entities, clock."""

from collections.abc import Iterator
from dataclasses import dataclass

OURS = "enphase_iq_gateway"
THEIRS = "enphase_envoy"
# 49 is where device_data reaches its limit (G§5.1).
SITES = (20, 49, 200, 400)
# Above every site: a gateway that lists all inverters in full. None is known above 50 devices; the goal for bytes comes
# from a site of 49 inverters that cost 3.0 MB an hour, which was one.
NO_LIMIT = 1000
_SET_UPS = 3
# What ours is asked to do at other intervals than theirs, the default one and live mode: by inverters and all entities.
_FASTER = {(20, False): (30, 5), (49, False): (30, 5), (20, True): (5,)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One process to run."""

    integration: str
    inverters: int
    all_entities: bool = False
    interval_s: int = 60
    device_limit: int = 50
    memory: bool = False
    night: bool = False
    set_up: bool = False

    @property
    def times(self) -> int:
        """How often it runs where others run once: set-up is over in a moment, and that may be a busy one."""
        return _SET_UPS if self.set_up else 1

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
        ]


def cases(*, quick: bool) -> Iterator[Case]:
    """Each case once, those that are compared right after each other: a busy machine is as busy for both."""
    for inverters in (20, 200) if quick else SITES:
        for all_entities in (False, True):
            for integration in (THEIRS, OURS):
                yield Case(integration=integration, inverters=inverters, all_entities=all_entities)
            if not quick:
                for interval_s in _FASTER.get((inverters, all_entities), ()):
                    yield Case(integration=OURS, inverters=inverters, all_entities=all_entities, interval_s=interval_s)
    if quick:
        return
    for integration in (THEIRS, OURS):
        yield Case(integration=integration, inverters=49, device_limit=NO_LIMIT)
        yield Case(integration=integration, inverters=20, night=True)
        yield Case(integration=integration, inverters=20, set_up=True)
        yield Case(integration=integration, inverters=49, set_up=True)
        yield Case(integration=integration, inverters=200, all_entities=True, set_up=True)
        yield Case(integration=integration, inverters=49, memory=True)
        yield Case(integration=integration, inverters=200, all_entities=True, memory=True)
