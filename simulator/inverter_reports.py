"""The inverters: what each makes and when it reports."""

from collections.abc import Callable
from dataclasses import dataclass, field

# The inverters measure themselves 1.2 % higher than the production CT (G§3: 1-3 % apart).
SELF_MEASURED = 1.012

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Report:
    """What the gateway knows of an inverter: its last report."""

    end: int
    midnight: int
    """The midnight its today counts from."""
    duration: int
    """Length of the interval in s."""
    joules: int
    """Made in the interval."""
    lifetime_joules: int
    today_wh: int
    yesterday_wh: int
    week_wh: int
    """The seven days before today."""

    @property
    def watts(self) -> int:
        """The interval's mean power (G§5.3)."""
        return round(self.joules / self.duration)


@dataclass(slots=True)
class Inverter:
    """One microinverter; its energy is a share of the light its module has seen."""

    serial: str
    rated_w: float
    east_share: float
    """How much of its module looks south-east, the rest south-west; 0..1."""
    phase: int
    interval_s: int
    offset_s: int
    """Its place in the interval: it reports at epochs of offset + n * interval."""
    start_wh: float
    """Its lifetime at the light (start_east_h, start_west_h)."""
    start_east_h: float
    start_west_h: float
    added_at: int = 0
    retired_at: float = NEVER
    light_added: tuple[float, float] = (0.0, 0.0)
    light_retired: tuple[float, float] = (NEVER, NEVER)
    communicating: bool = True
    last_report: Report | None = field(default=None, repr=False)

    @property
    def active(self) -> bool:
        """Is it in service?"""
        return self.retired_at == NEVER

    def power(self, east: float, west: float) -> float:
        """Give its power in W as it measures itself."""
        if not self.active:
            return 0.0
        return SELF_MEASURED * self.rated_w * (self.east_share * east + (1.0 - self.east_share) * west)

    def lifetime(self, east_h: float, west_h: float) -> float:
        """Give its lifetime energy in Wh, as it measures itself, after so much light."""
        east_h = min(max(east_h, self.light_added[0]), self.light_retired[0])
        west_h = min(max(west_h, self.light_added[1]), self.light_retired[1])
        hours = self.east_share * (east_h - self.start_east_h) + (1.0 - self.east_share) * (west_h - self.start_west_h)
        return self.start_wh + SELF_MEASURED * self.rated_w * hours


type Light = Callable[[float], tuple[float, float]]
"""Gives the light in hours of full sun (east, west) up to an epoch."""


@dataclass(slots=True)
class Daylight:
    """When the sun last shone, at most a step late."""

    dawn: float = 0.0
    dusk: float = 0.0
    """The last moment with light; now, by day."""
    dusk_before: float = 0.0
    """The last moment with light of the day before."""

    def shines(self, at: float, *, before: bool) -> None:
        """Note light at a moment, with whether there was light just before it."""
        if not before:
            self.dawn, self.dusk_before = at, self.dusk
        self.dusk = at


def _first_after(inverter: Inverter, at: float) -> int:
    """Give the end of the first of its intervals that ends at or after `at`."""
    return int(at + (inverter.offset_s - at) % inverter.interval_s)


def report_times(inverter: Inverter, now: float, daylight: Daylight) -> int:
    """Give the epoch of its last report: inverters sleep at night after a last report of 0 W (G§4)."""
    slot = int(now - (now - inverter.offset_s) % inverter.interval_s)
    slot = min(slot, int(inverter.retired_at)) if not inverter.active else slot
    if slot < daylight.dawn:
        return min(slot, _first_after(inverter, daylight.dusk_before + inverter.interval_s))
    return min(slot, _first_after(inverter, daylight.dusk + inverter.interval_s))


def make_report(inverter: Inverter, end: int, light: Light, midnights: list[int]) -> Report:
    """Build the report that ends at an epoch; midnights are those of today, yesterday and seven days ago."""

    def wh(at: float) -> float:
        return inverter.lifetime(*light(at))

    lifetime = wh(end)
    today, yesterday, week = (wh(midnight) for midnight in midnights)
    joules = round((lifetime - wh(end - inverter.interval_s)) * 3600)
    return Report(
        end=end,
        midnight=midnights[0],
        duration=inverter.interval_s,
        joules=joules,
        lifetime_joules=round(lifetime * 3600),
        today_wh=int(max(0.0, lifetime - today)),
        yesterday_wh=int(today - yesterday),
        week_wh=int(today - week),
    )
