"""The days before the start of a site. Sites that are alike and start in the same quarter of an hour share them."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass

from .battery import Battery
from .history import History
from .inverter_reports import Daylight
from .site_state import SiteState
from .storage.generator import Generator
from .storage.timeline import Timeline

_MOST = 40  # one of every profile and some more, half a megabyte each


@dataclass(frozen=True, slots=True)
class Past:
    """What the simulation of the days before the start leaves behind."""

    recent: tuple[SiteState, ...]
    midnights: dict[int, SiteState]
    daylight: Daylight
    generator: Timeline[Generator]
    third_party_battery: Battery

    def history(self) -> History:
        """Return a history that goes on from here; it shares the states, which do not change."""
        return History(deque(self.recent), dict(self.midnights))

    def rest(self) -> tuple[Daylight, Timeline[Generator], Battery]:
        """Return copies of all else."""
        return deepcopy((self.daylight, self.generator, self.third_party_battery))


_pasts: OrderedDict[Hashable, Past] = OrderedDict()


def past_of(site: Hashable, simulate: Callable[[], Past]) -> Past:
    """Return the past of a site, simulated unless it is among those needed last."""
    past = _pasts.pop(site, None) or simulate()
    _pasts[site] = past
    if len(_pasts) > _MOST:
        _pasts.popitem(last=False)
    return past
