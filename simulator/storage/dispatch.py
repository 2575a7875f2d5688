"""Power that the batteries are commanded to: by the profile, the reserve and the grid."""

from dataclasses import dataclass

from .grid import Relay
from .settings import Settings

_COVERED = 0.9  # of the demand or the surplus; the rest is the delay of the control
_PEAK_BEGIN, _PEAK_END = 16.0, 21.0  # in hours after local midnight, as in the tariff
_NIGHT_END = 6.0
_FROM_GRID = 0.7  # share of the rated power (S§43: 2.7 to 3.9 kW of 3.84 kW)
_TOP_OFF_W = 3200.0  # S§25


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The values that determine the commanded power."""

    soc: float
    """State of charge in percent."""
    deficit_w: float
    """Demand of the house that the inverters don't cover; negative for a surplus."""
    hour: float
    """Hours since local midnight."""
    rated_w: float
    """Rated power of all batteries."""


def on_grid(settings: Settings, relay: Relay, now: Moment) -> float:
    """Return the power in W that the batteries are commanded to, positive for discharging."""
    if relay.top_off:
        return -min(_TOP_OFF_W, now.rated_w)
    covered = _COVERED * now.deficit_w
    charges = settings.charge_from_grid
    if charges and now.soc < settings.reserve:
        return -_FROM_GRID * now.rated_w
    match settings.mode:
        case "savings-mode" | "economy":
            if charges and now.hour < _NIGHT_END:
                return -_FROM_GRID * now.rated_w
            return covered if _PEAK_BEGIN <= now.hour < _PEAK_END else min(0.0, covered)
        case "backup":
            return min(0.0, covered)
        case _:
            return covered


def floor_percent(settings: Settings, relay: Relay) -> int:
    """Return the state of charge down to which the batteries discharge: off grid they use the reserve too."""
    return max(settings.reserve, settings.very_low) if relay.connected else settings.very_low
